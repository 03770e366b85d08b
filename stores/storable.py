"""Which readings no store may hold. One rule for all stores, so that a change of store changes nothing.

Line protocol is the narrowest of the formats: a backslash before a comma, a space or the end of a tag has no spelling
that InfluxDB 1, 2 and 3 read alike, and a line feed ends the line. NaN and the infinities have no spelling at all.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from math import isfinite

from devices.mark import Mark
from devices.reading import Reading, Series
from devices.schema import UNSPEAKABLE

TIME_LIMIT = 9_223_372_036_000
"""ms on either side of 1970 that a 64-bit count of nanoseconds can hold, whole seconds (line protocol's range)."""
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def series_fault(series: Series) -> str:
    """What is wrong with the tags of a series, or ""."""
    if not series.domain or not series.device:
        return "a series needs a domain and a device"
    for name, text in zip(series._fields, series, strict=True):
        if UNSPEAKABLE.search(text):
            return f"{name} {text!r} holds a backslash or a control character"
    return ""


_series_fault = lru_cache(maxsize=262_144)(series_fault)


@lru_cache(maxsize=4096)
def name_fault(quantity: str) -> str:
    """What is wrong with the name of a field, or ""."""
    return "" if _NAME.fullmatch(quantity) else f"{quantity!r} is no name of a quantity (a-z, 0-9, _, -)"


def fault(reading: Reading) -> str:
    """Why no store may hold this reading, or ""."""
    return values_fault(reading.time, reading.values) or _series_fault(reading.series)


def values_fault(time: int, values: Mapping[str, float]) -> str:
    """What is wrong with values of one time, ms, or ""."""
    if not values:
        return "no values"
    if not -TIME_LIMIT < time < TIME_LIMIT:
        return f"time {time} ms is outside what 64-bit nanoseconds can hold"
    for quantity, value in values.items():
        if wrong := name_fault(quantity):
            return wrong
        try:
            if not isfinite(value):
                return f"{quantity} is {value}"
        except OverflowError:
            return f"{quantity} is too large for a float"
    return ""


def all_good(readings: Sequence[Reading]) -> bool:
    """Whether `fault` would find nothing, looked at together in a fifth of the time; False may be wrong."""
    return values_good(readings) and not any(map(_series_fault, {series for series, _, _ in readings}))


def values_good(readings: Sequence[Reading]) -> bool:
    """The same of times and values alone."""
    return good_names(readings) is not None


def good_names(readings: Sequence[Reading]) -> set[str] | None:
    """Names of all quantities of the readings; None where `values_good` says no."""
    if not readings:
        return set()
    _, times, values = zip(*readings, strict=True)
    numbers = list(chain.from_iterable(map(dict.values, values)))
    names: set[str] = set().union(*values)
    good = (
        set(map(type, numbers)) == {float}
        and isfinite(sum(numbers))
        and all(values)
        and min(times) > -TIME_LIMIT
        and max(times) < TIME_LIMIT
        and not any(map(name_fault, names))
    )
    return names if good else None


def sift(readings: Iterable[Reading]) -> tuple[list[Reading], list[tuple[Reading, str]]]:
    """Readings a store may hold, and the others with the reason."""
    good, refused = [], []
    for reading in readings:
        if why := fault(reading):
            refused.append((reading, why))
        else:
            good.append(reading)
    return good, refused


def sift_marks(marks: Iterable[Mark]) -> tuple[list[Mark], list[tuple[Mark, str]]]:
    """The same for marks, of which any text is taken."""
    good, refused = [], []
    for mark in marks:
        if why := values_fault(mark.time, mark.values):
            refused.append((mark, why))
        else:
            good.append(mark)
    return good, refused
