"""What a period was, device by device, from the hourly roll-ups: availability, extremes, means, totals. Pure.

Availability is the share of the readings that the model's interval promises, counted on the quantity that came most.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from devices.device import Device, Placement
from devices.quantity import Aggregate, Kind, Quantity
from devices.registry import Registry
from devices.schema import COUNT, DURATION, MAX, MIN
from stores.port import Point

Points = Callable[[str, str], Sequence[Point]]
"""(device, field of a roll-up) -> hourly values of the period, in order of time. Raises StoreUnavailable."""


class Extreme(NamedTuple):
    value: float
    hour: int
    """Start of the hour it fell in, ms."""


class Figures(NamedTuple):
    """One quantity of one device in the period."""

    quantity: Quantity
    least: Extreme
    most: Extreme
    typical: float | None
    """Mean, total, growth of a meter, or newest value, by the quantity's kind; None for directions and states."""
    seconds: Mapping[int, float]
    """Of a state: how long each was held."""


class Summary(NamedTuple):
    device: Device
    placement: Placement
    availability: float | None
    """0 to 1; None for a device that reports when something happens."""
    readings: int
    figures: Sequence[Figures]


def summaries(
    registry: Registry, devices: Iterable[str], points: Points, start: int, end: int, *, persons: bool = True
) -> list[Summary]:
    """One of each device, in the order given; [start, end) in ms. `persons`: with quantities that may tell of them."""
    return [summary(registry, name, points, start, end, persons=persons) for name in devices]


def summary(registry: Registry, name: str, points: Points, start: int, end: int, *, persons: bool = True) -> Summary:
    profile = registry.profiles[name]
    measured = [registry.quantities[one.quantity] for one in profile.model.fields]
    quantities = [one for one in measured if persons or one.personal is None]
    counted = {one.id: points(name, one.id + COUNT) for one in quantities}
    readings = max((round(sum(point.value for point in counts)) for counts in counted.values()), default=0)
    expected = (end - start) / 1000 / profile.model.interval
    figures = [found for one in quantities if counted[one.id] and (found := figures_of(name, one, points, counted))]
    placement = profile.place_at(end - 1)
    return Summary(profile.device, placement, min(1.0, readings / expected) if expected else None, readings, figures)


def figures_of(
    device: str, quantity: Quantity, points: Points, counted: Mapping[str, Sequence[Point]]
) -> Figures | None:
    """None when the extremes are not known."""
    lows, highs = points(device, quantity.id + MIN), points(device, quantity.id + MAX)
    if not lows or not highs:
        return None
    least, most = min(lows, key=lambda point: point.value), max(highs, key=lambda point: point.value)
    seconds: dict[int, float] = {}
    if quantity.aggregate is Aggregate.DURATION:
        for state in quantity.states:
            held = sum(point.value for point in points(device, f"{quantity.id}{DURATION}{state}"))
            if held:
                seconds[state] = held
    typical = typical_of(quantity, points(device, quantity.id), counted[quantity.id])
    return Figures(quantity, Extreme(least.value, least.time), Extreme(most.value, most.time), typical, seconds)


def typical_of(quantity: Quantity, hours: Sequence[Point], counts: Sequence[Point]) -> float | None:
    """One value for the whole period, of those of its hours."""
    values = [point.value for point in hours]
    if not values:
        return None
    if quantity.kind is Kind.COUNTER:
        return sum(max(0.0, later - earlier) for earlier, later in pairwise(values))
    match quantity.aggregate:
        case Aggregate.SUM:
            found: float | None = math.fsum(values)
        case Aggregate.LAST:
            found = values[-1]
        case Aggregate.MEAN:
            found = weighted(hours, counts, lambda value: value)
        case Aggregate.ENERGY_MEAN:
            power = weighted(hours, counts, lambda value: 10 ** (value / 10))
            found = 10 * math.log10(power) if power else None
        case _:
            found = None
    return found


def weighted(hours: Sequence[Point], counts: Sequence[Point], of: Callable[[float], float]) -> float | None:
    """Mean of what hours are, each counting as often as it has readings."""
    weights = {point.time: point.value for point in counts}
    total = math.fsum(weights.get(point.time, 0.0) for point in hours)
    return math.fsum(of(point.value) * weights.get(point.time, 0.0) for point in hours) / total if total else None
