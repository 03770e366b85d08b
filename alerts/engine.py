"""The alerts of a territory as a function of what came and of the time that passed: `take`, `tick`, `changes`.

No clock, no disk, no network: times are arguments, and what happened is handed out. Evaluation is in event time; a
reading that comes in order costs one step, one that comes late a new run over the window in which that is allowed.
"""

import traceback
from collections.abc import Iterable, Mapping, Sequence

from alerts.alert import OURSELVES, PLATFORM, Alert
from alerts.applied import Applied, apply_check
from alerts.desk import Desk, stirs
from alerts.hearing import Hearing
from alerts.judge import MonthDay, Season, Slots
from alerts.lane import Sense, Span
from alerts.planning import Planning
from alerts.reconcile import Change, ended_by, reconcile
from alerts.rule import Kind, Rule
from alerts.silent import SilentWatch
from alerts.watch import Watch
from devices.reading import Reading, Series
from devices.registry import Registry

LATENESS_MS = 3_600_000
FRESH_MS = 120_000
"""An alert whose newest value is older than this may be history that is still coming in."""
SETTLE_MS = 3_000
"""Then people are told when the device has sent nothing more for so long..."""
PATIENCE_MS = 30_000
"""... or goes on sending, and the alert stays open: its clock is behind, and this is no history."""

PLATFORM_SERIES = Series(PLATFORM, OURSELVES, OURSELVES, "", "")


