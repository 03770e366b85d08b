"""`alerts.sqlite`: all that the alerts must not forget, in one file, so that one transaction moves all of it.

Alerts and their history, the orders to tell people, silences, and how far the journal was read. What the engine needs
to go on (samples, watches, when devices were heard) is written now and then with the seq up to which it is true.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, NamedTuple, Self

from alerts import links, outbox
from alerts.alert import Alert, Mute, MuteKind, Transition, What
from alerts.rule import Level
from alerts.selector import Selector
from devices.reading import Series
from stores import sqlite_file

FILE = "alerts.sqlite"
VERSION = 2
STEPS = {1: "CREATE INDEX IF NOT EXISTS outbox_notice ON outbox (notice) WHERE notice != ''"}
"""The first books had no index for the links that acknowledge a whole notice."""
SERIES = Series._fields
COLUMNS = tuple(name for one in fields(Alert) for name in (SERIES if one.name == "series" else (one.name,)))
"""Those of the table `alerts`: the fields of Alert, its series spread."""
SCHEMA = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE alerts ({", ".join(f'"{name}"' + (" PRIMARY KEY" if name == "id" else "") for name in COLUMNS)});
CREATE INDEX alerts_unfinished ON alerts (closed) WHERE NOT closed;
CREATE INDEX alerts_opened ON alerts (opened);
CREATE TABLE transitions (
  id INTEGER PRIMARY KEY, alert INTEGER NOT NULL, time INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL,
  level INTEGER NOT NULL, value REAL, detail TEXT NOT NULL
);
CREATE INDEX transitions_of_alert ON transitions (alert);
CREATE TABLE mutes (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, selector TEXT NOT NULL, rules TEXT NOT NULL,
  "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, who TEXT NOT NULL, comment TEXT NOT NULL, created INTEGER NOT NULL
);
CREATE TABLE watches (rule TEXT, device TEXT, state TEXT NOT NULL, PRIMARY KEY (rule, device)) WITHOUT ROWID;
CREATE TABLE samples (device TEXT, quantity TEXT, times BLOB NOT NULL, amounts BLOB NOT NULL,
  PRIMARY KEY (device, quantity)) WITHOUT ROWID;
CREATE TABLE heard (device TEXT PRIMARY KEY, received INTEGER NOT NULL, known INTEGER NOT NULL, newest INTEGER NOT NULL)
  WITHOUT ROWID;
{outbox.SCHEMA};
{links.SCHEMA}
"""
INSERT_ALERT = f"INSERT OR REPLACE INTO alerts VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608  -- ours
INSERT_TRANSITION = "INSERT INTO transitions (alert, time, at, what, level, value, detail) VALUES (?, ?, ?, ?, ?, ?, ?)"
UPSERT_FACT = "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
SELECT_ALERTS = f"SELECT {', '.join(COLUMNS)} FROM alerts"  # noqa: S608  -- names of ours
SELECT_MUTES = 'SELECT id, kind, selector, rules, "start", "end", who, comment, created FROM mutes'
SELECT_TRANSITIONS = "SELECT id, alert, time, at, what, level, value, detail FROM transitions"


class Kept(NamedTuple):
    """The state of the engine as it was written down."""

    samples: list[tuple[str, str, bytes, bytes]]
    watches: list[tuple[str, str, dict[str, Any]]]
    heard: list[tuple[str, int, int, int]]
    """Device, received, known, newest."""


class Numbered(NamedTuple):
    id: int
    transition: Transition


