"""Roads in winter, over time: surface, dew point, salt, friction, water, air."""

from dashboards.grafana.influxql import calculated, called, history
from dashboards.grafana.legend import CRITICAL, GOOD, INFO, WARNING, Legend, drawn
from dashboards.grafana.panel import Override, Panel, Words, lines, repeated, states
from dashboards.grafana.query import InfluxQuery

DOMAIN = "road"
SURFACE, DEW_POINT, FREEZING = "road_surface_temperature", "dew_point", "freezing_temperature"
STATE, FRICTION, FILM, SNOW = "road_surface_state", "friction", "water_film", "snow_depth"
MARGIN = "margin"
COLOURS = {0: GOOD, 1: "light-blue", 2: INFO, 3: WARNING, 4: CRITICAL}
"""Of the states dry, damp, wet, hoar frost, black ice."""
DASHED = {"fill": "dash", "dash": [8, 6]}


def surface_state(legend: Legend) -> Panel:
    words = Words(
        legend.label(STATE),
        legend.say(
            "Quel état a tenu quand, une ligne par point. Sur un intervalle, le pire est montré : sec, humide, "
            "mouillé, givré, verglacé.",
            "Which state held when, one line per place. Of an interval the worst is shown: dry, damp, wet, hoar "
            "frost, black ice.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [STATE], "max"), alias="$tag_device")
    return states(legend, words, [query], legend.states(STATE, COLOURS), size=(24, 10))


def surface_temperature(legend: Legend) -> Panel:
    words = Words(
        legend.label(SURFACE),
        legend.say(
            "Moyenne par intervalle. Tirets : seuils des règles ; sous 0 °C, une chaussée humide gèle.",
            "Mean of each interval. Dashes: limits of the rules; below 0 °C a damp road freezes.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [SURFACE], "mean"), alias="$tag_device")
    steps = legend.limits("ice_vigilance", "black_ice")
    return lines(legend, words, [query], legend.unit(SURFACE), steps=steps, size=(24, 9), decimals=1)


def margin(legend: Legend, other: str) -> Panel:
    words = {
        DEW_POINT: Words(
            legend.say("Écart au point de rosée", "Margin to the dew point"),
            legend.say(
                "Température de surface moins point de rosée. Sous 0, l'eau de l'air se dépose sur la chaussée.",
                "Surface temperature less dew point. Below 0 water of the air settles on the road.",
            ),
        ),
        FREEZING: Words(
            legend.say("Marge du sel", "Margin of the salt"),
            legend.say(
                "Température de surface moins température de congélation du film d'eau. Sous 0, un film d'eau gèle "
                "malgré le sel ; la règle « Le sel ne protège plus la chaussée » avertit dès 0,5 °C.",
                "Surface temperature less freezing temperature of the water film. Below 0 a film of water freezes in "
                "spite of the salt; the rule “Salt no longer protects the road” warns from 0.5 °C.",
            ),
        ),
    }[other]
    formula = f"{called('mean', SURFACE)} - {called('mean', other)}"
    query = InfluxQuery(calculated(DOMAIN, {MARGIN: formula}, every="$__interval"), alias="$tag_device")
    steps = drawn([(0, CRITICAL)])
    return lines(legend, words, [query], legend.unit(SURFACE), steps=steps, size=(12, 9), decimals=1)


def friction(legend: Legend) -> Panel:
    words = Words(
        legend.label(FRICTION),
        legend.say(
            "Le plus bas de chaque intervalle. Tirets : seuils de la règle « Adhérence faible ».",
            "The lowest of each interval. Dashes: limits of the rule “Low friction”.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [FRICTION], "min"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(FRICTION), steps=legend.limits("low_friction"), least=0)


def water_film(legend: Legend) -> Panel:
    words = Words(
        legend.label(FILM),
        legend.say(
            "L'eau sur la chaussée : sans elle, pas de verglas. Moyenne par intervalle.",
            "The water on the road: without it no black ice. Mean of each interval.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [FILM], "mean"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(FILM), least=0)


def air(legend: Legend) -> Panel:
    words = Words(
        legend.say("Température de l'air au bord des routes", "Air temperature at the roadside"),
        legend.say(
            "La chaussée peut être plus froide que l'air, par nuit claire surtout.",
            "The road can be colder than the air, in clear nights above all.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, ["air_temperature"], "mean"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit("air_temperature"), decimals=1)


def humidity(legend: Legend) -> Panel:
    words = Words(
        legend.say("Humidité de l'air au bord des routes", "Humidity of the air at the roadside"),
        legend.say(
            "Près de 100 %, brouillard et dépôt de givre deviennent probables.",
            "Near 100 % fog and settling frost become likely.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, ["relative_humidity"], "mean"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit("relative_humidity"), most=100)


def snow(legend: Legend) -> Panel:
    words = Words(
        legend.label(SNOW),
        legend.say(
            "Moyenne par intervalle. Tirets : seuils de la règle « Neige au sol ».",
            "Mean of each interval. Dashes: limits of the rule “Snow on the ground”.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [SNOW], "mean"), alias="$tag_device")
    steps = legend.limits("snow")
    seldom = "the demonstration has no such sensor"
    return lines(legend, words, [query], legend.unit(SNOW), steps=steps, size=(24, 6), seldom=seldom)


def compared(legend: Legend) -> Panel:
    """One panel per selected place: three curves of one place can be read, thirty of ten cannot."""
    words = Words(
        legend.say("Surface, rosée et congélation : ${device:text}", "Surface, dew and freezing: ${device:text}"),
        legend.say(
            "Givre : la surface passe sous le point de rosée, par gel. Verglas : la surface passe sous la température "
            "de congélation du film d'eau.",
            "Hoar frost: the surface falls below the dew point, in frost. Black ice: the surface falls below the "
            "freezing temperature of the water film.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [SURFACE, DEW_POINT, FREEZING], "mean"), alias="$col")
    named = {name: legend.label(name) for name in (SURFACE, DEW_POINT, FREEZING)}
    own: dict[str, dict[str, object]] = {
        SURFACE: {"custom.lineWidth": 2},
        DEW_POINT: {"custom.lineStyle": DASHED},
        FREEZING: {"custom.lineStyle": DASHED},
    }
    overrides = [Override(name, {"displayName": label, **own[name]}) for name, label in named.items()]
    panel = lines(legend, words, [query], legend.unit(SURFACE), size=(24, 8), decimals=1, overrides=overrides)
    return repeated(panel, "device")
