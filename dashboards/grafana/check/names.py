"""What there is to ask for: measurements, their tags and their fields, from the schema, the catalogue and the rules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from alerts.rule import Rule
from dashboards.grafana.check.tokens import Read, Token
from devices.reading import Reason
from devices.registry import Registry
from devices.schema import (
    ACKNOWLEDGED,
    ACKNOWLEDGED_AFTER,
    ACTIVE,
    ALERT,
    COUNT,
    DURATION,
    FLEET,
    HEARD,
    INTERVAL,
    LASTED,
    LATITUDE,
    LEVEL,
    LONGEST,
    LONGITUDE,
    MAINTENANCE,
    MARK_TAGS,
    MAX,
    MEASUREMENTS,
    MIN,
    OPENED,
    RAW,
    REFUSAL,
    RESOLUTION,
    ROLLUP,
    SILENT,
    SINCE,
    TAGS,
)

POLICIES = frozenset((RAW, ROLLUP, "$policy", "${policy}"))


@dataclass(frozen=True)
class Names:
    tags: Mapping[str, frozenset[str]]
    """By measurement."""
    fields: Mapping[str, frozenset[str]]
    """By measurement; one that is not there may have any field."""

    def measurements(self, token: Token) -> list[str]:
        """Those that a name or a regular expression after FROM stands for; a variable may stand for any."""
        if "$" in token.text.removesuffix("$"):
            return list(self.tags)
        if token.kind == "regex":
            return [name for name in self.tags if re.search(token.text, name)]
        return [token.text] if token.text in self.tags else []

    def unknown(self, found: Read) -> Iterator[tuple[str, str]]:
        """(code, name) of what a statement names and nobody writes."""
        for policy in found.policies:
            if policy not in POLICIES:
                yield "unknown_policy", policy
        asked: list[str] = []
        for token in found.measurements:
            those = self.measurements(token)
            asked += those
            if not those:
                yield "unknown_measurement", token.text
        if not asked or any(name not in self.fields for name in asked):
            return
        known = {*found.aliases, "time", *(name for each in asked for name in (*self.tags[each], *self.fields[each]))}
        for name in dict.fromkeys(found.names):
            if name not in known and "$" not in name:
                yield "unknown_name", name

    def near(self, found: Read) -> set[str]:
        """What could have been meant."""
        asked = [name for token in found.measurements for name in self.measurements(token)]
        return {name for each in asked for name in (*self.tags[each], *self.fields.get(each, ()))}


def known(registry: Registry, rules: Mapping[str, Rule]) -> Names:
    """Fields of `platform` are the names of metrics, which this room does not know: any goes."""
    quantities = frozenset(registry.quantities)
    rolled = {name + suffix for name in quantities for suffix in (MIN, MAX, COUNT)}
    durations = {
        f"{name}{DURATION}{state}" for name, quantity in registry.quantities.items() for state in quantity.states
    }
    measured = quantities | rolled | durations
    placed = (LATITUDE, LONGITUDE, HEARD, INTERVAL, SILENT, LEVEL, *parameters(rules.values()))
    return Names(
        tags={**{name: frozenset(TAGS) for name in MEASUREMENTS}, **{k: frozenset(v) for k, v in MARK_TAGS.items()}},
        fields={
            **dict.fromkeys(MEASUREMENTS, measured),
            ALERT: frozenset((LEVEL, ACKNOWLEDGED, OPENED, ACKNOWLEDGED_AFTER, LASTED)),
            MAINTENANCE: frozenset((ACTIVE,)),
            FLEET: frozenset(placed),
            REFUSAL: frozenset(reason.value for reason in Reason),
            RESOLUTION: frozenset((LONGEST, SINCE)),
        },
    )


def parameters(rules: Iterable[Rule]) -> set[str]:
    """Parameters of devices that rules compare with."""
    limits = []
    for rule in rules:
        limits += [limit for level in rule.levels for limit in (level.above, level.below, level.clear)]
        limits += [limit for condition in rule.when for limit in (condition.above, condition.below)]
    return {limit.param for limit in limits if limit is not None and limit.param}
