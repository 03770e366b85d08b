"""`console.sqlite`: users, sessions, tokens, shares and the audit log. Of secrets it holds hashes alone."""

import os
import sqlite3
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from dashboards.console.accounts import chain
from dashboards.console.accounts.versions import STEPS
from stores import sqlite_file

FILE = "console.sqlite"
VERSION = 2
"""1: no chain of the audit log, no scopes of tokens, and nobody knew whence a session came."""
SCHEMA = f"""
CREATE TABLE users (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL,
  created INTEGER NOT NULL, signed_in INTEGER
) WITHOUT ROWID;
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY, "user" TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL,
  address TEXT NOT NULL DEFAULT '', browser TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions ("user");
CREATE TABLE tokens (
  name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER, scope TEXT NOT NULL DEFAULT '{{}}'
) WITHOUT ROWID;
CREATE TABLE shares (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE, commune TEXT NOT NULL, whom TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER
);
{chain.SCHEMA}"""


class AccountsFile:
    """Safe from several threads; commands may have it open beside the running process, which sees what they change.

    Everything raises StoreUnavailable when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = RLock()
        with sqlite_file.said(path):
            make_private(path)
            self.connection = sqlite_file.connect(path)
            sqlite_file.migrate(self.connection, path, VERSION, SCHEMA, STEPS)

    def close(self) -> None:
        with self.lock:
            self.connection.close()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """All or nothing, durable when it ends."""
        return sqlite_file.transaction(self.connection, self.path, self.lock)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.lock, sqlite_file.said(self.path):
            return self.connection.execute(query, values).fetchall()


def make_private(path: Path) -> None:
    """Readable by its owner alone, who is that of the folder: root may add a user, and the service must read it."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        folder = path.parent.stat()
        if os.geteuid() == 0:
            os.chown(path, folder.st_uid, folder.st_gid)
