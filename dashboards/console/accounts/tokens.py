"""Tokens of the API, for programs: `vgt_` and 256 random bits, shown once, kept as a hash."""

import json
from secrets import token_urlsafe
from typing import NamedTuple

from dashboards.console.access import EVERYTHING, Role, Scope, User
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.file import AccountsFile
from dashboards.console.accounts.sessions import HOUR_MS, digest
from dashboards.console.accounts.users import checked_name, role_of

PREFIX = "vgt_"
"""By which scanners of published code know it for a secret."""
TOKEN_BYTES = 32


class Token(NamedTuple):
    name: str
    role: Role
    created: int
    """ms"""
    expires: int
    """ms"""
    used: int | None
    """The last time, ms, to the hour."""
    scope: Scope = EVERYTHING
    """Of which devices it reads."""


class Tokens:
    def __init__(self, file: AccountsFile) -> None:
        self._file = file

    def add(self, name: str, role: Role, expires: int, now: int, scope: Scope = EVERYTHING) -> str:
        """The token, which cannot be had again. Raises AccountRefused for a bad name, or one that is taken."""
        name, token = checked_name(name), PREFIX + token_urlsafe(TOKEN_BYTES)
        with self._file.transaction() as transaction:
            if transaction.execute("SELECT 1 FROM tokens WHERE name = ?", (name,)).fetchone():
                raise AccountRefused("token_taken", name=name)
            values = (name, digest(token), role.word, now, expires, _written(scope))
            transaction.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, NULL, ?)", values)
        return token

    def revoke(self, name: str) -> None:
        """Raises AccountRefused."""
        with self._file.transaction() as transaction:
            if not transaction.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount:
                raise AccountRefused("no_such_token", name=name)

    def all(self) -> list[Token]:
        """By name, those that expired too."""
        rows = self._file.rows("SELECT name, role, created, expires, used, scope FROM tokens ORDER BY name")
        return [
            Token(name, role_of(role), created, expires, used, _scope(scope))
            for name, role, created, expires, used, scope in rows
        ]

    def user(self, token: str, now: int) -> User | None:
        """The token as one who has its name, its role and its scope."""
        query = "SELECT name, role, used, scope FROM tokens WHERE hash = ? AND expires > ?"
        rows = self._file.rows(query, digest(token), now) if token.startswith(PREFIX) else []
        if not rows:
            return None
        name, role, used, scope = rows[0]
        hour = now - now % HOUR_MS
        if used is None or used < hour:
            with self._file.transaction() as transaction:
                transaction.execute("UPDATE tokens SET used = ? WHERE name = ?", (hour, name))
        return User(name, role_of(role), _scope(scope))


def _written(scope: Scope) -> str:
    return json.dumps({kind: sorted(known) for kind, known in scope._asdict().items() if known}, ensure_ascii=False)


def _scope(text: str) -> Scope:
    """A kind that nobody knows is a mistake, not everything."""
    return Scope(**{kind: frozenset(known) for kind, known in json.loads(text).items()})
