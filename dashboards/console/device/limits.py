"""The limits of the rules on a device, as lines of a chart and in words."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from alerts.applied import Applied, AppliedLevel, Bound
from alerts.notices.texts import LEVELS
from alerts.rule import Kind, Measure
from dashboards.console.device.texts import LIMITS
from devices.problems import Language
from devices.quantity import Quantity
from devices.readable import signed, with_sign
from devices.registry import Registry

DRAWN = frozenset({Measure.VALUE, Measure.MEAN, Measure.MAX, Measure.MIN})
"""What is measured the way the values are drawn; a sum over six hours is not."""


class Line(NamedTuple):
    """One limit of one rule."""

    name: str
    """`Verglas probable, critique` : what fires there."""
    level: str
    """`info`, `warning`, `critical`."""
    words: str
    """`à partir de 0,5 °C`, with what else the rule asks for."""
    value: float | None
    """Where it is drawn, in the unit of the quantity; None for one that moves or is of something else."""


def lines(rules: Iterable[Applied], quantity: Quantity, registry: Registry, language: Language) -> list[Line]:
    """The limits on a quantity, the gravest first; states have words and no line."""
    found = [
        line
        for applied in rules
        if applied.rule.kind is Kind.MEASURED and applied.rule.quantity == quantity.id
        for line in _of_rule(applied, quantity, registry, language)
    ]
    return sorted(found, key=lambda line: ("critical", "warning", "info").index(line.level))


def _of_rule(applied: Applied, quantity: Quantity, registry: Registry, language: Language) -> Iterator[Line]:
    for one in applied.levels:
        level = one.threshold.level.word
        name = f"{applied.rule.title[language]}, {LEVELS[language][level].lower()}"
        told = "".join(
            (_asked(one, quantity, registry, language), _measured(applied, language), _conditions(applied, language))
        )
        yield Line(name, level, told, _drawn(applied, one))


def _drawn(applied: Applied, level: AppliedLevel) -> float | None:
    bound = level.above or level.below
    if bound is None or bound.quantity or applied.rule.measure not in DRAWN:
        return None
    return bound.number


def _asked(level: AppliedLevel, quantity: Quantity, registry: Registry, language: Language) -> str:
    words = LIMITS[language]
    if level.above is not None:
        return words["above"].format(limit=_limit(level.above, quantity, registry, language))
    if level.below is not None:
        return words["below"].format(limit=_limit(level.below, quantity, registry, language))
    states = sorted(level.threshold.states)
    named = [quantity.states[int(one)][language] if int(one) in quantity.states else f"{one:g}" for one in states]
    return words["states"].format(states=", ".join(named))


def _limit(bound: Bound, quantity: Quantity, registry: Registry, language: Language) -> str:
    number = with_sign(bound.number, quantity.unit, language)
    if not bound.quantity:
        return number
    other = registry.quantities.get(bound.quantity)
    name = other.label[language] if other else bound.quantity
    if not bound.number:
        return name
    return f"{name} {'−' if bound.number < 0 else '+'} {with_sign(abs(bound.number), quantity.unit, language)}"


def _measured(applied: Applied, language: Language) -> str:
    """What is compared, where it is not the value itself."""
    rule = applied.rule
    if rule.measure is Measure.VALUE:
        return ""
    return ", " + LIMITS[language][rule.measure.value].format(window=length(rule.window, language))


def _conditions(applied: Applied, language: Language) -> str:
    rule = applied.rule
    asked = [LIMITS[language][key] for key, there in (("when", rule.when), ("calendar", rule.calendar)) if there]
    if rule.season:
        asked.append(LIMITS[language]["season"])
    return "".join(f", {words}" for words in asked)


def length(duration: int, language: Language) -> str:
    """`30 min`, `8 h`, `2 j` of ms: in the greatest unit that it is a whole number of."""
    for unit, size in (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)):
        if duration >= size and duration % size == 0:
            return signed(str(duration // size), LIMITS[language][unit])
    return signed(str(round(duration / 1000)), "s")
