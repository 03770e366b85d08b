"""The stages of the way one by one, in this process, on the same messages and in batches as a drain makes them.

What a message costs in each: CPU time of this process, all threads. Each batch goes through all stages in turn and is
forgotten then, as in `vigiterre run`, so that memory and caches are what they are there. The sizes of the journal's
batches are those that a drain into a real journal gave just before.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from load import messages, write_territory
from rules import OF_THREE

from alerts.alerting import Alerting
from alerts.book import Book
from alerts.load import load_alerts
from dashboards.console.live import Live
from dashboards.console.present import Present
from devices.load import load_registry
from devices.reading import Message
from devices.registry import Registry
from ingest.codecs import CODECS
from ingest.cursor import Cursor
from ingest.duplicates import Duplicates
from ingest.forerunner import BATCH
from ingest.frames import Frames
from ingest.journal import Journal
from ingest.mqtt import Broker, Receiver
from ingest.sift import Formats, Sieve
from servers import Influxd
from stores.open import open_store

MAX_AGE = 30 * 86_400_000
LIMIT_SECONDS = 120
THREE = "alerts, were the same rules about 3 quantities"
"""Beside the others: no part of the way."""


class Clock:
    """CPU time of each stage, and for how many messages."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.messages: dict[str, int] = defaultdict(int)

    @contextmanager
    def of(self, stage: str, count: int) -> Iterator[None]:
        started = time.process_time()
        yield
        self.spent[stage] += time.process_time() - started
        self.messages[stage] += count

    def restart(self) -> None:
        self.spent.clear()
        self.messages.clear()

    def us(self) -> dict[str, float]:
        return {stage: seconds / self.messages[stage] * 1e6 for stage, seconds in self.spent.items()}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def receive(port: int, client_id: str, folder: Path, count: int) -> tuple[float, list[int]]:
    """Drains so many into a journal -> CPU us of the way from the socket to the PUBACK without the journal's part; the
    sizes of the batches. With `count` 0: makes the session, and no more."""
    sizes: list[int] = []
    journaling = 0.0
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    with (
        Journal(folder / "received", max_bytes=2**32, max_age_ms=MAX_AGE) as journal,
        ThreadPoolExecutor(1) as disk,
    ):

        def append(batch: list[Message]) -> float:
            started = time.thread_time()
            journal.append(batch)
            return time.thread_time() - started

        async def deliver(batch: list[Message]) -> None:
            nonlocal journaling
            journaling += await loop.run_in_executor(disk, append, batch)
            sizes.append(len(batch))
            if sum(sizes) >= count:
                done.set()

        broker = Broker(url=f"mqtt://127.0.0.1:{port}", client_id=client_id, topics=("vigiterre/#",))
        receiver = Receiver(broker, deliver, now_ms, folder / "session.json")
        started = time.process_time()
        running = asyncio.create_task(receiver.run())
        await asyncio.wait_for(done.wait() if count else _subscribed(receiver), LIMIT_SECONDS)
        spent = time.process_time() - started - journaling
        await receiver.stop()
        await running
    return spent / max(1, count) * 1e6, sizes


async def _subscribed(receiver: Receiver) -> None:
    while not receiver.state.connected:  # noqa: ASYNC110  -- a state to look at, not an event
        await asyncio.sleep(0.01)


async def stages(folder: Path, influxd: Influxd, count: int, devices: int, sizes: list[int]) -> dict[str, float]:
    """From the journal to the cursor -> CPU us a reading of each stage, once each device was heard."""
    total = devices + count
    registry = load_registry(folder / "config")
    sieve = Sieve(registry, Formats(CODECS), Duplicates(), Frames())
    store = open_store(influxd.url("stages"), None)
    store.ensure_schema()
    present, live, cursor = Present(), Live(), Cursor(folder / "stages.cursor")
    alerting = _alerting(folder / "config", folder / "stages.sqlite", registry)
    write_territory(folder / "three", devices, len(alerting.config.rules), OF_THREE)
    three = _alerting(folder / "three", folder / "three.sqlite", load_registry(folder / "three"))
    clock, after = Clock(), 0
    with Journal(folder / "stages", max_bytes=2**32, max_age_ms=MAX_AGE) as journal:
        for some in _batches(total, devices, sizes):
            with clock.of("journal: append, fsync", len(some)):
                last = journal.append(some)
            while last - after >= BATCH or after < last == total:
                with clock.of("journal: read the tail", min(BATCH, last - after)):
                    entries = journal.read(after, BATCH)
                after = entries[-1].seq
                with clock.of("sift: route, decode, validate, duplicates", len(entries)):
                    batch = sieve.sift(entries)
                received, now = entries[-1].message.received, now_ms()
                with clock.of("alerts", len(entries)):
                    await alerting.take(batch.readings, (), after, received, now, caught_up=False)
                with clock.of("store: line protocol, POST", len(entries)):
                    store.write(batch.readings)
                with clock.of("live feed, no client", len(entries)):
                    present.take(batch.readings)
                    live.publish_readings(batch.readings)
                with clock.of("cursor", len(entries)):
                    cursor.save(after)
                with clock.of(THREE, len(entries)):
                    await three.take(batch.readings, (), after, received, now, caught_up=False)
                if after <= devices:
                    clock.restart()
    alerting.close()
    three.close()
    store.close()
    assert alerting.counts.judged == total
    return clock.us()


def _alerting(config: Path, book: Path, registry: Registry) -> Alerting:
    return Alerting(Book(book), load_alerts(config, registry), registry, now_ms(), begin=0)


def _batches(count: int, devices: int, sizes: list[int]) -> Iterator[list[Message]]:
    """What was received, made as it is asked for: the journal's batches of a drain over and over."""
    given = messages(count, devices)
    for size in cycle(sizes):
        some = [Message(topic, body, now_ms()) for topic, body in islice(given, size)]
        if not some:
            return
        yield some
