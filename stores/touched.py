"""The file of the hours that late readings touched, and of how far the roll-ups are: see roller, late_hours."""

import secrets
import sqlite3
from collections.abc import Collection
from pathlib import Path

from stores import sqlite_file

VERSION = 1
SCHEMA = """
CREATE TABLE watermark (only INTEGER PRIMARY KEY CHECK (only = 1), hour INTEGER NOT NULL);
CREATE TABLE touched (hour INTEGER NOT NULL, device TEXT NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (hour, device))
  WITHOUT ROWID;
"""
"""`mark` changes with each touch, so that one that comes while the one before is worked at is not cleared with it."""


def open_state(path: Path) -> sqlite3.Connection:
    """Made when it is not there. Raises StoreUnavailable when it cannot be used."""
    with sqlite_file.said(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        state = sqlite_file.connect(path)
        sqlite_file.migrate(state, path, VERSION, SCHEMA)
        return state


def remember(state: sqlite3.Connection, late: Collection[tuple[int, str]]) -> None:
    """Note these (hour, device), durably, before returning."""
    with state as transaction:
        transaction.execute("BEGIN IMMEDIATE")
        transaction.executemany(
            "INSERT INTO touched VALUES (?, ?, ?) ON CONFLICT (hour, device) DO UPDATE SET mark = excluded.mark",
            [(hour, device, secrets.randbits(63)) for hour, device in sorted(late)],
        )
