"""A problem in the configuration: where it is, what is wrong and what to do, in French and in English."""

import difflib
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, Self

from devices.texts import PROBLEMS
from devices.texts.places import PLACES

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, Language] = ("fr", "en")

SEPARATOR: dict[Language, str] = {"fr": "\N{NO-BREAK SPACE}: ", "en": ": "}
FEW = 5
"""So many names are shown whole."""
MANY = 500
"""Beyond this many known names, comparing each with the wrong one costs seconds; the neighbours in order do instead."""


class Bilingual(str):
    """A sentence in French and in English. As a plain string it is the English one, which is what logs show."""

    __slots__ = ("french",)
    french: str

    def __new__(cls, fr: str, en: str) -> Self:
        self = super().__new__(cls, en)
        self.french = fr
        return self

    @classmethod
    def of(cls, texts: Mapping[str, str], /, **facts: object) -> "Bilingual":
        """One text with its facts; a fact that is itself bilingual is said in the same language."""
        return Bilingual(*(texts[language].format(**in_language(facts, language)) for language in LANGUAGES))

    def text(self, language: Language) -> str:
        return self.french if language == "fr" else str(self)


NOTHING = Bilingual("", "")


def in_language(facts: Mapping[str, object], language: Language) -> dict[str, object]:
    """The facts of a text, those that are bilingual in this language."""
    return {name: fact.text(language) if isinstance(fact, Bilingual) else fact for name, fact in facts.items()}


class Problem(NamedTuple):
    file: str
    """Path as the user gave it, relative to the configuration folder."""
    place: str
    """`row 12, column model`, `line 7, co2.unit`, or a key such as `mqtt.url`; "" for the whole file."""
    code: str
    """A key of `devices.texts.PROBLEMS`; stable."""
    facts: Mapping[str, object] = {}
    """What the text of the code needs."""

    def text(self, language: Language) -> str:
        """`file: place: what is wrong and what to do`."""
        sentence = PROBLEMS[self.code][language].format(**in_language(self.facts, language))
        parts = (self.file, _place(self.place, language), sentence)
        return SEPARATOR[language].join(part for part in parts if part)


def near(value: str, known: Iterable[str], limit: int = 3) -> str:
    """The names most like `value`, or all when they are few: what the remedies say, `known: a, b, c`."""
    names = sorted(set(known))
    if len(names) <= FEW:
        return ", ".join(names) or "-"
    if len(names) > MANY:
        here = bisect_left(names, value)
        return ", ".join(names[max(0, here - limit + 1) : here + limit - 1])
    close = difflib.get_close_matches(value, names, n=limit)
    if close:
        return ", ".join(close)
    return ", ".join([*names[:FEW], "…"])


def _place(place: str, language: Language) -> str:
    """`row`, `column` and `line` as the language says them; keys and column names stay as they are written."""
    words = PLACES[language]
    return re.sub(r"\b(row|line)(?= \d)|\bcolumn(?= )", lambda found: words[found[0]], place)
