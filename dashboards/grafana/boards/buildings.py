"""Buildings: the air people breathe in them, their water and their energy, leaks and doors."""

from collections.abc import Sequence

from grafana_foundation_sdk.models.dashboard import Threshold

from dashboards.grafana.board import Board, Row, url
from dashboards.grafana.boards.consumption import consumption
from dashboards.grafana.influxql import POLICY, Selector, history, present, source, where
from dashboards.grafana.legend import CRITICAL, GOOD, INFO, UNKNOWN, WARNING, Legend, rising_steps
from dashboards.grafana.panel import Column, Panel, Words, lines, number, prose, rows, states
from dashboards.grafana.query import InfluxQuery
from devices.schema import RAW
from stores.influxql import identifier

BUILDING = "building"
CO2, OCCUPANCY = "co2", "occupancy"
AIR, HUMIDITY = "air_temperature", "relative_humidity"
HOT, COLD = "hot_water_temperature", "cold_water_temperature"
POWER, LEAK, DOOR = "active_power", "leak", "door_open"
RULES = (
    "classroom_co2",
    "classroom_hot",
    "building_frost",
    "hot_water_cold",
    "cold_water_warm",
    "water_leak",
    "water_at_night",
    "boiler_room_door",
    "salt_store_door",
    "power_peak",
    "mains_power_lost",
    "smoke",
)


def buildings(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="buildings",
        title=say("Bâtiments", "Buildings"),
        description=say(
            "Air des salles, eau chaude, énergie, eau, fuites et portes des bâtiments publics.",
            "Air of the rooms, hot water, energy, water, leaks and doors of public buildings.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            *present_numbers(legend),
            rooms(legend),
            Row(say("Air des salles", "Air of the rooms")),
            stale_air(legend),
            occupied(legend),
            share_above(legend),
            temperature(legend),
            humidity(legend),
            Row(say("Eau chaude et eau froide", "Hot and cold water")),
            hot_water(legend),
            Row(say("Énergie et eau", "Energy and water")),
            *consumption(legend),
            Row(say("Fuites et portes", "Leaks and doors")),
            leaks(legend),
            doors(legend),
            Row(say("Que faire", "What to do")),
            runbook(legend),
        ],
        domains=(BUILDING,),
        since="now-2d",
    )


def present_numbers(legend: Legend) -> list[Panel]:
    """The worst or the sum of the newest values, six across a screen."""
    say = legend.say
    worst = say(
        "Parmi les dernières valeurs des capteurs choisis, sur la période affichée. Couleurs : seuils de rules.toml.",
        "Among the newest values of the chosen devices, within the period shown. Colours: limits of rules.toml.",
    )
    count = say(
        "Dernier état connu de chaque capteur choisi, sur la période affichée.",
        "Last known state of each chosen device, within the period shown.",
    )
    power = say(
        "Somme des dernières puissances des compteurs choisis, en kilowatts.",
        "Sum of the newest power of the chosen meters, in kilowatts.",
    )
    co2, hot, leak = legend.steps("classroom_co2"), legend.steps("hot_water_cold"), rising_steps([(1, CRITICAL)])
    return [
        newest(legend, Words(say("CO2 le plus haut", "Highest CO2"), worst), "max", CO2, co2, 0),
        newest(legend, Words(say("Salles occupées", "Rooms occupied"), count), "sum", OCCUPANCY),
        newest(legend, Words(say("Eau chaude la plus froide", "Coldest hot water"), worst), "min", HOT, hot, 1),
        newest(legend, Words(say("Puissance appelée", "Power drawn"), power), "sum", POWER, (), 1),
        newest(legend, Words(say("Fuites détectées", "Leaks detected"), count), "sum", LEAK, leak),
        newest(legend, Words(say("Portes ouvertes", "Doors open"), count), "sum", DOOR, rising_steps([(1, WARNING)])),
    ]


def newest(
    legend: Legend, words: Words, selector: Selector, quantity: str, steps: Sequence[Threshold] = (), decimals: int = 0
) -> Panel:
    field = identifier(quantity)
    each = present(BUILDING, [quantity], policy=legend.policy(quantity, otherwise=RAW))
    query = InfluxQuery(f"SELECT {selector}({field}) AS {field} FROM ({each})")  # noqa: S608  -- our own names
    return number(legend, words, query, legend.unit(quantity), steps=steps, decimals=decimals)


