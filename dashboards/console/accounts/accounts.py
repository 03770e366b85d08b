"""All of `console.sqlite`."""

from pathlib import Path
from types import TracebackType
from typing import Self

from dashboards.console.accounts.audit import Audit
from dashboards.console.accounts.file import FILE, AccountsFile
from dashboards.console.accounts.sessions import Sessions
from dashboards.console.accounts.shares import Shares
from dashboards.console.accounts.tokens import Tokens
from dashboards.console.accounts.users import Users

SESSION_HOURS = 12


class Accounts:
    """Safe from several threads. Everything raises StoreUnavailable when the file cannot be used."""

    def __init__(self, data_dir: Path, session_hours: int = SESSION_HOURS) -> None:
        self.file = AccountsFile(data_dir / FILE)
        self.users = Users(self.file)
        self.sessions = Sessions(self.file, session_hours)
        self.tokens = Tokens(self.file)
        self.shares = Shares(self.file)
        self.audit = Audit(self.file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.file.close()

    def expire(self, now: int, audit_ms: int) -> None:
        """Housekeeping: sessions that are over, lines of the audit log older than `audit_ms`."""
        self.sessions.expire(now)
        self.audit.expire(now - audit_ms)
