"""What keeps a backup from being made or restored, in words."""

from devices.errors import VigiterreError
from vigiterre.backup.texts import said


class BackupError(VigiterreError):
    """Nothing was written that stays, unless its words say so."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(said(code, **facts))
        self.code = code
