"""Health of the fleet: who is silent, whose battery ends, who is hardly heard, whose readings are refused."""

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from dashboards.console.texts import REASONS
from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.device import refused
from dashboards.grafana.boards.fleet_condition import (
    LEVEL,
    NO_RADIO,
    RSSI,
    WEAK_RSSI,
    batteries,
    battery_curves,
    device_column,
    of_domain,
    radio,
    radio_curves,
)
from dashboards.grafana.influxql import SCOPE, present, raw, where
from dashboards.grafana.legend import CRITICAL, WARNING, Legend, rising_steps
from dashboards.grafana.panel import Column, Panel, Words, lines, number, prose, rows
from dashboards.grafana.query import InfluxQuery
from devices.reading import Reason
from devices.schema import FLEET, HEARD, HOUR_MS, INTERVAL, RAW, REFUSAL, SILENT
from stores.influxql import identifier

DOMAIN = f"{identifier('domain')} =~ /^$domain$/"
"""Marks carry the domain as a tag; of readings it is the measurement."""
RULES = (
    "silent",
    "silent_flood_watch",
    "battery_low",
    "battery_lithium_low",
    "battery_lead_low",
    "platform_quarantine",
)
TOTAL = "total"
BY_REASON = ", ".join(f"sum({identifier(each.value)}) AS {identifier(each.value)}" for each in Reason)


def fleet(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="fleet",
        title=say("Santé du parc", "Fleet health"),
        description=say(
            "Capteurs muets, batteries, radio et mesures refusées : ce qu'il faut aller réparer.",
            "Silent devices, batteries, radio and refused readings: what has to be repaired.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            *counts(legend),
            silent_devices(legend),
            by_model(legend),
            Row(say("Batteries", "Batteries")),
            batteries(legend),
            battery_curves(legend),
            Row(say("Radio", "Radio")),
            radio(legend),
            radio_curves(legend),
            Row(say("Mesures refusées", "Refused readings")),
            refusals(legend),
            refused_devices(legend),
            Row(say("Que faire", "What to do")),
            runbook(legend),
        ],
        since="now-24h",
    )


def counts(legend: Legend) -> list[Panel]:
    say = legend.say
    newest = present(FLEET, [HEARD, SILENT], policy=RAW, conditions=[DOMAIN])
    heard, silence = identifier(HEARD), identifier(SILENT)
    devices = Words(
        say("Capteurs", "Devices"),
        say("Capteurs du registre, pour la sélection.", "Devices of the registry, in this selection."),
    )
    silent = Words(
        say("Muets", "Silent"),
        say(
            "Rien de valable depuis plus longtemps que la règle du capteur muet ne le permet.",
            "Nothing valid for longer than the rule of the silent device allows.",
        ),
    )
    recent = Words(
        say("Entendus depuis une heure", "Heard within the hour"),
        say(
            "Capteurs dont une mesure valable date d'une heure au plus, à dix minutes près. Certains modèles ne "
            "parlent que toutes les trois heures, ou une fois par jour : c'est « Muets » qui compte.",
            "Devices with a valid reading not older than an hour, to within ten minutes. Some models speak every three "
            "hours or once a day only: what counts is “Silent”.",
        ),
        "0",
    )
    # The end of the range on the screen is what counts as now.
    within = f"SELECT count({heard}) AS {heard} FROM ({newest}) WHERE {heard} >= $__to - {HOUR_MS}"  # noqa: S608  -- our own names
    steps = rising_steps([(1, WARNING), (10, CRITICAL)])
    return [
        number(legend, devices, InfluxQuery(f"SELECT count({silence}) AS devices FROM ({newest})")),  # noqa: S608  -- our own names
        number(legend, silent, InfluxQuery(f"SELECT sum({silence}) AS {silence} FROM ({newest})"), steps=steps),  # noqa: S608  -- our own names
        number(legend, recent, InfluxQuery(within), seldom="no device may have been heard within the hour"),
        low_batteries(legend),
        weak_radios(legend),
        refused_number(legend),
    ]


