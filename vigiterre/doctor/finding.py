"""What the doctor finds: one fact with its figures, how bad it is, and the remedy, in French and in English."""

from typing import Literal, NamedTuple

from devices.errors import ConfigError
from devices.problems import Language, Problem
from ingest.trouble import Trouble
from stores.texts import Remedy
from vigiterre.doctor.texts import TEXTS

Level = Literal["ok", "warning", "error"]
"""error: readings do not come in, are lost, or will be at the next restart or the next hour of a store that is away.
warning: readings would be lost by a crash or a power failure, or something will fail within days."""


class Words(NamedTuple):
    """The same in two languages."""

    fr: str
    en: str

    def text(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en


class Finding(NamedTuple):
    code: str
    """`broker.dropped`: the part looked at, and what was found. Stable: people script on it."""
    level: Level
    found: Words
    remedy: Words

    @property
    def check(self) -> str:
        """The part looked at: config, broker, tls, store, disk, clock, process, quarantine or alerts."""
        return self.code.partition(".")[0]

    def row(self, language: Language) -> dict[str, str]:
        """What `--json` gives."""
        return {
            "check": self.check,
            "level": self.level,
            "code": self.code,
            "found": self.found.text(language),
            "remedy": self.remedy.text(language),
        }


def ok(code: str, **facts: object) -> Finding:
    return _finding(code, "ok", facts)


def warning(code: str, **facts: object) -> Finding:
    return _finding(code, "warning", facts)


def error(code: str, **facts: object) -> Finding:
    return _finding(code, "error", facts)


def of_config(code: str, fault: ConfigError) -> list[Finding]:
    return [error(code, problem=of_problem(problem)) for problem in fault.problems]


def of_problem(problem: Problem) -> Words:
    return Words(problem.text("fr"), problem.text("en"))


def of_trouble(trouble: Trouble) -> Words:
    return Words(trouble.text("fr"), trouble.text("en"))


def of_remedy(remedy: str) -> Words:
    """A remedy of a store, which knows both languages unless it is plain text."""
    return Words(remedy.text("fr"), remedy.text("en")) if isinstance(remedy, Remedy) else Words(remedy, remedy)


def size(count: float) -> Words:
    """Bytes as people read them: `3,2 Gio`, `3.2 GiB`."""
    for fr, en, unit in (("Gio", "GiB", 2**30), ("Mio", "MiB", 2**20), ("Kio", "KiB", 2**10)):
        if count >= unit:
            return Words(f"{number(count / unit).fr} {fr}", f"{number(count / unit).en} {en}")
    return Words(f"{count:.0f} o", f"{count:.0f} B")


def number(value: float, digits: int = 1) -> Words:
    english = f"{value:.{digits}f}"
    return Words(english.replace(".", ","), english)


def _finding(code: str, level: Level, facts: dict[str, object]) -> Finding:
    found, remedy = TEXTS[code]
    return Finding(code, level, _said(found, facts), _said(remedy, facts))


def _said(texts: tuple[str, str], facts: dict[str, object]) -> Words:
    french = {name: fact.fr if isinstance(fact, Words) else fact for name, fact in facts.items()}
    english = {name: fact.en if isinstance(fact, Words) else fact for name, fact in facts.items()}
    return Words(texts[0].format(**french), texts[1].format(**english))
