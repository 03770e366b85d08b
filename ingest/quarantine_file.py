"""The file of the quarantine: opened, brought up to date, set aside when it is none."""

import os
import sqlite3
from pathlib import Path

import structlog

from devices.errors import NewerFormat
from ingest.quarantine_sql import ADD_BROKER, ADD_BUCKET, SCHEMA, VERSION
from stores.sqlite_file import user_version

log = structlog.get_logger()

BUSY_SECONDS = 5.0


def connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # payloads are nobody else's business
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _check_version(connection, path)
        _add_columns(connection)
        connection.executescript(SCHEMA)
        connection.execute("SELECT * FROM refused LIMIT 0").close()  # every column is there
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    if (found := user_version(connection)) > VERSION:
        raise NewerFormat(path, found, VERSION)


def _add_columns(connection: sqlite3.Connection) -> None:
    """Files of before there were foreign brokers lack a column, and their view; those of before shares another one."""
    columns = {row[1] for row in connection.execute("PRAGMA table_info(message)")}
    if columns and "broker" not in columns:
        connection.executescript(ADD_BROKER)
    if columns and "bucket" not in columns:
        connection.executescript(ADD_BUCKET)


def connect_or_set_aside(path: Path) -> sqlite3.Connection:
    try:
        return connect(path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not is_damaged(error) and not _is_not_ours(error):
            raise
        set_aside(path, error)
        return connect(path)


def connect_read_only(path: Path) -> sqlite3.Connection:
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


def is_damaged(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def set_aside(path: Path, error: Exception) -> None:
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