def low_batteries(legend: Legend) -> Panel:
    """Of those that send a percentage; a voltage says little without the kind of cell."""
    limits = [level.below.number for level in legend.rule("battery_low").levels if level.below]
    highest = f"{max(limits):.0f}"
    words = Words(
        legend.say("Batteries faibles", "Low batteries"),
        legend.say(
            f"Capteurs dont le niveau de batterie est sous {highest} % (règle de rules.toml).",
            f"Devices whose battery level is below {highest} % (rule of rules.toml).",
        ),
        "0",
    )
    field = identifier(LEVEL)
    statement = (
        f"SELECT count({field}) AS {field} FROM (SELECT last({field}) AS {field} FROM {of_domain(RAW)} {where()}"  # noqa: S608  -- our own names
        f" GROUP BY {identifier('device')}) WHERE {field} < {highest}"
    )
    steps = rising_steps([(1, WARNING)])
    return number(legend, words, InfluxQuery(statement), steps=steps, seldom="all batteries may be full")


def weak_radios(legend: Legend) -> Panel:
    words = Words(
        legend.say("Signaux faibles", "Weak signals"),
        legend.say(
            f"Capteurs dont le dernier signal reçu (RSSI) est sous {WEAK_RSSI} dBm (proposition).",
            f"Devices whose last received signal (RSSI) is below {WEAK_RSSI} dBm (proposal).",
        ),
        "0",
    )
    field = identifier(RSSI)
    statement = (
        f"SELECT count({field}) AS {field} FROM (SELECT last({field}) AS {field} FROM {of_domain(RAW)} {where()}"  # noqa: S608  -- our own names
        f" GROUP BY {identifier('device')}) WHERE {field} < {WEAK_RSSI}"
    )
    return number(legend, words, InfluxQuery(statement), steps=rising_steps([(1, WARNING)]), seldom=NO_RADIO)


def refused_number(legend: Legend) -> Panel:
    words = Words(
        legend.say("Mesures refusées", "Refused readings"),
        legend.say(
            "Sur la période affichée, tous motifs ; le détail est plus bas.",
            "Within the period shown, for any reason; details are below.",
        ),
        "0",
    )
    statement = f"SELECT {BY_REASON} FROM {raw(REFUSAL)} {where(DOMAIN)}"  # noqa: S608  -- our own names
    why = "nothing may have been refused"
    return number(legend, words, InfluxQuery(statement, "table"), seldom=why, before=[totalled(), only(TOTAL)])


def only(column: str) -> DataTransformerConfig:
    return DataTransformerConfig("filterFieldsByName", options={"include": {"names": [column]}})


def totalled() -> DataTransformerConfig:
    """A column `total`: a sum in InfluxQL is nothing where one of its terms is."""
    return DataTransformerConfig(
        "calculateField", options={"mode": "reduceRow", "reduce": {"reducer": "sum"}, "alias": TOTAL}
    )


def silent_devices(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Capteurs muets", "Silent devices"),
        say(
            "Ceux dont rien de valable n'arrive plus, le plus ancien d'abord. Plusieurs voisins à la fois : chercher "
            "la passerelle, le réseau ou le courant. Le nom ouvre le tableau du capteur.",
            "Those from which nothing valid comes any more, the longest silence first. Several neighbours at once: "
            "look for the gateway, the network or the power. The name opens the device's dashboard.",
        ),
        say("Aucun capteur muet", "No silent device"),
    )
    tags = ("label", "town", "model", "device")
    newest = present(FLEET, [HEARD, INTERVAL, SILENT], by=tags, policy=RAW, conditions=[DOMAIN])
    statement = (
        f"SELECT {identifier(HEARD)}, {identifier(INTERVAL)} FROM ({newest}) WHERE {identifier(SILENT)} = 1"  # noqa: S608  -- our own names
        f" GROUP BY {', '.join(map(identifier, tags))}"
    )
    heard = say("Dernière mesure", "Last reading")
    columns = [
        Column("label", say("Lieu", "Place")),
        Column("town", say("Commune", "Commune")),
        Column("model", say("Modèle", "Model")),
        Column(HEARD, heard, "dateTimeFromNow"),
        Column(INTERVAL, say("Intervalle attendu", "Expected interval"), "s"),
        device_column(legend),
    ]
    query = InfluxQuery(statement, "table")
    why = "no device may be silent"
    return rows(legend, words, [query], columns, size=(16, 10), sort=(heard, False), seldom=why)


