"""Means over a window: alone, and as the difference of two running sums."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.means import COVERED, Means, mean_of
from alerts.samples import Samples

MINUTE = 60_000
VALUES = st.floats(-50, 150)
SERIES = st.dictionaries(st.integers(0, 3_600), VALUES, min_size=1, max_size=40)
"""Second -> value."""


def samples_of(series: dict[int, float]) -> Samples:
    samples = Samples()
    for second, value in sorted(series.items()):
        samples.add(second * 1_000, value)
    return samples


def by_the_second(series: dict[int, float], start: int, end: int, hold: int, *, energy: bool) -> float | None:
    """The same from its definition: what holds in each second of [start, end)."""
    found = []
    for second in range(start, end):
        before = [time for time in series if time <= second]
        if before and second - max(before) < hold:
            value = series[max(before)]
            found.append(10 ** (value / 10) if energy else value)
    if not found or len(found) < COVERED * (end - start):
        return None
    mean = math.fsum(found) / len(found)
    return 10 * math.log10(mean) if energy else mean


@given(SERIES, st.integers(0, 3_600), st.integers(1, 600), st.integers(1, 900), st.booleans())
def test_a_mean_is_that_of_what_holds_in_each_second(
    series: dict[int, float], end: int, window: int, hold: int, energy: bool
) -> None:
    end = max(end, min(series))
    found = mean_of(samples_of(series), (end - window) * 1_000, end * 1_000, hold * 1_000, energy=energy)
    wanted = by_the_second(series, end - window, end, hold, energy=energy)
    assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-5))


@given(SERIES, st.lists(st.integers(0, 3_600), min_size=1, max_size=10), st.integers(1, 600), st.booleans())
def test_of_many_in_a_row_each_is_exactly_the_one_that_is_made_alone(
    series: dict[int, float], ends: list[int], window: int, energy: bool
) -> None:
    samples, hold = samples_of(series), 10 * MINUTE
    means = Means(samples, hold, energy=energy)
    for second in ends:
        end = max(second, min(series)) * 1_000
        start = end - window * 1_000
        assert means.mean(start, end) == mean_of(samples, start, end, hold, energy=energy)


def test_a_mean_of_what_never_changes_is_exactly_that() -> None:
    samples = samples_of(dict.fromkeys(range(0, 3_600, 7), 1500.0))
    assert mean_of(samples, 0, 3_500_000, MINUTE, energy=False) == 1500.0


def test_silence_has_a_mean_too() -> None:
    samples = samples_of({0: -200.0, 60: -200.0})
    assert mean_of(samples, 0, 60_000, MINUTE, energy=True) == pytest.approx(-120)


def test_less_than_three_quarters_of_a_window_is_not_known_well_enough() -> None:
    samples = samples_of({100: 1.0, 400: 1.0})
    assert mean_of(samples, 0, 400_000, 60 * MINUTE, energy=False) == 1.0
    assert mean_of(samples, 0, 400_000, 4 * MINUTE, energy=False) is None
