"""Means over a window of samples, each of which holds until the next, at most `hold`.

Numbers are counted in whole millionths (powers in finer parts), and whole numbers add up alike in any grouping: so a
mean is the same whether it is summed alone or is the difference of two running sums, and whatever order the readings
came in.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise

from alerts.samples import Samples

COVERED = 0.75
"""Of a window must be known for its mean, or for a sum that is too low: what air quality reporting asks of an hour."""
SCALE, ENERGY_SCALE = 10**6, 10**12
"""Of values, and of their powers where they are decibels: the power of -60 dB is a millionth."""


class Means:
    """Of the samples as they stand now: judging all of them anew costs their number, not that times the window's."""

    def __init__(self, samples: Samples, hold: int, *, energy: bool) -> None:
        """`hold` in ms; `energy`: values are decibels."""
        self._samples = samples
        self._hold = hold
        self._energy = energy
        spans = [min(after - time, hold) for time, after in pairwise(samples.times)]
        self._known = [0, *accumulate(spans)]
        weights = map(self._weight, samples.values)
        self._weighted = [0, *accumulate(span * weight for span, weight in zip(spans, weights, strict=False))]

    def mean(self, start: int, end: int) -> float | None:
        """Over [start, end], ms; `end` is not before the first sample. None when less than COVERED of it is known."""
        times, values = self._samples.times, self._samples.values
        first, last = bisect_right(times, start), bisect_right(times, end) - 1
        known = weighted = 0
        if first < last:  # those in between hold as long as they ever do
            known, weighted = self._known[last] - self._known[first], self._weighted[last] - self._weighted[first]
        for index, begin, following in self._edges(first, last, start, end):
            if (span := min(following, times[index] + self._hold) - begin) > 0:
                known += span
                weighted += span * self._weight(values[index])
        if known < COVERED * (end - start) or not known:
            return None
        if self._energy:
            return 10 * math.log10(weighted / known / ENERGY_SCALE)
        return weighted / known / SCALE

    def _edges(self, first: int, last: int, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(index, from when, until when) of the sample that holds at `start`, and of the one that holds at `end`."""
        times = self._samples.times
        if first:
            yield first - 1, start, times[first] if first <= last else end
        if first <= last:
            yield last, times[last], end

    def _weight(self, value: float) -> int:
        if self._energy:
            return max(1, round(10 ** (value / 10) * ENERGY_SCALE))  # below -120 dB is silence, and has a logarithm
        return round(value * SCALE)


def mean_of(samples: Samples, start: int, end: int, hold: int, *, energy: bool) -> float | None:
    """One mean alone, as `Means.mean`."""
    first, last = max(bisect_right(samples.times, start) - 1, 0), bisect_right(samples.times, end)
    part = Samples()
    part.times, part.values = samples.times[first:last], samples.values[first:last]
    return Means(part, hold, energy=energy).mean(start, end)
