"""The alerts of one device: those that are open, and those that ended."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alerts.notices.case import Case, gravest_first
from alerts.notices.entry import entry_of
from alerts.notices.texts import LEVELS
from dashboards.console.pieces.visible import visible
from dashboards.console.rows import Moment, moment
from devices.problems import Language

SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""Our own texts have them; to `visible` they are not printable."""


class AlertRow(NamedTuple):
    number: int
    title: str
    level: str
    """`critical`, `warning`, `info`: where it stands; of one that ended, the highest it reached."""
    words: str
    finding: str
    began: Moment
    ended: Moment | None
    status: str
    who: str
    """Who acknowledged it, or ""."""
    muted: bool


def open_rows(cases: Iterable[Case], device: str, now: int, language: Language) -> list[AlertRow]:
    """Of all open alerts those of the device, the gravest first; `now` in ms."""
    return [_row(one, now, language) for one in gravest_first(cases) if one.alert.series.device == device]


def past_rows(cases: Iterable[Case], shown: Sequence[AlertRow], now: int, language: Language) -> list[AlertRow]:
    """Of the newest alerts of the device those that ended."""
    known = {row.number for row in shown}
    return [_row(one, now, language) for one in cases if not one.alert.open and one.alert.id not in known]


def _row(case: Case, now: int, language: Language) -> AlertRow:
    alert, entry = case.alert, entry_of(case, language)
    level = alert.level if alert.open else alert.peak
    return AlertRow(
        alert.id,
        visible(entry.title, SPACES),
        level.word,
        LEVELS[language][level.word],
        visible(entry.finding, SPACES),
        moment(alert.raised, now, language),
        None if alert.resolved is None else moment(alert.resolved, now, language),
        alert.status.value,
        visible(alert.acknowledged_by) if alert.acknowledged else "",
        case.muted,
    )
