"""Air and noise outdoors: pollutants hour by hour, and how loud it is by day and at night."""

from dashboards.grafana.board import Board, Row, url
from dashboards.grafana.influxql import Selector, history, of, present, source, where
from dashboards.grafana.legend import Legend
from dashboards.grafana.panel import Column, Panel, Words, lines, number, prose, rows
from dashboards.grafana.query import InfluxQuery
from devices.schema import RAW
from stores.influxql import identifier

ENVIRONMENT = "environment"
NO2, O3, PM10, PM2_5, SOUND = "no2", "o3", "pm10", "pm2_5", "sound_level"
MEASURED = (NO2, O3, PM10, PM2_5, SOUND)
RULES = ("no2_hour", "o3_hour", "so2_hour", "pm10_day", "noise_hour", "noise_night")
DAY_HOURS = 24
FRENCH_TIME = " tz('Europe/Paris')"
NEPER = "0.23025850929940458"
"""ln(10) / 10: e^(NEPER * dB) is the energy of that many decibels."""
NO_O3 = "the demonstration has no ozone analyser"


def air_noise(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="air-noise",
        title=say("Air et bruit", "Air and noise"),
        description=say(
            "Polluants de l'air heure par heure et niveau sonore, mesures indicatives.",
            "Air pollutants hour by hour and sound level, indicative measurements.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            *worst_now(legend),
            stations(legend),
            Row(say("Air", "Air")),
            nitrogen_dioxide(legend),
            coarse_dust_of_a_day(legend),
            coarse_dust(legend),
            fine_dust(legend),
            ozone(legend),
            Row(say("Bruit", "Noise")),
            loudest(legend),
            sound_of_an_hour(legend),
            sound_of_a_third(legend),
            Row(say("Que faire", "What to do")),
            reading_them(legend),
            runbook(legend),
        ],
        domains=(ENVIRONMENT,),
        models=legend.models_with(*MEASURED),
        since="now-3d",
    )


def worst_now(legend: Legend) -> list[Panel]:
    return [
        highest(legend, NO2, "no2_hour"),
        highest(legend, PM10),
        highest(legend, PM2_5),
        highest(legend, SOUND, "noise_hour"),
    ]


def highest(legend: Legend, quantity: str, rule: str = "") -> Panel:
    say, label = legend.say, legend.label(quantity)
    words = Words(
        say(f"{label}, maximum", f"{label}, highest"),
        say(
            "La plus haute des dernières valeurs des capteurs choisis, sur la période affichée.",
            "The highest of the newest values of the chosen devices, within the period shown.",
        ),
    )
    field = identifier(quantity)
    each = present(ENVIRONMENT, [quantity], policy=RAW)
    query = InfluxQuery(f"SELECT max({field}) AS {field} FROM ({each})")  # noqa: S608  -- our own names
    steps = legend.steps(rule) if rule else ()
    return number(legend, words, query, legend.unit(quantity), steps=steps, decimals=0, size=(6, 4))


def stations(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Dernières valeurs par capteur", "Newest values by device"),
        say(
            "Sur la période affichée. Chaque capteur ne mesure qu'une partie des grandeurs ; NO2 et bruit sont colorés "
            "par les seuils de rules.toml. Le nom ouvre le tableau du capteur.",
            "Within the period shown. Each device measures only some of them; NO2 and noise are coloured by the limits "
            "of rules.toml. The name opens the device's dashboard.",
        ),
    )
    device = say("Capteur", "Device")
    opened = (
        say("Ouvrir le capteur", "Open the device"),
        url("device", legend, device=f'${{__data.fields["{device}"]}}'),
    )
    rules = {NO2: "no2_hour", O3: "o3_hour", SOUND: "noise_hour"}
    columns = [Column("device", device, link=opened), Column("site", say("Site", "Site"))]
    for quantity in MEASURED:
        steps = legend.steps(rules[quantity]) if quantity in rules else ()
        unit = legend.unit(quantity)
        columns.append(Column(quantity, legend.label(quantity), unit, steps=steps, coloured=bool(steps), decimals=1))
    statement = present(ENVIRONMENT, MEASURED, by=("device", "site"), policy=RAW)
    return rows(legend, words, [InfluxQuery(statement, "table")], columns, size=(24, 9), sort=(device, False))


