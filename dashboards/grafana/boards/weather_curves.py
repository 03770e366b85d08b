"""Weather stations, over time: one curve per quantity, rain as amounts and as a sum."""

from collections.abc import Sequence

from grafana_foundation_sdk.models.dashboard import Threshold

from dashboards.grafana.influxql import Selector, among, calculated, history
from dashboards.grafana.legend import INFO, WARNING, Legend, drawn, falling_steps
from dashboards.grafana.panel import Override, Panel, Words, lines
from dashboards.grafana.query import InfluxQuery
from stores.influxql import identifier

DOMAIN = "environment"
TEMPERATURE, WIND, GUST, RAIN, VISIBILITY = "air_temperature", "wind_speed", "wind_gust", "rainfall", "visibility"
SKY = (WIND, GUST, RAIN, VISIBILITY, "rain_intensity", "solar_radiation", "snow_depth")
"""What makes a device a weather station: thermometers stand in dust sensors too."""
GAP_MS = 4 * 3_600_000
"""Stations that report every three hours are to have a curve."""
ABSENT = "the demonstration has no such sensor"
FOG = ((200.0, WARNING), (1000.0, INFO))
"""Metres. Below 1,000 m: fog, by the definition of the World Meteorological Organization. 200 m: engineering
proposal, dense fog."""


def stations(legend: Legend) -> list[str]:
    return legend.models_with(*SKY)


def conditions(legend: Legend) -> list[str]:
    return [among("model", stations(legend))]


def visibility_steps(*, drawn_only: bool = False) -> list[Threshold]:
    return drawn(FOG) if drawn_only else falling_steps(FOG)


def curve(
    legend: Legend,
    quantity: str,
    description: str,
    *,
    selector: Selector = "mean",
    rules: Sequence[str] = (),
    steps: Sequence[Threshold] = (),
    size: tuple[int, int] = (12, 8),
    seldom: str = "",
) -> Panel:
    statement = history(DOMAIN, [quantity], selector, conditions=conditions(legend))
    limits = legend.limits(*rules) if rules else steps
    return lines(
        legend,
        Words(legend.label(quantity), description),
        [InfluxQuery(statement, alias="$tag_device")],
        legend.unit(quantity),
        steps=limits,
        size=size,
        seldom=seldom,
        gap_ms=GAP_MS,
    )


def wind(legend: Legend) -> Panel:
    description = legend.say(
        "Le plus fort par intervalle ; 10 m/s font 36 km/h. Tirets : seuils de la règle « Vent fort et durable ».",
        "The strongest of each interval; 10 m/s are 36 km/h. Dashes: limits of the rule “Strong lasting wind”.",
    )
    return curve(legend, WIND, description, selector="max", rules=("strong_wind",))


def gusts(legend: Legend) -> Panel:
    description = legend.say(
        "La plus forte par intervalle ; 10 m/s font 36 km/h. Tirets : seuils de la règle « Rafales violentes ».",
        "The strongest of each interval; 10 m/s are 36 km/h. Dashes: limits of the rule “Violent gusts”.",
    )
    return curve(legend, GUST, description, selector="max", rules=("strong_gust",), seldom=ABSENT)


def direction(legend: Legend) -> Panel:
    words = Words(
        legend.label("wind_direction"),
        legend.say(
            "D'où vient le vent, en degrés : 0 nord, 90 est, 180 sud, 270 ouest. Des points, car 359 touche à 1.",
            "Where the wind comes from, in degrees: 0 north, 90 east, 180 south, 270 west. Points, since 359 and 1 are "
            "neighbours.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, ["wind_direction"], "last"), alias="$tag_device")
    points = Override("/.*/", {"custom.drawStyle": "points", "custom.pointSize": 5}, pattern=True)
    unit = legend.unit("wind_direction")
    return lines(legend, words, [query], unit, least=0, most=360, overrides=[points], gap_ms=GAP_MS)


def amounts(legend: Legend) -> Panel:
    words = Words(
        legend.say("Pluie par heure", "Rain per hour"),
        legend.say(
            "Somme des relevés reçus dans l'heure. Une station qui relève toutes les trois heures y met d'un coup la "
            "pluie de trois heures.",
            "Sum of the reports received in the hour. A station that reports every three hours puts the rain of three "
            "hours there at once.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [RAIN], "sum", every="1h"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(RAIN), bars=True, least=0)


def rain_total(legend: Legend) -> Panel:
    words = Words(
        legend.say("Cumul de pluie", "Rain total"),
        legend.say(
            "Pluie tombée depuis le début de la période affichée.",
            "Rain fallen since the start of the period shown.",
        ),
    )
    formula = f"cumulative_sum(sum({identifier(RAIN)}))"
    query = InfluxQuery(calculated(DOMAIN, {RAIN: formula}, every="1h"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(RAIN), least=0, gap_ms=GAP_MS)
