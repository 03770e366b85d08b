"""The tap sees what really passes between a mosquitto and its client, and spoils the link as it is told."""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as paho
import pytest
from chaos.mqtt_packets import Connack, Connect, Publish, Stream, read
from chaos.tap import Door, Tap
from chaos.traffic import Conversation, Delivery, Traffic
from hypothesis import given
from hypothesis import strategies as st
from mqtt5 import PubAckPacket, PublishPacket, QoS
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from servers import Mosquitto, wait_until


@pytest.fixture
def tap(mosquitto: Mosquitto) -> Iterator[Tap]:
    with Tap(mosquitto.port) as one:
        yield one


class Listener:
    """A client that acknowledges by hand, behind the tap."""

    def __init__(self, port: int, name: str) -> None:
        self.got: list[Any] = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5, manual_ack=True)
        self.client.on_message = lambda _client, _data, message: self.got.append(message)
        self.client.on_connect = lambda client, *_: client.subscribe(f"{name}/#", qos=1)
        self.subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.reconnect_delay_set(1, 1)
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 60
        self.client.connect("127.0.0.1", port, keepalive=10, clean_start=False, properties=lasting)
        self.client.loop_start()

    def acknowledge(self) -> None:
        for message in self.got:
            self.client.ack(message.mid, message.qos)


@contextmanager
def listening(tap: Tap, name: str) -> Iterator[Listener]:
    listener = Listener(tap.port, name)
    try:
        wait_until(lambda: any(isinstance(packet, Connack) for *_, packet in tap.traffic.others), "CONNACK")
        wait_until(listener.client.is_connected, "the connection")
        yield listener
    finally:
        listener.client.disconnect()
        listener.client.loop_stop()


@contextmanager
def publishing(mosquitto: Mosquitto) -> Iterator[Callable[[str, bytes], None]]:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    try:
        yield lambda topic, body: client.publish(topic, body, qos=1).wait_for_publish(30)
    finally:
        client.disconnect()
        client.loop_stop()


def subscribed(tap: Tap, publish: Callable[[str, bytes], None], listener: Listener, topic: str) -> None:
    """The subscription stands, and a first message has come; one alone, so that none is under way any more."""
    assert listener.subscribed.wait(30)
    publish(topic, b"first")
    wait_until(lambda: bool(listener.got), "a first message")


def test_what_was_delivered_and_what_was_acknowledged_is_recorded(tap: Tap, mosquitto: Mosquitto, unique: str) -> None:
    with listening(tap, unique) as listener, publishing(mosquitto) as publish:
        subscribed(tap, publish, listener, f"{unique}/a")
        for number in range(10):  # mosquitto gives 20 that are not acknowledged
            publish(f"{unique}/é/{number}", b"\x00\xff" * number)
        wait_until(lambda: listener.got[-1].payload == b"\x00\xff" * 9, "the last message")
        seen = [one.key for one in tap.traffic.deliveries]
        assert seen == [(message.topic, message.payload) for message in listener.got]
        assert tap.traffic.keys()[1] == set()
        listener.acknowledge()
        wait_until(lambda: tap.traffic.keys()[1] == set(seen), "acknowledgements")
        assert tap.traffic.unmatched == []
    [connect] = [packet for *_, packet in tap.traffic.others if isinstance(packet, Connect)]
    assert connect == Connect(unique, 5, clean_start=False, keep_alive=10)


def test_what_was_not_acknowledged_before_a_cut_comes_again_and_is_marked(
    tap: Tap, mosquitto: Mosquitto, unique: str
) -> None:
    with listening(tap, unique) as listener, publishing(mosquitto) as publish:
        subscribed(tap, publish, listener, f"{unique}/a")
        before = tap.connections
        tap.cut()

        def came(*, again: bool) -> list[Delivery]:
            return [one for one in list(tap.traffic.deliveries) if (one.connection > before) is again]

        wait_until(lambda: len(came(again=True)) >= len(came(again=False)), "the messages again")
        again = came(again=True)
        assert [one.key for one in again] == [one.key for one in came(again=False)] != []
        assert all(one.dup for one in again)


def test_a_frozen_link_passes_nothing_and_then_everything_in_order(tap: Tap, mosquitto: Mosquitto, unique: str) -> None:
    with listening(tap, unique) as listener, publishing(mosquitto) as publish:
        subscribed(tap, publish, listener, f"{unique}/a")
        listener.acknowledge()
        numbers = [b"%d" % number for number in range(10)]

        def came() -> list[bytes]:
            return [message.payload for message in listener.got if message.payload != b"first"]

        tap.freeze()
        for number in numbers:
            publish(f"{unique}/a", number)
        assert came() == []
        tap.thaw()
        wait_until(lambda: came() == numbers, "the messages")


