"""Messages of a foreign MQTT 3.1.1 broker (Live Objects, The Things Stack): the same journal, the same guarantee.

    socket -> Link -> _receive -> Inbox -> deliver (journal, fsync) -> PUBACKs
                         |          |
                         +- pause <-+   when the inbox is full or the journal refuses

What differs from `ingest/mqtt.py` is MQTT 3.1.1: it names no reason for an end, its sessions have no expiry, and a
broker may grant QoS 0 only. Rates are low, tens of messages a second.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from devices.reading import Message
from ingest.backoff import Backoff, happens_within
from ingest.broker import Broker
from ingest.foreign_link import Link, Publish
from ingest.inbox import Deliver, Inbox, State
from ingest.mqtt import CONTESTED, HEALTHY_SECONDS, RESUBSCRIBE_SECONDS
from ingest.receive_clock import ReceiveClock
from ingest.session_file import remember_session, session_expected, subscribed_before
from ingest.trouble import LinkDown, Trouble

log = structlog.get_logger()

RECONNECT_SECONDS = 60.0
REFUSED = 0x80


class ForeignReceiver:
    """Keeps a session with one foreign broker and hands over what it sends.

    `name` is the broker's in sources.toml, `clock` gives the wall clock in ms. `session_file` remembers over a restart
    that the broker has a session of ours, and of which topics; without it only this process does.
    """

    def __init__(
        self,
        name: str,
        broker: Broker,
        deliver: Deliver,
        clock: Callable[[], int],
        session_file: Path | None = None,
    ) -> None:
        self.name = name
        self._broker = broker
        self._clock = clock
        self._session_file = session_file
        self._session_known = False
        self._receive_clock = ReceiveClock()
        self._link: Link | None = None
        self._state = State()
        self._log = log.bind(broker=name)
        self._inbox = Inbox("foreign", broker, deliver, self._state, self._log)
        self._resumed = asyncio.Event()
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
            self._log.warning("foreign_password_in_clear", address=self._broker.address, remedy="use mqtts://")
        try:
            async with asyncio.TaskGroup() as tasks:
                committing = tasks.create_task(self._inbox.commit())
                connecting = tasks.create_task(self._stay_connected())
                await self._inbox.stopping.wait()
                connecting.cancel()
                await self._finish(committing)
        finally:
            if self._link is not None:
                self._link.abort()
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
        """Connect again now instead of waiting for the back-off."""
        self._resumed.set()

    # -- the connection

    async def _stay_connected(self) -> None:
        backoff = Backoff(RECONNECT_SECONDS)
        while True:
            # While the journal refuses, a new connection could only bring what there is no room for.
            await self._inbox.room.wait()
            began = time.monotonic()
            why = await self._live()
            healthy = time.monotonic() - began >= HEALTHY_SECONDS
            if healthy:
                # Not when data came: of two programs with one client id each gets some, and takes it from the other.
                backoff.reset()
            why = self._judge(why, healthy=healthy)
            self._connected(False)
            self._state.link = why
            delay = backoff.next()
            self._log.warning("foreign_down", code=why.code, detail=str(why), retry_in=round(delay, 2))
            await happens_within(self._resumed, delay)
            self._resumed.clear()

    def _judge(self, why: Trouble, *, healthy: bool) -> Trouble:
        """Tell a connection that ends from one that is taken away again and again; name the settings of this broker."""
        state = self._state
        state.closed_early = state.closed_early + 1 if why.code == "closed" and not healthy else 0
        if state.closed_early >= CONTESTED:
            why = Trouble("contested", {"times": state.closed_early, "client_id": self._broker.client_id})
        return self._here(why)

    def _here(self, trouble: Trouble) -> Trouble:
        """In words that send the reader to `brokers.NAME.url` of sources.toml, and not to `mqtt.url`."""
        section = f"brokers.{self.name}"
        facts = {**trouble.facts, "section": section}
        if "setting" in facts:
            facts["setting"] = str(facts["setting"]).replace("mqtt.", f"{section}.")
        return Trouble(trouble.code, facts)

    async def _live(self) -> Trouble:
        """One connection, from its beginning to its end; says why it ended."""
        link = Link(self._broker, self._receive)
        try:
            # The connection's messages may come with its CONNACK, so their acknowledgements have their place before.
            self._adopt(link)
            present = await link.greet()
            self._check_session(present=present)
            return await self._stay_subscribed(link)
        except LinkDown as error:
            return error.trouble

    def _adopt(self, link: Link) -> None:
        """Make this the connection that acknowledgements go to; those of an earlier one are void with it."""
        self._link = link
        self._inbox.adopt(link)

    def _check_session(self, *, present: bool) -> None:
        broker, state = self._broker, self._state
        state.reconnects += state.connections > 0
        state.connections += 1
        if not present and self._session_expected():
            state.session_lost += 1
            self._log.warning("foreign_session_lost", address=broker.address, client_id=broker.client_id)
        self._log.info("foreign_connected", address=broker.address, session_present=present)

    def _session_expected(self) -> bool:
        remembered = self._session_file is not None and session_expected(self._session_file, self._broker)
        return self._session_known or remembered

    async def _stay_subscribed(self, link: Link) -> Trouble:
        """Subscribe, and again to what is refused while it is; says why the connection ended."""
        self._give_up_other_topics(link)
        wanted = self._broker.topics
        while True:
            codes = await link.subscribe(wanted)
            self._remember_session()
            refused = tuple(topic for topic, code in zip(wanted, codes, strict=False) if code >= REFUSED)
            weak = [topic for topic, code in zip(wanted, codes, strict=False) if code == 0]
            if weak:
                # Said, and no trouble: The Things Stack knows no other QoS, and an alarm for ever is read by nobody.
                self._log.warning("foreign_qos_0", topics=weak, remedy="readings are lost while we are away")
            self._state.link = self._refused_topics(refused)
            self._connected(True)
            why = await link.ended(RESUBSCRIBE_SECONDS if refused else None)
            if why is not None:
                return why
            # Only these: MQTT 3.1.1 sends the retained messages of a filter again whenever it is subscribed.
            wanted = refused

    def _refused_topics(self, refused: tuple[str, ...]) -> Trouble | None:
        if not refused:
            self._log.info("foreign_subscribed", topics=self._broker.topics)
            return None
        # 0x80 is all that MQTT 3.1.1 can say.
        trouble = self._here(Trouble("subscription_refused", {"topics": ", ".join(refused), "reason": "0x80"}))
        self._log.error("foreign_subscription", code=trouble.code, detail=str(trouble))
        return trouble

    def _give_up_other_topics(self, link: Link) -> None:
        """The session still has the topics of before a change of sources.toml."""
        before = subscribed_before(self._session_file, self._broker) if self._session_file is not None else []
        forgone = sorted(set(before) - set(self._broker.topics))
        if forgone:
            link.unsubscribe(forgone)
            self._log.info("foreign_unsubscribed", topics=forgone)

    def _remember_session(self) -> None:
        self._session_known = True
        if self._session_file is not None:
            remember_session(self._session_file, self._broker)

    def _connected(self, connected: bool) -> None:
        if self._state.connected != connected:
            self._state.connected = connected
            self._state.since = self._clock()

    # -- the inbox

    def _receive(self, publishes: list[Publish]) -> None:
        """Called by the connection for what it has read."""
        now, size = self._clock(), 0
        for topic, payload, retained, packet_id in publishes:
            size += len(topic) + len(payload)
            received = self._receive_clock.stamp(topic, payload, now)
            self._inbox.messages.append(Message(topic, payload, received, retained, broker=self.name))
            if packet_id:
                self._inbox.packet_ids.append(packet_id)
        self._inbox.arrived(len(publishes), size, now)

    async def _finish(self, committing: asyncio.Task[None]) -> None:
        self._inbox.throttle()
        await asyncio.wait({committing}, timeout=self._patience)
        committing.cancel()
        if self._link is not None:
            await self._link.disconnect()
        self._log.info("foreign_stopped", received=self._state.received, left=self._state.held_messages)
