"""The table beside a chart: hours of up to a week, days of more, the newest first."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from dashboards.console.device.samples import NO_BAND, Band, Sample, Track, bands
from dashboards.console.device.span import Span
from dashboards.console.device.summary import duration, held, state_name
from dashboards.console.device.times import clock, day, iso
from dashboards.console.pieces.days import by_day, day_after, day_of
from devices.problems import Language
from devices.quantity import Kind, Quantity
from devices.readable import with_sign
from devices.schema import HOUR_MS
from stores.rollup import aggregate

PAGE_ROWS = 31


class Row(NamedTuple):
    when: str
    iso: str
    value: str
    low: str
    high: str
    made_of: int
    """Values it is made of: as they came, or hours."""


class Page(NamedTuple):
    rows: Sequence[Row]
    number: int
    """From 1."""
    pages: int
    daily: bool
    band: bool
    """Whether lowest and highest mean something."""


def twin(track: Track, quantity: Quantity, span: Span, number: int, language: Language) -> Page:
    """Page `number` of the table; one beyond the last is the last."""
    daily = not span.raw
    start = by_day() if daily else _hour_of
    groups = [list(members) for _, members in groupby(track.samples, lambda one: start(one.time))][::-1]
    pages = max(1, -(-len(groups) // PAGE_ROWS))
    number = min(max(1, number), pages)
    chosen = groups[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    banded = quantity.kind is not Kind.STATE and quantity.aggregate not in NO_BAND
    found = bands(track, span.end) if quantity.kind is Kind.STATE else []
    rows = [_row(members, quantity, found, language, daily=daily, banded=banded) for members in chosen]
    return Page(rows, number, pages, daily, banded)


def page_number(text: str) -> int | None:
    """1 of "", None of what is no page number."""
    if not text:
        return 1
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0 else None


def _hour_of(time: int) -> int:
    return time - time % HOUR_MS


def _row(
    members: Sequence[Sample],
    quantity: Quantity,
    found: Sequence[Band],
    language: Language,
    *,
    daily: bool,
    banded: bool,
) -> Row:
    start = day_of(members[0].time) if daily else _hour_of(members[0].time)
    end = day_after(start) if daily else start + HOUR_MS
    said = _states(found, start, end, quantity, language) if found else _value(members, quantity, language)
    low, high = min(one.low for one in members), max(one.high for one in members)
    return Row(
        day(start, language) if daily else clock(start, language),
        iso(start),
        said,
        with_sign(low, quantity.unit, language) if banded else "",
        with_sign(high, quantity.unit, language) if banded else "",
        len(members),
    )


def _value(members: Sequence[Sample], quantity: Quantity, language: Language) -> str:
    value = aggregate(quantity.aggregate, [one.value for one in members])
    return "—" if value is None else with_sign(value, quantity.unit, language)


def _states(found: Sequence[Band], start: int, end: int, quantity: Quantity, language: Language) -> str:
    cut = [
        Band(max(one.start, start), min(one.end, end), one.state)
        for one in found
        if one.start < end and one.end > start
    ]
    return ", ".join(
        f"{state_name(state, quantity, language)} {duration(time, language)}" for state, time in held(cut).items()
    )
