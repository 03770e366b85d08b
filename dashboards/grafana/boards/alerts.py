"""Alerts: what is open, what was, and how long people needed."""

from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.alert_panels import DOMAIN, FIRED, NOBODY, counted, opened_per_day, standing
from dashboards.grafana.influxql import history, raw, where
from dashboards.grafana.legend import CRITICAL, INFO, WARNING, Legend
from dashboards.grafana.panel import Column, Panel, Words, number, prose, rows, states
from dashboards.grafana.query import InfluxQuery
from devices.schema import ACKNOWLEDGED_AFTER, ACTIVE, ALERT, LASTED, LEVEL, MAINTENANCE, OPENED, RAW
from stores.influxql import identifier

UNACKNOWLEDGED = "perhaps nobody had to acknowledge anything"


def alerts(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="alerts",
        title=say("Alertes", "Alerts"),
        description=say(
            "Alertes ouvertes, leur historique, et le temps mis à les acquitter.",
            "Open alerts, their history, and how long it took to acknowledge them.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            counted(legend, 3, say("Critiques", "Critical"), CRITICAL),
            counted(legend, 2, say("Vigilances", "Warnings"), WARNING),
            counted(legend, 1, say("Informations", "Information"), INFO),
            acknowledged_after(legend),
            acknowledged(legend),
            fired(legend),
            standing(legend),
            Row(say("Historique", "History")),
            timeline(legend),
            opened_per_day(legend),
            by_rule(legend),
            by_device(legend),
            maintenance(legend),
            Row(say("Que faire", "What to do")),
            runbook(legend),
        ],
        since="now-7d",
    )


def acknowledged_after(legend: Legend) -> Panel:
    words = Words(
        legend.say("Délai d'acquittement médian", "Median time to acknowledge"),
        legend.say(
            "Du déclenchement à l'acquittement, médiane des alertes acquittées de la période.",
            "From firing to acknowledgement, median of those acknowledged in this period.",
        ),
        "–",
    )
    statement = f"SELECT median({identifier(ACKNOWLEDGED_AFTER)}) AS seconds FROM {raw(ALERT)} {where(DOMAIN)}"  # noqa: S608  -- our own names
    return number(legend, words, InfluxQuery(statement), "s", decimals=0, seldom=UNACKNOWLEDGED)


def acknowledged(legend: Legend) -> Panel:
    words = Words(
        legend.say("Acquittements", "Acknowledgements"),
        legend.say("Alertes acquittées sur la période.", "Alerts acknowledged in this period."),
        "0",
    )
    statement = f"SELECT count({identifier(ACKNOWLEDGED_AFTER)}) AS alerts FROM {raw(ALERT)} {where(DOMAIN)}"  # noqa: S608  -- our own names
    return number(legend, words, InfluxQuery(statement), seldom=UNACKNOWLEDGED)


def fired(legend: Legend) -> Panel:
    words = Words(
        legend.say("Déclenchements", "Fired"),
        legend.say("Alertes déclenchées sur la période.", "Alerts that fired in this period."),
        "0",
    )
    statement = f"SELECT count({identifier(OPENED)}) AS alerts FROM {raw(ALERT)} {where(DOMAIN, FIRED)}"  # noqa: S608  -- our own names
    return number(legend, words, InfluxQuery(statement), seldom=NOBODY)


def timeline(legend: Legend) -> Panel:
    words = Words(
        legend.say("Alertes dans le temps", "Alerts over time"),
        legend.say(
            "Une ligne par règle et par capteur ; la couleur est le niveau. Choisir un site pour y voir clair.",
            "One line per rule and device; the colour is the level. Choose a site to see clearly.",
        ),
    )
    statement = history(ALERT, [LEVEL], "last", by=("device", "rule"), conditions=[DOMAIN], policy=RAW)
    query = InfluxQuery(statement, alias="$tag_device · $tag_rule")
    return states(legend, words, [query], legend.levels(), size=(24, 14), held=True, seldom=NOBODY)


def by_rule(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Par règle", "By rule"),
        say(
            "Combien de fois chaque règle a déclenché, combien de temps ses alertes ont duré, combien de temps il a "
            "fallu pour les acquitter.",
            "How often each rule fired, how long its alerts lasted, how long it took to acknowledge them.",
        ),
    )
    fired_title = say("Déclenchements", "Fired")
    columns = [
        Column("rule", say("Règle", "Rule"), mappings=legend.rule_titles()),
        Column("fired", fired_title),
        Column("lasted", say("Durée médiane", "Median duration"), "s"),
        Column("after", say("Acquittement médian", "Median acknowledgement"), "s"),
    ]
    return rows(legend, words, totals("rule"), columns, size=(12, 12), sort=(fired_title, True), seldom=NOBODY)


def by_device(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Par capteur", "By device"),
        say(
            "Les capteurs qui déclenchent le plus : un seuil ou un capteur à revoir se voit ici.",
            "The devices that fire most: a limit or a device to be corrected shows here.",
        ),
    )
    fired_title = say("Déclenchements", "Fired")
    columns = [
        Column("label", say("Lieu", "Place")),
        Column("fired", fired_title),
        Column("lasted", say("Durée médiane", "Median duration"), "s"),
    ]
    return rows(legend, words, totals("label")[:2], columns, size=(12, 12), sort=(fired_title, True), seldom=NOBODY)


def totals(tag: str) -> list[InfluxQuery]:
    """Fired, median duration and median time to acknowledge, per value of a tag.

    One query each: an end that was corrected or withdrawn is overwritten with 0, and must not count.
    """
    parts = (("count", OPENED, "fired"), ("median", LASTED, "lasted"), ("median", ACKNOWLEDGED_AFTER, "after"))
    return [
        InfluxQuery(
            f"SELECT {function}({identifier(field)}) AS {identifier(name)} FROM {raw(ALERT)}"  # noqa: S608  -- our own names
            f" {where(DOMAIN, f'{identifier(field)} > 0')} GROUP BY {identifier(tag)}",
            "table",
        )
        for function, field, name in parts
    ]


def maintenance(legend: Legend) -> Panel:
    words = Words(
        legend.say("Maintenance", "Maintenance"),
        legend.say(
            "Fenêtres de maintenance par capteur : ses alertes restent enregistrées et ne préviennent personne.",
            "Maintenance windows by device: its alerts are recorded and tell nobody.",
        ),
        legend.say("Aucune maintenance sur cette période", "No maintenance in this period"),
    )
    statement = history(MAINTENANCE, [ACTIVE], "last", by=("label",), conditions=[DOMAIN], policy=RAW)
    query = InfluxQuery(statement, alias="$tag_label")
    mappings = legend.yes_no(yes=INFO)
    return states(legend, words, [query], mappings, held=True, size=(24, 6), seldom="maintenance may not be planned")


def runbook(legend: Legend) -> Panel:
    words = Words(
        legend.say("Que faire, règle par règle", "What to do, rule by rule"),
        legend.say("Les consignes de rules.toml.", "The actions of rules.toml."),
    )
    return prose(legend, words, legend.actions(legend.rules), size=(24, 20))
