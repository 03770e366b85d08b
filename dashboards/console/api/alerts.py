"""Alerts: those that are open and those that were, and the history of one."""

from collections.abc import Iterable, Mapping

from starlette.concurrency import run_in_threadpool

from alerts.alert import Alert as Known
from alerts.alert import Transition as Step
from alerts.notices.case import Case, case_of
from alerts.notices.entry import entry_of, sign_of
from alerts.rule import Kind, Rule
from dashboards.console.api.answers import Alert, Alerts, AlertWhole, Bilingual, Transition
from dashboards.console.api.asked import Asked, OfAlerts
from dashboards.console.api.problem import Trouble, said
from dashboards.console.api.room import Found, Room

REMEMBERED = 10_000
"""The newest alerts that can be paged through; older ones by `since` or `device`."""
LARGEST = 2**53
"""Beyond, JSON has no exact whole numbers."""


async def list_alerts(room: Room, asked: OfAlerts, _name: str) -> Found:
    cases = await _cases(room, asked)
    fitting = sorted((case for case in cases if _fits(case, asked)), key=_newest_first)
    rest = [case for case in fitting if _key(case) < _after(asked)]
    items = [Alert(**_facts(case)) for case in rest[: asked.limit]]
    following = "{}-{}".format(*_key(rest[asked.limit - 1])) if len(rest) > asked.limit else None
    return Found(Alerts(items=items, next=following), items, next={"cursor": following} if following else {})


async def show_alert(room: Room, _asked: Asked, name: str) -> Found:
    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 17 else LARGEST
    alert, steps = await run_in_threadpool(room.console.sources.history, number) if number < LARGEST else (None, ())
    if alert is None:
        raise Trouble("not_found", said("no_alert", name=name[:20]))
    history = [_transition(step) for step in steps]
    return Found(AlertWhole(**_facts(_case(room, alert)), history=history))


async def _cases(room: Room, asked: OfAlerts) -> Iterable[Case]:
    if asked.open:
        return room.console.sources.open_alerts()
    device = asked.device or ""
    return await run_in_threadpool(room.console.sources.alerts, asked.since, device, REMEMBERED)


def _fits(case: Case, asked: OfAlerts) -> bool:
    alert = case.alert
    return (
        asked.open in (None, alert.open)
        and asked.device in (None, alert.series.device)
        and asked.level in (None, alert.level.word)
        and (asked.since is None or alert.resolved is None or alert.resolved >= asked.since)
    )


def _key(case: Case) -> tuple[int, int]:
    return case.alert.opened, case.alert.id


def _newest_first(case: Case) -> tuple[int, int]:
    opened, number = _key(case)
    return -opened, -number


def _after(asked: OfAlerts) -> tuple[float, int]:
    """What all that follows is smaller than."""
    if asked.cursor is None:
        return float("inf"), 0
    opened, _, number = asked.cursor.partition("-")
    return int(opened), int(number)


def _case(room: Room, alert: Known) -> Case:
    """With its rule, or with one that says no more than its id when it is gone."""
    sources = room.console.sources
    known = next((case for case in sources.open_alerts() if case.alert.id == alert.id), None)
    if known is not None:
        return known._replace(alert=alert)
    rule = sources.rules().get(alert.rule) or Rule(
        alert.rule, Kind.MEASURED, {"fr": alert.rule, "en": alert.rule}, {"fr": "", "en": ""}, ()
    )
    registry = sources.registry()
    return case_of(alert, rule, registry, registry.towns)


def _facts(case: Case) -> Mapping[str, object]:
    alert, french, english = case.alert, entry_of(case, "fr"), entry_of(case, "en")
    return {
        "id": alert.id,
        "rule": alert.rule,
        "title": Bilingual(fr=french.title, en=english.title),
        "finding": Bilingual(fr=french.finding, en=english.finding),
        "action": Bilingual(fr=french.action, en=english.action),
        "level": alert.level.word,
        "peak": alert.peak.word,
        "status": alert.status.value,
        "domain": alert.series.domain,
        "device": alert.series.device,
        "model": alert.series.model,
        "site": alert.series.site,
        "commune": alert.series.commune,
        "commune_name": case.commune_name,
        "place": case.name,
        "quantity": alert.quantity,
        "value": alert.value,
        "threshold": alert.threshold,
        "unit": sign_of(case),
        "raised": alert.raised,
        "opened": alert.opened,
        "resolved": alert.resolved,
        "acknowledged": alert.acknowledged or None,
        "acknowledged_by": alert.acknowledged_by,
        "comment": alert.comment,
        "muted": case.muted,
        "late": alert.late,
    }


def _transition(step: Step) -> Transition:
    return Transition(
        time=step.time, at=step.at, what=step.what.value, level=step.level.word, value=step.value, detail=step.detail
    )
