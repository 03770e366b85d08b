"""The audit log: who changed what, when, from where, and what came of it. Lines are added, and never changed."""

from collections.abc import Mapping
from contextlib import closing
from typing import NamedTuple

from dashboards.console.accounts import chain
from dashboards.console.accounts.chain import Head, Verdict
from dashboards.console.accounts.file import AccountsFile
from stores import sqlite_file

SHELL = "shell"
"""Address of a command typed on the machine itself."""
LONGEST = 500
"""Characters of each cell."""
BEGUN, DONE, REFUSED = "begun", "done", "refused"
SECRETS = ("csrf", "password")
"""Fields whose name holds one of these are never written."""
LINES = """
SELECT id, time, who, address, action, target,
  coalesce((SELECT outcome FROM audit AS came WHERE came.ends = line.id AND came.ends > 0 LIMIT 1), outcome)
FROM audit AS line WHERE ends = 0 AND time >= ? AND ? IN (who, '') ORDER BY id DESC LIMIT ?
"""


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
            return chain.append(transaction, now, cells)

    def end(self, now: int, number: int, outcome: str) -> None:
        """What came of something noted as begun: a line of its own, which `lines` shows as one with the first."""
        with self._file.transaction() as transaction:
            chain.append(transaction, now, ["", "", "", "", one_line(outcome)[:LONGEST]], number)

    def lines(self, since: int = 0, who: str | None = None, limit: int = 1_000) -> list[Line]:
        """The newest first."""
        return [Line(*row) for row in self._file.rows(LINES, since, who or "", limit)]

    def head(self) -> Head:
        """To be noted elsewhere."""
        with self._file.transaction() as transaction:
            return chain.last_of(transaction)

    def verify(self, noted: Head | None = None) -> Verdict:
        """Of the log as it is now; whoever writes meanwhile does not wait. Raises StoreUnavailable."""
        path = self._file.path
        with sqlite_file.said(path), closing(sqlite_file.connect(path, read_only=True)) as connection:
            connection.execute("BEGIN")
            return chain.verify(connection, noted)

    def expire(self, before: int) -> int:
        """Forget what was noted before (ms) -> how many lines."""
        with self._file.transaction() as transaction:
            return chain.drop(transaction, before)


def told(fields: Mapping[str, str]) -> str:
    """`name=value` of a form, without its secrets."""
    return " ".join(
        f"{name}={value}" for name, value in fields.items() if value and not any(word in name for word in SECRETS)
    )


def one_line(text: str) -> str:
    """So that nobody writes lines of his own into a log."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
