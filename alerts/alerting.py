"""The alerts at work: what was journaled goes through the engine, what comes of it into the book, people are told.

    take -> engine -> changes -> decide -> one transaction (alerts, history, orders, how far) -> the senders wake

The state of the engine is written down every half minute with the seq it stands for (`sampled`). After a crash the
messages after it are taken again; up to `recorded`, the seq of the last transaction, without a word.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import structlog

from alerts.alert import Alert, Mute, Transition, What
from alerts.book import Book
from alerts.calendar import local
from alerts.checkpoint import Checkpoint
from alerts.dispatch import decide
from alerts.engine import LATENESS_MS, Engine
from alerts.keeping import unpack
from alerts.links import Links
from alerts.load import AlertConfig
from alerts.notices.case import Case, case_of
from alerts.outbox import Failing, Outbox
from alerts.reconcile import Change
from alerts.rule import Rule
from alerts.work import Work
from devices.errors import StoreUnavailable
from devices.problems import NOTHING, Bilingual
from devices.reading import Reading
from devices.registry import Registry

log = structlog.get_logger()

Result = TypeVar("Result")

RECENT_MS = 86_400_000
"""Alerts that ended within it are still known to the engine after a restart."""
LOOKED_AT = 2_000
"""Alerts at a tick."""


@dataclass
class Counts:
    """Since the start."""

    judged: int = 0
    """Readings."""
    opened: int = 0
    resolved: int = 0


class Alerting:
    """One per process. Everything runs in one event loop; the disk has a thread of its own."""

    def __init__(
        self,
        book: Book,
        config: AlertConfig,
        registry: Registry,
        now: int,
        *,
        begin: int,
        lateness: int = LATENESS_MS,
        wake: Callable[[Collection[str]], None] = lambda _channels: None,
    ) -> None:
        """`begin` is where a new book begins to read the journal: what is before it is history already."""
        self.book = book
        self.config = config
        self.registry = registry
        self.outbox = Outbox(book.connection, book.lock)
        self.wake = wake
        self.changed: Callable[[Collection[int]], None] = lambda _numbers: None
        """Told of the alerts to which something happened, once it is written down; of none when mutes changed."""
        self.engine = Engine(
            config.rules,
            config.calendars,
            registry,
            month_day,
            now,
            lateness=lateness,
            first_id=book.next_id(),
        )
        unpack(self.engine, book.state(), now)
        book.begin(done=begin, sampled=begin)
        self.recorded = book.fact("done")
        """Everything up to here is in the book."""
        self.sampled = self.done = min(book.fact("sampled"), self.recorded)
        self.unclosed = {alert.id: alert for alert in book.unfinished()}
        """Alerts that are open, or whose end somebody must still be told of."""
        self.mutes = book.mutes(now)
        self.counts = Counts()
        self.trouble: Bilingual = NOTHING
        """Why nothing can be written at the moment."""
        self._retired: dict[str, Rule] = {}
        """Rules that were taken out while their alerts were open: whoever was told must hear of the end."""
        self._to_look_at: list[int] = []
        self._work = Work()
        self._resumed = False
        self._checkpoint = Checkpoint(self.engine, book, now)
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alerts")

    def begin_within(self, last: int) -> None:
        """The journal ends at `last`: a book that knows more is that of another journal, and begins again there."""
        if self.done > last or self.recorded > last:
            log.warning("alerts_beyond_journal", done=self.recorded, journal=last)
            self.done = self.sampled = self.recorded = last
            with self.book.transaction():
                self.book.note("done", last)
                self.book.note("sampled", last)

    # The way of the readings

    async def take(
        self,
        readings: Sequence[Reading],
        replayed: Sequence[bool],
        seq: int,
        received: int,
        now: int,
        *,
        caught_up: bool,
    ) -> None:
        """Judge what the journal holds up to `seq`; `received` is when the last of it was, ms.

        `replayed` says of each reading whether it is; empty: none is. When this returns, what it caused is durable.
        """
        async with self._turn:
            self.done = seq
            for live, run in _runs(readings, replayed):
                self.engine.take(run, received, live=live)
            self.counts.judged += len(readings)
            if seq < self.recorded:
                return
            self._resume(now)
            at = now if caught_up else min(now, received)
            await self._follow(self.engine.changes(at, caught_up=caught_up), now)

    async def tick(self, now: int, *, hearing: int | None, checks: Mapping[str, str]) -> None:
        """About once a second, when all that was journaled was taken. See Engine.tick."""
        async with self._turn:
            if self.done < self.recorded:
                return
            self._resume(now)
            self.engine.tick(now, hearing=hearing, checks=checks)
            await self._follow(self.engine.changes(now), now, self._some_unclosed())
            if self._checkpoint.due(now, self.done):
                await self._write_down()

    def _some_unclosed(self) -> list[Alert]:
        """Those whose time may have come, such as a reminder's: in a storm of thousands not all at each tick."""
        if not self._to_look_at:
            self._to_look_at = list(self.unclosed)
        some, self._to_look_at = self._to_look_at[:LOOKED_AT], self._to_look_at[LOOKED_AT:]
        return [alert for number in some if (alert := self.unclosed.get(number)) is not None]

    def hasten(self) -> None:
        """Write the state down soon, so that the journal need not be kept for it. From any thread."""
        self._checkpoint.hasten()

    async def stop(self, now: int) -> None:
        """Write down what a restart needs to go on at once."""
        async with self._turn:
            if self._resumed:
                self._checkpoint.begin(now, self.done)
                await self._write_down(whole=True)

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self.book.close()

    def _resume(self, now: int) -> None:
        """Once, when all that was on record has been taken again."""
        if self._resumed:
            return
        self._resumed = True
        known = {alert.id: alert for alert in self.book.alerts(since=now - RECENT_MS) if not alert.withdrawn}
        known.update(self.unclosed)
        self.engine.restore([alert for alert in known.values() if not alert.withdrawn], now)

    async def _follow(self, changes: Iterable[Change], now: int, also: Iterable[Alert] = ()) -> None:
        """Note what happened, decide who is told, write both."""
        for alert, transitions in changes:
            self._note(alert, transitions)
            self._count(transitions)
        for alert in [*self._work.alerts.values(), *also]:
            self._decide(alert, now)
        for alert in self._work.alerts.values():
            if alert.closed and not alert.open:
                self.unclosed.pop(alert.id, None)
        await self._write(now)

    def _note(self, alert: Alert, transitions: Iterable[Transition] = ()) -> None:
        self._work.note(alert, transitions)
        self.unclosed[alert.id] = alert

    def _count(self, transitions: Iterable[Transition]) -> None:
        for one in transitions:
            self.counts.opened += one.what in (What.FIRED, What.REOPENED)
            self.counts.resolved += one.what in (What.RESOLVED, What.WITHDRAWN)

    def _decide(self, alert: Alert, now: int) -> None:
        rule = self.rule(alert.rule)
        if rule is None:
            if not alert.open and not alert.closed:  # its rule is gone: nobody can be told in its words
                alert.closed = True
                self._note(alert)
            return
        tags, owner = self._owned(alert)
        before = alert.closed, alert.noticed
        orders = decide(alert, rule, self.config.plan, self.muted(alert, now), now, tags, owner)
        if orders or (alert.closed, alert.noticed) != before:
            self._note(alert)
            self._work.order(alert, orders, now)

    def rule(self, name: str) -> Rule | None:
        """Also one that was taken out while its alerts were open."""
        return self.config.rules.get(name) or self._retired.get(name)

    def muted(self, alert: Alert, now: int) -> bool:
        tags, owner = self._owned(alert)
        return any(mute.covers(alert, tags, owner, now) for mute in self.mutes)

    def _owned(self, alert: Alert) -> tuple[tuple[str, ...], str]:
        device = self.registry.devices.get(alert.series.device)
        return (device.tags, device.owner) if device is not None else ((), "")

    async def _write(self, now: int) -> None:
        """What cannot be written now is written with what comes next."""
        if not self._work:
            return
        done = self.done
        try:
            channels = await self._in_thread(lambda: self._commit(self._work, done, now))
        except StoreUnavailable as error:
            self._say(error)
            return
        if self.trouble:
            log.info("alerts_written_again")
        self.trouble = NOTHING
        numbers = {one.alert for one in self._work.transitions}
        self._work = Work()
        self.recorded = max(self.recorded, done)
        self.wake(channels)
        if numbers:
            self._tell(numbers)

    def _say(self, error: StoreUnavailable) -> None:
        """Once, though each batch tries again."""
        if error.words != self.trouble:
            log.error("alerts_not_written", error=str(error), remedy=error.remedy)
        self.trouble = error.words

    def _tell(self, numbers: Collection[int]) -> None:
        """Whoever shows the alerts must not stop them."""
        try:
            self.changed(numbers)
        except Exception:
            log.exception("alerts_not_shown")

    def _commit(self, work: Work, done: int, now: int) -> set[str]:
        with self.book.transaction():
            self.book.write_alerts(work.alerts.values())
            self.book.write_transitions(work.transitions)
            channels = self.outbox.add(work.orders, now)
            self.book.note("done", done)
        return channels

    async def _write_down(self, *, whole: bool = False) -> None:
        """The next part of the state of the engine, or all that is left of it."""
        part, done = self._checkpoint.next_part(whole=whole), self.done
        try:
            await self._in_thread(lambda: self._checkpoint.write(part, done))
        except StoreUnavailable as error:
            self._say(error)
            self._checkpoint.refused()
        else:
            self.trouble = NOTHING
            if self._checkpoint.written(part):
                self.sampled, self.recorded = part.stands_for, max(done, self.recorded)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # What people do

    async def acknowledge(self, numbers: Collection[int], who: str, comment: str, now: int) -> list[Alert]:
        """Those of these alerts that were open, and that nobody had acknowledged."""
        async with self._turn:
            found = self._acknowledge(numbers, who, comment, now)
            await self._write(now)
            return found

    async def acknowledge_by_link(self, links: Links, token: str, who: str, comment: str, now: int) -> list[Alert]:
        """The same for all of a link's notice; it then works no more. Raises BadLink, StoreUnavailable."""

        def use() -> tuple[str, list[int]]:
            with self.book.transaction():
                claim = links.use(token, now)
                return claim.who, self.outbox.alerts_of(claim.notice)

        async with self._turn:
            channel, numbers = await self._in_thread(use)
            found = self._acknowledge(numbers, who or channel, comment, now)
            await self._write(now)
            return found

    def _acknowledge(self, numbers: Collection[int], who: str, comment: str, now: int) -> list[Alert]:
        known = [alert for number in numbers if (alert := self.unclosed.get(number)) is not None]
        found = [alert for alert in known if alert.open and not alert.acknowledged]
        for alert in found:
            alert.acknowledged, alert.acknowledged_by, alert.comment = now, who, comment
            said = f"{who}: {comment}" if comment else who
            self._note(alert, [Transition(alert.id, now, now, What.ACKNOWLEDGED, alert.level, alert.value, said)])
        return found

    async def mute(self, mute: Mute, now: int) -> Mute:
        """Begin a silence or a maintenance window. Raises StoreUnavailable."""

        def write() -> Mute:
            with self.book.transaction():
                return self.book.add_mute(mute)

        async with self._turn:
            added = await self._in_thread(write)
            self.mutes = [*(one for one in self.mutes if one.end > now), added]
            self._tell(())
            return added

    async def unmute(self, number: int, now: int) -> bool:
        """End it now. False when there is none of this number that is not over. Raises StoreUnavailable."""

        def write() -> None:
            with self.book.transaction():
                self.book.end_mute(number, now)

        async with self._turn:
            if not any(one.id == number and one.end > now for one in self.mutes):
                return False
            await self._in_thread(write)
            self.mutes = [one._replace(end=now) if one.id == number else one for one in self.mutes]
            self._tell(())
            return True

    async def reload(self, config: AlertConfig, registry: Registry, now: int) -> None:
        async with self._turn:
            told = {alert.rule for alert in self.unclosed.values()}
            self._retired.update((name, rule) for name, rule in self.config.rules.items() if name in told)
            self.config, self.registry = config, registry
            self.engine.reload(config.rules, config.calendars, registry, now)
            if self._resumed:
                await self._follow(self.engine.changes(now), now)

    # What others ask

    def failing(self, now: int) -> list[Failing]:
        """Channels that do not take their notices."""
        return self.outbox.failing(now)

    def look(self, numbers: Collection[int], now: int) -> dict[int, Case]:
        """The alerts of these numbers with their rules and names. Called in the sender's thread."""
        found = {}
        for number in numbers:
            alert = self.unclosed.get(number) or self.book.alert(number)
            rule = self.rule(alert.rule) if alert is not None else None
            if alert is not None and rule is not None:
                muted = self.muted(alert, now)
                found[number] = case_of(alert, rule, self.registry, self.config.communes, muted=muted)
        return found


def month_day(time_ms: int) -> tuple[int, int]:
    """By the clocks of the territory."""
    day = local(time_ms)
    return day.month, day.day


def _runs(readings: Sequence[Reading], replayed: Sequence[bool]) -> list[tuple[bool, Sequence[Reading]]]:
    """Whether live, and the readings, in their order."""
    if not replayed:
        return [(True, readings)] if readings else []
    pairs = zip(readings, replayed, strict=True)
    return [(not old, [reading for reading, _ in some]) for old, some in groupby(pairs, key=lambda one: one[1])]
