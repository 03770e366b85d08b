"""Rows of InfluxQL answers as readings; the answers of several policies as one."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from devices.reading import Reading, Series
from devices.schema import TAGS
from stores import influxql
from stores.port import Point

Rows = dict[Series, dict[int, dict[str, float]]]
"""series -> time -> quantity -> value"""


def series_of(table: influxql.Table) -> Series:
    return Series(table.name, **{tag: table.tags.get(tag, "") for tag in TAGS})


def words_of(answer: influxql.Answer) -> set[str]:
    """All texts in its rows."""
    return {cell for table in answer.tables for row in table.rows for cell in row if isinstance(cell, str)}


def without(points: Iterable[Point], times: Collection[int]) -> list[Point]:
    return [point for point in points if point.time not in times] if times else list(points)


def readings_in(answer: influxql.Answer) -> Iterator[Reading]:
    for table in answer.tables:
        series = series_of(table)
        for values in influxql.columns_of(table):
            yield Reading(series, int(values.pop("time")), values)


def merged(answers: Iterable[Iterable[Reading]]) -> Rows:
    found: Rows = {}
    for reading in (reading for answer in answers for reading in answer):
        found.setdefault(reading.series, {}).setdefault(reading.time, {}).update(reading.values)
    return found


def joined(answer: influxql.Answer, apart: Rows) -> Iterator[Reading]:
    """Readings of an answer with what else of theirs was found apart, grouped by series, in order of time."""
    for series, readings in groupby(readings_in(answer), key=lambda reading: reading.series):
        rest = apart.pop(series, None)
        if rest is None:
            yield from readings
        else:
            yield from in_order(series, merged([readings])[series], rest)
    for series, rest in apart.items():
        yield from in_order(series, {}, rest)


def in_order(series: Series, rows: dict[int, dict[str, float]], more: dict[int, dict[str, float]]) -> Iterator[Reading]:
    for time in sorted({*rows, *more}):
        yield Reading(series, time, {**rows.get(time, {}), **more.get(time, {})})
