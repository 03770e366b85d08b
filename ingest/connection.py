"""One connection to a broker: bytes become packets, acknowledgements become bytes, silence becomes an end.

The `mqtt5` package reads and writes packets (Rust); sockets, TLS and time are asyncio's; what a message means and when
it may be acknowledged is decided in `ingest/mqtt.py`. See docs/adr/0010.
"""

import asyncio
import errno
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    ConnectPacket,
    DisconnectPacket,
    DisconnectReasonCode,
    Packet,
    PingReqPacket,
    PublishPacket,
    QoS,
    RetainHandling,
    SubAckPacket,
    SubscribePacket,
    TopicFilter,
    UnsubscribePacket,
    read,
)

from ingest.broker import Broker, tls_context
from ingest.trouble import LinkDown, Trouble

log = structlog.get_logger()

HEAD_BYTES = 32
"""As much of a malformed packet is logged."""
SUBSCRIBE_ID, UNSUBSCRIBE_ID = 1, 2
"""Packet ids of our own: one of each kind is under way at most."""
CLOSE_SECONDS = 2.0
LEAVE_SECONDS = 5.0
"""For the broker to read our last acknowledgements: one that saves each change is slow. What it misses comes again."""
PINGREQ = PingReqPacket().write()
ACK = 0x40020000
"""A PUBACK of success is 40 02 and the packet id (MQTT 5, 3.4.2.1: reason code and properties may be left out)."""

Answer = TypeVar("Answer")


class Malformed(Exception):  # noqa: N818  -- private to this file and its tests
    """These bytes are no MQTT 5. `before` holds the good packets in front of them: they count."""

    def __init__(self, detail: str, head: bytes, before: list[Packet]) -> None:
        super().__init__(f"{detail}: {head.hex(' ')}")
        self.detail = detail
        self.head = head
        self.before = before


def packet_length(head: bytes | bytearray) -> int:
    """Length of the packet that begins here, fixed header included; 0 while its length field is incomplete."""
    remaining = 0
    for index, byte in enumerate(head[1:5]):
        remaining |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return 2 + index + remaining
    return 0


class Parser:
    """Cuts a stream of bytes into packets, whatever pieces it arrives in."""

    def __init__(self) -> None:
        self._rest = bytearray()
        """The beginning of a packet whose end has not come."""
        self._need = 0
        """Its length. Nothing is tried before it is there, so a packet in n pieces costs O(n), not O(n^2)."""

    def feed(self, data: bytes) -> list[Packet]:
        """The packets completed by these bytes, in order. Raises Malformed, after which the stream is of no use."""
        chunk: bytes | bytearray = data
        if self._rest:
            self._rest += data
            chunk = self._rest
            if len(chunk) < (self._need or packet_length(chunk)):
                return []
        packets: list[Packet] = []
        append = packets.append
        view = memoryview(chunk)
        at, end = 0, len(chunk)
        try:
            while at < end:
                packet, length = read(view[at:])
                append(packet)
                at += length
        except IndexError as error:
            self._need = packet_length(chunk[at : at + 5])
            if 0 < self._need <= end - at:
                # The packet is all there, so what is missing is missing inside it.
                raise Malformed("length", bytes(chunk[at : at + HEAD_BYTES]), packets) from error
        except BaseException as error:
            # mqtt5 0.8 panics on a topic that is not UTF-8, and a Rust panic is no Exception: only its module tells it
            # from a KeyboardInterrupt.
            if not isinstance(error, ValueError) and type(error).__module__ != "pyo3_runtime":
                raise
            raise Malformed(f"{type(error).__name__} {error}", bytes(chunk[at : at + HEAD_BYTES]), packets) from error
        self._rest = bytearray(view[at:])
        return packets


