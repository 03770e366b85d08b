"""What the values of a device say of a rule at one instant of event time. Pure: samples in, verdicts out."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple, Protocol

from alerts.applied import Applied, AppliedLevel, Bound
from alerts.lane import Sense
from alerts.means import COVERED, Means, mean_of
from alerts.rule import Condition, Measure
from alerts.samples import Sample, Samples

HOUR_MS = 3_600_000
OLD_ENOUGH = 0.5
"""Of the window must lie between the two values of a rate."""


class Slots(Protocol):
    """A calendar."""

    def slot(self, time_ms: int) -> tuple[int, int] | None: ...


class Season(NamedTuple):
    """When a rule counts at all."""

    calendar: Slots | None
    days: tuple[tuple[int, int], tuple[int, int]] | None
    valid: tuple[int | None, int | None]
    month_day: "MonthDay"


class MonthDay(Protocol):
    """ms -> (month, day) by the clocks of the territory."""

    def __call__(self, time_ms: int, /) -> tuple[int, int]: ...


class Verdict(NamedTuple):
    sense: Sense
    seen: int
    """Event time of the value it rests on."""
    value: float | None
    limit: float | None


UNKNOWN = Verdict(Sense.UNKNOWN, 0, None, None)


def judge(
    applied: Applied, samples: Mapping[str, Samples], time: int, season: Season, means: Means | None = None
) -> list[Verdict]:
    """One verdict a level, lowest first. `means`: of the same samples, where many times are judged in a row."""
    found = _measured(applied, samples, time, means)
    if found is None:
        return [UNKNOWN] * len(applied.levels)
    counts = in_season(season, time, applied.rule.window)
    met = Sense.CLEAR if counts is Sense.CLEAR else min(counts, _when(applied, samples, time))
    return [_level(level, found, met, applied, samples, time) for level in applied.levels]


def in_season(season: Season, time: int, window: int = 0) -> Sense:
    """RAISE when it counts, CLEAR when it does not, UNKNOWN while the window still reaches out of the slot."""
    begin, end = season.valid
    if (begin is not None and time < begin) or (end is not None and time >= end):
        return Sense.CLEAR
    if season.days is not None:
        first, last = season.days
        today = season.month_day(time)
        if not (first <= today <= last if first <= last else today >= first or today <= last):
            return Sense.CLEAR
    if season.calendar is not None:
        slot = season.calendar.slot(time)
        if slot is None:
            return Sense.CLEAR
        if time - window < slot[0] and window:
            return Sense.UNKNOWN
    return Sense.RAISE


def _level(
    level: AppliedLevel, found: Sample, met: Sense, applied: Applied, samples: Mapping[str, Samples], time: int
) -> Verdict:
    seen, value = found
    if level.threshold.states:
        sense, limit = (Sense.RAISE if value in level.threshold.states else Sense.CLEAR), None
    else:
        bound = level.above or level.below
        limit = _resolved(bound, applied, samples, time) if bound else None
        clear = _resolved(level.clear, applied, samples, time) if level.clear else None
        if limit is None or clear is None:
            return Verdict(Sense.UNKNOWN, seen, value, None)
        sense = _compared(value, limit, clear, above=level.above is not None)
    if met is not Sense.RAISE and sense is not Sense.CLEAR:
        sense = met  # not in season or a condition not met: clear; one of them not known: not known
    return Verdict(sense, seen, value, limit)


def _compared(value: float, limit: float, clear: float, *, above: bool) -> Sense:
    sign = 1 if above else -1
    if sign * value >= sign * limit:
        return Sense.RAISE
    return Sense.CLEAR if sign * value <= sign * clear else Sense.BAND


def _resolved(bound: Bound, applied: Applied, samples: Mapping[str, Samples], time: int) -> float | None:
    if not bound.quantity:
        return bound.number
    other = _held(samples.get(bound.quantity), time, applied.hold)
    return None if other is None else other.value + bound.number


def _held(samples: Samples | None, time: int, hold: int) -> Sample | None:
    """The newest value at `time`, unless it is too old to hold still."""
    found = samples.at(time) if samples is not None else None
    return found if found is not None and time - found.time <= hold else None


def _when(applied: Applied, samples: Mapping[str, Samples], time: int) -> Sense:
    """RAISE when all conditions are met, CLEAR when one is not, UNKNOWN when that is not known."""
    worst = Sense.RAISE
    for condition, above, below in applied.when:
        found = _held(samples.get(condition.quantity), time, applied.hold)
        met = None if found is None else _met(condition, found.value, above, below, applied, samples, time)
        if met is False:
            return Sense.CLEAR
        if met is None:
            worst = Sense.UNKNOWN
    return worst


def _met(
    condition: Condition,
    value: float,
    above: Bound | None,
    below: Bound | None,
    applied: Applied,
    samples: Mapping[str, Samples],
    time: int,
) -> bool | None:
    if condition.states:
        return value in condition.states
    bound = above or below
    limit = _resolved(bound, applied, samples, time) if bound else None
    if limit is None:
        return None
    return value >= limit if above else value <= limit


def means_for(applied: Applied, samples: Mapping[str, Samples]) -> Means | None:
    """What `judge` takes to judge many times in a row; None for a rule that compares no mean."""
    own = samples.get(applied.rule.quantity)
    if own is None or applied.rule.measure is not Measure.MEAN:
        return None
    return Means(own, applied.hold, energy=applied.energy)


def _measured(applied: Applied, samples: Mapping[str, Samples], time: int, means: Means | None) -> Sample | None:
    """What is compared with the limits, and the event time of the newest value in it."""
    rule = applied.rule
    own = samples.get(rule.quantity)
    newest = _held(own, time, applied.hold)
    if own is None or newest is None or rule.measure is Measure.VALUE:
        return newest
    start = time - rule.window
    if rule.measure is Measure.MEAN:
        hold, energy = applied.hold, applied.energy
        mean = means.mean(start, time) if means else mean_of(own, start, time, hold, energy=energy)
        return None if mean is None else Sample(newest.time, mean)
    inside = own.since(start, time)
    match rule.measure:
        case Measure.MAX:
            value: float | None = max(one.value for one in inside) if inside else None
        case Measure.MIN:
            value = min(one.value for one in inside) if inside else None
        case Measure.SUM:
            value = sum(one.value for one in inside if one.time > start)
        case Measure.INCREASE:
            value = sum(max(0.0, later.value - earlier.value) for earlier, later in pairwise(inside))
        case _:
            value = _rate(inside, rule.window)
    if value is not None and rule.measure in (Measure.SUM, Measure.INCREASE) and _wants_below(applied):
        value = value if inside and inside[0].time - start <= (1 - COVERED) * rule.window else None
    return None if value is None else Sample(newest.time, value)


def _wants_below(applied: Applied) -> bool:
    return any(level.below for level in applied.levels)


def _rate(inside: list[Sample], window: int) -> float | None:
    """Change an hour from the oldest to the newest value."""
    if not inside or (apart := inside[-1].time - inside[0].time) < OLD_ENOUGH * window:
        return None
    return (inside[-1].value - inside[0].value) * HOUR_MS / apart
