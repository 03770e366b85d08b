"""InfluxDB 1, 2 and 3 by what all three serve: `POST /write` (line protocol) and `POST /query` (InfluxQL).

A batch ends in exactly one way: every reading is stored, or StoreRefused names the ones that never will be and all
others are stored, or StoreUnavailable says that nothing is certain. Sending a line again is harmless, so a refused
batch is halved until the lines at fault stand alone.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from devices.errors import StoreRefused, StoreUnavailable
from devices.mark import Mark, as_reading_series
from devices.reading import Reading, Series
from devices.schema import RAW, ROLLUP, TAGS
from stores import influxql
from stores.influx_http import InfluxServer, Reply, query
from stores.influx_schema import ensure
from stores.line_protocol import encode_all, encode_mark
from stores.port import NONE_SOONER, Hour, Latest, Point, Rollup
from stores.storable import sift, sift_marks, values_good
from stores.texts import Remedy

STORED = (200, 204)
ABOUT_LINES = (
    "partial write",
    "unable to parse",
    "parsing failed",
    "field type conflict",
    "retention",
    "max key length",
)
"""Words by which a 400 is about lines. InfluxDB 1: models/points.go, coordinator/points_writer.go; 3: write.rs."""
DOUBTS = 16
"""So many lines refused in unknown words, and none stored: then the request is at fault, not the lines."""
DEVICES_PER_QUERY = 200
STATEMENTS_PER_QUERY = 20
_DROPPED = re.compile(r"dropped=(\d+)")

_Kept = TypeVar("_Kept", Reading, Mark)


class InfluxStore:
    """Readings in one InfluxDB database, raw values in policy `autogen` and hourly ones in `rollup_1h`.

    Retentions in days; 0 keeps for ever. `organisation` matters to InfluxDB 2 only, when a token sees several.
    """

    keeps_marks = True

    def __init__(
        self, server: InfluxServer, *, raw_days: int = 90, rollup_days: int = 3650, organisation: str = ""
    ) -> None:
        self._server = server
        self._retention_days = {RAW: raw_days, ROLLUP: rollup_days}
        self._organisation = organisation

    def __repr__(self) -> str:
        return f"InfluxStore({self._server!r})"

    def ensure_schema(self) -> None:
        """Create the database and its policies, or correct their retention; do nothing where all is as it should be."""
        ensure(self._server, self._retention_days, self._organisation)

    def write(self, readings: Sequence[Reading]) -> None:
        self._write(readings, RAW)

    def write_rollups(self, rollups: Sequence[Rollup]) -> None:
        """Raises StoreRefused with a roll-up as the Reading of its hour."""
        self._write([Reading(series, hour, dict(fields)) for series, _, hour, fields in rollups], ROLLUP)

    def _write(self, readings: Sequence[Reading], policy: str) -> None:
        refused: list[tuple[Reading, str]] = []
        lines = encode_all(readings) if values_good(readings) else []
        if len(lines) < len(readings):
            readings, refused = sift(readings)
            lines = encode_all(readings)
        refused += self._send(readings, lines, policy)
        if refused:
            raise StoreRefused(refused)

    def mark(self, marks: Sequence[Mark]) -> None:
        good, refused = sift_marks(marks)
        refused += self._send(good, [encode_mark(mark) for mark in good], RAW)
        if refused:
            told = [(Reading(as_reading_series(mark), mark.time, mark.values), words) for mark, words in refused]
            raise StoreRefused(told)

    def _send(self, kept: Sequence[_Kept], lines: Sequence[bytes], policy: str) -> list[tuple[_Kept, str]]:
        """Store the lines of these, whatever it takes; those the server will never take, with its words."""
        parameters = {"db": self._server.database, "rp": policy, "precision": "ms"}
        waiting: list[Sequence[int]] = [range(len(lines))] if lines else []
        refused: list[tuple[_Kept, str]] = []
        stored, doubts = False, 0
        while waiting:
            part = waiting.pop()
            reply = self._server.post("/write", parameters, b"\n".join([lines[index] for index in part]))
            if reply.status in STORED:
                stored = True
            elif named := lines_named(reply, len(part)):
                refused += [(kept[part[index]], words) for index, words in named.items()]
                # The others are stored by now, if they all are: sent again, they certainly will be.
                rest = [line for index, line in enumerate(part) if index not in named]
                waiting += [rest] if rest else []
            elif len(part) == 1 or all_dropped(reply, len(part)):
                refused += [(kept[index], f"{reply.status}: {reply.words}") for index in part]
                doubts += not about_lines(reply)
            else:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
            if doubts and not stored and (doubts >= DOUBTS or not waiting):
                raise StoreUnavailable(f"InfluxDB {self._server.name}: {refused[-1][1]}", Remedy("request"))
        return refused

    def latest(self, devices: Collection[str] | None = None) -> list[Latest]:
        """As the port says. InfluxDB keeps no such table: it looks through the raw policy, one statement a quantity."""
        [keys] = self._query(influxql.FIELD_KEYS, RAW)
        wanted = influxql.quantities_in(keys)
        newest: dict[tuple[str, str], Latest] = {}
        for (_, quantity), answer in zip(wanted, self._answers(wanted), strict=True):
            for table in answer.tables:
                series = series_of(table)
                key = (series.device, quantity)
                for time, value in table.rows:
                    if key not in newest or time >= newest[key].time:
                        newest[key] = Latest(series, quantity, int(time), value)
        return [each for each in newest.values() if devices is None or each.series.device in devices]

    def points(self, device: str, quantity: str, start: int, end: int, policy: str = RAW) -> list[Point]:
        [answer] = self._timed(influxql.points_of(device, quantity, start, end), policy, columns=2)
        return sorted(
            Point(int(time), value) for table in answer.tables for time, value in table.rows if value is not None
        )

    def hours(self, device: str, quantity: str, start: int, end: int) -> list[Hour]:
        [answer] = self._timed(influxql.hours_of(device, quantity, start, end), ROLLUP, columns=4)
        return sorted(
            Hour(int(time), value, value if low is None else low, value if high is None else high)
            for table in answer.tables
            for time, value, low, high in table.rows
            if value is not None
        )

    def readings(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        """As the port says; memory is bounded by the range and DEVICES_PER_QUERY devices, asked for at a time."""
        return self._of(RAW, start, end, devices)

    def rollups(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        return self._of(ROLLUP, start, end, devices)

    def oldest(self, start: int, policy: str = RAW) -> int | None:
        [answer] = self._timed(influxql.oldest_after(start), policy)
        return min((int(row[0]) for table in answer.tables for row in table.rows), default=None)

    def _of(self, policy: str, start: int, end: int, devices: Collection[str] | None) -> Iterator[Reading]:
        names = iter(sorted(self._devices(policy) if devices is None else set(devices)))
        while some := list(islice(names, DEVICES_PER_QUERY)):
            [answer] = self._timed(influxql.readings_of(some, start, end), policy)
            for table in answer.tables:
                series = series_of(table)
                for values in influxql.columns_of(table):
                    yield Reading(series, int(values.pop("time")), values)

    def expire(
        self,
        raw_before: int,  # noqa: ARG002  -- the server drops by its policies
        rollup_before: int,  # noqa: ARG002
        sooner: Mapping[str, int] = NONE_SOONER,  # noqa: ARG002
    ) -> int:
        """0: the retention policies do it, of all quantities alike."""
        return 0

    def close(self) -> None:
        self._server.close()

    def _answers(self, wanted: list[tuple[str, str]]) -> Iterator[influxql.Answer]:
        for first in range(0, len(wanted), STATEMENTS_PER_QUERY):
            some = wanted[first : first + STATEMENTS_PER_QUERY]
            statements = ";".join([influxql.latest_of(*key) for key in some])
            yield from self._timed(statements, RAW, count=len(some), columns=2)

    def _devices(self, policy: str) -> set[str]:
        [answer] = self._query(influxql.DEVICES, policy)
        return {row[-1] for table in answer.tables for row in table.rows if row and isinstance(row[-1], str)}

    def _timed(self, statements: str, policy: str, *, count: int = 1, columns: int = 0) -> list[influxql.Answer]:
        """Answers whose rows begin with their time and have so many columns, or any for 0. Raises StoreUnavailable."""
        answers = self._query(statements, policy, count)
        for table in (table for answer in answers for table in answer.tables):
            if table.columns[:1] != ["time"] or columns not in (0, len(table.columns)):
                words = f"{self._server.name} answered with columns {', '.join(table.columns)[:80]!r}"
                raise StoreUnavailable(words, Remedy("not_influxdb", server=self._server.name))
        return answers

    def _query(self, statements: str, policy: str, count: int = 1) -> list[influxql.Answer]:
        return query(self._server, statements, {"db": self._server.database, "rp": policy}, count)


def lines_named(reply: Reply, count: int) -> dict[int, str]:
    """Index -> words of the lines that InfluxDB 3 names in its JSON body; empty when it names none of ours.

    By `line_number`, counted from 1: `original_line` is cut to 20 characters (influxdb3_types/src/write.rs).
    """
    try:
        data = json.loads(reply.body).get("data")
        entries = data if isinstance(data, list) else [data]
        named = {int(entry["line_number"]) - 1: str(entry["error_message"]) for entry in entries}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return named if all(0 <= index < count for index in named) else {}


def all_dropped(reply: Reply, count: int) -> bool:
    """InfluxDB 1 and 2 count what they drop (`dropped=N`): when it is all of them, halving would only ask again."""
    found = _DROPPED.search(reply.words)
    return found is not None and int(found[1]) == count


def about_lines(reply: Reply) -> bool:
    return reply.status in (413, 422) or any(words in reply.words for words in ABOUT_LINES)


def series_of(table: influxql.Table) -> Series:
    return Series(table.name, **{tag: table.tags.get(tag, "") for tag in TAGS})
