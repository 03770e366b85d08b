"""Laws and figures of the hourly values."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devices.quantity import Aggregate, Kind, Quantity
from devices.reading import Reading, Series
from devices.schema import HOUR_MS
from stores.port import Point, Rollup
from stores.rollup import aggregate, circular_mean, durations, energy_mean, fields_of, longest, roll_up, split_field

HOUR = 1_795_435_200_000
SERIES = Series("environment", "meteo-1", "m", "toit", "03310")

LEVELS = st.lists(st.floats(-200, 200), min_size=1, max_size=50)
ANGLES = st.lists(st.floats(0, 359.999), min_size=1, max_size=20)


def quantity(how: Aggregate, name: str = "q", states: tuple[int, ...] = ()) -> Quantity:
    labels = {state: {"fr": str(state), "en": str(state)} for state in states}
    return Quantity(name, {"fr": name, "en": name}, "1", -1e9, 1e9, Kind.GAUGE, how, labels, "test")


def apart(one: float, other: float) -> float:
    """Degrees between two directions."""
    return abs((one - other + 180) % 360 - 180)


@given(LEVELS)
@pytest.mark.parametrize("how", [Aggregate.MEAN, Aggregate.ENERGY_MEAN])
def test_means_lie_between_least_and_greatest_whatever_the_order(how: Aggregate, values: list[float]) -> None:
    mean = aggregate(how, values)
    assert mean is not None
    assert min(values) <= mean <= max(values)
    assert aggregate(how, sorted(values)) == mean


@given(LEVELS)
def test_an_energy_mean_is_never_below_the_mean(values: list[float]) -> None:
    assert energy_mean(values) >= math.fsum(values) / len(values) - 1e-9


@given(LEVELS, st.floats(-100, 100))
def test_an_energy_mean_moves_with_its_levels(values: list[float], gain: float) -> None:
    assert energy_mean([value + gain for value in values]) == pytest.approx(energy_mean(values) + gain, abs=1e-6)


def test_energy_means_are_those_of_acoustics() -> None:
    assert energy_mean([60.0, 60.0]) == 60.0
    assert energy_mean([50.0, 60.0]) == pytest.approx(57.4036, abs=1e-4)
    assert energy_mean([40.0] * 9 + [70.0]) == pytest.approx(60.0390, abs=1e-4)
    assert energy_mean([5000.0, 4990.0]) == pytest.approx(4997.4036, abs=1e-4)


@given(ANGLES, st.floats(0, 360))
def test_a_circular_mean_turns_with_its_directions(degrees: list[float], turn: float) -> None:
    mean, turned = circular_mean(degrees), circular_mean([(each + turn) % 360 for each in degrees])
    assume(mean is not None and turned is not None and strength(degrees) > 1e-3)
    assert mean is not None
    assert turned is not None
    assert apart(turned, mean + turn) < 1e-6


def strength(degrees: list[float]) -> float:
    east = math.fsum(math.sin(math.radians(each)) for each in degrees)
    north = math.fsum(math.cos(math.radians(each)) for each in degrees)
    return math.hypot(east, north) / len(degrees)


@given(ANGLES)
def test_a_circular_mean_is_a_direction_whatever_the_order(degrees: list[float]) -> None:
    mean = circular_mean(degrees)
    assert mean is None or 0 <= mean < 360
    assert circular_mean(sorted(degrees)) == mean


def test_wind_across_north_is_north() -> None:
    north = circular_mean([350.0, 10.0])
    assert north is not None
    assert apart(north, 0.0) < 1e-9
    assert circular_mean([350.0, 340.0, 20.0]) == pytest.approx(356.6, abs=0.1)


@pytest.mark.parametrize("degrees", [[0.0, 180.0], [90.0, 270.0], [45.0, 225.0], [0.0, 120.0, 240.0]])
def test_directions_that_cancel_out_have_no_mean(degrees: list[float]) -> None:
    points = [Point(HOUR + n, each) for n, each in enumerate(degrees)]
    fields = fields_of(quantity(Aggregate.CIRCULAR_MEAN), points, HOUR)
    assert fields == {"q_min": min(degrees), "q_max": max(degrees), "q_count": float(len(degrees))}


@given(st.lists(st.tuples(st.integers(0, HOUR_MS - 1), st.integers(-2, 3)), min_size=1, unique_by=lambda each: each[0]))
def test_durations_add_up_from_the_first_reading_to_the_end_of_the_hour(states: list[tuple[int, int]]) -> None:
    points = sorted(Point(HOUR + time, float(state)) for time, state in states)
    held = durations(points, HOUR + HOUR_MS)
    assert math.fsum(held.values()) == pytest.approx((HOUR + HOUR_MS - points[0].time) / 1000)
    assert held[longest(held)] == max(held.values())


def test_a_state_holds_until_the_next_one() -> None:
    leak = quantity(Aggregate.DURATION, "leak", states=(0, 1, 2))
    points = [Point(HOUR + 600_000, 0.0), Point(HOUR + 1_200_000, 1.0), Point(HOUR + 3_000_000, 0.0)]
    assert fields_of(leak, points, HOUR) == {
        "leak": 1.0,
        "leak_min": 0.0,
        "leak_max": 1.0,
        "leak_count": 3.0,
        "leak_duration_0": 1200.0,
        "leak_duration_1": 1800.0,
        "leak_duration_2": 0.0,
    }


def test_of_states_held_equally_long_the_graver_is_told() -> None:
    assert longest({0: 1800.0, 1: 1800.0}) == 1


def test_each_quantity_aggregates_its_own_way() -> None:
    catalogue = {
        "rain": quantity(Aggregate.SUM, "rain"),
        "index": quantity(Aggregate.LAST, "index"),
        "temp": quantity(Aggregate.MEAN, "temp"),
    }
    late_first = [
        Reading(SERIES, HOUR + 2, {"rain": 0.2, "index": 12.0, "temp": 3.0, "forgotten": 1.0}),
        Reading(SERIES, HOUR + 1, {"rain": 0.4, "index": 11.0}),
        Reading(SERIES, HOUR, {"rain": 0.6, "index": 10.0, "temp": 1.0}),
    ]
    assert sorted(roll_up(late_first, catalogue, HOUR)) == [
        Rollup(SERIES, "index", HOUR, {"index_min": 10.0, "index_max": 12.0, "index_count": 3.0, "index": 12.0}),
        Rollup(SERIES, "rain", HOUR, {"rain_min": 0.2, "rain_max": 0.6, "rain_count": 3.0, "rain": 1.2}),
        Rollup(SERIES, "temp", HOUR, {"temp_min": 1.0, "temp_max": 3.0, "temp_count": 2.0, "temp": 2.0}),
    ]


def test_no_readings_make_no_rollup() -> None:
    assert roll_up([], {}, HOUR) == []


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("co2", ("co2", "")),
        ("co2_max", ("co2", "_max")),
        ("co2_min", ("co2", "_min")),
        ("co2_count", ("co2", "_count")),
        ("leak_duration_1", ("leak", "_duration_1")),
        ("leak_duration_-1", ("leak", "_duration_-1")),
        ("pm2_5_max", ("pm2_5", "_max")),
    ],
)
def test_a_field_says_its_quantity(field: str, parts: tuple[str, str]) -> None:
    assert split_field(field) == parts
