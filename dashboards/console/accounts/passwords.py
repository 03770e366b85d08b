"""Passwords: hashed by Argon2id, checked in the same time whether or not the user exists."""

import unicodedata
from functools import cached_property
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboards.console.accounts.errors import AccountRefused

SHORTEST, LONGEST = 12, 256
"""Characters. Whoever steals the file tries billions of short ones; nobody tries those of twelve and more."""
DIFFERENT = 5
"""Characters that differ."""


class Passwords:
    """`hasher` with the library's defaults, which it raises with the years; hashes follow at the next sign-in."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        return self._hasher.hash(normal(password))

    def fits(self, password: str, known: str | None) -> bool:
        """Whether the password has this hash. Without one the answer is no, after the same work."""
        try:
            self._hasher.verify(known or self._nobodys, normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return known is not None

    def outdated(self, known: str) -> bool:
        """Made with parameters that are no longer ours."""
        return self._hasher.check_needs_rehash(known)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(token_urlsafe())


def check_password(password: str, name: str) -> None:
    """Raises AccountRefused for one that would be guessed."""
    length = len(normal(password))
    if length < SHORTEST:
        raise AccountRefused("password_short", shortest=SHORTEST, length=length)
    if length > LONGEST:
        raise AccountRefused("password_long", longest=LONGEST)
    if len(set(password)) < DIFFERENT or name.casefold() in password.casefold():
        raise AccountRefused("password_simple", different=DIFFERENT)


def normal(password: str) -> str:
    """An é is one character on one keyboard and two on another."""
    return unicodedata.normalize("NFC", password)
