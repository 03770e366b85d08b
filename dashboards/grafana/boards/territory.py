"""The whole territory on one page: what is wrong, where, and the worst value of each kind."""

from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.alert_panels import DOMAIN, UNIQUE, counted, opened_per_day, standing
from dashboards.grafana.influxql import Selector, present
from dashboards.grafana.legend import CRITICAL, INFO, WARNING, Legend, rising_steps
from dashboards.grafana.panel import Column, Panel, Words, map_of, number, rows
from dashboards.grafana.query import InfluxQuery
from devices.schema import FLEET, LATITUDE, LEVEL, LONGITUDE, RAW, SILENT
from stores.influxql import identifier

WORST: tuple[tuple[str, str, Selector, str], ...] = (
    ("road", "road_surface_temperature", "min", "ice_vigilance"),
    ("building", "co2", "max", "classroom_co2"),
    ("environment", "wind_speed", "max", "strong_wind"),
    ("environment", "pm10", "max", "pm10_day"),
    ("environment", "sound_level", "max", "noise_hour"),
    ("road", "water_level", "max", ""),
)
"""Domain, quantity, which end is the worst, and the rule whose limits colour it."""


def territory(legend: Legend) -> Board:
    return Board(
        slug="territory",
        title=legend.say("Territoire", "Territory"),
        description=legend.say(
            "Tout le territoire sur une page : alertes ouvertes, capteurs muets, valeurs extrêmes du moment.",
            "The whole territory on one page: open alerts, silent devices, the most extreme values now.",
        ),
        panels=[
            Row(legend.say("Maintenant", "Now")),
            *counts(legend),
            territory_map(legend),
            standing(legend, size=(12, 14)),
            Row(legend.say("Valeurs extrêmes du moment", "Most extreme values now")),
            *(worst(legend, *each) for each in WORST),
            Row(legend.say("Par domaine", "By domain")),
            by_domain(legend),
            opened_per_day(legend, size=(12, 8)),
        ],
        tags=("home",),
    )


def counts(legend: Legend) -> list[Panel]:
    """Open alerts by level, then devices."""
    say = legend.say
    return [
        counted(legend, 3, say("Alertes critiques", "Critical alerts"), CRITICAL),
        counted(legend, 2, say("Vigilances", "Warnings"), WARNING),
        counted(legend, 1, say("Informations", "Information"), INFO),
        unacknowledged(legend),
        silent(legend),
        devices(legend),
    ]


def unacknowledged(legend: Legend) -> Panel:
    words = Words(
        legend.say("Sans acquittement", "Not acknowledged"),
        legend.say(
            "Alertes ouvertes, vigilances et critiques, que personne n'a encore acquittées.",
            "Open warnings and critical alerts that nobody has acknowledged yet.",
        ),
        "0",
    )
    statement = UNIQUE + ' WHERE "level" >= 2 AND "acknowledged" = 0'
    steps = rising_steps([(1, WARNING)])
    return number(legend, words, InfluxQuery(statement), steps=steps, seldom="no alert may be open")


def silent(legend: Legend) -> Panel:
    words = Words(
        legend.say("Capteurs muets", "Silent devices"),
        legend.say(
            "Capteurs dont rien de valable n'est arrivé depuis plus longtemps que leur modèle ne le permet.",
            "Devices nothing valid has come from for longer than their model allows.",
        ),
        "0",
    )
    newest = present(FLEET, [SILENT], policy=RAW, conditions=[DOMAIN])
    statement = f"SELECT sum({identifier(SILENT)}) AS {identifier(SILENT)} FROM ({newest})"  # noqa: S608  -- our own names
    return number(legend, words, InfluxQuery(statement), steps=rising_steps([(1, WARNING), (10, CRITICAL)]))


def devices(legend: Legend) -> Panel:
    words = Words(
        legend.say("Capteurs", "Devices"),
        legend.say("Capteurs du registre, pour la sélection.", "Devices of the registry, in this selection."),
    )
    newest = present(FLEET, [LEVEL], policy=RAW, conditions=[DOMAIN])
    return number(legend, words, InfluxQuery(f"SELECT count({identifier(LEVEL)}) AS devices FROM ({newest})"))  # noqa: S608  -- our own names


def territory_map(legend: Legend) -> Panel:
    words = Words(
        legend.say("Carte", "Map"),
        legend.say(
            "Chaque capteur à sa place, dans la couleur de sa pire alerte ouverte. Le fond de carte vient d'Internet ; "
            "sans accès, les points restent.",
            "Each device where it stands, in the colour of its worst open alert. The base map comes from the Internet; "
            "without it the points remain.",
        ),
    )
    fields = [LATITUDE, LONGITUDE, LEVEL, SILENT]
    statement = present(FLEET, fields, by=("label", "town", "domain", "device"), policy=RAW, conditions=[DOMAIN])
    steps = rising_steps([(1, INFO), (2, WARNING), (3, CRITICAL)])
    return map_of(legend, words, InfluxQuery(statement, "table"), LEVEL, mappings=legend.levels(), steps=steps)


def worst(legend: Legend, domain: str, quantity: str, selector: Selector, rule: str) -> Panel:
    label = legend.label(quantity)
    if (domain, quantity) == ("road", "water_level"):  # of a river, where zero is differs from gauge to gauge
        label = legend.say("Eau sur les passages à gué", "Water on the fords")
    lowest = selector == "min"
    words = Words(
        legend.say(
            f"{label}, minimum" if lowest else f"{label}, maximum", f"{label}, {'lowest' if lowest else 'highest'}"
        ),
        legend.say(
            "La plus extrême des dernières valeurs de chaque capteur sélectionné, sur la période affichée.",
            "The most extreme of the newest values of the selected devices, within the period shown.",
        ),
    )
    field = identifier(quantity)
    newest = present(domain, [quantity], policy=RAW)
    statement = f"SELECT {selector}({field}) AS {field} FROM ({newest})"  # noqa: S608  -- our own names
    steps = legend.steps(rule) if rule else ()
    return number(legend, words, InfluxQuery(statement), legend.unit(quantity), steps=steps, decimals=1)


def by_domain(legend: Legend) -> Panel:
    words = Words(
        legend.say("Capteurs par domaine", "Devices by domain"),
        legend.say(
            "Combien de capteurs, combien sont muets, et le niveau de la pire alerte, par domaine.",
            "How many devices, how many are silent, and the level of the worst alert, by domain.",
        ),
    )
    say, grouped = legend.say, f"GROUP BY {identifier('domain')}"
    newest = present(FLEET, [LEVEL, SILENT], by=("device", "domain"), policy=RAW, conditions=[DOMAIN])
    statement = (
        f"SELECT count({identifier(LEVEL)}) AS devices, sum({identifier(SILENT)}) AS {identifier(SILENT)},"  # noqa: S608  -- our own names
        f" max({identifier(LEVEL)}) AS {identifier(LEVEL)} FROM ({newest}) {grouped}"
    )
    columns = [
        Column("domain", say("Domaine", "Domain")),
        Column("devices", say("Capteurs", "Devices")),
        Column(SILENT, say("Muets", "Silent"), steps=rising_steps([(1, WARNING)]), coloured=True),
        Column(LEVEL, say("Pire alerte", "Worst alert"), mappings=legend.levels(), coloured=True),
    ]
    return rows(legend, words, [InfluxQuery(statement, "table")], columns, size=(12, 8))
