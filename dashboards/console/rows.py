"""What the status page shows of each device, in the words of its reader. Pure: the time it is comes with the call."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboards.console.texts import AGES
from devices.device import Device
from devices.model import Model
from devices.problems import Language
from devices.readable import readable, with_sign
from devices.registry import Registry
from stores.port import Latest

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


class ValueCell(NamedTuple):
    label: str
    text: str
    """With its unit, or the label of a state."""
    moment: Moment | None
    """None when it is that of the device's newest value."""


class DeviceRow(NamedTuple):
    id: str
    place: str
    domain: str
    commune: str
    origin: str
    """REPLAYED, SIMULATED, or "" for a real sensor."""
    moment: Moment | None
    """Of its newest value."""
    late: bool
    """Heard before, but not for LATE_AFTER intervals."""
    values: list[ValueCell]


def rows(registry: Registry, latest: Sequence[Latest], now: int, language: Language) -> list[DeviceRow]:
    """Every device of the registry with its last values, those without any included: a silent device must be seen.

    `now` in ms. Values come in the order of the device's model, then those the model has no longer.
    """
    by_device: dict[str, list[Latest]] = {}
    for one in latest:
        by_device.setdefault(one.series.device, []).append(one)
    found = []
    for device in registry.devices.values():
        model, place = registry.models[device.model], device.placements[-1]
        heard = sorted(by_device.get(device.id, []), key=lambda one: _position(model, one.quantity))
        newest = max((one.time for one in heard), default=None)
        late = newest is not None and now - newest > LATE_AFTER * model.interval * 1000
        shown = moment(newest, now, language) if newest is not None else None
        values = [_cell(registry, one, one.time == newest, now, language) for one in heard]
        found.append(
            DeviceRow(device.id, place.name, device.domain, place.commune, origin(device, model), shown, late, values)
        )
    return found


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


def _position(model: Model, quantity: str) -> tuple[int, str]:
    order = [field.quantity for field in model.fields]
    return (order.index(quantity) if quantity in order else len(order), quantity)


def _cell(registry: Registry, one: Latest, newest: bool, now: int, language: Language) -> ValueCell:
    own = None if newest else moment(one.time, now, language)
    quantity = registry.quantities.get(one.quantity)
    if quantity is None:
        return ValueCell(one.quantity, readable(one.value, "", language), own)
    if one.value in quantity.states:
        return ValueCell(quantity.label[language], quantity.states[int(one.value)][language], own)
    return ValueCell(quantity.label[language], with_sign(one.value, quantity.unit, language), own)
