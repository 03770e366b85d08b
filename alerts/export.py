"""Alerts as readings, for the store and so for dashboards. Measurement `alert`, one field per rule.

At each transition the field holds the level at which the alert stands from then on: 1 info, 2 warning, 3 critical, 0
when it is over. `RULE_acknowledged` is 1 from the acknowledgement to the end. Tags are those of the device.
"""

from collections.abc import Callable, Iterable, Sequence

from alerts.alert import Alert, Mute, MuteKind, Transition, What
from devices.reading import Reading, Series
from devices.registry import Registry
from devices.schema import ALERT, MAINTENANCE

ACKNOWLEDGED = "_acknowledged"
ACTIVE = "active"
OVER = (What.RESOLVED, What.WITHDRAWN)
STANDS = (What.FIRED, What.LEVEL, What.REOPENED)


def readings_of(transitions: Iterable[Transition], alert_of: Callable[[int], Alert | None]) -> list[Reading]:
    """What the store is told of these transitions; those of alerts that are forgotten are left out."""
    found = []
    for one in transitions:
        alert = alert_of(one.alert)
        if alert is not None:
            found += [Reading(_series(alert), time, values) for time, values in _points(alert, one)]
    return found


def open_now(alerts: Iterable[Alert], now: int) -> list[Reading]:
    """Where the open alerts stand at `now`, ms: a dashboard of the last hour must show what opened yesterday."""
    return [Reading(_series(alert), now, {alert.rule: float(alert.level)}) for alert in alerts if alert.open]


def _points(alert: Alert, one: Transition) -> Sequence[tuple[int, dict[str, float]]]:
    name = alert.rule
    if one.what in STANDS:
        return [(one.time, {name: float(one.level)})]
    if one.what in OVER:
        return [(one.time, {name: 0.0, name + ACKNOWLEDGED: 0.0})]
    if one.what is What.ACKNOWLEDGED:
        return [(one.time, {name: float(one.level), name + ACKNOWLEDGED: 1.0})]
    if one.what is What.CORRECTED:  # the detail is `opened TIME` or `resolved TIME`, where it stood before
        edge, _, before = one.detail.partition(" ")
        old = float(one.level) if edge == "resolved" and int(before) < one.time else 0.0
        return [(int(before), {name: old}), (one.time, {name: float(one.level) if edge == "opened" else 0.0})]
    return []


def maintenance(mute: Mute, registry: Registry) -> list[Reading]:
    """A maintenance window on each device that it selects: `active` is 1 from its start, 0 from its end."""
    if mute.kind is not MuteKind.MAINTENANCE:
        return []
    found = []
    for profile in registry.profiles.values():
        series = profile.series_at(mute.start)
        if mute.selector.matches(series, profile.device.tags, profile.device.owner):
            where = series._replace(domain=MAINTENANCE)
            found += [Reading(where, mute.start, {ACTIVE: 1.0}), Reading(where, mute.end, {ACTIVE: 0.0})]
    return found


def _series(alert: Alert) -> Series:
    return alert.series._replace(domain=ALERT)
