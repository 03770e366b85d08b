"""`credentials.sqlite`: the accounts of the broker, and what the authority of devices' certificates has signed.

Of secrets it holds hashes alone, and of certificates no key. Who may come in is one file, so that no name is both a
device's and a service's. The tables of certificates are read and written by vigiterre/certificates/register.py.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from enum import StrEnum
from pathlib import Path
from threading import RLock
from typing import NamedTuple

from dashboards.console.accounts.file import make_private
from stores import sqlite_file
from vigiterre.credentials.errors import CredentialRefused, few
from vigiterre.credentials.hashes import hash_of

FILE = "credentials.sqlite"
VERSION = 2
SCHEMA = """
CREATE TABLE accounts (
  name TEXT PRIMARY KEY, kind TEXT NOT NULL, hash TEXT NOT NULL,
  created INTEGER NOT NULL, changed INTEGER NOT NULL, revoked INTEGER, sources TEXT NOT NULL, downlinks TEXT NOT NULL
) WITHOUT ROWID;
"""
CERTIFICATES = """
CREATE TABLE authority (
  one INTEGER PRIMARY KEY CHECK (one = 1), certificate TEXT NOT NULL, revocations TEXT NOT NULL,
  number INTEGER NOT NULL, founded INTEGER NOT NULL
);
CREATE TABLE certificates (
  serial TEXT PRIMARY KEY, name TEXT NOT NULL, fingerprint TEXT NOT NULL, issued INTEGER NOT NULL,
  ends INTEGER NOT NULL, revoked INTEGER
) WITHOUT ROWID;
"""


class Kind(StrEnum):
    """What an account is for, and so what it may: see vigiterre/broker_config."""

    DEVICE = "device"
    INGEST = "ingest"
    ALERTS = "alerts"
    BRIDGE = "bridge"
    HEALTH = "health"
    PROBE = "probe"
    """Never kept: `vigiterre broker apply` makes one, and ends it."""


DEVICES = (Kind.DEVICE,)
SERVICES = (Kind.INGEST, Kind.ALERTS, Kind.BRIDGE, Kind.HEALTH)


class Bridged(NamedTuple):
    """What a bridge may, and nobody else."""

    sources: tuple[str, ...] = ()
    """Ids in `sources.toml` whose topics it writes."""
    downlinks: tuple[str, ...] = ()
    """Topic filters that it reads."""


class Account(NamedTuple):
    name: str
    """User name on the broker; of a device its id."""
    kind: Kind
    hash: str
    """As mosquitto keeps it."""
    created: int
    """ms"""
    changed: int
    """When it got its present secret, or lost it, ms."""
    revoked: int | None
    """ms; None while it is in force."""
    bridged: Bridged


NOT_BRIDGED = Bridged()


class Credentials:
    """Safe from several threads, and beside other processes that have the file open.

    Secrets come in and only their hashes stay. Raises StoreUnavailable when the file cannot be used.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE
        self._lock = RLock()
        with sqlite_file.said(self.path):
            make_private(self.path)
            self._connection = migrated(self.path)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def create(self, secrets: Mapping[str, str], kind: Kind, now: int, bridged: Bridged = NOT_BRIDGED) -> None:
        """Of name -> secret. All or none: raises CredentialRefused when one of them is in force already."""
        rows = [
            (name, kind.value, hash_of(secret), now, now, " ".join(bridged.sources), "\n".join(bridged.downlinks))
            for name, secret in secrets.items()
        ]
        with self._transaction() as transaction:
            known = self._known(secrets)
            _refuse("taken", [name for name in secrets if name in known and known[name].revoked is None])
            for one in known.values():
                if one.kind is not kind:
                    raise CredentialRefused("other_kind", names=one.name, kind=one.kind.value)
            if kind in SERVICES:
                _refuse("certified", [name for name in secrets if _certified(transaction, name)])
            transaction.executemany("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, NULL, ?, ?)", rows)

    def rotate(self, secrets: Mapping[str, str], kinds: Collection[Kind], now: int) -> None:
        """Of name -> another secret; the one before is worth nothing once the broker knows. As `create`."""
        rows = [(hash_of(secret), now, name) for name, secret in secrets.items()]
        with self._transaction() as transaction:
            self._in_force(secrets, kinds)
            transaction.executemany("UPDATE accounts SET hash = ?, changed = ? WHERE name = ?", rows)

    def revoke(self, names: Collection[str], kinds: Collection[Kind], now: int) -> None:
        """All or none: raises CredentialRefused when one of them is not in force."""
        with self._transaction() as transaction:
            self._in_force(names, kinds)
            statement = "UPDATE accounts SET hash = '', changed = ?, revoked = ? WHERE name = ?"
            transaction.executemany(statement, [(now, now, name) for name in names])

    def all(self) -> list[Account]:
        """By name, the revoked ones too."""
        with self._lock, sqlite_file.said(self.path):
            rows = self._connection.execute("SELECT * FROM accounts ORDER BY name").fetchall()
        return [_account(row) for row in rows]

    def in_force(self) -> list[Account]:
        return [one for one in self.all() if one.revoked is None]

    def _known(self, names: Iterable[str]) -> Mapping[str, Account]:
        wanted = set(names)
        return {one.name: one for one in self.all() if one.name in wanted}

    def _in_force(self, names: Collection[str], kinds: Collection[Kind]) -> None:
        known = {one.name for one in self.in_force() if one.kind in kinds}
        _refuse("unknown", [name for name in names if name not in known])

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return sqlite_file.transaction(self._connection, self.path, self._lock)


def migrated(path: Path) -> sqlite3.Connection:
    """To be called within `sqlite_file.said`."""
    connection = sqlite_file.connect(path)
    sqlite_file.migrate(connection, path, VERSION, SCHEMA + CERTIFICATES, {1: CERTIFICATES})
    return connection


def accounts_in(data_dir: Path) -> list[Account]:
    """Of an installation that may have none: read without making the file. Raises StoreUnavailable."""
    path = data_dir / FILE
    if not path.exists():
        return []
    with sqlite_file.said(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        return [_account(row) for row in file.execute("SELECT * FROM accounts ORDER BY name")]


def _account(row: tuple[str, str, str, int, int, int | None, str, str]) -> Account:
    name, kind, known, created, changed, revoked, sources, downlinks = row
    bridged = Bridged(tuple(sources.split()), tuple(downlinks.splitlines()))
    return Account(name, Kind(kind), known, created, changed, revoked, bridged)


def _certified(file: sqlite3.Connection, name: str) -> bool:
    """Whether a certificate speaks by this name, which would then have the rights of a service."""
    found = file.execute("SELECT 1 FROM certificates WHERE name = ? AND revoked IS NULL", (name,)).fetchone()
    return found is not None


def _refuse(code: str, names: list[str]) -> None:
    if names:
        raise CredentialRefused(code, count=len(names), names=few(names))
