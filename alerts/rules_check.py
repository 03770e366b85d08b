"""Judges a rule against the devices of the territory: can it fire and end, and does it mean what it says.

A rule that is by quantity and domain alone may be ahead of its devices: it waits for the first one. A rule that names
models, sites, communes, tags, owners or devices and finds nothing there is a mistake.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from alerts.alike import Alike, groups_of, selected
from alerts.calendar import Calendar
from alerts.limits import difference, resolved, written
from alerts.rule import Condition, Kind, Limit, Measure, Rule, Threshold
from devices.device import Device
from devices.quantity import Aggregate, Quantity
from devices.quantity import Kind as QuantityKind
from devices.registry import Registry
from devices.tables import Table

NARROWING = ("models", "sites", "communes", "tags", "owners", "devices")
SHOWN = 3
"""So many devices are named in one problem."""
SUITED: dict[QuantityKind, tuple[Measure, ...]] = {
    QuantityKind.STATE: (Measure.VALUE,),
    QuantityKind.COUNTER: (Measure.VALUE, Measure.RATE, Measure.INCREASE),
    QuantityKind.GAUGE: (Measure.VALUE, Measure.MEAN, Measure.MAX, Measure.MIN, Measure.RATE),
}
"""The mean of two states is no state, and that of a meter's index no index; a sum is for amounts per interval."""


class Judged(NamedTuple):
    """A rule being judged, and the devices it would judge."""

    table: Table
    rule: Rule
    quantity: Quantity
    groups: Sequence[Alike]
    registry: Registry

    @property
    def devices(self) -> list[Device]:
        return [device for group in self.groups for device in group.devices]


def check_rule(
    table: Table, rule: Rule, registry: Registry, groups: Sequence[Alike], calendars: Mapping[str, Calendar]
) -> None:
    """Notes what is wrong with a rule whose keys, each by itself, are right. `groups` are those of the registry."""
    if rule.kind is Kind.PLATFORM:
        return
    found = list(selected(rule.selector, groups))
    if not found and _narrow(rule):
        table.problem("", "nobody_selected")
        return
    if rule.kind is Kind.SILENT:
        _check_factors(table, rule.levels)
        return
    found = [group for group in found if rule.quantity in group.quantities]
    if not found and (_narrow(rule) or any(rule.quantity in group.quantities for group in groups)):
        table.problem("quantity", "nobody_measures", quantity=rule.quantity)
        return
    judged = Judged(table, rule, registry.quantities[rule.quantity], found, registry)
    _check_measure(judged)
    _check_slots(judged, calendars)
    _check_others(judged)
    _check_params(judged)
    if table.sound:
        _check_limits(judged)


def waiting(rules: Iterable[Rule], registry: Registry) -> list[str]:
    """The ids of the rules that no device of the territory can raise yet."""
    groups = groups_of(registry)
    return [
        rule.id
        for rule in rules
        if rule.kind is not Kind.PLATFORM
        and not any(not rule.quantity or rule.quantity in group.quantities for group in selected(rule.selector, groups))
    ]


def note(table: Table, key: str, code: str, /, **facts: object) -> None:
    """Note a problem at `levels.warning.above`, with the line of that key."""
    *outer, last = key.split(".")
    for name in outer:
        table = table.table(name) or table
    table.problem(last, code, **facts)


def _narrow(rule: Rule) -> bool:
    return any(getattr(rule.selector, name) for name in NARROWING)


def _few(devices: Sequence[Device]) -> str:
    names = [device.id for device in devices[:SHOWN]]
    return ", ".join(names if len(devices) <= SHOWN else [*names, "…"])


def _check_factors(table: Table, levels: Sequence[Threshold]) -> None:
    for lower, higher in pairwise(levels):
        if higher.factor < lower.factor:
            note(
                table,
                f"levels.{higher.level.word}.factor",
                "levels_out_of_order",
                higher=f"{higher.factor:g}",
                lower=f"{lower.factor:g}",
                level=lower.level.word,
            )


def _check_measure(judged: Judged) -> None:
    rule, quantity = judged.rule, judged.quantity
    suited = SUITED[quantity.kind]
    if quantity.kind is QuantityKind.GAUGE and quantity.aggregate is Aggregate.SUM:
        suited = (*suited, Measure.SUM)
    if rule.measure not in suited:
        judged.table.problem(
            "measure",
            "measure_of_kind",
            measure=rule.measure.value,
            quantity=quantity.id,
            kind=quantity.kind.value,
            aggregate=quantity.aggregate.value,
            known=", ".join(suited),
        )
    slow = [one for one in judged.devices if judged.registry.models[one.model].interval * 1000 > rule.window > 0]
    if slow:
        longest = max(judged.registry.models[one.model].interval for one in slow)
        judged.table.problem("window", "window_too_short", devices=_few(slow), count=len(slow), interval=longest)


def _check_slots(judged: Judged, calendars: Mapping[str, Calendar]) -> None:
    rule = judged.rule
    if rule.calendar not in calendars:
        return
    longest = calendars[rule.calendar].longest
    for one in rule.levels:
        if rule.window + one.delay > longest:
            note(
                judged.table,
                f"levels.{one.level.word}",
                "longer_than_slot",
                calendar=rule.calendar,
                minutes=longest // 60_000,
            )


