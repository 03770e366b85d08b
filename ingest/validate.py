"""Item -> Reading, or why not. Pure: the time received is an argument, the registry's rules are in the profile.

A reading of which some values are bad is split: the good values are stored, the bad ones are refused with the message
in quarantine. A weather station whose wind vane is broken must not lose its temperature (docs/adr/0003).
"""

import math

from devices.reading import Item, Reading, Reason, Refusal
from devices.registry import Profile

AHEAD_MS = 5 * 60_000
"""A device's clock may be this far ahead of ours (docs/pains.md, P9)."""

Verdict = tuple[Reading | None, Refusal | None]


def validate(item: Item, profile: Profile, received: int, max_age: int) -> Verdict:
    """Judge one item. `received` is the time to use when it has none, ms; `max_age` ms is how late data may come.

    Returns the reading to store and the refusal to quarantine; either may be None, not both.
    """
    time = item.time
    if time is None:
        time = received
    elif time > received + AHEAD_MS:
        if profile.model.clock == "reliable":
            return None, _refuse(item, Reason.CLOCK_FUTURE, f"time is {(time - received) / 1000:.0f} s ahead of ours")
        time = received
    elif time < received - max_age:
        late = (received - time) / 86_400_000
        return None, _refuse(item, Reason.TOO_OLD, f"{late:.1f} days late, {max_age / 86_400_000:g} are accepted")
    fields = profile.fields
    values: dict[str, float] = {}
    for name, number in item.values.items():
        rule = fields.get(name)
        if rule is None:
            return _split(item, profile, time)
        value = number * rule.scale + rule.offset if rule.converts else number
        if not rule.minimum <= value <= rule.maximum:  # false for NaN, and so refused
            return _split(item, profile, time)
        values[rule.quantity] = value
    return Reading(profile.series_at(time), time, values) if values else None, item.refusal


def _split(item: Item, profile: Profile, time: int) -> Verdict:
    """Keep the good values; refuse the rest under the first reason found, with all of them in the detail."""
    faults: list[tuple[Reason, str]] = []
    values: dict[str, float] = {}
    for name, number in item.values.items():
        fault = _fault(name, number, profile)
        if fault is None:
            rule = profile.fields[name]
            values[rule.quantity] = number * rule.scale + rule.offset if rule.converts else number
        else:
            faults.append(fault)
    details = [item.refusal.detail] if item.refusal else []
    refusal = _refuse(item, faults[0][0], "; ".join([*(detail for _, detail in faults), *details]))
    return Reading(profile.series_at(time), time, values) if values else None, refusal


def _fault(name: str, number: float, profile: Profile) -> tuple[Reason, str] | None:
    rule = profile.fields.get(name)
    if rule is None:
        known = ", ".join(sorted(profile.fields))
        return Reason.UNKNOWN_QUANTITY, f"{name[:80]} is not a field of model {profile.model.id}; it has {known}"
    if not math.isfinite(number):
        return Reason.NOT_FINITE, f"{name} is {number}"
    value = number * rule.scale + rule.offset if rule.converts else number
    if not rule.minimum <= value <= rule.maximum:
        return Reason.OUT_OF_RANGE, f"{rule.quantity} = {value:g}, plausible is {rule.minimum:g} to {rule.maximum:g}"
    return None


def _refuse(item: Item, reason: Reason, detail: str) -> Refusal:
    return Refusal(reason, detail, item.device)
