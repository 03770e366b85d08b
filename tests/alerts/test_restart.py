"""Killed anywhere, the alerts go on as if nothing had happened: nothing twice, nothing lost, at the right minute."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from territory import MINUTE, START, reading, registry, rule, threshold

from alerts.alert import Mute, MuteKind, What
from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.checkpoint import CHECKPOINT_MS
from alerts.load import AlertConfig
from alerts.notices.plan import Channel, ChannelKind, Plan, Route
from alerts.rule import Kind, Level, Measure
from alerts.selector import Selector
from devices.reading import Reading

REGISTRY = registry()
RULES = (
    rule("hot", threshold(above=1.0, clear=0.0, delay=10, keep=3), threshold(Level.CRITICAL, above=3.0, clear=2.0)),
    rule("mean", threshold(above=0.5, clear=0.0), measure=Measure.MEAN, window=30 * MINUTE, reopen=10 * MINUTE),
    rule("rate", threshold(above=3.0, clear=1.0), measure=Measure.RATE, window=30 * MINUTE),
    rule("silent", threshold(factor=3.0), kind=Kind.SILENT, quantity=""),
)
PLAN = Plan({"mail": Channel("mail", ChannelKind.MAIL)}, routes=(Route(("mail",)),))
CONFIG = AlertConfig({one.id: one for one in RULES}, {}, PLAN)

Step = tuple[int, float]
"""Minutes since the step before, value."""
steps = st.lists(st.tuples(st.integers(1, 40), st.integers(-1, 4).map(float)), min_size=1, max_size=25)


class Machine:
    """A journal, a clock, and the process that may be killed."""

    def __init__(self, folder: Path, config: AlertConfig = CONFIG) -> None:
        self.folder = folder
        self.config = config
        self.journal: list[tuple[Reading, int]] = []
        self.now = START
        self.alerting = self.start()

    def start(self) -> Alerting:
        return Alerting(Book(self.folder / FILE), self.config, REGISTRY, self.now, begin=0)

    def kill(self) -> None:
        """Nothing is written down any more; what is not in the file is lost."""
        self.alerting.close()
        self.alerting = self.start()

    async def follow(self) -> None:
        """What the forerunner does: everything in the journal after `done`, then time passes."""
        while self.alerting.done < len(self.journal):
            one, received = self.journal[self.alerting.done]
            seq = self.alerting.done + 1
            await self.alerting.take([one], (), seq, received, self.now, caught_up=seq == len(self.journal))
        await self.alerting.tick(self.now, hearing=0, checks={})

    async def reads(self, minutes: int, value: float) -> None:
        self.now += minutes * MINUTE
        self.journal.append((reading(REGISTRY, "d1", self.now, {"surface": value}), self.now))
        await self.follow()

    def story(self) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """The whole history, and what was put in the outbox."""
        book = self.alerting.book
        alerts = sorted(book.alerts(), key=lambda one: one.id)
        history: list[tuple[object, ...]] = [
            (one.rule, *line[1:]) for one in alerts for line in book.transitions(one.id)
        ]
        return history, [(one.alert, one.kind, one.level, one.made) for one in reversed(self.alerting.outbox.rows())]


async def played(folder: Path, journal: Sequence[Step], kills: Sequence[int]) -> tuple[object, ...]:
    machine = Machine(folder)
    try:
        for number, (minutes, value) in enumerate(journal):
            await machine.reads(minutes, value)
            for _ in range(kills.count(number)):
                machine.kill()
                await machine.follow()
        machine.now += 200 * MINUTE
        await machine.follow()
        return machine.story()
    finally:
        machine.alerting.close()


@settings(max_examples=150, deadline=None)
@given(steps, st.lists(st.integers(0, 24), min_size=1, max_size=6))
def test_p13_killed_anywhere_the_history_and_the_notices_are_the_same(journal: list[Step], kills: list[int]) -> None:
    with TemporaryDirectory() as quiet, TemporaryDirectory() as killed:
        expected = asyncio.run(played(Path(quiet), journal, []))
        assert asyncio.run(played(Path(killed), journal, kills)) == expected


async def test_a_kill_in_the_middle_of_for_fires_once_at_the_right_minute(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    await machine.reads(1, 2.0)
    began = machine.now
    machine.now += 4 * MINUTE
    machine.kill()
    await machine.follow()
    assert not machine.alerting.unclosed
    machine.now += 7 * MINUTE
    await machine.follow()
    [alert] = machine.alerting.unclosed.values()
    assert alert.opened == began + 10 * MINUTE
    machine.kill()
    await machine.follow()
    assert [line.what for line in machine.alerting.book.transitions(alert.id)] == [What.FIRED, What.NOTICED]
    machine.alerting.close()


async def test_what_was_written_down_is_not_read_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    for _ in range(5):
        await machine.reads(10, 2.0)
    machine.now += CHECKPOINT_MS
    await machine.follow()
    assert machine.alerting.sampled == 5
    machine.kill()
    assert machine.alerting.done == 5
    assert len(machine.alerting.engine.desks["d1"].samples["surface"]) == 5
    machine.alerting.close()


async def test_acknowledgements_and_silences_survive(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    await machine.reads(1, 4.0)
    [alert] = [one for one in machine.alerting.unclosed.values() if one.rule == "hot"]
    await machine.alerting.acknowledge([alert.id], "Léa", "j’y vais", machine.now)
    silence = Mute(
        0, MuteKind.SILENCE, Selector(), frozenset(), machine.now, machine.now + MINUTE, "Léa", "", machine.now
    )
    number = (await machine.alerting.mute(silence, machine.now)).id
    machine.kill()
    await machine.follow()
    assert machine.alerting.unclosed[alert.id].acknowledged_by == "Léa"
    assert [one.id for one in machine.alerting.mutes] == [number]
    assert await machine.alerting.unmute(number, machine.now)
    assert not machine.alerting.muted(alert, machine.now)
    machine.alerting.close()


async def test_a_muted_alert_is_told_when_the_silence_ends_and_it_is_still_open(tmp_path: Path) -> None:
    machine = Machine(tmp_path, replace(CONFIG, rules={"hot": RULES[0]}))
    end = machine.now + 30 * MINUTE
    silence = Mute(0, MuteKind.MAINTENANCE, Selector(devices=frozenset({"d1"})), frozenset(), 0, end, "Léa", "", 0)
    await machine.alerting.mute(silence, machine.now)
    for _ in range(3):
        await machine.reads(9, 4.0)
    assert machine.alerting.outbox.rows() == []
    await machine.reads(9, 4.0)
    assert [one.kind for one in machine.alerting.outbox.rows()] == ["firing"]
    machine.alerting.close()


async def test_a_disk_that_refuses_delays_what_happened_and_loses_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path, replace(CONFIG, rules={"hot": RULES[0]}))
    machine.alerting.book.connection.execute("PRAGMA query_only = 1")
    await machine.reads(1, 4.0)
    assert "alerts.sqlite" in machine.alerting.trouble
    await machine.reads(1, -1.0)
    machine.alerting.book.connection.execute("PRAGMA query_only = 0")
    machine.now += MINUTE
    await machine.follow()
    assert machine.alerting.trouble == ""
    history, told = machine.story()
    assert [line[3] for line in history] == [What.FIRED, What.NOTICED, What.RESOLVED]
    assert [one[1] for one in told] == ["firing", "resolved"]
    machine.alerting.close()
