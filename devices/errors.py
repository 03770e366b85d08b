"""Errors are classed by what the caller should do next.

VigiterreError
+-- ConfigError        stop at start, or keep the old configuration; carries every Problem found
+-- DecodeError        the payload cannot be read: refuse the message, quarantine it
+-- JournalFull        stop reading the socket, try again later
+-- NewerFormat        stop at start: a newer version wrote this file
+-- StoreUnavailable   keep the readings, back off, write the same ones again
+-- StoreRefused       everything else of the batch is stored; quarantine these readings
"""

from collections.abc import Sequence

from devices.problems import NOTHING, Bilingual, Language, Problem
from devices.reading import Reading
from devices.texts.errors import NEWER, STORE_AWAY


class VigiterreError(Exception):
    """The root of this project's errors. One that a person meets is given a Bilingual as its message."""

    def text(self, language: Language) -> str:
        """What is wrong and what to do, as people read it."""
        message = self.args[0] if self.args else ""
        return message.text(language) if isinstance(message, Bilingual) else str(self)

    @property
    def words(self) -> Bilingual:
        """The same in both languages."""
        return Bilingual(self.text("fr"), self.text("en"))


class ConfigError(VigiterreError):
    """The configuration cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problem.text("en") for problem in problems))

    def text(self, language: Language) -> str:
        return "\n".join(problem.text(language) for problem in self.problems)


class DecodeError(VigiterreError):
    """A codec cannot read this payload."""


class JournalFull(VigiterreError):  # noqa: N818  -- the state of the journal, not a mistake of the caller
    """The journal holds as much as it may, and nothing in it may be dropped yet."""


class NewerFormat(VigiterreError):  # noqa: N818  -- the file's, not ours
    """A newer version wrote this file; read as an older one, what it holds would be lost."""

    def __init__(self, path: object, found: int, known: int) -> None:
        super().__init__(Bilingual.of(NEWER, path=path, found=found, known=known))


class StoreUnavailable(VigiterreError):  # noqa: N818
    """The store did not confirm; it may or may not have stored. The same write, repeated, is right.

    `message` is the detail, mostly of the system or the server; `remedy` says what a person must do when waiting will
    not help (credentials, a missing database), else it is empty.
    """

    def __init__(self, message: str, remedy: Bilingual = NOTHING, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.retry_after = retry_after

    def text(self, language: Language) -> str:
        texts = STORE_AWAY["act" if self.remedy else "wait"]
        return Bilingual.of(texts, remedy=self.remedy, detail=self).text(language)


class StoreRefused(VigiterreError):  # noqa: N818
    """The store will never take these readings; all others of the batch are stored."""

    def __init__(self, refused: Sequence[tuple[Reading, str]]) -> None:
        super().__init__(f"{len(refused)} readings refused by the store; first: {refused[0][1] if refused else ''}")
        self.refused = list(refused)
