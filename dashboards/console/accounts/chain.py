"""The chain of the audit log: the hash of each line covers the line and the hash before it. docs/adr/0056 says why.

The hash of a line is SHA-256 over the 64 letters of the hash before, then each cell of CELLS: its length in four bytes,
the greatest first, and its bytes; a text in UTF-8, a number in decimal digits. It is kept as 64 lower-case hex digits.
"""

import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

START = "0" * 64
"""Stands before the first line there ever was."""
CELLS = ("id", "time", "who", "address", "action", "target", "outcome", "ends")
TYPES = "integer integer text text text text text integer text"
"""Of the cells and the hash."""
CHAINED = "audit chain"
"""Action of the line that says from where on there is a chain."""
FIRST = -(2**63)
ROWS_AT_ONCE = 10_000
SCHEMA = f"""
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT NULL,
  target TEXT NOT NULL, outcome TEXT NOT NULL, ends INTEGER NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (time);
CREATE INDEX audit_by_end ON audit (ends) WHERE ends > 0;
CREATE TABLE audit_anchor (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT INTO audit_anchor VALUES (1, 0, '{START}');
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.id IS NOT 1 + coalesce((SELECT max(id) FROM audit), (SELECT id FROM audit_anchor))
BEGIN SELECT RAISE(ABORT, 'the audit log grows at its end alone'); END;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'lines of the audit log are not changed'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit WHEN OLD.id > (SELECT id FROM audit_anchor)
BEGIN SELECT RAISE(ABORT, 'the audit log is dropped up to its anchor alone'); END;
CREATE TRIGGER audit_has_one_anchor BEFORE INSERT ON audit_anchor
BEGIN SELECT RAISE(ABORT, 'the audit log has one anchor'); END;
CREATE TRIGGER audit_anchor_goes_on BEFORE UPDATE ON audit_anchor
WHEN NOT EXISTS (SELECT 1 FROM audit WHERE id = NEW.id AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the anchor of the audit log is a line of it'); END;
CREATE TRIGGER audit_anchor_stays BEFORE DELETE ON audit_anchor
BEGIN SELECT RAISE(ABORT, 'the audit log keeps its anchor'); END;
"""  # noqa: S608  -- zeros of ours
"""`ends` is the number of the line whose outcome this one says, 0 in a line that stands for itself.

The anchor is the last line that was dropped, so that the rest can still be verified.
"""
LAST = """
SELECT id, hash FROM audit WHERE id = (SELECT max(id) FROM audit)
UNION ALL SELECT id, hash FROM audit_anchor ORDER BY id DESC LIMIT 1
"""
ROWS = f"""
SELECT {", ".join(f"CAST({cell} AS BLOB)" for cell in (*CELLS, "hash"))},
  {" || ' ' || ".join(f"typeof({cell})" for cell in (*CELLS, "hash"))}, id
FROM audit WHERE id >= ? ORDER BY id LIMIT {ROWS_AT_ONCE:d}
"""  # noqa: S608  -- names of ours


class Head(NamedTuple):
    """A line by its number and its hash, written `12:4ab0…`: whoever notes it elsewhere has noted all before it."""

    id: int
    hash: str

    def __str__(self) -> str:
        return f"{self.id}:{self.hash}"


class Verdict(NamedTuple):
    lines: int
    """That fit."""
    anchor: Head
    head: Head
    """The last line that fits, or the anchor where there is none."""
    broken: int | None = None
    """Number of the first line that is not what it was, or is not there."""
    chained: tuple[int, int] | None = None
    """(number, time in ms) of the line with which the chain began; lines before it were not protected until then."""
    noted: str = ""
    """What became of a head that was noted elsewhere: "" when it is there, else `cut`, `changed` or `dropped`."""


def append(connection: sqlite3.Connection, time: int, texts: Sequence[str], ends: int = 0) -> int:
    """In a transaction that writes. `texts`: who, address, action, target, outcome -> number of the line."""
    last = last_of(connection)
    cells = (last.id + 1, time, *texts, ends)
    values = (*cells, hash_of(last.hash.encode(), [str(cell).encode() for cell in cells]))
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    return last.id + 1


def last_of(connection: sqlite3.Connection) -> Head:
    return Head(*connection.execute(LAST).fetchone())


def drop(connection: sqlite3.Connection, before: int) -> int:
    """The oldest lines, up to the first that was noted at `before` (ms) or later -> how many."""
    query = "SELECT max(id) FROM audit WHERE id < coalesce((SELECT min(id) FROM audit WHERE time >= ?), 9e18)"
    number = connection.execute(query, (before,)).fetchone()[0]
    if number is None:
        return 0
    connection.execute("UPDATE audit_anchor SET (id, hash) = (SELECT id, hash FROM audit WHERE id = ?)", (number,))
    return connection.execute("DELETE FROM audit WHERE id <= ?", (number,)).rowcount


def hash_of(before: bytes, cells: Sequence[bytes]) -> str:
    digest = sha256(before)
    for cell in cells:
        digest.update(len(cell).to_bytes(4, "big") + cell)
    return digest.hexdigest()


def verify(connection: sqlite3.Connection, noted: Head | None = None) -> Verdict:
    """All lines, read as the bytes they are: a text that became a blob is not the same. In a transaction that reads."""
    anchor = _anchor(connection)
    verdict = Verdict(0, anchor, anchor)
    start, known = FIRST, _at(noted, anchor)
    while rows := connection.execute(ROWS, (start,)).fetchall():
        for *cells, digest, types, number in rows:
            before = verdict.head
            found = hash_of(before.hash.encode(), cells)
            if types != TYPES or number != before.id + 1 or digest != found.encode():
                return verdict._replace(broken=before.id + 1)
            verdict = verdict._replace(lines=verdict.lines + 1, head=Head(number, found))
            known = known or _at(noted, verdict.head)
            if cells[CELLS.index("action")] == CHAINED.encode():
                verdict = verdict._replace(chained=(number, int(cells[CELLS.index("time")])))
        start = number + 1
    return verdict._replace(noted=_became(noted, known, verdict))


def _anchor(connection: sqlite3.Connection) -> Head:
    """As its bytes are; what is no anchor of ours fits no line."""
    query = "SELECT id, CAST(hash AS BLOB), typeof(id) || ' ' || typeof(hash) FROM audit_anchor"
    for number, digest, types in connection.execute(query):
        if types == "integer text":
            return Head(number, digest.decode("latin-1"))
    return Head(0, "")


def _at(noted: Head | None, line: Head) -> Head | None:
    return line if noted is not None and noted.id == line.id else None


def _became(noted: Head | None, known: Head | None, verdict: Verdict) -> str:
    if noted is None or known == noted:
        return ""
    if known is not None:
        return "changed"
    return "cut" if noted.id > verdict.head.id else "dropped"
