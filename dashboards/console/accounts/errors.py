"""What can be wrong with an account that somebody wants to make or change."""

from dashboards.console.accounts.texts import ACCOUNTS
from devices.errors import VigiterreError
from devices.problems import Bilingual


class AccountRefused(VigiterreError):  # noqa: N818  -- what was asked for cannot be
    """Nothing was changed."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(Bilingual.of(ACCOUNTS[code], **facts))
        self.code = code
