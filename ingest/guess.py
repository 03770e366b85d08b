"""What the fields of an unknown codec probably measure. A guess, shown to a person before it counts for anything."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from devices.model import Field
from devices.quantity import Quantity
from devices.units import conversion
from ingest.codecs.mapping import number

HINTS: tuple[tuple[str, str, str], ...] = (
    (r"(air|ambient|amb|indoor|room)?_?temp(erature)?(_?(c|sht|air|celsius))*", "air_temperature", "Cel"),
    (r"soil_?temp(erature)?", "soil_temperature", "Cel"),
    (r"water_?temp(erature)?", "water_temperature", "Cel"),
    (r"(board|device|internal|chip)_?temp(erature)?", "device_temperature", "Cel"),
    (r"surface_?temp(erature)?", "road_surface_temperature", "Cel"),
    (r"(air|relative|rel)?_?hum(idity)?(_?(sht|air|rh))*|rh", "relative_humidity", "%"),
    (r"co2(_?(ppm|level|concentration))?", "co2", "[ppm]"),
    (r"(t)?voc", "voc", "[ppb]"),
    (r"pm_?1(_0)?", "pm1", "ug/m3"),
    (r"pm_?2_?5", "pm2_5", "ug/m3"),
    (r"pm_?10", "pm10", "ug/m3"),
    (r"(barometric|atmospheric|air)?_?pressure", "atmospheric_pressure", "hPa"),
    (r"(soil_?)?moisture", "soil_moisture", "%"),
    (r"(light|illuminance|lux|illumination)(_?level)?", "illuminance", "lx"),
    (r"wind_?speed", "wind_speed", "m/s"),
    (r"wind_?(dir(ection)?)", "wind_direction", "deg"),
    (r"(noise|sound_?level|laeq|leq)", "sound_level", "dB[SPL]"),
    (r"(people|person)_?(count(er)?)?", "people_count", "{person}"),
    (r"(occupancy|occupied|pir)", "occupancy", "{state}"),
    (r"motion", "motion", "{state}"),
    (r"(door|open|contact|magnet)(_?(status|state|open))?", "door_open", "{state}"),
    (r"(water_?)?leak(age|ing)?(_?(status|state|detected))?", "leak", "{state}"),
    (r"smoke(_?(status|state|alarm))?", "smoke", "{state}"),
    (r"bat(tery)?(_?(level|percent(age)?|pct))?", "battery_level", "%"),
    (r"bat(tery)?_?(v|volt(age)?|mv)|vdd|vbat", "battery_voltage", "V"),
    (r"(total_?)?active_?energy(_?import)?|energy(_?total)?", "active_energy", "kW.h"),
    (r"active_?power|power", "active_power", "W"),
    (r"voltage", "voltage", "V"),
    (r"current", "current", "A"),
)
"""(name of the field, quantity, unit makers mostly send it in). A guess must also be plausible for every value seen."""


WORDS: Mapping[str, tuple[str, str]] = {
    "door_open": ("open opened", "close closed"),
    "leak": ("leak leaking water wet alarm", "normal dry none ok"),
    "occupancy": ("occupied presence", "vacant unoccupied free empty"),
    "motion": ("motion detected trigger triggered", "none normal idle"),
    "smoke": ("smoke alarm", "normal none ok"),
}
"""What makers' codecs say for 1, and for 0."""


class Guess(NamedTuple):
    field: str
    quantity: str
    unit: str
    states: Mapping[str, float] = {}


def states_of(quantity: str, values: Iterable[Any]) -> dict[str, float]:
    """What the words of this quantity stand for, if any value is one of them."""
    one, zero = WORDS.get(quantity, ("", ""))
    known = dict.fromkeys(one.split(), 1.0) | dict.fromkeys(zero.split(), 0.0)
    return known if any(str(value).casefold() in known for value in values) else {}


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """(dotted path, value) of everything that is not a mapping or a list."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            yield f"{prefix}{key}", value


def guess(samples: Iterable[Mapping[str, Any]], quantities: Mapping[str, Quantity]) -> list[Guess]:
    """One guess a quantity at most, for the objects a codec returned."""
    seen: dict[str, list[Any]] = {}
    for sample in samples:
        for path, value in leaves(sample):
            seen.setdefault(path, []).append(value)
    found: dict[str, Guess] = {}
    for path, values in seen.items():
        one = _of_field(path, values, quantities)
        if one is not None:
            found.setdefault(one.quantity, one)
    return list(found.values())


def _of_field(path: str, values: list[Any], quantities: Mapping[str, Quantity]) -> Guess | None:
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", path.rpartition(".")[2]).lower()).strip(
        "_"
    )
    for pattern, quantity, unit in HINTS:
        if quantity in quantities and re.fullmatch(pattern, name):
            for one in (unit, "mV") if quantity == "battery_voltage" else (unit,):
                states = states_of(quantity, values)
                if _plausible(values, Field(path, quantity, one, states=states), quantities[quantity]):
                    return Guess(path, quantity, one, states)
    return None


def _plausible(values: list[Any], field: Field, quantity: Quantity) -> bool:
    try:
        scale, offset = conversion(field.unit, quantity.unit)
        numbers = [number(value, field) * scale + offset for value in values if value is not None]
    except ValueError:
        return False
    return bool(numbers) and all(quantity.minimum <= one <= quantity.maximum for one in numbers)
