"""One alert in the words of a language, ready for any form of a notice."""

import re
from dataclasses import dataclass
from datetime import datetime

from jinja2 import TemplateError

from alerts.calendar import local
from alerts.notices.case import Case
from alerts.notices.texts import KINDS, LEVELS, WORDS
from alerts.rule import Kind, Level, Measure
from alerts.template import environment
from devices.problems import Language
from devices.quantity import Quantity
from devices.readable import readable, signed


@dataclass(frozen=True, slots=True)
class Entry:
    """Texts are "" where there is nothing to say."""

    title: str
    level: Level
    place: str
    site: str
    finding: str
    """The sentence that says what is."""
    value: str
    threshold: str
    action: str
    runbook: str
    lines: tuple[tuple[str, str], ...]
    """What text and HTML say, in this order: (name, text)."""


def entry_of(case: Case, language: Language, public_url: str = "") -> Entry:
    alert, rule = case.alert, case.rule
    value = _amount(alert.value, case, language)
    threshold = _limit(case, language)
    finding = _finding(case, language, value, threshold)
    runbook = page(rule.runbook, public_url)
    return Entry(
        rule.title[language],
        alert.level,
        case.name,
        alert.series.site,
        finding,
        value,
        threshold,
        rule.action[language],
        runbook,
        _lines(case, language, finding, runbook),
    )


def _lines(case: Case, language: Language, finding: str, runbook: str) -> tuple[tuple[str, str], ...]:
    alert, words = case.alert, WORDS[language]
    lines = (
        (words["kind"], KINDS[language][case.kind]),
        (words["level"], LEVELS[language][alert.level.word]),
        (words["place"], ", ".join(part for part in (case.name, _commune(case)) if part)),
        (words["state"], finding),
        (words["since" if alert.resolved is None else "began"], when(alert.raised, language)),
        (words["ended"], "" if alert.resolved is None else when(alert.resolved, language)),
        (words["acknowledged"], alert.acknowledged_by if alert.acknowledged else ""),
        (words["action"], "" if case.kind.ends else case.rule.action[language]),
        (words["runbook"], runbook),
        (words["device"], alert.series.device),
    )
    return tuple(line for line in lines if line[1])


def when(time_ms: int, language: Language) -> str:
    """`26/11/2026 à 14:05 (heure de Paris, hiver)`: the season tells apart the hour that comes twice."""
    at: datetime = local(time_ms)
    words = WORDS[language]
    day = at.strftime("%d/%m/%Y" if language == "fr" else "%Y-%m-%d")
    return words["moment"].format(date=day, time=at.strftime("%H:%M"), season=words["summer" if at.dst() else "winter"])


def page(path: str, public_url: str) -> str:
    """The address of a page: a URL as it is, a path on our own pages."""
    if not path or "://" in path or not public_url:
        return path
    return f"{public_url.rstrip('/')}/{path.lstrip('/')}"


def sign_of(case: Case) -> str:
    """UCUM code of what was compared; a rate is per hour."""
    if case.quantity is None or case.quantity.states:
        return ""
    unit = case.quantity.unit
    return f"{unit}/h" if case.rule.measure is Measure.RATE else unit


def _amount(value: float | None, case: Case, language: Language) -> str:
    if value is None or case.quantity is None:
        return ""
    quantity: Quantity = case.quantity
    if value in quantity.states:
        return quantity.states[int(value)][language]
    number = signed(readable(value, quantity.unit, language), quantity.unit)
    return f"{number}/h" if case.rule.measure is Measure.RATE else number


def _limit(case: Case, language: Language) -> str:
    """Round limits are said without decimals: `0 °C`. States have none."""
    if case.quantity is None or case.quantity.states:
        return ""
    return re.sub(r"[.,]0(?![0-9])", "", _amount(case.alert.threshold, case, language))


def _finding(case: Case, language: Language, value: str, threshold: str) -> str:
    return _message(case, language, value, threshold) or _ordinary(case, language, value, threshold)


def _message(case: Case, language: Language, value: str, threshold: str) -> str:
    """The rule's own sentence; "" when it has none, or when it fails on this alert: the notice must go out."""
    source = case.rule.message.get(language, "")
    if not source:
        return ""
    try:
        return environment().from_string(source).render(_names(case, language, value, threshold)).strip()
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError):
        return ""


def _names(case: Case, language: Language, value: str, threshold: str) -> dict[str, object]:
    alert, series, rule = case.alert, case.alert.series, case.rule
    return {
        "device": series.device,
        "name": case.name,
        "site": series.site,
        "commune": series.commune,
        "commune_name": case.commune_name,
        "domain": series.domain,
        "model": series.model,
        "quantity": case.quantity.label[language] if case.quantity else "",
        "value": value,
        "number": alert.value,
        "threshold": threshold,
        "unit": signed("", sign_of(case)).strip(),
        "level": LEVELS[language][alert.level.word],
        "since": when(alert.raised, language),
        "action": rule.action[language],
        "runbook": rule.runbook,
        "rule": rule.id,
        "title": rule.title[language],
    }


def _ordinary(case: Case, language: Language, value: str, threshold: str) -> str:
    words, alert = WORDS[language], case.alert
    if case.rule.kind is Kind.PLATFORM:
        return alert.detail
    if case.rule.kind is Kind.SILENT:
        return words["silent"].format(since=when(alert.raised, language))
    if not value or case.quantity is None:
        return ""
    form = "against" if threshold else "measured"
    return words[form].format(quantity=case.quantity.label[language], value=value, threshold=threshold)


def _commune(case: Case) -> str:
    code = case.alert.series.commune
    return f"{case.commune_name} ({code})" if case.commune_name else code
