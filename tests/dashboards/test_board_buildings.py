"""What is peculiar to the dashboard of buildings: stale air counts while somebody is there, and days are French."""

import dataclasses
from itertools import starmap

import pytest
from shown import ENGLISH, START, answers, limits, panels_of, store

from dashboards.grafana.boards.buildings import buildings
from dashboards.grafana.legend import INFO, WARNING
from devices.schema import ROLLUP
from servers import Influxd

PANELS = panels_of(buildings)
SHARE = "Share of occupied time above the limits"
HOUR = 3_600_000
ROOM = "building,device=room,model=indoor-air,site=school,commune=03190"
METER = "building,device=meter,model=water-meter,site=school,commune=03190"


def test_the_lines_of_co2_are_those_of_the_rule() -> None:
    assert limits(PANELS["CO2 by room"])[1:] == [(800, INFO), (1500, WARNING)]


def test_another_limit_in_the_rule_is_another_line_and_another_share() -> None:
    rule = ENGLISH.rules["classroom_co2"]
    info, warning = rule.levels
    assert info.above is not None
    stricter = dataclasses.replace(info, above=info.above._replace(number=600.0))
    rules = {**ENGLISH.rules, "classroom_co2": dataclasses.replace(rule, levels=(stricter, warning))}
    panels = panels_of(buildings, dataclasses.replace(ENGLISH, rules=rules))
    assert limits(panels["CO2 by room"])[1:] == [(600, INFO), (1500, WARNING)]
    assert '"above_600"' in panels[SHARE]["targets"][0]["query"]


def test_the_share_of_stale_air_is_of_the_time_somebody_was_there(influxd: Influxd, unique: str) -> None:
    hours = [(500, 1), (900, 1), (1600, 1), (700, 1), (2000, 0), (2000, 0)]
    lines = [f"{ROOM} co2={ppm},occupancy={there} {START + index * HOUR}" for index, (ppm, there) in enumerate(hours)]
    store(influxd, unique, lines, ROLLUP)
    [[room]] = answers(influxd, unique, PANELS[SHARE])
    assert (room["device"], room["above_800"], room["above_1500"]) == ("room", 50, 25)


def test_water_that_runs_in_the_calmest_hour_never_stops(influxd: Influxd, unique: str) -> None:
    totals = [0.0, 0.5, 0.6, 0.62, 1.2]
    store(influxd, unique, list(starmap("{} water_volume={} {}".format, metered(totals))))
    [rows] = answers(influxd, unique, PANELS["Water that never stops"])
    assert [row["water_volume"] for row in rows] == [pytest.approx(0.02)]


def metered(totals: list[float]) -> list[tuple[str, float, int]]:
    return [(METER, total, START + (index + 1) * HOUR) for index, total in enumerate(totals)]