class Book:
    """One process writes; others may read (`read_only`). Safe from several threads.

    Everything raises StoreUnavailable when the file cannot be used.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.lock = RLock()
        with sqlite_file.said(path):
            self.connection = sqlite_file.connect(path, read_only=read_only)
            if read_only:
                sqlite_file.check_version(self.connection, path, VERSION)
            else:
                sqlite_file.migrate(self.connection, path, VERSION, SCHEMA, STEPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        with self.lock:
            self.connection.close()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """All or nothing, durable when it ends."""
        return sqlite_file.transaction(self.connection, self.path, self.lock)

    # Writing, within a transaction

    def write_alerts(self, alerts: Iterable[Alert]) -> None:
        self.connection.executemany(INSERT_ALERT, [_alert_row(alert) for alert in alerts])

    def write_transitions(self, transitions: Iterable[Transition]) -> None:
        self.connection.executemany(INSERT_TRANSITION, transitions)

    def note(self, name: str, value: int) -> None:
        """A number to remember: `done`, `sampled`, `exported`, ..."""
        self.connection.execute(UPSERT_FACT, (name, value))

    def begin(self, **facts: int) -> None:
        """Note those that are not noted yet, at once: a new book must know after a crash where it began."""
        with self.transaction():
            self.connection.executemany("INSERT OR IGNORE INTO facts VALUES (?, ?)", facts.items())

    def write_state(self, kept: Kept, gone: Iterable[tuple[str, str]]) -> None:
        """Replace what is given; `gone` are watches (rule, device) that are calm again."""
        execute = self.connection.executemany
        execute("INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?)", kept.samples)
        execute("INSERT OR REPLACE INTO heard VALUES (?, ?, ?, ?)", kept.heard)
        execute(
            "INSERT OR REPLACE INTO watches VALUES (?, ?, ?)",
            [(rule, device, json.dumps(state)) for rule, device, state in kept.watches],
        )
        execute("DELETE FROM watches WHERE rule = ? AND device = ?", gone)

    def add_mute(self, mute: Mute) -> Mute:
        values = (
            *(mute.kind, json.dumps(mute.selector.as_dict()), json.dumps(sorted(mute.rules))),
            *(mute.start, mute.end, mute.who, mute.comment, mute.created),
        )
        number = self.connection.execute("INSERT INTO mutes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", values).lastrowid
        return mute._replace(id=number or 0)

    def end_mute(self, number: int, end: int) -> None:
        self.connection.execute('UPDATE mutes SET "end" = ? WHERE id = ?', (end, number))

    def expire(self, before: int) -> None:
        """Forget alerts that ended before, with their history, and what was muted before."""
        old = "SELECT id FROM alerts WHERE closed AND max(coalesce(resolved, 0), opened) < ?"
        self.connection.execute(f"DELETE FROM transitions WHERE alert IN ({old})", (before,))  # noqa: S608  -- ours
        self.connection.execute(f"DELETE FROM alerts WHERE id IN ({old})", (before,))  # noqa: S608  -- ours
        self.connection.execute('DELETE FROM mutes WHERE "end" < ?', (before,))

    # Reading

    def fact(self, name: str, default: int = 0) -> int:
        rows = self._rows("SELECT value FROM facts WHERE name = ?", name)
        return int(rows[0][0]) if rows else default

    def next_id(self) -> int:
        return int(self._rows("SELECT coalesce(max(id), 0) + 1 FROM alerts")[0][0])

    def alerts(
        self, *, since: int | None = None, open_only: bool = False, device: str = "", limit: int = -1
    ) -> list[Alert]:
        """Newest first: all; those that had not ended at `since`, ms; only those that are open; or of one device."""
        where = []
        if open_only:
            where.append("resolved IS NULL AND NOT withdrawn")
        if since is not None:
            where.append(f"(resolved IS NULL OR resolved >= {since:d})")
        if device:
            where.append("device = ?")
        clause = f" WHERE {' AND '.join(where)}" if where else ""
        given = (device, limit) if device else (limit,)
        query = f"{SELECT_ALERTS}{clause} ORDER BY opened DESC, id DESC LIMIT ?"
        return [_alert(row) for row in self._rows(query, *given)]

    def unfinished(self) -> list[Alert]:
        """Those that somebody may still have to be told of."""
        return [_alert(row) for row in self._rows(f"{SELECT_ALERTS} WHERE NOT closed ORDER BY id")]

    def alert(self, number: int) -> Alert | None:
        rows = self._rows(f"{SELECT_ALERTS} WHERE id = ?", number)
        return _alert(rows[0]) if rows else None

    def transitions(self, alert: int) -> list[Transition]:
        """The history of an alert, in the order in which we knew it."""
        return [one.transition for one in self._numbered("WHERE alert = ? ORDER BY id", alert)]

    def last_transition(self) -> int:
        """The number of the newest; 0 when there is none."""
        return int(self._rows("SELECT coalesce(max(id), 0) FROM transitions")[0][0])

    def transitions_after(self, number: int, limit: int) -> list[Numbered]:
        return self._numbered("WHERE id > ? ORDER BY id LIMIT ?", number, limit)

    def mutes(self, since: int = 0) -> list[Mute]:
        """Those not over at `since`, ms, by their beginning."""
        return [_mute(*row) for row in self._rows(f'{SELECT_MUTES} WHERE "end" > ? ORDER BY "start", id', since)]

    def state(self) -> Kept:
        """What `write_state` wrote."""
        return Kept(
            self._rows("SELECT device, quantity, times, amounts FROM samples"),
            [(rule, device, json.loads(state)) for rule, device, state in self._rows("SELECT * FROM watches")],
            self._rows("SELECT device, received, known, newest FROM heard"),
        )

    def _numbered(self, clause: str, *values: int) -> list[Numbered]:
        return [
            Numbered(number, Transition(alert, time, at, What(what), Level(level), value, detail))
            for number, alert, time, at, what, level, value, detail in self._rows(
                f"{SELECT_TRANSITIONS} {clause}", *values
            )
        ]

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self.lock, sqlite_file.said(self.path):
            return self.connection.execute(statement, values).fetchall()


def _alert_row(alert: Alert) -> tuple[Any, ...]:
    values: list[Any] = []
    for one in fields(alert):
        value = getattr(alert, one.name)
        values += value if one.name == "series" else (value,)
    return tuple(values)


def _alert(row: Sequence[Any]) -> Alert:
    given: Mapping[str, Any] = dict(zip(COLUMNS, row, strict=True))
    series = Series(*(given[name] for name in SERIES))
    rest = {name: value for name, value in given.items() if name not in SERIES}
    flags = {name: bool(rest[name]) for name in ("live", "late", "withdrawn", "closed")}
    return Alert(**{**rest, **flags, "series": series, "level": Level(rest["level"]), "peak": Level(rest["peak"])})


def _mute(
    number: int, kind: str, selector: str, rules: str, start: int, end: int, who: str, comment: str, created: int
) -> Mute:
    chosen, named = Selector.of(json.loads(selector)), frozenset(json.loads(rules))
    return Mute(number, MuteKind(kind), chosen, named, start, end, who, comment, created)
