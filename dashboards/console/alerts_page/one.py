"""The page of one alert."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from alerts.alert import PLATFORM, Alert, Mute, Transition
from alerts.notices.case import Case
from alerts.notices.entry import entry_of, when
from alerts.notices.texts import LEVELS
from dashboards.console.access import Role
from dashboards.console.acknowledge import LONGEST_COMMENT
from dashboards.console.alerts_page.mutes import LENGTHS, OF_ALERT, mute_rows
from dashboards.console.alerts_page.rows import (
    Now,
    case_from,
    commune_of,
    lasting,
    now_of,
    row_of,
    runbook_of,
    steps_of,
)
from dashboards.console.alerts_page.texts import TEXTS
from dashboards.console.console import Console
from dashboards.console.personal import as_seen
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Wrong, count_of
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.visible import visible
from devices.problems import Language
from devices.registry import Registry

LARGEST = 2**63 - 1
"""Of numbers that an alert can have."""
DONE = ("acknowledged", "already", "over", "muted")


async def show_one(
    console: Console,
    request: Request,
    wrong: Sequence[Wrong] = (),
    form: Mapping[str, str] | None = None,
    which: str = "",
) -> Response:
    """With the mistakes of one of its forms, `ack` or `silence`, and what was typed in it."""
    language, sources, now = console.site.language(request), console.sources, now_ms()
    number, user = request.path_params["number"], console.access.user(request)
    alert, steps, trouble = await alert_of(console, number, language)
    if alert is None:
        return _absent(console, request, trouble)
    registry, rules = sources.registry(), sources.rules()
    covering = [one for one in sources.mutes() if _covers(one, alert, registry, now)]
    case = case_from(alert, rules, registry, muted=bool(covering))
    entry = entry_of(case, language)
    return console.site.page(
        request,
        "alerts_one.html",
        TEXTS,
        status=400 if wrong else 200,
        p=pieces.TEXTS[language],
        wrong=wrong,
        which=which,
        form=form or {},
        row=row_of(case, now, language),
        entry=entry,
        facts=_facts(case, now, language),
        runbook=runbook_of(entry),
        newest=_newest(as_seen(console, request), case, now, language),
        quantity=alert.quantity,
        label=case.quantity.label[language] if case.quantity else "",
        known=alert.series.device in registry.devices,
        open=alert.open,
        expects=case.expects,
        mutes=mute_rows(covering, rules, registry, now, language),
        steps=steps_of(steps, now, language),
        may=user is not None and user.role >= Role.TECHNICIAN,
        whom=[(one, TEXTS[language][f"whom_{one}"]) for one in OF_ALERT if alert.series.domain != PLATFORM]
        or [("rule", TEXTS[language]["whom_rule"])],
        lengths=[(one, TEXTS[language][f"length_{one}"]) for one in LENGTHS],
        longest_comment=LONGEST_COMMENT,
        done=_done(request.query_params, alert, language),
    )


async def alert_of(console: Console, number: int, language: Language) -> tuple[Alert | None, Sequence[Transition], str]:
    """The alert, its transitions and what ails the history."""
    if number > LARGEST:
        return None, [], ""
    (alert, steps), trouble = await asked_in_thread(language, (None, []), console.sources.history, number)
    if alert is None and trouble:  # what is open is known without the disk
        alert = next((case.alert for case in console.sources.open_alerts() if case.alert.id == number), None)
    return alert, steps, trouble


def _absent(console: Console, request: Request, trouble: str) -> Response:
    status = 503 if trouble else 404
    return console.site.page(request, "alerts_absent.html", TEXTS, status=status, trouble=trouble)


def _covers(mute: Mute, alert: Alert, registry: Registry, now: int) -> bool:
    device = registry.devices.get(alert.series.device)
    return mute.covers(alert, device.tags if device else (), device.owner if device else "", now)


def _newest(console: Console, case: Case, now: int, language: Language) -> Now | None:
    value = console.present.of(case.alert.series.device).get(case.alert.quantity)
    return now_of(case, value.time, value.value, now, language) if value is not None else None


def _facts(case: Case, now: int, language: Language) -> list[tuple[str, str]]:
    """(name, text) of what is known, where there is something."""
    t, alert, entry = TEXTS[language], case.alert, entry_of(case, language)
    end = alert.resolved if alert.resolved is not None else alert.ended
    found = [
        (t["finding"], visible(entry.finding)),
        (t["value_then"], "" if entry.value in entry.finding else entry.value),
        (t["threshold"], "" if entry.threshold in entry.finding else entry.threshold),
        (t["since" if alert.open else "began"], when(alert.raised, language)),
        (t["ended"], "" if alert.open else when(end, language)),
        (t["lasted"], lasting((now if alert.open else end) - alert.raised, language)),
        (t["peak"], LEVELS[language][alert.peak.word] if alert.peak is not alert.level else ""),
        (t["place"], visible(entry.place)),
        (t["commune"], commune_of(case)),
        (t["site"], visible(alert.series.site)),
        (t["comment"], visible(alert.comment)),
        (t["source"], case.rule.source),
        (t["number"], str(alert.id)),
    ]
    return [(name, text) for name, text in found if text]


def _done(query: Mapping[str, str], alert: Alert, language: Language) -> str:
    key = query.get("done", "")
    if key not in DONE or (key == "already" and not alert.acknowledged):
        return ""
    facts = {
        "who": visible(alert.acknowledged_by),
        "when": when(alert.acknowledged, language),
        "id": count_of(query, "id"),
        "devices": count_of(query, "devices"),
        "alerts": count_of(query, "alerts"),
    }
    said = TEXTS[language][f"one_{key}"].format(**facts)
    return f"{said} {TEXTS[language]['unwritten']}" if query.get("unwritten") else said
