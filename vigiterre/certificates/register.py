"""What the authority has signed, in `credentials.sqlite` beside the accounts: never a key."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, closing
from itertools import groupby
from pathlib import Path
from threading import RLock
from typing import NamedTuple

from cryptography import x509

from dashboards.console.accounts.file import make_private
from stores import sqlite_file
from vigiterre.certificates.authority import fingerprint_of, pem, serial_of
from vigiterre.certificates.errors import CertificateRefused
from vigiterre.credentials.errors import few
from vigiterre.credentials.file import FILE, SERVICES, migrated

Sign = Callable[[Iterable[str], int], str]
"""Serials and the number of the list -> the list, PEM."""


class Issued(NamedTuple):
    """A certificate that was signed."""

    serial: str
    name: str
    """The id of the device."""
    fingerprint: str
    """SHA-256, as `openssl x509 -fingerprint -sha256` says it, without colons."""
    issued: int
    """When, ms."""
    ends: int
    """The end of its term, ms."""
    revoked: int | None
    """When, ms."""

    def good(self, now: int) -> bool:
        return self.revoked is None and self.ends > now


class Signed(NamedTuple):
    """The authority's own, and all that it has signed."""

    certificate: str
    revocations: str
    """PEM."""
    issued: tuple[Issued, ...]


class Register:
    """As `Credentials`, whose file it shares: safe beside other processes. Raises StoreUnavailable."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE
        self._lock = RLock()
        with sqlite_file.said(self.path):
            make_private(self.path)
            self._connection = migrated(self.path)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def found(self, certificate: x509.Certificate, sign: Sign, now: int, *, replace: bool = False) -> list[str]:
        """A new authority; with `replace` in place of the one before, all of whose certificates are worth nothing then.

        Returns the names of these. Raises CertificateRefused.
        """
        with self._transaction() as transaction:
            self.check_room(replace=replace)
            good = [one.name for one in self.all() if one.good(now)]
            transaction.execute("UPDATE certificates SET revoked = ? WHERE revoked IS NULL", (now,))
            row = (pem(certificate), sign((), 1), 1, now)
            transaction.execute("INSERT OR REPLACE INTO authority VALUES (1, ?, ?, ?, ?)", row)
        return sorted(set(good))

    def check_room(self, *, replace: bool) -> None:
        """Raises CertificateRefused where there is an authority that is not to be replaced."""
        with self._lock, sqlite_file.said(self.path):
            if self._number() is not None and not replace:
                raise CertificateRefused("authority_exists")

    def signed(self) -> Signed:
        """Raises CertificateRefused where there is no authority."""
        with self._lock, sqlite_file.said(self.path):
            found = _signed(self._connection)
        if found is None:
            raise CertificateRefused("no_authority")
        return found

    def all(self) -> list[Issued]:
        """By name, the oldest first."""
        with self._lock, sqlite_file.said(self.path):
            return _issued(self._connection)

    def add(self, certificates: Sequence[tuple[str, x509.Certificate]], now: int, *, renewal: bool) -> None:
        """Of (name, certificate). All or none: raises CertificateRefused when one of them has a good one already.

        `renewal`: that one stays good until it ends or is revoked. Raises it too for the name of a service, to which
        the certificate would give the service's rights.
        """
        names = {name for name, _ in certificates}
        with self._transaction() as transaction:
            has = sorted({one.name for one in self.all() if one.name in names and one.good(now)})
            if has and not renewal:
                raise CertificateRefused("has_one", count=len(has), names=few(has))
            _refuse_services(transaction, names)
            rows = [(serial_of(one), name, fingerprint_of(one), now, _end(one)) for name, one in certificates]
            transaction.executemany("INSERT INTO certificates VALUES (?, ?, ?, ?, ?, NULL)", rows)

    def revoke(self, names: Collection[str], sign: Sign, now: int, *, older: bool = False) -> list[Issued]:
        """All good ones of these devices, or but the newest of each; and the list is signed anew.

        All or none: raises CertificateRefused when there is nothing to revoke of one of them.
        """
        with self._transaction() as transaction:
            number = self._number()
            if number is None:
                raise CertificateRefused("no_authority")
            good = self._good(now)
            gone = [one for name in names for one in good.get(name, [])[: -1 if older else None]]
            if left := sorted(set(names) - {one.name for one in gone}):
                raise CertificateRefused("nothing_older" if older else "has_none", count=len(left), names=few(left))
            transaction.executemany(
                "UPDATE certificates SET revoked = ? WHERE serial = ?", [(now, one.serial) for one in gone]
            )
            listed = [one.serial for one in self.all() if one.revoked is not None and one.ends > now]
            row = (sign(listed, number + 1), number + 1)
            transaction.execute("UPDATE authority SET revocations = ?, number = ?", row)
        return gone

    def _good(self, now: int) -> dict[str, list[Issued]]:
        """By name; the newest of each is the last."""
        good = [one for one in self.all() if one.good(now)]
        return {name: list(found) for name, found in groupby(good, key=lambda one: one.name)}

    def _number(self) -> int | None:
        row: tuple[int] | None = self._connection.execute("SELECT number FROM authority").fetchone()
        return row[0] if row else None

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return sqlite_file.transaction(self._connection, self.path, self._lock)


def signed_in(data_dir: Path) -> Signed | None:
    """Of an installation that may have no authority: read without making the file. Raises StoreUnavailable."""
    path = data_dir / FILE
    if not path.exists():
        return None
    with sqlite_file.said(path), closing(sqlite_file.connect(path, read_only=True)) as file:
        return _signed(file) if sqlite_file.user_version(file) > 1 else None


def _signed(file: sqlite3.Connection) -> Signed | None:
    row = file.execute("SELECT certificate, revocations FROM authority").fetchone()
    if row is None:
        return None
    certificate, revocations = row
    return Signed(certificate, revocations, tuple(_issued(file)))


def _issued(file: sqlite3.Connection) -> list[Issued]:
    return [Issued(*row) for row in file.execute("SELECT * FROM certificates ORDER BY name, issued, serial")]


def _refuse_services(file: sqlite3.Connection, names: Collection[str]) -> None:
    kinds = ", ".join("?" * len(SERVICES))
    rows = file.execute(f"SELECT name FROM accounts WHERE kind IN ({kinds})", [one.value for one in SERVICES])  # noqa: S608
    if found := sorted(name for (name,) in rows if name in names):
        raise CertificateRefused("is_service", names=few(found))


def _end(certificate: x509.Certificate) -> int:
    """The end of its term, ms."""
    return round(certificate.not_valid_after_utc.timestamp() * 1000)
