"""Messages of a foreign MQTT 3.1.1 broker (Live Objects, The Things Stack): the same journal, the same guarantee.

paho-mqtt speaks the protocol; we drive its socket from our loop, so that pausing is not reading, and acknowledge by
hand, after the journal. Rates are low, tens of messages a second: paho's cost (15 us a message) does not count.
"""

import asyncio
import contextlib
import errno
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import structlog
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from devices.errors import JournalFull
from devices.reading import Message
from ingest.backoff import Backoff, happens_within
from ingest.broker import Broker, tls_context
from ingest.connection import network_trouble
from ingest.receive_clock import ReceiveClock
from ingest.trouble import LinkDown, Trouble

log = structlog.get_logger()

RECONNECT_SECONDS = 60.0
REDELIVER_SECONDS = 5.0
HEALTHY_SECONDS = 60.0
TICK_SECONDS = 1.0
"""How often keep-alive is looked after."""
FAILURE = 0x80

Answer = TypeVar("Answer")
Deliver = Callable[[list[Message]], Awaitable[None]]


@dataclass(slots=True)
class ForeignState:
    """What is known of one foreign broker. Counters never go down."""

    connected: bool = False
    link: Trouble | None = None
    journal: Trouble | None = None
    paused: bool = False
    received: int = 0
    acknowledged: int = 0
    reconnects: int = 0
    connections: int = 0
    sessions_lost: int = 0
    """How often the broker had forgotten a session that it had while this process ran."""

    @property
    def troubles(self) -> list[Trouble]:
        return [trouble for trouble in (self.link, self.journal) if trouble is not None]


class Held(NamedTuple):
    """A message not yet in the journal, and how to acknowledge it."""

    message: Message
    client: mqtt.Client
    mid: int
    qos: int


