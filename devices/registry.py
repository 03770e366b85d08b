"""The registry: everything the way in needs to know of the devices, joined once. An immutable value, no I/O.

Stored value = (number as sent * unit scale + unit offset) * `scale.<quantity>` + `offset.<quantity>`; the first pair
converts the model's unit to the catalogue's, the second calibrates the one device. Both are folded into one FieldRule.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from devices.device import Device, Placement
from devices.model import Field, Model
from devices.quantity import Quantity
from devices.reading import Series

SCALE, OFFSET = "scale.", "offset."
"""Prefixes of the parameters that calibrate one quantity of one device."""
HEALTH = ("battery_level", "battery_voltage", "rssi", "snr", "gateways", "spreading_factor")
"""What any device may say of itself, or its network of it, whether its model lists it or not."""
HEARD = "$"
"""Prefix of the health that a network server tells, so that no field of a payload can be taken for it."""


class FieldRule(NamedTuple):
    """What becomes of one field of a device: `number * scale + offset`, which must lie in [minimum, maximum]."""

    quantity: str
    scale: float
    offset: float
    minimum: float
    maximum: float
    converts: bool
    """False when scale is 1 and offset 0: the hot path skips the arithmetic."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One device as the way in sees it."""

    device: Device
    model: Model
    domain: str
    fields: dict[str, FieldRule]
    """By the name of the field as the codec gives it; devices that are not calibrated share their model's."""
    _ends: tuple[int, ...]
    """When each placement but the last is over, ms."""
    _series: tuple[Series, ...]
    """One per placement."""

    def series_at(self, time_ms: int) -> Series:
        """The series an event belongs to: that of the first placement not yet over.

        So an event before the first placement belongs to the first, and one in a gap between two to the next: whoever
        moves a device often starts it before the paperwork says so. The same Series object every time.
        """
        if not self._ends:
            return self._series[0]
        return self._series[bisect_right(self._ends, time_ms)]

    @property
    def settled(self) -> Series | None:
        """The one series of a device that never moved."""
        return None if self._ends else self._series[0]

    def place_at(self, time_ms: int) -> Placement:
        """The placement of that series."""
        return self.device.placements[bisect_right(self._ends, time_ms)]


@dataclass(frozen=True, slots=True)
class Registry:
    """All of a territory. Reloading a configuration builds another one."""

    quantities: dict[str, Quantity]
    models: dict[str, Model]
    devices: dict[str, Device]
    profiles: dict[str, Profile]
    """By device id."""
    addresses: dict[str, str]
    """What sources call a device (its EUI, its alias, its id) -> its id."""
    towns: Mapping[str, str] = field(default_factory=dict)
    """INSEE code -> name of the commune; empty where there is no list of them."""

    def place_name(self, series: Series) -> str:
        """What people call the place of a series, which may be an earlier one of its device; else its site, or ""."""
        profile = self.profiles.get(series.device)
        places = profile.device.placements if profile is not None else ()
        return next((place.name for place in reversed(places) if place.site == series.site), "") or series.site


def registry_of(
    quantities: Iterable[Quantity],
    models: Iterable[Model],
    devices: Iterable[Device],
    towns: Mapping[str, str] = MappingProxyType({}),
) -> Registry:
    """Join the three. What they name must exist: `devices.load` has told the user before (KeyError)."""
    by_quantity = {quantity.id: quantity for quantity in quantities}
    by_model = {model.id: model for model in models}
    by_device = {device.id: device for device in devices}
    rules = {model.id: _rules(model, by_quantity) for model in by_model.values()}
    profiles = {
        device.id: _profile(device, by_model[device.model], rules[device.model]) for device in by_device.values()
    }
    addresses = {name: device.id for device in by_device.values() for name in (device.eui, device.alias) if name}
    return Registry(by_quantity, by_model, by_device, profiles, {name: name for name in by_device} | addresses, towns)


def profile_of(device: Device, model: Model, quantities: Mapping[str, Quantity]) -> Profile:
    """The profile of one device. KeyError when the model names a quantity that does not exist."""
    return _profile(device, model, _rules(model, quantities))


def _profile(device: Device, model: Model, rules: dict[str, FieldRule]) -> Profile:
    calibrated = any(name.startswith((SCALE, OFFSET)) for name in device.params)
    fields = {name: _calibrated(rule, device) for name, rule in rules.items()} if calibrated else rules
    ends = tuple(place.until for place in device.placements[:-1] if place.until is not None)
    assert len(ends) == len(device.placements) - 1, f"{device.id}: only the last placement may be open"
    return Profile(device, model, device.domain, fields, ends, tuple(_series(device, at) for at in device.placements))


def _series(device: Device, place: Placement) -> Series:
    return Series(device.domain, device.id, device.model, place.site, place.commune)


def _rules(model: Model, quantities: Mapping[str, Quantity]) -> dict[str, FieldRule]:
    """By field name; besides, each quantity by its own id in the catalogue's unit, and the health of any device."""
    rules = {
        name: _rule(Field(name, name, quantities[name].unit), quantities[name])
        for name in (*HEALTH, *(field.quantity for field in model.fields))
        if name in quantities
    }
    rules |= {HEARD + name: rules[name] for name in HEALTH if name in rules}
    return rules | {field.field: _rule(field, quantities[field.quantity]) for field in model.fields}


def _rule(field: Field, quantity: Quantity) -> FieldRule:
    converts = (field.scale, field.offset) != (1.0, 0.0)
    return FieldRule(quantity.id, field.scale, field.offset, quantity.minimum, quantity.maximum, converts)


def _calibrated(rule: FieldRule, device: Device) -> FieldRule:
    times = float(device.params.get(SCALE + rule.quantity, 1.0))
    plus = float(device.params.get(OFFSET + rule.quantity, 0.0))
    scale, offset = rule.scale * times, rule.offset * times + plus
    return rule._replace(scale=scale, offset=offset, converts=(scale, offset) != (1.0, 0.0))
