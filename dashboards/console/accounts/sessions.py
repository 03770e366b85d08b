"""Who is signed in. A session is a row here; its id is known to the browser alone, of it we keep the hash."""

from hashlib import sha256
from secrets import token_urlsafe

from dashboards.console.access import User
from dashboards.console.accounts.file import AccountsFile
from dashboards.console.accounts.users import Account, key, role_of

HOUR_MS = 3_600_000
LONGEST = 14
"""A session in daily use ends after so many times the time it may be left unused."""
STEP_MS = 300_000
"""That it was used is written so often at most."""
ID_BYTES = 32
SELECT = """
SELECT name, role, sessions.created, seen FROM sessions JOIN users ON key = "user" WHERE sessions.hash = ?
"""


class Sessions:
    def __init__(self, file: AccountsFile, hours: int) -> None:
        """`hours` without use end a session."""
        self._file = file
        self._idle = hours * HOUR_MS
        self._absolute = LONGEST * self._idle

    def begin(self, account: Account, now: int) -> str | None:
        """A new session's id, never one that was known before.

        None when the account was removed or its password or role changed since it was read.
        """
        identifier = token_urlsafe(ID_BYTES)
        statement = "INSERT INTO sessions SELECT ?, key, ?, ? FROM users WHERE key = ? AND hash = ? AND role = ?"
        values = (digest(identifier), now, now, key(account.name), account.hash, account.role.word)
        with self._file.transaction() as transaction:
            return identifier if transaction.execute(statement, values).rowcount else None

    def user(self, identifier: str, now: int) -> User | None:
        """Whose session it is, with the role he has now; None when it ended or never was."""
        rows = self._file.rows(SELECT, digest(identifier))
        if not rows:
            return None
        name, role, created, seen = rows[0]
        if now - seen > self._idle or now - created > self._absolute:
            return None
        if now - seen > STEP_MS:
            with self._file.transaction() as transaction:
                transaction.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (now, digest(identifier)))
        return User(name, role_of(role))

    def begun(self, identifier: str) -> int | None:
        """When somebody signed in, ms."""
        rows = self._file.rows("SELECT created FROM sessions WHERE hash = ?", digest(identifier))
        return int(rows[0][0]) if rows else None

    def end(self, identifier: str) -> None:
        with self._file.transaction() as transaction:
            transaction.execute("DELETE FROM sessions WHERE hash = ?", (digest(identifier),))

    def expire(self, now: int) -> None:
        """Forget those that are over."""
        with self._file.transaction() as transaction:
            values = (now - self._idle, now - self._absolute)
            transaction.execute("DELETE FROM sessions WHERE seen < ? OR created < ?", values)


def digest(secret: str) -> str:
    """Of a secret of 256 random bits; nobody can try them all, so a fast hash is enough."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
