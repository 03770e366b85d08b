"""Alerts reach the store, and the last mark of each rule on each device is how it stands."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import Marked
from territory import MINUTE, START, device, reading, registry, rule, threshold

from alerts.alert import Mute, MuteKind
from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.load import AlertConfig
from alerts.rule import Kind, Level, Measure
from alerts.selector import Selector
from devices.errors import StoreUnavailable
from vigiterre.exporting import AGAIN_MS, Exporting

REGISTRY = registry(device("d1"), device("d2"))
RULES = (
    rule("hot", threshold(above=1.0, clear=0.0, keep=3), threshold(Level.CRITICAL, above=3.0, clear=2.0)),
    rule("mean", threshold(above=0.5, clear=0.0), measure=Measure.MEAN, window=30 * MINUTE, reopen=10 * MINUTE),
    rule("silent", threshold(factor=3.0), kind=Kind.SILENT, quantity=""),
)
CONFIG = AlertConfig({one.id: one for one in RULES})


class Exported:
    """Alerts, their clock, and the store they are copied into."""

    def __init__(self, folder: Path) -> None:
        self.now = START
        self.alerting = Alerting(Book(folder / FILE), CONFIG, REGISTRY, START, begin=0)
        self.store = Marked()
        self.exporting = Exporting(self.alerting, self.store)
        self._seq = 0

    async def reads(self, name: str, time: int, value: float) -> None:
        self._seq += 1
        one = reading(REGISTRY, name, time, {"surface": value})
        await self.alerting.take([one], (), self._seq, self.now, self.now, caught_up=True)

    async def passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        await self.alerting.tick(self.now, hearing=0, checks={})
        self.exporting.export(self.now)

    def close(self) -> None:
        self.exporting.close()
        self.alerting.close()

    def shown(self) -> dict[tuple[str, ...], tuple[float, float]]:
        """(device, rule) -> level and acknowledged, of what is shown to be open."""
        last = self.store.last("alert", "device", "rule")
        return {key: (one["level"], one["acknowledged"]) for key, one in last.items() if one["level"]}

    def true(self) -> dict[tuple[str, ...], tuple[float, float]]:
        found = self.alerting.book.alerts(open_only=True)
        return {(one.series.device, one.rule): (one.level, float(bool(one.acknowledged))) for one in found}


@pytest.fixture
def exported(tmp_path: Path) -> "Exported":
    return Exported(tmp_path)


STEPS = st.tuples(
    st.integers(1, 25),  # minutes that pass
    st.integers(0, 50),  # how late the reading is, minutes
    st.sampled_from(["d1", "d2"]),
    st.integers(-1, 4).map(float),
    st.booleans(),  # somebody acknowledges all
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=25))
def test_however_late_readings_come_the_last_marks_are_the_present_state(
    steps: list[tuple[int, int, str, float, bool]],
) -> None:
    async def play(folder: str) -> None:
        exported = Exported(Path(folder))
        for minutes, late, name, value, acknowledges in steps:
            await exported.passes(minutes)
            await exported.reads(name, exported.now - late * MINUTE, value)
            if acknowledges:
                await exported.alerting.acknowledge(list(exported.alerting.unclosed), "Léa", "", exported.now)
            exported.exporting.export(exported.now)
            assert exported.shown() == exported.true()
        exported.close()

    with TemporaryDirectory() as folder:
        asyncio.run(play(folder))


async def test_a_store_that_was_away_gets_all_that_happened_meanwhile(exported: Exported) -> None:
    exported.store.away = True
    await exported.reads("d1", START, 4.0)
    with pytest.raises(StoreUnavailable):
        await exported.passes(1)
    await exported.reads("d1", START + MINUTE, -1.0)
    with pytest.raises(StoreUnavailable):
        await exported.passes(5)
    exported.store.away = False
    await exported.passes(1)
    hot = [(one.time, one.values["level"]) for one in exported.store.of("alert") if dict(one.tags)["rule"] == "hot"]
    assert (START, 3.0) in hot
    assert ("d1", "hot") not in exported.shown()
    exported.close()


async def test_a_transition_is_copied_once(exported: Exported) -> None:
    await exported.reads("d1", START, 4.0)
    await exported.passes(1)
    count = len(exported.store.marks)
    await exported.passes(1)
    assert len(exported.store.marks) == count
    exported.close()


async def test_what_is_open_is_said_every_ten_minutes_even_if_the_clock_is_set_back(exported: Exported) -> None:
    await exported.reads("d1", START, 4.0)
    await exported.passes(1)
    first = exported.now
    count = len(exported.store.marks)
    exported.exporting.export(first + AGAIN_MS)
    assert len(exported.store.marks) > count
    count = len(exported.store.marks)
    exported.exporting.export(first)
    assert len(exported.store.marks) > count
    exported.close()


async def test_a_maintenance_window_is_shown_when_it_is_made_and_when_it_is_ended_early(exported: Exported) -> None:
    window = Mute(0, MuteKind.MAINTENANCE, Selector(), frozenset(), START, START + 60 * MINUTE, "", "", START + 1)
    made = await exported.alerting.mute(window, START + 1)
    await exported.passes(1)
    assert [one.time for one in exported.store.of("maintenance")] == [START, START + 60 * MINUTE] * 2
    await exported.alerting.unmute(made.id, START + 2 * MINUTE)
    await exported.passes(5)
    assert [one.time for one in exported.store.of("maintenance")[4:]] == [START, START + 2 * MINUTE] * 2
    exported.close()