def nitrogen_dioxide(legend: Legend) -> Panel:
    words = Words(
        legend.say("NO2, moyenne horaire", "NO2, hourly mean"),
        legend.say(
            "En µg/m³. Traits : 200 (information) et 400 sur trois heures (alerte), code de l'environnement R221-1. "
            "Mesure indicative : seule une association agréée constate un dépassement.",
            "In µg/m³. Lines: 200 (information) and 400 over three hours (alert), code de l'environnement R221-1. "
            "Indicative measurement: only an approved association establishes that a limit is exceeded.",
        ),
    )
    return hourly(legend, words, NO2, "no2_hour")


def coarse_dust_of_a_day(legend: Legend) -> Panel:
    """24 hourly means; a missing hour makes the day longer, and is not invented."""
    words = Words(
        legend.say("PM10, moyenne sur 24 heures", "PM10, mean of 24 hours"),
        legend.say(
            "En µg/m³ : moyenne glissante des 24 dernières heures mesurées, d'où une courbe qui commence un jour après "
            "le début de la période. Traits : 50 (information) et 80 (alerte) en moyenne journalière, code de "
            "l'environnement R221-1. Mesure indicative.",
            "In µg/m³: sliding mean of the last 24 hours measured, so the curve begins a day after the period does. "
            "Lines: 50 (information) and 80 (alert) as daily mean, code de l'environnement R221-1. Indicative "
            "measurement.",
        ),
    )
    field = identifier(PM10)
    statement = (
        f"SELECT moving_average(mean({field}), {DAY_HOURS}) AS {field} FROM {source(ENVIRONMENT)} {where()}"  # noqa: S608  -- our own names
        f" GROUP BY time(1h), {identifier('device')} fill(none)"
    )
    query = InfluxQuery(statement, alias="$tag_device")
    reason = "needs more than a day of readings"
    limits = legend.limits("pm10_day")
    return lines(legend, words, [query], legend.unit(PM10), steps=limits, least=0, size=(12, 9), seldom=reason)


def coarse_dust(legend: Legend) -> Panel:
    words = Words(
        legend.say("PM10, moyenne horaire", "PM10, hourly mean"),
        legend.say(
            "En µg/m³. Les seuils du code de l'environnement portent sur la moyenne de 24 heures : voir la courbe qui "
            "la montre. Une pointe d'une heure n'en dépasse aucun.",
            "In µg/m³. The limits of the code de l'environnement are for the mean of 24 hours: see the curve that "
            "shows it. A peak of one hour exceeds none.",
        ),
    )
    return hourly(legend, words, PM10)


def fine_dust(legend: Legend) -> Panel:
    words = Words(
        legend.say("PM2,5, moyenne horaire", "PM2.5, hourly mean"),
        legend.say(
            "En µg/m³. Aucun seuil horaire d'alerte n'est en vigueur en France ; l'air humide fait lire trop haut aux "
            "capteurs optiques.",
            "In µg/m³. No hourly alert threshold is in force in France; humid air makes optical sensors read too high.",
        ),
    )
    return hourly(legend, words, PM2_5)


def ozone(legend: Legend) -> Panel:
    words = Words(
        legend.say("Ozone, moyenne horaire", "Ozone, hourly mean"),
        legend.say(
            "En µg/m³. Trait : 180 (information) en moyenne horaire, code de l'environnement R221-1. Mesure "
            "indicative.",
            "In µg/m³. Line: 180 (information) as hourly mean, code de l'environnement R221-1. Indicative measurement.",
        ),
        legend.say("Aucun analyseur d'ozone sur cette période", "No ozone analyser in this period"),
    )
    return hourly(legend, words, O3, "o3_hour", width=24, seldom=NO_O3)


def hourly(legend: Legend, words: Words, quantity: str, rule: str = "", *, width: int = 12, seldom: str = "") -> Panel:
    query = InfluxQuery(history(ENVIRONMENT, [quantity], "mean", every="1h"), alias="$tag_device")
    limits = legend.limits(rule) if rule else ()
    size = (width, 9)
    return lines(legend, words, [query], legend.unit(quantity), steps=limits, size=size, seldom=seldom)


