"""Hours and days made of the hourly roll-ups that are kept. Pure: values in, values out.

An hour has two values of one kind when the device was moved within it; they are joined as those of a day are.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from dashboards.console.pieces.days import day_after, day_of
from devices.quantity import Aggregate, Quantity
from devices.schema import COUNT, DURATION, MAX, MIN
from stores.port import Point
from stores.rollup import energy_mean

OWN = {
    Aggregate.MEAN: "mean",
    Aggregate.ENERGY_MEAN: "mean",
    Aggregate.CIRCULAR_MEAN: "mean",
    Aggregate.SUM: "sum",
    Aggregate.LAST: "last",
    Aggregate.DURATION: "longest",
}
KEPT = {
    Aggregate.MEAN: ("mean", "min", "max", "sum"),
    Aggregate.ENERGY_MEAN: ("mean", "min", "max"),
    Aggregate.CIRCULAR_MEAN: ("mean",),
    Aggregate.SUM: ("sum", "mean", "min", "max"),
    Aggregate.LAST: ("last", "min", "max"),
    Aggregate.DURATION: ("longest", "min", "max"),
}
"""What can be made of the roll-ups of a quantity. The least and the greatest number of a direction mean nothing."""

Read = Callable[[str], Sequence[Point]]
"""Field of a roll-up -> its hourly values, in order of time."""
Hours = Mapping[int, list[float]]


def joined(quantity: Quantity, how: str, read: Read, key: Callable[[int], int]) -> list[Point]:
    """One value for each `key` of its hours, in order of time; `how` is one of KEPT of the quantity."""
    if how == "longest":
        return _longest(quantity, read, key)
    if how in ("min", "max"):
        pick = min if how == "min" else max
        return [Point(at, pick(values)) for at, values in _grouped(read(quantity.id + _suffix(how)), key).items()]
    values = _grouped(read(quantity.id), key)
    if how == "last":
        return [Point(at, each[-1]) for at, each in values.items()]
    if how == "sum" and quantity.aggregate is Aggregate.SUM:
        return [Point(at, math.fsum(each)) for at, each in values.items()]
    return _weighted(quantity, how, read, key)


def whole_days(start: int, end: int) -> tuple[int, int]:
    """The days that begin in [start, end), as a range of time: the last may end after `end`."""
    first, last = day_of(start), day_of(end)
    return first if first == start else day_after(first), last if last == end else day_after(last)


def _suffix(how: str) -> str:
    return MIN if how == "min" else MAX


def _grouped(points: Sequence[Point], key: Callable[[int], int]) -> dict[int, list[float]]:
    found: dict[int, list[float]] = defaultdict(list)
    for point in points:
        found[key(point.time)].append(point.value)
    return found


def _weighted(quantity: Quantity, how: str, read: Read, key: Callable[[int], int]) -> list[Point]:
    """Means and sums that need to know of how many readings each hour is."""
    counts = _by_hour(read(quantity.id + COUNT))
    pairs: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for hour, values in _by_hour(read(quantity.id)).items():
        weights = counts.get(hour, [])
        if len(weights) != len(values):
            weights = [1.0] * len(values)
        pairs[key(hour)] += zip(values, weights, strict=True)
    found = [(at, _mean(quantity.aggregate, how, each)) for at, each in pairs.items()]
    return [Point(at, value) for at, value in found if value is not None]


def _by_hour(points: Sequence[Point]) -> Hours:
    return _grouped(points, lambda time: time)


def _mean(aggregate: Aggregate, how: str, pairs: Sequence[tuple[float, float]]) -> float | None:
    """Of (value of an hour, readings in it); None when undefined."""
    if aggregate is Aggregate.CIRCULAR_MEAN:
        return _direction(pairs)
    weight = math.fsum(count for _, count in pairs)
    if aggregate is Aggregate.SUM:
        return math.fsum(value for value, _ in pairs) / weight if weight else None
    if aggregate is Aggregate.ENERGY_MEAN:
        return _loudness(pairs, weight)
    total = math.fsum(value * count for value, count in pairs)
    if how == "sum":
        return total
    values = [value for value, _ in pairs]
    return min(max(total / weight, min(values)), max(values)) if weight else None


def _loudness(pairs: Sequence[tuple[float, float]], weight: float) -> float | None:
    if not weight:
        return None
    top = max(value for value, _ in pairs)
    power = math.fsum(count * 10 ** ((value - top) / 10) for value, count in pairs) / weight
    return top + 10 * math.log10(power) if power > 0 else energy_mean([value for value, _ in pairs])


def _direction(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Of the hourly directions, each weighing as much as its readings: how steady an hour was is not kept."""
    east = math.fsum(count * math.sin(math.radians(value)) for value, count in pairs)
    north = math.fsum(count * math.cos(math.radians(value)) for value, count in pairs)
    if math.hypot(east, north) < 1e-9 * math.fsum(count for _, count in pairs):
        return None
    return math.degrees(math.atan2(east, north)) % 360.0 % 360.0


def _longest(quantity: Quantity, read: Read, key: Callable[[int], int]) -> list[Point]:
    """The state held longest; of two held equally long the greater number, as in an hour."""
    held: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for state in quantity.states:
        for point in read(f"{quantity.id}{DURATION}{state}"):
            held[key(point.time)][state] += point.value
    return [
        Point(at, float(max(seconds, key=lambda state: (seconds[state], state))))
        for at, seconds in sorted(held.items())
    ]
