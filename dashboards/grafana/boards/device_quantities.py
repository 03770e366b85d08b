"""The quantities of one device, on panels whose axes make sense. Together they hold the whole catalogue."""

from typing import NamedTuple

from dashboards.grafana.influxql import POLICY, of, source, where
from dashboards.grafana.legend import CRITICAL, GOOD, INFO, UNKNOWN, WARNING, Legend
from dashboards.grafana.panel import Override, Panel, Words, lines, states
from dashboards.grafana.query import InfluxQuery
from devices.schema import MEASUREMENTS
from stores.influxql import identifier

DEVICE = f"{identifier('device')} =~ /^$device$/"
SOME = "a device measures only some quantities"


class Group(NamedTuple):
    fr: str
    en: str
    quantities: tuple[str, ...]
    """Each in its own unit; those of one unit share an axis."""


GROUPS = (
    Group(
        "Températures",
        "Temperatures",
        (
            "air_temperature",
            "dew_point",
            "road_surface_temperature",
            "road_subsurface_temperature",
            "freezing_temperature",
            "soil_temperature",
            "water_temperature",
            "hot_water_temperature",
            "cold_water_temperature",
            "device_temperature",
        ),
    ),
    Group("Humidité", "Humidity", ("relative_humidity", "soil_moisture", "leaf_wetness")),
    Group(
        "Air et bruit",
        "Air and sound",
        ("co2", "voc", "co", "no2", "o3", "so2", "pm1", "pm2_5", "pm10", "sound_level"),
    ),
    Group(
        "Vent et pression", "Wind and pressure", ("wind_speed", "wind_gust", "wind_direction", "atmospheric_pressure")
    ),
    Group(
        "Pluie, neige, lumière",
        "Rain, snow, light",
        (
            "rainfall",
            "rain_intensity",
            "snow_depth",
            "visibility",
            "illuminance",
            "solar_radiation",
            "uv_index",
        ),
    ),
    Group("Chaussée et sol", "Road surface and soil", ("friction", "water_film", "soil_conductivity")),
    Group("Eau", "Water", ("water_level", "water_flow", "water_conductivity", "turbidity", "dissolved_oxygen")),
    Group(
        "Comptages",
        "Counts",
        ("vehicle_count", "truck_count", "bicycle_count", "pedestrian_count", "people_count", "vehicle_speed"),
    ),
    Group("Électricité", "Electricity", ("active_power", "reactive_power", "voltage", "current")),
    Group("Index des compteurs", "Meter indexes", ("active_energy", "heat_energy", "water_volume", "gas_volume")),
    Group("Alimentation du capteur", "Power supply of the device", ("battery_level", "battery_voltage")),
    Group("Radio", "Radio", ("rssi", "snr", "spreading_factor", "gateways")),
)
STATES: dict[str, dict[int, str]] = {
    "road_surface_state": {0: GOOD, 1: INFO, 2: INFO, 3: WARNING, 4: CRITICAL},
    "barrier_closed": {0: GOOD, 1: WARNING},
    "occupancy": {0: UNKNOWN, 1: INFO},
    "motion": {0: UNKNOWN, 1: INFO},
    "door_open": {0: GOOD, 1: WARNING},
    "leak": {0: GOOD, 1: CRITICAL},
    "smoke": {0: GOOD, 1: CRITICAL},
    "mains_power": {0: CRITICAL, 1: GOOD},
}
"""State quantity -> colours of its states."""


def curves(legend: Legend) -> list[Panel]:
    return [grouped(legend, group) for group in GROUPS]


def grouped(legend: Legend, group: Group) -> Panel:
    known = [name for name in group.quantities if name in legend.registry.quantities]
    listed = ", ".join(legend.label(name) for name in known)
    words = Words(
        legend.say(group.fr, group.en),
        legend.say(
            f"Ce que le capteur choisi mesure parmi : {listed}. Unités et calcul de la période : quantities.toml.",
            f"What the chosen device measures among: {listed}. Units and how a period becomes a value: "
            f"quantities.toml.",
        ),
        legend.say("Ce capteur n'en mesure rien", "This device measures none of them"),
    )
    queries = [curve(legend, name) for name in known]
    overrides = [Override(legend.label(name), {"unit": legend.unit(name)}) for name in known]
    unit = legend.unit(known[0])
    return lines(legend, words, queries, unit, size=(8, 7), overrides=overrides, seldom=SOME)


def state_lines(legend: Legend) -> Panel:
    words = Words(
        legend.say("États", "States"),
        legend.say(
            "Une ligne par état que le capteur choisi mesure : chaussée, porte, présence, fuite, fumée, secteur.",
            "One line per state that the chosen device measures: road, door, presence, leak, smoke, mains.",
        ),
        legend.say("Ce capteur ne mesure aucun état", "This device measures no state"),
    )
    queries = [curve(legend, name) for name in STATES]
    overrides = [
        Override(legend.label(name), {"mappings": legend.states(name, colours)}) for name, colours in STATES.items()
    ]
    return states(legend, words, queries, [], size=(24, 6), overrides=overrides, held=True, seldom=SOME)


def curve(legend: Legend, quantity: str) -> InfluxQuery:
    """A query of its own per quantity: one for all would draw an empty curve for each that the device has not."""
    field, policy = identifier(quantity), legend.policy(quantity, otherwise=POLICY)
    statement = (
        f"SELECT {of(legend.quantity(quantity))}({field}) AS {field} FROM {everything(policy)} {where(scope=DEVICE)}"  # noqa: S608  -- our own names
        f" GROUP BY time($__interval) fill(none)"
    )
    return InfluxQuery(statement, alias=legend.label(quantity))


def everything(policy: str = POLICY) -> str:
    """The readings of every domain: a device is in one of them."""
    return ", ".join(source(measurement, policy) for measurement in MEASUREMENTS)
