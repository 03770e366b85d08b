"""How well a device is heard and how long its battery lasts, in words.

Where the words change is engineering judgement for LoRaWAN at EU868: receivers work down to about -137 dBm and, at
SF12, -20 dB; a margin of some 10 dB below which weather or a parked lorry may cost messages. docs/quantities.md has the
ranges.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dashboards.console.device.span import DAY_MS
from dashboards.console.device.texts import HEALTH_WORDS
from dashboards.console.present import Value
from dashboards.console.rows import Moment, moment
from devices.problems import Language
from devices.quantity import Quantity
from devices.readable import with_sign
from devices.registry import HEALTH
from devices.schema import RAW
from stores.port import Point

GRADES: dict[str, tuple[float, float]] = {
    "rssi": (-105.0, -117.0),
    "snr": (-5.0, -13.0),
    "spreading_factor": (9.0, 11.0),
    "gateways": (2.0, 1.0),
    "battery_level": (40.0, 20.0),
}
"""Quantity -> (good from here on, fair from here on); of a spreading factor the lower is the better. The voltage of a
battery says nothing without its chemistry."""
FALLING = frozenset({"spreading_factor"})


class Health(NamedTuple):
    label: str
    quantity: str
    text: str
    grade: str
    """`good`, `fair`, `weak`, or "" where a number alone says nothing."""
    words: str
    """The same in the language."""
    moment: Moment
    day: str
    """Lowest and highest of the last 24 h, or ""."""


def health(
    present: Mapping[str, Value],
    quantities: Mapping[str, Quantity],
    day: Mapping[str, Sequence[Point]],
    now: int,
    language: Language,
) -> list[Health]:
    """What is known of it; `day` are the values of the last 24 h by quantity, `now` in ms."""
    return [
        _row(quantities[name], present[name], day.get(name, ()), now, language)
        for name in HEALTH
        if name in present and name in quantities
    ]


def read_day(
    points: Callable[[str, str, int, int, str], Sequence[Point]], device: str, names: Mapping[str, object], now: int
) -> dict[str, Sequence[Point]]:
    """Values of the last 24 h of what is known of its health. Raises StoreUnavailable."""
    return {name: points(device, name, now - DAY_MS, now + 1, RAW) for name in HEALTH if name in names}


def grade(quantity: str, value: float) -> str:
    if quantity not in GRADES:
        return ""
    good, fair = GRADES[quantity]
    sign = -1 if quantity in FALLING else 1
    return "good" if sign * value >= sign * good else "fair" if sign * value >= sign * fair else "weak"


def _row(quantity: Quantity, known: Value, day: Sequence[Point], now: int, language: Language) -> Health:
    found = grade(quantity.id, known.value)
    return Health(
        quantity.label[language],
        quantity.id,
        with_sign(known.value, quantity.unit, language),
        found,
        HEALTH_WORDS[language][found] if found else "",
        moment(known.time, now, language),
        _range(quantity, day, language),
    )


def _range(quantity: Quantity, day: Sequence[Point], language: Language) -> str:
    if not day:
        return ""
    values = [point.value for point in day]
    low, high = (with_sign(value, quantity.unit, language) for value in (min(values), max(values)))
    return low if low == high else HEALTH_WORDS[language]["range"].format(low=low, high=high)
