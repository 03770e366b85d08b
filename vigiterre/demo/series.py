"""Real series, laid along the wall clock of the territory and repeated. Pure: the same instant, the same value.

Nothing is interpolated: between two samples the earlier one holds. config/demo/README.md has the formula.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from vigiterre.demo.local_time import DAY_MS, instant, wall_minutes


class Sample(NamedTuple):
    minute: int
    """Since the start of the series."""
    values: dict[str, float]


class Series(NamedTuple):
    """One file: samples in order of time, in the units of the catalogue."""

    name: str
    interval_minutes: int
    duration_minutes: int
    """After which it begins again."""
    lap: Mapping[str, float]
    """What a total has grown by when the series begins again; other quantities begin anew."""
    samples: Sequence[Sample]


class Replay:
    """A series as one device plays it, shifted and scaled."""

    def __init__(
        self,
        series: Series,
        shift_minutes: int = 0,
        scale: Mapping[str, float] | None = None,
        offset: Mapping[str, float] | None = None,
        whole: Sequence[str] = (),
    ) -> None:
        self.series = series
        self.shift = shift_minutes
        self.scale = scale or {}
        self.offset = offset or {}
        self.whole = frozenset(whole)
        """Quantities rounded to whole numbers."""
        self._minutes = [sample.minute for sample in series.samples]

    def between(self, start: int, end: int) -> Iterator[tuple[int, dict[str, float]]]:
        """(time, quantity -> value) of every sample with start <= time < end, ms, in order."""
        duration, minutes = self.series.duration_minutes, self._minutes
        lap, position = divmod(wall_minutes(start) - 60 + self.shift, duration)  # an hour early: clocks go back
        index = bisect_left(minutes, position)
        last = wall_minutes(max(end + DAY_MS, start)) + self.shift
        while lap * duration <= last:
            for sample in self.series.samples[index:]:
                time = instant(lap * duration + sample.minute - self.shift)
                if time is None or time < start:
                    continue
                if time >= end:
                    return
                yield time, self._played(sample, lap)
            lap, index = lap + 1, 0

    def at(self, time_ms: int) -> dict[str, float]:
        """The sample that holds at this time, ms: the nearest earlier one."""
        lap, position = divmod(wall_minutes(time_ms) + self.shift, self.series.duration_minutes)
        index = bisect_right(self._minutes, position) - 1
        if index < 0:  # before the first sample of this lap the last one of the lap before still holds
            lap -= 1
        return self._played(self.series.samples[index], lap)

    def _played(self, sample: Sample, lap: int) -> dict[str, float]:
        played = {}
        for quantity, number in sample.values.items():
            grown = number + lap * self.series.lap.get(quantity, 0.0)
            value = grown * self.scale.get(quantity, 1.0) + self.offset.get(quantity, 0.0)
            played[quantity] = float(round(value)) if quantity in self.whole else round(value, 3)
        return played
