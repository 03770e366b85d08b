"""Rivers and fords: how high the water is, how fast it rises, and which road it covers."""

from dashboards.grafana.board import Board, Row
from dashboards.grafana.boards.alert_panels import standing
from dashboards.grafana.boards.places import newest, now, open_alerts, places_now, runbook
from dashboards.grafana.boards.rivers_curves import (
    BARRIER,
    BY_PLACE,
    FORD,
    LEVEL,
    LIMITS,
    RATE,
    RISE_EVERY,
    RIVER,
    against_limits,
    barriers,
    flow,
    levels,
    rises,
)
from dashboards.grafana.influxql import across, among, calculated, called, rate_per_hour
from dashboards.grafana.legend import CRITICAL, WARNING, Legend, rising_steps
from dashboards.grafana.panel import Column, Panel, Words, number
from dashboards.grafana.query import InfluxQuery
from devices.schema import RAW
from stores.influxql import identifier

HIGHEST, FASTEST = "highest", "fastest"
RULES = (
    "ford_flooded",
    "ford_rising",
    "river_high",
    "river_rising",
    "barrier_closed_long",
    "silent_flood_watch",
)


def rivers(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="rivers",
        title=say("Rivières et passages à gué", "Rivers and fords"),
        description=say(
            "Hauteurs d'eau, vitesse de montée, seuils de chaque station, barrières.",
            "Water levels, rate of rise, levels of each gauge, barriers.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            open_alerts(legend, say("Gués submergés", "Fords under water"), ("ford_flooded",), critical=True),
            open_alerts(legend, say("Rivières hautes", "Rivers high"), ("river_high",)),
            open_alerts(legend, say("Montées rapides", "Rising fast"), ("ford_rising", "river_rising")),
            closed(legend),
            deepest(legend),
            fastest(legend),
            gauges_now(legend),
            standing(legend, conditions=(among("rule", RULES),), size=(24, 8)),
            Row(say("Évolution", "History")),
            levels(legend, RIVER),
            levels(legend, FORD),
            rises(legend, RIVER),
            rises(legend, FORD),
            barriers(legend),
            flow(legend),
            Row(say("Que faire", "What to do")),
            runbook(legend, RULES),
            Row(say("Station par station", "Gauge by gauge")),
            against_limits(legend),
        ],
        domains=(FORD, RIVER),
        models=legend.models_with(LEVEL),
        since="now-2d",
    )


def closed(legend: Legend) -> Panel:
    words = Words(
        legend.say("Barrières abaissées", "Barriers closed"),
        legend.say(
            "Barrières dont le dernier état est « abaissée », dans les communes et sites choisis.",
            "Barriers whose newest state is “closed”, in the communes and sites chosen.",
        ),
    )
    each = calculated(FORD, newest(BARRIER), scope=BY_PLACE, policy=RAW)
    query = InfluxQuery(across("sum", each, BARRIER))
    return number(legend, words, query, steps=rising_steps([(1, WARNING)]), decimals=0)


def deepest(legend: Legend) -> Panel:
    words = Words(
        legend.say("Gué le plus haut", "Highest ford"),
        legend.say(
            "La plus grande des dernières hauteurs aux passages à gué, au-dessus de la chaussée. Négative : l'eau "
            "est sous la chaussée. 0,3 m d'eau courante suffit à emporter une voiture.",
            "The greatest of the newest water levels at fords, above the roadway. Negative: the water is below the "
            "roadway. 0.3 m of running water is enough to carry a car away.",
        ),
    )
    query = InfluxQuery(across("max", now(FORD, newest(LEVEL)), LEVEL))
    # Above 0 the roadway is under water; 0.3 m: config/models/ford-gauge.toml. Alerts go by the levels of each ford.
    steps = rising_steps([(0, WARNING), (0.3, CRITICAL)])
    return number(legend, words, query, legend.unit(LEVEL), steps=steps, decimals=2)


def fastest(legend: Legend) -> Panel:
    words = Words(
        legend.say("Montée la plus rapide", "Fastest rise"),
        legend.say(
            "La plus grande des dernières vitesses de montée des rivières, en mètres par heure, sur des moyennes d'une "
            "demi-heure. Négative : tout baisse. Couleurs : seuils de la règle « Rivière en montée rapide ».",
            "The greatest of the newest rates of rise of rivers, in metres per hour, of half-hour means. Negative: all "
            "fall. Colours: limits of the rule “River rising fast”.",
        ),
    )
    query = InfluxQuery(across("max", rising(RIVER), RATE))
    return number(legend, words, query, "suffix:m/h", steps=legend.steps("river_rising"), decimals=2)


def rising(domain: str) -> str:
    """One row per gauge: its newest and its fastest rise, m/h."""
    rates = rate_per_hour(domain, LEVEL, every=RISE_EVERY)
    return (
        f"SELECT {called('last', LEVEL)} AS {identifier(RATE)}, {called('max', LEVEL)} AS {identifier(FASTEST)}"  # noqa: S608  -- our own names
        f" FROM ({rates}) WHERE $timeFilter GROUP BY {identifier('device')}"
    )


def gauges_now(legend: Legend) -> Panel:
    words = Words(
        legend.say("Stations, la pire d'abord", "Gauges, worst first"),
        legend.say(
            "Dernière hauteur, la plus haute de la période, seuils de la station (devices.csv ; ce ne sont pas les "
            "couleurs de Vigicrues), vitesse de montée. Au gué, la hauteur est au-dessus de la chaussée.",
            "Newest level, the highest of the period, levels of the gauge (devices.csv; they are not the colours of "
            "Vigicrues), rate of rise. At a ford the level is above the roadway.",
        ),
    )
    formulas = newest(LEVEL) | {HIGHEST: called("max", LEVEL)}
    measured = [statement for domain in (FORD, RIVER) for statement in (now(domain, formulas), rising(domain))]
    metres = legend.unit(LEVEL)
    limits = [Column(name, legend.say(*titles), metres, decimals=2) for name, titles in LIMITS.items()]
    columns = [
        Column(LEVEL, legend.label(LEVEL), metres, decimals=2),
        Column(HIGHEST, legend.say("La plus haute", "Highest"), metres, decimals=2),
        *limits,
        Column(
            RATE,
            legend.say("Montée", "Rise"),
            "suffix:m/h",
            steps=legend.steps("river_rising"),
            coloured=True,
            decimals=2,
        ),
        Column(FASTEST, legend.say("La plus rapide", "Fastest"), "suffix:m/h", decimals=2),
    ]
    return places_now(
        legend,
        words,
        measured,
        columns,
        domains=(FORD, RIVER),
        models=legend.models_with(LEVEL),
        parameters=tuple(LIMITS),
        sort=(legend.say("Alerte", "Alert"), True),
    )
