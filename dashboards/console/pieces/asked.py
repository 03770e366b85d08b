"""What a query string or a form asks, read with every mistake noted at its control."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from dashboards.console.acknowledge import one_line
from dashboards.console.pieces.texts import TEXTS
from devices.problems import Language

LONGEST = 200
"""Characters of a filter or a name."""


class Wrong(NamedTuple):
    """One mistake."""

    field: str
    """Name, and id, of the control it is about; "" is the whole."""
    text: str


class Asked:
    """Reads values one by one; a wrong one is noted in `wrong`, and is as if it were not given."""

    def __init__(self, given: Mapping[str, str], language: Language) -> None:
        self._given = given
        self._words = TEXTS[language]
        self.wrong: list[Wrong] = []

    def text(self, name: str, longest: int = LONGEST) -> str:
        """One line of printable characters; "" where there is none."""
        found = one_line(self._given.get(name, ""))
        if len(found) > longest:
            self.say(name, "too_long", longest=longest, length=len(found))
            return ""
        return found

    def one_of(self, name: str, choices: Collection[str]) -> str:
        """One of the choices, or "" where none was made."""
        found = self.text(name)
        if found and found not in choices:
            self.say(name, "no_choice", value=found)
            return ""
        return found

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        found = self.text(name)
        if not found:
            return default
        if not (found.isascii() and found.isdigit() and len(found) <= 9 and 1 <= int(found) <= most):
            self.say(name, "no_number", value=found, most=most)
            return default
        return int(found)

    def say(self, field: str, key: str, **facts: object) -> None:
        self.wrong.append(Wrong(field, self._words[key].format(**facts)))


def count_of(given: Mapping[str, str], name: str) -> int:
    """A number that our own redirect wrote into an address; 0 for anything else."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
