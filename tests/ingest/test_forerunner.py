"""Alerts run ahead of a store that hangs, and the store catches up with nothing lost, doubled or judged twice."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from devices.reading import Message, Reading
from ingest.forerunner import BATCH, READY
from stores.memory import MemoryStore
from vigiterre.moment import now_ms
from vigiterre.service import Service
from vigiterre.settings import Settings

CONFIG = Path(__file__).parent.parent.parent / "config"
DEVICE = "college-moulins-s12"


class Hanging(MemoryStore):
    """A store that takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.entered = threading.Event()

    def write(self, readings: Sequence[Reading]) -> None:
        self.entered.set()
        self.go.wait(60)
        super().write(readings)


def service_in(folder: Path, store: Hanging) -> Service:
    settings = Settings(data_dir=folder, store={"url": "memory:"})
    service = Service(settings, CONFIG)
    service.store = service.pipeline.store = store
    return service


def messages(first: int, count: int) -> list[Message]:
    topic, begin = f"vigiterre/building/{DEVICE}/up", now_ms() - 3_000_000
    return [
        Message(topic, json.dumps({"time": begin + n, "values": {"co2": 500 + n % 7}}).encode(), begin + n)
        for n in range(first, first + count)
    ]


async def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def running(service: Service, work: Callable[[], Awaitable[None]]) -> None:
    task = asyncio.create_task(service.pipeline.run())
    try:
        await work()
    finally:
        await service.pipeline.stop()
        await task
        service.close()


@pytest.mark.parametrize("count", [1_000, READY + 12_000])
async def test_a_store_that_hangs_stops_no_alert_and_gets_everything_afterwards(tmp_path: Path, count: int) -> None:
    store = Hanging()
    service = service_in(tmp_path, store)

    async def work() -> None:
        await service.deliver(messages(0, 100))
        await until(store.entered.is_set)
        for first in range(100, count, 1_000):
            await service.deliver(messages(first, min(1_000, count - first)))
        await until(lambda: service.ahead.done == count)
        assert service.alerting.counts.judged == count
        assert service.pipeline.done == 0
        store.go.set()
        await until(lambda: service.pipeline.done == count)
        await service.deliver(messages(count, 10))
        await until(lambda: service.pipeline.done == count + 10)

    await running(service, work)
    assert len(store.points(DEVICE, "co2", 0, 10**15)) == count + 10
    assert service.pipeline.counts.stored == count + 10
    assert service.pipeline.counts.duplicates == 0
    assert service.alerting.counts.judged == count + 10


class Slow(Hanging):
    """A store that, once let go, takes one batch each time it is told to, and keeps in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[range] = []
        self.turn = threading.Semaphore(0)

    def write(self, readings: Sequence[Reading]) -> None:
        super().write(readings)
        self.turn.acquire(timeout=60)
        self.batches.append(range(readings[0].time, readings[-1].time + 1))


async def test_a_store_that_comes_back_gets_the_newest_before_the_backlog_is_done_and_nothing_twice(
    tmp_path: Path,
) -> None:
    store = Slow()
    service = service_in(tmp_path, store)
    count = 15 * READY
    sent = messages(0, count + 10)

    async def work() -> None:
        await service.deliver(sent[:100])
        await until(store.entered.is_set)
        for first in range(100, count, 1_000):
            await service.deliver(sent[first : min(first + 1_000, count)])
        await until(lambda: service.ahead.done == count)
        store.go.set()
        store.turn.release(2)
        await until(lambda: len(store.batches) == 2)
        assert store.batches[1].start > sent[count - READY - BATCH - 1].received
        assert service.pipeline.done <= BATCH + 100
        await until(lambda: service.pipeline.waiting < count - BATCH)
        await service.deliver(sent[count:])
        store.turn.release(4 * READY // BATCH)
        await until(lambda: any(sent[-1].received in batch for batch in store.batches))
        assert service.pipeline.done < count / 2
        store.turn.release(100)
        await until(lambda: service.pipeline.done == count + 10)
        assert service.pipeline.waiting == 0

    await running(service, work)
    assert len(store.points(DEVICE, "co2", 0, 10**15)) == count + 10
    assert sum(map(len, store.batches)) == service.pipeline.counts.stored == count + 10
    assert service.pipeline.counts.duplicates == 0


async def test_stopped_while_behind_it_stores_again_what_was_ahead_and_misses_nothing(tmp_path: Path) -> None:
    store = Slow()
    service = service_in(tmp_path, store)
    count = 10 * READY

    async def work() -> None:
        await service.deliver(messages(0, 100))
        await until(store.entered.is_set)
        for first in range(100, count, 1_000):
            await service.deliver(messages(first, min(1_000, count - first)))
        await until(lambda: service.ahead.done == count)
        store.go.set()
        store.turn.release(4)
        await until(lambda: len(store.batches) == 4)
        store.turn.release(1)

    await running(service, work)
    assert service.pipeline.done < count
    again = service_in(tmp_path, store)
    assert again.pipeline.done == service.pipeline.done
    store.turn.release(100)
    await running(again, lambda: until(lambda: again.pipeline.done == count))
    assert len(store.points(DEVICE, "co2", 0, 10**15)) == count


async def test_what_is_replayed_is_judged_and_pages_nobody(tmp_path: Path) -> None:
    store = Hanging()
    store.go.set()
    service = service_in(tmp_path, store)
    cold = json.dumps({"time": now_ms(), "values": {"air_temperature": 1.0}}).encode()
    topic = f"vigiterre/building/{DEVICE}/up"

    async def work() -> None:
        await service.deliver([Message(topic, cold, now_ms(), replayed=True)])
        await until(lambda: service.pipeline.done == 1)

    await running(service, work)
    assert not any(alert.live for alert in service.alerting.unclosed.values())
