"""The quarantine: messages and readings that were kept out, why, and their bytes, so that they can be run again.

A message is kept once, however many of its items are refused. Every call is one transaction, synced before it returns.
Errors of SQLite (locked for longer than five seconds, disk full) are let through: nothing of that call was done, and
the same call again is right, since adding a row a second time changes nothing.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self
from zlib import crc32

import structlog

from devices.errors import StoreUnavailable
from devices.problems import NOTHING
from devices.reading import Message, Refusal
from ingest.quarantine_file import connect, connect_or_set_aside, connect_read_only, is_damaged, set_aside
from ingest.quarantine_sql import (
    ADD_MESSAGE,
    ADD_REFUSAL,
    BY_DEVICE,
    COUNT,
    COUNT_AMONG,
    CUT,
    DROP,
    HELD,
    MATCHING,
    MESSAGE_COST,
    NOTE_CUT,
    OLDEST,
    OLDEST_OF,
    PURGE,
    REFUSAL_COST,
)
from stores.sqlite_file import said

log = structlog.get_logger()

KEPT_BYTES = 64 * 1024
"""Of a payload; its size and SHA-256 are always those of all of it."""
DETAIL_CHARACTERS = 10_000
STEP = 1_000
"""Messages dropped in one transaction when there is too much: other connections get their turn in between."""
STRANGERS = 16
"""Buckets for who is in no registry, by a hash of the name they claim: made-up names find no more room than one."""
STRANGER_PART = 8
"""Their bucket holds so much less than a device's: 16 of them, twice what one device may."""


class Row(NamedTuple):
    """What is added: one refusal."""

    seq: int
    """Of its message in the journal."""
    item: int
    """Index inside the message; -1 for the whole message."""
    message: Message
    refusal: Refusal
    device: str = ""
    """Id of the device that sent it, by the registry; "" for a stranger, whatever the refusal calls it."""

    @property
    def bucket(self) -> str:
        """Whose share of the room it takes."""
        claimed = self.refusal.device or self.message.topic
        return self.device or f"?{crc32(claimed.encode(errors='replace')) % STRANGERS}"


class Cut(NamedTuple):
    """What was dropped because one device, or strangers, would have held more than their share."""

    device: str
    """"" for strangers."""
    reason: str
    refusals: int


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

    def __init__(
        self, path: Path, max_age_ms: int, max_bytes: int, share: float = 1.0, *, read_only: bool = False
    ) -> None:
        """Open or create. A file that is no database is set aside as `.damaged`, which is said: the stream goes on.

        `share` of `max_bytes` is what one device may hold. Raises OSError, sqlite3.OperationalError, NewerFormat.
        """
        self.path = path
        self.max_age_ms = max_age_ms
        self.max_bytes = max_bytes
        self.share = share
        self.trouble = NOTHING
        """Why nothing can be added at the moment, with the remedy; empty when all is well."""
        self._lock = Lock()
        self._connection = connect_read_only(path) if read_only else connect_or_set_aside(path)

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
        if self.share < 1:
            for bucket in {row.bucket for row in rows}:
                self._keep_share(bucket)
        if self.bytes > self.max_bytes:
            self._drop_surplus()
        return new

    def _add_or_begin_anew(self, rows: Sequence[Row]) -> int:
        try:
            return self._add(rows)
        except sqlite3.DatabaseError as error:
            if not is_damaged(error):
                raise
            with self._lock:
                self._connection.close()
                set_aside(self.path, error)
                self._connection = connect(self.path)
            return self._add(rows)

    def count(self, device: str | None = None) -> dict[str, int]:
        """Reason -> refusals kept, of this device or of all."""
        return dict(self._read(COUNT, {"device": device}))

    def count_among(self, stays: Iterable[tuple[str, int, int]]) -> dict[str, int]:
        """Reason -> refusals kept of what these devices sent in their stay: (device, from, to), [from, to) in ms."""
        return dict(self._read(COUNT_AMONG, (json.dumps([*stays]),)))

    def by_device(self, reason: str, since: int, limit: int) -> Sequence[tuple[str, int]]:
        """(device, refusals) for this reason since then (ms), most first."""
        return [(device, refusals) for device, refusals in self._read(BY_DEVICE, (reason, since, limit))]

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
        """Refusals dropped by age, size or share since the file was created."""
        return int(self._read("SELECT value FROM fact WHERE name = 'dropped'")[0][0])

    @property
    def cut(self) -> Sequence[Cut]:
        """Of these, by share: who held too much, and what of it is gone. Most first; none of a file of before."""
        if not self._read("SELECT 1 FROM sqlite_master WHERE name = 'cut'"):
            return []
        found: dict[tuple[str, str], int] = {}
        for bucket, reason, refusals in self._read(CUT):
            whose = "" if bucket.startswith("?") else bucket, reason
            found[whose] = found.get(whose, 0) + refusals
        return [Cut(*whose, refusals) for whose, refusals in sorted(found.items(), key=lambda one: -one[1])]

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
            first_of: dict[tuple[int, int], Row] = {}
            for row in rows:
                first_of.setdefault((row.seq, row.message.received), row)
            connection.executemany(ADD_MESSAGE, map(_message_row, first_of.values()))
            return connection.executemany(ADD_REFUSAL, map(_refusal_row, rows)).rowcount

    def _drop_surplus(self) -> int:
        dropped = 0
        while (surplus := self.bytes - self.max_bytes) > 0:
            oldest = _enough(self._read(OLDEST, (STEP,)), surplus)
            if not oldest:
                break
            dropped += self._drop(oldest, "size")
        return dropped

    def _keep_share(self, bucket: str) -> None:
        """Of who would hold more than a share, the oldest give way to the newest; nobody else's do."""
        most = self.share * self.max_bytes / (STRANGER_PART if bucket.startswith("?") else 1)
        while (surplus := sum(held for (held,) in self._read(HELD, (bucket,))) - most) > 0:
            oldest = _enough(self._read(OLDEST_OF, (bucket, STEP)), surplus)
            if not oldest:
                break
            self._drop(oldest, "share")

    def _drop(self, messages: Sequence[int], why: str) -> int:
        chosen = json.dumps(messages)
        with self._transaction() as connection:
            if why == "share":
                connection.execute(NOTE_CUT, (chosen,))
            dropped = connection.execute(DROP, (chosen,)).rowcount
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


def _enough(messages: Iterable[tuple[Any, ...]], surplus: float) -> Sequence[int]:
    """The first of these (id, bytes of payload) that free so many bytes, or all."""
    found = []
    for identifier, size in messages:
        found.append(identifier)
        surplus -= size + MESSAGE_COST + REFUSAL_COST
        if surplus <= 0:
            break
    return found


def _message_row(row: Row) -> tuple[object, ...]:
    message, payload = row.message, row.message.payload
    digest = sha256(payload).hexdigest()
    head = row.seq, message.received, _text(message.topic), message.retained
    return *head, len(payload), digest, payload[:KEPT_BYTES], message.broker, row.bucket


def _refusal_row(row: Row) -> tuple[object, ...]:
    reason, detail, device = row.refusal
    return row.item, str(reason), _text(device), _text(detail[:DETAIL_CHARACTERS]), row.seq, row.message.received


def _text(text: str) -> str:
    """What SQLite takes: a lone surrogate, quoted from a payload, must not keep its refusal out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _refused(row: tuple[Any, ...]) -> Refused:
    *fields, retained = row[:12]
    return Refused._make([*fields, retained != 0, *(row[12:] or ("",))])
