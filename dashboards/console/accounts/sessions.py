"""Who is signed in. A session is a row here; its id is known to the browser alone, of it we keep the hash."""

from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple

from dashboards.console.access import User
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.file import AccountsFile
from dashboards.console.accounts.users import Account, key, role_of

HOUR_MS = 3_600_000
LONGEST = 14
"""A session in daily use ends after so many times the time it may be left unused."""
STEP_MS = 300_000
"""That it was used is written so often at most."""
ID_BYTES = 32
SHOWN = 12
"""Hexadecimal digits of its hash by which people name a session."""
ENDED = "users revoke"
"""What the audit log calls the end of somebody's sessions, by whichever way it was done."""
SELECT = """
SELECT name, role, sessions.created, seen FROM sessions JOIN users ON key = "user" WHERE sessions.hash = ?
"""
LIVING = f"""
SELECT substr(sessions.hash, 1, {SHOWN:d}), name, sessions.created, seen, address, browser
FROM sessions JOIN users ON key = "user"
WHERE seen >= ? AND sessions.created >= ? AND ? IN ("user", '') ORDER BY seen DESC, sessions.hash
"""  # noqa: S608  -- a number of ours


class Session(NamedTuple):
    """One that has not ended."""

    id: str
    """The beginning of its hash: it opens nothing."""
    user: str
    since: int
    """ms"""
    seen: int
    """The last time, ms, to five minutes."""
    address: str
    """Whence somebody signed in; "" where that was not kept yet."""
    browser: str
    """As it named itself then, in short."""


class Sessions:
    def __init__(self, file: AccountsFile, hours: int) -> None:
        """`hours` without use end a session."""
        self._file = file
        self._idle = hours * HOUR_MS
        self._absolute = LONGEST * self._idle

    def begin(self, account: Account, now: int, address: str = "", browser: str = "") -> str | None:
        """A new session's id, never one that was known before.

        None when the account was removed or its password or role changed since it was read.
        """
        identifier = token_urlsafe(ID_BYTES)
        statement = "INSERT INTO sessions SELECT ?, key, ?, ?, ?, ? FROM users WHERE key = ? AND hash = ? AND role = ?"
        known = (key(account.name), account.hash, account.role.word)
        values = (digest(identifier), now, now, address, browser, *known)
        with self._file.transaction() as transaction:
            return identifier if transaction.execute(statement, values).rowcount else None

    def user(self, identifier: str, now: int) -> User | None:
        """Whose session it is, with the role he has now; None when it ended or never was."""
        rows = self._file.rows(SELECT, digest(identifier))
        if not rows:
            return None
        name, role, created, seen = rows[0]
        if not self._lives(created, seen, now):
            return None
        if now - seen > STEP_MS:
            with self._file.transaction() as transaction:
                transaction.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (now, digest(identifier)))
        return User(name, role_of(role))

    def alive(self, identifier: str, now: int) -> bool:
        """The same, for who only looks: it is no use of the session."""
        rows = self._file.rows(SELECT, digest(identifier))
        return any(self._lives(created, seen, now) for _name, _role, created, seen in rows)

    def living(self, now: int, name: str = "") -> list[Session]:
        """Of a user, or of all; the one that was used last first."""
        rows = self._file.rows(LIVING, now - self._idle, now - self._absolute, key(name))
        return [Session(*row) for row in rows]

    def begun(self, identifier: str) -> int | None:
        """When somebody signed in, ms."""
        rows = self._file.rows("SELECT created FROM sessions WHERE hash = ?", digest(identifier))
        return int(rows[0][0]) if rows else None

    def end(self, identifier: str) -> None:
        with self._file.transaction() as transaction:
            transaction.execute("DELETE FROM sessions WHERE hash = ?", (digest(identifier),))

    def revoke(self, shown: str, name: str = "") -> str:
        """At once, for streams too -> whose it was. `name`: only if it is his. Raises AccountRefused."""
        where = f"WHERE substr(hash, 1, {SHOWN:d}) = ? AND ? IN (\"user\", '')"
        with self._file.transaction() as transaction:
            query = f'SELECT name FROM users JOIN (SELECT "user" FROM sessions {where}) ON "user" = key'  # noqa: S608
            found = transaction.execute(query, (shown, key(name))).fetchone()
            if found is None:
                raise AccountRefused("no_such_session", session=shown[:SHOWN])
            transaction.execute(f"DELETE FROM sessions {where}", (shown, key(name)))  # noqa: S608  -- ours
        return str(found[0])

    def revoke_all(self, name: str, but: str = "") -> int:
        """All of a user, apart from the one with this id -> how many."""
        with self._file.transaction() as transaction:
            values = (key(name), digest(but))
            return transaction.execute('DELETE FROM sessions WHERE "user" = ? AND hash != ?', values).rowcount

    def expire(self, now: int) -> None:
        """Forget those that are over."""
        with self._file.transaction() as transaction:
            values = (now - self._idle, now - self._absolute)
            transaction.execute("DELETE FROM sessions WHERE seen < ? OR created < ?", values)

    def _lives(self, created: int, seen: int, now: int) -> bool:
        return now - seen <= self._idle and now - created <= self._absolute


def name_of(identifier: str) -> str:
    """What people call the session with this id; "" where there is none."""
    return digest(identifier)[:SHOWN] if identifier else ""


def digest(secret: str) -> str:
    """Of a secret of 256 random bits; nobody can try them all, so a fast hash is enough."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
