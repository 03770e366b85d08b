"""The audit log: who changed what, when, from where, and what came of it."""

from collections.abc import Mapping
from typing import NamedTuple

from dashboards.console.accounts.file import AccountsFile

SHELL = "shell"
"""Address of a command typed on the machine itself."""
LONGEST = 500
"""Characters of each cell."""
BEGUN, DONE, REFUSED = "begun", "done", "refused"
SECRETS = ("csrf", "password")
"""Fields whose name holds one of these are never written."""


class Line(NamedTuple):
    id: int
    time: int
    """ms"""
    who: str
    address: str
    action: str
    """The path of a form, or a command."""
    target: str
    outcome: str
    """`done`, `refused`, `begun` for what never ended, or a status or the name of an error."""


class Audit:
    def __init__(self, file: AccountsFile) -> None:
        self._file = file

    def note(self, now: int, who: str, address: str, action: str, target: str = "", outcome: str = DONE) -> int:
        """Write a line, durable when this returns -> its number. Raises StoreUnavailable."""
        cells = [one_line(text)[:LONGEST] for text in (who, address, action, target, outcome)]
        with self._file.transaction() as transaction:
            return (
                transaction.execute("INSERT INTO audit VALUES (NULL, ?, ?, ?, ?, ?, ?)", (now, *cells)).lastrowid or 0
            )

    def end(self, number: int, outcome: str) -> None:
        """What came of something noted as begun."""
        with self._file.transaction() as transaction:
            transaction.execute("UPDATE audit SET outcome = ? WHERE id = ?", (outcome, number))

    def lines(self, since: int = 0, who: str | None = None, limit: int = 1_000) -> list[Line]:
        """The newest first."""
        query = "SELECT * FROM audit WHERE time >= ? AND ? IN (who, '') ORDER BY id DESC LIMIT ?"
        return [Line(*row) for row in self._file.rows(query, since, who or "", limit)]

    def expire(self, before: int) -> int:
        """Forget what was noted before (ms) -> how many lines."""
        with self._file.transaction() as transaction:
            return transaction.execute("DELETE FROM audit WHERE time < ?", (before,)).rowcount


def told(fields: Mapping[str, str]) -> str:
    """`name=value` of a form, without its secrets."""
    return " ".join(
        f"{name}={value}" for name, value in fields.items() if value and not any(word in name for word in SECRETS)
    )


def one_line(text: str) -> str:
    """So that nobody writes lines of his own into a log."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
