"""Alerts as marks, for the store and so for dashboards: measurement `alert`, one series a rule on a device.

At each transition, and every ten minutes while it is open, a mark says at which level the alert stands from then on,
0 when it is over, and whether somebody has acknowledged it: the last mark of a series is its present state.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from alerts.alert import Alert, Mute, MuteKind, Transition, What
from alerts.rule import Rule
from devices.mark import Mark, Tags, placed
from devices.problems import Language
from devices.registry import Registry
from devices.schema import ACKNOWLEDGED, ACKNOWLEDGED_AFTER, ACTIVE, ALERT, LASTED, LEVEL, MAINTENANCE, OPENED

OVER = (What.RESOLVED, What.WITHDRAWN)
BEGINS = (What.FIRED, What.REOPENED)
STANDS = (*BEGINS, What.LEVEL)
LATE_MS = 60_000
"""What was known so long after it happened may lie before marks that were written meanwhile."""

Values = Mapping[str, float]
OVER_NOW: Values = MappingProxyType({LEVEL: 0.0, ACKNOWLEDGED: 0.0})


class Names(NamedTuple):
    """What alerts are called where people see them."""

    registry: Registry
    rule: Callable[[str], Rule | None]
    language: Language = "fr"

    def tags(self, alert: Alert) -> Tags:
        """`title` is that of the rule, or its id when it is gone."""
        rule = self.rule(alert.rule)
        title = rule.title[self.language] if rule is not None else alert.rule
        return placed(ALERT, alert.series, self.registry, rule=alert.rule, title=title)


def marks_of(transitions: Iterable[Transition], alert_of: Callable[[int], Alert | None], names: Names) -> list[Mark]:
    """What the store is told of these transitions; those of alerts that are forgotten are left out."""
    found: dict[tuple[Tags, int], dict[str, float]] = {}
    for one in sorted(transitions, key=lambda one: one.time):  # of two at one time the one that was known later stays
        alert = alert_of(one.alert)
        if alert is not None:
            tags = names.tags(alert)
            for time, values in _points(alert, one):
                found.setdefault((tags, time), {}).update(values)
    return [Mark(ALERT, tags, time, values) for (tags, time), values in found.items()]


def overtaken(
    transitions: Iterable[Transition], alert_of: Callable[[int], Alert | None], refreshed: int
) -> list[Alert]:
    """Alerts of which newer marks than these transitions may say something else: they must be said again.

    `refreshed` is when all open alerts were marked last, ms.
    """
    found = {}
    for one in transitions:
        alert = alert_of(one.alert)
        if alert is not None and _overtaken(one, alert, refreshed):
            found[alert.id] = alert
    return list(found.values())


def _overtaken(one: Transition, alert: Alert, refreshed: int) -> bool:
    if one.what in OVER:  # nothing says it again later, so no doubt may stay
        return one.what is What.WITHDRAWN or one.at > one.time
    if one.what in STANDS or one.what is What.CORRECTED:
        return one.time <= max(refreshed, alert.acknowledged) or one.at - one.time >= LATE_MS
    return False


def standing(alerts: Iterable[Alert], open_alerts: Iterable[Alert], names: Names, now: int) -> list[Mark]:
    """Where the rules of these alerts stand on their devices at `now`, ms; `open_alerts` are all that are open."""
    now_open = {(one.series.device, one.rule): one for one in open_alerts if one.open}
    found = {}
    for alert in alerts:
        where = alert.series.device, alert.rule
        found[where] = Mark(ALERT, names.tags(alert), now, _state(now_open.get(where)))
    return list(found.values())


def open_now(alerts: Iterable[Alert], names: Names, now: int) -> list[Mark]:
    """Where the open alerts stand at `now`, ms: a dashboard of the last hour must show what opened yesterday."""
    return [Mark(ALERT, names.tags(alert), now, _state(alert)) for alert in alerts if alert.open]


def _state(alert: Alert | None) -> dict[str, float]:
    if alert is None:
        return dict(OVER_NOW)
    return {LEVEL: float(alert.level), ACKNOWLEDGED: float(bool(alert.acknowledged))}


def _points(alert: Alert, one: Transition) -> Iterator[tuple[int, Values]]:
    """(time, values) of one transition."""
    seconds = _seconds(alert, one.time)
    if one.what in BEGINS:
        yield one.time, {**_stands(alert, one, one.time), OPENED: float(one.level)}
    elif one.what is What.LEVEL:
        yield one.time, _stands(alert, one, one.time)
    elif one.what is What.ACKNOWLEDGED:
        yield one.time, {LEVEL: float(one.level), ACKNOWLEDGED: 1.0, ACKNOWLEDGED_AFTER: seconds}
    elif one.what is What.RESOLVED:
        yield one.time, {**OVER_NOW, LASTED: seconds}
    elif one.what is What.WITHDRAWN:
        yield one.time, OVER_NOW
        yield alert.opened, {OPENED: 0.0}
        if alert.resolved is not None:  # it had ended, and this was said to have lasted
            yield alert.resolved, {**OVER_NOW, LASTED: 0.0}
    elif one.what is What.CORRECTED:  # the detail is `opened TIME` or `resolved TIME`, where it stood before
        edge, _, before = one.detail.partition(" ")
        yield from (_beginning if edge == "opened" else _end)(alert, one, int(before))


def _beginning(alert: Alert, one: Transition, before: int) -> Iterator[tuple[int, Values]]:
    """It began at `before`, ms, as was thought; so what is said of its length changes."""
    yield before, {**(_stands(alert, one, before) if before > one.time else OVER_NOW), OPENED: 0.0}
    yield one.time, {**_stands(alert, one, one.time), OPENED: float(one.level)}
    if alert.resolved is not None:
        yield alert.resolved, {**OVER_NOW, LASTED: _seconds(alert, alert.resolved)}


def _end(alert: Alert, one: Transition, before: int) -> Iterator[tuple[int, Values]]:
    """It ended at `before`, ms, as was thought: a length of 0 there is none."""
    yield before, {**(_stands(alert, one, before) if before < one.time else OVER_NOW), LASTED: 0.0}
    yield one.time, {**OVER_NOW, LASTED: _seconds(alert, one.time)}


def _stands(alert: Alert, one: Transition, time: int) -> Values:
    return {LEVEL: float(one.level), ACKNOWLEDGED: float(0 < alert.acknowledged <= time)}


def _seconds(alert: Alert, time: int) -> float:
    """Since its opening."""
    return max(0, time - alert.opened) / 1000


def maintenance(mute: Mute, registry: Registry) -> list[Mark]:
    """A maintenance window on each device that it selects: `active` is 1 from its start, 0 from its end."""
    if mute.kind is not MuteKind.MAINTENANCE:
        return []
    found = []
    for profile in registry.profiles.values():
        series = profile.series_at(mute.start)
        if mute.selector.matches(series, profile.device.tags, profile.device.owner):
            tags = placed(MAINTENANCE, series, registry)
            found += [
                Mark(MAINTENANCE, tags, mute.start, {ACTIVE: 1.0}),
                Mark(MAINTENANCE, tags, mute.end, {ACTIVE: 0.0}),
            ]
    return found
