"""A rule as it applies to one device: its limits with the device's own parameters, and what it looks at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from alerts.rule import Condition, Kind, Limit, Measure, Rule, Threshold
from devices.quantity import Aggregate, Quantity
from devices.registry import Profile

HOLD_FACTOR = 1.5
"""A reading holds for so many expected intervals, unless the next one comes before."""
SHORTEST_HOLD = 60_000
FOR_EVER = 10**15
UNSEEN = (float("inf"), float("-inf"))
"""The band of a quantity of which every value is looked at."""
ALL = (float("-inf"), float("inf"))
LEVEL_MEASURES = frozenset({Measure.VALUE, Measure.MEAN, Measure.MAX, Measure.MIN})
"""While each value stays on the right side of the limit, so do these."""


class Bound(NamedTuple):
    """A Limit for one device: a number, plus another quantity of it if named."""

    number: float
    quantity: str = ""


class AppliedLevel(NamedTuple):
    threshold: Threshold
    above: Bound | None
    below: Bound | None
    clear: Bound | None


@dataclass(frozen=True, slots=True)
class Applied:
    rule: Rule
    levels: tuple[AppliedLevel, ...]
    hold: int
    """ms a reading of this device holds."""
    interval: int
    """ms between two of its readings, as its model says."""
    quantities: frozenset[str]
    """All that it looks at, the rule's own first of all."""
    energy: bool
    """Means of its quantity are of energy: decibels."""
    band: tuple[float, float]
    """(low, high): a value of the rule's quantity between them, both excluded, raises no level."""
    when: tuple[tuple[Condition, Bound | None, Bound | None], ...] = ()
    """The conditions of the rule with their `above` and `below` for this device."""

    @property
    def always(self) -> bool:
        """No single value tells that all is calm: every reading is judged."""
        return self.rule.kind is Kind.MEASURED and self.band == UNSEEN


def apply_rule(rule: Rule, profile: Profile, quantities: Mapping[str, Quantity]) -> Applied:
    """A level whose parameter the device lacks is left out; `vigiterre check` has told of it."""
    params = profile.device.params
    levels = tuple(
        AppliedLevel(one, _bound(one.above, params), _bound(one.below, params), _bound(one.clear, params))
        for one in rule.levels
        if not any(_missing(limit, params) for limit in (one.above, one.below, one.clear))
    )
    interval = profile.model.interval * 1000
    return Applied(
        rule,
        levels,
        max(SHORTEST_HOLD, int(interval * HOLD_FACTOR)),
        interval,
        frozenset(filter(None, (rule.quantity, *_others(rule)))),
        rule.quantity in quantities and quantities[rule.quantity].aggregate is Aggregate.ENERGY_MEAN,
        _band(rule, levels),
        tuple((one, _known(one.above, params), _known(one.below, params)) for one in rule.when),
    )


def apply_check(rule: Rule) -> Applied:
    """A rule on ourselves: what a check says holds until it says something else."""
    levels = tuple(AppliedLevel(one, None, None, None) for one in rule.levels)
    return Applied(rule, levels, FOR_EVER, 0, frozenset(), energy=False, band=ALL)


def _band(rule: Rule, levels: Iterable[AppliedLevel]) -> tuple[float, float]:
    if rule.measure not in LEVEL_MEASURES:
        return UNSEEN
    low, high = ALL
    for threshold, above, below, _ in levels:
        if (above or below or Bound(0.0)).quantity:
            return UNSEEN
        if above:
            high = min(high, above.number)
        if below:
            low = max(low, below.number)
        if threshold.states:
            high = min(high, *threshold.states)
    return low, high


def _others(rule: Rule) -> Iterable[str]:
    """The quantities it compares with, and those of `when`."""
    limits = [limit for one in rule.levels for limit in (one.above, one.below, one.clear)]
    limits += [limit for condition in rule.when for limit in (condition.above, condition.below)]
    yield from (condition.quantity for condition in rule.when)
    yield from (limit.quantity for limit in limits if limit is not None)


def _bound(limit: Limit | None, params: Mapping[str, float | str]) -> Bound | None:
    if limit is None:
        return None
    plus = float(params[limit.param]) if limit.param else 0.0
    return Bound(limit.number + plus, limit.quantity)


def _missing(limit: Limit | None, params: Mapping[str, float | str]) -> bool:
    return limit is not None and bool(limit.param) and not isinstance(params.get(limit.param), float)


def _known(limit: Limit | None, params: Mapping[str, float | str]) -> Bound | None:
    """None when the device lacks the parameter too: the condition is then never known."""
    return None if _missing(limit, params) else _bound(limit, params)
