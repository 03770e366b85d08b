"""Roads in winter: where it freezes or may freeze, what is known about it, and what is to be done."""

from grafana_foundation_sdk.models.dashboard import Threshold

from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.alert_panels import standing
from dashboards.grafana.boards.places import newest, now, open_alerts, places_now, runbook
from dashboards.grafana.boards.winter_curves import (
    COLOURS,
    DEW_POINT,
    DOMAIN,
    FILM,
    FREEZING,
    FRICTION,
    MARGIN,
    STATE,
    SURFACE,
    air,
    compared,
    friction,
    humidity,
    margin,
    snow,
    surface_state,
    surface_temperature,
    water_film,
)
from dashboards.grafana.influxql import across, among, calculated, called
from dashboards.grafana.legend import CRITICAL, WARNING, Legend, falling_steps, rising_steps
from dashboards.grafana.panel import Column, Panel, Words, number
from dashboards.grafana.query import InfluxQuery
from devices.schema import RAW

RULES = ("icy_surface", "black_ice", "salt_protection_lost", "hoar_frost", "low_friction", "snow", "ice_vigilance")
WHITE = 3
"""States from here on are hoar frost and black ice."""


def winter(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="winter",
        title=say("Routes en hiver", "Roads in winter"),
        description=say(
            "Température de chaussée, humidité et verglas, point par point.",
            "Road surface temperature, moisture and ice, place by place.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            icy(legend),
            open_alerts(legend, say("Alertes hivernales", "Winter alerts"), RULES, critical=True),
            coldest(legend),
            nearest_dew_point(legend),
            nearest_freezing(legend),
            slipperiest(legend),
            worst(legend),
            standing(legend, conditions=(among("rule", RULES),), size=(24, 8)),
            Row(say("Évolution", "History")),
            surface_state(legend),
            surface_temperature(legend),
            margin(legend, DEW_POINT),
            margin(legend, FREEZING),
            friction(legend),
            water_film(legend),
            air(legend),
            humidity(legend),
            snow(legend),
            Row(say("Que faire", "What to do")),
            runbook(legend, RULES),
            Row(say("Point par point", "Place by place")),
            compared(legend),
        ],
        domains=(DOMAIN,),
        models=legend.models_with(SURFACE),
    )


def icy(legend: Legend) -> Panel:
    words = Words(
        legend.say("Points givrés ou verglacés", "Places with frost or ice"),
        legend.say(
            "Nombre de points dont le dernier état de surface, sur la période affichée, est givré ou verglacé.",
            "Number of places whose newest surface state, in the period shown, is hoar frost or black ice.",
        ),
    )
    each = calculated(DOMAIN, {STATE: f"floor({called('last', STATE)} / {WHITE})"}, policy=RAW)
    query = InfluxQuery(across("sum", each, STATE))
    return number(legend, words, query, steps=rising_steps([(1, CRITICAL)]), decimals=0)


def coldest(legend: Legend) -> Panel:
    words = Words(
        legend.say("Chaussée la plus froide", "Coldest road surface"),
        legend.say(
            "La plus basse des dernières températures de surface. Couleurs : seuils des règles « Chaussée proche de "
            "0 °C » et « Verglas probable ».",
            "The lowest of the newest surface temperatures. Colours: limits of the rules “Road surface near 0 °C” and "
            "“Black ice likely”.",
        ),
    )
    query = InfluxQuery(across("min", now(DOMAIN, newest(SURFACE)), SURFACE))
    return number(legend, words, query, legend.unit(SURFACE), steps=cold_steps(legend), decimals=1)


def nearest_dew_point(legend: Legend) -> Panel:
    words = Words(
        legend.say("Plus petit écart au point de rosée", "Smallest margin to the dew point"),
        legend.say(
            "Température de surface moins point de rosée, au point où l'écart est le plus petit. Sous 0, l'eau de "
            "l'air se dépose sur la chaussée ; s'il gèle, c'est du givre (règle « Givre probable »).",
            "Surface temperature less dew point, at the place where it is smallest. Below 0 water of the air settles "
            "on the road; in frost it is hoar frost (rule “Hoar frost likely”).",
        ),
    )
    return smallest(legend, words, DEW_POINT)


