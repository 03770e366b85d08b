"""Readings counted and summed up series by series, so that two stores can be compared without holding either.

The sum depends on the order of time, not on how the readings were asked for: the same whatever the windows, the store
or the order of the series.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from devices.reading import Reading, Series
from vigiterre.backup.manifest import SeriesEntry

TIME = Struct("<q")
VALUE = Struct("<d")
DIGEST_BYTES = 16


class _Sum:
    __slots__ = ("digest", "times", "values")

    def __init__(self) -> None:
        self.digest = blake2b(digest_size=DIGEST_BYTES)
        self.times = self.values = 0

    def add(self, reading: Reading) -> None:
        parts = [TIME.pack(reading.time)]
        for name, value in sorted(reading.values.items()):
            parts += (name.encode(), b"\0", VALUE.pack(value + 0.0))  # SQLite has no -0.0
        self.digest.update(b"".join(parts))
        self.times += 1
        self.values += len(reading.values)


class Tally:
    """Memory: some 200 bytes a series."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, Series], _Sum] = {}

    def add(self, policy: str, readings: Iterable[Reading]) -> int:
        """Readings of a series must come in order of time, over all calls. Returns how many there were."""
        count = 0
        for reading in readings:
            key = policy, reading.series
            found = self._sums.get(key)
            if found is None:
                found = self._sums[key] = _Sum()
            found.add(reading)
            count += 1
        return count

    def counted(self, policy: str, readings: Iterable[Reading]) -> Iterator[Reading]:
        """The same readings, added on their way."""
        for reading in readings:
            self.add(policy, [reading])
            yield reading

    def entries(self) -> list[SeriesEntry]:
        return [
            SeriesEntry(
                policy=policy, series=tuple(series), times=one.times, values=one.values, checksum=one.digest.hexdigest()
            )
            for (policy, series), one in sorted(self._sums.items())
        ]


class Compared(NamedTuple):
    """One series of the backup beside what the store has of it; None where one of both does not know it."""

    policy: str
    series: Series
    kept: SeriesEntry | None
    found: SeriesEntry | None

    @property
    def equal(self) -> bool:
        return self.kept == self.found


def compare(kept: Iterable[SeriesEntry], found: Iterable[SeriesEntry]) -> list[Compared]:
    """Every series that either of both knows."""
    before, after = _by_series(kept), _by_series(found)
    return [
        Compared(policy, Series(*series), before.get((policy, series)), after.get((policy, series)))
        for policy, series in sorted(before.keys() | after.keys())
    ]


def _by_series(entries: Iterable[SeriesEntry]) -> dict[tuple[str, tuple[str, ...]], SeriesEntry]:
    return {(entry.policy, entry.series): entry for entry in entries}