def rooms(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Salles, la plus confinée d'abord", "Rooms, the stalest first"),
        say(
            "Dernières valeurs de chaque capteur d'air, sur la période affichée. CO2 en ppm, couleurs de la "
            "règle ; température en °C. Le nom ouvre le tableau du capteur.",
            "Newest values of each air sensor, within the period shown. CO2 in ppm, colours of the rule; "
            "temperature in °C. The name opens the device's dashboard.",
        ),
    )
    room, stalest = say("Capteur", "Device"), legend.label(CO2)
    opened = (
        say("Ouvrir le capteur", "Open the device"),
        url("device", legend, device=f'${{__data.fields["{room}"]}}'),
    )
    columns = [
        Column("device", room, link=opened),
        Column("site", say("Site", "Site")),
        Column(CO2, stalest, legend.unit(CO2), steps=legend.steps("classroom_co2"), coloured=True, decimals=0),
        Column(AIR, legend.label(AIR), legend.unit(AIR), decimals=1),
        Column(HUMIDITY, legend.label(HUMIDITY), legend.unit(HUMIDITY), decimals=0),
    ]
    statement = present(BUILDING, [CO2, AIR, HUMIDITY], by=("device", "site"), policy=RAW)
    return rows(legend, words, [InfluxQuery(statement, "table")], columns, size=(24, 9), sort=(stalest, True))


