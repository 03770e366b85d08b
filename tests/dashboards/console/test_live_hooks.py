"""What the pages are told of: what was stored, and what became of alerts; and what they remember of it."""

import asyncio
import json
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from territory import MINUTE, START, registry, rule, threshold
from territory import reading as reading_of

from alerts.alert import Mute, MuteKind
from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.load import AlertConfig
from alerts.selector import Selector
from dashboards.console.present import Present, Value
from devices.errors import StoreRefused
from devices.reading import Message, Reading, Series
from stores.memory import MemoryStore
from stores.port import Latest
from vigiterre.moment import now_ms
from vigiterre.service import Service
from vigiterre.settings import Settings

CONFIG = Path(__file__).parents[3] / "config"
DEVICE = "college-moulins-s12"
SERIES = Series("building", DEVICE, "indoor-air", "college-moulins", "03190")
REGISTRY = registry()


class Choosy(MemoryStore):
    """Refuses one value."""

    def write(self, readings: Sequence[Reading]) -> None:
        super().write([one for one in readings if one.values["co2"] != 666])
        if refused := [one for one in readings if one.values["co2"] == 666]:
            raise StoreRefused([(one, "no") for one in refused])


async def stored_of(folder: Path, values: Sequence[float], *, failing: bool = False) -> tuple[list[float], int]:
    """What the hook was told of these values, and how many messages were done."""
    service = Service(Settings(data_dir=folder, store={"url": "memory:"}), CONFIG, telling=False)
    service.store = service.pipeline.store = Choosy()
    told: list[float] = []

    def take(readings: Sequence[Reading]) -> None:
        told.extend(one.values["co2"] for one in readings)
        if failing:
            raise ZeroDivisionError

    service.pipeline.stored = take
    begin = now_ms() - 60_000
    bodies = [json.dumps({"time": begin + n, "values": {"co2": value}}).encode() for n, value in enumerate(values)]
    topic = f"vigiterre/building/{DEVICE}/up"
    running = asyncio.create_task(service.pipeline.run())
    await service.deliver([Message(topic, body, begin + n) for n, body in enumerate(bodies)])
    await service.pipeline.drain()
    done = service.pipeline.done
    await service.pipeline.stop()
    await running
    service.close()
    return told, done


async def test_the_pipeline_tells_what_was_stored_and_not_what_was_refused(tmp_path: Path) -> None:
    assert await stored_of(tmp_path, [500, 666, 501]) == ([500.0, 501.0], 3)


async def test_who_shows_what_was_stored_cannot_stop_what_stores_it(tmp_path: Path) -> None:
    told, done = await stored_of(tmp_path, [500, 501], failing=True)
    assert (told, done) == ([500.0, 501.0], 2)


async def test_alerts_tell_of_what_happened_once_it_is_written(tmp_path: Path) -> None:
    hot = rule("hot", threshold(above=1.0, clear=0.0))
    alerting = Alerting(Book(tmp_path / FILE), AlertConfig({"hot": hot}, {}), REGISTRY, START, begin=0)
    told: list[tuple[set[int], set[int]]] = []

    def changed(numbers: Collection[int]) -> None:
        told.append((set(numbers), {one.id for one in alerting.book.alerts()}))

    alerting.changed = changed
    for seq, value in enumerate((0.0, 5.0, 5.0), 1):
        at = START + seq * MINUTE
        await alerting.take([reading_of(REGISTRY, "d1", at, {"surface": value})], (), seq, at, at, caught_up=True)
        await alerting.tick(at, hearing=0, checks={})
    [alert] = alerting.unclosed
    assert told == [({alert}, {alert})]
    await alerting.acknowledge([alert], "anne", "", START + 4 * MINUTE)
    await alerting.acknowledge([alert], "paul", "", START + 4 * MINUTE)
    assert [numbers for numbers, _ in told[1:]] == [{alert}]
    mute = Mute(0, MuteKind.SILENCE, Selector(), frozenset(), START, START + 60 * MINUTE, "anne", "", START)
    added = await alerting.mute(mute, START + 5 * MINUTE)
    await alerting.unmute(added.id, START + 6 * MINUTE)
    assert [numbers for numbers, _ in told[2:]] == [set(), set()]
    alerting.close()


def test_what_the_store_knew_does_not_replace_what_came_meanwhile() -> None:
    present = Present()
    present.take([Reading(SERIES, 9, {"co2": 900.0})])
    present.fill([Latest(SERIES, "co2", 5, 500.0), Latest(SERIES, "noise", 4, 40.0)])
    assert present.of(DEVICE) == {"co2": Value(9, 900.0), "noise": Value(4, 40.0)}
    assert (present.heard(DEVICE), present.heard("never")) == (9, None)


def test_filled_and_told_at_once_the_newest_value_stays() -> None:
    """Older values of the store come from another thread than the batches."""
    present = Present()
    old = [Latest(SERIES._replace(device=f"d{n}"), "co2", 1, 1.0) for n in range(2_000)]
    new = [Reading(SERIES._replace(device=f"d{n}"), 2, {"co2": 2.0}) for n in range(2_000)]
    thread = threading.Thread(target=present.fill, args=(old,))
    thread.start()
    present.take(new)
    thread.join()
    assert {present.of(f"d{n}")["co2"].value for n in range(2_000)} == {2.0}
