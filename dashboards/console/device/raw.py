"""Raw messages as people can look at them: text where it is text, else hexadecimal; nothing of it is ever markup."""

from collections.abc import Iterable
from typing import NamedTuple

from dashboards.console.pieces.visible import visible
from dashboards.console.rows import Moment, moment
from dashboards.console.sources import RawMessage
from devices.problems import Language

SHOWN = 1_000
"""Bytes of a message; the quarantine has a viewer for whole ones."""


class RawRow(NamedTuple):
    moment: Moment
    topic: str
    text: str
    hexadecimal: bool
    size: int
    cut: bool


def raw_rows(messages: Iterable[RawMessage], now: int, language: Language) -> list[RawRow]:
    return [_row(one, now, language) for one in messages]


def _row(message: RawMessage, now: int, language: Language) -> RawRow:
    kept = message.payload[:SHOWN]
    try:
        text, hexadecimal = kept.decode("utf-8"), False
    except UnicodeDecodeError as error:
        # A character that our cut goes through is no sign of binary data.
        whole = len(message.payload) > SHOWN and error.start > SHOWN - 4
        text, hexadecimal = (kept[: error.start].decode("utf-8"), False) if whole else (kept.hex(" "), True)
    return RawRow(
        moment(message.received, now, language),
        visible(message.topic),
        visible(text, kept="\n\t"),
        hexadecimal,
        len(message.payload),
        len(message.payload) > SHOWN,
    )
