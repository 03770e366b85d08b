"""SQLite files as this project opens them: durable on commit, versioned, and their failures said with a remedy."""

import errno
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from devices.errors import StoreUnavailable
from stores.texts import Remedy

BUSY_MS = 5_000
Step = str | Callable[[sqlite3.Connection], None]
"""Statements, or what they cannot say."""
NO_STEPS: Mapping[int, Step] = {}

_REMEDIES = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
    sqlite3.SQLITE_CANTOPEN: "open",
    sqlite3.SQLITE_READONLY: "open",
    sqlite3.SQLITE_PERM: "open",
    sqlite3.SQLITE_AUTH: "open",
    sqlite3.SQLITE_IOERR: "disk",
}


def connect(path: Path, *, read_only: bool = False, shrinks: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode, usable from any thread behind a lock of the caller's.

    `shrinks`: should the file be new, its free pages can be given back by `PRAGMA incremental_vacuum`.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )
    if shrinks and not read_only:  # before anything is written: a file is born with it, or without
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL").close()
    if not read_only:
        # FULL: a commit is on the disk when it returns, which is what "stored" means to whoever acknowledges.
        connection.execute("PRAGMA journal_mode = WAL").close()
        connection.execute("PRAGMA synchronous = FULL").close()
    return connection


def migrate(
    connection: sqlite3.Connection, path: Path, version: int, schema: str, steps: Mapping[int, Step] = NO_STEPS
) -> None:
    """Create the tables in an empty file, or bring an older one up to `version`, all or nothing.

    `steps`: version -> what leads to the next one. Raises StoreUnavailable for a foreign file or one of a
    newer version.
    """
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        found = user_version(connection)
        if found == 0:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise StoreUnavailable(f"{path} holds tables of another program", Remedy("foreign", path=path))
            run(connection, schema)
        for number in range(found or version, version):
            step = steps[number]
            if isinstance(step, str):
                run(connection, step)
            else:
                step(connection)
        if found < version:
            connection.execute(f"PRAGMA user_version = {version:d}")
    check_version(connection, path, version)


def run(connection: sqlite3.Connection, statements: str) -> None:
    """One after the other, in the transaction at hand; a trigger has semicolons of its own."""
    statement = ""
    for part in filter(str.strip, statements.split(";")):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def check_version(connection: sqlite3.Connection, path: Path, version: int) -> None:
    found = user_version(connection)
    if found == 0:
        raise StoreUnavailable(f"{path} has no tables yet", Remedy("schema", path=path))
    if found > version:
        raise StoreUnavailable(
            f"{path} has schema {found}, this program knows {version}",
            Remedy("newer", path=path, found=found, known=version),
        )


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path, lock: RLock) -> Iterator[sqlite3.Connection]:
    """All or nothing, durable when it ends; the lock is held within. Raises StoreUnavailable."""
    with lock, said(path):
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield connection


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn what SQLite or the disk complains of into StoreUnavailable; mistakes of ours in SQL stay what they are."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary result code
        if code not in _REMEDIES:
            raise
        raise StoreUnavailable(f"{path}: {error}", Remedy(_REMEDIES[code], path=path)) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise StoreUnavailable(f"{path}: {error}", Remedy("disk_full" if full else "open", path=path)) from error


def user_version(connection: sqlite3.Connection) -> int:
    """The schema version of a file; 0 where there is none."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
