"""What can be wrong with an account of the broker that somebody wants to make, change or end."""

from collections.abc import Sequence

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre.credentials.texts import CREDENTIALS


class CredentialRefused(VigiterreError):  # noqa: N818  -- what was asked for cannot be
    """Nothing was changed."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(Bilingual.of(CREDENTIALS[code], **facts))
        self.code = code


SHOWN = 5
"""Names that are told of many."""


def few(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
