"""Raw values that may tell of persons, apart from all others: which policy each goes to, and what is too old for it.

InfluxDB ages out whole policies, never a field. So quantities with a retention of their own go to a policy for so many
days, `personal_30d`; the other values of the same reading go where all go. See docs/adr/0058-personal-data.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from devices.reading import Reading
from devices.schema import HOUR_MS, RAW

DAY_MS = 86_400_000
MARGIN_MS = HOUR_MS
"""What has no longer left than this is not sent: the server refuses what is too old, and its clock may be ahead."""
_POLICY = re.compile(r"personal_([1-9][0-9]*)d")


def policy_for(days: int) -> str:
    return f"personal_{days}d"


def days_of(policy: str) -> int | None:
    """Of the name of such a policy; None for any other."""
    found = _POLICY.fullmatch(policy)
    return int(found[1]) if found else None


def policies_of(own_days: Mapping[str, int]) -> dict[str, str]:
    """Quantity -> policy of its raw values, for quantities with a retention of their own."""
    return {quantity: policy_for(days) for quantity, days in own_days.items()}


def abandoned(there: Iterable[str], retention: Mapping[str, int]) -> dict[str, int]:
    """Policies of persons that no quantity goes to any more -> days.

    Where a retention was made shorter, what is stored already goes sooner too: no value outlives the days of its own
    policy, nor the shortest retention in force.
    """
    known = {policy: days for policy in there if policy not in retention and (days := days_of(policy)) is not None}
    in_force = [days for policy, days in retention.items() if days_of(policy) is not None]
    return {policy: min([days, *in_force]) for policy, days in known.items()}


class Part(NamedTuple):
    """What goes to one policy."""

    whole: list[Reading]
    """The readings as they were given, by which a refusal is told."""
    stored: list[Reading]
    """Of each, what of it goes there."""


class Divided(NamedTuple):
    parts: dict[str, Part]
    """By policy; none is empty."""
    too_late: int
    """Values left out: their retention is over, or will be before they are stored."""


def divide(readings: Sequence[Reading], apart: Mapping[str, str], now: int) -> Divided:
    """`apart`: quantity -> policy; `now` in ms. Order is kept: of two values of one time the last stays the last."""
    members = {policy: frozenset(name for name in apart if apart[name] == policy) for policy in apart.values()}
    oldest = {policy: now - (days_of(policy) or 0) * DAY_MS + MARGIN_MS for policy in members}
    # Asked of all at once: most readings hold nothing of persons, and stay as they are.
    untouched = map(frozenset(apart).isdisjoint, map(itemgetter(2), readings))
    touched = [index for index, alone in enumerate(untouched) if not alone]
    parts = {policy: Part([], []) for policy in members}
    too_late = 0
    for reading in map(readings.__getitem__, touched):
        series, at, values = reading
        for policy, names in members.items():
            mine = {name: value for name, value in values.items() if name in names}
            if mine and at >= oldest[policy]:
                parts[policy].whole.append(reading)
                parts[policy].stored.append(Reading(series, at, mine))
            else:
                too_late += len(mine)
    parts = {RAW: common(readings, touched, apart), **parts}
    return Divided({policy: part for policy, part in parts.items() if part.stored}, too_late)


def common(readings: Sequence[Reading], touched: Sequence[int], apart: Mapping[str, str]) -> Part:
    """What of the readings goes where all goes; `touched`: places of those of which not all does."""
    whole, stored = list(readings), list(readings)
    for index in reversed(touched):
        series, at, values = stored[index]
        if rest := {name: value for name, value in values.items() if name not in apart}:
            stored[index] = Reading(series, at, rest)
        else:
            del whole[index], stored[index]
    return Part(whole, stored)
