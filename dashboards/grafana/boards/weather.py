"""Weather stations: what the sky does, and what it did over the period."""

from collections.abc import Sequence

from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.alert_panels import standing
from dashboards.grafana.boards.places import bearing, newest, open_alerts, places_now, runbook
from dashboards.grafana.boards.weather_curves import (
    ABSENT,
    DOMAIN,
    GUST,
    RAIN,
    TEMPERATURE,
    VISIBILITY,
    WIND,
    amounts,
    conditions,
    curve,
    direction,
    gusts,
    rain_total,
    stations,
    visibility_steps,
    wind,
)
from dashboards.grafana.influxql import Selector, across, among, calculated, called
from dashboards.grafana.legend import Legend
from dashboards.grafana.panel import Column, Panel, Words, number
from dashboards.grafana.query import InfluxQuery
from devices.schema import RAW

DEW_POINT, HUMIDITY, PRESSURE = "dew_point", "relative_humidity", "atmospheric_pressure"
WETTEST = "wettest"
RULES = ("strong_gust", "strong_wind", "heavy_rain", "cloudburst", "heat", "snow")


def weather(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="weather",
        title=say("Météo", "Weather"),
        description=say(
            "Température, humidité, vent, pluie, pression et visibilité des stations.",
            "Temperature, humidity, wind, rain, pressure and visibility of the stations.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            extreme(legend, TEMPERATURE, "min"),
            extreme(legend, TEMPERATURE, "max", "heat"),
            extreme(legend, WIND, "max", "strong_wind"),
            most_rain(legend),
            least_visibility(legend),
            open_alerts(legend, say("Alertes météo", "Weather alerts"), RULES),
            stations_now(legend),
            standing(legend, conditions=(among("rule", RULES),), size=(24, 7)),
            Row(say("Évolution", "History")),
            *curves(legend),
            Row(say("Que faire", "What to do")),
            runbook(legend, RULES),
        ],
        domains=(DOMAIN,),
        models=stations(legend),
        since="now-2d",
    )


def extreme(legend: Legend, quantity: str, selector: Selector, rule: str = "") -> Panel:
    """The most extreme of the newest values of all stations."""
    label = legend.label(quantity)
    ends = {"min": ("minimum", "lowest"), "max": ("maximum", "highest")}[selector]
    title = rule and legend.rule(rule).title[legend.language]
    words = Words(
        f"{label}, {legend.say(*ends)}",
        legend.say(
            "Parmi les dernières valeurs des stations choisies."
            + (f" Couleurs : seuils de la règle « {title} »." if title else ""),
            "Among the newest values of the stations chosen."
            + (f" Colours: limits of the rule “{title}”." if title else ""),
        ),
    )
    each = calculated(DOMAIN, newest(quantity), conditions=conditions(legend), policy=RAW)
    query = InfluxQuery(across(selector, each, quantity))
    steps = legend.steps(rule) if rule else ()
    return number(legend, words, query, legend.unit(quantity), steps=steps, decimals=1)


def most_rain(legend: Legend) -> Panel:
    words = Words(
        legend.say("Cumul de pluie, maximum", "Rain total, highest"),
        legend.say(
            "Pluie tombée sur toute la période affichée, à la station qui en a reçu le plus.",
            "Rain fallen over the whole period shown, at the station that received most.",
        ),
    )
    each = calculated(DOMAIN, {RAIN: called("sum", RAIN)}, conditions=conditions(legend))
    return number(legend, words, InfluxQuery(across("max", each, RAIN)), legend.unit(RAIN), decimals=1)


def least_visibility(legend: Legend) -> Panel:
    words = Words(
        legend.say("Visibilité, minimum", "Visibility, lowest"),
        legend.say(
            "La plus courte des dernières visibilités. Sous 1 000 m, c'est du brouillard (définition de l'OMM).",
            "The shortest of the newest visibilities. Below 1,000 m it is fog (definition of the WMO).",
        ),
    )
    each = calculated(DOMAIN, newest(VISIBILITY), conditions=conditions(legend), policy=RAW)
    query = InfluxQuery(across("min", each, VISIBILITY))
    return number(legend, words, query, legend.unit(VISIBILITY), steps=visibility_steps(), decimals=0)


def stations_now(legend: Legend) -> Panel:
    words = Words(
        legend.say("Stations", "Stations"),
        legend.say(
            "Dernière valeur de chaque grandeur, et pluie sur la période affichée. Direction : d'où vient le vent.",
            "Newest value of each quantity, and rain over the period shown. Direction: where the wind comes from.",
        ),
    )
    quantities = newest(TEMPERATURE, HUMIDITY, DEW_POINT, WIND, GUST, "wind_direction", PRESSURE, VISIBILITY)
    measured = [
        calculated(DOMAIN, quantities, conditions=conditions(legend), policy=RAW),
        calculated(DOMAIN, {RAIN: called("sum", RAIN), WETTEST: called("max", RAIN)}),
    ]
    columns = [
        _column(legend, TEMPERATURE, legend.say("Température", "Temperature"), 1),
        _column(legend, HUMIDITY, legend.say("Humidité", "Humidity"), 0),
        _column(legend, DEW_POINT, legend.label(DEW_POINT), 1),
        _column(legend, WIND, legend.say("Vent", "Wind"), 1),
        _column(legend, GUST, legend.say("Rafale", "Gust"), 1),
        bearing(legend),
        _column(legend, RAIN, legend.say("Pluie", "Rain"), 1),
        _column(legend, PRESSURE, legend.say("Pression", "Pressure"), 0),
        _column(legend, VISIBILITY, legend.label(VISIBILITY), 0),
    ]
    sort = (legend.say("Alerte", "Alert"), True)
    return places_now(
        legend, words, measured, columns, domains=(DOMAIN,), models=stations(legend), sort=sort, size=(24, 7)
    )


def curves(legend: Legend) -> Sequence[Panel]:
    say = legend.say
    mean = say("Moyenne par intervalle.", "Mean of each interval.")
    at_station = say("À la station, non réduite au niveau de la mer.", "At the station, not reduced to sea level.")
    strongest = say("La plus forte de chaque intervalle.", "The strongest of each interval.")
    heat = say(
        "Moyenne par intervalle. Tirets : seuils de la règle « Forte chaleur », de mi-mai à septembre.",
        "Mean of each interval. Dashes: limits of the rule “Great heat”, from mid-May to September.",
    )
    fog = say(
        "La plus courte de chaque intervalle. Sous 1 000 m, c'est du brouillard (définition de l'OMM).",
        "The shortest of each interval. Below 1,000 m it is fog (definition of the WMO).",
    )
    third = (8, 7)
    return [
        curve(legend, TEMPERATURE, heat, rules=("heat",)),
        curve(legend, DEW_POINT, mean),
        curve(legend, HUMIDITY, mean),
        curve(legend, PRESSURE, at_station),
        wind(legend),
        gusts(legend),
        direction(legend),
        curve(legend, VISIBILITY, fog, selector="min", steps=visibility_steps(drawn_only=True)),
        amounts(legend),
        rain_total(legend),
        curve(legend, "solar_radiation", mean, size=third, seldom=ABSENT),
        curve(legend, "rain_intensity", strongest, rules=("cloudburst",), selector="max", size=third, seldom=ABSENT),
        curve(legend, "snow_depth", mean, rules=("snow",), size=third, seldom=ABSENT),
    ]


def _column(legend: Legend, quantity: str, title: str, decimals: int) -> Column:
    return Column(quantity, title, legend.unit(quantity), decimals=decimals)
