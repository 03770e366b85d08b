"""What dashboards of roads, rivers and weather share: what is known of each place, and open alerts of some rules."""

from collections.abc import Mapping, Sequence

from dashboards.grafana.board import url
from dashboards.grafana.influxql import across, among, calculated, called, present
from dashboards.grafana.legend import CRITICAL, WARNING, Legend, ranges, rising_steps
from dashboards.grafana.panel import Column, Panel, Words, number, prose, rows
from dashboards.grafana.query import InfluxQuery
from devices.schema import ALERT, FLEET, HEARD, LEVEL, RAW

NOTHING_OPEN = "no alert of these rules may be open"
SECTORS = (("N", "N"), ("NE", "NE"), ("E", "E"), ("SE", "SE"), ("S", "S"), ("SO", "SW"), ("O", "W"), ("NO", "NW"))
"""From north, clockwise, each 45 degrees wide: French, English."""


def device_title(legend: Legend) -> str:
    return legend.say("Capteur", "Device")


def places_now(
    legend: Legend,
    words: Words,
    measured: Sequence[str],
    columns: Sequence[Column],
    *,
    domains: Sequence[str],
    models: Sequence[str],
    parameters: Sequence[str] = (),
    sort: tuple[str, bool],
    size: tuple[int, int] = (24, 10),
) -> Panel:
    """A table, one row per device: its place, the `columns` of the statements `measured`, its level, when it was heard.

    Each statement must ask two selectors or more, grouped by device: all answers then have the same time, and are
    merged by it. `parameters` of the device are asked of its mark.
    """
    title = device_title(legend)
    opened = (legend.say("Ouvrir le capteur", "Open the device"), _opened(legend))
    chosen = [among("domain", domains), among("model", models)]
    fields = [LEVEL, HEARD, *parameters]
    known = present(FLEET, fields, by=("device", "label", "town"), conditions=chosen, policy=RAW)
    queries = [InfluxQuery(statement, "table") for statement in (*measured, known)]
    whole = [
        Column("label", legend.say("Lieu", "Place"), link=opened),
        Column("town", legend.say("Commune", "Commune")),
        *columns,
        Column(LEVEL, legend.say("Alerte", "Alert"), mappings=legend.levels(), coloured=True, width=110),
        Column(HEARD, legend.say("Entendu", "Heard"), unit="dateTimeFromNow"),
        Column("device", title, link=opened),
    ]
    return rows(legend, words, queries, whole, size=size, sort=sort)


def now(domain: str, formulas: Mapping[str, str]) -> str:
    """For `places_now`: formulas of the newest values of each device."""
    return calculated(domain, formulas, policy=RAW)


def newest(*quantities: str) -> dict[str, str]:
    """For `now`: quantity -> its newest value."""
    return {quantity: called("last", quantity) for quantity in quantities}


def open_alerts(legend: Legend, title: str, rules: Sequence[str], *, critical: bool = False) -> Panel:
    """How many alerts of these rules are open."""
    titles = ", ".join(legend.rules[rule].title[legend.language] for rule in rules if rule in legend.rules)
    words = Words(
        title,
        legend.say(
            f"Alertes ouvertes, acquittées ou non, des règles : {titles}.",
            f"Open alerts, acknowledged or not, of the rules: {titles}.",
        ),
        "0",
    )
    # A level of 1 to 3 counts as one, 0 is over: the count is 0, and not nothing, when all are over.
    each = {"open": f"ceil({called('last', LEVEL)} / 3)"}
    counted = calculated(ALERT, each, by=("device", "rule"), conditions=[among("rule", rules)], policy=RAW)
    query = InfluxQuery(across("sum", counted, "open"))
    steps = rising_steps([(1, CRITICAL if critical else WARNING)])
    return number(legend, words, query, steps=steps, decimals=0, seldom=NOTHING_OPEN)


def runbook(legend: Legend, rules: Sequence[str]) -> Panel:
    words = Words(
        legend.say("Conduite à tenir", "Runbook"),
        legend.say("Ce que chaque règle d'alerte demande de faire.", "What each alert rule asks to be done."),
    )
    return prose(legend, words, legend.actions(rules), size=(24, len(rules) + 3))


def bearing(legend: Legend) -> Column:
    """Where the wind comes from, as the name of its sector."""
    names = [legend.say(*names) for names in SECTORS]
    spans = [(22.5 + 45 * index, 67.5 + 45 * index, name, "text") for index, name in enumerate(names[1:])]
    around = [(0.0, 22.5, names[0], "text"), *spans, (337.5, 360.0, names[0], "text")]
    return Column("wind_direction", legend.label("wind_direction"), mappings=ranges(around))


def _opened(legend: Legend) -> str:
    return url("device", legend, device=f'${{__data.fields["{device_title(legend)}"]}}')
