"""Rivers and fords: every level that a rule compares with is shown, and rates and rows are right."""

from shown import RULES, START, answers, limits, panels_of, statements, store

from dashboards.grafana.boards.rivers import rivers
from dashboards.grafana.boards.rivers_curves import LIMITS
from servers import Influxd

PANELS = panels_of(rivers)
QUARTER_MS = 15 * 60_000
TAGS = "model=river-gauge,site={0},commune=03190"


def rising_water() -> list[str]:
    """A river that rises 0.4 m an hour and a ford that falls 0.2 m an hour, three hours long; and what is known."""
    lines = []
    for index in range(12):
        time = START + index * QUARTER_MS
        lines += [
            f"environment,device=river,{TAGS.format('r')} water_level={1 + 0.1 * index} {time}",
            f"road,device=ford,{TAGS.format('f')} water_level={0.2 - 0.05 * index} {time + 7_000}",
        ]
    known = "level=2,alert_level=1.5,danger_level=3,heard=1"
    lines += [
        f"fleet,device=river,{TAGS.format('r')},domain=environment {known} {START}",
        f"fleet,device=ford,{TAGS.format('f')},domain=road level=0,heard=1 {START}",
        f"road,device=barrier,model=ford-barrier,site=f,commune=03190 barrier_closed=1 {START}",
        f"alert,device=ford,{TAGS.format('f')},domain=road,rule=ford_flooded level=3 {START}",
        f"alert,device=ford,{TAGS.format('f')},domain=road,rule=ford_rising level=2 {START}",
        f"alert,device=ford,{TAGS.format('f')},domain=road,rule=ford_rising level=0 {START + 1}",
    ]
    return lines


def test_every_level_of_a_gauge_that_a_rule_compares_with_is_shown() -> None:
    asked = {
        limit.param.split(".")[-1]
        for name in ("river_high", "ford_flooded")
        for level in RULES[name].levels
        if (limit := level.above) and limit.param
    }
    assert set(LIMITS) == asked
    drawn = "\n".join(statements(PANELS["Level and limits: ${device:text}"]))
    assert all(f'"{name}"' in drawn for name in asked)


def test_the_limits_of_the_rate_are_those_of_the_rules() -> None:
    assert limits(PANELS["Rate of rise of rivers"])[1:] == [(0.2, "orange"), (0.5, "red")]
    assert limits(PANELS["Rate of rise at fords"])[1:] == [(0.2, "orange")]


def test_a_barrier_is_shown_with_the_ford_of_its_site_though_no_gauge(influxd: Influxd, unique: str) -> None:
    [statement] = statements(PANELS["Barriers of fords"])
    assert "$site" in statement
    assert "$device" not in statement
    store(influxd, unique, rising_water())
    [[row]] = answers(influxd, unique, PANELS["Barriers closed"])
    assert row["barrier_closed"] == 1


def test_the_rate_of_rise_is_metres_per_hour_of_each_gauge_alone(influxd: Influxd, unique: str) -> None:
    store(influxd, unique, rising_water())
    [[row]] = answers(influxd, unique, PANELS["Fastest rise"])
    assert round(row["rate"], 6) == 0.4
    fords, ford_rates, gauges, gauge_rates, known = answers(influxd, unique, PANELS["Gauges, worst first"])
    assert [round(row["rate"], 6) for row in (*ford_rates, *gauge_rates)] == [-0.2, 0.4]
    rows = (*fords, *ford_rates, *gauges, *gauge_rates, *known)
    assert {row["time"] for row in rows} == {START}, "one time, or they are not merged into one row per gauge"
    assert [(row["device"], row["alert_level"]) for row in known] == [("ford", None), ("river", 1.5)]


def test_an_alert_that_is_over_is_not_counted(influxd: Influxd, unique: str) -> None:
    store(influxd, unique, rising_water())
    [[flooded]] = answers(influxd, unique, PANELS["Fords under water"])
    [[rising]] = answers(influxd, unique, PANELS["Rising fast"])
    assert (flooded["open"], rising["open"]) == (1, 0)
