"""The link that a form asks for. Pure."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from dashboards.console.accounts.shares import LONGEST, MOST_DAYS
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.sharing.texts import TEXTS
from devices.problems import Language

LENGTHS = ("30", "90", "365")
"""Days, by one choice."""
OTHER = "other"


class Wish(NamedTuple):
    commune: str
    """INSEE code."""
    whom: str
    days: int


def read_wish(form: Mapping[str, str], communes: Collection[str], language: Language) -> tuple[Wish, list[Wrong]]:
    """What is asked for, and every mistake in it; the wish is of use without any only."""
    t, asked = TEXTS[language], Asked(form, language)
    commune = asked.one_of("commune", communes)
    if not commune and not asked.wrong:
        asked.wrong.append(Wrong("commune", t["no_commune"]))
    before = len(asked.wrong)
    whom = asked.text("whom", LONGEST)
    if not whom and len(asked.wrong) == before:
        asked.wrong.append(Wrong("whom", t["no_whom"]))
    days = _days(asked, t)
    return Wish(commune, whom, days), asked.wrong


def _days(asked: Asked, t: Mapping[str, str]) -> int:
    """One choice: what is typed beside another one is not guessed about."""
    before = len(asked.wrong)
    length, days = asked.one_of("length", (*LENGTHS, OTHER)), asked.number("days", 0, MOST_DAYS)
    if len(asked.wrong) > before:
        return 0
    if length in LENGTHS:
        if days not in (0, int(length)):
            asked.wrong.append(Wrong("length", t["two_lengths"].format(length=length, days=days)))
        return int(length)
    if not length and not days:
        asked.wrong.append(Wrong("length", t["no_length"]))
    elif not days:
        asked.wrong.append(Wrong("days", t["no_days"].format(most=MOST_DAYS)))
    return days
