"""Rivers and fords, over time: levels, rate of rise, flow, barriers, each gauge against its own levels."""

from dashboards.grafana.influxql import history, rate_per_hour
from dashboards.grafana.legend import CRITICAL, WARNING, Legend
from dashboards.grafana.panel import Override, Panel, Words, lines, repeated, states
from dashboards.grafana.query import InfluxQuery
from devices.schema import FLEET, RAW
from stores.influxql import identifier

FORD, RIVER = "road", "environment"
LEVEL, FLOW, BARRIER = "water_level", "water_flow", "barrier_closed"
RATE = "rate"
RISE_EVERY = "30m"
"""Two readings of a gauge in each: of shorter intervals the rate would jump with the seconds of the readings."""
BY_PLACE = " AND ".join(f"{identifier(tag)} =~ /^${tag}$/" for tag in ("commune", "site"))
"""A barrier stands where a ford is, as a device of its own that the variables of gauges do not offer."""
LIMITS = {"alert_level": ("Niveau d'alerte", "Alert level"), "danger_level": ("Niveau de danger", "Danger level")}
"""Parameter of a device -> French, English."""
DASHED = {"fill": "dash", "dash": [8, 6]}


def levels(legend: Legend, domain: str) -> Panel:
    words = {
        RIVER: Words(
            legend.say("Hauteur des rivières", "Levels of rivers"),
            legend.say(
                "Au-dessus du zéro de l'échelle de chaque station : les courbes se comparent par leur allure, non par "
                "leur hauteur. Les seuils de chacune sont plus bas.",
                "Above the zero of each gauge: compare the curves by their shape, not by their height. The levels of "
                "each are below.",
            ),
        ),
        FORD: Words(
            legend.say("Hauteur aux passages à gué", "Levels at fords"),
            legend.say(
                "Au-dessus de la chaussée : au-dessus de 0, la route est sous l'eau. La plus haute de chaque "
                "intervalle.",
                "Above the roadway: above 0 the road is under water. The highest of each interval.",
            ),
        ),
    }[domain]
    query = InfluxQuery(history(domain, [LEVEL], "max"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(LEVEL), size=(12, 9), decimals=2)


def rises(legend: Legend, domain: str) -> Panel:
    words = {
        RIVER: Words(
            legend.say("Vitesse de montée des rivières", "Rate of rise of rivers"),
            legend.say(
                "Mètres par heure, sur des moyennes d'une demi-heure ; négative quand l'eau baisse. Tirets : seuils de "
                "la règle « Rivière en montée rapide ».",
                "Metres per hour, of half-hour means; negative when the water falls. Dashes: limits of the rule "
                "“River rising fast”.",
            ),
        ),
        FORD: Words(
            legend.say("Vitesse de montée aux passages à gué", "Rate of rise at fords"),
            legend.say(
                "Mètres par heure, sur des moyennes d'une demi-heure. Tirets : seuil de la règle « L'eau monte vite au "
                "passage à gué », qui ne vaut que près du niveau d'alerte.",
                "Metres per hour, of half-hour means. Dashes: limit of the rule “Water rising fast at the ford”, which "
                "only holds near the alert level.",
            ),
        ),
    }[domain]
    steps = legend.limits("river_rising" if domain == RIVER else "ford_rising")
    query = InfluxQuery(rate_per_hour(domain, LEVEL, every=RISE_EVERY), alias="$tag_device")
    return lines(legend, words, [query], "suffix:m/h", steps=steps, size=(12, 9), decimals=2)


def barriers(legend: Legend) -> Panel:
    words = Words(
        legend.say("Barrières des passages à gué", "Barriers of fords"),
        legend.say(
            "Levée ou abaissée, dans les communes et sites choisis. Abaissée longtemps sans eau, ou levée avec de "
            "l'eau, elle est à vérifier sur place.",
            "Open or closed, in the communes and sites chosen. Closed for long without water, or open with water, it "
            "must be checked on site.",
        ),
    )
    query = InfluxQuery(history(FORD, [BARRIER], "max", scope=BY_PLACE), alias="$tag_device")
    return states(legend, words, [query], legend.states(BARRIER, {0: "green", 1: WARNING}), size=(12, 7))


def flow(legend: Legend) -> Panel:
    words = Words(
        legend.label(FLOW),
        legend.say(
            "Moyenne par intervalle, pour les stations qui le donnent.",
            "Mean of each interval, for gauges that give it.",
        ),
    )
    query = InfluxQuery(history(RIVER, [FLOW], "mean"), alias="$tag_device")
    seldom = "the demonstration's gauges send no flow"
    return lines(legend, words, [query], legend.unit(FLOW), size=(12, 7), seldom=seldom)


def against_limits(legend: Legend) -> Panel:
    """One panel per selected gauge: each has levels of its own."""
    words = Words(
        legend.say("Hauteur et seuils : ${device:text}", "Level and limits: ${device:text}"),
        legend.say(
            "La hauteur, et en tirets les niveaux d'alerte et de danger de cette station (devices.csv), quand elle en "
            "a. Ce ne sont pas les couleurs de Vigicrues.",
            "The level, and dashed the alert and danger levels of this gauge (devices.csv), if it has them. They are "
            "not the colours of Vigicrues.",
        ),
    )
    measured = [InfluxQuery(history(domain, [LEVEL], "max"), alias=legend.label(LEVEL)) for domain in (RIVER, FORD)]
    limits = [
        InfluxQuery(history(FLEET, [name], "last", policy=RAW), alias=legend.say(*titles))
        for name, titles in LIMITS.items()
    ]
    overrides = [
        Override(legend.say(*titles), {"custom.lineStyle": DASHED, "color": {"mode": "fixed", "fixedColor": colour}})
        for titles, colour in zip(LIMITS.values(), (WARNING, CRITICAL), strict=True)
    ]
    panel = lines(
        legend, words, [*measured, *limits], legend.unit(LEVEL), size=(24, 8), decimals=2, overrides=overrides
    )
    return repeated(panel, "device")
