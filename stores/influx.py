"""InfluxDB 1, 2 and 3 by what all three serve: `POST /write` (line protocol) and `POST /query` (InfluxQL).

A batch ends in exactly one way: every reading is stored, or StoreRefused names the ones that never will be and all
others are stored, or StoreUnavailable says that nothing is certain (`stores/influx_write.py`).

Raw values are in `autogen`, but for those that may tell of persons: `stores/personal.py`. Who asks for raw values is
answered from all of these policies, also from one that nothing is written to any more.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import structlog

from devices.errors import StoreRefused, StoreUnavailable
from devices.mark import Mark, as_reading_series
from devices.reading import Reading
from devices.schema import RAW, ROLLUP
from stores import influxql
from stores.influx_http import InfluxServer, query
from stores.influx_rows import joined, merged, readings_in, series_of, without, words_of
from stores.influx_schema import ensure
from stores.influx_write import send
from stores.line_protocol import encode_all, encode_mark
from stores.personal import days_of, divide, policies_of
from stores.port import NONE_SOONER, Hour, Latest, Point, Rollup
from stores.storable import good_names, sift, sift_marks, values_good
from stores.texts import Remedy

log = structlog.get_logger()

DEVICES_PER_QUERY = 200
STATEMENTS_PER_QUERY = 20
BEYOND = "beyond retention policy"
"""Words of InfluxDB 1 and 2 about a value that is too old for its policy."""
SAID_AGAIN_SECONDS = 600.0
"""So long nothing more is said of values that came too late."""


class _Lines(NamedTuple):
    """What goes to one policy, line by line."""

    policy: str
    readings: Sequence[Reading]
    lines: Sequence[bytes]


class InfluxStore:
    """Readings in one InfluxDB database, raw values in policy `autogen` and hourly ones in `rollup_1h`.

    Retentions in days; 0 keeps for ever. `own_days`: see `keep_apart` of the port. `organisation` matters to InfluxDB 2
    only, when a token sees several.
    """

    keeps_marks = True

    def __init__(
        self,
        server: InfluxServer,
        *,
        raw_days: int = 90,
        rollup_days: int = 3650,
        own_days: Mapping[str, int] = NONE_SOONER,
        organisation: str = "",
    ) -> None:
        self._server = server
        self._retention_days = {RAW: raw_days, ROLLUP: rollup_days}
        self._organisation = organisation
        self.left_out = 0
        self._said = -SAID_AGAIN_SECONDS
        self.keep_apart(own_days)

    def __repr__(self) -> str:
        return f"InfluxStore({self._server!r})"

    def keep_apart(self, own_days: Mapping[str, int]) -> None:
        self._apart = policies_of(own_days)
        self._ensured: frozenset[str] = frozenset()
        """Policies of persons that are there, for we made them."""
        self._raw: tuple[str, ...] | None = None
        """All policies with raw values; None before the server was asked."""

    def ensure_schema(self) -> None:
        """Create the database and its policies, or correct their retention; do nothing where all is as it should be."""
        personal = {policy: days for policy in self._apart.values() if (days := days_of(policy)) is not None}
        ensure(self._server, {**self._retention_days, **personal}, self._organisation)
        self._ensured = frozenset(personal)
        self._raw = None

    def write(self, readings: Sequence[Reading]) -> None:
        """What is too old for its own policy is left out, counted and said: it would be gone at once."""
        refused: list[tuple[Reading, str]] = []
        names = good_names(readings)
        parts, too_late = ([], 0) if names is None else self._parts(readings, names)
        if names is None or any(len(part.lines) < len(part.readings) for part in parts):
            readings, refused = sift(readings)
            parts, too_late = self._parts(readings, {name for reading in readings for name in reading.values})
        for part in parts:
            told = send(self._server, part.readings, part.lines, part.policy)
            refused += [one for one in told if part.policy == RAW or BEYOND not in one[1]]
            too_late += sum(part.policy != RAW and BEYOND in words for _, words in told)
        self._note_left_out(too_late)
        if refused:
            raise StoreRefused(list({id(reading): (reading, words) for reading, words in refused}.values()))

    def _parts(self, readings: Sequence[Reading], names: Iterable[str]) -> tuple[list[_Lines], int]:
        """Readings and their lines by policy, and how many values were left out. `names`: all of their quantities."""
        apart = self._apart
        if apart.keys().isdisjoint(names):
            return [_Lines(RAW, readings, encode_all(readings))], 0
        parts, too_late = divide(readings, apart, time.time_ns() // 1_000_000)
        return [_Lines(policy, whole, encode_all(stored)) for policy, (whole, stored) in parts.items()], too_late

    def _note_left_out(self, values: int) -> None:
        self.left_out += values
        if values and time.monotonic() >= self._said + SAID_AGAIN_SECONDS:
            self._said = time.monotonic()
            log.warning("personal_values_too_late", values=values, since_start=self.left_out)

    def write_rollups(self, rollups: Sequence[Rollup]) -> None:
        """Raises StoreRefused with a roll-up as the Reading of its hour."""
        hours: Sequence[Reading] = [Reading(series, hour, dict(fields)) for series, _, hour, fields in rollups]
        refused: list[tuple[Reading, str]] = []
        lines = encode_all(hours) if values_good(hours) else []
        if len(lines) < len(hours):
            hours, refused = sift(hours)
            lines = encode_all(hours)
        refused += send(self._server, hours, lines, ROLLUP)
        if refused:
            raise StoreRefused(refused)

    def mark(self, marks: Sequence[Mark]) -> None:
        good, refused = sift_marks(marks)
        refused += send(self._server, good, [encode_mark(mark) for mark in good], RAW)
        if refused:
            told = [(Reading(as_reading_series(mark), mark.time, mark.values), words) for mark, words in refused]
            raise StoreRefused(told)

    def latest(self, devices: Collection[str] | None = None) -> list[Latest]:
        """As the port says. InfluxDB keeps no such table: it looks through the raw policies, one statement a field."""
        newest: dict[tuple[str, str], Latest] = {}
        for one in self._newest():
            key = (one.series.device, one.quantity)
            if key not in newest or one.time >= newest[key].time:
                newest[key] = one
        return [each for each in newest.values() if devices is None or each.series.device in devices]

    def _newest(self) -> Iterator[Latest]:
        """Of each policy and series."""
        for policy in self._policies(RAW):
            [keys] = self._query(influxql.FIELD_KEYS, policy)
            wanted = influxql.quantities_in(keys)
            for (_, quantity), answer in zip(wanted, self._answers(wanted, policy), strict=True):
                for table in answer.tables:
                    series = series_of(table)
                    yield from (Latest(series, quantity, int(time), value) for time, value in table.rows)

    def points(self, device: str, quantity: str, start: int, end: int, policy: str = RAW) -> list[Point]:
        statement = influxql.points_of(device, quantity, start, end)
        found: list[Point] = []
        for each in self._policies(policy):
            [answer] = self._timed(statement, each, columns=2)
            rows = (row for table in answer.tables for row in table.rows)
            newer = [Point(int(time), value) for time, value in rows if value is not None]
            found = newer + without(found, {point.time for point in newer})
        return sorted(found)

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
        found = [self._timed(influxql.oldest_after(start), each)[0] for each in self._policies(policy)]
        return min((int(row[0]) for answer in found for table in answer.tables for row in table.rows), default=None)

    def _of(self, policy: str, start: int, end: int, devices: Collection[str] | None) -> Iterator[Reading]:
        first, *others = self._policies(policy)
        known = {name for each in (first, *others) for name in self._devices(each)} if devices is None else set(devices)
        names = iter(sorted(known))
        while some := list(islice(names, DEVICES_PER_QUERY)):
            statement = influxql.readings_of(some, start, end)
            apart = merged(readings_in(self._timed(statement, each)[0]) for each in others)
            yield from joined(self._timed(statement, first)[0], apart)

    def _policies(self, policy: str) -> tuple[str, ...]:
        """Where what is asked of a policy may be. For raw values later ones are asked for last, and stand above."""
        if policy != RAW:
            return (policy,)
        if self._raw is None:
            self._raw = (RAW, *sorted({policy for policy in self._shown() if days_of(policy)} | self._ensured))
        return self._raw

    def _shown(self) -> set[str]:
        """Names of policies, among others. InfluxDB 3 shows none: there each is a database."""
        database, asked = self._server.database, {"db": self._server.database}
        [policies] = query(self._server, f"SHOW RETENTION POLICIES ON {influxql.identifier(database)}", asked)
        shown = words_of(policies)
        if not any(map(days_of, shown)):
            [databases] = query(self._server, "SHOW DATABASES", asked)
            shown |= {word.removeprefix(f"{database}/") for word in words_of(databases)}
        return shown

    def expire(
        self,
        raw_before: int,  # noqa: ARG002  -- the server drops by its policies
        rollup_before: int,  # noqa: ARG002
        sooner: Mapping[str, int] = NONE_SOONER,  # noqa: ARG002
    ) -> int:
        """0: the retention policies do it."""
        return 0

    def close(self) -> None:
        self._server.close()

    def _answers(self, wanted: list[tuple[str, str]], policy: str) -> Iterator[influxql.Answer]:
        for first in range(0, len(wanted), STATEMENTS_PER_QUERY):
            some = wanted[first : first + STATEMENTS_PER_QUERY]
            statements = ";".join([influxql.latest_of(*key) for key in some])
            yield from self._timed(statements, policy, count=len(some), columns=2)

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
