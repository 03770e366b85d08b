"""What the benches are fed with: a territory of many devices and messages of three quantities, as devices send them."""

import socket
import struct
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import alike
from rules import OF_ONE, Selecting, write_rules

CHUNK = 2_000
"""Messages under way at once, each with a packet id of its own."""
PUBLISH_QOS_1 = 0x32
CONNECT_3_1_1 = struct.pack(">BBH4sBBHH", 0x10, 12, 4, b"MQTT", 4, 2, 0, 0)
"""A clean session without a name, for ever."""
SECONDS = 120.0


def write_territory(folder: Path, devices: int, rules: int = 0, selecting: Selecting = OF_ONE) -> None:
    """A configuration folder with that many devices of one model, and rules of which `selecting` are about them."""
    alike.write_model(folder, "bench", highest=10_000)
    alike.write_devices(folder, "bench", ((device(n), n) for n in range(devices)))
    if rules:
        write_rules(folder, rules, selecting)


def device(number: int) -> str:
    return f"bench-{number:06d}"


def messages(count: int, devices: int) -> Iterator[tuple[str, bytes]]:
    """(topic, payload): each device in turn, its own time, one decimal as sensors send."""
    start = int(time.time()) - count // devices - 60
    return (message(n, n % devices, str(start + n // devices)) for n in range(count))


def message(n: int, number: int, at: str) -> tuple[str, bytes]:
    """The n-th one, of this device; `at` is its time in seconds."""
    values = f'"air_temperature": {15 + n % 97 / 10}, "relative_humidity": {40 + n % 53}, "co2": {400 + n % 811}'
    return f"vigiterre/building/{device(number)}/up", f'{{"time": {at}, "values": {{{values}}}}}'.encode()


class Publisher:
    """MQTT 3.1.1 at QoS 1, in pieces that go out as one write: it takes little of the machine that is measured."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(CONNECT_3_1_1)
        assert self._receive(4)[3] == 0, "the broker refuses"

    def publish(self, what: Iterator[tuple[str, bytes]]) -> int:
        """Returns how many, when the broker has confirmed each."""
        count = 0
        while some := list(islice(what, CHUNK)):
            self._socket.sendall(_frames(some))
            self._receive(4 * len(some))  # a PUBACK of 3.1.1 has four bytes
            count += len(some)
        return count

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _receive(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self._socket.recv(size - len(found))
            assert part, "the broker has gone"
            found += part
        return found


def _frames(some: Sequence[tuple[str, bytes]]) -> bytes:
    frames = []
    for packet_id, (topic, payload) in enumerate(some, 1):
        body = struct.pack(f">H{len(topic)}sH", len(topic), topic.encode(), packet_id) + payload
        low, high = len(body) & 0x7F, len(body) >> 7
        assert high < 0x80
        frames.append(bytes((PUBLISH_QOS_1, low | 0x80, high)) if high else bytes((PUBLISH_QOS_1, low)))
        frames.append(body)
    return b"".join(frames)


def publish(port: int, what: Iterator[tuple[str, bytes]]) -> int:
    """Publish at QoS 1 and wait for every PUBACK. Returns how many."""
    with Publisher(port) as publisher:
        return publisher.publish(what)
