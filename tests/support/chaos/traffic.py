"""What passed the tap: every PUBLISH handed to us and every PUBACK of ours, matched within their connection."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field

from chaos.ledger import Key
from chaos.mqtt_packets import Connack, Connect, Disconnect, Packet, Puback, Publish, Stream


@dataclass(slots=True)
class Delivery:
    """A PUBLISH that the broker sent us. Times are monotonic seconds."""

    at: float
    connection: int
    packet_id: int
    topic: str
    payload: bytes
    dup: bool
    acknowledged: float | None = None

    @property
    def key(self) -> Key:
        return self.topic, self.payload


@dataclass(slots=True)
class Conversation:
    """One connection, both ways."""

    number: int
    to_us: Stream = field(default_factory=Stream)
    from_us: Stream = field(default_factory=Stream)
    outstanding: dict[int, deque[Delivery]] = field(default_factory=dict)
    """By packet id, in the order delivered: mosquitto 2.0.11 may use an id again while it is outstanding."""


class Traffic:
    """Written by the tap's thread; whoever reads from another one takes a copy of `deliveries`."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.others: list[tuple[float, int, Packet]] = []
        """CONNECT, CONNACK and DISCONNECT with their time and connection."""
        self.unmatched: list[tuple[int, int]] = []
        """Connection and packet id of PUBACKs of ours for nothing."""
        self.acknowledgements = 0
        self.failed: list[tuple[int, int]] = []
        """Packet id and reason code of PUBACKs of ours that say no."""

    def delivered(self, conversation: Conversation, chunk: bytes) -> None:
        """These bytes go to us."""
        now = time.monotonic()
        for packet in conversation.to_us.feed(chunk):
            if isinstance(packet, Publish):
                one = Delivery(now, conversation.number, packet.packet_id, packet.topic, packet.payload, packet.dup)
                self.deliveries.append(one)
                if packet.qos:
                    conversation.outstanding.setdefault(packet.packet_id, deque()).append(one)
            elif isinstance(packet, Connack | Disconnect):
                self.others.append((now, conversation.number, packet))

    def said(self, conversation: Conversation, chunk: bytes) -> None:
        """These bytes came from us, whether they reach the broker or not."""
        now = time.monotonic()
        for packet in conversation.from_us.feed(chunk):
            if isinstance(packet, Puback):
                self._acknowledged(conversation, packet, now)
            elif isinstance(packet, Connect | Disconnect):
                self.others.append((now, conversation.number, packet))

    def _acknowledged(self, conversation: Conversation, puback: Puback, now: float) -> None:
        self.acknowledgements += 1
        waiting = conversation.outstanding.get(puback.packet_id)
        if not waiting:
            self.unmatched.append((conversation.number, puback.packet_id))
        elif puback.reason >= 0x80:
            waiting.popleft()
            self.failed.append((puback.packet_id, puback.reason))
        else:
            waiting.popleft().acknowledged = now

    def ids_used_twice(self) -> int:
        """Packet ids under which two messages were outstanding at once: both came again, marked, in one connection."""
        again = Counter((one.connection, one.packet_id) for one in list(self.deliveries) if one.dup)
        return sum(count > 1 for count in again.values())

    def keys(self) -> tuple[set[Key], set[Key]]:
        """Of the messages that were delivered, and of those that were acknowledged at least once."""
        every = list(self.deliveries)
        return {one.key for one in every}, {one.key for one in every if one.acknowledged is not None}
