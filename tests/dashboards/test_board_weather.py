"""Weather: stations only, curves that reach from one report to the next, sums that add up."""

from itertools import pairwise

from shown import ENGLISH, REGISTRY, START, answers, limits, panels_of, statements, store

from dashboards.grafana.boards.weather import weather
from dashboards.grafana.boards.weather_curves import GAP_MS, stations
from servers import Influxd

PANELS = panels_of(weather)
HOUR_MS = 3_600_000


def test_a_thermometer_in_a_dust_sensor_is_no_weather_station(influxd: Influxd, unique: str) -> None:
    assert "fine-dust" not in stations(ENGLISH)
    where = "site=s,commune=03190"
    station = f"environment,device=station,model=synop-station,{where} air_temperature=4 {START}"
    dust = f"environment,device=dust,model=fine-dust,{where} air_temperature=12 {START}"
    store(influxd, unique, [station, dust])
    [[row]] = answers(influxd, unique, PANELS["Air temperature, highest"])
    assert row["air_temperature"] == 4
    [rows] = answers(influxd, unique, PANELS["Air temperature"])
    assert {row["device"] for row in rows} == {"station"}


def test_the_curve_of_the_slowest_station_is_not_torn() -> None:
    slowest = max(REGISTRY.models[name].interval for name in stations(ENGLISH))
    assert slowest * 1000 < GAP_MS
    assert PANELS["Air temperature"]["fieldConfig"]["defaults"]["custom"]["spanNulls"] == GAP_MS


def test_the_limits_of_wind_and_heat_are_those_of_the_rules() -> None:
    assert limits(PANELS["Wind speed"])[1:] == [(15.0, "blue"), (20.0, "orange")]
    assert limits(PANELS["Air temperature"])[1:] == [(34.0, "blue"), (38.0, "orange")]


def test_rain_is_summed_and_its_total_grows_from_the_start_of_the_range(influxd: Influxd, unique: str) -> None:
    tags = "device=station,model=synop-station,site=s,commune=03190"
    amounts = enumerate((1.0, 0.0, 2.5))
    lines = [f"environment,{tags} rainfall={amount} {START + index * 3 * HOUR_MS}" for index, amount in amounts]
    store(influxd, unique, lines)
    [total] = answers(influxd, unique, PANELS["Rain total"])
    assert [row["rainfall"] for row in total] == [1.0, 1.0, 3.5]
    [[highest]] = answers(influxd, unique, PANELS["Rain total, highest"])
    assert highest["rainfall"] == 3.5
    assert all("cumulative_sum" in statement for statement in statements(PANELS["Rain total"]))


def test_every_wind_direction_has_a_name() -> None:
    override = next(
        each
        for each in PANELS["Stations"]["fieldConfig"]["overrides"]
        if each["matcher"]["options"] == ENGLISH.label("wind_direction")
    )
    [mappings] = [part["value"] for part in override["properties"] if part["id"] == "mappings"]
    spans = [(each["options"]["from"], each["options"]["to"]) for each in mappings]
    assert spans[0][0] == 0
    assert spans[-1][1] == 360
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
