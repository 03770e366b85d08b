"""Fewer samples, gaps, states as bands, and where they come from: laws."""

from collections.abc import Sequence
from itertools import pairwise

from consoles import REGISTRY
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.device.samples import Sample, Track, bands, breaks, pieces, read_track, thin
from dashboards.console.device.span import DAY_MS, Span
from devices.reading import Reading, Series
from devices.schema import HOUR_MS, MAX, MIN, RAW, ROLLUP
from stores.memory import MemoryStore
from stores.port import Hour, Rollup

VALUES = st.floats(-1e6, 1e6)
NOW = 1_795_608_000_000


@st.composite
def many(draw: st.DrawFn) -> list[Sample]:
    times = sorted(draw(st.sets(st.integers(0, 100_000), min_size=0, max_size=120)))
    triples = [sorted(draw(st.tuples(VALUES, VALUES, VALUES))) for _ in times]
    return [Sample(time, middle, low, high) for time, (low, middle, high) in zip(times, triples, strict=True)]


@given(many(), st.integers(4, 60))
def test_thinning_keeps_order_bound_ends_and_extremes_and_invents_nothing(samples: list[Sample], limit: int) -> None:
    kept = thin(samples, limit)
    assert len(kept) <= limit
    assert set(kept) <= set(samples)
    assert all(before.time < after.time for before, after in pairwise(kept))
    if samples:
        assert (kept[0], kept[-1]) == (samples[0], samples[-1])
        assert min(one.low for one in kept) == min(one.low for one in samples)
        assert max(one.high for one in kept) == max(one.high for one in samples)


@given(many())
def test_what_is_few_enough_is_not_thinned(samples: list[Sample]) -> None:
    assert thin(samples, max(4, len(samples))) == samples


@given(many(), st.integers(4, 60), st.integers(1, 20_000))
def test_no_piece_leads_over_a_gap_and_no_thinning_makes_one(samples: list[Sample], limit: int, gap: int) -> None:
    found = pieces(samples, limit, gap)
    starts = breaks(samples, gap)
    for piece in found:
        assert not any(piece[0].time < start <= piece[-1].time for start in starts)
    for before, after in pairwise(found):
        assert any(before[-1].time < start <= after[0].time for start in starts)
    assert [one for piece in found for one in piece] == thin(samples, limit)


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 2)), max_size=50), st.integers(1, 60))
def test_bands_neither_overlap_nor_go_beyond_the_end_nor_last_over_a_gap(
    steps: list[tuple[int, int]], step: int
) -> None:
    time, samples = 0, []
    for wait, state in steps:
        time += wait
        samples.append(Sample(time, float(state), float(state), float(state)))
    track, end = Track(samples, RAW, step), time + 7
    found = bands(track, end)
    assert all(one.start < one.end for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(one.end <= max(end, time + step) for one in found)
    for before, after in pairwise(samples):
        if after.time - before.time > track.gap:
            assert not any(one.start < after.time and one.end >= after.time for one in found)


def kept(raw: Sequence[tuple[int, float]] = (), hours: Sequence[Hour] = (), quantity: str = "co2") -> MemoryStore:
    """A store with values and hours of device "d"."""
    series = Series("building", "d", "m", "s", "03190")
    store = MemoryStore()
    store.write([Reading(series, time, {quantity: value}) for time, value in raw])
    fields = [{quantity: one.value, quantity + MIN: one.low, quantity + MAX: one.high} for one in hours]
    store.write_rollups([Rollup(series, quantity, hour.time, each) for hour, each in zip(hours, fields, strict=True)])
    return store


CO2 = REGISTRY.quantities["co2"]
WEEK = Span("7d", NOW - 7 * DAY_MS, NOW)
YEAR = Span("1y", NOW - 365 * DAY_MS, NOW)


def test_a_week_is_drawn_of_every_value_and_a_year_of_hours_with_their_extremes() -> None:
    store = kept([(NOW - 5, 500.0)], [Hour(NOW - HOUR_MS, 600.0, 550.0, 700.0)])
    week = read_track(store, "d", CO2, WEEK, 600_000)
    assert (week.policy, week.samples) == (RAW, [Sample(NOW - 5, 500.0, 500.0, 500.0)])
    year = read_track(store, "d", CO2, YEAR, 600_000)
    assert (year.policy, year.step, year.samples) == (ROLLUP, HOUR_MS, [Sample(NOW - HOUR_MS, 600.0, 550.0, 700.0)])


def test_hours_stand_in_for_values_that_are_no_longer_kept() -> None:
    store = kept(hours=[Hour(NOW - HOUR_MS, 600.0, 590.0, 610.0)])
    assert read_track(store, "d", CO2, WEEK, 600_000).samples == [Sample(NOW - HOUR_MS, 600.0, 590.0, 610.0)]
    assert not read_track(store, "d", CO2, WEEK, 600_000, RAW).samples


def test_a_meter_that_sends_once_a_day_has_no_gap_between_its_days() -> None:
    store = kept(hours=[Hour(NOW - day * DAY_MS, 1.0, 1.0, 1.0) for day in (3, 2, 1)])
    track = read_track(store, "d", CO2, YEAR, DAY_MS)
    assert len(pieces(track.samples, 100, track.gap)) == 1


def test_the_hours_of_an_amount_have_no_band() -> None:
    store = kept(hours=[Hour(NOW - 5, 3.0, 0.0, 1.0)], quantity="rainfall")
    track = read_track(store, "d", REGISTRY.quantities["rainfall"], YEAR, 600_000)
    assert track.samples == [Sample(NOW - 5, 3.0, 3.0, 3.0)]