def stale_air(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("CO2 par salle", "CO2 by room"),
        say(
            "Jusqu'à 800 ppm l'air est satisfaisant, au-delà de 1500 ppm il est insuffisant (arrêté du 27 décembre "
            "2022, article 4). Un seul capteur est une indication, pas l'évaluation que demande le texte. Ne compte "
            "que quand la salle est occupée : voir dessous.",
            "Up to 800 ppm the air is satisfactory, above 1500 ppm insufficient (arrêté of 27 December 2022, article "
            "4). One sensor is an indication, not the evaluation that the text asks for. It counts only while the room "
            "is occupied: see below.",
        ),
    )
    query = InfluxQuery(history(BUILDING, [CO2], "mean"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(CO2), steps=legend.limits("classroom_co2"), size=(24, 10))


def occupied(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Salles occupées dans le temps", "Rooms occupied over time"),
        say(
            "Une ligne par salle : bleue quand une présence est détectée. Toujours l'état le plus long de chaque "
            "heure : une présence peut concerner des personnes.",
            "One line per room: blue while somebody is there. Always the longest state of each hour: presence may tell "
            "of persons.",
        ),
    )
    policy = legend.policy(OCCUPANCY, otherwise=POLICY)
    query = InfluxQuery(history(BUILDING, [OCCUPANCY], "max", policy=policy), alias="$tag_device")
    return states(legend, words, [query], legend.states(OCCUPANCY, {0: UNKNOWN, 1: INFO}), size=(24, 8))


def share_above(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Part du temps d'occupation au-dessus des seuils", "Share of occupied time above the limits"),
        say(
            "Sur la période affichée, part des heures où la salle était occupée et dont le CO2 moyen dépasse chaque "
            "seuil. Une salle sans détecteur de présence n'y figure pas.",
            "Within the period shown, share of the hours in which the room was occupied whose mean CO2 exceeds each "
            "limit. A room without a presence detector is not in it.",
        ),
    )
    limits = fixed_limits(legend, "classroom_co2")
    names = [f"above_{limit:.0f}" for limit in limits]
    titles = [say(f"Plus de {limit:.0f} ppm", f"Above {limit:.0f} ppm") for limit in limits]
    shares = [Column(name, title, "percent", decimals=0) for name, title in zip(names, titles, strict=True)]
    columns = [Column("device", say("Capteur", "Device")), *shares]
    policy = legend.policy(OCCUPANCY, otherwise=POLICY)
    statement = shares_above(dict(zip(names, limits, strict=True)), policy)
    return rows(legend, words, [InfluxQuery(statement, "table")], columns, size=(8, 9), sort=(titles[-1], True))


def fixed_limits(legend: Legend, rule: str) -> list[float]:
    """The upper limits of a rule, rising."""
    return sorted(level.above.number for level in legend.rule(rule).levels if level.above)


def shares_above(limits: dict[str, float], policy: str) -> str:
    """Percent of the values of CO2 above each limit, per device, of those while the room was occupied.

    InfluxQL has no IF: (|x|/x + 1)/2 is 1 above zero and 0 below.
    """
    over = [(name, f"({identifier(CO2)} - {limit:g})") for name, limit in limits.items()]
    signs = ", ".join(f"(abs{excess}/{excess} + 1)/2 AS {identifier(name)}" for name, excess in over)
    means = ", ".join(f"mean({identifier(name)})*100 AS {identifier(name)}" for name in limits)
    each = f"SELECT {signs} FROM {source(BUILDING, policy)} {where(f'{identifier(OCCUPANCY)} = 1')}"  # noqa: S608  -- our own names
    return f"SELECT {means} FROM ({each}) {where(scope='')} GROUP BY {identifier('device')}"  # noqa: S608  -- our own names


def temperature(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        legend.label(AIR),
        say(
            "En °C. Traits : limites de rules.toml, en bas le risque de gel, en haut la salle surchauffée aux heures "
            "de classe.",
            "In °C. Lines: limits of rules.toml, below the risk of frost, above the overheated classroom in school "
            "hours.",
        ),
    )
    limits = legend.limits("building_frost", "classroom_hot")
    query = InfluxQuery(history(BUILDING, [AIR], "mean"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(AIR), steps=limits, size=(8, 9))


def humidity(legend: Legend) -> Panel:
    words = Words(
        legend.label(HUMIDITY),
        legend.say(
            "En %. Aucun seuil d'alerte : à lire avec la température, contre l'air trop sec et les moisissures.",
            "In %. No alert limit: read it with the temperature, against air too dry and against mould.",
        ),
    )
    query = InfluxQuery(history(BUILDING, [HUMIDITY], "mean"), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(HUMIDITY), size=(8, 9))


def hot_water(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Eau chaude et eau froide (légionelles)", "Hot and cold water (legionella)"),
        say(
            "En °C. L'eau chaude doit rester au-dessus de 55 °C à la sortie du ballon et de 50 °C dans la boucle "
            "(arrêté du 30 novembre 2005), l'eau froide sous 20 °C (circulaire du 22 avril 2002) : entre les deux, les "
            "légionelles se multiplient. Une sonde est une indication.",
            "In °C. Hot water must stay above 55 °C at the outlet of the tank and 50 °C in the loop (arrêté of 30 "
            "November 2005), cold water under 20 °C (circular of 22 April 2002): in between legionella multiply. One "
            "probe is an indication.",
        ),
    )
    named = {HOT: say("chaude", "hot"), COLD: say("froide", "cold")}
    queries = [
        InfluxQuery(history(BUILDING, [field], "mean"), alias=f"$tag_device · {name}") for field, name in named.items()
    ]
    limits = legend.limits("hot_water_cold", "cold_water_warm")
    return lines(legend, words, queries, legend.unit(HOT), steps=limits, size=(24, 9))


def leaks(legend: Legend) -> Panel:
    words = Words(
        legend.say("Fuites d'eau", "Water leaks"),
        legend.say(
            "Une ligne par détecteur : rouge quand il touche l'eau, et cela vaut jusqu'à sa mesure suivante.",
            "One line per detector: red while it touches water, and that holds until its next reading.",
        ),
    )
    query = InfluxQuery(history(BUILDING, [LEAK], "max"), alias="$tag_device")
    return states(legend, words, [query], legend.states(LEAK, {0: GOOD, 1: CRITICAL}), size=(12, 6), held=True)


def doors(legend: Legend) -> Panel:
    words = Words(
        legend.say("Portes", "Doors"),
        legend.say(
            "Une ligne par porte : orange quand elle est ouverte. La durée compte : voir les règles plus bas.",
            "One line per door: orange while it is open. How long is what counts: see the rules below.",
        ),
    )
    policy = legend.policy(DOOR, otherwise=POLICY)
    query = InfluxQuery(history(BUILDING, [DOOR], "max", policy=policy), alias="$tag_device")
    return states(legend, words, [query], legend.states(DOOR, {0: GOOD, 1: WARNING}), size=(12, 6), held=True)


def runbook(legend: Legend) -> Panel:
    words = Words(
        legend.say("Que faire, règle par règle", "What to do, rule by rule"),
        legend.say("Les consignes de rules.toml pour les bâtiments.", "The actions of rules.toml for buildings."),
    )
    return prose(legend, words, legend.actions(RULES), size=(24, 10))
