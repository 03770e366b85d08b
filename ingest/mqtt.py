"""The way in: from the broker to the journal, acknowledged only when the journal has it.

    socket -> Connection -> _receive -> inbox -> _commit -> deliver (journal, fsync) -> PUBACKs
                               |                    |
                               +--- pause reading <-+   when the inbox is full or the journal refuses

Two tasks: one keeps a connection, the other empties the inbox. Neither gives up; both say in `state` what is wrong.
"""

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import structlog
from mqtt5 import ConnAckPacket, PublishPacket, SubAckPacket

from devices.errors import JournalFull
from devices.reading import Message
from ingest.backoff import Backoff, happens_within
from ingest.broker import Broker
from ingest.connection import Connection, open_connection
from ingest.receive_clock import ReceiveClock
from ingest.session_file import remember_session, session_expected, subscribed_before
from ingest.trouble import InvalidBroker, LinkDown, Trouble

__all__ = ["Broker", "InvalidBroker", "Receiver", "State", "Trouble"]

log = structlog.get_logger()

Deliver = Callable[[list[Message]], Awaitable[None]]
"""Returns when the messages are durable. Raises JournalFull, or OSError(ENOSPC), when it cannot take them yet."""

RECONNECT_SECONDS = 30.0
REDELIVER_SECONDS = 5.0
RESUBSCRIBE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
CONTESTED = 3
"""As many short connections in a row, each closed by the broker without a word, look like a struggle for the session.

mosquitto 2.0.11 does not send DISCONNECT 0x8E to the loser: it only closes. A broker that is ill does the same, so this
stops nothing; the back-off then grows even when data comes, and the state says what it looks like.
"""


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
    connection: Connection | None
    packet_ids: list[int]
    """Of those messages that came by `connection`, in receive order. A list and not a map by id: mosquitto may use an
    id again while it is outstanding."""


