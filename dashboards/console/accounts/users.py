"""The people: a name, a role, the hash of a password."""

import re
import unicodedata
from typing import NamedTuple

from dashboards.console.access import Role, User
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.file import AccountsFile

PASSWORD_CHANGED = "users password"  # noqa: S105  -- a name
"""What the audit log calls a change of password, by whichever way it was done."""
NAME = re.compile(r"[^\W_](?:[\w .'@-]{0,62}[\w])?")
COLUMNS = "name, role, hash, created, signed_in"


class Account(NamedTuple):
    name: str
    role: Role
    hash: str
    created: int
    """ms"""
    signed_in: int | None
    """The last time, ms."""

    @property
    def user(self) -> User:
        return User(self.name, self.role)


class Users:
    """Names are told apart without regard to capitals. What ends a right ends the sessions that had it."""

    def __init__(self, file: AccountsFile) -> None:
        self._file = file

    def add(self, name: str, role: Role, password_hash: str, now: int) -> None:
        """Raises AccountRefused for a bad name, or one that is taken."""
        name = checked_name(name)
        with self._file.transaction() as transaction:
            if self.find(name):
                raise AccountRefused("name_taken", name=name)
            values = (key(name), name, role.word, password_hash, now)
            transaction.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, NULL)", values)

    def find(self, name: str) -> Account | None:
        rows = self._file.rows(f"SELECT {COLUMNS} FROM users WHERE key = ?", key(name))  # noqa: S608  -- ours
        return _account(rows[0]) if rows else None

    def all(self) -> list[Account]:
        """By name."""
        return [_account(row) for row in self._file.rows(f"SELECT {COLUMNS} FROM users ORDER BY key")]  # noqa: S608

    def any(self) -> bool:
        return bool(self._file.rows("SELECT 1 FROM users LIMIT 1"))

    def remove(self, name: str) -> None:
        """Raises AccountRefused."""
        self._change("DELETE FROM users WHERE key = ?", name)

    def set_password(self, name: str, password_hash: str) -> None:
        """Raises AccountRefused."""
        self._change("UPDATE users SET hash = ? WHERE key = ?", name, password_hash)

    def change_password(self, known: Account, password_hash: str) -> bool:
        """Ends all sessions, unless the account was removed or its password changed since it was read: False."""
        with self._file.transaction() as transaction:
            values = (password_hash, key(known.name), known.hash)
            changed = transaction.execute("UPDATE users SET hash = ? WHERE key = ? AND hash = ?", values).rowcount
            if changed:
                transaction.execute('DELETE FROM sessions WHERE "user" = ?', (key(known.name),))
        return bool(changed)

    def set_role(self, name: str, role: Role) -> None:
        """Raises AccountRefused."""
        self._change("UPDATE users SET role = ? WHERE key = ?", name, role.word)

    def note_sign_in(self, known: Account, password_hash: str, now: int) -> None:
        """`password_hash` replaces the known one, unless the password was changed meanwhile."""
        with self._file.transaction() as transaction:
            transaction.execute("UPDATE users SET signed_in = ? WHERE key = ?", (now, key(known.name)))
            values = (password_hash, key(known.name), known.hash)
            transaction.execute("UPDATE users SET hash = ? WHERE key = ? AND hash = ?", values)

    def _change(self, statement: str, name: str, *values: str) -> None:
        with self._file.transaction() as transaction:
            if not transaction.execute(statement, (*values, key(name))).rowcount:
                raise AccountRefused("no_such_user", name=name)
            transaction.execute('DELETE FROM sessions WHERE "user" = ?', (key(name),))


def key(name: str) -> str:
    """What makes two names the same."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def checked_name(name: str) -> str:
    """As it is kept. Raises AccountRefused."""
    name = unicodedata.normalize("NFC", name.strip())
    if not NAME.fullmatch(name):
        raise AccountRefused("bad_name", name=name)
    return name


def role_of(word: str) -> Role:
    return Role[word.upper()]


def _account(row: tuple[str, str, str, int, int | None]) -> Account:
    return Account(row[0], role_of(row[1]), *row[2:])
