r"""Passes on what a worker accepted, to the process that judges the alerts, through the broker.

forerunner -> take -> parcels in memory -> Outlet (QoS 1) -> the cursor moves, when the broker has a whole parcel
                  \-> no room: nothing is kept, and what was left out is read from the journal again, and sifted

The store waits for none of it. After a crash the same is told again, from the cursor on; the alerts take repetitions.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import structlog

from devices.problems import NOTHING
from devices.reading import Reading
from ingest.backoff import Backoff
from ingest.batch import Batch
from ingest.cursor import Cursor
from ingest.forerunner import BATCH, PATIENCE, sift
from ingest.journal import Entry, Journal
from ingest.live import parts
from ingest.outlet import Outlet
from ingest.sift import Sieve
from ingest.trouble import LinkDown, Trouble

log = structlog.get_logger(__name__)

ROOM = 20_000
"""Readings that wait in memory; beyond, the journal keeps them anyhow."""
AGAIN_SECONDS = 30.0
IDLE_SECONDS = 1.0


class Parcel(NamedTuple):
    """A batch on its way to the alerts."""

    seq: int
    """Of its last entry in the journal."""
    received: int
    """When that came, ms."""
    readings: int
    messages: Sequence[bytes]


class Relay:
    """What a Forerunner of a worker drives. One per process; `run` for ever."""

    def __init__(
        self,
        outlet: Outlet,
        topic: str,
        cursor: Cursor,
        journal: Journal,
        new_sieve: Callable[[int], Awaitable[Sieve]],
        *,
        begin: int,
    ) -> None:
        """`begin` is where a relay without a cursor begins: what was stored before there was one is history.

        `new_sieve(done)` makes one that knows what came in the hour before `done`.
        """
        self._outlet = outlet
        self._topic = topic
        self.cursor = cursor
        self._journal = journal
        self._new_sieve = new_sieve
        self.told = min(cursor.load(), journal.last) if cursor.path.exists() else begin
        """Seq up to which the broker has all."""
        cursor.save(self.told)
        self.done = self.recorded = self.told
        self._reached = 0
        """When the last message that was told had come, ms."""
        self.passed_on = 0
        """Readings, since the start."""
        self.trouble = NOTHING
        """Why nothing is told at the moment, or why nobody hears it."""
        self._parcels: deque[Parcel] = deque()
        self._held = 0
        """Readings of `_parcels`."""
        self._behind = False
        """Something was left out: it is read from the journal."""
        self._room = asyncio.Event()
        self._more = asyncio.Event()
        self._moved = asyncio.Event()
        self._own: Sieve | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="relay")

    @property
    def waiting(self) -> int:
        """Messages of the journal that are taken, and not yet told."""
        return self.done - self.told

    def lag(self, now: int) -> int:
        """How far what was told is behind what was received, ms; 0 when nothing waits."""
        return 0 if self.told >= self._journal.last else max(0, now - self._reached)

    async def take(
        self,
        readings: Sequence[Reading],
        replayed: Sequence[bool],
        seq: int,
        received: int,
        now: int,  # noqa: ARG002  -- the alerts need it, we do not
        *,
        caught_up: bool,  # noqa: ARG002
    ) -> None:
        """What the forerunner has sifted. Waits a moment where there is no room, never for the broker."""
        if not self._behind and self._held >= ROOM:
            await self._wait_for_room()
        self.done = seq
        if not self._behind:
            self._keep(Parcel(seq, received, len(readings), list(parts(readings, replayed, received))))
        self._more.set()

    async def _wait_for_room(self) -> None:
        self._room.clear()
        try:
            await asyncio.wait_for(self._room.wait(), PATIENCE if self._outlet.connected else 0)
        except TimeoutError:
            self._behind = True

    def _keep(self, parcel: Parcel) -> None:
        self._parcels.append(parcel)
        self._held += parcel.readings

    def forget_sieve(self) -> None:
        """The configuration changed."""
        self._own = None

    def close(self) -> None:
        self._thread.shutdown(wait=True)

    async def run(self) -> None:
        while True:
            self._more.clear()
            if not await self.step():
                await self._more.wait()

    async def drain(self) -> None:
        """Wait until all that was taken is told. `run` does the work."""
        while self.waiting:
            self._moved.clear()
            await self._moved.wait()

    async def step(self) -> bool:
        """One parcel. False when there is none."""
        if self._parcels:
            await self._tell(self._parcels[0])
            self._held -= self._parcels.popleft().readings
            self._room.set()
        elif self._behind:
            await self._catch_up()
        return bool(self._parcels) or self._behind

    async def _catch_up(self) -> None:
        """What was left out, a batch at a time, until the forerunner is met."""
        if self.told >= self.done:
            self._behind, self._own = False, None
            return
        found = self._journal.read(self.told, min(BATCH, self.done - self.told))
        if not found and self._journal.trouble:
            await asyncio.sleep(IDLE_SECONDS)
            return
        entries = [entry for entry in found if entry.seq <= self.done]
        if not entries:  # what was between is lost, as the journal has said
            self.told = self.done
            return
        if self._own is None:
            self._own = await self._new_sieve(self.told)
        await self._tell(parcel_of(entries, await sift(self._own, entries, self._thread)))

    async def _tell(self, parcel: Parcel) -> None:
        """Until the broker has all of it."""
        backoff = Backoff(AGAIN_SECONDS)
        while True:
            await self._outlet.up.wait()
            try:
                heard = await self._publish(parcel.messages)
            except LinkDown as error:
                self._say(error.trouble)
                await asyncio.sleep(backoff.next())
            else:
                break
        self._say(None if heard else Trouble("relay_unheard", {"topic": self._topic}))
        self.told, self._reached = parcel.seq, parcel.received
        self.passed_on += parcel.readings
        self.cursor.save(self.told)
        self._moved.set()

    async def _publish(self, messages: Sequence[bytes]) -> bool:
        """All at once. Raises LinkDown when any of them may be missing."""
        sent = [self._outlet.publish(self._topic, one) for one in messages]
        answers = await asyncio.gather(*sent, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return all(answers)

    def _say(self, trouble: Trouble | None) -> None:
        words = NOTHING if trouble is None else trouble.words
        if words and words != self.trouble:
            log.warning("relay_waits", detail=str(trouble))
        self.trouble = words


def parcel_of(entries: Sequence[Entry], batch: Batch) -> Parcel:
    last = entries[-1]
    replayed = [entry.message.replayed for entry, _ in batch.origins] if batch.replayed else ()
    received = last.message.received
    return Parcel(last.seq, received, len(batch.readings), list(parts(batch.readings, replayed, received)))
