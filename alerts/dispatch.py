"""What people are told of an alert, and when. Pure: the time it is comes with the call.

`decide` is asked whenever an alert changed, and now and then for every alert that is not closed. It notes in the
alert what it decided, so that asking again gives nothing new; orders and alert go into one transaction.
"""

from enum import StrEnum
from typing import NamedTuple

from alerts.alert import PLATFORM, Alert
from alerts.notices.plan import Plan, Route
from alerts.rule import Kind, Level, Rule

TOLD = ""
"""Channel of an order for the end of an alert: every channel that was told of its beginning. The outbox knows which."""


class NoticeKind(StrEnum):
    """Why people are told. The codes are stable: webhooks carry them."""

    FIRING = "firing"
    LEVEL = "level"
    """It rose above the level they were told of."""
    REOPENED = "reopened"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    TEST = "test"

    @property
    def ends(self) -> bool:
        return self in {NoticeKind.RESOLVED, NoticeKind.WITHDRAWN}


class Order(NamedTuple):
    """One alert, to be told on one channel."""

    alert: int
    kind: NoticeKind
    channel: str
    level: Level
    group: str
    """Orders of one channel that share it may share a notice."""
    due: int
    """ms."""


def decide(
    alert: Alert,
    rule: Rule,
    plan: Plan,
    muted: bool,
    now: int,
    tags: tuple[str, ...] = (),
    owner: str = "",
) -> list[Order]:
    """The orders that `alert` calls for at `now`, ms; `tags` and `owner` are those of its device.

    Changes the alert: `noticed` (anew when the level rises, so that the escalation starts again), `noticed_level`,
    `steps`, `reminded`, `closed`. An alert that is opened again comes with `noticed` 0 and `closed` False.
    """
    if alert.closed:
        return []
    if not alert.open:
        return _end(alert, rule, plan, muted, now)
    if alert.late or not alert.live or muted:
        return []
    routes = plan.routes_of(alert, tags, owner, now)
    if not alert.noticed or alert.level > alert.noticed_level:
        return _tell(alert, rule, plan, routes, now)
    if alert.acknowledged:
        return []
    # Those it had when people were told: the end of office hours must not take the next step away.
    ladder = _ladder(plan.routes_of(alert, tags, owner, alert.noticed))
    wait = plan.grouping[alert.level] if rule.wait is None else rule.wait
    return _escalate(alert, rule, ladder, wait, now) + _remind(alert, rule, routes, wait, now)


def group_of(alert: Alert, rule: Rule) -> str:
    """`site:college-moulins`; of a silent rule with its id, for silence is not the storm of a place.

    All alerts about ourselves are one group.
    """
    series = alert.series
    if series.domain == PLATFORM:
        return PLATFORM
    where = "" if rule.group == "all" else str(getattr(series, rule.group))
    group = f"{rule.group}:{where}"
    return f"{group}:{rule.id}" if rule.kind is Kind.SILENT else group


def _tell(alert: Alert, rule: Rule, plan: Plan, routes: list[Route], now: int) -> list[Order]:
    """Of its opening, or of the rise of its level. Nobody is told while no route takes it: its hours may come."""
    kind = NoticeKind.LEVEL if alert.noticed else NoticeKind.REOPENED if alert.reopened else NoticeKind.FIRING
    wait = plan.grouping[alert.level] if rule.wait is None else rule.wait
    due: dict[str, int] = {}
    for route in routes:
        for name in route.channels:
            at = max(now + wait, route.quiet_until(alert.level, now))
            due[name] = min(at, due.get(name, at))
    if due:
        alert.noticed = alert.reminded = now
        alert.noticed_level = alert.level
        alert.steps = 0
    return _orders(alert, rule, kind, due)


def _end(alert: Alert, rule: Rule, plan: Plan, muted: bool, now: int) -> list[Order]:
    """Whoever was told of the beginning is told of the end, after the silence if there is one."""
    if alert.noticed and muted:
        return []
    alert.closed = True
    if not alert.noticed:
        return []
    kind = NoticeKind.WITHDRAWN if alert.withdrawn else NoticeKind.RESOLVED
    wait = plan.grouping[alert.level] if rule.wait is None else rule.wait
    return _orders(alert, rule, kind, {TOLD: now + wait})


def _escalate(alert: Alert, rule: Rule, ladder: list[tuple[int, str]], wait: int, now: int) -> list[Order]:
    due = [name for after, name in ladder[alert.steps :] if alert.noticed + after <= now]
    alert.steps += len(due)
    return _orders(alert, rule, NoticeKind.ESCALATION, dict.fromkeys(due, now + wait))


def _remind(alert: Alert, rule: Rule, routes: list[Route], wait: int, now: int) -> list[Order]:
    """Each route at its own multiples of `remind` since people were told; of several that were missed, one."""
    due = {
        name: now + wait
        for route in routes
        if route.remind and route.quiet_until(alert.level, now) == now
        if (now - alert.noticed) // route.remind > (alert.reminded - alert.noticed) // route.remind
        for name in route.channels
    }
    if due:
        alert.reminded = now
    return _orders(alert, rule, NoticeKind.REMINDER, due)


def _ladder(routes: list[Route]) -> list[tuple[int, str]]:
    """(after, channel) of all steps, each channel once, in the order in which they are taken."""
    steps = sorted((step.after, name) for route in routes for step in route.escalate for name in step.channels)
    first: dict[str, int] = {}
    for after, name in steps:
        first.setdefault(name, after)
    return [(after, name) for name, after in first.items()]


def _orders(alert: Alert, rule: Rule, kind: NoticeKind, due: dict[str, int]) -> list[Order]:
    group = group_of(alert, rule)
    return [Order(alert.id, kind, name, alert.level, group, at) for name, at in due.items()]
