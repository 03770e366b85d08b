"""What must be done again and again and may wait: roll-ups, retention."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from devices.errors import StoreUnavailable
from devices.problems import NOTHING, Bilingual
from vigiterre.texts import said

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60


class Chores:
    """A thread, and how its work goes. One per process."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="chores")
        self.trouble: Bilingual = NOTHING

    async def run(self, work: Callable[[], None]) -> None:
        """Once a minute, for ever. A store that is away is tried again the next minute."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self.thread, work)
                self.trouble = NOTHING
            except StoreUnavailable as error:
                log.warning("housekeeping_waits", error=str(error))
            except Exception as error:  # the next minute may be better, and ingest must not die of this
                self.trouble = said("housekeeping_failed", detail=f"{type(error).__name__}: {error}")
                log.exception("housekeeping_failed")
            await asyncio.sleep(EVERY_SECONDS)

    def close(self) -> None:
        self.thread.shutdown(wait=True)
