"""A small reader of MQTT 5, for the tap alone: what checks must not share what it checks.

Written after the OASIS standard of MQTT 5.0, 2.1 (fixed header), 3.1 to 3.4 and 3.14. Packets of other kinds pass as
their bare kind. Raises ValueError for bytes that are no MQTT.
"""

from dataclasses import dataclass

CONNECT, CONNACK, PUBLISH, PUBACK, DISCONNECT = 1, 2, 3, 4, 14
LONGEST_HEAD = 5


@dataclass(frozen=True, slots=True)
class Publish:
    topic: str
    payload: bytes
    qos: int
    dup: bool
    retain: bool
    packet_id: int
    """0 at QoS 0."""


@dataclass(frozen=True, slots=True)
class Puback:
    packet_id: int
    reason: int


@dataclass(frozen=True, slots=True)
class Connect:
    client_id: str
    level: int
    """5 for MQTT 5; the rest of this file is right for no other."""
    clean_start: bool
    keep_alive: int


@dataclass(frozen=True, slots=True)
class Connack:
    session_present: bool
    reason: int


@dataclass(frozen=True, slots=True)
class Disconnect:
    reason: int


@dataclass(frozen=True, slots=True)
class Other:
    kind: int


Packet = Publish | Puback | Connect | Connack | Disconnect | Other


class Stream:
    """One direction of one connection."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[Packet]:
        """The packets that are complete with these bytes."""
        self._rest += chunk
        packets, at = [], 0
        while (sizes := _sizes(self._rest, at)) is not None:
            head, body = sizes
            if at + head + body > len(self._rest):
                break
            packets.append(read(self._rest[at], self._rest[at + head : at + head + body]))
            at += head + body
        self._rest = self._rest[at:]
        return packets


def read(first: int, body: bytes) -> Packet:
    """One packet of its first byte and what follows the length."""
    kind, flags = first >> 4, first & 0x0F
    cursor = Cursor(body)
    if kind == PUBLISH:
        return _publish(flags, cursor)
    if kind == PUBACK:
        return Puback(cursor.number(2), cursor.number(1) if cursor.left else 0)
    if kind == CONNECT:
        return _connect(cursor)
    if kind == CONNACK:
        return Connack(bool(cursor.number(1) & 1), cursor.number(1))
    if kind == DISCONNECT:
        return Disconnect(cursor.number(1) if cursor.left else 0)
    return Other(kind)


def _publish(flags: int, cursor: "Cursor") -> Publish:
    qos = flags >> 1 & 3
    topic = cursor.text()
    packet_id = cursor.number(2) if qos else 0
    cursor.take(cursor.length())  # properties
    return Publish(topic, cursor.take(cursor.left), qos, bool(flags & 8), bool(flags & 1), packet_id)


def _connect(cursor: "Cursor") -> Connect:
    if cursor.text() != "MQTT":
        raise ValueError("no CONNECT of MQTT")
    level, flags, keep_alive = cursor.number(1), cursor.number(1), cursor.number(2)
    if level == 5:
        cursor.take(cursor.length())  # properties
    return Connect(cursor.text(), level, bool(flags & 2), keep_alive)


class Cursor:
    """Takes a body apart from its beginning."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise ValueError(f"a packet ends {count - self.left} bytes early")
        self._at += count
        return self._body[self._at - count : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def text(self) -> str:
        return self.take(self.number(2)).decode()

    def length(self) -> int:
        """A variable byte integer."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise ValueError("a length of more than four bytes")


def _sizes(stream: bytes, at: int) -> tuple[int, int] | None:
    """Bytes of the fixed header and of the rest; None while the header is incomplete."""
    value = 0
    for index, byte in enumerate(stream[at + 1 : at + LONGEST_HEAD]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return 2 + index, value
    if len(stream) - at >= LONGEST_HEAD:
        raise ValueError("a length of more than four bytes")
    return None
