"""A problem in the configuration: where it is, what is wrong and what to do, in French and in English."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from devices.texts import PROBLEMS

Language = Literal["fr", "en"]


class Problem(NamedTuple):
    file: str
    """Path as the user gave it, relative to the configuration folder."""
    place: str
    """`row 12, column model`, or a key such as `quantities.co2.unit`; "" for the whole file."""
    code: str
    """A key of `devices.texts.PROBLEMS`; stable."""
    facts: Mapping[str, object] = {}
    """What the text of the code needs."""

    def text(self, language: Language) -> str:
        """`file: place: what is wrong and what to do`."""
        sentence = PROBLEMS[self.code][language].format(**self.facts)
        return ": ".join(part for part in (self.file, self.place, sentence) if part)
