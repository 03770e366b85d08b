"""What we publish, at QoS 1: whoever does waits for the word of the broker, and hears it when that is a refusal.

paho-mqtt with a thread of its own: the rate is low, and aiomqtt does not tell the reason code of a PUBACK, so that what
an access list forbids would count as told. Each connection is a new client, without a session: nothing is sent twice
that nobody asked for.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ingest.backoff import Backoff
from ingest.broker import Broker, tls_context
from ingest.connection import network_trouble
from ingest.foreign_link import refusal
from ingest.trouble import LinkDown, Trouble

log = structlog.get_logger()

RECONNECT_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
ANSWER_SECONDS = 30.0
"""A PUBACK that has not come by then will not: the broker hangs."""
IN_FLIGHT = 100
NO_MATCHING_SUBSCRIBERS = 0x10


class Outlet:
    """A connection that is made again whenever it ends: `run` for ever, until it is cancelled."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._client: mqtt.Client | None = None
        self._waiting: dict[int, asyncio.Future[int]] = {}
        """By packet id: who waits for its PUBACK."""
        self._ended: asyncio.Future[Trouble] | None = None
        self.up = asyncio.Event()
        """Set while there is a connection."""
        self.trouble: Trouble | None = None
        """Why there is none."""

    @property
    def connected(self) -> bool:
        return self._client is not None

    async def run(self) -> None:
        backoff = Backoff(RECONNECT_SECONDS)
        while True:
            began = time.monotonic()
            why = await self._live()
            if why != self.trouble:
                log.warning("outlet_down", code=why.code, detail=str(why), client_id=self._broker.client_id)
            self.trouble = why
            if time.monotonic() - began >= HEALTHY_SECONDS:
                backoff.reset()
            await asyncio.sleep(backoff.next())

    async def publish(self, topic: str, payload: bytes) -> bool:
        """When this returns the broker has it; False: nobody has ever subscribed to it, and it is gone.

        Raises LinkDown: it may or may not have it, or it refuses.
        """
        if self._client is None:
            raise LinkDown(self.trouble or Trouble("closed"))
        sent = self._client.publish(topic, payload, qos=1)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[sent.mid] = answer
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                code = await answer
        except TimeoutError:
            facts = {"address": self._broker.address, "packet": "PUBLISH", "seconds": ANSWER_SECONDS}
            raise LinkDown(self._end(Trouble("no_answer", facts))) from None
        finally:
            self._waiting.pop(sent.mid, None)
        if code >= 0x80:
            raise LinkDown(Trouble("publish_refused", {"topic": topic, "reason": ReasonCode(4, identifier=code)}))
        return code != NO_MATCHING_SUBSCRIBERS

    def say(self, topic: str, payload: bytes) -> None:
        """At QoS 0: heard by who listens, when there is a connection."""
        if self._client is not None:
            self._client.publish(topic, payload, qos=0)

    # -- one connection

    async def _live(self) -> Trouble:
        """From its beginning to its end; why it ended."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Trouble] = loop.create_future()
        self._ended = ended
        greeted: asyncio.Future[Trouble | None] = loop.create_future()
        try:
            client = self._make_client(loop, greeted, ended)
        except LinkDown as error:
            return error.trouble
        try:
            broker = self._broker
            await loop.run_in_executor(None, client.connect, broker.host, broker.port, broker.keep_alive)
            client.loop_start()
            async with asyncio.timeout(self._broker.connect_timeout):
                either: set[asyncio.Future[Any]] = {greeted, ended}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if greeted.done() and (refused := greeted.result()) is not None:
                return refused
            if not ended.done():
                self._client = client
                self.trouble = None
                self.up.set()
                log.info("outlet_connected", address=self._broker.address, client_id=self._broker.client_id)
            return await ended
        except TimeoutError:
            facts = {"address": self._broker.address, "packet": "CONNECT", "seconds": self._broker.connect_timeout}
            return Trouble("no_answer", facts)
        except (OSError, ValueError) as error:
            return network_trouble(self._broker, error)
        finally:
            self._client = None
            self.up.clear()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(LinkDown(Trouble("closed")))
            client.disconnect()
            await asyncio.shield(loop.run_in_executor(None, client.loop_stop))

    def _end(self, why: Trouble) -> Trouble:
        """Be done with the present connection, for this reason."""
        if self._ended is not None:
            settle(self._ended, why)
        return why

    def _make_client(
        self,
        loop: asyncio.AbstractEventLoop,
        greeted: "asyncio.Future[Trouble | None]",
        ended: "asyncio.Future[Trouble]",
    ) -> mqtt.Client:
        """`greeted`: why the broker refuses, None when it does not. `ended`: why the connection is over."""
        broker = self._broker
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = broker.connect_timeout
        client.max_inflight_messages_set(IN_FLIGHT)
        if broker.user is not None or broker.password is not None:
            client.username_pw_set(broker.user, broker.password)
        context = tls_context(broker)
        if context is not None:
            client.tls_set_context(context)

        # paho calls these in its own thread.
        def in_loop(act: Callable[[], object]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(act)

        def on_connect(_client: object, _data: object, _flags: object, reason: ReasonCode, _more: object) -> None:
            why = refusal(broker, reason) if reason.is_failure else None
            in_loop(lambda: settle(greeted, why))

        def on_publish(_client: object, _data: object, mid: int, reason: ReasonCode, _more: object) -> None:
            in_loop(lambda: self._answered(mid, reason.value))

        def on_disconnect(_client: object, _data: object, _flags: object, reason: ReasonCode, _more: object) -> None:
            why = Trouble("disconnected", {"reason": reason}) if reason.is_failure else Trouble("closed")
            in_loop(lambda: settle(ended, why))

        client.on_connect, client.on_publish, client.on_disconnect = on_connect, on_publish, on_disconnect
        return client

    def _answered(self, mid: int, code: int) -> None:
        answer = self._waiting.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(code)


def settle(future: "asyncio.Future[Any]", result: object) -> None:
    """The first result is the one that counts."""
    if not future.done():
        future.set_result(result)