class Receiver:
    """Keeps a session with the broker and hands over what it sends.

    `clock` gives the wall clock in ms. `session_file` remembers that the broker has a session of ours.
    """

    def __init__(self, broker: Broker, deliver: Deliver, clock: Callable[[], int], session_file: Path) -> None:
        self._broker = broker
        self._deliver = deliver
        self._clock = clock
        self._session_file = session_file
        self._receive_clock = ReceiveClock()
        self._connection: Connection | None = None
        self._inbox: list[Message] = []
        self._inbox_bytes = 0
        self._packet_ids: list[int] = []
        self._state = State()
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._resumed = asyncio.Event()
        self._topics_changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._patience = 0.0
        self._running = False

    @property
    def state(self) -> State:
        """A copy."""
        return replace(self._state)

    async def run(self) -> None:
        """Receive until `stop()`. Raises only for a mistake of ours, or when cancelled."""
        self._running = True
        if self._broker.password_in_clear:
            log.warning("mqtt_password_in_clear", address=self._broker.address, remedy="use mqtts://")
        try:
            async with asyncio.TaskGroup() as tasks:
                committing = tasks.create_task(self._commit())
                connecting = tasks.create_task(self._stay_connected())
                await self._stopping.wait()
                connecting.cancel()
                await self._finish(committing)
        finally:
            if self._connection is not None:
                self._connection.abort()
            self._connected(False)
            self._running = False
            self._stopped.set()

    async def stop(self, patience: float = 10.0) -> None:
        """Stop reading, deliver and acknowledge what is received, DISCONNECT. The broker keeps the session.

        What the journal does not take within `patience` seconds stays unacknowledged: the broker sends it again.
        """
        self._patience = patience
        self._stopping.set()
        self._arrived.set()
        if self._running:
            await self._stopped.wait()

    def resume(self) -> None:
        """Connect again now: after the session was taken over (SIGHUP), or instead of waiting for the back-off."""
        self._resumed.set()

    def subscribe_to(self, topics: tuple[str, ...]) -> None:
        """Other topic filters than before: said to the broker on the connection there is, which misses nothing."""
        if topics != self._broker.topics:
            self._broker = replace(self._broker, topics=topics)
            self._topics_changed.set()

    def publish(self, topic: str, payload: bytes) -> bool:
        """Ask something of a device's gateway, at QoS 0. False when there is no connection: ask again later."""
        if self._connection is None or not self._state.connected or self._connection.closed:
            return False
        self._connection.publish(topic, payload)
        return True

    # -- the connection

    async def _stay_connected(self) -> None:
        backoff = Backoff(RECONNECT_SECONDS)
        while True:
            # While the journal refuses, a new connection could only bring what there is no room for.
            await self._room.wait()
            began, received = time.monotonic(), self._state.received
            why = await self._live()
            healthy = time.monotonic() - began >= HEALTHY_SECONDS
            why = self._judge(why, healthy=healthy)
            if healthy or (self._state.received > received and self._state.closed_early == 0):
                backoff.reset()
            self._connected(False)
            self._state.link = why
            if why.code == "taken_over":
                await self._yield_session(why)
                continue
            delay = backoff.next()
            log.warning("mqtt_down", code=why.code, detail=str(why), retry_in=round(delay, 2))
            await happens_within(self._resumed, delay)
            self._resumed.clear()

    def _judge(self, why: Trouble, *, healthy: bool) -> Trouble:
        """Tell a connection that ends from one that is taken away again and again."""
        state = self._state
        state.closed_early = state.closed_early + 1 if why.code == "closed" and not healthy else 0
        if state.closed_early < CONTESTED:
            return why
        return Trouble("contested", {"times": state.closed_early, "client_id": self._broker.client_id})

    async def _live(self) -> Trouble:
        """One connection, from its beginning to its end; says why it ended."""
        try:
            connection = await open_connection(self._broker, self._receive)
            self._adopt(connection)
            connack = await connection.greet()
            self._check_session(connack)
            return await self._stay_subscribed(connection)
        except LinkDown as error:
            return error.trouble

    def _adopt(self, connection: Connection) -> None:
        """Make this the connection that acknowledgements go to; those of an earlier one are void with it."""
        self._connection = connection
        self._packet_ids = []
        self._state.reconnects += self._state.connections > 0
        self._state.connections += 1

    def _check_session(self, connack: ConnAckPacket) -> None:
        broker, present = self._broker, connack.session_present
        if not present and session_expected(self._session_file, broker):
            self._state.session_lost += 1
            log.warning("mqtt_session_lost", address=broker.address, client_id=broker.client_id)
        if connack.session_expiry_interval is not None and connack.session_expiry_interval < broker.session_expiry:
            log.warning("mqtt_session_shortened", seconds=connack.session_expiry_interval, asked=broker.session_expiry)
        log.info("mqtt_connected", address=broker.address, client_id=broker.client_id, session_present=present)

    async def _stay_subscribed(self, connection: Connection) -> Trouble:
        """Subscribe, and again while a topic is refused; says why the connection ended.

        Whoever corrects the access list need not think of us. mosquitto grants what its access list forbids and then
        sends nothing; only a canary message finds that (`vigiterre doctor`).
        """
        while True:
            self._topics_changed.clear()
            forgone = set(subscribed_before(self._session_file, self._broker)) - set(self._broker.filters)
            if forgone:
                connection.unsubscribe(sorted(forgone))
                log.info("mqtt_unsubscribed", topics=sorted(forgone))
            trouble = subscription_trouble(self._broker, await connection.subscribe(self._broker.filters))
            remember_session(self._session_file, self._broker)
            self._connected(True)
            self._state.link = trouble
            if trouble is None:
                log.info("mqtt_subscribed", topics=self._broker.filters)
            else:
                log.error("mqtt_subscription", code=trouble.code, detail=str(trouble))
            why = await self._ended(connection, None if trouble is None else RESUBSCRIBE_SECONDS)
            if why is not None:
                return why

    async def _ended(self, connection: Connection, seconds: float | None) -> Trouble | None:
        """Why the connection ended; None when it is time to subscribe again, or to other topics."""
        ending = asyncio.create_task(connection.ended(seconds))
        changing = asyncio.create_task(self._topics_changed.wait())
        try:
            await asyncio.wait({ending, changing}, return_when=asyncio.FIRST_COMPLETED)
            return ending.result() if ending.done() else None
        finally:
            ending.cancel()
            changing.cancel()

    async def _yield_session(self, why: Trouble) -> None:
        """Two programs with one client id would take the session from each other for ever; we leave it."""
        self._state.taken_over = True
        log.error("mqtt_taken_over", detail=str(why))
        self._resumed.clear()
        await self._resumed.wait()
        self._resumed.clear()
        self._state.taken_over = False

    def _connected(self, connected: bool) -> None:
        if self._state.connected != connected:
            self._state.connected = connected
            self._state.since = self._clock()

    # -- the inbox

    def _receive(self, publishes: Sequence[PublishPacket]) -> None:
        """Called by the connection for each piece read from the socket: the hot path."""
        now = self._clock()
        inbox, packet_ids, stamp = self._inbox, self._packet_ids, self._receive_clock.stamp
        size = 0
        for publish in publishes:
            topic, payload = publish.topic, publish.payload
            size += len(topic) + len(payload)
            inbox.append(Message(topic, payload, stamp(topic, payload, now), publish.retain))
            packet_id = publish.packet_id
            if packet_id is not None:
                packet_ids.append(packet_id)
        self._inbox_bytes += size
        state = self._state
        state.received += len(publishes)
        state.held_messages += len(publishes)
        state.held_bytes += size
        state.last_message = now
        state.last_message_monotonic = time.monotonic()
        self._arrived.set()
        self._throttle()

    def _throttle(self) -> None:
        """Pause reading at the bounds, resume at half of them: TCP then holds the broker back."""
        state, broker = self._state, self._broker
        share = 2 if state.paused else 1
        full = state.held_messages * share >= broker.buffer_messages or state.held_bytes * share >= broker.buffer_bytes
        state.paused = full or state.journal is not None or self._stopping.is_set()
        if state.paused:
            self._room.clear()
        else:
            self._room.set()
        if self._connection is not None:
            if state.paused:
                self._connection.pause()
            else:
                self._connection.resume()

    # -- the journal

    async def _commit(self) -> None:
        """Deliver and acknowledge, everything there is at a time: the journal's fsync is shared by the batch."""
        while self._inbox or not self._stopping.is_set():
            await self._arrived.wait()
            self._arrived.clear()
            if not self._inbox:
                continue
            batch = self._take_inbox()
            if not await self._deliver_until_taken(batch.messages):
                return
            self._acknowledge(batch)

    def _take_inbox(self) -> Taken:
        batch = Taken(self._inbox, self._inbox_bytes, self._connection, self._packet_ids)
        self._inbox, self._inbox_bytes, self._packet_ids = [], 0, []
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
                    log.info("mqtt_delivery_resumed", messages=len(messages))
                    self._state.journal = None
                return True
            if self._stopping.is_set():
                log.warning("mqtt_left_to_the_broker", messages=self._state.held_messages)
                return False
            await happens_within(self._stopping, backoff.next())

    def _refused(self, trouble: Trouble) -> None:
        """Called while the journal's exception is handled. Says it once, however often it is tried again."""
        self._state.delivery_failures += 1
        if trouble != self._state.journal:
            log.error(
                "mqtt_delivery", code=trouble.code, detail=str(trouble), exc_info=trouble.code == "delivery_failed"
            )
        self._state.journal = trouble
        self._throttle()

    def _acknowledge(self, batch: Taken) -> None:
        state = self._state
        state.delivered += len(batch.messages)
        state.held_messages -= len(batch.messages)
        state.held_bytes -= batch.size
        if batch.connection is not None and not batch.connection.closed:
            batch.connection.acknowledge(batch.packet_ids)
            state.acknowledged += len(batch.packet_ids)
        self._throttle()

    async def _finish(self, committing: asyncio.Task[None]) -> None:
        self._throttle()
        await asyncio.wait({committing}, timeout=self._patience)
        committing.cancel()
        if self._connection is not None:
            await self._connection.disconnect()
        log.info("mqtt_stopped", received=self._state.received, left=self._state.held_messages)


def subscription_trouble(broker: Broker, suback: SubAckPacket) -> Trouble | None:
    # int(): mqtt5's reason codes are announced as IntEnum, but cannot be ordered or hashed.
    codes = list(zip(broker.filters, suback.reason_codes, strict=False))
    refused = [(topic, code) for topic, code in codes if int(code) >= 0x80]
    if refused:
        topics = ", ".join(topic for topic, _ in refused)
        return Trouble("subscription_refused", {"topics": topics, "reason": refused[0][1].name})
    weak = [topic for topic, code in codes if int(code) == 0]
    return Trouble("subscription_weak", {"topics": ", ".join(weak)}) if weak else None
