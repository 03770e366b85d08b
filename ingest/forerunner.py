r"""Reads and sifts ahead of the store, so that alerts wait for nobody: a database that is away stops storing only.

journal -> sift -> alerts, or the relay to the process that judges them
              \-> handed over to the pipeline: all while it keeps up, else the newest; the others it reads by itself
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple, Protocol

import structlog

from devices.problems import NOTHING
from devices.reading import Reading
from ingest.batch import Batch
from ingest.journal import Entry, Journal
from ingest.sift import Sieve
from ingest.trouble import Trouble

log = structlog.get_logger(__name__)

BATCH = 2_000
READY = 4_000
"""Messages that wait for the pipeline; with more it is behind, and memory is not the place to wait: the newest stay."""
PACE = 2_000
"""Messages: what is received goes through while it is in memory, and is not read from the disk again."""
FULL = 500
LINGER = 0.05
"""Seconds from one step to the next, while fewer than FULL wait: a step costs as much as a hundred messages do."""
PATIENCE = 1.0
"""Seconds that alerts wait for a store that is only slow: catching up with a backlog, both go at one pace."""


class Sifted(NamedTuple):
    """A batch on its way to the store."""

    after: int
    """Seq of the last entry before it."""
    entries: Sequence[Entry]
    batch: Batch


class Follower(Protocol):
    """Who is given what was accepted before the store has it: the alerts, or the relay to them."""

    @property
    def done(self) -> int:
        """Seq of the last entry that was taken."""

    @property
    def recorded(self) -> int:
        """What was taken up to this seq before a restart is taken again, and ends where it ended then."""

    async def take(
        self,
        readings: Sequence[Reading],
        replayed: Sequence[bool],
        seq: int,
        received: int,
        now: int,
        *,
        caught_up: bool,
    ) -> None:
        """What the journal holds up to `seq`. `replayed` says of each reading whether it is; empty: none is."""


class Forerunner:
    """One per process; `run` until `stop`."""

    def __init__(
        self,
        journal: Journal,
        sieve: Sieve,
        follower: Follower,
        clock: Callable[[], int],
        *,
        batch: int = BATCH,
        ready: int = READY,
    ) -> None:
        """Messages that hold hundreds of readings need a smaller `batch`, and fewer `ready`."""
        self.journal = journal
        self.sieve = sieve
        self.follower = follower
        self.batch = batch
        self.ready = ready
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
        self._near = asyncio.Event()
        """Set whenever no more than PACE messages wait in the journal."""
        self._outrun = False
        """More is received than can be sifted for a while: nothing is gained by waiting for us."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sift")
        self._more = asyncio.Event()
        self._full = asyncio.Event()
        """So many wait that nothing is gained by waiting for more."""
        self._stopping = False
        self._passed = self.done
        """Seq of the last entry that was handed over, or that the pipeline must read by itself."""
        self._reached = 0
        """When the last message judged was received, ms."""

    @property
    def done(self) -> int:
        """Seq of the last entry that was sifted and judged."""
        return self.follower.done

    def lag(self, now: int) -> int:
        """How far the alerts are behind what was received, ms; 0 when nothing waits."""
        return 0 if self.done >= self.journal.last else max(0, now - self._reached)

    def wake(self) -> None:
        """There is more in the journal."""
        self._more.set()
        if self.journal.last - self.done >= FULL:
            self._full.set()

    async def keep_pace(self) -> None:
        """What was just journaled is seen. Returns when it is nearly done, or PATIENCE is at its end."""
        self.wake()
        if self.journal.last - self.done <= PACE:
            self._outrun = False
        elif not self._outrun:
            self._near.clear()
            try:
                await asyncio.wait_for(self._near.wait(), PATIENCE)
            except TimeoutError:
                self._outrun = True

    async def run(self) -> None:
        while not self._stopping:
            self._more.clear()
            self._full.clear()
            began = asyncio.get_running_loop().time()
            if await self.step():
                await self._linger(began + LINGER)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._more.wait(), 1.0)

    async def _linger(self, until: float) -> None:
        """What comes after a pause is taken at once, what comes in a row together."""
        left = until - asyncio.get_running_loop().time()
        if left > 0 and self.journal.last - self.done < FULL:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), left)

    def stop(self) -> None:
        self._stopping = True
        self._more.set()
        self._full.set()

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
        if self.journal.last - self.done <= PACE:
            self._near.set()
        return True

    async def _hand_over(self, sifted: Sifted) -> None:
        if self._waiting >= self.ready and not self._behind:
            self._room.clear()
            try:
                await asyncio.wait_for(self._room.wait(), PATIENCE)
            except TimeoutError:
                self._behind = True
        while self._ready and self._waiting >= self.ready:
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
        while self._ready and self._ready[0].after == entries[-1].seq and len(entries) < self.batch:
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
        known = self.follower.recorded - after
        return min(self.batch, known) if known > 0 else self.batch

    async def _judge(self, entries: Sequence[Entry], batch: Batch) -> None:
        last = entries[-1]
        self._reached = last.message.received
        replayed = [entry.message.replayed for entry, _ in batch.origins] if batch.replayed else ()
        caught_up = self.journal.last <= last.seq
        try:
            await self.follower.take(
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
