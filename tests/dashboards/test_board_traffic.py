"""Traffic: shares and profiles are of what counters can tell."""

from shown import START, answers, limits, panels_of, store

from dashboards.grafana.boards.traffic import traffic
from servers import Influxd

PANELS = panels_of(traffic)


def test_the_limit_of_the_speed_is_that_of_the_rule() -> None:
    assert limits(PANELS["Mean vehicle speed"])[1:] == [(15.0, "orange")]


def test_a_counter_that_cannot_tell_trucks_does_not_thin_their_share(influxd: Influxd, unique: str) -> None:
    tags = "model=traffic-counter,site=s,commune=03190"
    both = f"road,device=both,{tags} vehicle_count=100,truck_count=20 {START}"
    blind = f"road,device=blind,{tags} vehicle_count=900 {START}"
    store(influxd, unique, [both, blind])
    [[row]] = answers(influxd, unique, PANELS["Share of trucks"])
    assert row["share"] == 20
    [[row]] = answers(influxd, unique, PANELS["Vehicles, total"])
    assert row["vehicle_count"] == 1000


def test_the_profile_of_a_day_has_hours_along_its_axis_and_means_of_hourly_sums() -> None:
    panel = PANELS["Profile of a day"]
    shown, grouped, ordered = panel["transformations"]
    assert (shown["id"], shown["options"]["outputFormat"]) == ("formatTime", "HH:00")
    assert grouped["options"]["fields"]["vehicle_count"]["aggregations"] == ["mean"]
    assert ordered["options"]["sort"] == [{"field": "Time", "desc": False}]
    assert panel["options"]["xField"] == "Time"
    named = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
    assert named == {"vehicle_count (mean)", "truck_count (mean)"}