def nearest_freezing(legend: Legend) -> Panel:
    words = Words(
        legend.say("Plus petite marge du sel", "Smallest margin of the salt"),
        legend.say(
            "Température de surface moins température de congélation du film d'eau, au point où la marge est la plus "
            "petite. Sous 0, le film gèle malgré le sel. Sans eau sur la chaussée, cette marge ne dit rien.",
            "Surface temperature less freezing temperature of the water film, at the place where it is smallest. Below "
            "0 the film freezes in spite of the salt. Without water on the road the margin says nothing.",
        ),
    )
    return smallest(legend, words, FREEZING)


def smallest(legend: Legend, words: Words, other: str) -> Panel:
    each = now(DOMAIN, {MARGIN: f"{called('last', SURFACE)} - {called('last', other)}"})
    # The rules fire where the surface falls below the other temperature, the margin below 0.
    steps = falling_steps([(0, WARNING)])
    query = InfluxQuery(across("min", each, MARGIN))
    return number(legend, words, query, legend.unit(SURFACE), steps=steps, decimals=1)


def slipperiest(legend: Legend) -> Panel:
    words = Words(
        legend.say("Adhérence la plus faible", "Lowest friction"),
        legend.say(
            "Le plus bas des derniers coefficients d'adhérence : environ 0,8 sur enrobé sec, moins de 0,3 sur neige "
            "ou glace. Couleurs : seuils de la règle « Adhérence faible ».",
            "The lowest of the newest friction coefficients: about 0.8 on dry asphalt, under 0.3 on snow and ice. "
            "Colours: limits of the rule “Low friction”.",
        ),
    )
    query = InfluxQuery(across("min", now(DOMAIN, newest(FRICTION)), FRICTION))
    return number(legend, words, query, steps=legend.steps("low_friction"), decimals=2)


def worst(legend: Legend) -> Panel:
    words = Words(
        legend.say("Points de mesure, le plus froid d'abord", "Places, coldest first"),
        legend.say(
            "Dernière valeur de chaque grandeur, et niveau de la pire alerte ouverte du capteur. Le nom du lieu ouvre "
            "le tableau du capteur.",
            "Newest value of each quantity, and level of the device's worst open alert. The name of the place opens "
            "the device's dashboard.",
        ),
    )
    columns = [
        Column(
            SURFACE,
            legend.say("Surface", "Surface"),
            legend.unit(SURFACE),
            steps=cold_steps(legend),
            coloured=True,
            decimals=1,
        ),
        Column(DEW_POINT, legend.label(DEW_POINT), legend.unit(DEW_POINT), decimals=1),
        Column(FREEZING, legend.say("Congélation du film", "Film freezes at"), legend.unit(FREEZING), decimals=1),
        Column(STATE, legend.say("État", "State"), mappings=legend.states(STATE, COLOURS), coloured=True),
        Column(
            FRICTION,
            legend.say("Adhérence", "Friction"),
            steps=legend.steps("low_friction"),
            coloured=True,
            decimals=2,
        ),
        Column(FILM, legend.say("Film d'eau", "Water film"), legend.unit(FILM), decimals=2),
    ]
    measured = [now(DOMAIN, newest(SURFACE, DEW_POINT, FREEZING, STATE, FRICTION, FILM))]
    sort = (legend.say("Surface", "Surface"), False)
    models = legend.models_with(SURFACE)
    return places_now(legend, words, measured, columns, domains=(DOMAIN,), models=models, sort=sort)


def cold_steps(legend: Legend) -> list[Threshold]:
    """Both rules of a cold surface in one scale."""
    limits = legend.limits("ice_vigilance", "black_ice")
    return falling_steps((one.value, one.color) for one in limits if one.value is not None)
