"""Which stretch of time is shown: one of four, or from one moment to another as a person types them."""

from collections.abc import Mapping
from typing import NamedTuple

from devices.cells import instant, iso_date
from devices.schema import RAW_LONGEST_MS

DAY_MS = 86_400_000
LENGTHS = {"24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS, "1y": 365 * DAY_MS}
DEFAULT = "24h"
LONGEST_MS = 5 * 366 * DAY_MS
"""Five years of hours are 44,000 values, as many as a page should ask of a store at once."""
EARLIEST, LATEST = 0, 4_102_444_800_000
"""1970 and 2100: what is beyond is a slip of the finger."""


class Span(NamedTuple):
    """[start, end), ms."""

    name: str
    """A key of LENGTHS, or "" for one that was typed."""
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def raw(self) -> bool:
        """Short enough to be drawn of every value; a longer one is drawn of hours."""
        return self.length <= RAW_LONGEST_MS


def read_span(query: Mapping[str, str], now: int) -> tuple[Span, dict[str, str]]:
    """`range`, or `from` and `to` -> what to show, and what is wrong: field -> a key of the texts.

    `now` in ms. With a mistake the span is the last day, so that the page can still be shown.
    """
    if query.get("from") or query.get("to"):
        return _typed(query, now)
    name = query.get("range") or DEFAULT
    if name not in LENGTHS:
        return _last(DEFAULT, now), {"range": "bad_range"}
    return _last(name, now), {}


def _last(name: str, now: int) -> Span:
    return Span(name, now - LENGTHS[name], now + 1)


def _typed(query: Mapping[str, str], now: int) -> tuple[Span, dict[str, str]]:
    """`to` may be missing: until now. A bare day is meant whole."""
    ends = query.get("to", "")
    start, end = _moment(query.get("from", "")), _moment(ends) if ends else now
    problems = {name: "bad_moment" for name, time in (("from", start), ("to", end)) if time is None}
    if start is None or end is None:
        return _last(DEFAULT, now), problems
    end += DAY_MS if iso_date(ends.strip()) else 1
    if start >= end - 1:
        problems = {"to": "ends_first"}
    elif end - start > LONGEST_MS:
        problems = {"from": "too_long"}
    return (_last(DEFAULT, now), problems) if problems else (Span("", start, end), {})


def _moment(text: str) -> int | None:
    """Milliseconds since 1970, or a time as our files say it; None when neither, or far from any measurement."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 13:
        time: int | None = int(text)
    else:
        try:
            time = instant(text)
        except OverflowError:
            return None
    return time if time is not None and EARLIEST <= time <= LATEST else None
