"""The memory of the engine is written down in parts, and a kill between two of them changes nothing."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from territory import MINUTE, START, device, reading, registry, rule, threshold

from alerts import checkpoint
from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.load import AlertConfig
from devices.reading import Reading

NAMES = tuple(f"d{n}" for n in range(5))
AMONG = registry(*map(device, NAMES))
RULES = (
    rule("ice", threshold(above=2.0, clear=1.0, delay=10, keep=10), reopen=10 * MINUTE),
    rule("hot", threshold(above=3.0, clear=2.0)),
)
CONFIG = AlertConfig({one.id: one for one in RULES}, {})
Step = tuple[str, int, float]
"""Device, seconds since the step before, value."""
steps = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(1, 400), st.integers(0, 4).map(float)), min_size=1, max_size=40
)


async def played(folder: Path, journal: Sequence[Step], kills: Sequence[int]) -> list[object]:
    entries: list[tuple[Reading, int]] = []
    now = START
    alerting = Alerting(Book(folder / FILE), CONFIG, AMONG, now, begin=0)
    for number, (name, seconds, value) in enumerate([*journal, ("d0", 12_000, 0.0)]):
        now += seconds * 1000
        entries.append((reading(AMONG, name, now, {"surface": value}), now))
        for _ in range(1 + kills.count(number)):
            while alerting.done < len(entries):
                one, received = entries[alerting.done]
                seq = alerting.done + 1
                await alerting.take([one], (), seq, received, now, caught_up=seq == len(entries))
            await alerting.tick(now, hearing=0, checks={})
            if number in kills:
                alerting.close()
                alerting = Alerting(Book(folder / FILE), CONFIG, AMONG, now, begin=0)
    alerts = [(one.rule, one.series.device, one.raised, one.opened, one.resolved) for one in alerting.book.alerts()]
    alerting.close()
    return sorted(alerts, key=str)


@settings(max_examples=200, deadline=None)
@given(steps, st.lists(st.integers(0, 39), min_size=1, max_size=8))
def test_killed_between_two_parts_the_alerts_are_the_same(journal: list[Step], kills: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as quiet, TemporaryDirectory() as killed:
        patch.setattr(checkpoint, "LEAST", 1)
        expected = asyncio.run(played(Path(quiet), journal, []))
        assert asyncio.run(played(Path(killed), journal, kills)) == expected


def test_who_needs_room_in_the_journal_has_the_memory_written_down_at_the_next_tick(tmp_path: Path) -> None:
    with Book(tmp_path / FILE) as book:
        alerting = Alerting(book, CONFIG, AMONG, START, begin=0)
        point = alerting._checkpoint
        assert not point.due(START + 1_000, 0)
        alerting.hasten()
        assert point.due(START + 1_000, 0)
        alerting.close()
