"""Roads in winter: limits of the rules, words of the catalogue, and numbers that a real database answers."""

from shown import ENGLISH, START, answers, limits, panels_of, statements, store

from dashboards.grafana.boards.winter import winter
from servers import Influxd

PANELS = panels_of(winter)
PLACES = {"cold": (-1.0, 4, -0.5), "damp": (0.5, 1, 0.4), "dry": (3.0, 0, -2.0)}
"""Device -> surface temperature, state, dew point."""


def written() -> list[str]:
    values = "road,device={},model=road-weather-station,site={},commune=03190 {} {}"
    lines = []
    for shift, (device, (surface, state, dew_point)) in enumerate(PLACES.items()):
        fields = (
            f"road_surface_temperature={surface},road_surface_state={state},dew_point={dew_point},friction=0.6,"
            f"water_film=0.1,freezing_temperature=-2"
        )
        lines.append(values.format(device, device, fields, START + shift * 1000))
        marks = f"level={shift},heard={START}"
        where = "model=road-weather-station,site=s,commune=03190,domain=road"
        lines.append(f"fleet,device={device},{where},label=L\\ ({device}),town=T {marks} {START + 5}")
    return lines


def test_the_colours_of_a_cold_road_are_those_of_the_rules() -> None:
    assert limits(PANELS["Coldest road surface"]) == [(None, "red"), (0.0, "blue"), (1.0, "green")]
    assert {value for value, _ in limits(PANELS["Friction coefficient"])} == {None, 0.2, 0.3}


def test_states_are_called_as_in_the_catalogue() -> None:
    [mapping] = PANELS["Road surface state"]["fieldConfig"]["defaults"]["mappings"]
    words = {int(number): state["text"] for number, state in mapping["options"].items()}
    assert words == {number: label["en"] for number, label in ENGLISH.quantity("road_surface_state").states.items()}


def test_surface_dew_point_and_freezing_point_share_a_panel_for_each_device() -> None:
    panel = PANELS["Surface, dew and freezing: ${device:text}"]
    assert (panel["repeat"], panel["gridPos"]["w"]) == ("device", 24)
    [statement] = statements(panel)
    assert all(f'"{name}"' in statement for name in ("road_surface_temperature", "dew_point", "freezing_temperature"))


def test_icy_places_are_counted_and_none_is_zero_and_not_nothing(influxd: Influxd, unique: str) -> None:
    store(influxd, unique, written())
    [[row]] = answers(influxd, unique, PANELS["Places with frost or ice"])
    assert row["road_surface_state"] == 1
    store(influxd, unique + "dry", [line for line in written() if "device=cold" not in line])
    [[row]] = answers(influxd, unique + "dry", PANELS["Places with frost or ice"])
    assert row["road_surface_state"] == 0


def test_the_smallest_margin_is_that_of_one_place_and_not_a_mean(influxd: Influxd, unique: str) -> None:
    store(influxd, unique, written())
    [[row]] = answers(influxd, unique, PANELS["Smallest margin to the dew point"])
    assert row["margin"] == -0.5


def test_readings_and_what_is_known_of_a_place_have_one_time_and_become_one_row(influxd: Influxd, unique: str) -> None:
    store(influxd, unique, written())
    measured, known = answers(influxd, unique, PANELS["Places, coldest first"])
    assert {row["time"] for row in (*measured, *known)} == {START}
    assert [row["device"] for row in measured] == [row["device"] for row in known]
    assert known[0]["label"] == "L (cold)"
