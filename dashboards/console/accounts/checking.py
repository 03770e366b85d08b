"""Passwords looked at: a few at once, and only so often for a name and from an address, wherever they are asked for."""

import asyncio

from starlette.concurrency import run_in_threadpool

from dashboards.console.accounts.attempts import Attempts
from dashboards.console.accounts.passwords import Passwords
from dashboards.console.accounts.users import Account, Users
from devices.errors import StoreUnavailable

AT_ONCE = 2
"""Passwords looked at together: each takes 64 MiB and a core for a moment."""


class TooSoon(Exception):  # noqa: N818  -- an answer, no mistake of ours
    """Wait first."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(wait_ms)
        self.wait_ms = wait_ms


class Checking:
    """One for all pages that ask for a password: who guesses at one has used up his tries at the other."""

    def __init__(self, users: Users, passwords: Passwords | None = None) -> None:
        self.passwords = passwords or Passwords()
        self._users = users
        self._attempts = Attempts()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def fitting(self, name: str, password: str, address: str, now: int) -> Account | None:
        """The account whose password it is; None is a failed try. Raises TooSoon, StoreUnavailable."""
        wait = self._attempts.begin(name, address, now)
        if wait:
            raise TooSoon(wait)
        try:
            async with self._turn:
                account = await run_in_threadpool(self._look, name, password)
        except StoreUnavailable:
            self._attempts.undo(name, address, now)
            raise
        if account is not None:
            self._attempts.succeeded(name, address, now)
        return account

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await run_in_threadpool(self.passwords.hash, password)

    def _look(self, name: str, password: str) -> Account | None:
        account = self._users.find(name)
        return account if self.passwords.fits(password, account.hash if account else None) else None
