"""The JSON of a notice, as docs/notices.md describes it. A new key keeps VERSION, any other change raises it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from alerts.dispatch import NoticeKind
from alerts.notices.case import Case
from alerts.notices.entry import Entry, sign_of

VERSION = 1
MOST = 500
"""Alerts in one document."""


def document_of(
    notice: str,
    kind: NoticeKind,
    cases: Sequence[Case],
    entries: Sequence[Entry],
    subject: str,
    now: int,
    acknowledge: str = "",
) -> dict[str, object]:
    return {
        "version": VERSION,
        "notice_id": notice,
        "kind": kind.value,
        "sent_at": _iso(now),
        "subject": subject,
        "count": len(cases),
        "acknowledge_url": acknowledge,
        "alerts": [_alert(case, entry) for case, entry in zip(cases[:MOST], entries[:MOST], strict=True)],
    }


def _alert(case: Case, entry: Entry) -> dict[str, object]:
    alert, series = case.alert, case.alert.series
    return {
        "id": alert.id,
        "kind": case.kind.value,
        "status": alert.status.value,
        "rule": alert.rule,
        "title": entry.title,
        "level": alert.level.word,
        "device": series.device,
        "model": series.model,
        "name": case.name,
        "site": series.site,
        "commune": series.commune,
        "commune_name": case.commune_name,
        "domain": series.domain,
        "quantity": alert.quantity,
        "value": alert.value,
        "unit": sign_of(case),
        "threshold": alert.threshold,
        "message": entry.finding,
        "since": _iso(alert.raised),
        "opened": _iso(alert.opened),
        "resolved": None if alert.resolved is None else _iso(alert.resolved),
        "acknowledged_by": alert.acknowledged_by,
        "action": entry.action,
        "runbook": entry.runbook,
    }


def _iso(time_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