class ForeignReceiver:
    """Keeps a session with one foreign broker and hands over what it sends. `name` is the broker's in sources.toml."""

    def __init__(self, name: str, broker: Broker, deliver: Deliver, clock: Callable[[], int]) -> None:
        self.name = name
        self.state = ForeignState()
        self._broker = broker
        self._deliver = deliver
        self._clock = clock
        self._receive_clock = ReceiveClock()
        self._inbox: list[Held] = []
        self._held = 0
        self._arrived = asyncio.Event()
        self._stopping = asyncio.Event()
        self._resumed = asyncio.Event()
        self._link: Link | None = None
        self._patience = 0.0

    async def run(self) -> None:
        """Receive until `stop()`."""
        async with asyncio.TaskGroup() as tasks:
            committing = tasks.create_task(self._commit())
            connecting = tasks.create_task(self._stay_connected())
            await self._stopping.wait()
            connecting.cancel()
            self._arrived.set()
            await asyncio.wait({committing}, timeout=self._patience)
            committing.cancel()
            if self._link is not None:
                await self._link.disconnect()
        self.state.connected = False

    async def stop(self, patience: float = 5.0) -> None:
        """Stop reading, deliver and acknowledge what is received, DISCONNECT; `run` ends within `patience` seconds."""
        self._patience = patience
        self._throttle(stop=True)
        self._stopping.set()

    def resume(self) -> None:
        """Connect again now instead of waiting for the back-off."""
        self._resumed.set()

    async def _stay_connected(self) -> None:
        backoff = Backoff(RECONNECT_SECONDS)
        while True:
            while self.state.paused:  # noqa: ASYNC110  -- a new connection could only bring what there is no room for
                await asyncio.sleep(TICK_SECONDS)
            began = time.monotonic()
            why = await self._live()
            if time.monotonic() - began >= HEALTHY_SECONDS:
                backoff.reset()
            self.state.connected, self.state.link = False, why
            delay = backoff.next()
            log.warning("foreign_down", broker=self.name, code=why.code, detail=str(why), retry_in=round(delay, 2))
            await happens_within(self._resumed, delay)
            self._resumed.clear()

    async def _live(self) -> Trouble:
        """One connection, from its beginning to its end; says why it ended."""
        link = Link(self._broker, self._receive)
        self._link = link
        try:
            present = await link.open()
            state = self.state
            state.reconnects += state.connections > 0
            if state.connections and not present:
                state.sessions_lost += 1
                log.warning("foreign_session_lost", broker=self.name)
            state.connections += 1
            await link.subscribe()
            state.connected, state.link = True, None
            log.info("foreign_subscribed", broker=self.name, topics=self._broker.topics, session_present=present)
            self._throttle()
            return await link.ended
        except LinkDown as error:
            return error.trouble
        finally:
            if not self._stopping.is_set():
                link.close()

    def _receive(self, link: "Link", message: mqtt.MQTTMessage) -> None:
        topic, payload = message.topic, bytes(message.payload)
        received = self._receive_clock.stamp(topic, payload, self._clock())
        one = Message(topic, payload, received, bool(message.retain), broker=self.name)
        self._inbox.append(Held(one, link.client, message.mid, message.qos))
        self._held += 1
        self.state.received += 1
        self._arrived.set()
        self._throttle()

    def _throttle(self, *, stop: bool = False) -> None:
        full = self._held >= self._broker.buffer_messages
        self.state.paused = stop or full or self.state.journal is not None or self._stopping.is_set()
        if self._link is not None:
            self._link.read(not self.state.paused)

    async def _commit(self) -> None:
        while self._inbox or not self._stopping.is_set():
            await self._arrived.wait()
            self._arrived.clear()
            batch, self._inbox = self._inbox, []
            if not batch:
                continue
            if not await self._deliver_until_taken([held.message for held in batch]):
                return
            self._held -= len(batch)
            for held in batch:
                if held.qos and self._link is not None and held.client is self._link.client:
                    held.client.ack(held.mid, held.qos)
                    self.state.acknowledged += 1
            self._throttle()

    async def _deliver_until_taken(self, messages: list[Message]) -> bool:
        """True when durable; False when told to stop and the journal still refuses: the broker has them."""
        backoff = Backoff(REDELIVER_SECONDS)
        while True:
            try:
                await self._deliver(messages)
            except JournalFull:
                trouble = Trouble("journal_full")
            except Exception as error:  # noqa: BLE001  -- a mistake in the journal must neither lose messages nor end us
                full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
                detail = f"{type(error).__name__}: {error}"
                trouble = Trouble("disk_full") if full else Trouble("delivery_failed", {"detail": detail})
            else:
                self.state.journal = None
                return True
            if trouble != self.state.journal:
                log.error("foreign_delivery", broker=self.name, code=trouble.code, detail=str(trouble))
            self.state.journal = trouble
            self._throttle()
            if self._stopping.is_set():
                return False
            await happens_within(self._stopping, backoff.next())


