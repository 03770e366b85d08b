"""Panels of alerts that several dashboards show: open ones, their number, how many opened."""

from dashboards.grafana.board import url
from dashboards.grafana.influxql import history, present
from dashboards.grafana.legend import COLOURS, Legend, rising_steps
from dashboards.grafana.panel import Column, Panel, Words, lines, number, rows
from dashboards.grafana.query import InfluxQuery
from devices.schema import ACKNOWLEDGED, ALERT, LEVEL, OPENED, RAW
from stores.influxql import identifier

DOMAIN = f"{identifier('domain')} =~ /^$domain$/"
FIRED = f"{identifier(OPENED)} > 0"
NOBODY = "no alert may be open"
NOW = present(ALERT, [LEVEL, ACKNOWLEDGED], by=("device", "rule"), policy=RAW, conditions=[DOMAIN])
"""Where each alert of a rule on a device stands."""
UNIQUE = f"SELECT count({identifier(LEVEL)}) AS alerts FROM ({NOW})"  # noqa: S608  -- our own names
"""How many; a `WHERE` on level and acknowledged follows."""


def counted(legend: Legend, level: int, title: str, colour: str) -> Panel:
    """How many alerts are open at exactly this level."""
    words = Words(title, legend.say("Alertes ouvertes de ce niveau.", "Open alerts of this level."), "0")
    query = InfluxQuery(f"{UNIQUE} WHERE {identifier(LEVEL)} = {level}")
    return number(legend, words, query, steps=rising_steps([(1, colour)]), seldom=NOBODY)


def standing(legend: Legend, *, conditions: tuple[str, ...] = (DOMAIN,), size: tuple[int, int] = (24, 10)) -> Panel:
    """The open alerts, worst first."""
    say = legend.say
    words = Words(
        say("Alertes ouvertes", "Open alerts"),
        say(
            "La pire d'abord. Acquittée : quelqu'un s'en occupe. Le nom ouvre le tableau du capteur.",
            "Worst first. Acknowledged: somebody takes care of it. The name opens the device's dashboard.",
        ),
        say("Aucune alerte ouverte", "No alert is open"),
    )
    tags = ("label", "town", "rule", "device")
    newest = present(ALERT, [LEVEL, ACKNOWLEDGED], by=tags, policy=RAW, conditions=conditions)
    statement = (
        f"SELECT {identifier(LEVEL)}, {identifier(ACKNOWLEDGED)} FROM ({newest})"  # noqa: S608  -- our own names
        f" WHERE {identifier(LEVEL)} > 0 GROUP BY {', '.join(map(identifier, tags))}"
    )
    device = say("Capteur", "Device")
    opened = (
        say("Ouvrir le capteur", "Open the device"),
        url("device", legend, device=f'${{__data.fields["{device}"]}}'),
    )
    columns = [
        Column(LEVEL, say("Niveau", "Level"), mappings=legend.levels(), coloured=True, width=110),
        Column("rule", say("Alerte", "Alert"), mappings=legend.rule_titles()),
        Column("label", say("Lieu", "Place")),
        Column("town", say("Commune", "Commune")),
        Column(
            ACKNOWLEDGED,
            say("Acquittée", "Acknowledged"),
            mappings=legend.yes_no(yes=COLOURS[0], no=COLOURS[2]),
            width=110,
        ),
        Column("device", device, link=opened),
    ]
    sort = (say("Niveau", "Level"), True)
    return rows(legend, words, [InfluxQuery(statement, "table")], columns, size=size, sort=sort, seldom=NOBODY)


def opened_per_day(legend: Legend, *, size: tuple[int, int] = (24, 8)) -> Panel:
    words = Words(
        legend.say("Alertes déclenchées par jour", "Alerts fired per day"),
        legend.say(
            "Nombre de déclenchements par jour et par règle. Une règle qui déclenche sans cesse n'est plus crue : "
            "corriger son seuil ou le capteur.",
            "How often each rule fired, by day. A rule that fires all the time is no longer believed: correct its "
            "limit or the device.",
        ),
    )
    statement = history(ALERT, [OPENED], "count", by=("rule",), conditions=[DOMAIN, FIRED], policy=RAW, every="1d")
    query = InfluxQuery(statement, alias="$tag_rule")
    return lines(legend, words, [query], "none", bars=True, stacked=True, size=size, decimals=0, seldom=NOBODY)