def loudest(legend: Legend) -> Panel:
    words = Words(
        legend.say("Niveau sonore mesuré", "Sound level measured"),
        legend.say(
            "En dB(A), LAeq de chaque intervalle du capteur. Quand plusieurs mesures tombent sur un même point de "
            "l'écran, c'est la plus forte qui est dessinée : une moyenne de décibels serait trop basse.",
            "In dB(A), LAeq of each interval of the device. Where several readings fall on one point of the screen, "
            "the loudest is drawn: a mean of decibels would be too low.",
        ),
    )
    selector: Selector = of(legend.quantity(SOUND))
    query = InfluxQuery(history(ENVIRONMENT, [SOUND], selector), alias="$tag_device")
    return lines(legend, words, [query], legend.unit(SOUND), size=(24, 9))


def sound_of_an_hour(legend: Legend) -> Panel:
    words = Words(
        legend.say("LAeq d'une heure", "LAeq of an hour"),
        legend.say(
            "En dB(A), moyenne de l'énergie sonore de chaque heure : dix minutes à 80 dB comptent plus que cinquante à "
            "60. Traits : propositions de rules.toml, la plus basse pour la nuit. À ne comparer ni à une carte de "
            "bruit ni à une valeur limite : celles-ci valent pour une année.",
            "In dB(A), mean of the sound energy of each hour: ten minutes at 80 dB count more than fifty at 60. Lines: "
            "proposals of rules.toml, the lowest for the night. It compares with no noise map and no limit value: "
            "those are for a year.",
        ),
    )
    query = InfluxQuery(energy_mean("time(1h)"), alias="$tag_device")
    limits = legend.limits("noise_hour", "noise_night")
    return lines(legend, words, [query], legend.unit(SOUND), steps=limits, decimals=1, size=(12, 10))


def sound_of_a_third(legend: Legend) -> Panel:
    words = Words(
        legend.say("Nuit, matin, après-midi", "Night, morning, afternoon"),
        legend.say(
            "LAeq en dB(A) par tranche de huit heures, heure de Paris : la nuit de 22 h à 6 h, puis de 6 h à 14 h, "
            "puis de 14 h à 22 h. La tranche en cours est incomplète.",
            "LAeq in dB(A) of eight hours each, Paris time: the night from 22:00 to 06:00, then 06:00 to 14:00, then "
            "14:00 to 22:00. The current one is incomplete.",
        ),
    )
    query = InfluxQuery(energy_mean("time(8h, -2h)") + FRENCH_TIME, alias="$tag_device")
    return lines(legend, words, [query], legend.unit(SOUND), bars=True, least=0, decimals=1, size=(12, 10))


def energy_mean(interval: str) -> str:
    """10 log10 of the mean of 10^(x/10), which is how decibels are averaged; an hour of roll-up is one such mean."""
    level, energy = identifier(SOUND), identifier("energy")
    each = f"SELECT exp({level} * {NEPER}) AS {energy} FROM {source(ENVIRONMENT)} {where()}"  # noqa: S608  -- our own names
    return (
        f"SELECT 10 * log10(mean({energy})) AS {level} FROM ({each}) {where(scope='')}"  # noqa: S608  -- our own names
        f" GROUP BY {interval}, {identifier('device')} fill(none)"
    )


def reading_them(legend: Legend) -> Panel:
    words = Words(
        legend.say("Lire ces mesures", "Reading these measurements"),
        legend.say("Ce qu'elles disent, et ce qu'elles ne disent pas.", "What they say, and what they do not say."),
    )
    text = legend.say(
        "Ces capteurs donnent une **indication** : une tendance, une heure, un lieu où aller voir. Ils ne constatent "
        "pas un dépassement réglementaire et ne donnent pas d'indice ATMO, que seule publie l'association agréée de la "
        "région. Avant d'informer le public, comparer avec ses stations.",
        "These sensors give an **indication**: a trend, an hour, a place to go and look at. They establish no breach "
        "of a legal limit and give no ATMO index, which only the approved association of the region publishes. Before "
        "the public is informed, compare with its stations.",
    )
    return prose(legend, words, text, size=(8, 9))


def runbook(legend: Legend) -> Panel:
    words = Words(
        legend.say("Que faire, règle par règle", "What to do, rule by rule"),
        legend.say(
            "Les consignes de rules.toml pour l'air et le bruit.", "The actions of rules.toml for air and noise."
        ),
    )
    return prose(legend, words, legend.actions(RULES), size=(16, 9))
