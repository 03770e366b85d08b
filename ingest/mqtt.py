"""The way in: from the broker to the journal, acknowledged only when the journal has it.

    socket -> Connection -> _receive -> Inbox -> deliver (journal, fsync) -> PUBACKs
                               |          |
                               +- pause <-+   when the inbox is full or the journal refuses

Two tasks: one keeps a connection, the other empties the inbox. Neither gives up; both say in `state` what is wrong.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat
from pathlib import Path

import structlog
from mqtt5 import ConnAckPacket, PublishPacket, SubAckPacket

from devices.reading import Message
from ingest.backoff import Backoff, happens_within
from ingest.broker import Broker
from ingest.connection import Connection, open_connection
from ingest.inbox import Deliver, Inbox, State
from ingest.receive_clock import ReceiveClock
from ingest.session_file import remember_session, session_expected, subscribed_before
from ingest.trouble import InvalidBroker, LinkDown, Trouble

__all__ = ["Broker", "InvalidBroker", "Receiver", "State", "Trouble"]

log = structlog.get_logger()

new_message = partial(tuple.__new__, Message)  # half of the time of Message(...)

RECONNECT_SECONDS = 30.0
RESUBSCRIBE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
CONTESTED = 3
"""As many short connections in a row, each closed by the broker without a word, look like a struggle for the session.

mosquitto 2.0.11 does not send DISCONNECT 0x8E to the loser: it only closes. A broker that is ill does the same, so this
stops nothing; the back-off then grows even when data comes, and the state says what it looks like.
"""


class Receiver:
    """Keeps a session with the broker and hands over what it sends.

    `clock` gives the wall clock in ms. `session_file` remembers that the broker has a session of ours.
    """

    def __init__(self, broker: Broker, deliver: Deliver, clock: Callable[[], int], session_file: Path) -> None:
        self._broker = broker
        self._clock = clock
        self._session_file = session_file
        self._receive_clock = ReceiveClock()
        self._connection: Connection | None = None
        self._state = State()
        self._inbox = Inbox("mqtt", broker, deliver, self._state, log)
        self._resumed = asyncio.Event()
        self._topics_changed = asyncio.Event()
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
                committing = tasks.create_task(self._inbox.commit())
                connecting = tasks.create_task(self._stay_connected())
                await self._inbox.stopping.wait()
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
        self._inbox.stop()
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
            await self._inbox.room.wait()
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
        self._inbox.adopt(connection)
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
        topics = [publish.topic for publish in publishes]
        payloads = [publish.payload for publish in publishes]
        retained = [publish.retain for publish in publishes]
        packet_ids = [publish.packet_id for publish in publishes]
        times = self._receive_clock.stamp_all(topics, payloads, now)
        columns = zip(topics, payloads, times, retained, repeat(False), repeat(""), strict=False)
        self._inbox.messages += map(new_message, columns)
        self._inbox.packet_ids += [one for one in packet_ids if one is not None]
        self._inbox.arrived(len(topics), sum(map(len, topics)) + sum(map(len, payloads)), now)

    async def _finish(self, committing: asyncio.Task[None]) -> None:
        self._inbox.throttle()
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
