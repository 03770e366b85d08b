"""What devices have used of their daily volume, in a small file: a restart gives nobody his bytes anew.

Written every few minutes and at the end, whole and in one step. It is not synced: after a crash what came since is
counted again from the journal, after a power failure an older file, or none, may be there.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import BaseModel, NonNegativeInt, ValidationError

from ingest.limits import RateLimits, Use, Used

log = structlog.get_logger(__name__)

FILE = "limits.json"
VERSION = 1
EVERY_SECONDS = 300.0
LAST_HOUR = "the messages of the last hour"


class _Use(BaseModel):
    newest: NonNegativeInt
    owed: NonNegativeInt
    using_owed: bool
    used: dict[NonNegativeInt, NonNegativeInt]


class _Content(BaseModel):
    version: int
    seq: NonNegativeInt
    devices: dict[str, _Use]


class LimitsFile:
    """One per process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved = -1
        """Seq of what was saved last."""
        self._failing = False

    def load(self, last: int) -> Used | None:
        """None when there is none, or one that is no use, which is said. `last` is the newest seq of the journal."""
        try:
            content = _Content.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            log.warning("limits_not_read", path=str(self.path), detail=type(error).__name__, counted_from=LAST_HOUR)
            return None
        if content.version != VERSION or content.seq > last:  # of another program, or of another journal
            log.warning("limits_not_ours", path=str(self.path), version=content.version, counted_from=LAST_HOUR)
            return None
        devices = {name: Use(one.newest, one.owed, one.using_owed, one.used) for name, one in content.devices.items()}
        return Used(content.seq, devices)

    def save(self, used: Used) -> None:
        """A disk that refuses stops nobody: after a restart, bytes are counted from an older file."""
        if used.seq == self._saved:
            return
        devices = {name: _Use(**one._asdict()) for name, one in used.devices.items()}
        content = _Content(version=VERSION, seq=used.seq, devices=devices)
        new = self.path.with_name(self.path.name + ".new")
        try:
            new.write_text(content.model_dump_json())
            new.replace(self.path)
        except OSError as error:
            if not self._failing:
                log.warning("limits_not_saved", path=str(self.path), detail=error.strerror)
            self._failing = True
        else:
            self._saved, self._failing = used.seq, False

    async def keep(self, limits: Callable[[], RateLimits | None]) -> None:
        """Now and again, for ever. Without a daily volume nothing is written."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.keep_once(limits())

    async def keep_once(self, limits: RateLimits | None) -> None:
        if limits is not None and limits.weighing:
            finish = limits.used()
            await asyncio.to_thread(lambda: self.save(finish()))
