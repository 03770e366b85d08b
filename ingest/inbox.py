"""What is received and not yet durable: bounds, the journal, acknowledgements. The same for every kind of broker.

receive -> Inbox -> deliver (journal, fsync) -> acknowledge
             |          |
             +- pause <-+   when as much as the bounds is held, or the journal refuses
"""

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from devices.errors import JournalFull
from devices.reading import Message
from ingest.backoff import Backoff, happens_within
from ingest.broker import Broker
from ingest.trouble import Trouble

Deliver = Callable[[list[Message]], Awaitable[None]]
"""Returns when the messages are durable. Raises JournalFull, or OSError(ENOSPC), when it cannot take them yet."""

REDELIVER_SECONDS = 5.0
MOMENT = 0.002
GATHER_SECONDS = 0.02
GATHER_MESSAGES = 500
"""What comes within so long, or so many, goes to the disk together, if no moment passes without any."""


class Line(Protocol):
    """A connection to a broker, of whichever MQTT."""

    @property
    def closed(self) -> bool: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def acknowledge(self, packet_ids: list[int]) -> None: ...


@dataclass(slots=True)
class State:
    """What is known of the way in, for /readyz, the doctor and the metrics. Counters never go down."""

    connected: bool = False
    since: int = 0
    """Wall clock, ms, of the last change of `connected`; 0 before the first."""
    link: Trouble | None = None
    """What is wrong between us and the broker now."""
    journal: Trouble | None = None
    """What is wrong between us and the journal now."""
    taken_over: bool = False
    """Another client has our session: nothing happens until `resume()`."""
    paused: bool = False
    """Reading is paused: too much is waiting, or the journal refuses."""
    last_message: int | None = None
    """Wall clock, ms."""
    last_message_monotonic: float | None = None
    """`time.monotonic()`, s: its age is right even when the wall clock is set."""
    held_messages: int = 0
    held_bytes: int = 0
    """Received and not yet delivered."""
    received: int = 0
    delivered: int = 0
    acknowledged: int = 0
    delivery_failures: int = 0
    connections: int = 0
    reconnects: int = 0
    closed_early: int = 0
    """Short connections in a row that the broker closed without a word; 0 again after one that lasts a minute."""
    session_lost: int = 0
    """How often the broker had forgotten a session it should have kept: messages may be lost."""

    @property
    def ready(self) -> bool:
        """True when messages can come in and be kept."""
        return self.connected and self.link is None and self.journal is None

    @property
    def troubles(self) -> list[Trouble]:
        return [trouble for trouble in (self.link, self.journal) if trouble is not None]


class Taken(NamedTuple):
    """Everything that was in the inbox, and how to acknowledge it."""

    messages: list[Message]
    size: int
    line: Line | None
    packet_ids: list[int]
    """Of those messages that came by `line`, in receive order. A list and not a map by id: mosquitto may use an id
    again while it is outstanding."""


class Inbox:
    """Holds what a receiver gives it until `deliver` has it on disk, and pauses the line meanwhile if need be.

    `name` begins the keys of its log entries: `mqtt` or `foreign`.
    """

    def __init__(self, name: str, broker: Broker, deliver: Deliver, state: State, log: Any) -> None:
        self.messages: list[Message] = []
        self.packet_ids: list[int] = []
        """Of those of `messages` that came by the present line and want an acknowledgement, in receive order."""
        self.room = asyncio.Event()
        """Set while more may be received."""
        self.room.set()
        self.stopping = asyncio.Event()
        self._name = name
        self._broker = broker
        self._deliver = deliver
        self._state = state
        self._log = log
        self._line: Line | None = None
        self._bytes = 0
        self._arrived = asyncio.Event()

    def adopt(self, line: Line) -> None:
        """Make this the line that acknowledgements go to; those of an earlier one are void with it."""
        self._line = line
        self.packet_ids = []

    def arrived(self, count: int, size: int, now: int) -> None:
        """So many messages, of so many bytes, were appended to `messages` at `now`, ms."""
        self._bytes += size
        state = self._state
        state.received += count
        state.held_messages += count
        state.held_bytes += size
        state.last_message = now
        state.last_message_monotonic = time.monotonic()
        self._arrived.set()
        self.throttle()

    def stop(self) -> None:
        """Receive no more; `commit` ends when all is delivered."""
        self.stopping.set()
        self._arrived.set()

    def throttle(self) -> None:
        """Pause reading at the bounds, resume at half of them: TCP then holds the broker back."""
        state, broker = self._state, self._broker
        share = 2 if state.paused else 1
        full = state.held_messages * share >= broker.buffer_messages or state.held_bytes * share >= broker.buffer_bytes
        state.paused = full or state.journal is not None or self.stopping.is_set()
        if state.paused:
            self.room.clear()
        else:
            self.room.set()
        if self._line is not None:
            if state.paused:
                self._line.pause()
            else:
                self._line.resume()

    async def commit(self) -> None:
        """Deliver and acknowledge, everything there is at a time: the journal's fsync is shared by the batch."""
        while self.messages or not self.stopping.is_set():
            await self._arrived.wait()
            self._arrived.clear()
            if not self.messages:
                continue
            await self._gather()
            batch = self._take()
            if not await self._deliver_until_taken(batch.messages):
                return
            self._acknowledge(batch)

    async def _gather(self) -> None:
        """Wait for what comes with it; not when nothing does: a broker may send no more before we acknowledge."""
        loop = asyncio.get_running_loop()
        until, seen = loop.time() + GATHER_SECONDS, 0
        while seen < len(self.messages) < GATHER_MESSAGES and loop.time() < until and not self.stopping.is_set():
            seen = len(self.messages)
            await asyncio.sleep(MOMENT)

    def _take(self) -> Taken:
        batch = Taken(self.messages, self._bytes, self._line, self.packet_ids)
        self.messages, self._bytes, self.packet_ids = [], 0, []
        return batch

    async def _deliver_until_taken(self, messages: list[Message]) -> bool:
        """True when durable. False when told to stop and the journal still refuses: the broker has them all."""
        backoff = Backoff(REDELIVER_SECONDS)
        while True:
            try:
                await self._deliver(messages)
            except JournalFull:
                self._refused(Trouble("journal_full"))
            except Exception as error:  # noqa: BLE001  -- a mistake in the journal must neither lose messages nor end us
                disk_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
                detail = f"{type(error).__name__}: {error}"
                self._refused(Trouble("disk_full") if disk_full else Trouble("delivery_failed", {"detail": detail}))
            else:
                if self._state.journal is not None:
                    self._log.info(f"{self._name}_delivery_resumed", messages=len(messages))
                    self._state.journal = None
                return True
            if self.stopping.is_set():
                self._log.warning(f"{self._name}_left_to_the_broker", messages=self._state.held_messages)
                return False
            await happens_within(self.stopping, backoff.next())

    def _refused(self, trouble: Trouble) -> None:
        """Called while the journal's exception is handled. Says it once, however often it is tried again."""
        self._state.delivery_failures += 1
        if trouble != self._state.journal:
            unforeseen = trouble.code == "delivery_failed"
            self._log.error(f"{self._name}_delivery", code=trouble.code, detail=str(trouble), exc_info=unforeseen)
        self._state.journal = trouble
        self.throttle()

    def _acknowledge(self, batch: Taken) -> None:
        state = self._state
        state.delivered += len(batch.messages)
        state.held_messages -= len(batch.messages)
        state.held_bytes -= batch.size
        if batch.line is not None and not batch.line.closed:
            batch.line.acknowledge(batch.packet_ids)
            state.acknowledged += len(batch.packet_ids)
        self.throttle()
