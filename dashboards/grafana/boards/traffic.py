"""Traffic: motor vehicles, bicycles and pedestrians, and where it stands still."""

from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.alert_panels import standing
from dashboards.grafana.boards.places import newest, now, open_alerts, places_now, runbook
from dashboards.grafana.boards.traffic_curves import (
    BICYCLES,
    COUNTS,
    DOMAIN,
    PEDESTRIANS,
    SHARE,
    SPEED,
    TRUCKS,
    VEHICLES,
    day_profile,
    per_day,
    per_hour,
    speed,
    truck_share,
)
from dashboards.grafana.influxql import across, among, calculated, called
from dashboards.grafana.legend import Legend
from dashboards.grafana.panel import Column, Panel, Words, number
from dashboards.grafana.query import InfluxQuery
from stores.influxql import identifier

RULES = ("traffic_stopped",)


def traffic(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="traffic",
        title=say("Circulation", "Traffic"),
        description=say(
            "Véhicules, poids lourds, vitesses, vélos et piétons. Des totaux seulement, rien sur un véhicule ou une "
            "personne.",
            "Vehicles, trucks, speeds, bicycles and pedestrians. Totals only, nothing about any one vehicle or person.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            open_alerts(legend, say("Circulation bloquée", "Traffic standing"), RULES),
            slowest(legend),
            total(legend, VEHICLES, say("Véhicules, total", "Vehicles, total")),
            share_of_all(legend),
            total(legend, BICYCLES, say("Vélos, total", "Bicycles, total")),
            total(legend, PEDESTRIANS, say("Piétons, total", "Pedestrians, total")),
            roads_now(legend),
            standing(legend, conditions=(among("rule", RULES),), size=(24, 6)),
            Row(say("Évolution", "History")),
            per_hour(legend),
            speed(legend),
            truck_share(legend),
            day_profile(legend),
            per_day(legend, BICYCLES),
            per_day(legend, PEDESTRIANS),
            Row(say("Que faire", "What to do")),
            runbook(legend, RULES),
        ],
        domains=(DOMAIN,),
        models=legend.models_with(*COUNTS, SPEED),
        since="now-7d",
        refresh="5m",
    )


def slowest(legend: Legend) -> Panel:
    words = Words(
        legend.say("Vitesse la plus basse", "Lowest speed"),
        legend.say(
            "La plus basse des dernières vitesses moyennes. Couleur : seuil de la règle « Circulation bloquée ou très "
            "ralentie », qui veut en outre plus de 10 véhicules dans l'intervalle.",
            "The lowest of the newest mean speeds. Colour: limit of the rule “Traffic standing or very slow”, which "
            "asks for more than 10 vehicles in the interval besides.",
        ),
    )
    query = InfluxQuery(across("min", now(DOMAIN, newest(SPEED)), SPEED))
    return number(legend, words, query, legend.unit(SPEED), steps=legend.steps("traffic_stopped"), decimals=0)


def total(legend: Legend, quantity: str, title: str) -> Panel:
    words = Words(
        title,
        legend.say(
            "Somme de tous les compteurs choisis sur la période affichée. Qui passe devant deux compteurs compte deux "
            "fois.",
            "Sum of all counters chosen over the period shown. Who passes two counters counts twice.",
        ),
    )
    query = InfluxQuery(calculated(DOMAIN, {quantity: called("sum", quantity)}, by=()))
    return number(legend, words, query, "locale", decimals=0)


def share_of_all(legend: Legend) -> Panel:
    words = Words(
        legend.say("Part des poids lourds", "Share of trucks"),
        legend.say(
            "Poids lourds sur véhicules, période affichée, compteurs qui distinguent les deux.",
            "Trucks of vehicles, period shown, counters that tell both.",
        ),
    )
    # A counter without trucks adds nothing to either sum: what is not there makes the sum of both not there.
    both = {TRUCKS: called("sum", TRUCKS), VEHICLES: f"{called('sum', VEHICLES)} + 0 * {called('sum', TRUCKS)}"}
    statement = (
        f"SELECT {called('sum', TRUCKS)} / {called('sum', VEHICLES)} * 100 AS {identifier(SHARE)}"  # noqa: S608  -- our own names
        f" FROM ({calculated(DOMAIN, both)}) WHERE $timeFilter"
    )
    return number(legend, words, InfluxQuery(statement), "percent", decimals=1)


def roads_now(legend: Legend) -> Panel:
    words = Words(
        legend.say("Routes, la plus lente d'abord", "Roads, slowest first"),
        legend.say(
            "Dernier relevé de chaque compteur routier (vitesse moyenne et véhicules de son intervalle), puis totaux "
            "de la période affichée.",
            "Newest report of each road counter (mean speed and vehicles of its interval), then totals of the period "
            "shown.",
        ),
    )
    vehicles, trucks = "vehicles", "trucks"
    sums = {vehicles: called("sum", VEHICLES), trucks: called("sum", TRUCKS)}
    measured = [
        now(DOMAIN, newest(SPEED, VEHICLES)),
        calculated(DOMAIN, {**sums, SHARE: f"{sums[trucks]} / {sums[vehicles]} * 100"}),
    ]
    slow = legend.say("Vitesse", "Speed")
    columns = [
        Column(SPEED, slow, legend.unit(SPEED), steps=legend.steps("traffic_stopped"), coloured=True, decimals=0),
        Column(VEHICLES, legend.say("Dernier intervalle", "Last interval"), "locale", decimals=0),
        Column(vehicles, legend.say("Véhicules", "Vehicles"), "locale", decimals=0),
        Column(trucks, legend.say("Poids lourds", "Trucks"), "locale", decimals=0),
        Column(SHARE, legend.say("Part PL", "Trucks, %"), "percent", decimals=1),
    ]
    models = legend.models_with(SPEED, VEHICLES)
    sort = (slow, False)
    return places_now(legend, words, measured, columns, domains=(DOMAIN,), models=models, sort=sort, size=(24, 7))
