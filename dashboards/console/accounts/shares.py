"""Shares: links by which a commune reads its own devices. Whoever has the link may; it ends, and can be revoked."""

from secrets import token_urlsafe
from typing import NamedTuple

from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.file import AccountsFile
from dashboards.console.accounts.sessions import HOUR_MS, digest

TOKEN_BYTES = 32
LONGEST = 120
"""Characters of `whom`."""
DAY_MS = 24 * HOUR_MS
USUAL_DAYS, MOST_DAYS = 365, 3_650
"""How long a link lives."""
ADDED, REVOKED = "shares add", "shares revoke"
"""What the audit log calls it, by whichever way it was done."""


class Share(NamedTuple):
    id: int
    commune: str
    """INSEE code."""
    whom: str
    """For whom it was made, for those who revoke it."""
    created: int
    """ms"""
    expires: int
    """ms"""
    used: int | None
    """The last time, ms, to the hour."""


class Shares:
    def __init__(self, file: AccountsFile) -> None:
        self._file = file

    def add(self, commune: str, whom: str, expires: int, now: int) -> str:
        """The token of the link, which cannot be had again; its hash alone is kept."""
        token = token_urlsafe(TOKEN_BYTES)
        values = (digest(token), commune, whom[:LONGEST], now, expires)
        with self._file.transaction() as transaction:
            transaction.execute("INSERT INTO shares VALUES (NULL, ?, ?, ?, ?, ?, NULL)", values)
        return token

    def revoke(self, number: int) -> None:
        """At once. Raises AccountRefused for a number that is none."""
        with self._file.transaction() as transaction:
            if not transaction.execute("DELETE FROM shares WHERE id = ?", (number,)).rowcount:
                raise AccountRefused("no_such_share", number=number)

    def all(self) -> list[Share]:
        """The newest first, those that expired too."""
        rows = self._file.rows("SELECT id, commune, whom, created, expires, used FROM shares ORDER BY id DESC")
        return [Share(*row) for row in rows]

    def of(self, token: str, now: int) -> Share | None:
        """What the link opens; None for one that is wrong, over or revoked: nobody is told which."""
        query = "SELECT id, commune, whom, created, expires, used FROM shares WHERE hash = ? AND expires > ?"
        rows = self._file.rows(query, digest(token), now)
        if not rows:
            return None
        share = Share(*rows[0])
        hour = now - now % HOUR_MS
        if share.used is None or share.used < hour:
            with self._file.transaction() as transaction:
                transaction.execute("UPDATE shares SET used = ? WHERE id = ?", (hour, share.id))
        return share


def address(site: str, token: str) -> str:
    """The link: `site` is the address of the pages as people reach them, without a slash at its end."""
    return f"{site}/share/{token}"


def subject(commune: str, whom: str) -> str:
    """What the audit log says was added."""
    return f"{commune} for={whom}"
