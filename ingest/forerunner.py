r"""Reads and sifts ahead of the store, so that alerts wait for nobody: a database that is away stops storing only.

journal -> sift -> alerts
              \-> handed over to the pipeline: all while it keeps up, else the newest; the others it reads by itself
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

import structlog

from alerts.alerting import Alerting
from devices.problems import NOTHING
from ingest.journal import Entry, Journal
from ingest.sift import Batch, Sieve
from ingest.trouble import Trouble

log = structlog.get_logger(__name__)

BATCH = 5_000
READY = 20_000
"""Messages that wait for the pipeline; with more it is behind, and memory is not the place to wait: the newest stay."""
PATIENCE = 0.25
"""Seconds that alerts wait for a store that is only slow: catching up with a backlog, both go at one pace."""


class Sifted(NamedTuple):
    """A batch on its way to the store."""

    after: int
    """Seq of the last entry before it."""
    entries: Sequence[Entry]
    batch: Batch


class Forerunner:
    """One per process; `run` until `stop`."""

    def __init__(self, journal: Journal, sieve: Sieve, alerting: Alerting, clock: Callable[[], int]) -> None:
        self.journal = journal
        self.sieve = sieve
        self.alerting = alerting
        self.trouble = NOTHING
        """Why alerts are not evaluated at the moment: a mistake of ours; empty when all is well."""
        self.handed_over: Callable[[], None] = lambda: None
        """Called when there is something new for the pipeline."""
        self._clock = clock
        self._ready: deque[Sifted] = deque()
        self._waiting = 0
        """Messages in `_ready`."""
        self._behind = False
        """The pipeline reads by itself: nothing is gained by waiting for it."""
        self._room = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sift")
        self._more = asyncio.Event()
        self._stopping = False
        self._passed = self.done
        """Seq of the last entry that was handed over, or that the pipeline must read by itself."""
        self._reached = 0
        """When the last message judged was received, ms."""

    @property
    def done(self) -> int:
        """Seq of the last entry that was sifted and judged."""
        return self.alerting.done

    def lag(self, now: int) -> int:
        """How far the alerts are behind what was received, ms; 0 when nothing waits."""
        return 0 if self.done >= self.journal.last else max(0, now - self._reached)

    def wake(self) -> None:
        """There is more in the journal."""
        self._more.set()

    async def run(self) -> None:
        while not self._stopping:
            self._more.clear()
            if not await self.step():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._more.wait(), 1.0)

    def stop(self) -> None:
        self._stopping = True
        self._more.set()

    def close(self) -> None:
        self._thread.shutdown(wait=True)

    async def step(self) -> bool:
        """One batch. False when there was nothing to do."""
        after = self.done
        entries = self.journal.read(after, self._limit(after))
        if not entries:
            return False
        batch = await sift(self.sieve, entries, self._thread)
        await self._judge(entries, batch)
        await self._hand_over(Sifted(after, entries, batch))
        return True

    async def _hand_over(self, sifted: Sifted) -> None:
        if self._waiting >= READY and not self._behind:
            self._room.clear()
            try:
                await asyncio.wait_for(self._room.wait(), PATIENCE)
            except TimeoutError:
                self._behind = True
        while self._ready and self._waiting >= READY:
            self._take()
        self._ready.append(sifted)
        self._waiting += len(sifted.entries)
        self._passed = sifted.entries[-1].seq
        self.handed_over()

    def next_after(self, done: int) -> Sifted | int:
        """What the pipeline does next: the messages after `done`; else the seq up to which it must read by itself."""
        while self._ready and self._ready[0].after < done:
            self._take()
        if not self._ready or self._ready[0].after > done:
            return self._ready[0].after if self._ready else self._passed
        self._behind = False
        return self._several()

    def newest(self) -> Sifted | None:
        """What waits here, for a pipeline that is behind: it may be stored before what came earlier."""
        return self._several() if self._ready else None

    def _several(self) -> Sifted:
        """The first batches that wait, as one."""
        after, entries, batch = self._take()
        entries = list(entries)
        while self._ready and self._ready[0].after == entries[-1].seq and len(entries) < BATCH:
            following = self._take()
            entries += following.entries
            batch.extend(following.batch)
        return Sifted(after, entries, batch)

    def _take(self) -> Sifted:
        first = self._ready.popleft()
        self._waiting -= len(first.entries)
        self._room.set()
        return first

    def _limit(self, after: int) -> int:
        """What was judged before a restart is taken again, and ends where a batch ends."""
        known = self.alerting.recorded - after
        return min(BATCH, known) if known > 0 else BATCH

    async def _judge(self, entries: Sequence[Entry], batch: Batch) -> None:
        last = entries[-1]
        self._reached = last.message.received
        replayed = [origin.entry.message.replayed for origin in batch.origins] if batch.replayed else ()
        caught_up = self.journal.last <= last.seq
        try:
            await self.alerting.take(
                batch.readings, replayed, last.seq, last.message.received, self._clock(), caught_up=caught_up
            )
        except Exception as error:  # storing must go on; the next batch may be judged
            self.trouble = Trouble("alerts_failed", {"detail": f"{type(error).__name__}: {error}"}).words
            log.exception("alerts_failed", seq=last.seq)
        else:
            self.trouble = NOTHING


async def sift(sieve: Sieve, entries: Sequence[Entry], thread: ThreadPoolExecutor) -> Batch:
    """The sandbox may need a second for a hostile codec: nothing else waits for it meanwhile."""
    opened = sieve.open(entries)
    if not opened.jobs:
        return sieve.close(opened, [])
    loop = asyncio.get_running_loop()
    return sieve.close(opened, await loop.run_in_executor(thread, sieve.formats.scripts, opened.jobs))
