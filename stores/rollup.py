"""An hour of readings becomes one value, and its companions: pure functions, no store and no clock.

Each quantity says how it aggregates (`devices.quantity.Aggregate`). The value keeps the quantity's own field name;
beside it stand `_min`, `_max`, `_count` and, for states, `_duration_{state}` in seconds (`devices.schema`). For a
direction `_min` and `_max` are those of the numbers, not of the arc.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from devices.quantity import Aggregate, Quantity
from devices.reading import Reading, Series
from devices.schema import COUNT, DURATION, HOUR_MS, MAX, MIN
from stores.port import Point, Rollup

NO_DIRECTION = 1e-9
"""A mean vector shorter than this (of 1) points nowhere: the directions cancel out."""


def roll_up(readings: Sequence[Reading], quantities: Mapping[str, Quantity], hour: int) -> list[Rollup]:
    """The hourly values of one series from its readings with `hour <= time < hour + 1 h`, in any order.

    A quantity that `quantities` no longer knows has no way to aggregate and yields nothing: see `unknown_quantities`.
    """
    return [
        Rollup(series, name, hour, fields_of(quantities[name], points, hour))
        for (series, name), points in _by_quantity(readings).items()
        if name in quantities
    ]


def unknown_quantities(readings: Iterable[Reading], quantities: Mapping[str, Quantity]) -> Counter[str]:
    """Quantities of the readings that `quantities` does not know -> how many readings have them."""
    return Counter(name for reading in readings for name in reading.values if name not in quantities)


def _by_quantity(readings: Sequence[Reading]) -> dict[tuple[Series, str], list[Point]]:
    found: dict[tuple[Series, str], list[Point]] = {}
    for series, time, values in sorted(readings, key=lambda reading: reading.time):
        for name, value in values.items():
            found.setdefault((series, name), []).append(Point(time, value))
    return found


def fields_of(quantity: Quantity, points: Sequence[Point], hour: int) -> dict[str, float]:
    """Field name -> value for one quantity; `points` in order of time, not empty.

    The mean of directions that cancel out is undefined: the value is left out, its companions stay.
    """
    name = quantity.id
    values = [point.value for point in points]
    fields = {name + MIN: min(values), name + MAX: max(values), name + COUNT: float(len(values))}
    if quantity.aggregate is Aggregate.DURATION:
        seconds = durations(points, hour + HOUR_MS)
        for state in sorted({*quantity.states, *seconds}):
            # A state not seen is written as 0: a later correction must overwrite what an earlier one left.
            fields[f"{name}{DURATION}{state}"] = seconds.get(state, 0.0)
        fields[name] = float(longest(seconds))
    elif (value := aggregate(quantity.aggregate, values)) is not None:
        fields[name] = value
    return fields


def aggregate(how: Aggregate, values: Sequence[float]) -> float | None:
    """One value of many, in order of time, not empty; None when undefined. DURATION needs times: see `durations`."""
    match how:
        case Aggregate.MEAN:
            return _within(math.fsum(values) / len(values), values)
        case Aggregate.ENERGY_MEAN:
            return energy_mean(values)
        case Aggregate.CIRCULAR_MEAN:
            return circular_mean(values)
        case Aggregate.SUM:
            return math.fsum(values)
        case Aggregate.LAST | Aggregate.DURATION:
            return values[-1]


def energy_mean(values: Sequence[float]) -> float:
    """10 log10 of the mean of 10^(x/10), for levels in dB (equivalent continuous level, ISO 1996-1)."""
    top = max(values)  # taken out of the powers so that no level, however high, overflows
    power = math.fsum(10 ** ((value - top) / 10) for value in values) / len(values)
    return _within(top + 10 * math.log10(power), values)


def circular_mean(degrees: Sequence[float]) -> float | None:
    """Direction of the mean unit vector, in [0, 360); None when the directions cancel out."""
    radians = [math.radians(each) for each in degrees]
    east = math.fsum(map(math.sin, radians)) / len(radians)
    north = math.fsum(map(math.cos, radians)) / len(radians)
    if math.hypot(east, north) < NO_DIRECTION:
        return None
    direction = math.degrees(math.atan2(east, north)) % 360.0
    return 0.0 if direction >= 360.0 else direction  # -1e-17 % 360.0 is 360.0


def durations(points: Sequence[Point], end: int) -> dict[int, float]:
    """Seconds of each state: a reading holds until the next one or `end`. Before the first one nothing is known."""
    held: dict[int, float] = {}
    ends = [*(point.time for point in points[1:]), end]
    for point, until in zip(points, ends, strict=True):
        state = round(point.value)
        held[state] = held.get(state, 0.0) + (until - point.time) / 1000
    return held


def longest(seconds: Mapping[int, float]) -> int:
    """The state held longest; of two held equally long the greater number, which in our catalogue is the graver."""
    return max(seconds, key=lambda state: (seconds[state], state))


def belongs(field: str, quantity: str) -> bool:
    """Whether it is a field of that quantity's roll-ups."""
    suffix = field.removeprefix(quantity) if field.startswith(quantity) else None
    return suffix in ("", MIN, MAX, COUNT) or (suffix is not None and suffix.startswith(DURATION))


def split_field(field: str) -> tuple[str, str]:
    """Field of a roll-up -> (quantity, suffix): `co2_max` is ("co2", "_max"), `co2` is ("co2", "").

    For a field that is no quantity itself: `vehicle_count` is one, which only who knows the quantities can tell.
    """
    for suffix in (MIN, MAX, COUNT):
        if field.endswith(suffix):
            return field.removesuffix(suffix), suffix
    name, mark, state = field.partition(DURATION)
    return (name, mark + state) if mark else (field, "")


def _within(value: float, values: Sequence[float]) -> float:
    """Rounding may carry a mean one step past the greatest or least of its values."""
    return min(max(value, min(values)), max(values))
