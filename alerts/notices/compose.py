"""A notice in words: subject, short text, text, HTML and the JSON of webhooks. Pure: time and links come with the call.

Every form says the same: what, where, how much, since when, what to do, and where to acknowledge.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import PackageLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.dispatch import NoticeKind
from alerts.notices.case import Case, gravest_first
from alerts.notices.document import document_of
from alerts.notices.entry import Entry, entry_of, when
from alerts.notices.texts import KINDS, LEVELS, LEVELS_OF_MANY, PREFIXES, WORDS
from alerts.rule import Level
from devices.problems import Language

SHOWN = 30
"""Alerts of a notice that are told in full, and sites of its summary."""
SUBJECT = 120
"""Characters: with what to do and the link it mostly is two text messages."""
PLAIN = str.maketrans({"\N{MINUS SIGN}": "-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})
"""Subjects are for text messages too, whose alphabet has neither."""


@dataclass(frozen=True, slots=True)
class Composed:
    notice: str
    """The id, the same when it is sent again."""
    thread: str
    """What notices of the same matter share: the id of the alert, or the notice's own."""
    subject: str
    short: str
    """For text messages: what to do, and the link on the last line; the subject goes before it."""
    text: str
    html: str
    document: dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """How the notice is acknowledged."""

    link: str
    words: str
    """What the link does."""


@dataclass(frozen=True, slots=True)
class SiteCount:
    """One row of the summary."""

    site: str
    counts: tuple[int, ...]
    """Of LEVELS_SHOWN."""
    told: str
    """`2 critiques, 1 avertissement`."""


LEVELS_SHOWN = (Level.CRITICAL, Level.WARNING, Level.INFO)


def compose(
    notice: str, cases: Sequence[Case], language: Language, link: str, now: int, public_url: str = ""
) -> Composed:
    """One notice about `cases` (at least one). `link` is the URL that acknowledges them, or ""; `now` is ms."""
    cases = gravest_first(cases)
    entries = [entry_of(case, language, public_url) for case in cases]
    answer = Answer(link, _to_acknowledge(cases, language)) if link else None
    kind = cases[0].kind
    subject = _subject(entries, kind, language)
    facts = _facts(entries, subject, language, now, answer)
    return Composed(
        notice,
        f"alert-{cases[0].alert.id}-{cases[0].alert.found}" if len(cases) == 1 else notice,
        subject,
        _short(entries, answer, language),
        templates()[0].render(facts).strip() + "\n",
        templates()[1].render(facts),
        document_of(notice, kind, cases, entries, subject, now, link),
    )


def compose_test(notice: str, channel: str, language: Language, now: int) -> Composed:
    """The test of one channel, which says that it is one."""
    words, kind = WORDS[language], NoticeKind.TEST
    subject = PREFIXES[language][kind] + words["test_title"]
    action = words["test_action"].format(channel=channel)
    facts = {
        **_facts([], subject, language, now),
        "paragraphs": [KINDS[language][kind] + ".", action, words["test_weekly"]],
    }
    text = templates()[0].render(facts).strip() + "\n"
    html = templates()[1].render(facts)
    return Composed(notice, notice, subject, action, text, html, document_of(notice, kind, [], [], subject, now))


def _facts(
    entries: Sequence[Entry], subject: str, language: Language, now: int, answer: Answer | None = None
) -> dict[str, object]:
    sites = _sites(entries, language)
    return {
        "language": language,
        "subject": subject,
        "answer": answer,
        "paragraphs": [],
        "entries": entries[:SHOWN],
        "more": max(0, len(entries) - SHOWN),
        "many": len(entries) > 1,
        "sites": sites[:SHOWN],
        "more_sites": max(0, len(sites) - SHOWN),
        "measured": any(entry.value for entry in entries),
        "levels": [LEVELS[language][level.word] for level in LEVELS_SHOWN],
        "now": when(now, language),
        "words": WORDS[language],
    }


def _sites(entries: Sequence[Entry], language: Language) -> list[SiteCount]:
    counts: dict[str, Counter[Level]] = {}
    for entry in entries:
        counts.setdefault(entry.site or "-", Counter())[entry.level] += 1
    return [
        SiteCount(site, tuple(found[level] for level in LEVELS_SHOWN), _told(found, language))
        for site, found in counts.items()
    ]


def _subject(entries: Sequence[Entry], kind: NoticeKind, language: Language) -> str:
    first = entries[0]
    title = first.title if kind.ends else first.title.upper()
    if len(entries) == 1:
        text = " - ".join(part for part in (title, first.place) if part) + _amounts(first, language)
    else:
        text = _of_many(entries, title, language)
    text = (PREFIXES[language][kind] + text).translate(PLAIN)
    text = " ".join(text.split())  # a line break in a name must not become a header
    return text if len(text) <= SUBJECT else text[: SUBJECT - 1].rstrip() + "…"


def _amounts(entry: Entry, language: Language) -> str:
    if not entry.value:
        return ""
    limit = f" ({WORDS[language]['limit']} {entry.threshold})" if entry.threshold else ""
    return f": {entry.value}{limit}"


def _of_many(entries: Sequence[Entry], title: str, language: Language) -> str:
    """`30 alertes (1 critique, 29 avertissements) - Collège de Moulins`."""
    words = WORDS[language]
    found = Counter(entry.level for entry in entries)
    what = f" - {title}" if len({entry.title for entry in entries}) == 1 else ""
    sites = {entry.site for entry in entries}
    where = entries[0].place if len(sites) == 1 else f"{len(sites)} {words['sites']}"
    return f"{len(entries)} {words['alerts']}{what} ({_told(found, language)})" + (f" - {where}" if where else "")


def _told(found: Counter[Level], language: Language) -> str:
    counts = [(level, found[level]) for level in LEVELS_SHOWN if found[level]]
    return ", ".join(
        f"{count} {(LEVELS_OF_MANY if count > 1 else LEVELS)[language][level.word]}" for level, count in counts
    )


def _to_acknowledge(cases: Sequence[Case], language: Language) -> str:
    """What the link does: `Prendre en charge ces 35 alertes`; of a notice of one alert, `Prendre en charge`."""
    count = sum(case.expects for case in cases)
    if len(cases) == 1:
        form = "acknowledge"
    elif count == len(cases):
        form = "acknowledge_all"
    else:
        form = "acknowledge_rest" if count > 1 else "acknowledge_last"
    return WORDS[language][form].format(count=count)


def _short(entries: Sequence[Entry], answer: Answer | None, language: Language) -> str:
    """Of several, what to do about the gravest: the others stand behind the link."""
    lines = [entries[0].action]
    if answer is not None:
        lines += [answer.words + WORDS[language]["colon"].rstrip()] if len(entries) > 1 else []
        lines.append(answer.link)
    return "\n".join(line for line in lines if line).translate(PLAIN)


@cache
def templates() -> tuple[Template, Template]:
    """Text and HTML. Asked for at the start: an upgrade under a running process must not change half of it."""
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("alerts.notices"),
        autoescape=lambda name: bool(name) and str(name).endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["link"] = lambda text: str(text).startswith(("https://", "http://"))
    return environment.get_template("notice.txt"), environment.get_template("notice.html")
