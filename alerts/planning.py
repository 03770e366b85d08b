"""Which rules apply to which device. Worked out once per device and place, from what domain and model leave to ask."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from alerts.applied import ALL, UNSEEN, Applied, apply_rule
from alerts.rule import Kind, Rule
from devices.reading import Series
from devices.registry import Profile, Registry


class Planned(NamedTuple):
    """The rules on a device. Those that the same rules apply to share one: it is not changed."""

    measured: Mapping[str, Applied]
    """By rule, those that judge its values."""
    silent: Mapping[str, Applied]
    """By rule, those that wait for its silence."""
    bands: Mapping[str, tuple[float, float]]
    """By quantity that a rule looks at: a value between the two raises none of them."""


NOTHING_PLANNED = Planned({}, {}, {})


class Planning:
    """Of one configuration; another one makes another."""

    def __init__(self, rules: Iterable[Rule], registry: Registry) -> None:
        self.registry = registry
        self._rules = [rule for rule in rules if rule.kind is not Kind.PLATFORM]
        self._candidates: dict[tuple[str, str], list[Rule]] = {}
        self._shared: dict[tuple[str, str], Applied] = {}
        self._planned: dict[tuple[int, ...], Planned] = {}

    def plan(self, series: Series) -> Planned:
        """The same as `of`, sorted."""
        profile = self.registry.profiles.get(series.device)
        found = self.of(series)
        if profile is None or any(parameters(one.rule) for one in found):
            return planned(found)
        key = tuple(map(id, found))  # they are in `_shared` as long as we are
        if key not in self._planned:
            self._planned[key] = planned(found)
        return self._planned[key]

    def of(self, series: Series) -> list[Applied]:
        """The rules on a device where it stands, in the order of the file; none on one that is not in the registry."""
        profile = self.registry.profiles.get(series.device)
        if profile is None:
            return []
        device = profile.device
        return [
            self._applied(rule, profile)
            for rule in self._of_model(series.domain, profile)
            if rule.selector.matches(series, device.tags, device.owner)
        ]

    def _of_model(self, domain: str, profile: Profile) -> list[Rule]:
        key = domain, profile.model.id
        found = self._candidates.get(key)
        if found is None:
            measured = {field.quantity for field in profile.fields.values()}
            found = self._candidates[key] = [
                rule
                for rule in self._rules
                if (not rule.selector.domains or domain in rule.selector.domains)
                and (not rule.selector.models or profile.model.id in rule.selector.models)
                and (not rule.quantity or rule.quantity in measured)
            ]
        return found

    def _applied(self, rule: Rule, profile: Profile) -> Applied:
        """Devices of a model share it, unless a limit is a parameter of theirs."""
        if parameters(rule):
            return apply_rule(rule, profile, self.registry.quantities)
        key = rule.id, profile.model.id
        if key not in self._shared:
            self._shared[key] = apply_rule(rule, profile, self.registry.quantities)
        return self._shared[key]


def planned(applied: Sequence[Applied]) -> Planned:
    measured = {one.rule.id: one for one in applied if one.rule.kind is Kind.MEASURED}
    silent = {one.rule.id: one for one in applied if one.rule.kind is Kind.SILENT}
    bands: dict[str, tuple[float, float]] = {}
    for one in measured.values():
        for name in one.quantities:
            # Values that may raise this rule must not pass as calm; some that it looks at may come alone.
            band = UNSEEN if one.band == UNSEEN else one.band if name == one.rule.quantity else ALL
            low, high = bands.get(name, ALL)
            bands[name] = max(low, band[0]), min(high, band[1])
    return Planned(measured, silent, bands)


def parameters(rule: Rule) -> set[str]:
    """The parameters of devices that its limits name."""
    limits = [limit for one in rule.levels for limit in (one.above, one.below, one.clear)]
    limits += [limit for condition in rule.when for limit in (condition.above, condition.below)]
    return {limit.param for limit in limits if limit is not None and limit.param}


def selected(rules: Mapping[str, Rule], registry: Registry, now: int) -> dict[str, list[str]]:
    """Rule -> the ids of the devices it applies to at `now`."""
    planning = Planning(rules.values(), registry)
    found: dict[str, list[str]] = {name: [] for name in rules}
    for device, profile in registry.profiles.items():
        for applied in planning.of(profile.series_at(now)):
            found[applied.rule.id].append(device)
    return found
