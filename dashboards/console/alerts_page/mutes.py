"""Silences and maintenance windows: as they are listed, and as a form asks for one."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from alerts.alert import PLATFORM, Alert, Mute, MuteKind
from alerts.notices.entry import when
from alerts.rule import Rule
from dashboards.console.acknowledge import LONGEST_COMMENT
from dashboards.console.alerts_page.filters import Choice, by_words
from dashboards.console.alerts_page.moments import read_moment
from dashboards.console.alerts_page.texts import DOMAINS_SAID, FORMS, TEXTS
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.pieces.visible import visible
from devices.device import DOMAINS
from devices.problems import Language
from devices.registry import Registry

HOUR = 3_600_000
LENGTHS = {"1": HOUR, "2": 2 * HOUR, "4": 4 * HOUR, "8": 8 * HOUR, "24": 24 * HOUR, "72": 72 * HOUR, "168": 168 * HOUR}
"""How long a silence may be by one choice, hours."""
FARTHEST = 366 * 24 * HOUR
"""From now: what is longer is no window but a rule to be changed."""
WHOM = ("device", "site", "commune", "domain", "rule")
OF_ALERT = ("device", "device_rule", "site", "rule")
"""What an alert may be silenced with."""


class MuteRow(NamedTuple):
    number: int
    kind: str
    kind_words: str
    current: bool
    whom: str
    start: str
    end: str
    who: str
    comment: str


class MuteChoices(NamedTuple):
    site: list[Choice]
    commune: list[Choice]
    domain: list[Choice]
    rule: list[Choice]


class Wish(NamedTuple):
    """A mute that a form asks for."""

    kind: str
    selector: Mapping[str, Sequence[str]]
    rules: Sequence[str]
    start: int
    end: int
    comment: str

    def arguments(self, who: str) -> dict[str, Any]:
        """Of the command `alerts_mute`."""
        return {**self._asdict(), "who": who}


def mute_rows(
    mutes: Sequence[Mute], rules: Mapping[str, Rule], registry: Registry, now: int, language: Language
) -> list[MuteRow]:
    t = TEXTS[language]
    return [
        MuteRow(
            one.id,
            one.kind.value,
            t[one.kind.value],
            one.start <= now,
            whom_of(one, rules, registry, language),
            when(one.start, language),
            when(one.end, language),
            visible(one.who),
            visible(one.comment),
        )
        for one in sorted(mutes, key=lambda one: (one.start, one.id))
        if one.end > now
    ]


def whom_of(mute: Mute, rules: Mapping[str, Rule], registry: Registry, language: Language) -> str:
    """`sites : college-moulins ; règles : Verglas probable`; `tout le territoire`."""
    t, parts = TEXTS[language], []
    for name, values in mute.selector.as_dict().items():
        said = values
        if name == "communes":
            said = [registry.towns.get(code, code) for code in values]
        elif name == "domains":
            said = [DOMAINS_SAID[language].get(one, one) for one in values]
        parts.append(f"{t[name]}{t['colon']} {visible(', '.join(said))}")
    if mute.rules:
        titles = sorted(rules[one].title[language] if one in rules else one for one in mute.rules)
        parts.append(f"{t['rules']}{t['colon']} {visible(', '.join(titles))}")
    return t["semicolon"].join(parts) or t["everything"]


def mute_choices(registry: Registry, rules: Mapping[str, Rule], language: Language) -> MuteChoices:
    places = [place for device in registry.devices.values() for place in device.placements]
    return MuteChoices(
        by_words({(place.site, place.site) for place in places}),
        by_words({(one.commune, registry.towns.get(one.commune, one.commune)) for one in places}),
        [(domain, DOMAINS_SAID[language][domain]) for domain in (*DOMAINS, PLATFORM)],
        by_words((name, rule.title[language]) for name, rule in rules.items()),
    )


def read_wish(
    form: Mapping[str, str], registry: Registry, choices: MuteChoices, now: int, language: Language
) -> tuple[Wish | None, list[Wrong]]:
    """The mute that the form of the mutes asks for, or every mistake in it."""
    asked, words = Asked(form, language), FORMS[language]
    kind = asked.one_of("kind", [one.value for one in MuteKind])
    chosen = {name: asked.one_of(name, [value for value, _ in some]) for name, some in choices._asdict().items()}
    device = asked.text("device")
    if device and device not in registry.devices:
        asked.wrong.append(Wrong("device", words["no_device"].format(device=visible(device))))
    rule = chosen.pop("rule")
    selector = {f"{name}s": [value] for name, value in (("device", device), *chosen.items()) if value}
    if not kind and not asked.wrong:
        asked.wrong.append(Wrong("kind", words["no_kind"]))
    if not asked.wrong and bool(selector or rule) == ("everything" in form):
        asked.wrong.append(Wrong("whom", words["what"]))
    start, end = _window(asked, now, language)
    comment = _comment(asked, language)
    if asked.wrong:
        return None, asked.wrong
    return Wish(kind, selector, [rule] if rule else [], start, end, comment), []


def read_silence(
    form: Mapping[str, str], alert: Alert, now: int, language: Language
) -> tuple[Wish | None, list[Wrong]]:
    """The silence that the page of an alert asks for."""
    asked = Asked(form, language)
    whom, length = asked.one_of("whom", OF_ALERT), asked.one_of("length", LENGTHS)
    if not asked.wrong and not (whom and length):
        asked.wrong.append(Wrong("whom", FORMS[language]["whom_and_length"]))
    series = alert.series
    ours = series.domain == PLATFORM
    if not asked.wrong and ours and whom != "rule":
        asked.wrong.append(Wrong("whom", FORMS[language]["ours"]))
    comment = _comment(asked, language, "why")
    if asked.wrong:
        return None, asked.wrong
    selector = {"device": {"devices": [series.device]}, "site": {"sites": [series.site]}}.get(
        whom.removesuffix("_rule"), {}
    )
    rules = [alert.rule] if whom.endswith("rule") else []
    return Wish(MuteKind.SILENCE.value, selector, rules, now, now + LENGTHS[length], comment), []


def _window(asked: Asked, now: int, language: Language) -> tuple[int, int]:
    """[start, end); without a start it begins now."""
    words, wrong = FORMS[language], len(asked.wrong)
    texts = {name: asked.text(name) for name in ("start", "end")}
    moments = {name: read_moment(text) for name, text in texts.items()}
    for name, text in texts.items():
        if text and moments[name] is None:
            asked.wrong.append(Wrong(name, words["no_moment"].format(value=visible(text))))
    if not texts["end"]:
        asked.wrong.append(Wrong("end", words["no_end"]))
    if len(asked.wrong) > wrong:
        return 0, 0
    start, end = moments["start"] if moments["start"] is not None else now, moments["end"] or 0
    if abs(start - now) > FARTHEST:
        asked.wrong.append(Wrong("start", words["far"]))
    elif abs(end - now) > FARTHEST:
        asked.wrong.append(Wrong("end", words["far"]))
    elif end <= now:
        asked.wrong.append(Wrong("end", words["past"]))
    elif end <= start:
        asked.wrong.append(Wrong("end", words["order"]))
    return start, end


def _comment(asked: Asked, language: Language, name: str = "comment") -> str:
    wrong = len(asked.wrong)
    comment = asked.text(name, LONGEST_COMMENT)
    if not comment and len(asked.wrong) == wrong:
        asked.wrong.append(Wrong(name, FORMS[language]["why"]))
    return comment
