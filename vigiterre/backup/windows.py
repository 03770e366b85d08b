"""All readings of a store in order of time, a window at a time: memory is that of a window, never of the range."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from devices.reading import Reading
from devices.schema import COUNT, HOUR_MS, RAW, ROLLUP
from stores.port import Store
from stores.rollup import split_field

SHORTEST_MS, LONGEST_MS = HOUR_MS // 4, {RAW: 24 * HOUR_MS, ROLLUP: 7 * 24 * HOUR_MS}
FEW, MANY = 20_000, 100_000
"""Readings in a window: with fewer it grows, with more it shrinks."""

Ask = Callable[[int, int], Iterable[Reading]]


def readings_between(store: Store, policy: str, start: int, end: int) -> Iterator[Reading]:
    """Those of each series come in order of time; start <= time < end, ms. Raises StoreUnavailable."""
    ask: Ask = store.readings if policy == RAW else store.rollups
    length, at = HOUR_MS, start
    while at < end:
        found = iter(ask(at, until := min(at + length, end)))
        first = next(found, None)
        if first is None:  # years may be empty: go to where there is something
            oldest = store.oldest(until, policy)
            at, length = (end if oldest is None else oldest), HOUR_MS
            continue
        count = 0
        for reading in chain((first,), found):
            count += 1
            yield reading
        at, length = until, next_length(length, count, policy)


def next_length(length: int, count: int, policy: str) -> int:
    if count < FEW:
        return min(length * 2, LONGEST_MS[policy])
    return max(length // 2, SHORTEST_MS) if count > MANY else length


def quantities_of(fields: Iterable[str]) -> dict[str, list[str]]:
    """The fields of an hour by the quantity they are of: `co2_count` is one of `co2`, where there is `co2`."""
    names = set(fields)
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        stem, suffix = split_field(name)
        companion = suffix != "" and (suffix != COUNT or stem in names)
        found.setdefault(stem if companion else name, []).append(name)
    return found
