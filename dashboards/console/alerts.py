"""Open alerts as the status page shows them: the gravest first, then the newest."""

from collections.abc import Iterable
from typing import NamedTuple

from alerts.notices.case import Case
from alerts.notices.entry import entry_of
from alerts.notices.texts import LEVELS
from dashboards.console.rows import Moment, moment
from devices.problems import Language


class AlertRow(NamedTuple):
    level: str
    """`info`, `warning`, `critical`."""
    words: str
    """The same in the language."""
    title: str
    place: str
    device: str
    finding: str
    action: str
    since: Moment
    who: str
    """Who acknowledged it, or ""."""
    muted: bool


def alert_rows(cases: Iterable[Case], now: int, language: Language) -> list[AlertRow]:
    """`now` is the wall clock, ms."""
    ordered = sorted(cases, key=lambda case: (-case.alert.level, -case.alert.opened))
    return [_row(case, now, language) for case in ordered]


def _row(case: Case, now: int, language: Language) -> AlertRow:
    alert, entry = case.alert, entry_of(case, language)
    return AlertRow(
        alert.level.word,
        LEVELS[language][alert.level.word],
        entry.title,
        entry.place,
        alert.series.device,
        entry.finding,
        entry.action,
        moment(alert.raised, now, language),
        alert.acknowledged_by if alert.acknowledged else "",
        case.muted,
    )
