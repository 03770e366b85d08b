"""Refusals as the pages show them. Strangers' text is made visible; templates escape it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dashboards.console.pieces.visible import visible
from dashboards.console.quarantine.texts import REMEDIES, TEXTS
from dashboards.console.rows import Moment, moment
from dashboards.console.sources import Dropped, Refused
from dashboards.console.texts import REASONS
from devices.problems import Language
from devices.readable import whole


class Row(NamedTuple):
    id: int
    received: Moment
    topic: str
    device: str
    code: str
    reason: str
    """The code in words."""
    detail: str
    size: str
    cut: bool
    """Not all of its bytes were kept: it cannot be run again."""


class Tally(NamedTuple):
    code: str
    reason: str
    number: str
    remedy: str


def row_of(one: Refused, now: int, language: Language) -> Row:
    """`now` is the wall clock, ms."""
    return Row(
        one.id,
        moment(one.received, now, language),
        visible(one.topic),
        visible(one.device),
        visible(one.reason),
        REASONS[language].get(one.reason, ""),
        visible(one.detail, kept="\n"),
        whole(one.size),
        len(one.kept) < one.size,
    )


def dropped(gone: Sequence[Dropped], language: Language) -> list[str]:
    """A sentence for each."""
    t = TEXTS[language]
    return [
        t["dropped"].format(
            device=visible(one.device) or t["strangers"],
            number=whole(one.refusals),
            reason=REASONS[language].get(one.reason, one.reason),
        )
        for one in gone
    ]


def tallies(counts: Mapping[str, int], language: Language) -> list[Tally]:
    """By reason, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [
        Tally(code, REASONS[language].get(code, code), whole(count), REMEDIES[language].get(code, ""))
        for code, count in ordered
        if count
    ]