class Echo:
    """A server that says back what it hears."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(one,), daemon=True).start()

    def _answer(self, one: socket.socket) -> None:
        with one:
            try:
                while heard := one.recv(65_536):
                    one.sendall(heard)
            except OSError:
                """The tap cut it."""

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def echoed() -> Iterator[Tap]:
    echo = Echo()
    with Tap(echo.port, seed=1) as one:
        yield one
    echo.close()


def connected(tap: Tap) -> socket.socket:
    return socket.create_connection(("127.0.0.1", tap.port), timeout=20)


def receive(one: socket.socket, count: int) -> bytes:
    heard = b""
    while len(heard) < count and (chunk := one.recv(65_536)):
        heard += chunk
    return heard


PINGREQ = b"\xc0\x00"


@pytest.mark.parametrize(("setting", "value"), [("latency", 0.05), ("jitter", 0.05), ("speed", 200_000), ("loss", 0.2)])
def test_a_bad_link_changes_no_byte_and_no_order(echoed: Tap, setting: str, value: float) -> None:
    setattr(echoed.link, setting, value)
    sent = random.Random(1)
    # PINGREQs and reserved packets of any body: the tap reads what passes.
    body = b"".join(b"\xf0\x10" + sent.randbytes(16) for _ in range(1_000))
    with connected(echoed) as one:
        one.sendall(body)
        assert receive(one, len(body)) == body


def test_a_cut_is_a_reset_and_an_end_is_an_end(echoed: Tap) -> None:
    with connected(echoed) as one:
        one.sendall(PINGREQ)
        assert receive(one, 2) == PINGREQ
        echoed.cut(reset=True)
        with pytest.raises(ConnectionResetError):
            one.recv(1)
    with connected(echoed) as one:
        one.sendall(PINGREQ)
        assert receive(one, 2) == PINGREQ
        echoed.cut(reset=False)
        assert one.recv(1) == b""


def test_a_half_open_connection_stays_open_and_says_nothing(echoed: Tap) -> None:
    with connected(echoed) as one:
        one.sendall(PINGREQ)
        assert receive(one, 2) == PINGREQ
        echoed.half_open()
        one.sendall(b"\x40\x02\x00\x07")
        wait_until(lambda: echoed.traffic.unmatched == [(1, 7)], "what is said into a dead connection")
        one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            one.recv(1)


def test_a_deaf_broker_takes_a_connection_and_a_shut_one_does_not(echoed: Tap) -> None:
    echoed.door(Door.DEAF)
    with connected(echoed) as one:
        one.sendall(PINGREQ)
        one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            one.recv(1)
        echoed.door(Door.SHUT)
        with pytest.raises(ConnectionRefusedError):
            connected(echoed)
        echoed.door(Door.OPEN)
        with connected(echoed) as other:
            other.sendall(PINGREQ)
            assert receive(other, 2) == PINGREQ


def test_an_id_used_again_while_it_is_outstanding_is_acknowledged_in_order() -> None:
    traffic, conversation = Traffic(), Conversation(1)
    for payload in (b"old", b"new"):
        traffic.delivered(conversation, PublishPacket("t", payload=payload, qos=QoS.AT_LEAST_ONCE, packet_id=9).write())
    traffic.said(conversation, PubAckPacket(9).write())
    assert traffic.keys() == ({("t", b"old"), ("t", b"new")}, {("t", b"old")})
    traffic.said(conversation, PubAckPacket(9).write())
    assert traffic.keys()[1] == {("t", b"old"), ("t", b"new")}
    traffic.said(conversation, PubAckPacket(9).write())
    assert traffic.unmatched == [(1, 9)]
    assert traffic.ids_used_twice() == 0
    for payload in (b"old", b"new"):
        again = PublishPacket("t", payload=payload, qos=QoS.AT_LEAST_ONCE, packet_id=9, duplicate=True)
        traffic.delivered(conversation, again.write())
    assert traffic.ids_used_twice() == 1


@given(st.lists(st.tuples(st.text(min_size=1, max_size=300), st.binary(max_size=40_000)), max_size=4), st.randoms())
def test_packets_are_read_whatever_pieces_they_come_in(sent: list[tuple[str, bytes]], chance: random.Random) -> None:
    """Written by another implementation, that of the product; read by ours."""
    good = [(topic, body) for topic, body in sent if not set(topic) & {"+", "#", "\x00"}]
    wire = b"".join(
        PublishPacket(topic, payload=body, qos=QoS.AT_LEAST_ONCE, packet_id=number).write()
        for number, (topic, body) in enumerate(good, 1)
    )
    stream, found = Stream(), []
    while wire:
        size = chance.randrange(1, 20_000)
        found += stream.feed(wire[:size])
        wire = wire[size:]
    assert [(one.topic, one.payload, one.packet_id) for one in found if isinstance(one, Publish)] == [
        (topic, body, number) for number, (topic, body) in enumerate(good, 1)
    ]


@pytest.mark.parametrize("broken", [b"\x00\x09t", b"\x00\x01t\x00", b"\x00\x01t\x00\x01\x05ab"])
def test_a_packet_that_ends_early_is_said(broken: bytes) -> None:
    with pytest.raises(ValueError, match="early"):
        read(0x32, broken)


def test_a_slow_link_takes_its_time(echoed: Tap) -> None:
    """Half of what it claims, so that a busy machine can say nothing against it."""
    echoed.link.speed = 10_000
    with connected(echoed) as one:
        began = time.monotonic()
        one.sendall(PINGREQ * 2_500)
        receive(one, 5_000)
        assert time.monotonic() - began >= 0.25
