"""Errors are classed by what the caller should do next.

VigiterreError
+-- ConfigError        stop at start, or keep the old configuration; carries every Problem found
+-- DecodeError        the payload cannot be read: refuse the message, quarantine it
+-- JournalFull        stop reading the socket, try again later
+-- StoreUnavailable   keep the readings, back off, write the same ones again
+-- StoreRefused       everything else of the batch is stored; quarantine these readings
"""

from collections.abc import Sequence

from devices.problems import Problem
from devices.reading import Reading


class VigiterreError(Exception):
    """The root of this project's errors."""


class ConfigError(VigiterreError):
    """The configuration cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problem.text("en") for problem in problems))


class DecodeError(VigiterreError):
    """A codec cannot read this payload."""


class JournalFull(VigiterreError):  # noqa: N818  -- the state of the journal, not a mistake of the caller
    """The journal holds as much as it may, and nothing in it may be dropped yet."""


class StoreUnavailable(VigiterreError):  # noqa: N818
    """The store did not confirm; it may or may not have stored. The same write, repeated, is right.

    `remedy` says what a person must do when waiting will not help (credentials, a missing database), else "".
    """

    def __init__(self, message: str, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.retry_after = retry_after


class StoreRefused(VigiterreError):  # noqa: N818
    """The store will never take these readings; all others of the batch are stored."""

    def __init__(self, refused: Sequence[tuple[Reading, str]]) -> None:
        super().__init__(f"{len(refused)} readings refused by the store; first: {refused[0][1] if refused else ''}")
        self.refused = list(refused)
