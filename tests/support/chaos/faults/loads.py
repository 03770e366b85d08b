"""Very many devices at once."""

import asyncio
import contextlib
import resource
import struct
import time
from collections.abc import Iterator

from chaos.fault import Fault
from chaos.ledger import Kind, Sent
from chaos.plan import Plan
from chaos.stage import Stage
from chaos.traffic import Delivery

DEVICES = 10_000
SPARE_DESCRIPTORS = 500
"""Of ours and of the broker's, for everything else."""
CONNECTING = 200
"""Connections that are begun at a time: the broker's backlog of new ones is short."""
ANSWER_SECONDS = 120
PAST_MS = 86_400_000
"""What was measured in the dark is a day old, so that no device has two messages of one time."""


class PowerCut(Fault):
    """The power is back: ten thousand devices, each with a connection of its own, send at the same instant.

    As many connections as the limit of descriptors allows; what is beyond them the first devices send for the others.
    """

    name, touches, alone = "power-cut", frozenset({"devices"}), True
    hold = (0.5, 1.0)

    def prepare(self, plan: Plan) -> None:
        soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < most:  # the broker inherits it
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        plan.devices = DEVICES
        plan.durable = False  # with it the broker writes all it holds for each that comes
        plan.bad_share = 0.001

    def inject(self, stage: Stage) -> None:
        now = time.time_ns() // 1_000_000 - PAST_MS
        sent = [stage.ledger.add(one, now, Kind.GOOD, time.monotonic()) for one in stage.names]
        connections = min(DEVICES, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_DESCRIPTORS)
        began = time.monotonic()
        asyncio.run(storm(stage.mosquitto.port, [sent[first::connections] for first in range(connections)]))
        late = sum(one.confirmed is None for one in sent)
        print(f"{connections} connections at once, {late} of {DEVICES} unconfirmed", flush=True)  # noqa: T201
        if late:
            stage.complain(
                self.name, f"the broker has not confirmed {late} messages in {time.monotonic() - began:.0f} s"
            )

    def heal(self, stage: Stage) -> None:
        """It is over by itself."""


async def storm(port: int, shares: list[list[Sent]]) -> None:
    """All connect, then all publish at once, then all wait for their PUBACKs."""
    gate, slots = asyncio.Event(), asyncio.Semaphore(CONNECTING)
    connected = 0

    async def one(number: int, share: list[Sent]) -> None:
        nonlocal connected
        async with slots:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(connect(f"storm-{number}"))
            await packet(reader)
            connected += 1
            if connected == len(shares):
                gate.set()
        await gate.wait()
        writer.writelines(publish(index, message) for index, message in enumerate(share, 1))
        for _ in share:
            (index,) = struct.unpack_from(">H", await packet(reader))
            share[index - 1].confirmed = time.monotonic()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS), asyncio.TaskGroup() as tasks:
            for number, share in enumerate(shares):
                tasks.create_task(one(number, share))


def connect(client: str) -> bytes:
    """MQTT 3.1.1, clean session, no keep-alive."""
    return framed(0x10, b"\x00\x04MQTT\x04\x02\x00\x00" + text(client))


def publish(index: int, sent: Sent) -> bytes:
    return framed(0x32, text(sent.topic) + struct.pack(">H", index) + sent.payload)


def framed(kind: int, body: bytes) -> bytes:
    return bytes([kind, *length(len(body))]) + body


def length(size: int) -> Iterator[int]:
    while size > 0x7F:
        yield size & 0x7F | 0x80
        size >>= 7
    yield size


def text(words: str) -> bytes:
    return struct.pack(">H", len(words)) + words.encode()


async def packet(reader: asyncio.StreamReader) -> bytes:
    """The body of an answer; those we get are short."""
    head = await reader.readexactly(2)
    return await reader.readexactly(head[1])


class PacketIds(Fault):
    """So long a backlog that mosquitto 2.0.11 uses packet ids again while they are outstanding; cut in the middle.

    The broker must not save on each change here: with 100,000 messages in its queue that takes minutes.
    """

    name, touches, alone = "packet-ids", frozenset({"ingestor", "link"}), True
    hold = (1.0, 2.0)
    BACKLOG = 80_000
    RATE = 20_000
    SECONDS = 90

    def prepare(self, plan: Plan) -> None:
        plan.durable = False

    def inject(self, stage: Stage) -> None:
        stage.ingestor.stop()
        first, deadline = len(stage.ledger), time.monotonic() + self.SECONDS
        stage.fleet.rate = self.RATE
        while len(stage.ledger) - first < self.BACKLOG and time.monotonic() < deadline:
            time.sleep(0.1)
        stage.fleet.rate = stage.plan.rate
        self.backlog = len(stage.ledger) - first

    def heal(self, stage: Stage) -> None:
        stage.ingestor.release()
        deliveries = len(stage.tap.traffic.deliveries)
        deadline = time.monotonic() + self.SECONDS
        while len(stage.tap.traffic.deliveries) - deliveries < self.backlog // 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        stage.tap.cut()
        again = used_again(stage.tap.traffic.deliveries[deliveries:])
        print(f"backlog {self.backlog}, {again} packet ids used again while outstanding", flush=True)  # noqa: T201


def used_again(deliveries: list[Delivery]) -> int:
    """Messages that came under a packet id of which we had not acknowledged the message before."""
    newest: dict[tuple[int, int], Delivery] = {}
    again = 0
    for one in deliveries:
        before = newest.get((one.connection, one.packet_id))
        again += before is not None and (before.acknowledged is None or before.acknowledged > one.at)
        newest[one.connection, one.packet_id] = one
    return again


FAULTS: list[type[Fault]] = [PowerCut, PacketIds]
