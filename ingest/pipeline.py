"""The way of a message once it is in the journal: read, sift, quarantine, store, advance.

What the forerunner has sifted for the alerts is not sifted again, unless the store fell behind it. Then there are two
lanes in turn: the backlog from where it stands, and the newest, so that what comes now is seen now.

The cursor moves only when every reading up to it is stored or in quarantine. Stopped or killed anywhere, the same
messages are read again, and every step can be repeated: quarantine rows are keyed by message and item, points by
series and time.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import structlog

from devices.errors import StoreRefused, StoreUnavailable
from devices.problems import NOTHING
from devices.reading import Reading, Reason, Refusal
from ingest.batch import Batch, Refused
from ingest.counts import OTHER, Counts, RefusalCounts
from ingest.cursor import Cursor
from ingest.forerunner import BATCH, Forerunner, sift
from ingest.journal import Entry, Journal
from ingest.quarantine import Quarantine, Row
from ingest.sift import Sieve
from ingest.trouble import Trouble

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 5.0
"""One batch each five seconds burdens no server, and what is live waits no longer for one that is back."""

Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818  -- no error: `stop` was called while a write was being repeated
    """The batch at hand stays where it is; the next run takes it up again."""


class Span(NamedTuple):
    """Seqs after `after`, up to `last`."""

    after: int
    last: int


class Sink(Protocol):
    """What is asked of a store: see stores/port.py."""

    def ensure_schema(self) -> None: ...
    def write(self, readings: Sequence[Reading]) -> None: ...


class Hours(Protocol):
    """Who rolls up, or tells who does."""

    def touch(self, readings: Sequence[Reading]) -> None:
        """Remember the hours of late readings, durably, before returning."""


class Pipeline:
    """Takes entries from the journal to the store. One per process; `run` until `stop`."""

    def __init__(
        self,
        journal: Journal,
        cursor: Cursor,
        ahead: Forerunner,
        new_sieve: Callable[[int], Awaitable[Sieve]],
        quarantine: Quarantine,
        store: Sink,
        hours: Hours,
        observe_write: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        """`new_sieve(done)` makes one that knows what came in the hour before `done`."""
        self.journal = journal
        self.cursor = cursor
        self.ahead = ahead
        ahead.handed_over = self._wake
        self.new_sieve = new_sieve
        self._own: Sieve | None = None
        """Only while we are behind the forerunner."""
        self.quarantine = quarantine
        self.store = store
        self.hours = hours
        self.counts = Counts()
        self.refusals = RefusalCounts()
        self.done = self._begin()
        self.trouble = NOTHING
        """Why nothing moves at the moment, in plain words; empty when all is well."""
        self.observe_write = observe_write
        self.stored: Callable[[Sequence[Reading]], None] = lambda _readings: None
        """Told in the event loop what the store has just taken."""
        self._stored_ahead: deque[Span] = deque()
        """What is stored beyond `done`, in order."""
        self._schema_ready = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._more = asyncio.Event()
        self._stopping = asyncio.Event()

    def _begin(self) -> int:
        """Where to go on. A cursor beyond the journal is that of a removed one: new messages must not be skipped."""
        done, last = self.cursor.load(), self.journal.last
        if done > last:
            log.warning("cursor_beyond_journal", cursor=done, journal=last, begins_at=last)
            self.cursor.save(last)
        return min(done, last)

    @property
    def waiting(self) -> int:
        """Messages of the journal that are not yet done."""
        return self.journal.last - self.done - sum(span.last - span.after for span in self._stored_ahead)

    def wake(self) -> None:
        """There is more in the journal."""
        self.ahead.wake()

    async def keep_pace(self) -> None:
        """There is more in the journal; returns when still more is welcome."""
        await self.ahead.keep_pace()

    def _wake(self) -> None:
        self._more.set()

    async def run(self) -> None:
        """Work until `stop`; the batch at hand is finished if the store takes it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.ahead.run(), name="forerunner")
            tasks.create_task(self._run(), name="pipeline")

    async def _run(self) -> None:
        with suppress(Stopped):
            while not self._stopping.is_set():
                self._more.clear()
                if not await self.step():
                    await self._wait_for_more()

    async def drain(self) -> None:
        """Wait until everything journaled is done, or nothing more of it can be read. `run` does the work."""
        while self.journal.read(self.done, 1) and not await self._stopped_within(0.02):
            pass

    async def step(self) -> bool:
        """One batch, all the way; behind, one of each lane. False when there was nothing to do."""
        found = self.ahead.next_after(self.done)
        if not isinstance(found, int):
            self._own = None
            await self._carry(found.entries, found.batch)
            self._advance(found.entries[-1].seq)
            return True
        if found <= self.done:
            return False
        moved = await self._store_newest()
        entries = self.journal.read(self.done, self._room_for_backlog(found))
        if entries:
            await self._carry(entries, await self._sift_again(entries))
            self._advance(entries[-1].seq)
        return moved or bool(entries)

    async def _store_newest(self) -> bool:
        """Ahead of the backlog. It is noted in memory only: after a crash it is stored again, which changes nothing."""
        newest = self.ahead.newest()
        if newest is None:
            return False
        await self._carry(newest.entries, newest.batch)
        spans = self._stored_ahead
        if spans and spans[-1].last == newest.after:
            spans[-1] = spans[-1]._replace(last=newest.entries[-1].seq)
        else:
            spans.append(Span(newest.after, newest.entries[-1].seq))
        return True

    def _room_for_backlog(self, until: int) -> int:
        """Messages of the next batch: none that the other lane has stored, or will get."""
        if self._stored_ahead:
            until = min(until, self._stored_ahead[0].after)
        return min(BATCH, until - self.done)

    async def _sift_again(self, entries: Sequence[Entry]) -> Batch:
        if self._own is None:
            self._own = await self.new_sieve(self.done)
        return await sift(self._own, entries, self._thread)

    async def _carry(self, entries: Sequence[Entry], batch: Batch) -> None:
        """Each reading of the batch into the store or the quarantine, and told of."""
        await self._keep_refused(batch.refused)
        refused = await self._store(batch)
        self._count_batch(entries, batch, refused)
        self._tell(batch, refused)

    def forget_sieve(self) -> None:
        """The configuration changed; what the store keeps for how long may have, too."""
        self._own = None
        self._schema_ready = False

    async def stop(self) -> None:
        self.ahead.stop()
        self._stopping.set()
        self._more.set()

    def close(self) -> None:
        self.ahead.close()
        self._thread.shutdown(wait=True)

    async def _wait_for_more(self) -> None:
        """Sleeps until `wake`, or a second: what a replay by another process appended is noticed too."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._more.wait(), 1.0)

    async def _keep_refused(self, refused: Sequence[Refused]) -> None:
        if refused:
            known = self.ahead.sieve.registry.addresses
            rows = [_row(one, known) for one in refused]
            await self._persist("quarantine", partial(self.quarantine.add, rows))

    async def _store(self, batch: Batch) -> list[Refused]:
        """Stores the readings of a batch; what the store refuses goes to the quarantine and is returned."""
        if not batch.readings:
            return []
        outcome = await self._persist("store", partial(self._write, batch.readings))
        if not outcome:
            return []
        origins = {id(reading): origin for reading, origin in zip(batch.readings, batch.origins, strict=True)}
        refused = [
            Refused(*origins[id(reading)], Refusal(Reason.STORE_REFUSED, words, reading.series.device))
            for reading, words in outcome
        ]
        await self._keep_refused(refused)
        return refused

    def _write(self, readings: Sequence[Reading]) -> list[tuple[Reading, str]]:
        """In the store's thread. Hours touched by late data are noted before the cursor moves."""
        started = time.perf_counter()
        try:
            if not self._schema_ready:
                self.store.ensure_schema()
                self._schema_ready = True
            self.store.write(readings)
        except StoreUnavailable:
            self._schema_ready = False  # a database that was wiped or made anew needs its policies again
            raise
        except StoreRefused as error:
            refused = error.refused
        else:
            refused = []
        finally:
            self.observe_write(time.perf_counter() - started)
        self.hours.touch(readings)
        return refused

    async def _persist(self, what: str, action: Callable[[], Result]) -> Result:
        """Repeats an action until it succeeds. Nothing is dropped, ever. Raises Stopped when told to stop meanwhile."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            try:
                result = await loop.run_in_executor(self._thread, action)
            except StoreUnavailable as error:
                words, least = error.words, error.retry_after or 0.0
                log.warning("store_unavailable", what=what, error=str(error), remedy=error.remedy)
            except Exception as error:  # a full disk, a locked file, a bug: keep the readings, say it, go on
                words, least = Trouble("write_failed", {"what": what, "detail": error}).words, 0.0
                log.exception("write_failed", what=what)
            else:
                if self.trouble:
                    log.info("recovered", what=what)
                self.trouble = NOTHING
                self.counts.store_writes += what == "store"
                return result
            self.trouble = words
            self.counts.store_retries += what == "store"
            if await self._stopped_within(max(least, pause * random.uniform(0.5, 1.0))):  # noqa: S311  -- jitter
                raise Stopped
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _advance(self, seq: int) -> None:
        """All up to `seq` is done, and what the other lane stored right after it."""
        self.done = seq
        while self._stored_ahead and self._stored_ahead[0].after <= self.done:
            self.done = max(self.done, self._stored_ahead.popleft().last)
        self.cursor.save(self.done)

    def _count_batch(self, entries: Sequence[Entry], batch: Batch, refused_by_store: Sequence[Refused]) -> None:
        counts = self.counts
        counts.messages += len(entries)
        counts.stored += len(batch.readings) - batch.partial - len(refused_by_store)
        if refused := [one.refusal for one in (*batch.refused, *refused_by_store)]:
            self._count(refused)
        counts.duplicates += batch.duplicates
        counts.ignored += batch.ignored
        for kind in batch.events:
            counts.events[kind if kind in counts.events else OTHER] += 1
        counts.replayed += batch.replayed

    def _tell(self, batch: Batch, refused_by_store: Sequence[Refused]) -> None:
        """Whoever shows what was stored must not stop what stores it."""
        readings: Sequence[Reading] = batch.readings
        if refused_by_store:
            out = {(one.entry.seq, one.item) for one in refused_by_store}
            pairs = zip(batch.readings, batch.origins, strict=True)
            readings = [reading for reading, (entry, item) in pairs if (entry.seq, item) not in out]
        if readings:
            try:
                self.stored(readings)
            except Exception:
                log.exception("stored_not_told")

    def _count(self, refused: Sequence[Refusal]) -> None:
        for one in refused:
            self.counts.refused[one.reason] += 1
        self.refusals.add(refused, self.ahead.sieve.registry.addresses)


def _row(refused: Refused, known: Mapping[str, str]) -> Row:
    """`known`: what a device is called by -> its id."""
    entry, item, refusal = refused
    return Row(entry.seq, item, entry.message, refusal, known.get(refusal.device, ""))
