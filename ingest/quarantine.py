"""The quarantine: messages and readings that were kept out, why, and their bytes, so that they can be run again.

A message is kept once, however many of its items are refused. Every call is one transaction, synced before it returns.
Errors of SQLite (locked for longer than BUSY_SECONDS, disk full) are let through: nothing of that call was done, and
the same call again is right, since adding a row a second time changes nothing.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self

import structlog

from devices.errors import NewerFormat, StoreUnavailable
from devices.problems import NOTHING
from devices.reading import Message, Refusal
from ingest.quarantine_sql import ADD_MESSAGE, ADD_REFUSAL, COUNT, MATCHING, PURGE, SCHEMA, VERSION
from stores.sqlite_file import said, user_version

log = structlog.get_logger()

KEPT_BYTES = 64 * 1024
"""Of a payload; its size and SHA-256 are always those of all of it."""
DETAIL_CHARACTERS = 10_000
BUSY_SECONDS = 5.0
STEP = 1_000
"""Messages dropped in one transaction when there is too much: other connections get their turn in between."""
MESSAGE_COST = 400
"""Bytes on disk of a message and its refusal besides the payload, roughly; only used to choose how many to drop."""


class Row(NamedTuple):
    """What is added: one refusal."""

    seq: int
    """Of its message in the journal."""
    item: int
    """Index inside the message; -1 for the whole message."""
    message: Message
    refusal: Refusal


class Refused(NamedTuple):
    """One refusal, as it is kept."""

    id: int
    received: int
    """ms"""
    topic: str
    device: str
    reason: str
    detail: str
    payload: bytes
    """The first 64 kB."""
    size: int
    sha256: str
    """Of the whole payload; in hexadecimal."""
    seq: int
    item: int
    retained: bool
    broker: str = ""

    @property
    def whole(self) -> bool:
        """The payload is complete, so the message can be run again."""
        return len(self.payload) == self.size

    def message(self) -> Message:
        """The message as it was received; only right when `whole`."""
        return Message(self.topic, self.payload, self.received, self.retained, broker=self.broker)


Page = list[Refused]
Rows = list[tuple[Any, ...]]
"""`list` is a method below."""


class Quarantine:
    """Safe in several threads; several processes may have it open."""

    def __init__(self, path: Path, max_age_ms: int, max_bytes: int, *, read_only: bool = False) -> None:
        """Open or create. A file that is no database is set aside as `.damaged`, which is said: the stream goes on.

        Raises OSError, sqlite3.OperationalError, NewerFormat.
        """
        self.path = path
        self.max_age_ms = max_age_ms
        self.max_bytes = max_bytes
        self.trouble = NOTHING
        """Why nothing can be added at the moment, with the remedy; empty when all is well."""
        self._lock = Lock()
        self._connection = _connect_read_only(path) if read_only else _connect_or_set_aside(path)

    @classmethod
    def read_only(cls, path: Path) -> Self:
        """For commands beside a running process. A missing file is an empty quarantine, and stays missing.

        Raises sqlite3.DatabaseError; so does every call that would write.
        """
        return cls(path, 0, 0, read_only=True)

    def add(self, rows: Sequence[Row]) -> int:
        """Keep these; return how many are new, that is not added before with the same seq, item and reason.

        Raises StoreUnavailable when they cannot be kept now.
        """
        if not rows:
            return 0
        try:
            with said(self.path):
                new = self._add_or_begin_anew(rows)
        except StoreUnavailable as error:
            self.trouble = error.words
            raise
        self.trouble = NOTHING
        if self.bytes > self.max_bytes:
            self._drop_surplus()
        return new

    def _add_or_begin_anew(self, rows: Sequence[Row]) -> int:
        try:
            return self._add(rows)
        except sqlite3.DatabaseError as error:
            if not _is_damaged(error):
                raise
            with self._lock:
                self._connection.close()
                _set_aside(self.path, error)
                self._connection = _connect(self.path)
            return self._add(rows)

    def count(self, device: str | None = None) -> dict[str, int]:
        """Reason -> refusals kept, of this device or of all."""
        return dict(self._read(COUNT, {"device": device}))

    def count_between(self, first: int, last: int) -> int:
        """Refusals of messages with first <= seq <= last."""
        query = "SELECT count(*) FROM refused WHERE seq BETWEEN ? AND ?"
        return int(self._read(query, (first, last))[0][0])

    def get(self, identifier: int) -> Refused | None:
        rows = self._read("SELECT * FROM refused WHERE id = ?", (identifier,))
        return _refused(rows[0]) if rows else None

    def matching(self, ids: Iterable[int] | None = None, reason: str | None = None, device: str | None = None) -> Page:
        """All that match all of these, newest first, with their payloads. None does not filter."""
        return self._find(ids=ids, reason=reason, device=device)

    def remove(self, ids: Iterable[int]) -> int:
        """Delete these, whatever else of their messages stays; return how many there were."""
        with self._transaction() as connection:
            query = "DELETE FROM refusal WHERE id IN (SELECT value FROM json_each(?))"
            return connection.execute(query, (json.dumps([*ids]),)).rowcount

    def purge(self, before: int | None = None, reason: str | None = None, device: str | None = None) -> int:
        """Delete what was received before this time (ms) and matches; everything, when nothing is given.

        Returns how many.
        """
        with self._transaction() as connection:
            return connection.execute(PURGE, {"before": before, "reason": reason, "device": device}).rowcount

    def expire(self, now_ms: int) -> int:
        """Drop what is older than max_age_ms, then the oldest until max_bytes suffice; return how many refusals."""
        dropped = 0
        query = "SELECT id FROM message WHERE received < ? ORDER BY received LIMIT ?"
        while old := self._read(query, (now_ms - self.max_age_ms, STEP)):
            dropped += self._drop([identifier for (identifier,) in old], "age")
        return dropped + self._drop_surplus()

    @property
    def dropped(self) -> int:
        """Refusals dropped by age or size since the file was created."""
        return int(self._read("SELECT value FROM fact WHERE name = 'dropped'")[0][0])

    @property
    def bytes(self) -> int:
        """Size of what is kept."""
        with self._lock:
            (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
            (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
            (size,) = self._connection.execute("PRAGMA page_size").fetchone()
        return int((pages - free) * size)

    def list(
        self,
        reason: str | None = None,
        device: str | None = None,
        since: int | None = None,
        until: int | None = None,
        limit: int = 1_000,
        after: int | None = None,
        offset: int = 0,
    ) -> Page:
        """Newest first: since <= received < until (ms). `after` is the last id of the page before.

        `offset` passes over as many: for pages by number.
        """
        return self._find(None, limit, offset, reason=reason, device=device, since=since, until=until, after=after)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, rows: Sequence[Row]) -> int:
        with self._transaction() as connection:
            first_of = {(row.seq, row.message.received): row.message for row in rows}
            connection.executemany(ADD_MESSAGE, (_message_row(seq, one) for (seq, _), one in first_of.items()))
            return connection.executemany(ADD_REFUSAL, map(_refusal_row, rows)).rowcount

    def _drop_surplus(self) -> int:
        dropped = 0
        while (surplus := self.bytes - self.max_bytes) > 0:
            query = "SELECT id, length(payload) FROM message ORDER BY received, id LIMIT ?"
            oldest = []
            for identifier, size in self._read(query, (STEP,)):
                oldest.append(identifier)
                surplus -= size + MESSAGE_COST
                if surplus <= 0:
                    break
            if not oldest:
                break
            dropped += self._drop(oldest, "size")
        return dropped

    def _drop(self, messages: Sequence[int], why: str) -> int:
        with self._transaction() as connection:
            query = "DELETE FROM refusal WHERE message IN (SELECT value FROM json_each(?))"
            dropped = connection.execute(query, (json.dumps(messages),)).rowcount
            connection.execute("UPDATE fact SET value = value + ? WHERE name = 'dropped'", (dropped,))
        with self._lock:
            self._connection.executescript("PRAGMA incremental_vacuum")  # `execute` would free a single page
        log.warning("quarantine_dropped", refusals=dropped, why=why)
        return dropped

    def _find(
        self, ids: Iterable[int] | None = None, limit: int = -1, offset: int = 0, **filters: str | int | None
    ) -> Page:
        parameters = dict.fromkeys(("reason", "device", "since", "until", "after")) | filters
        chosen = None if ids is None else json.dumps([*ids])
        return [
            _refused(row)
            for row in self._read(MATCHING, {**parameters, "ids": chosen, "limit": limit, "offset": offset})
        ]

    def _read(self, query: str, parameters: Sequence[object] | dict[str, object] = ()) -> Rows:
        with self._lock, closing(self._connection.execute(query, parameters)) as cursor:
            return cursor.fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has already rolled it back.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # payloads are nobody else's business
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _check_version(connection, path)
        _add_broker(connection)
        connection.executescript(SCHEMA)
        connection.execute("SELECT * FROM refused LIMIT 0").close()  # every column is there
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    if (found := user_version(connection)) > VERSION:
        raise NewerFormat(path, found, VERSION)


def _add_broker(connection: sqlite3.Connection) -> None:
    """Files of before there were foreign brokers lack the column, and their view."""
    columns = {row[1] for row in connection.execute("PRAGMA table_info(message)")}
    if columns and "broker" not in columns:
        connection.executescript(
            "BEGIN IMMEDIATE; DROP VIEW refused;ALTER TABLE message ADD COLUMN broker TEXT NOT NULL DEFAULT ''; COMMIT;"
        )


def _connect_or_set_aside(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not _is_damaged(error) and not _is_not_ours(error):
            raise
        _set_aside(path, error)
        return _connect(path)


def _connect_read_only(path: Path) -> sqlite3.Connection:
    if path.exists():
        uri = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _check_version(connection, path)
            created = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'fact'").fetchone()[0]
        except BaseException:
            connection.close()
            raise
        if created:
            return connection
        connection.close()
    empty = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    empty.executescript(SCHEMA)
    empty.execute("PRAGMA query_only = ON")
    return empty


def _is_not_ours(error: Exception) -> bool:
    """Said of a file at its opening: its tables lack what we need, or have names that are no text."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR


def _is_damaged(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _set_aside(path: Path, error: Exception) -> None:
    """Rename the damaged database and its write-ahead log; nothing is deleted, and no older one overwritten."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    log.error("quarantine_damaged", file=str(path), set_aside=str(aside), error=str(error))
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + suffix))


def _message_row(seq: int, message: Message) -> tuple[object, ...]:
    payload = message.payload
    digest = sha256(payload).hexdigest()
    head = seq, message.received, _text(message.topic), message.retained
    return *head, len(payload), digest, payload[:KEPT_BYTES], message.broker


def _refusal_row(row: Row) -> tuple[object, ...]:
    reason, detail, device = row.refusal
    return row.item, str(reason), _text(device), _text(detail[:DETAIL_CHARACTERS]), row.seq, row.message.received


def _text(text: str) -> str:
    """What SQLite takes: a lone surrogate, quoted from a payload, must not keep its refusal out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _refused(row: tuple[Any, ...]) -> Refused:
    *fields, retained = row[:12]
    return Refused._make([*fields, retained != 0, *(row[12:] or ("",))])
