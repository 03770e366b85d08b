"""Alerts as the lists and the page of one show them. Pure: the time it is comes with the call."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from alerts.alert import Alert, Transition, What
from alerts.notices.case import Case, case_of
from alerts.notices.entry import Entry, entry_of, when
from alerts.notices.texts import LEVELS
from alerts.rule import Kind, Level, Rule
from dashboards.console.alerts_page.texts import TEXTS, WHATS
from dashboards.console.pieces.visible import visible
from dashboards.console.rows import UNITS_OF_TIME, Moment, moment
from dashboards.console.texts import AGES
from devices.problems import Language
from devices.readable import with_sign
from devices.registry import Registry

KNEW_LATER_MS = 60_000
"""An event is said to have been found later when we knew of it so much after it happened."""


class Row(NamedTuple):
    number: int
    level: str
    """`info`, `warning`, `critical`."""
    words: str
    """The same in the language."""
    title: str
    place: str
    commune: str
    device: str
    finding: str
    since: Moment
    lasted: str
    """Of one that ended."""
    state: str
    """`firing`, `acknowledged`, `resolved`, `withdrawn`."""
    state_words: str
    who: str
    comment: str
    muted: bool


class Step(NamedTuple):
    """One line of the history of an alert."""

    when: str
    iso: str
    what: str
    level: str
    """Code of the level, "" where it says nothing new."""
    words: str
    detail: str
    happened: str
    """When it happened, if we knew later; or ""."""


class Now(NamedTuple):
    """The newest value of what the alert is about."""

    text: str
    moment: Moment


def row_of(case: Case, now: int, language: Language) -> Row:
    """`now` is the wall clock, ms."""
    alert, entry = case.alert, entry_of(case, language)
    end = alert.resolved if alert.resolved is not None else alert.ended
    return Row(
        alert.id,
        alert.level.word if alert.open else alert.peak.word,
        LEVELS[language][alert.level.word if alert.open else alert.peak.word],
        visible(entry.title),
        visible(entry.place),
        commune_of(case),
        visible(alert.series.device),
        visible(entry.finding),
        moment(alert.raised, now, language),
        "" if alert.open else lasting(end - alert.raised, language),
        alert.status.value,
        state_of(alert, language),
        visible(alert.acknowledged_by) if alert.acknowledged else "",
        visible(alert.comment),
        case.muted,
    )


def worst_first(cases: Iterable[Case]) -> list[Case]:
    """The gravest first, then the newest."""
    return sorted(cases, key=lambda case: (-case.alert.level, -case.alert.opened, -case.alert.id))


def newest_first(cases: Iterable[Case]) -> list[Case]:
    """Those that are over, by their beginning."""
    over = (case for case in cases if not case.alert.open)
    return sorted(over, key=lambda case: (-case.alert.opened, -case.alert.id))


def commune_of(case: Case) -> str:
    code = case.alert.series.commune
    return f"{case.commune_name} ({code})" if case.commune_name else visible(code)


def state_of(alert: Alert, language: Language) -> str:
    t, by = TEXTS[language], visible(alert.acknowledged_by)
    return (
        t["state_by"].format(who=by) if alert.open and alert.acknowledged and by else t[f"state_{alert.status.value}"]
    )


def lasting(elapsed_ms: int, language: Language) -> str:
    """`3 h 20 min`: the two greatest units."""
    words, left = AGES[language], max(0, elapsed_ms) // 1000
    sizes = [(size or 1, unit) for size, unit in UNITS_OF_TIME]
    start = next(at for at, (size, _) in enumerate(sizes) if left >= size or size == 1)
    parts: list[str] = []
    for size, unit in sizes[start : start + 2]:
        count, left = divmod(left, size)
        if count or not parts:
            parts.append(f"{count}\N{NO-BREAK SPACE}{words[unit]}")
    return " ".join(parts)


def case_from(alert: Alert, rules: Mapping[str, Rule], registry: Registry, *, muted: bool) -> Case:
    """One of the history; a rule that was removed has its id for a title."""
    gone = {"fr": alert.rule, "en": alert.rule}
    rule = rules.get(alert.rule) or Rule(alert.rule, Kind.MEASURED, gone, {"fr": "", "en": ""}, ())
    return case_of(alert, rule, registry, registry.towns, muted=muted)


def runbook_of(entry: Entry) -> tuple[str, str]:
    """(address, words) of the page that says what to do at length; an address only when it is a page."""
    text = entry.runbook
    if not text:
        return "", ""
    if text.startswith(("https://", "http://")):
        return text, text
    return ("", text) if ":" in text else ("/" + text.lstrip("/"), text)


def now_of(case: Case, time_ms: int, value: float, now: int, language: Language) -> Now:
    quantity = case.quantity
    shown = moment(time_ms, now, language)
    if quantity is not None and value in quantity.states:
        return Now(quantity.states[int(value)][language], shown)
    return Now(with_sign(value, quantity.unit if quantity else "", language), shown)


def steps_of(transitions: Sequence[Transition], now: int, language: Language) -> list[Step]:
    """Oldest first, as they were known."""
    found, before = [], None
    for one in transitions:
        changed = one.level is not before and one.what in (What.FIRED, What.LEVEL, What.REOPENED)
        before = one.level
        late = when(one.time, language) if one.at - one.time > KNEW_LATER_MS else ""
        found.append(
            Step(
                when(one.at, language),
                moment(one.at, now, language).iso,
                WHATS[language][one.what.value],
                one.level.word if changed else "",
                LEVELS[language][one.level.word] if changed else "",
                _detail(one, language),
                late,
            )
        )
    return found


def _detail(one: Transition, language: Language) -> str:
    t = TEXTS[language]
    if one.what is What.LEVEL and one.detail in {level.word for level in Level}:
        return t["from_level"].format(level=LEVELS[language][one.detail])
    kind, _, number = one.detail.partition(" ")
    if one.what is What.CORRECTED and kind in ("opened", "resolved") and number.lstrip("-").isdigit():
        return t[f"was_{kind}"].format(when=when(int(number), language))
    if one.what in (What.NOTICED, What.ESCALATED, What.REMINDED) and one.detail:
        return t["by_channels"].format(channels=visible(one.detail))
    return visible(one.detail)
