"""One device: who it is, how it is, and everything it says."""

from typing import Any

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, ValueMap, ValueMapping, ValueMappingResult

from dashboards.console.texts import REASONS
from dashboards.grafana import variables
from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.device_quantities import DEVICE, SOME, STATES, curves, everything, state_lines
from dashboards.grafana.influxql import history, present, where
from dashboards.grafana.legend import CRITICAL, INFO, Legend
from dashboards.grafana.panel import Column, Panel, Words, lines, number, prose, rows, states
from dashboards.grafana.query import InfluxQuery
from devices.readable import SIGNS
from devices.reading import Reason
from devices.schema import ACTIVE, ALERT, FLEET, HEARD, INTERVAL, LEVEL, MAINTENANCE, RAW, REFUSAL, SILENT
from stores.influxql import identifier

NEWEST = "last_"
"""How InfluxDB calls the newest value of each field that a pattern matches."""
RULES = ("silent", "silent_flood_watch", "battery_low", "battery_lithium_low", "battery_lead_low")


def device(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="device",
        title=say("Un capteur", "One device"),
        description=say(
            "Un capteur : où il est, quand il a parlé, tout ce qu'il mesure, ses alertes, ses refus, sa maintenance.",
            "One device: where it is, when it spoke, all it measures, its alerts, refusals and maintenance.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            identity(legend),
            level(legend),
            silence(legend),
            battery(legend),
            newest_values(legend),
            alerts(legend),
            Row(say("Ce qu'il mesure", "What it measures")),
            state_lines(legend),
            *curves(legend),
            Row(say("Ce qui n'est pas entré, et les travaux", "What was kept out, and works")),
            refusals(legend),
            maintenance(legend),
            Row(say("Que faire", "What to do")),
            runbook(legend),
        ],
        variables=chosen(legend),
        scope=DEVICE,
    )


def chosen(legend: Legend) -> list[Any]:
    """Domain, commune and site narrow the list of which one device is chosen."""
    places = [each for each in variables.places(legend, None) if each.build().name in ("commune", "site")]
    return [variables.domain(legend), *places, variables.single_device(legend)]


def identity(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Ce capteur", "This device"),
        say(
            "Lieu, modèle, dernière mesure reçue (à dix minutes près) et intervalle attendu entre deux mesures.",
            "Place, model, newest reading received (to within ten minutes) and expected interval between two readings.",
        ),
    )
    columns = [
        Column("label", say("Lieu", "Place")),
        Column("town", say("Commune", "Commune")),
        Column("model", say("Modèle", "Model")),
        Column(HEARD, say("Dernière mesure", "Last reading"), "dateTimeFromNow"),
        Column(INTERVAL, say("Intervalle attendu", "Expected interval"), "s"),
    ]
    statement = present(FLEET, [HEARD, INTERVAL], by=("label", "town", "model"), policy=RAW, scope=DEVICE)
    return rows(legend, words, [InfluxQuery(statement, "table")], columns, size=(24, 4))


def level(legend: Legend) -> Panel:
    words = Words(
        legend.say("Pire alerte ouverte", "Worst open alert"),
        legend.say("Niveau de la plus grave de ses alertes ouvertes.", "Level of the gravest of its open alerts."),
    )
    query = InfluxQuery(present(FLEET, [LEVEL], by=("device",), policy=RAW, scope=DEVICE))
    return number(legend, words, query, mappings=legend.levels(), size=(8, 4))


def silence(legend: Legend) -> Panel:
    words = Words(
        legend.say("Muet", "Silent"),
        legend.say(
            "Oui : rien de valable depuis plus longtemps que la règle du capteur muet ne le permet.",
            "Yes: nothing valid for longer than the rule of the silent device allows.",
        ),
    )
    query = InfluxQuery(present(FLEET, [SILENT], by=("device",), policy=RAW, scope=DEVICE))
    return number(legend, words, query, mappings=legend.yes_no(yes=CRITICAL), size=(8, 4))


def battery(legend: Legend) -> Panel:
    words = Words(
        legend.label("battery_level"),
        legend.say("En %. Couleurs : règle de rules.toml.", "In %. Colours: rule of rules.toml."),
        legend.say("Non mesurée", "Not measured"),
    )
    field = identifier("battery_level")
    statement = f"SELECT last({field}) AS {field} FROM {everything(RAW)} {where(scope=DEVICE)}"  # noqa: S608  -- our own names
    steps = legend.steps("battery_low")
    return number(legend, words, InfluxQuery(statement), "percent", steps=steps, decimals=0, size=(8, 4), seldom=SOME)


