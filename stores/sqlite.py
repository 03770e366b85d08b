"""The embedded store: one SQLite file, no server.

A series here is a placement and a quantity; its number and the time are the whole key of a point, which costs about 23
bytes a value (`bench/sqlite_store.py`). The newest value of each series is kept beside, so that "latest" never scans.
-0.0 comes back as 0.0: SQLite keeps whole numbers as integers.
"""

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import RLock
from typing import Any

from devices.errors import StoreRefused
from devices.mark import Mark
from devices.reading import Reading, Series
from devices.schema import COUNT, MAX, MEASUREMENTS, MIN, RAW
from stores import sqlite_expiry, sqlite_file
from stores.port import NONE_SOONER, Hour, Latest, Point, Rollup
from stores.rollup import split_field
from stores.storable import all_good, sift

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE series (
  id INTEGER PRIMARY KEY, domain TEXT NOT NULL, device TEXT NOT NULL, model TEXT NOT NULL, site TEXT NOT NULL,
  commune TEXT NOT NULL, quantity TEXT NOT NULL,
  UNIQUE (device, quantity, domain, model, site, commune)
);
CREATE TABLE points (
  series INTEGER NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (series, time)
) WITHOUT ROWID;
CREATE TABLE latest (series INTEGER PRIMARY KEY, time INTEGER NOT NULL, value REAL NOT NULL);
CREATE TABLE rollups (
  series INTEGER NOT NULL, hour INTEGER NOT NULL, value REAL, min REAL, max REAL, count REAL, others TEXT,
  PRIMARY KEY (series, hour)
) WITHOUT ROWID;
"""
"""`others`: JSON object of a roll-up's remaining fields (durations), suffix -> value."""

INSERT_SERIES = (
    "INSERT OR IGNORE INTO series (device, quantity, domain, model, site, commune) VALUES (?, ?, ?, ?, ?, ?)"
)
FIND_SERIES = (
    "SELECT id FROM series WHERE device = ? AND quantity = ? AND domain = ? AND model = ? AND site = ? AND commune = ?"
)
INSERT_POINT = "INSERT INTO points VALUES (?, ?, ?) ON CONFLICT (series, time) DO UPDATE SET value = excluded.value"
INSERT_LATEST = (
    "INSERT INTO latest VALUES (?, ?, ?) ON CONFLICT (series) DO UPDATE"
    " SET time = excluded.time, value = excluded.value WHERE excluded.time >= latest.time"
)
DOMAINS = ", ".join(f"'{name}'" for name in MEASUREMENTS)
"""Older files hold alerts too, in series of other names."""
COLUMNS = {"": "value", MIN: "min", MAX: "max", COUNT: "count"}
WRITING = (
    "cache_size = -16000",  # KiB: a batch touches one page a series, and the next batch the same ones
    "wal_autocheckpoint = 8000",  # pages: what several batches wrote to one page goes into the file once
    "journal_size_limit = 67108864",  # bytes: the log that a long reader has made grow becomes small again
    "secure_delete = FAST",  # free pages need not be written to be empty; of what tells of persons they are
)
EXPIRY_SECONDS = 10.0
"""An expiry ends after so long, and the next one goes on: roll-ups and a stop of the process wait for it."""

_Key = tuple[Series, str]


