"""mosquitto's password file: name and hash, one account a line."""

from collections.abc import Iterable

from vigiterre.credentials.file import Account


def password_file(accounts: Iterable[Account]) -> str:
    """`accounts` in force."""
    return "".join(f"{one.name}:{one.hash}\n" for one in sorted(accounts))
