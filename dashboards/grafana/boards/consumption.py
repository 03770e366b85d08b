"""What buildings consume: power, energy and water, by hour and by day of French time."""

from dashboards.grafana.influxql import growth, history, where
from dashboards.grafana.legend import Legend
from dashboards.grafana.panel import Panel, Words, lines
from dashboards.grafana.query import InfluxQuery
from stores.influxql import identifier

BUILDING = "building"
POWER, ENERGY, WATER = "active_power", "active_energy", "water_volume"
FRENCH_TIME = " tz('Europe/Paris')"
"""Appended to a statement whose intervals are days of people."""


def consumption(legend: Legend) -> list[Panel]:
    return [
        power(legend),
        energy_by_hour(legend),
        energy_by_day(legend),
        water_by_hour(legend),
        water_by_day(legend),
        water_that_never_stops(legend),
    ]


def power(legend: Legend) -> Panel:
    words = Words(
        legend.label(POWER),
        legend.say(
            "En kW, par compteur. Trait : puissance élevée de rules.toml, à régler sur la puissance souscrite du site.",
            "In kW, by meter. Line: high demand of rules.toml, to be set to the subscribed power of the site.",
        ),
    )
    query = InfluxQuery(history(BUILDING, [POWER], "mean"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(POWER), steps=legend.limits("power_peak"), size=(8, 9))


def energy_by_hour(legend: Legend) -> Panel:
    words = Words(
        legend.say("Énergie par heure", "Energy per hour"),
        legend.say(
            "En kWh : de combien l'index de chaque compteur a monté en une heure. L'heure en cours est incomplète.",
            "In kWh: by how much the index of each meter grew in an hour. The current hour is incomplete.",
        ),
    )
    query = InfluxQuery(growth(BUILDING, ENERGY), alias="$tag_device")
    return amounts(legend, words, query, ENERGY)


def energy_by_day(legend: Legend) -> Panel:
    words = Words(
        legend.say("Énergie par jour", "Energy per day"),
        legend.say(
            "En kWh, de minuit à minuit ; le jour en cours est incomplet. Choisir sept jours pour comparer.",
            "In kWh, from midnight to midnight; today is incomplete. Choose seven days to compare.",
        ),
    )
    query = InfluxQuery(growth(BUILDING, ENERGY, every="1d") + FRENCH_TIME, alias="$tag_device")
    return amounts(legend, words, query, ENERGY)


def water_by_hour(legend: Legend) -> Panel:
    words = Words(
        legend.say("Eau par heure", "Water per hour"),
        legend.say(
            "En m³ : de combien l'index de chaque compteur a monté. La nuit, une barre est une fuite ou un oubli.",
            "In m³: by how much the index of each meter grew. At night a bar is a leak or a tap left open.",
        ),
    )
    query = InfluxQuery(growth(BUILDING, WATER), alias="$tag_device")
    return amounts(legend, words, query, WATER)


def water_by_day(legend: Legend) -> Panel:
    words = Words(
        legend.say("Eau par jour", "Water per day"),
        legend.say(
            "En m³, de minuit à minuit ; le jour en cours est incomplet.",
            "In m³, from midnight to midnight; today is incomplete.",
        ),
    )
    query = InfluxQuery(growth(BUILDING, WATER, every="1d") + FRENCH_TIME, alias="$tag_device")
    return amounts(legend, words, query, WATER)


def water_that_never_stops(legend: Legend) -> Panel:
    """The smallest hour of each day: InfluxQL cannot ask for the hours of the night alone."""
    words = Words(
        legend.say("Eau qui ne s'arrête jamais", "Water that never stops"),
        legend.say(
            "En m³ par heure : l'heure la plus calme de chaque jour, presque toujours la nuit. Au-dessus de zéro, de "
            "l'eau coule quand personne ne puise.",
            "In m³ per hour: the calmest hour of each day, nearly always at night. Above zero, water runs when nobody "
            "draws it.",
        ),
    )
    field, by_hour = identifier(WATER), growth(BUILDING, WATER)
    statement = (
        f"SELECT min({field}) AS {field} FROM ({by_hour}) {where(scope='')}"  # noqa: S608  -- our own names
        f" GROUP BY time(1d), {identifier('device')} fill(none){FRENCH_TIME}"
    )
    return amounts(legend, words, InfluxQuery(statement, alias="$tag_device"), WATER)


def amounts(legend: Legend, words: Words, query: InfluxQuery, quantity: str) -> Panel:
    return lines(legend, words, [query], legend.unit(quantity), bars=True, size=(8, 9), least=0)
