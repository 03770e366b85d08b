"""What the acknowledge page says: its question, what became of it, and why there is nothing to ask any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from alerts.notices.case import Case, gravest_first
from alerts.notices.entry import entry_of, when
from alerts.notices.texts import LEVELS
from dashboards.console.texts import ACKNOWLEDGE
from devices.problems import Language

LISTED = 30
"""Alerts of a notice that the page lists."""
NAMED = 3
"""People who acknowledged alerts of a notice before."""


@dataclass(frozen=True)
class Said:
    """One state of the page."""

    status: int
    heading: str
    words: str
    cases: Sequence[Case] = ()
    """What it shows: of a question only what would be acknowledged."""
    left_out: int = 0
    """Alerts of the notice that need nobody any more, beside those."""
    asks: bool = False
    """With the form."""
    missing: bool = False
    """The form came without a name."""
    comment: str = ""
    """What was typed already."""
    good: bool = False


class Listed(NamedTuple):
    """One alert of many."""

    title: str
    place: str
    facts: list[tuple[str, str]]
    """(name, text)."""


def question(cases: Collection[Case], language: Language) -> Said:
    """Whether to acknowledge those that wait; why there is nothing to ask, if none does."""
    waiting = gravest_first(case for case in cases if case.expects)
    if not waiting:
        return settled(gravest_first(cases), language)
    t, many = ACKNOWLEDGE[language], _many(waiting)
    heading = t["question" + many].format(count=len(waiting))
    return Said(200, heading, t["question_words"], waiting, len(cases) - len(waiting), asks=True)


def name_missing(asked: Said, comment: str) -> Said:
    return replace(asked, status=400, missing=True, comment=comment)


def done(cases: Sequence[Case], who: str, language: Language) -> Said:
    """These were acknowledged."""
    t, many = ACKNOWLEDGE[language], _many(cases)
    heading = t["done" + many].format(count=len(cases))
    return Said(200, heading, t["done_words" + many].format(who=who), cases, good=True)


def overtaken(cases: Sequence[Case], language: Language) -> Said:
    """Something happened between the page and its form: why there was nothing left to do, where that is known."""
    if any(case.expects for case in cases):
        t = ACKNOWLEDGE[language]
        return Said(409, t["changed"], t["changed_words"], cases)
    return settled(cases, language)


def settled(cases: Sequence[Case], language: Language) -> Said:
    """Nobody need acknowledge any of them any more, and why."""
    t = ACKNOWLEDGE[language]
    if not cases:
        return Said(410, t["unknown"], t["unknown_words"])
    if len(cases) > 1:
        return _all_settled(cases, language)
    alert = cases[0].alert
    if alert.withdrawn:
        return Said(410, t["withdrawn"], t["withdrawn_words"], cases, good=True)
    if alert.resolved is not None:
        words = t["resolved_words"].format(when=when(alert.resolved, language))
        return Said(410, t["resolved"], words, cases, good=True)
    told = {"who": alert.acknowledged_by, "when": when(alert.acknowledged, language)}
    return Said(409, t["acknowledged"].format(**told), t["acknowledged_words"].format(**told), cases, good=True)


def _all_settled(cases: Sequence[Case], language: Language) -> Said:
    t = ACKNOWLEDGE[language]
    people = list(dict.fromkeys(case.alert.acknowledged_by for case in cases if case.alert.open))
    if people:
        who = ", ".join(people[:NAMED]) + (" …" if len(people) > NAMED else "")
        return Said(409, t["acknowledged_many"].format(who=who), t["acknowledged_words_many"], cases, good=True)
    end = "withdrawn" if all(case.alert.withdrawn for case in cases) else "resolved"
    return Said(410, t[f"{end}_many"], t[f"{end}_words_many"].format(count=len(cases)), cases, good=True)


def _many(cases: Collection[Case]) -> str:
    return "_many" if len(cases) > 1 else ""


def facts(case: Case, language: Language) -> list[tuple[str, str]]:
    """(name, text) of what is known of the alert, where there is something."""
    t, alert = ACKNOWLEDGE[language], case.alert
    entry = entry_of(case, language)
    found = [
        (t["alert"], entry.title),
        (t["level"], LEVELS[language][alert.level.word]),
        (t["place"], _place(case)),
        (t["finding"], entry.finding),
        (t["value"], "" if entry.value in entry.finding else entry.value),
        (t["since"], when(alert.raised, language)),
        (t["state"], _state(case, language)),
        (t["comment"], alert.comment),
        (t["action"], entry.action if alert.open else ""),
        (t["device"], alert.series.device),
    ]
    return [(name, text) for name, text in found if text]


def listed(case: Case, language: Language) -> Listed:
    """The same in short, for one of many."""
    t, alert = ACKNOWLEDGE[language], case.alert
    entry = entry_of(case, language)
    found = [
        (t["level"], LEVELS[language][alert.level.word]),
        (t["value"], entry.value or entry.finding),
        (t["since"], when(alert.raised, language)),
        (t["state"], _state(case, language)),
    ]
    return Listed(entry.title, _place(case), [(name, text) for name, text in found if text])


def _place(case: Case) -> str:
    code = case.alert.series.commune
    commune = f"{case.commune_name} ({code})" if case.commune_name else code
    return ", ".join(part for part in (case.name, commune) if part)


def _state(case: Case, language: Language) -> str:
    words = ACKNOWLEDGE[language]["state_" + case.alert.status.value]
    by = case.alert.acknowledged_by
    return ACKNOWLEDGE[language]["state_by"].format(who=by) if case.alert.open and by else words
