"""Tests of rules: what devices send and what is wrong with ourselves, and the alerts that must come of it. Pure.

A trial is played to the same engine that judges the live readings, with only the devices of the trial in its registry:
all others would be silent.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from alerts.alert import Alert
from alerts.alerting import month_day
from alerts.applied import Applied
from alerts.engine import Engine
from alerts.load import AlertConfig
from alerts.planning import Planning
from alerts.rule import Kind, Level
from devices.problems import Bilingual
from devices.reading import Reading
from devices.registry import Profile, Registry

TICK_MS = 60_000
"""Besides the instants at which something comes: between two of them time passes in such steps. What comes of it is
exact all the same, for alerts are in event time."""
BEFORE, AFTER = 2, 1
"""Readings shown before and after the instant at which an alert was expected to begin or to end."""


class Interval(NamedTuple):
    """One alert from when it fires until it is resolved."""

    rule: str
    device: str
    level: Level
    """The highest it reaches."""
    start: int
    end: int | None
    """ms of event time; None while it is open."""


class Sent(NamedTuple):
    received: int
    """ms; later than the event time of the reading when it comes late."""
    reading: Reading


class Failing(NamedTuple):
    """A check of ourselves that finds something wrong within [start, end)."""

    check: str
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Trial:
    name: Bilingual
    file: str
    line: int
    start: int
    """From when on the devices are waited for, ms."""
    end: int
    """How far time passes, ms."""
    rules: tuple[str, ...]
    """Those that are judged, in the order of rules.toml."""
    profiles: tuple[Profile, ...]
    """The devices, of devices.csv or invented."""
    sent: tuple[Sent, ...]
    """In the order in which it is received."""
    failing: tuple[Failing, ...]
    hearing: bool
    """Devices can be heard: silence means something."""
    expected: tuple[Interval, ...]
    """All the alerts there are to be."""


@dataclass(frozen=True, slots=True)
class Outcome:
    trial: Trial
    missing: tuple[Interval, ...]
    """Expected, and not found."""
    surplus: tuple[Interval, ...]
    """Found, and not expected."""
    broken: Mapping[str, str]
    """Rule -> the traceback of what went wrong in judging it."""

    @property
    def passed(self) -> bool:
        return not (self.missing or self.surplus or self.broken)


class Tried(NamedTuple):
    """What the trials show of a rule."""

    fires: bool
    """It fires in one of them."""
    rests: bool
    """In one of them it is judged, and does not fire."""


def run(trial: Trial, config: AlertConfig, registry: Registry) -> Outcome:
    """Play a trial, and compare the alerts that come of it with those expected."""
    among = _registry(trial, registry)
    rules = {name: config.rules[name] for name in trial.rules}
    engine = Engine(rules, config.calendars, among, month_day, trial.start)
    alerts = _played(trial, engine)
    found = Counter(_interval(one) for one in alerts if not one.withdrawn)
    expected = Counter(trial.expected)
    return Outcome(trial, _sorted(expected - found), _sorted(found - expected), engine.broken)


def _played(trial: Trial, engine: Engine) -> Iterable[Alert]:
    found: dict[int, Alert] = {}
    hearing = trial.start if trial.hearing else None
    taken = 0
    for now in _moments(trial):
        while taken < len(trial.sent) and trial.sent[taken].received <= now:
            engine.take([trial.sent[taken].reading], now)
            taken += 1
        wrong = {one.check: one.words for one in trial.failing if one.start <= now < one.end}
        engine.tick(now, hearing=hearing, checks=wrong)
        found.update({change.alert.id: change.alert for change in engine.changes(now)})
        engine.forget()
    return found.values()


def _moments(trial: Trial) -> list[int]:
    """When something comes, and steps between."""
    edges = {edge for one in trial.failing for edge in (one.start, one.end)}
    coming = {one.received for one in trial.sent} | {moment for moment in edges if moment <= trial.end}
    return sorted({*range(trial.start, trial.end, TICK_MS), *coming, trial.end})


def _registry(trial: Trial, registry: Registry) -> Registry:
    devices = {one.device.id: one.device for one in trial.profiles}
    profiles = {one.device.id: one for one in trial.profiles}
    models = registry.models | {one.model.id: one.model for one in trial.profiles}
    return replace(registry, models=models, devices=devices, profiles=profiles, addresses={})


def _interval(alert: Alert) -> Interval:
    return Interval(alert.rule, alert.series.device, alert.peak, alert.opened, alert.resolved)


def _sorted(intervals: Counter[Interval]) -> tuple[Interval, ...]:
    return tuple(sorted(intervals.elements(), key=lambda one: (one.start, one.rule, one.device, one.level)))


def around(outcome: Outcome, config: AlertConfig, registry: Registry) -> list[Reading]:
    """The readings about the instants at which found and expected differ, with the values their rules look at."""
    found: dict[tuple[str, int], Reading] = {}
    applied = _applied(outcome.trial, config, registry)
    for one in (*outcome.missing, *outcome.surplus):
        looked_at = next((rule.quantities for rule in applied.get(one.device, ()) if rule.rule.id == one.rule), None)
        mine = sorted(_readings(outcome.trial, one.device), key=lambda reading: reading.time)
        for reading in _about([one.start, one.end], mine):
            known = found[one.device, reading.time].values if (one.device, reading.time) in found else {}
            values = {name: value for name, value in reading.values.items() if not looked_at or name in looked_at}
            found[one.device, reading.time] = reading._replace(values=known | values)
    return sorted(found.values(), key=lambda reading: (reading.time, reading.series.device))


def _about(moments: Iterable[int | None], readings: Sequence[Reading]) -> Iterable[Reading]:
    for moment in moments:
        if moment is not None:
            passed = sum(reading.time <= moment for reading in readings)
            yield from readings[max(0, passed - BEFORE) : passed + AFTER]


def tried(trials: Iterable[Trial], config: AlertConfig, registry: Registry) -> dict[str, Tried]:
    """What the trials show of every rule there is."""
    fires: set[str] = set()
    rests: set[str] = set()
    for trial in trials:
        expected = {one.rule for one in trial.expected}
        fires |= expected
        rests |= _judged(trial, config, registry) - expected
    return {name: Tried(name in fires, name in rests) for name in config.rules}


def _judged(trial: Trial, config: AlertConfig, registry: Registry) -> set[str]:
    """The rules that have something to judge in a trial: all the quantities they look at, silence, or ourselves."""
    found = {name for name in trial.rules if trial.failing and config.rules[name].kind is Kind.PLATFORM}
    for device, applied in _applied(trial, config, registry).items():
        measured = {name for reading in _readings(trial, device) for name in reading.values}
        found |= {one.rule.id for one in applied if one.quantities <= measured}
    return found


def _applied(trial: Trial, config: AlertConfig, registry: Registry) -> dict[str, list[Applied]]:
    """The rules of a trial on each of its devices, where it stands at the beginning."""
    planning = Planning([config.rules[name] for name in trial.rules], _registry(trial, registry))
    return {one.device.id: planning.of(one.series_at(trial.start)) for one in trial.profiles}


def _readings(trial: Trial, device: str) -> list[Reading]:
    return [one.reading for one in trial.sent if one.reading.series.device == device]