def _check_others(judged: Judged) -> None:
    """The other quantities a rule looks at: somebody it judges must measure them."""
    known = [group.quantities for group in judged.groups]
    others = [("when", one.quantity) for one in judged.rule.when]
    others += [(key, limit.quantity) for key, limit in _limits(judged.rule) if limit.quantity]
    for key, quantity in dict.fromkeys(others):
        if known and not any(quantity in one for one in known):
            note(judged.table, key, "nobody_measures", quantity=quantity)


def _check_params(judged: Judged) -> None:
    used = {limit.param: key for key, limit in reversed(_limits(judged.rule)) if limit.param}
    for param, key in used.items():
        lacking = [device for device in judged.devices if not isinstance(device.params.get(param), float)]
        if lacking:
            note(judged.table, key, "devices_lack_param", devices=_few(lacking), count=len(lacking), param=param)


def _limits(rule: Rule) -> list[tuple[str, Limit]]:
    """(key, limit) of every limit of a rule, as they stand in the file."""
    found: list[tuple[str, Limit | None]] = []
    for one in rule.levels:
        place = f"levels.{one.level.word}"
        found += [(f"{place}.above", one.above), (f"{place}.below", one.below), (f"{place}.clear", one.clear)]
    for condition in rule.when:
        found += [("when", condition.above), ("when", condition.below)]
    return [(key, limit) for key, limit in found if limit is not None]


def _check_limits(judged: Judged) -> None:
    """Every limit for every device it depends on; each mistake is said once, with the first device that shows it."""
    depends = any(limit.param for _, limit in _limits(judged.rule))
    devices: Sequence[Device | None] = judged.devices if depends else [None]
    said: set[tuple[str, str]] = set()
    for device in devices:
        for key, code, facts in _wrong(judged, device):
            if (key, code) not in said:
                said.add((key, code))
                note(judged.table, key, code, **facts)


Wrong = tuple[str, str, dict[str, object]]
"""Key, code and facts of a problem."""


def _wrong(judged: Judged, device: Device | None) -> list[Wrong]:
    rule = judged.rule
    reach = _reach(rule.measure, judged.quantity)
    found: list[Wrong] = []
    for one in rule.levels:
        place = f"levels.{one.level.word}"
        found += _outside(f"{place}.{'above' if one.above else 'below'}", one, judged.quantity.id, reach, device)
        found += _never_clear(f"{place}.clear", one, judged.quantity.id, reach, device)
        found += _wrong_side(place, one, device)
    for condition in rule.when:
        other = judged.registry.quantities[condition.quantity]
        found += _outside("when", condition, other.id, (other.minimum, other.maximum), device)
    for lower, higher in pairwise(rule.levels):
        found += _out_of_order(lower, higher, device)
    return found


def _reach(measure: Measure, quantity: Quantity) -> tuple[float, float]:
    """Between which numbers what is compared can lie."""
    match measure:
        case Measure.RATE:
            return -math.inf, math.inf
        case Measure.INCREASE:
            return 0.0, math.inf
        case Measure.SUM:
            return (quantity.minimum if quantity.minimum >= 0 else -math.inf), math.inf
        case _:
            return quantity.minimum, quantity.maximum


def _outside(
    key: str, one: Threshold | Condition, quantity: str, reach: tuple[float, float], device: Device | None
) -> list[Wrong]:
    low, high = reach
    limit = one.above or one.below
    value = resolved(limit, device) if limit else None
    if limit is None or value is None or (low < value <= high if one.above else low <= value < high):
        return []
    return [(key, "limit_outside", _facts(limit, quantity, reach, device))]


def _never_clear(
    key: str, one: Threshold, quantity: str, reach: tuple[float, float], device: Device | None
) -> list[Wrong]:
    low, high = reach
    value = resolved(one.clear, device) if one.clear else None
    if one.clear is None or value is None or (value >= low if one.above else value <= high):
        return []
    return [(key, "clear_outside", _facts(one.clear, quantity, reach, device))]


def _facts(limit: Limit, quantity: str, reach: tuple[float, float], device: Device | None) -> dict[str, object]:
    low, high = (f"{bound:g}".replace("inf", "∞") for bound in reach)
    return {"limit": written(limit, device), "quantity": quantity, "min": low, "max": high}


def _wrong_side(place: str, one: Threshold, device: Device | None) -> list[Wrong]:
    limit = one.above or one.below
    if limit is None or one.clear is None:
        return []
    gap = difference(limit, one.clear, device)
    if gap is None or (gap > 0 if one.above else gap < 0):
        return []
    code = "clear_not_below" if one.above else "clear_not_above"
    return [(f"{place}.clear", code, {"clear": written(one.clear, device), "limit": written(limit, device)})]


def _out_of_order(lower: Threshold, higher: Threshold, device: Device | None) -> list[Wrong]:
    place = f"levels.{higher.level.word}"
    if (lower.above is None) != (higher.above is None) or (lower.below is None) != (higher.below is None):
        return [(place, "levels_mixed", {"level": lower.level.word})]
    one, other = lower.above or lower.below, higher.above or higher.below
    gap = difference(other, one, device) if one and other else None
    if one is None or other is None or gap is None or (gap >= 0 if higher.above else gap <= 0):
        return []
    key = f"{place}.{'above' if higher.above else 'below'}"
    facts: dict[str, object] = {"higher": written(other, device), "lower": written(one, device)}
    return [(key, "levels_out_of_order", facts | {"level": lower.level.word})]
