"""Writes what its sources have to say, about once a second. What a dashboard misses is not worth a process."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog

from devices.errors import StoreUnavailable
from devices.mark import Mark
from stores.port import Store
from vigiterre.marking.writing import write_marks

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
AWAY_SECONDS = 30.0


class Source(Protocol):
    def marks(self, now: int) -> Iterable[Mark]:
        """What is to be written at `now`, ms; mostly nothing."""

    def written(self) -> None:
        """The store has what `marks` gave last. Not called when it may not have it."""


class Marking:
    """One per process; `run` until it is cancelled. Sources are asked in one thread of ours."""

    def __init__(self, store: Store, sources: Iterable[Source]) -> None:
        self.sources = list(sources)
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="marks")
        self._pause = EVERY_SECONDS

    async def run(self, clock: Callable[[], int]) -> None:
        """`clock` gives ms."""
        loop = asyncio.get_running_loop()
        while True:
            well = await loop.run_in_executor(self._thread, self.mark, clock())
            self._pause = EVERY_SECONDS if well else min(2 * self._pause, AWAY_SECONDS)
            await asyncio.sleep(self._pause)

    def close(self) -> None:
        self._thread.shutdown(wait=True)

    def mark(self, now: int) -> bool:
        """One round. False when something went wrong, which is said: the store was away, or a mistake of ours."""
        well = True
        for source in self.sources:
            try:
                write_marks(self._store, source.marks(now))
                source.written()
            except StoreUnavailable as error:
                if self._pause <= EVERY_SECONDS:  # said once
                    log.warning("marks_not_written", error=str(error), tried_again=True)
                return False
            except Exception:  # the others may do better
                log.exception("marks_failed", source=type(source).__name__)
                well = False
        return well
