"""Moments and ages in the words of their reader, and whence a device has its values. Pure."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboards.console.texts import AGES
from devices.device import Device
from devices.model import Model
from devices.problems import Language

PARIS = ZoneInfo("Europe/Paris")
LATE_AFTER = 3
"""Of its model's interval: one lost uplink is ordinary, three in a row are not."""
AHEAD_MS = 60_000
"""A reading so far ahead of our clock is said to be; less is two clocks that differ."""
UNITS_OF_TIME = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (0, "seconds"))
REPLAYED, SIMULATED = "replayed", "simulated"
"""Tags of devices whose values were not measured where they stand: config/demo/README.md."""


class Moment(NamedTuple):
    age: str
    """`il y a 3 min`."""
    clock: str
    """Wall-clock time of the territory."""
    iso: str


def origin(device: Device, model: Model) -> str:
    if model.simulated or SIMULATED in device.tags:
        return SIMULATED
    return REPLAYED if REPLAYED in device.tags else ""


def moment(time_ms: int, now: int, language: Language) -> Moment:
    local = datetime.fromtimestamp(time_ms / 1000, PARIS)
    return Moment(age(now - time_ms, language), local.strftime("%d/%m/%Y %H:%M:%S"), local.isoformat())


def age(elapsed_ms: int, language: Language) -> str:
    """`il y a 3 min`, rounded down; `en avance de 2 h` when the device's clock is ahead of ours."""
    words = AGES[language]
    sentence = words["ahead"] if elapsed_ms < -AHEAD_MS else words["ago"]
    seconds = abs(elapsed_ms) // 1000 if elapsed_ms < -AHEAD_MS else max(0, elapsed_ms) // 1000
    size, unit = next(found for found in UNITS_OF_TIME if seconds >= found[0])
    return sentence.format(age=f"{seconds // (size or 1)}\N{NO-BREAK SPACE}{words[unit]}")
