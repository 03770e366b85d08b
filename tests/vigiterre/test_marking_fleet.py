"""Each device as dashboards see it: where it stands, when it was heard, and how it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from marked import Marked
from territory import MINUTE, START, device, reading, registry, rule, threshold

from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.load import AlertConfig
from alerts.rule import Kind, Level, Limit
from devices.device import Placement
from devices.mark import Mark
from vigiterre.marking.fleet import EVERY_MS, Fleet, Health, mark_of, parameters_of
from vigiterre.marking.marking import Marking

REGISTRY = registry(device("d1"), device("d2", alert_level=1.2, note="old"))
RULES = (
    rule("hot", threshold(Level.WARNING, above=1.0, clear=0.0), threshold(Level.CRITICAL, above=3.0, clear=2.0)),
    rule("silent", threshold(factor=3.0), kind=Kind.SILENT, quantity=""),
)
CONFIG = AlertConfig({one.id: one for one in RULES})


class Watched:
    """Alerts, and the fleet as it is marked."""

    def __init__(self, folder: Path) -> None:
        self.now = START
        self.store = Marked()
        self.alerting = Alerting(Book(folder / FILE), CONFIG, REGISTRY, START, begin=0)
        self.fleet = Fleet(self.alerting, self.store)
        self.marking = Marking(self.store, [self.fleet])
        self._seq = 0

    async def reads(self, name: str, value: float) -> None:
        self._seq += 1
        one = reading(REGISTRY, name, self.now, {"surface": value})
        await self.alerting.take([one], (), self._seq, self.now, self.now, caught_up=True)

    async def passes(self, minutes: int) -> list[Mark]:
        """What is new then."""
        count = len(self.store.marks)
        self.now += minutes * MINUTE
        await self.alerting.tick(self.now, hearing=0, checks={})
        self.marking.mark(self.now)
        return self.store.marks[count:]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.marking.close()
    watched.alerting.close()


def devices_of(marks: list[Mark]) -> list[str]:
    return [dict(mark.tags)["device"] for mark in marks]


async def test_every_device_is_marked_at_the_start_and_every_ten_minutes(watched: Watched) -> None:
    assert devices_of(await watched.passes(0)) == ["d1", "d2"]
    assert await watched.passes(1) == []
    assert devices_of(await watched.passes(EVERY_MS // MINUTE)) == ["d1", "d2"]


async def test_a_device_is_marked_at_once_when_its_worst_level_changes(watched: Watched) -> None:
    await watched.passes(0)
    for value, level in ((2.0, 2), (4.0, 3), (4.0, None), (-1.0, 0)):
        await watched.reads("d1", value)
        found = [(dict(mark.tags)["device"], mark.values["level"]) for mark in await watched.passes(1)]
        assert found == ([] if level is None else [("d1", level)])


async def test_a_device_is_marked_at_once_when_it_falls_silent_and_when_it_speaks_again(watched: Watched) -> None:
    await watched.reads("d1", 0.5)
    await watched.reads("d2", 0.5)
    await watched.passes(0)
    await watched.reads("d2", 0.5)
    watched.now += 29 * MINUTE
    await watched.reads("d2", 0.5)
    found = {dict(mark.tags)["device"]: mark.values for mark in await watched.passes(2)}
    assert found["d1"]["silent"] == 1
    assert found["d1"]["level"] == 2
    assert found["d2"]["silent"] == 0
    await watched.reads("d1", 0.5)
    [mark] = await watched.passes(0)
    assert (mark.values["silent"], mark.values["level"], mark.values["heard"]) == (0, 0, watched.now)


async def test_an_acknowledgement_is_no_news_of_a_device(watched: Watched) -> None:
    await watched.reads("d1", 2.0)
    await watched.passes(0)
    await watched.alerting.acknowledge(list(watched.alerting.unclosed), "Léa", "", watched.now)
    assert await watched.passes(1) == []


async def test_when_a_device_was_heard_before_our_time_the_store_knows(watched: Watched) -> None:
    watched.store.write([reading(REGISTRY, "d1", START - MINUTE, {"surface": 0.5, "volume": 1.0})])
    found = {dict(mark.tags)["device"]: mark.values.get("heard") for mark in await watched.passes(0)}
    assert found == {"d1": START - MINUTE, "d2": None}


async def test_another_registry_is_marked_at_once(watched: Watched) -> None:
    await watched.passes(0)
    among = registry(device("d1"), device("d3"))
    await watched.alerting.reload(CONFIG, among, watched.now)
    assert devices_of(await watched.passes(0)) == ["d1", "d3"]


async def test_a_store_that_was_away_is_told_of_all_it_missed(watched: Watched) -> None:
    await watched.passes(0)
    watched.store.away = True
    await watched.reads("d1", 4.0)
    assert await watched.passes(1) == []
    assert await watched.passes(1) == []
    watched.store.away = False
    [mark] = await watched.passes(1)
    assert mark.values["level"] == 3


def test_a_device_says_where_it_stands_and_what_rules_compare_it_with() -> None:
    limits = [Limit(0.0, param=name) for name in ("alert_level", "note", "Été")]
    params = parameters_of([rule("flood", *(threshold(above=limit) for limit in limits))])
    assert params == {"alert_level", "note"}, "no store has a field called Été"
    values = mark_of("d2", Health(), 0, params, REGISTRY, START).values
    shown = {"level": 0, "silent": 0, "interval": 600, "latitude": 46.5, "longitude": 3.3}
    assert values == {**shown, "alert_level": 1.2}, "a text is no limit"


def test_a_device_of_which_nobody_knows_where_it_stands_is_marked_without_coordinates() -> None:
    place = Placement("site-a", "", "03190", None, None, None)
    among = registry(replace(device("d1"), placements=(place,)))
    assert set(mark_of("d1", Health(), START, (), among, START).values) == {"level", "silent", "interval", "heard"}
