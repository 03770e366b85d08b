"""Which alerts the page lists."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from alerts.alert import PLATFORM
from alerts.notices.case import Case
from alerts.notices.texts import LEVELS
from alerts.rule import Level, Rule
from dashboards.console.alerts_page.texts import DOMAINS_SAID, TEXTS
from dashboards.console.pieces.asked import Asked
from dashboards.console.pieces.visible import holds
from devices.device import DOMAINS
from devices.problems import Language
from devices.registry import Registry

Choice = tuple[str, str]
"""(value, words)."""
PERIODS = ("1", "7", "30", "365")
"""Days of the history that may be chosen."""
LAST_PAGE = 100_000


class Choices(NamedTuple):
    """What each filter may be, in the language of the page and in order."""

    level: list[Choice]
    domain: list[Choice]
    commune: list[Choice]
    site: list[Choice]
    rule: list[Choice]
    ack: list[Choice]
    days: list[Choice]


class Filters(NamedTuple):
    """What is empty does not filter."""

    level: str = ""
    domain: str = ""
    commune: str = ""
    site: str = ""
    rule: str = ""
    ack: str = ""
    """`yes`, `no`."""
    q: str = ""
    """Words that must all be there."""
    days: str = "7"
    page: int = 1
    past: int = 1
    """Page of the history."""

    @property
    def chosen(self) -> dict[str, object]:
        """As they stand in an address, without the pages."""
        kept = self._replace(days="" if self.days == "7" else self.days)._asdict()
        return {name: value for name, value in kept.items() if name not in ("page", "past") and value}


def choices_of(registry: Registry, rules: Mapping[str, Rule], cases: Iterable[Case], language: Language) -> Choices:
    """Of the territory as it is, and of the alerts shown, which may name what is gone."""
    t, places = TEXTS[language], [place for device in registry.devices.values() for place in device.placements]
    shown = list(cases)
    communes = {place.commune for place in places} | {case.alert.series.commune for case in shown}
    sites = {place.site for place in places} | {case.alert.series.site for case in shown}
    titles = {case.rule.id: case.rule.title[language] for case in shown}
    titles |= {name: rule.title[language] for name, rule in rules.items()}
    return Choices(
        [(level.word, LEVELS[language][level.word]) for level in reversed(Level)],
        [(domain, DOMAINS_SAID[language][domain]) for domain in (*DOMAINS, PLATFORM)],
        by_words((code, f"{registry.towns[code]} ({code})" if code in registry.towns else code) for code in communes),
        by_words((site, site) for site in sites),
        by_words(titles.items()),
        [("no", t["ack_no"]), ("yes", t["ack_yes"])],
        [(days, t[f"days_{days}"]) for days in PERIODS],
    )


def by_words(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(((value, words) for value, words in choices if value), key=lambda one: (one[1].casefold(), one[0]))


def read_filters(asked: Asked, choices: Choices) -> Filters:
    chosen = {name: asked.one_of(name, [value for value, _ in some]) for name, some in choices._asdict().items()}
    text, page = asked.text("q"), asked.number("page", 1, LAST_PAGE)
    past = asked.number("past", 1, LAST_PAGE)
    return Filters(**{**chosen, "days": chosen["days"] or Filters().days}, q=text, page=page, past=past)


def matching(cases: Iterable[Case], filters: Filters, language: Language) -> list[Case]:
    return [case for case in cases if _matches(case, filters) and (not filters.q or _says(case, filters.q, language))]


def _matches(case: Case, filters: Filters) -> bool:
    alert, series = case.alert, case.alert.series
    return (
        filters.level in ("", alert.level.word)
        and filters.domain in ("", series.domain)
        and filters.commune in ("", series.commune)
        and filters.site in ("", series.site)
        and filters.rule in ("", alert.rule)
        and filters.ack in ("", "yes" if alert.acknowledged else "no")
    )


def _says(case: Case, words: str, language: Language) -> bool:
    alert, series = case.alert, case.alert.series
    there = (
        case.rule.title[language], alert.rule, case.name, case.commune_name, series.device, series.site, series.model,
        alert.detail, alert.acknowledged_by, alert.comment, str(alert.id),
    )  # fmt: skip
    return holds(" ".join(there), words)
