"""`vigiterre alerts show`: all about one alert, what happened to it, and whom it was told."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from alerts.alert import Alert, Transition, What
from alerts.dispatch import NoticeKind
from alerts.notices.entry import entry_of
from alerts.notices.texts import LEVELS
from alerts.outbox import Line, Outbox
from alerts.rule import Level
from devices.errors import VigiterreError
from vigiterre.commands.alerts_view import View, opened, time_or_none
from vigiterre.commands.quarantine import LARGEST
from vigiterre.shell import Shell, print_json, print_table, shown_time
from vigiterre.texts import said

WORDS = {
    What.FIRED: "what_fired",
    What.LEVEL: "what_level",
    What.RESOLVED: "what_resolved",
    What.REOPENED: "what_reopened",
    What.CORRECTED: "what_corrected",
    What.WITHDRAWN: "what_withdrawn",
    What.ACKNOWLEDGED: "what_acknowledged",
    What.NOTICED: "what_noticed",
    What.ESCALATED: "what_escalated",
    What.REMINDED: "what_reminded",
}
KINDS = {
    NoticeKind.FIRING: "what_fired",
    NoticeKind.LEVEL: "what_level",
    NoticeKind.RESOLVED: "what_resolved",
    NoticeKind.REOPENED: "what_reopened",
    NoticeKind.WITHDRAWN: "what_withdrawn",
    NoticeKind.REMINDER: "what_reminded",
    NoticeKind.ESCALATION: "what_escalated",
    NoticeKind.TEST: "what_test",
}
OUTCOMES = {
    "": "notice_waiting",
    "sent": "notice_sent",
    "superseded": "notice_superseded",
    "given_up": "notice_given_up",
}
FLAGS = ("live", "late", "withdrawn")
FACTS = (
    *("id", "title", "rule", "status", "level", "peak", "place", "device", "model", "domain", "site", "commune"),
    *("finding", "amount", "threshold", "raised", "opened", "resolved", "seen", "reopened", "acknowledged"),
    *("acknowledged_by", "comment", "muted_by", "noticed", "flags", "action", "runbook", "source"),
)
"""What is told, in this order, where there is something to tell."""


def show(
    context: typer.Context,
    identifier: Annotated[int, typer.Argument(metavar="ID", max=LARGEST)],
    as_json: Annotated[bool, typer.Option("--json", help="objet JSON · JSON object")] = False,
) -> None:
    """Montre tout d'une alerte, son histoire et ses avis · Shows all about one alert, its history and its notices."""
    shell: Shell = context.obj
    with opened(shell) as view:
        alert = view.book.alert(identifier)
        if alert is None:
            raise VigiterreError(said("no_such_alert", id=identifier))
        transitions = view.book.transitions(identifier)
        notices = Outbox(view.book.connection, view.book.lock).rows(alert=identifier)[::-1]
    facts = described(view, alert)
    if as_json:
        history, told = [happened(one) for one in transitions], [sent(one) for one in notices]
        print_json({**facts, "transitions": history, "notices": told})
        return
    print_facts(shell, worded(shell, view, alert, facts))
    print_section(
        shell,
        ("time", "known", "what", "level", "amount", "detail"),
        (
            (shown_time(one.time), shown_time(one.at), shell.say(WORDS[one.what]), said_level(view, one.level),
             view.amount(one.value, alert), one.detail)
            for one in transitions
        ),
    )  # fmt: skip
    print_section(
        shell,
        ("made", "what", "channel", "outcome", "done", "tries", "error"),
        (
            (shown_time(one.made), shell.say(KINDS[NoticeKind(one.kind)]), one.channel,
             shell.say(OUTCOMES[one.outcome]), time_or_none(one.done) or "", one.tries, one.error)
            for one in notices
        ),
    )  # fmt: skip
    if not notices:
        shell.tell("no_notice")


def described(view: View, alert: Alert) -> dict[str, Any]:
    """The row of `list`, and the rest; codes as they are."""
    case = view.case(alert)
    entry = entry_of(case, view.language) if case else None
    return {
        **view.row(alert),
        "model": alert.series.model,
        "peak": alert.peak.word,
        "threshold": alert.threshold,
        "quantity": alert.quantity,
        "finding": entry.finding if entry else alert.detail,
        "raised": shown_time(alert.raised),
        "seen": time_or_none(alert.seen),
        "found": time_or_none(alert.found),
        "ended": time_or_none(alert.ended),
        "noticed": time_or_none(alert.noticed),
        "reopened": alert.reopened,
        **{name: getattr(alert, name) for name in FLAGS},
        "action": entry.action if entry else "",
        "runbook": entry.runbook if entry else "",
        "source": case.rule.source if case else "",
    }


def worded(shell: Shell, view: View, alert: Alert, facts: dict[str, Any]) -> dict[str, Any]:
    """The same for people: no zeros that mean nothing, words instead of codes."""
    name = view.config.communes.get(alert.series.commune, "")
    told = {"late": "alert_late", "withdrawn": "alert_withdrawn"}
    flags = [shell.say(key) for flag, key in told.items() if facts[flag]]
    if not alert.live and not alert.late:
        flags.append(shell.say("alert_replayed"))
    return {
        **facts,
        **view.cells(alert, shell),
        "peak": said_level(view, alert.peak) if alert.peak is not alert.level else "",
        "threshold": view.amount(alert.threshold, alert),
        "reopened": alert.reopened or "",
        "commune": f"{name} ({alert.series.commune})" if name else alert.series.commune,
        "flags": ", ".join(flags),
    }


def said_level(view: View, level: Level) -> str:
    return LEVELS[view.language][level.word]


def happened(one: Transition) -> dict[str, Any]:
    return {
        "time": shown_time(one.time),
        "at": shown_time(one.at),
        "what": one.what.value,
        "level": one.level.word,
        "value": one.value,
        "detail": one.detail,
    }


def sent(one: Line) -> dict[str, Any]:
    return {
        "made": shown_time(one.made),
        "due": shown_time(one.due),
        "kind": one.kind,
        "channel": one.channel,
        "level": Level(one.level).word,
        "notice": one.notice,
        "tries": one.tries,
        "error": one.error,
        "outcome": one.outcome or "waiting",
        "done": time_or_none(one.done),
    }


def print_facts(shell: Shell, facts: dict[str, Any]) -> None:
    names = [name for name in FACTS if facts[name] not in ("", None)]
    headings = {name: shell.say(f"column_{name}") for name in names}
    width = max(map(len, headings.values()))
    for name, heading in headings.items():
        typer.echo(f"{heading:<{width}}  {facts[name]}")


def print_section(shell: Shell, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    found = list(rows)
    if found:
        typer.echo()
        print_table([shell.say(f"column_{name}") for name in names], found)