def by_model(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Par modèle", "By model"),
        say(
            "Combien de capteurs de chaque modèle, et combien sont muets : un modèle entier muet est un problème de "
            "codec ou de réseau, pas de pile.",
            "How many devices of each model, and how many are silent: a whole model silent is a matter of codec or "
            "network, not of batteries.",
        ),
    )
    silence = identifier(SILENT)
    newest = present(FLEET, [SILENT], by=("device", "model"), policy=RAW, conditions=[DOMAIN])
    statement = (
        f"SELECT count({silence}) AS devices, sum({silence}) AS {silence} FROM ({newest})"  # noqa: S608  -- our own names
        f" GROUP BY {identifier('model')}"
    )
    silent = say("Muets", "Silent")
    columns = [
        Column("model", say("Modèle", "Model")),
        Column("devices", say("Capteurs", "Devices")),
        Column(SILENT, silent, steps=rising_steps([(1, WARNING)]), coloured=True),
    ]
    return rows(legend, words, [InfluxQuery(statement, "table")], columns, size=(8, 10), sort=(silent, True))


def refusals(legend: Legend) -> Panel:
    words = Words(
        legend.say("Refus par motif", "Refusals by reason"),
        legend.say(
            "Mesures et messages refusés par heure. Chacun attend en quarantaine : `vigiterre quarantine list`. Que "
            "faire, motif par motif : docs/refusals.md.",
            "Readings and messages refused per hour. Each waits in the quarantine: `vigiterre quarantine list`. What "
            "to do, reason by reason: docs/refusals.md.",
        ),
        legend.say("Aucun refus sur cette période", "No refusal in this period"),
    )
    queries = [refused(legend, reason, f"{SCOPE} AND {DOMAIN}") for reason in Reason]
    why = "nothing may have been refused"
    return lines(legend, words, queries, "none", bars=True, stacked=True, decimals=0, size=(12, 9), seldom=why)


def refused_devices(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Capteurs les plus refusés", "Most refused devices"),
        say(
            "Nombre par motif sur la période affichée, le plus grand total d'abord. Une ligne sans lieu : des messages "
            "de capteurs que le registre ne connaît pas.",
            "Number by reason within the period shown, the largest total first. A line without a place: messages of "
            "devices that the registry does not know.",
        ),
        say("Aucun refus sur cette période", "No refusal in this period"),
    )
    grouped = f"GROUP BY {identifier('label')}, {identifier('device')}"
    statement = f"SELECT {BY_REASON} FROM {raw(REFUSAL)} {where(DOMAIN)} {grouped}"  # noqa: S608  -- our own names
    total = say("Total", "Total")
    reasons = [Column(each.value, REASONS[legend.language][each.value]) for each in Reason]
    columns = [Column("label", say("Lieu", "Place")), Column(TOTAL, total), *reasons, device_column(legend)]
    query, why = InfluxQuery(statement, "table"), "nothing may have been refused"
    return rows(legend, words, [query], columns, size=(12, 9), sort=(total, True), seldom=why, before=[totalled()])


def runbook(legend: Legend) -> Panel:
    words = Words(
        legend.say("Que faire, règle par règle", "What to do, rule by rule"),
        legend.say("Les consignes de rules.toml pour le parc.", "The actions of rules.toml for the fleet."),
    )
    return prose(legend, words, legend.actions(RULES), size=(24, 8))
