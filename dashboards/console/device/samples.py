"""What is drawn of one quantity: values with their lowest and highest, where the gaps are, and fewer of them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from dashboards.console.api.spans import OWN, joined, whole_days
from dashboards.console.device.span import DAY_MS, Span
from dashboards.console.personal import Sight
from dashboards.console.pieces.days import by_day, day_of
from devices.quantity import Aggregate, Kind, Personal, Quantity
from devices.schema import HOUR_MS, RAW, ROLLUP
from stores.port import Hour, Point

Points = Callable[[str, str, int, int, str], Sequence[Point]]
"""device, field, start, end (ms), policy -> values in order of time."""
Hours = Callable[[str, str, int, int], Sequence[Hour]]
"""device, quantity, start, end (ms) -> hours of the roll-ups in order of time."""
GAP = 3
"""Intervals without a value after which a line is broken: as many as make a device late."""
NO_BAND = frozenset({Aggregate.SUM, Aggregate.CIRCULAR_MEAN, Aggregate.DURATION})
"""An hour's lowest and highest of these say nothing about its value."""


class History(Protocol):
    """What a track is read from: a store, or what the pages have of it."""

    @property
    def points(self) -> Points: ...

    @property
    def hours(self) -> Hours: ...


Sample = Hour
"""What one point of a chart stands for: an hour, or a moment, whose value is its lowest and its highest."""


class Track(NamedTuple):
    """One quantity of one device over a span."""

    samples: Sequence[Sample]
    policy: str
    """RAW or ROLLUP: where they come from."""
    step: int
    """ms between two of them, as expected."""

    @property
    def hourly(self) -> bool:
        return self.policy == ROLLUP

    @property
    def gap(self) -> int:
        """ms: a longer silence is a gap."""
        return GAP * self.step


def read_track(history: History, device: str, quantity: Quantity, span: Span, interval: int, policy: str = "") -> Track:
    """Every value of a week at most, else hours; hours too where values are no longer kept.

    `interval`: ms between two readings of the model; `policy`: only RAW, or only ROLLUP. Raises StoreUnavailable.
    """
    if span.raw and policy != ROLLUP:
        found = history.points(device, quantity.id, span.start, span.end, RAW)
        if found or policy == RAW:
            return Track([Sample(time, value, value, value) for time, value in found], RAW, interval)
    hours = history.hours(device, quantity.id, span.start, span.end)
    if span.raw and not hours and not policy:
        return Track([], RAW, interval)
    return Track(_samples(hours, quantity), ROLLUP, max(HOUR_MS, interval))


def read_shown(
    history: History, device: str, quantity: Quantity, span: Span, interval: int, sight: Sight, policy: str = ""
) -> Track:
    """The same in steps no finer than who asks may see."""
    finest = sight.finest(quantity)
    if finest >= Personal.DAY:
        return _days(history, device, quantity, span, sight.now)
    return read_track(history, device, quantity, span, interval, ROLLUP if finest else policy)


def _days(history: History, device: str, quantity: Quantity, span: Span, now: int) -> Track:
    """Days that are over: one that is not would tell of each hour as it grows."""
    start, end = whole_days(span.start, min(span.end, day_of(now)))
    found = joined(
        quantity,
        OWN[quantity.aggregate],
        lambda field: history.points(device, field, start, end, ROLLUP),
        by_day(),
    )
    return Track([Sample(time, value, value, value) for time, value in found], ROLLUP, DAY_MS)


def _samples(hours: Sequence[Hour], quantity: Quantity) -> Sequence[Sample]:
    if quantity.aggregate in NO_BAND:
        return [Sample(time, value, value, value) for time, value, _, _ in hours]
    return hours


def thin(samples: Sequence[Sample], limit: int) -> list[Sample]:
    """At most `limit` (>= 4), in order: the first, the last, and of each stretch of time the lowest and the highest.

    No extreme is lost, and nothing is drawn that was not measured: what is left is as it was.
    """
    if len(samples) <= limit:
        return list(samples)
    times, lows, highs = ([one[index] for one in samples] for index in (0, 2, 3))
    stretches = (limit - 2) // 2
    width = (times[-1] - times[0]) / stretches
    edges = [0, *(bisect_left(times, times[0] + number * width) for number in range(1, stretches)), len(samples)]
    kept = {0, len(samples) - 1}
    for begin, end in pairwise(edges):
        if begin < end:
            kept.add(min(range(begin, end), key=lows.__getitem__))
            kept.add(max(range(begin, end), key=highs.__getitem__))
    return [samples[index] for index in sorted(kept)]


def breaks(samples: Iterable[Sample], gap: int) -> list[int]:
    """Times of the samples before which nothing came for longer than `gap`, ms."""
    return [after.time for before, after in pairwise(samples) if after.time - before.time > gap]


def pieces(samples: Sequence[Sample], limit: int, gap: int) -> list[list[Sample]]:
    """At most `limit` samples in unbroken pieces: the gaps are those of all samples, not those that thinning made."""
    found: list[list[Sample]] = []
    starts = iter(breaks(samples, gap))
    following = next(starts, None)
    for sample in thin(samples, limit):
        broken = False
        while following is not None and following <= sample.time:
            broken, following = True, next(starts, None)
        if broken or not found:
            found.append([])
        found[-1].append(sample)
    return found


class Band(NamedTuple):
    """A state from when until when, ms."""

    start: int
    end: int
    state: int


def bands(track: Track, end: int) -> list[Band]:
    """The states of a track: each holds until the next value, or for its step where a gap follows; none after `end`."""
    found: list[Band] = []
    ends = [*(sample.time for sample in track.samples[1:]), end]
    for sample, following in zip(track.samples, ends, strict=False):
        until = following if following - sample.time <= track.gap else sample.time + track.step
        state = round(sample.value)
        if found and found[-1].state == state and found[-1].end == sample.time:
            found[-1] = found[-1]._replace(end=until)
        elif until > sample.time:
            found.append(Band(sample.time, until, state))
    return found


def shape(quantity: Quantity) -> str:
    """How it is drawn: `bands` of states, `bars` of amounts, `dots` of directions, else a `line`."""
    if quantity.kind is Kind.STATE:
        return "bands"
    return {Aggregate.SUM: "bars", Aggregate.CIRCULAR_MEAN: "dots"}.get(quantity.aggregate, "line")
