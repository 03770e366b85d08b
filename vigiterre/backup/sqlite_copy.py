"""One moment of a SQLite file while others write it, by SQLite's online backup."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from stores import sqlite_file

PAGES = 4_096
"""Copied at a time."""


def copy_sqlite(source: Path, target: Path) -> None:
    """`target` is one file, whole without its log. Raises StoreUnavailable, and OSError for the target."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(target, isolation_level=None)) as copy, sqlite_file.said(source):
        with closing(sqlite_file.connect(source, read_only=True)) as file:
            # The backup takes part in a transaction that is open: all its pages are of this moment, and a writer
            # neither waits for it nor makes it begin again.
            file.execute("BEGIN").close()
            file.execute("SELECT count(*) FROM sqlite_master").fetchone()
            file.backup(copy, pages=PAGES, sleep=0)
        copy.execute("PRAGMA journal_mode = DELETE").close()