def newest_values(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Dernières valeurs", "Newest values"),
        say(
            "La plus récente de chaque grandeur, sur la période affichée ; les états et ce qui peut concerner des "
            "personnes sont plus bas.",
            "The newest of each quantity, within the period shown; states, and what may tell of persons, are below.",
        ),
    )
    known = legend.registry.quantities
    measured = [name for name in known if name not in STATES and known[name].personal is None]
    statement = f"SELECT last(/^({'|'.join(measured)})$/) FROM {everything(RAW)} {where(scope=DEVICE)}"  # noqa: S608  -- our own names
    quantity, value = say("Grandeur", "Quantity"), say("Valeur", "Value")
    columns = [Column("Field", quantity, mappings=names(legend, measured)), Column("Last *", value, decimals=2)]
    turned = [
        DataTransformerConfig("reduce", options={"mode": "seriesToRows", "reducers": ["lastNotNull"]}),
        DataTransformerConfig(
            "filterByValue",
            options={
                "filters": [{"fieldName": "Last *", "config": {"id": "isNotNull", "options": {}}}],
                "match": "all",
                "type": "include",
            },
        ),
    ]
    query = InfluxQuery(statement, "table")
    return rows(legend, words, [query], columns, size=(12, 10), before=turned)


def names(legend: Legend, quantities: list[str]) -> list[ValueMapping]:
    """Column of the answer -> label and unit."""
    texts = {}
    for name in quantities:
        unit = legend.quantity(name).unit
        sign = SIGNS.get(unit, unit)
        label = f"{legend.label(name)}, {sign}" if sign else legend.label(name)
        texts[NEWEST + name] = ValueMappingResult(text=label)
    return [ValueMap(options=texts)]


def alerts(legend: Legend) -> Panel:
    words = Words(
        legend.say("Ses alertes", "Its alerts"),
        legend.say(
            "Une ligne par règle ; la couleur est le niveau, et aucune ligne si la règle n'a pas déclenché.",
            "One line per rule; the colour is the level, no line where the rule never fired.",
        ),
        legend.say("Aucune alerte sur cette période", "No alert in this period"),
    )
    statement = history(ALERT, [LEVEL], "last", by=("title",), policy=RAW, scope=DEVICE)
    query = InfluxQuery(statement, alias="$tag_title")
    reason = "the device may have had no alert"
    return states(legend, words, [query], legend.levels(), size=(12, 10), held=True, seldom=reason)


def refusals(legend: Legend) -> Panel:
    words = Words(
        legend.say("Mesures refusées, par motif", "Readings refused, by reason"),
        legend.say(
            "Nombre par heure. `vigiterre quarantine list` montre chacune ; docs/refusals.md dit que faire par motif.",
            "Number per hour. `vigiterre quarantine list` shows each; docs/refusals.md says what to do by reason.",
        ),
        legend.say("Aucun refus sur cette période", "No refusal in this period"),
    )
    queries = [refused(legend, reason, DEVICE) for reason in Reason]
    why = "nothing of the device may have been refused"
    return lines(legend, words, queries, "none", bars=True, stacked=True, size=(12, 8), decimals=0, seldom=why)


def refused(legend: Legend, reason: Reason, scope: str) -> InfluxQuery:
    """How many per hour for one reason."""
    field = identifier(reason.value)
    statement = (
        f"SELECT sum({field}) AS {field} FROM {identifier(RAW)}.{identifier(REFUSAL)} {where(scope=scope)}"  # noqa: S608  -- our own names
        " GROUP BY time(1h) fill(none)"
    )
    return InfluxQuery(statement, alias=REASONS[legend.language][reason.value])


def maintenance(legend: Legend) -> Panel:
    words = Words(
        legend.say("Maintenance", "Maintenance"),
        legend.say(
            "Fenêtres de maintenance : ses alertes restent enregistrées et ne préviennent personne.",
            "Maintenance windows: its alerts are recorded and tell nobody.",
        ),
        legend.say("Aucune maintenance sur cette période", "No maintenance in this period"),
    )
    statement = history(MAINTENANCE, [ACTIVE], "last", by=("label",), policy=RAW, scope=DEVICE)
    query = InfluxQuery(statement, alias="$tag_label")
    mappings = legend.yes_no(yes=INFO)
    return states(legend, words, [query], mappings, held=True, size=(12, 8), seldom="maintenance may not be planned")


def runbook(legend: Legend) -> Panel:
    words = Words(
        legend.say("Que faire d'un capteur", "What to do about a device"),
        legend.say(
            "Consignes de rules.toml sur le capteur lui-même ; celles de ses alertes sont sur leurs tableaux.",
            "Actions of rules.toml about the device itself; those of its alerts are on their dashboards.",
        ),
    )
    return prose(legend, words, legend.actions(RULES), size=(24, 7))
