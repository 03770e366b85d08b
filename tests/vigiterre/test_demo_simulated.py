"""Made-up values: the same at every run, and such as a road, a meter or a school could give."""

from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from devices.load import load_registry
from vigiterre.demo.local_time import DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS, wall
from vigiterre.demo.players import Player, load_players
from vigiterre.demo.simulated import Counts, Events, Shape, Simulation, Total, Wave, chance, hour_of_day, poisson, value

CONFIG = Path(__file__).parent.parent.parent / "config"
REGISTRY = load_registry(CONFIG)
PLAYERS = {player.device: player for player in load_players(CONFIG, REGISTRY, "vigiterre")}
ROADS = [name for name in PLAYERS if REGISTRY.devices[name].model == "road-weather-station"]
NOW = 1_795_608_000_000
DRY, DAMP, WET, FROST, ICE = 0.0, 1.0, 2.0, 3.0, 4.0
WINTER = 1_767_222_000_000
times = st.integers(WINTER, WINTER + 400 * DAY_MS)


def week(player: Player) -> Iterator[dict[str, float]]:
    return (values for _, values in player.due(NOW - WEEK_MS, NOW))


@pytest.mark.parametrize("road", ROADS)
def test_the_state_of_a_road_agrees_with_its_temperatures(road: str) -> None:
    for values in week(PLAYERS[road]):
        state, surface = values["road_surface_state"], values["road_surface_temperature"]
        if state == FROST:
            assert surface < 0, values
        if state == ICE:
            assert surface < values["freezing_temperature"], "ice is a film that froze"
            assert values["water_film"] > 0
        assert values["dew_point"] <= values["air_temperature"] + 0.1


def test_some_road_is_icy_some_frosty_and_some_damp_below_freezing() -> None:
    seen = [values for road in ROADS for values in week(PLAYERS[road])]
    states = {values["road_surface_state"] for values in seen}
    assert states == {DRY, DAMP, WET, FROST, ICE}
    assert any(
        values["road_surface_state"] == DAMP and values["road_surface_temperature"] < values["freezing_temperature"]
        for values in seen
    )


@pytest.mark.parametrize("device", sorted(PLAYERS))
def test_a_device_plays_within_the_plausible_range_and_the_same_at_each_run(device: str) -> None:
    again = {player.device: player for player in load_players(CONFIG, REGISTRY, "vigiterre")}[device]
    played = list(PLAYERS[device].due(NOW - WEEK_MS, NOW))
    assert played == list(again.due(NOW - WEEK_MS, NOW))
    assert played
    for _, values in played:
        for name, number in values.items():
            quantity = REGISTRY.quantities[name]
            assert quantity.minimum <= number <= quantity.maximum, (device, name)
            assert not quantity.states or number in quantity.states


def test_every_device_of_the_territory_plays_and_says_by_a_tag_what_it_plays() -> None:
    assert set(PLAYERS) == set(REGISTRY.devices)
    for name, player in PLAYERS.items():
        tags = set(REGISTRY.devices[name].tags)
        made_up = isinstance(player.source, Simulation)
        assert tags & {"simulated", "replayed"} == {"simulated" if made_up else "replayed"}, name


@given(times, st.floats(-20, 20), st.floats(0, 10), st.floats(0, 24))
def test_a_wave_stays_between_its_floor_and_ceiling(time: int, mean: float, daily: float, peak: float) -> None:
    wave = Wave(shape="wave", mean=mean, daily=daily, peak_hour=peak, noise=2.0, floor=-3.0, ceiling=4.0)
    assert -3.0 <= value(wave, time, "a", MINUTE_MS) <= 4.0


@given(times, st.integers(1, 14 * 24 * 60), st.floats(0, 5), st.floats(0, 1), st.floats(0, 24))
def test_a_meter_never_runs_backwards(time: int, minutes: int, per_hour: float, share: float, peak: float) -> None:
    meter = Total(shape="total", start=10.0, per_hour=per_hour, daily=per_hour * share, peak_hour=peak)
    # 0.001 is the last digit sent: what is rounded may differ by it.
    assert value(meter, time + minutes * MINUTE_MS, "a", MINUTE_MS) >= value(meter, time, "a", MINUTE_MS) - 0.001


@given(times)
def test_an_event_holds_for_its_time_and_starts_only_in_its_hours(time: int) -> None:
    events = Events(shape="events", per_day=30, hold_minutes=20, from_hour=8, until_hour=18)
    if events.at(time, "door", 10 * MINUTE_MS):
        hour = hour_of_day(time)
        assert 8 <= hour < 18 + 30 / 60


def test_weekends_see_less_traffic() -> None:
    counts = Counts(shape="counts", base=5, morning=60, morning_hour=8, evening=70, evening_hour=17.5, weekend=0.3)
    sums = [0.0] * 7
    for hour in range(28 * 24):
        time = NOW + hour * HOUR_MS
        sums[wall(time).weekday()] += counts.at(time, "road", HOUR_MS)
    assert max(sums[5:]) < 0.5 * min(sums[:5])


@given(st.text(max_size=20), times)
def test_chance_depends_on_nothing_but_its_arguments_and_lies_inside_0_and_1(seed: str, time: int) -> None:
    assert chance(seed, time) == chance(seed, time)
    assert 0 < chance(seed, time) < 1


@given(st.floats(0, 2_000), st.floats(0.001, 0.999))
def test_a_poisson_number_lies_where_its_quantile_says(mean: float, uniform: float) -> None:
    number = poisson(mean, uniform)
    spread = mean**0.5
    assert number >= 0
    assert abs(number - (mean + spread * NormalDist().inv_cdf(uniform))) <= 3 + 0.2 * spread


@pytest.mark.parametrize(
    "table",
    [
        {"shape": "schedule", "steps": [[1.0, 0]]},
        {"shape": "schedule", "steps": [[0.0, 0], [5.0, 1], [5.0, 2]]},
        {"shape": "events", "per_day": 1, "hold_minutes": 5, "from_hour": 9, "until_hour": 9},
        {"shape": "total", "start": 0, "per_hour": 1, "daily": 1.1, "peak_hour": 8},
        {"shape": "wave", "mean": 1, "daily": 1, "peak_hour": 25, "noise": 0},
        {"shape": "spiral"},
    ],
)
def test_a_shape_that_makes_no_sense_is_an_error_of_the_file(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Shape).validate_python(table)
