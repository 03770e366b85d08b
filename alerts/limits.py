"""Limits as people write them: `0.5`, "device.alert_level", "device.alert_level - 0.05", "quantity.dew_point + 0.5"."""

import re
from collections.abc import Container, Iterable

from alerts.rule import Limit
from devices.device import Device
from devices.problems import near
from devices.tables import REQUIRED, Table

NAMED = re.compile(r"(device|quantity)\.(\w[\w.]*)(?: *([+-]) *([0-9]+(?:\.[0-9]+)?))?")


def read_limit(table: Table, key: str, quantities: Container[str], default: object = REQUIRED) -> Limit | None:
    """The limit under a key; None when it is missing, or wrong with the problem noted."""
    value = table.get(key, default)
    if key not in table.values:
        return None
    if not isinstance(value, str):
        return Limit(table.number(key))
    found = NAMED.fullmatch(value)
    if found is None:
        table.problem(key, "bad_limit", value=value)
        return None
    number = float(f"{found[3] or '+'}{found[4] or 0}")
    if found[1] == "device":
        return Limit(number, param=found[2])
    if found[2] not in quantities:
        known = near(found[2], quantities) if isinstance(quantities, Iterable) else "-"
        table.problem(key, "unknown_quantity", value=found[2], known=known)
    return Limit(number, quantity=found[2])


def resolved(limit: Limit, device: Device | None) -> float | None:
    """The number a limit is for a device; None for another quantity, or a parameter the device has not as a number."""
    if limit.quantity:
        return None
    if not limit.param:
        return limit.number
    param = device.params.get(limit.param) if device else None
    return param + limit.number if isinstance(param, float) else None


def difference(one: Limit, other: Limit, device: Device | None) -> float | None:
    """`one - other` for a device; None when it depends on what will be measured."""
    if one.quantity or other.quantity:
        return one.number - other.number if one.quantity == other.quantity else None
    first, second = resolved(one, device), resolved(other, device)
    return None if first is None or second is None else first - second


def written(limit: Limit, device: Device | None) -> str:
    """A limit as its file says it, and what that is for a device: `device.alert_level - 0.05 = 0.05 (gue-besbre)`."""
    if not (limit.param or limit.quantity):
        return f"{limit.number:g}"
    name = f"device.{limit.param}" if limit.param else f"quantity.{limit.quantity}"
    plus = f" {'+' if limit.number > 0 else '-'} {abs(limit.number):g}" if limit.number else ""
    value = resolved(limit, device)
    return name + plus + (f" = {value:g} ({device.id})" if device and value is not None else "")