class Link:
    """One connection: paho's client, its socket watched by our loop."""

    def __init__(self, broker: Broker, receive: Callable[["Link", mqtt.MQTTMessage], None]) -> None:
        self._broker = broker
        self._loop = asyncio.get_running_loop()
        self._connack: asyncio.Future[bool] = self._loop.create_future()
        self._suback: asyncio.Future[list[ReasonCode]] = self._loop.create_future()
        self.ended: asyncio.Future[Trouble] = self._loop.create_future()
        self._ticking: asyncio.Task[None] | None = None
        self._fd = -1
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            clean_session=False,
            protocol=mqtt.MQTTv311,
            manual_ack=True,
        )
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = lambda _client, _userdata, message: receive(self, message)
        self.client.on_disconnect = self._on_disconnect
        self.client.on_socket_register_write = self._wants_to_write
        if broker.user is not None or broker.password is not None:
            self.client.username_pw_set(broker.user, broker.password)

    async def open(self) -> bool:
        """CONNECT; whether the broker had a session of ours. Raises LinkDown."""
        broker = self._broker
        context = tls_context(broker)
        if context is not None:
            self.client.tls_set_context(context)
        self.client.connect_timeout = broker.connect_timeout
        try:
            await asyncio.to_thread(self.client.connect, broker.host, broker.port, broker.keep_alive)
        except (OSError, ValueError) as error:
            raise LinkDown(network_trouble(broker, error)) from error
        sock = self.client.socket()
        if sock is None:
            raise LinkDown(Trouble("closed"))
        self._fd = sock.fileno()
        self.read(wanted=True)
        self._write()
        self._ticking = asyncio.create_task(self._tick())
        return await self._answer(self._connack, "CONNECT")

    async def subscribe(self) -> None:
        """SUBSCRIBE at QoS 1. Raises LinkDown when the broker refuses."""
        topics = self._broker.topics
        self.client.subscribe([(topic, 1) for topic in topics])
        codes = await self._answer(self._suback, "SUBSCRIBE")
        refused = [(topic, code) for topic, code in zip(topics, codes, strict=False) if code.value >= FAILURE]
        if refused:
            facts = {"topics": ", ".join(topic for topic, _ in refused), "reason": str(refused[0][1])}
            raise LinkDown(Trouble("subscription_refused", facts))

    def read(self, wanted: bool) -> None:
        """Watch the socket, or leave what comes in it: TCP then holds the broker back."""
        if self._fd < 0:
            return
        if wanted:
            self._loop.add_reader(self._fd, self._readable)
        else:
            self._loop.remove_reader(self._fd)

    async def disconnect(self) -> None:
        """DISCONNECT; the broker keeps the session."""
        self.client.disconnect()
        self._write()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                while self.client.want_write():  # noqa: ASYNC110  -- paho has no event for it
                    await asyncio.sleep(0.01)
        self.close()

    def close(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        self._forget()
        sock: Any = self.client.socket()
        if sock is not None:
            sock.close()

    async def _answer(self, future: asyncio.Future[Answer], packet: str) -> Answer:
        either: set[asyncio.Future[Any]] = {future, self.ended}
        await asyncio.wait(either, timeout=self._broker.connect_timeout, return_when=asyncio.FIRST_COMPLETED)
        if future.done():
            return future.result()
        if self.ended.done():
            raise LinkDown(self.ended.result())
        facts = {"address": self._broker.address, "packet": packet, "seconds": self._broker.connect_timeout}
        raise LinkDown(Trouble("no_answer", facts))

    def _readable(self) -> None:
        self.client.loop_read()
        sock: Any = self.client.socket()
        while sock is not None and hasattr(sock, "pending") and sock.pending():
            self.client.loop_read()
            sock = self.client.socket()

    def _wants_to_write(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._write)  # CONNECT is written by another thread

    def _write(self) -> None:
        if self._fd >= 0 and self.client.want_write():
            self._loop.add_writer(self._fd, self._writable)

    def _writable(self) -> None:
        self.client.loop_write()
        if self._fd >= 0 and not self.client.want_write():
            self._loop.remove_writer(self._fd)

    async def _tick(self) -> None:
        """Keep-alive: paho pings, and ends a connection whose ping is not answered."""
        while self.client.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._write()
            await asyncio.sleep(TICK_SECONDS)

    def _on_connect(self, _client: object, _userdata: object, flags: Any, reason: ReasonCode, _more: object) -> None:
        if self._connack.done():
            return
        if reason.is_failure:
            self._end(refusal(self._broker, reason))
        else:
            self._connack.set_result(bool(flags.session_present))

    def _on_subscribe(self, _c: object, _userdata: object, _mid: int, codes: list[ReasonCode], _more: object) -> None:
        if not self._suback.done():
            self._suback.set_result(codes)

    def _on_disconnect(self, _c: object, _userdata: object, _flags: object, reason: ReasonCode, _more: object) -> None:
        keep_alive = str(reason) == "Keep alive timeout"
        facts = {"address": self._broker.address, "seconds": self._broker.keep_alive}
        self._end(Trouble("silent", facts) if keep_alive else Trouble("closed"))

    def _end(self, why: Trouble) -> None:
        self._forget()
        if not self.ended.done():
            self.ended.set_result(why)

    def _forget(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            self._fd = -1


def refusal(broker: Broker, reason: ReasonCode) -> Trouble:
    """What a CONNACK that refuses means for a person."""
    words = str(reason)
    if words in ("Bad user name or password", "Not authorized"):
        return Trouble("bad_credentials")
    if words == "Client identifier not valid":
        return Trouble("client_id_refused", {"client_id": broker.client_id})
    return Trouble("refused", {"reason": words})
