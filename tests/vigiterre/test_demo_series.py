"""Real series laid along the wall clock: whatever the week, the hour of the day and the day of the week stay."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigiterre.demo.local_time import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, PARIS, WEEK_MS, instant, wall, wall_minutes
from vigiterre.demo.series import Replay, Sample, Series

MINUTES_A_DAY, MINUTES_A_WEEK = 1_440, 10_080
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
times = st.integers(0, 5 * 365 * DAY_MS // MINUTE_MS).map(
    lambda minutes: round(FIRST.timestamp() * 1000) + minutes * MINUTE_MS
)
WEEK = Series("week", 60, MINUTES_A_WEEK, {}, [Sample(60 * hour, {"co2": float(hour)}) for hour in range(168)])
"""The value says which hour of the week it belongs to, Monday 00:00 being 0."""


@given(times)
def test_a_shifted_history_keeps_the_clock_hour_and_the_day_of_the_week(time: int) -> None:
    hour = int(Replay(WEEK).at(time)["co2"])
    local = wall(time)
    assert hour == 24 * local.weekday() + local.hour


@given(times, st.integers(-30, 30))
def test_a_device_ahead_in_the_series_shows_what_the_others_show_later(time: int, shift: int) -> None:
    ahead, plain = Replay(WEEK, shift_minutes=shift * 60), Replay(WEEK)
    minutes = wall_minutes(time)
    later = instant(minutes + shift * 60)
    if later is not None and wall_minutes(later) == minutes + shift * 60:
        assert ahead.at(time) == plain.at(later)


@given(times, st.integers(1, 10 * DAY_MS // HOUR_MS))
def test_what_is_due_is_in_order_inside_the_span_and_is_what_holds_then(start: int, hours: int) -> None:
    end = start + hours * HOUR_MS
    replay = Replay(WEEK)
    found = list(replay.between(start, end))
    moments = [time for time, _ in found]
    assert moments == sorted(set(moments))
    assert all(start <= time < end for time in moments)
    assert all(replay.at(time) == values for time, values in found)


@given(times, st.lists(st.integers(0, 14 * 24), min_size=1, max_size=6))
def test_a_span_played_in_pieces_is_the_span_played_at_once(start: int, cuts: list[int]) -> None:
    replay = Replay(WEEK)
    edges = [start, *(start + hours * HOUR_MS for hours in sorted(cuts)), start + 2 * WEEK_MS]
    pieces = [one for begin, end in pairwise(edges) for one in replay.between(begin, end)]
    assert pieces == list(replay.between(start, start + 2 * WEEK_MS))


@given(times)
def test_a_week_plays_every_row_once_but_for_the_hours_that_clocks_skip_or_repeat(start: int) -> None:
    played = len(list(Replay(WEEK).between(start, start + WEEK_MS)))
    changes = offset(start) != offset(start + WEEK_MS)
    assert played == 168 or (changes and abs(played - 168) == 1)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"], ids=["spring", "autumn"])
def test_on_the_day_clocks_change_no_instant_is_played_twice(day: str) -> None:
    start = round(datetime.fromisoformat(day).replace(tzinfo=PARIS).timestamp() * 1000)
    moments = [time for time, _ in Replay(WEEK).between(start, start + 25 * HOUR_MS)]
    assert moments == sorted(set(moments))


def test_the_hour_that_spring_leaves_out_has_no_instant() -> None:
    minutes = (datetime(2026, 3, 29, 2, 30) - MONDAY) // timedelta(minutes=1)  # noqa: DTZ001
    assert instant(minutes) is None
    assert instant(minutes + 60) is not None


@given(times)
def test_the_wall_clock_never_goes_back(time: int) -> None:
    assert wall_minutes(time) <= wall_minutes(time + MINUTE_MS)


@given(times, st.floats(-5, 5), st.floats(-100, 100))
def test_scale_and_offset_apply_to_what_they_name_and_to_nothing_else(time: int, scale: float, offset: float) -> None:
    both = Series("both", 60, MINUTES_A_DAY, {}, [Sample(0, {"co2": 400.0, "illuminance": 10.0})])
    played = Replay(both, 0, {"co2": scale}, {"co2": offset}).at(time)
    assert played == {"co2": pytest.approx(400 * scale + offset, abs=1e-3), "illuminance": 10.0}


@given(times, st.integers(0, 60))
def test_a_total_never_falls_when_its_series_begins_again(time: int, days: int) -> None:
    meter = Series(
        "meter", 60, MINUTES_A_DAY, {"energy": 24.0}, [Sample(60 * h, {"energy": float(h)}) for h in range(24)]
    )
    assert Replay(meter).at(time)["energy"] <= Replay(meter).at(time + days * DAY_MS)["energy"]


@given(times)
def test_before_the_first_row_of_a_day_the_last_of_the_day_before_holds(time: int) -> None:
    late = Series("late", 60, MINUTES_A_DAY, {}, [Sample(600, {"co2": 1.0}), Sample(1_200, {"co2": 2.0})])
    hour = wall(time).hour
    assert Replay(late).at(time) == {"co2": 1.0 if 10 <= hour < 20 else 2.0}


def offset(time: int) -> timedelta | None:
    return datetime.fromtimestamp(time / 1000, PARIS).utcoffset()