class SqliteStore:
    """Readings in one file. Other processes may read it (`read_only=True`) while one writes.

    Safe from several threads: one connection writes, one reads, each behind its own lock. Every method that touches the
    file raises StoreUnavailable with a remedy when it is locked, full, damaged or not there.
    """

    keeps_marks = False
    left_out = 0

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._write_lock = RLock()
        self._read_lock = RLock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._ids: dict[_Key, int] = {}
        self._keys: dict[int, _Key] = {}
        self._whose: dict[int, tuple[str, str] | None] = {}
        """Number of a series -> device and quantity; None for what is no reading."""
        self._expired: tuple[int, int, Mapping[str, int]] = (0, 0, {})

    def ensure_schema(self) -> None:
        """Create folder, file and tables. Raises StoreUnavailable for a foreign file or one of a newer version."""
        if self._read_only:
            with self._read_lock, sqlite_file.said(self.path):
                sqlite_file.check_version(self._reading(), self.path, SCHEMA_VERSION)
            return
        with self._write_lock, sqlite_file.said(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            sqlite_file.migrate(self._writing(), self.path, SCHEMA_VERSION, SCHEMA)

    def write(self, readings: Sequence[Reading]) -> None:
        good, refused = (readings, []) if all_good(readings) else sift(readings)
        with self._write_lock, sqlite_file.said(self.path), self._writing() as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            ids = self._number({(series, quantity) for series, _, values in good for quantity in values})
            rows = [
                (ids[series, quantity], time, float(value))
                for series, time, values in good
                for quantity, value in values.items()
            ]
            # By place in the file, so that each page is taken once; of two values of one time the last stays the last.
            rows.sort(key=itemgetter(0, 1))
            transaction.executemany(INSERT_POINT, rows)
            transaction.executemany(INSERT_LATEST, {row[0]: row for row in rows}.values())
        self._remember(ids)
        if refused:
            raise StoreRefused(refused)

    def keep_apart(self, own_days: Mapping[str, int]) -> None:
        """Told at each `expire`."""

    def mark(self, marks: Sequence[Mark]) -> None:
        """Nobody could ask the file for them."""

    def write_rollups(self, rollups: Sequence[Rollup]) -> None:
        with self._write_lock, sqlite_file.said(self.path), self._writing() as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            ids = self._number({(series, quantity) for series, quantity, _, _ in rollups})
            transaction.executemany(
                "INSERT OR REPLACE INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (ids[series, quantity], hour, *_columns(quantity, fields))
                    for series, quantity, hour, fields in rollups
                ],
            )
        self._remember(ids)

    def latest(self, devices: Collection[str] | None = None) -> list[Latest]:
        with self._read_lock, sqlite_file.said(self.path):
            rows = self._reading().execute("SELECT series, time, value FROM latest").fetchall()
            self._know_series()
        newest: dict[tuple[str, str] | None, tuple[int, int, float]] = {}
        for row in rows:
            whose = self._whose[row[0]]
            known = newest.get(whose)
            if known is None or row[1] >= known[1]:
                newest[whose] = row
        newest.pop(None, None)
        found = [Latest(*self._keys[number], time, value) for number, time, value in newest.values()]
        return found if devices is None else [each for each in found if each.series.device in devices]

    def points(self, device: str, quantity: str, start: int, end: int, policy: str = RAW) -> list[Point]:
        if policy == RAW:
            return [*map(Point._make, self._rows("points", "time", "value", (device, quantity, start, end)))]
        if rows := self._rows("rollups", "hour", "value", (device, quantity, start, end)):
            return [Point._make(row) for row in rows if row[1] is not None]
        quantity, suffix = split_field(quantity)  # `vehicle_count` was a quantity itself
        if column := COLUMNS.get(suffix):
            rows = self._rows("rollups", "hour", column, (device, quantity, start, end))
            return [Point._make(row) for row in rows if row[1] is not None]
        rows = self._rows("rollups", "hour", "others", (device, quantity, start, end))
        others = [(time, json.loads(text)) for time, text in rows if text is not None]
        return [Point(time, fields[suffix]) for time, fields in others if suffix in fields]

    def hours(self, device: str, quantity: str, start: int, end: int) -> list[Hour]:
        columns = "value, coalesce(min, value), coalesce(max, value)"
        rows = self._rows("rollups", "hour", columns, (device, quantity, start, end))
        return [Hour._make(row) for row in rows if row[1] is not None]

    def _rows(self, table: str, time: str, column: str, facts: tuple[str, str, int, int]) -> list[Any]:
        statement = (
            f"SELECT {time}, {column} FROM {table} WHERE series IN"  # noqa: S608  -- names of ours, values by ?
            f" (SELECT id FROM series WHERE device = ? AND quantity = ? AND domain IN ({DOMAINS}))"
            f" AND {time} >= ? AND {time} < ? ORDER BY {time}"
        )
        with self._read_lock, sqlite_file.said(self.path):
            return self._reading().execute(statement, facts).fetchall()

    def readings(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        for series, members in self._members(devices):
            yield from self._merge(series, members, start, end)

    def rollups(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        for series, members in self._members(devices):
            yield from self._merge_hours(series, members, start, end)

    def oldest(self, start: int, policy: str = RAW) -> int | None:
        table, time = ("points", "time") if policy == RAW else ("rollups", "hour")
        statement = (
            f"SELECT min((SELECT min({time}) FROM {table} WHERE series = id AND {time} >= ?))"  # noqa: S608  -- ours
            f" FROM series WHERE domain IN ({DOMAINS})"
        )
        with self._read_lock, sqlite_file.said(self.path):
            found: int | None = self._reading().execute(statement, (start,)).fetchone()[0]
        return found

    def _members(self, devices: Collection[str] | None) -> Iterator[tuple[Series, list[tuple[str, int]]]]:
        """Each placement with its quantities and their numbers."""
        with self._read_lock, sqlite_file.said(self.path):
            self._know_series()
        chosen = None if devices is None else frozenset(devices)
        keys = sorted(
            (key, number)
            for number, key in list(self._keys.items())
            if key[0].domain in MEASUREMENTS and (chosen is None or key[0].device in chosen)
        )
        for series, members in groupby(keys, key=lambda entry: entry[0][0]):
            yield series, [(key[1], number) for key, number in members]

    def _merge(self, series: Series, members: list[tuple[str, int]], start: int, end: int) -> list[Reading]:
        """Readings of one placement: its quantities joined by time."""
        merged: dict[int, dict[str, float]] = {}
        with self._read_lock, sqlite_file.said(self.path):
            for quantity, number in members:
                for time, value in self._reading().execute(
                    "SELECT time, value FROM points WHERE series = ? AND time >= ? AND time < ?", (number, start, end)
                ):
                    merged.setdefault(time, {})[quantity] = value
        return [Reading(series, time, merged[time]) for time in sorted(merged)]

    def _merge_hours(self, series: Series, members: list[tuple[str, int]], start: int, end: int) -> list[Reading]:
        merged: dict[int, dict[str, float]] = {}
        columns = ", ".join(COLUMNS.values())
        statement = f"SELECT hour, {columns}, others FROM rollups WHERE series = ? AND hour >= ? AND hour < ?"  # noqa: S608  -- names of ours
        with self._read_lock, sqlite_file.said(self.path):
            for quantity, number in members:
                for hour, *values, others in self._reading().execute(statement, (number, start, end)):
                    fields = {**dict(zip(COLUMNS, values, strict=True)), **json.loads(others or "{}")}
                    told = {quantity + suffix: value for suffix, value in fields.items() if value is not None}
                    merged.setdefault(hour, {}).update(told)
        return [Reading(series, hour, merged[hour]) for hour in sorted(merged)]

    def expire(self, raw_before: int, rollup_before: int, sooner: Mapping[str, int] = NONE_SOONER) -> int:
        """Drop whole days (UTC) that are older, and give surplus space back, for EXPIRY_SECONDS at most.

        In slices with a pause after each, so that whoever writes waits for one slice. A file that an older version
        made keeps its size, and is filled anew.
        """
        early = {quantity: sqlite_expiry.day_of(before) for quantity, before in sooner.items()}
        ends = sqlite_expiry.day_of(raw_before), sqlite_expiry.day_of(rollup_before), early
        if ends == self._expired:
            return 0
        stop = time.monotonic() + EXPIRY_SECONDS
        dropped = self._drop_early(early, stop)
        dropped += self._drop("points", "time", ends[0], stop) + self._drop("rollups", "hour", ends[1], stop)
        with self._slice() as transaction:
            transaction.execute("DELETE FROM latest WHERE time < ?", (ends[0],))
        self._give_back(stop)
        if time.monotonic() < stop:
            self._expired = ends
        return dropped

    def _drop_early(self, early: Mapping[str, int], stop: float) -> int:
        """Raw values of quantities with a retention of their own. They may tell of persons: their bytes go too."""
        if not early:
            return 0
        self._writing_sets("secure_delete = ON")
        try:
            dropped = sum(self._drop("points", "time", before, stop, quantity) for quantity, before in early.items())
            with self._slice() as transaction:
                transaction.executemany(sqlite_expiry.FORGET_LATEST, [(before, name) for name, before in early.items()])
        finally:
            self._writing_sets("secure_delete = FAST")
        return dropped

    def _writing_sets(self, setting: str) -> None:
        with self._write_lock, sqlite_file.said(self.path):
            self._writing().execute(f"PRAGMA {setting}").close()

    def _drop(self, table: str, column: str, before: int, stop: float, quantity: str = "") -> int:
        with sqlite_file.said(self.path), closing(sqlite_file.connect(self.path, read_only=True)) as reader:
            waiting = sqlite_expiry.series_with(reader, table, column, before, quantity)
        dropped = 0
        while waiting and time.monotonic() < stop:
            with self._slice() as transaction:
                dropped += sqlite_expiry.drop_some(transaction, table, column, before, waiting)
            self._give_back(stop)  # at once: the more pages are free, the longer SQLite looks for each
        return dropped

    def _give_back(self, stop: float) -> None:
        surplus = True
        while surplus and time.monotonic() < stop:
            with self._slice() as transaction:
                surplus = sqlite_expiry.give_back_some(transaction)

    @contextmanager
    def _slice(self) -> Iterator[sqlite3.Connection]:
        """A transaction, and then the file is others' for as long as it took."""
        with self._write_lock, sqlite_file.said(self.path), self._writing() as transaction:
            start = time.monotonic()
            transaction.execute("BEGIN IMMEDIATE")
            yield transaction
        time.sleep(time.monotonic() - start)  # a lock that is taken again at once is never given to who waits for it

    def close(self) -> None:
        with self._write_lock, self._read_lock:
            for connection in (self._reader, self._writer):  # who closes last and may write empties the log
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = sqlite_file.connect(self.path, read_only=self._read_only, shrinks=True)
            for setting in WRITING:
                self._writer.execute(f"PRAGMA {setting}").close()
        return self._writer

    def _reading(self) -> sqlite3.Connection:
        if self._reader is None:
            self._reader = sqlite_file.connect(self.path, read_only=True)
        return self._reader

    def _number(self, keys: set[_Key]) -> dict[_Key, int]:
        """Numbers of these series, new ones given within the caller's transaction. Never changed, never reused."""
        connection = self._writing()
        ids = {key: self._ids[key] for key in keys if key in self._ids}
        for key in sorted(keys - ids.keys()):
            (domain, device, model, site, commune), quantity = key
            facts = (device, quantity, domain, model, site, commune)
            connection.execute(INSERT_SERIES, facts)
            ids[key] = connection.execute(FIND_SERIES, facts).fetchone()[0]
        return ids

    def _remember(self, ids: Mapping[_Key, int]) -> None:
        """Only after the commit: a number given in a transaction that was undone is no number."""
        new = {key: number for key, number in ids.items() if number not in self._keys}
        for (series, quantity), number in new.items():
            self._whose[number] = (series.device, quantity) if series.domain in MEASUREMENTS else None
            self._keys[number] = (series, quantity)
        self._ids.update(new)

    def _know_series(self) -> None:
        """Learn the series that others have added. Call after the rows are read in which they may occur."""
        known = len(self._keys)  # counted first: what is added meanwhile makes the numbers differ
        if self._reading().execute("SELECT count(*) FROM series").fetchone()[0] != known:
            rows = self._reading().execute("SELECT id, quantity, domain, device, model, site, commune FROM series")
            self._remember({(Series(*tags), quantity): number for number, quantity, *tags in rows})


def _columns(quantity: str, fields: Mapping[str, float]) -> tuple[float | str | None, ...]:
    """value, min, max, count, others: a roll-up's fields in the order of the table."""
    by_suffix = {field.removeprefix(quantity): float(value) for field, value in fields.items()}
    known = [by_suffix.pop(suffix, None) for suffix in COLUMNS]
    return (*known, json.dumps(by_suffix, sort_keys=True) if by_suffix else None)