class Engine:
    """One per process. `lateness` is how far behind the newest reading of its device another one still counts, ms."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        calendars: Mapping[str, Slots],
        registry: Registry,
        month_day: MonthDay,
        now: int,
        *,
        lateness: int = LATENESS_MS,
        first_id: int = 1,
    ) -> None:
        self.month_day = month_day
        self.lateness = lateness
        self.desks: dict[str, Desk] = {}
        self.ourselves = Desk(PLATFORM_SERIES, now)
        self.too_late = 0
        """Readings that came too late to be judged. They are stored all the same."""
        self.broken: dict[str, str] = {}
        """Rule -> the traceback of the mistake of ours, or of the rule, that keeps it from being judged."""
        self.next_id = first_id
        self._touched: dict[int, tuple[Watch | SilentWatch, Desk]] = {}
        self._waiting: dict[int, tuple[int, Watch, Desk]] = {}
        """Watches that time alone may change, and when."""
        self._unsettled: dict[int, tuple[Alert, Watch, Desk]] = {}
        self._deaf_since: int | None = None
        """Since when we cannot hear, ms, as far as ticks told."""
        self._hearing = Hearing(self.desks, self.touch)
        self._ended: list[Change] = []
        self._orphans: list[Alert] = []
        """Alerts of rules that are broken."""
        self._words: dict[str, str] = {}
        """Rule on ourselves -> what its check says."""
        self._load(rules, calendars, registry, now)

    def _load(self, rules: Mapping[str, Rule], calendars: Mapping[str, Slots], registry: Registry, now: int) -> None:
        self.rules = dict(rules)
        self.registry = registry
        self.planning = Planning(rules.values(), registry)
        self.seasons = {
            rule.id: Season(calendars.get(rule.calendar), rule.season, rule.valid, self.month_day)
            for rule in rules.values()
        }
        self.broken.clear()
        silent = any(rule.kind is Kind.SILENT for rule in rules.values())
        self._hearing.begin(registry.profiles if silent else (), self.seasons, now)
        for rule in rules.values():
            if rule.kind is Kind.PLATFORM and rule.id not in self.ourselves.watches:
                self.ourselves.watches[rule.id] = Watch(apply_check(rule), self.seasons[rule.id], 0)

    # What comes in

    def take(self, readings: Sequence[Reading], received: int, *, live: bool = True) -> None:
        """Judge readings, in the order they came. `received` is when the last of them was, ms.

        `live=False`: they are replayed; history is corrected and nobody is told.
        """
        desks = self.desks
        for reading in readings:
            series, time, values = reading
            desk = desks.get(series.device)
            if desk is None or desk.watches or series is not desk.series or time <= desk.newest or not live:
                self._take_with_care(reading, received, live=live)
                continue
            for name, kept in desk.samples.items():
                value = values.get(name)
                if value is None:
                    continue
                if not kept.low < value < kept.high:
                    self._take_with_care(reading, received, live=live)
                    break
                kept.times.append(time)
                kept.values.append(value)
            else:
                desk.newest = time
                desk.heard = received

    def _take_with_care(self, reading: Reading, received: int, *, live: bool) -> None:
        """A reading that is late, or that not all is calm about. Taking it twice changes nothing."""
        series, time, values = reading
        desk = self.desk(series, received)
        if live:
            self._hearing.hear(desk, received)
        if time < desk.newest - self.lateness:
            self.too_late += live
            return
        if series is not desk.series and time >= desk.newest:
            self._stand(desk, series)
        for name, value in values.items():
            if name in desk.samples:
                desk.samples[name].add(time, value)
        newest, desk.newest = desk.newest, max(time, desk.newest)
        desk.packed = ()
        for applied in desk.applied.values():
            if not applied.quantities.isdisjoint(values) and applied.rule.id not in self.broken:
                self._judge(desk, applied, reading, newest, live=live)

    def _judge(self, desk: Desk, applied: Applied, reading: Reading, newest: int, *, live: bool) -> None:
        """`newest` is the event time of the newest reading before this one."""
        rule = applied.rule
        watch = desk.watches.get(rule.id)
        try:
            if watch is None:
                if not stirs(applied, reading.values):
                    return
                watch = Watch(applied, self.seasons[rule.id], desk.newest - self.lateness - 1)
                desk.watches[rule.id] = watch
                if reading.time > newest:
                    watch.newest = newest
            assert isinstance(watch, Watch)
            if reading.time > newest and watch.newest <= newest:
                watch.follow(desk.samples, reading.time)
                watch.live = live
            elif reading.time > watch.since:
                watch.rerun(desk.samples)
                watch.live = watch.live or live
        except Exception:  # noqa: BLE001  -- a mistake in one rule must not stop the others, nor the readings
            self._fail(rule, desk)
            return
        self.touch(watch, desk)

    def touch(self, watch: Watch | SilentWatch, desk: Desk) -> None:
        """Something about it may have changed: `changes` looks."""
        self._touched[id(watch)] = (watch, desk)

    def _fail(self, rule: Rule, desk: Desk) -> None:
        """It rests until the next configuration; its open alerts stay open."""
        self.broken[rule.id] = f"{desk.series.device}: {traceback.format_exc()}"
        watch = desk.watches.pop(rule.id, None)
        if watch is not None:
            self._orphans += watch.alerts
            self._waiting.pop(id(watch), None)

    # What time brings

    def tick(self, now: int, *, hearing: int | None, checks: Mapping[str, str]) -> None:
        """Time has passed. Call it about once a second, when all that was received has been taken.

        `hearing`: since when we can hear the devices, ms; None while we cannot. `checks`: what is wrong with ourselves,
        "" where nothing is.
        """
        if self._may_pass(now, hearing):
            for due, watch, desk in list(self._waiting.values()):
                if due <= now:
                    self.touch(watch, desk)
        if hearing is not None:
            self._hearing.pass_time(now, hearing, lambda device: self._desk_of(device, now))
        self._look_at_ourselves(now, checks)
        for alert, watch, desk in list(self._unsettled.values()):
            if not alert.open or alert.live:
                del self._unsettled[alert.id]
            elif watch.live and (now - desk.heard >= SETTLE_MS or now - alert.found >= PATIENCE_MS):
                self.touch(watch, desk)

    def _may_pass(self, now: int, hearing: int | None) -> bool:
        """Whether a term ends by time alone. Not while deaf: what says otherwise may wait at the broker."""
        if hearing is not None:
            self._deaf_since = None
            return True
        if self._deaf_since is None:
            self._deaf_since = now
        return now - self._deaf_since >= PATIENCE_MS

    def _look_at_ourselves(self, now: int, checks: Mapping[str, str]) -> None:
        for watch in self.ourselves.watches.values():
            assert isinstance(watch, Watch)
            words = checks.get(watch.applied.rule.check, "")
            watch.live = True
            if words:
                self._words[watch.applied.rule.id] = words
            if watch.feed(now, Sense.RAISE if words else Sense.CLEAR):
                self.touch(watch, self.ourselves)

    # What came of it

    def changes(self, now: int, *, caught_up: bool = True) -> list[Change]:
        """What happened since the last call, known at `now`. Each alert is the object that goes on living."""
        touched, self._touched = self._touched, {}
        found, self._ended = self._ended, []
        for key, (watch, desk) in touched.items():
            until = self._passed(watch, desk, now, caught_up=caught_up)
            moved = reconcile(watch, desk.series, now, self._new_id, until)
            for alert in watch.alerts:
                if alert.open and not alert.live and self._may_tell(alert, watch, desk, now, caught_up=caught_up):
                    alert.live = True
                    if all(change.alert is not alert for change in moved):
                        moved.append(Change(alert, []))
            if desk is self.ourselves:
                for change in moved:
                    change.alert.detail = self._words.get(change.alert.rule, "")
            found += moved
            self._wait_for(key, watch, desk, until)
        return found

    def _wait_for(self, key: int, watch: Watch | SilentWatch, desk: Desk, now: int) -> None:
        due = watch.deadline(now) if isinstance(watch, Watch) else None
        if due is not None and isinstance(watch, Watch):
            self._waiting[key] = (due, watch, desk)
        else:
            self._waiting.pop(key, None)

    def _may_tell(self, alert: Alert, watch: Watch | SilentWatch, desk: Desk, now: int, *, caught_up: bool) -> bool:
        """It is live, and not a page of history whose next line is still to come."""
        if not watch.live:
            return False
        if isinstance(watch, SilentWatch) or self._settled(desk, now, caught_up=caught_up):
            return True
        if caught_up and now - alert.found >= PATIENCE_MS:
            return True
        self._unsettled[alert.id] = (alert, watch, desk)
        return False

    def _passed(self, watch: Watch | SilentWatch, desk: Desk, now: int, *, caught_up: bool) -> int:
        """How far time has passed for a watch, ms: as far as it had for what is on record, which stays, or farther."""
        known = [max(one.opened, one.resolved or 0) for one in watch.alerts if not one.withdrawn]
        return max(now if self._settled(desk, now, caught_up=caught_up) else min(now, desk.newest), *known, 0)

    def _settled(self, desk: Desk, now: int, *, caught_up: bool) -> bool:
        """Else its history is still coming in, and what time alone would bring after its newest reading must wait."""
        if desk is self.ourselves or now - desk.newest <= FRESH_MS:
            return True
        return caught_up and now - desk.heard >= SETTLE_MS

    def _new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    # What is kept, and for how long

    def forget(self, devices: Iterable[str] | None = None) -> None:
        """Let go of what is beyond the lateness window, of all or of these: when `changes` has just been asked."""
        assert not self._touched
        names = self.desks if devices is None else devices
        for desk in filter(None, map(self.desks.get, names)):
            desk.forget(self.lateness)
            for name, watch in list(desk.watches.items()):
                self._forget_alerts(watch)
                if watch.calm(desk.samples):
                    del desk.watches[name]
                    self._waiting.pop(id(watch), None)
        for watch in self.ourselves.watches.values():
            assert isinstance(watch, Watch)
            watch.trim(watch.newest - self.lateness)
            self._forget_alerts(watch)

    def _forget_alerts(self, watch: Watch | SilentWatch) -> None:
        """As long as its interval is among those of the watch, an alert must be as well."""
        reopen = watch.applied.rule.reopen
        watch.alerts = [
            one
            for one in watch.alerts
            if one.open or (one.opened if one.resolved is None else one.resolved) + reopen >= watch.since
        ]

    def restore(self, alerts: Iterable[Alert], now: int) -> None:
        """Give the alerts on record back to their watches; end those whose rule or device is gone."""
        for alert in sorted(alerts, key=lambda one: one.opened):
            desk = self._home(alert, now)
            watch = None if desk is None else desk.watches.get(alert.rule) or self._begin_again(desk, alert)
            if watch is not None and desk is not None:
                watch.alerts.append(alert)
                self.touch(watch, desk)
                if desk is self.ourselves and alert.open and isinstance(watch, Watch):
                    watch.carry(alert.level, alert.raised, alert.opened)
            elif alert.open:
                self._ended.append(ended_by(alert, now, "rule or device removed"))

    def _home(self, alert: Alert, now: int) -> Desk | None:
        if alert.series.domain == PLATFORM:
            return self.ourselves
        return self._desk_of(alert.series.device, now)

    def _begin_again(self, desk: Desk, alert: Alert) -> Watch | SilentWatch | None:
        """A watch for an open alert that has none: its rule was changed, or its beginning is beyond the samples."""
        if not alert.open:
            return None
        watch: Watch | SilentWatch
        if silent := desk.silent.get(alert.rule):
            watch = SilentWatch(silent, self.seasons[alert.rule])
            watch.open = {alert.level: Span(alert.raised, alert.opened, None)}
            watch.newest = desk.heard
        elif applied := desk.applied.get(alert.rule):
            watch = Watch(applied, self.seasons[alert.rule], max(desk.newest - 1, 0))
            watch.carry(alert.level, alert.raised, alert.opened)
            watch.rerun(desk.samples)
            watch.live = True
        else:
            return None
        desk.watches[alert.rule] = watch
        self.touch(watch, desk)
        return watch

    def reload(self, rules: Mapping[str, Rule], calendars: Mapping[str, Slots], registry: Registry, now: int) -> None:
        """Another configuration. What is unchanged keeps its state; a changed rule goes on from its open alerts."""
        loose = [*self._orphans, *self._detach_ourselves(rules)]
        self._orphans.clear()
        self._load(rules, calendars, registry, now)
        for name, desk in list(self.desks.items()):
            if name not in registry.profiles:
                loose += [alert for watch in desk.watches.values() for alert in watch.alerts]
                del self.desks[name]
                continue
            before = {**desk.applied, **desk.silent}
            desk.plan(self.planning.plan(desk.series))
            after = {**desk.applied, **desk.silent}
            for rule, watch in list(desk.watches.items()):
                if before.get(rule) == after.get(rule):
                    watch.applied, watch.season = after[rule], self.seasons[rule]
                else:
                    loose += watch.alerts
                    del desk.watches[rule]
                    self._waiting.pop(id(watch), None)
        kept = {id(watch) for desk in self.desks.values() for watch in desk.watches.values()}
        self._unsettled = {key: one for key, one in self._unsettled.items() if id(one[1]) in kept}
        self.restore([alert for alert in loose if alert.open], now)

    def _detach_ourselves(self, rules: Mapping[str, Rule]) -> list[Alert]:
        """The alerts of rules on ourselves that are changed or gone."""
        found = []
        for name, watch in list(self.ourselves.watches.items()):
            if rules.get(name) != watch.applied.rule:
                found += watch.alerts
                del self.ourselves.watches[name]
                self._waiting.pop(id(watch), None)
        return found

    # Where devices stand, and which rules apply

    def desk(self, series: Series, now: int) -> Desk:
        desk = self.desks.get(series.device)
        if desk is None:
            desk = self.desks[series.device] = Desk(series, now)
            self._stand(desk, series)
        return desk

    def _desk_of(self, device: str, now: int) -> Desk | None:
        """None for a device that is not in the registry."""
        profile = self.registry.profiles.get(device)
        return self.desk(profile.series_at(now), now) if profile is not None else None

    def _stand(self, desk: Desk, series: Series) -> None:
        """A device is seen at a place, the first time or anew."""
        moved = series != desk.series
        desk.series = series
        if not moved and (desk.applied or desk.silent):
            return
        desk.plan(self.planning.plan(series))
        for rule, watch in list(desk.watches.items()):
            if rule not in desk.applied and rule not in desk.silent:
                self._ended += [ended_by(one, desk.newest, "the device was moved") for one in watch.alerts if one.open]
                del desk.watches[rule]
                self._waiting.pop(id(watch), None)
