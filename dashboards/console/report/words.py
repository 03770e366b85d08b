"""A Bilan in the words of a language: the rows of its template."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from babel.dates import format_date, format_datetime

from alerts.notices.case import Case
from alerts.notices.entry import entry_of
from alerts.notices.texts import LEVELS
from dashboards.console.report.period import DAY, Period
from dashboards.console.report.summary import Extreme, Figures, Summary
from dashboards.console.report.texts import TEXTS
from dashboards.console.rows import PARIS
from devices.problems import Language
from devices.quantity import Aggregate, Kind, Personal, Quantity
from devices.readable import whole, with_sign

HOUR_MS = 3_600_000


class FigureRow(NamedTuple):
    label: str
    least: str
    most: str
    typical: str


class DeviceTable(NamedTuple):
    id: str
    name: str
    availability: str
    """`98 %`, or ""."""
    readings: str
    rows: Sequence[FigureRow]


class Breach(NamedTuple):
    number: int
    title: str
    level: str
    """`info`, `warning`, `critical`."""
    words: str
    place: str
    finding: str
    since: str
    until: str


def device_table(found: Summary, language: Language) -> DeviceTable:
    share = "" if found.availability is None else f"{round(found.availability * 100)}\N{NO-BREAK SPACE}%"
    rows = [figure_row(one, language) for one in found.figures]
    return DeviceTable(found.device.id, found.placement.name, share, whole(found.readings), rows)


def figure_row(found: Figures, language: Language) -> FigureRow:
    quantity, t = found.quantity, TEXTS[language]
    if found.seconds:
        states = {state: quantity.states[state][language] for state in found.seconds}
        held = [t["held"].format(state=states[state], length=length(found.seconds[state])) for state in states]
        return FigureRow(quantity.label[language], "", "", ", ".join(held))
    typical = (
        "" if found.typical is None else t[kind_of(quantity)].format(value=amount(quantity, found.typical, language))
    )
    if quantity.personal is not None and quantity.personal.minimum_aggregation >= Personal.DAY:
        return FigureRow(quantity.label[language], "", "", typical)  # an extreme tells its hour
    return FigureRow(
        quantity.label[language],
        extreme(quantity, found.least, language),
        extreme(quantity, found.most, language),
        typical,
    )


def kind_of(quantity: Quantity) -> str:
    """Key of the text that says what the typical value is."""
    if quantity.kind is Kind.COUNTER:
        return "growth"
    return {Aggregate.SUM: "total", Aggregate.LAST: "last"}.get(quantity.aggregate, "mean")


def extreme(quantity: Quantity, found: Extreme, language: Language) -> str:
    hour = format_datetime(
        datetime.fromtimestamp(found.hour / 1000, PARIS), "EEE H'\N{NO-BREAK SPACE}h'", locale=language
    )
    return TEXTS[language]["at"].format(value=amount(quantity, found.value, language), hour=hour)


def amount(quantity: Quantity, value: float, language: Language) -> str:
    return with_sign(value, quantity.unit, language)


def length(seconds: float) -> str:
    """`2 h 05`, `12 min`."""
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}\N{NO-BREAK SPACE}min"
    return f"{minutes // 60}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{minutes % 60:02}"


def breaches(cases: Iterable[Case], period: Period, language: Language) -> list[Breach]:
    """Alerts that were open at some time of the period, the gravest first."""
    chosen = [
        case for case in cases if case.alert.opened < period.end and (case.alert.resolved or period.end) >= period.start
    ]
    ordered = sorted(chosen, key=lambda case: (-case.alert.level, case.alert.opened))
    return [breach(case, language) for case in ordered if not case.alert.withdrawn]


def breach(case: Case, language: Language) -> Breach:
    alert, entry = case.alert, entry_of(case, language)
    until = TEXTS[language]["still"] if alert.resolved is None else clock(alert.resolved, language)
    words = LEVELS[language][alert.level.word]
    finding = "" if alert.resolved is not None else entry.finding
    return Breach(
        alert.id, entry.title, alert.level.word, words, entry.place, finding, clock(alert.opened, language), until
    )


def clock(time_ms: int, language: Language) -> str:
    return format_datetime(datetime.fromtimestamp(time_ms / 1000, PARIS), "short", locale=language)


def span(period: Period, language: Language) -> str:
    """`le 26 novembre 2026`, `du 23 novembre 2026 au 29 novembre 2026`."""
    first, last = (format_date(day, "long", locale=language) for day in (period.first, period.last))
    t = TEXTS[language]
    return t["on_day"].format(day=first) if period.kind == DAY else t["in_week"].format(first=first, last=last)