class Connection(asyncio.Protocol):
    """From CONNECT to the end of the connection."""

    def __init__(self, broker: Broker, receive: Callable[[Sequence[PublishPacket]], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._broker = broker
        self._receive = receive
        self._parser = Parser()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._discarding = False
        self._heard = self._loop.time()
        self._resumed = self._heard
        """When reading last went on after a pause."""
        self._keep_alive = float(broker.keep_alive)
        self._beat: asyncio.TimerHandle | None = None
        self._connack: asyncio.Future[ConnAckPacket] = self._loop.create_future()
        self._suback: asyncio.Future[SubAckPacket] | None = None
        self._why: Trouble | None = None
        self._closed: asyncio.Future[Trouble] = self._loop.create_future()

    @property
    def closed(self) -> bool:
        return self._closed.done()

    # -- what the receiver does with it

    async def greet(self) -> ConnAckPacket:
        """CONNECT, and the broker's answer to it. Raises LinkDown when it refuses or does not answer."""
        broker = self._broker
        self._write(
            ConnectPacket(
                broker.client_id,
                username=broker.user,
                password=broker.password.encode() if broker.password is not None else None,
                clean_start=False,
                keep_alive=broker.keep_alive,
                session_expiry_interval=broker.session_expiry,
                receive_max=broker.receive_maximum,
            ).write()
        )
        connack = await self._answer(self._connack, "CONNECT")
        if connack.reason_code != ConnAckReasonCode.SUCCESS:
            raise LinkDown(self._end(refusal(broker, connack)))
        if connack.server_keep_alive:
            self._keep_alive = min(self._keep_alive, float(connack.server_keep_alive))
        self._beat = self._loop.call_later(self._keep_alive / 2, self._keep_alive_or_end)
        return connack

    def unsubscribe(self, filters: list[str]) -> None:
        """UNSUBSCRIBE from filters of before. SUBSCRIBE follows, so this answer need not be awaited."""
        self._write(UnsubscribePacket(UNSUBSCRIBE_ID, filters).write())

    def publish(self, topic: str, payload: bytes) -> None:
        """PUBLISH at QoS 0."""
        self._write(PublishPacket(topic, payload=payload).write())

    async def subscribe(self, patterns: list[str]) -> SubAckPacket:
        """SUBSCRIBE to these topic filters, and the answer. Raises LinkDown when none comes."""
        filters = [
            TopicFilter(
                pattern,
                max_qos=QoS.AT_LEAST_ONCE,
                # The broker then sets RETAIN only on what it sends because we subscribed: what Message.retained means.
                retain_as_published=False,
                retain_handling=RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS,
            )
            for pattern in patterns
        ]
        self._suback = self._loop.create_future()
        self._write(SubscribePacket(SUBSCRIBE_ID, filters).write())
        return await self._answer(self._suback, "SUBSCRIBE")

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """PUBACKs, in this order. Nothing when the connection is over: the broker sends those messages again."""
        if packet_ids:
            self._write(struct.pack(f">{len(packet_ids)}I", *[ACK | packet_id for packet_id in packet_ids]))

    def pause(self) -> None:
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._heard = self._resumed = self._loop.time()  # the silence was ours
            if not self._transport.is_closing():
                self._transport.resume_reading()

    async def ended(self, seconds: float | None = None) -> Trouble | None:
        """Why it ended; None when it has not within this time. Whoever waits may be cancelled, the end is not."""
        await asyncio.wait({self._closed}, timeout=seconds)
        return self._closed.result() if self._closed.done() else None

    async def disconnect(self) -> None:
        """DISCONNECT normally; the broker keeps the session. Returns when the connection is over."""
        self._write(DisconnectPacket().write())
        # Read on, into nothing, until the broker closes: closing a socket with unread data sends a reset, which can
        # take the last acknowledgements and the DISCONNECT away from the broker.
        self._discarding = True
        self.resume()
        await self.ended(LEAVE_SECONDS)
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        if self._discarding:
            return
        try:
            self._take(self._parser.feed(data))
        except Malformed as error:
            self._take(error.before)
            self._refuse(DisconnectReasonCode.MALFORMED_PACKET, error.detail, error.head)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._beat is not None:
            self._beat.cancel()
        if not self.closed:
            self._closed.set_result(self._why or (network_trouble(self._broker, exc) if exc else Trouble("closed")))

    # -- inside

    def _take(self, packets: Sequence[Packet]) -> None:
        publishes = []
        for packet in packets:
            if type(packet) is PublishPacket:
                publishes.append(packet)
            else:
                self._take_control(packet)
        if not publishes or self._discarding:
            return
        if not self._connack.done():
            self._refuse(DisconnectReasonCode.PROTOCOL_ERROR, "PUBLISH before CONNACK", b"")
            return
        self._receive(publishes)

    def _take_control(self, packet: Packet) -> None:
        if isinstance(packet, ConnAckPacket) and not self._connack.done():
            self._connack.set_result(packet)
        elif isinstance(packet, SubAckPacket) and self._suback is not None and not self._suback.done():
            self._suback.set_result(packet)
        elif isinstance(packet, DisconnectPacket):
            self._end(farewell(self._broker, packet))

    def _keep_alive_or_end(self) -> None:
        """Twice in each keep-alive: end a connection that is silent, else make the broker say something.

        The PINGREQ goes out whatever else is sent: acknowledgements alone keep the broker content, but prove nothing to
        us. While reading is paused, silence is our own and says nothing.
        """
        silence = self._loop.time() - self._heard
        if not self._paused and silence >= 1.5 * self._keep_alive:
            self._end(Trouble("silent", {"address": self._broker.address, "seconds": round(silence, 1)}), abort=True)
            return
        self._write(PINGREQ)
        self._beat = self._loop.call_later(self._keep_alive / 2, self._keep_alive_or_end)

    async def _answer(self, answer: asyncio.Future[Answer], packet: str) -> Answer:
        """The time in which reading is paused is ours and does not count: the answer may lie behind what filled us."""
        seconds, began = self._broker.connect_timeout, self._loop.time()
        either: set[asyncio.Future[Any]] = {answer, self._closed}
        while (left := max(began, self._resumed) + seconds - self._loop.time()) > 0 or self._paused:
            timeout = seconds if self._paused else left
            await asyncio.wait(either, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            if self.closed:
                raise LinkDown(self._closed.result())
        facts = {"address": self._broker.address, "packet": packet, "seconds": seconds}
        raise LinkDown(self._end(Trouble("no_answer", facts), abort=True))

    def _refuse(self, reason: DisconnectReasonCode, detail: str, head: bytes) -> None:
        """Leave a broker that breaks the protocol, and say what it sent."""
        facts = {"address": self._broker.address, "detail": detail, "head": head.hex(" ")}
        log.error("mqtt_protocol_error", reason=reason.name, **facts)
        self._discarding = True
        if self._connack.done():
            self._write(DisconnectPacket(reason_code=reason).write())
            self._end(Trouble("malformed", facts))
        else:
            self._end(Trouble("not_mqtt5", facts))

    def _end(self, why: Trouble, *, abort: bool = False) -> Trouble:
        """Close; the first reason is the one that counts. `abort` when the peer may not even take a last packet."""
        self._why = self._why or why
        if self._transport is not None:
            if abort:
                self._transport.abort()
            else:
                self._transport.close()
                # close() waits until everything is sent, which a peer that hangs never lets happen.
                self._loop.call_later(CLOSE_SECONDS, self._transport.abort)
        return self._why

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


async def open_connection(broker: Broker, receive: Callable[[Sequence[PublishPacket]], None]) -> Connection:
    """A TCP or TLS connection, nothing said yet. Raises LinkDown."""
    context = tls_context(broker)
    try:
        async with asyncio.timeout(broker.connect_timeout):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(broker, receive), broker.host, broker.port, ssl=context
            )
    except OSError as error:  # asyncio's TimeoutError and ssl's errors are OSErrors
        raise LinkDown(network_trouble(broker, error)) from error
    return connection


X509_DATES = (9, 10)
X509_HOSTS = (62, 64)
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED and X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH."""


def network_trouble(broker: Broker, error: Exception) -> Trouble:
    """What a socket's error means for a person."""
    facts: dict[str, object] = {"address": broker.address}
    detail = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        code = {**dict.fromkeys(X509_DATES, "tls_date"), **dict.fromkeys(X509_HOSTS, "tls_host")}
        return Trouble(code.get(error.verify_code, "tls_untrusted"), facts | {"detail": error.verify_message})
    if isinstance(error, ssl.SSLError):
        return Trouble("tls_failed", facts | {"detail": error.reason or detail})
    if isinstance(error, TimeoutError) and error.errno is None:
        return Trouble("connect_timeout", facts | {"seconds": broker.connect_timeout})
    if isinstance(error, socket.gaierror):
        return Trouble("unknown_host", facts)
    if isinstance(error, OSError) and error.errno == errno.ECONNREFUSED:
        return Trouble("unreachable", facts)
    return Trouble("network", facts | {"detail": detail})


def refusal(broker: Broker, connack: ConnAckPacket) -> Trouble:
    code = connack.reason_code
    if code in (ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, ConnAckReasonCode.NOT_AUTHORIZED):
        # mosquitto 2.0 answers NOT_AUTHORIZED to a wrong password.
        return Trouble("bad_credentials")
    if code == ConnAckReasonCode.CLIENT_ID_NOT_VALID:
        return Trouble("client_id_refused", {"client_id": broker.client_id})
    if code == ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION:
        return Trouble("not_mqtt5", {"address": broker.address, "head": code.name})
    return Trouble("refused", {"reason": f"{code.name} {connack.reason_str or ''}".strip()})


def farewell(broker: Broker, packet: DisconnectPacket) -> Trouble:
    if packet.reason_code == DisconnectReasonCode.SESSION_TAKEN_OVER:
        return Trouble("taken_over", {"client_id": broker.client_id})
    return Trouble("disconnected", {"reason": f"{packet.reason_code.name} {packet.reason_str or ''}".strip()})
