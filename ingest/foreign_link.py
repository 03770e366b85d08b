"""One connection to a foreign MQTT 3.1.1 broker: paho-mqtt's packets, our loop's socket, our own silence watch.

paho-mqtt reads and writes packets; when its socket is read is ours to say, so pausing is not reading and TCP holds the
broker back. What a message means and when it may be acknowledged is decided in `ingest/foreign.py`. See docs/adr/0033.
"""

import asyncio
import ssl
import struct
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from ingest.broker import Broker, tls_context
from ingest.connection import network_trouble
from ingest.trouble import LinkDown, Trouble

CLOSE_SECONDS = 2.0
PINGREQ, DISCONNECT = b"\xc0\x00", b"\xe0\x00"
LEAKS = (ValueError, LookupError, struct.error)
"""60,000 random packets made paho-mqtt 2.2 let out UnicodeDecodeError (a topic) and nothing else; a parser's other
errors are listed with it because one that stayed inside would be met again at each read."""

Answer = TypeVar("Answer")


class Publish(NamedTuple):
    """One PUBLISH as it came."""

    topic: str
    payload: bytes
    retained: bool
    packet_id: int
    """0 for QoS 0, which nobody acknowledges."""


class ClosingSocket(ssl.SSLSocket):
    """Closes when its handshake fails: paho-mqtt drops it open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class Link:
    """From the TCP connection to its end. Every method but `_dial`'s thread runs in our loop."""

    def __init__(self, broker: Broker, receive: Callable[[list[Publish]], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._broker = broker
        self._receive = receive
        self._publishes: list[Publish] = []
        self._fd = -1
        self._paused = False
        self._discarding = False
        self._heard = self._loop.time()
        self._beat: asyncio.TimerHandle | None = None
        self._connack: asyncio.Future[bool] = self._loop.create_future()
        self._suback: asyncio.Future[list[int]] | None = None
        self._why: Trouble | None = None
        self._closed: asyncio.Future[Trouble] = self._loop.create_future()
        self._client = self._make_client()

    @property
    def closed(self) -> bool:
        return self._closed.done()

    # -- what the receiver does with it

    async def greet(self) -> bool:
        """Connect; True when the broker kept a session of ours. Raises LinkDown."""
        context = tls_context(self._broker)
        if context is not None:
            context.sslsocket_class = ClosingSocket
            self._client.tls_set_context(context)
        await self._dial()
        present = await self._answer(self._connack, "CONNECT")
        self._beat = self._loop.call_later(self._broker.keep_alive / 2, self._keep_alive_or_end)
        return present

    async def subscribe(self, filters: Sequence[str]) -> list[int]:
        """SUBSCRIBE at QoS 1: for each filter the QoS granted, or 0x80. Raises LinkDown when no answer comes."""
        self._suback = self._loop.create_future()
        try:
            self._client.subscribe([(one, 1) for one in filters])
        except ValueError as error:  # a filter like a#b never leaves paho
            raise LinkDown(
                self._end(Trouble("subscription_refused", {"topics": ", ".join(filters), "reason": error}))
            ) from error
        return await self._answer(self._suback, "SUBSCRIBE")

    def unsubscribe(self, filters: list[str]) -> None:
        """UNSUBSCRIBE from filters of before. SUBSCRIBE follows, so this answer need not be awaited."""
        self._client.unsubscribe(filters)

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """PUBACKs, in this order."""
        for packet_id in packet_ids:
            self._client.ack(packet_id, 1)
        self._client.loop_write()

    def pause(self) -> None:
        if not self._paused and self._fd >= 0:
            self._loop.remove_reader(self._fd)
        self._paused = True

    def resume(self) -> None:
        if not self._paused:
            return
        self._paused = False
        self._heard = self._loop.time()  # the silence was ours
        if self._fd >= 0:
            self._loop.add_reader(self._fd, self._readable)
            # What TLS has decrypted already makes no socket readable.
            self._loop.call_soon(self._readable)

    async def ended(self, seconds: float | None = None) -> Trouble | None:
        """Why it ended; None when it has not within this time. Whoever waits may be cancelled, the end is not."""
        await asyncio.wait({self._closed}, timeout=seconds)
        return self._closed.result() if self._closed.done() else None

    async def disconnect(self) -> None:
        """DISCONNECT; the broker keeps the session. Returns when the connection is over."""
        # paho's own disconnect() closes at once, and closing a socket with unread data sends a reset, which can take
        # the last acknowledgements away from the broker. Read on, into nothing, until the broker closes.
        self._discarding = True
        self._say(DISCONNECT)
        self.resume()
        if self._fd >= 0 and self._connack.done():
            await self.ended(CLOSE_SECONDS)
        self.abort()

    def abort(self) -> None:
        self._end(Trouble("closed"))

    # -- connecting

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id,
            clean_session=False,
            protocol=mqtt.MQTTv311,
            # Else paho answers "unsupported version" by connecting again as MQTT 3.1, in the middle of our loop.
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = self._broker.connect_timeout
        if self._broker.user is not None or self._broker.password is not None:
            client.username_pw_set(self._broker.user, self._broker.password)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        client.on_log = self._on_log
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._watch_writing
        client.on_socket_unregister_write = self._leave_writing
        return client

    async def _dial(self) -> None:
        """TCP and TLS. paho does both blocking, so in a thread of this connection: no other work waits behind it."""
        broker = self._broker
        thread = ThreadPoolExecutor(1, "foreign-dial")
        dialing = self._loop.run_in_executor(thread, self._client.connect, broker.host, broker.port, broker.keep_alive)
        thread.shutdown(wait=False)
        try:
            await asyncio.shield(dialing)
        except asyncio.CancelledError:
            # paho has only queued CONNECT, which we write: the broker never hears of the connection we give up.
            dialing.add_done_callback(self._hang_up)
            raise
        except (OSError, ValueError) as error:
            raise LinkDown(network_trouble(broker, error)) from error
        sock = self._client.socket()
        assert sock is not None
        self._fd = sock.fileno()
        self._heard = self._loop.time()
        if not self._paused:
            self._loop.add_reader(self._fd, self._readable)
        self._watch_writing()

    def _hang_up(self, dialing: "asyncio.Future[Any]") -> None:
        if not dialing.cancelled() and dialing.exception() is None:
            self.abort()

    # -- the socket

    def _readable(self) -> None:
        self._heard = self._loop.time()
        while self._fd >= 0 and not self._paused:
            try:
                self._client.loop_read()
            except LEAKS as error:
                self._end(self._not_mqtt(f"{type(error).__name__}: {error}"))
            if self._publishes:
                publishes, self._publishes = self._publishes, []
                self._receive(publishes)
            sock = self._client.socket()
            if not isinstance(sock, ssl.SSLSocket) or not sock.pending():
                return

    def _writable(self) -> None:
        self._client.loop_write()

    def _watch_writing(self, *_: object) -> None:
        """Also called by paho in the thread of `_dial`, where there is no `_fd` yet and nothing is done."""
        if self._fd >= 0:
            self._loop.add_writer(self._fd, self._writable)

    def _leave_writing(self, *_: object) -> None:
        if self._fd >= 0:
            self._loop.remove_writer(self._fd)

    def _on_socket_close(self, *_: object) -> None:
        """Before the descriptor is closed, and its number given to another."""
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            self._fd = -1

    def _say(self, packet: bytes) -> None:
        """Two bytes of our own, between two packets of paho's; not when one of those is still on its way."""
        sock = self._client.socket()
        if self._fd < 0 or sock is None or self._client.want_write():
            return
        try:
            # A full socket takes nothing: the broker does not read, and its silence will end the connection.
            with suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                sock.send(packet)
        except OSError as error:
            self._end(network_trouble(self._broker, error))

    def _keep_alive_or_end(self) -> None:
        """Twice in each keep-alive: end a connection that is silent, else make the broker say something.

        Not paho's `loop_misc`, which takes our own pause for the broker's silence and closes.
        """
        silence = self._loop.time() - self._heard
        if not self._paused and silence >= 1.5 * self._broker.keep_alive:
            self._end(Trouble("silent", {"address": self._broker.address, "seconds": round(silence, 1)}))
            return
        self._beat = self._loop.call_later(self._broker.keep_alive / 2, self._keep_alive_or_end)
        self._say(PINGREQ)

    # -- what paho calls, in the middle of a read or write: only facts are noted here

    def _on_connect(self, _client: object, _data: object, flags: Any, reason: ReasonCode, _more: object) -> None:
        if reason.is_failure:
            self._why = self._why or refusal(self._broker, reason)
        elif not self._connack.done():
            self._connack.set_result(bool(flags.session_present))

    def _on_subscribe(self, _client: object, _data: object, _mid: int, codes: list[ReasonCode], _more: object) -> None:
        if self._suback is not None and not self._suback.done():
            self._suback.set_result([code.value for code in codes])

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if not self._discarding:
            packet_id = message.mid if message.qos else 0
            self._publishes.append(Publish(message.topic, bytes(message.payload), message.retain, packet_id))

    def _on_disconnect(self, _client: object, _data: object, _flags: object, reason: ReasonCode, _more: object) -> None:
        protocol = str(reason) == "Protocol error"
        self._end(self._not_mqtt(str(reason)) if protocol else Trouble("closed"))

    def _on_log(self, _client: object, _data: object, level: int, _words: str) -> None:
        """Keep it: paho logs a socket's error from inside its `except` and then forgets it; only here can it be had."""
        error = sys.exc_info()[1]
        if level == mqtt.MQTT_LOG_ERR and isinstance(error, OSError) and self._fd >= 0:
            self._why = self._why or network_trouble(self._broker, error)

    # -- the end

    async def _answer(self, answer: asyncio.Future[Answer], packet: str) -> Answer:
        seconds = self._broker.connect_timeout
        either: set[asyncio.Future[Any]] = {answer, self._closed}
        while True:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            if self.closed:
                raise LinkDown(self._closed.result())
            if not self._paused:  # else the answer may well be there, behind what we do not read
                break
        facts = {"address": self._broker.address, "packet": packet, "seconds": seconds}
        raise LinkDown(self._end(Trouble("no_answer", facts)))

    def _not_mqtt(self, detail: str) -> Trouble:
        return Trouble("not_mqtt311", {"address": self._broker.address, "detail": detail})

    def _end(self, why: Trouble) -> Trouble:
        """Close; the first reason is the one that counts."""
        self._why = self._why or why
        if self._beat is not None:
            self._beat.cancel()
        self._on_socket_close()
        sock: Any = self._client.socket()
        if sock is not None:
            sock.close()
        if not self.closed:
            self._closed.set_result(self._why)
        return self._why


def refusal(broker: Broker, reason: ReasonCode) -> Trouble:
    """What a CONNACK that refuses means for a person."""
    words = str(reason)
    if words in ("Bad user name or password", "Not authorized"):
        return Trouble("bad_credentials")
    if words == "Client identifier not valid":
        return Trouble("client_id_refused", {"client_id": broker.client_id})
    return Trouble("refused", {"reason": words})
