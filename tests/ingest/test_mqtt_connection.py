"""What comes over the wire: packets in any pieces, and brokers that break the rules, on real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    ConnectPacket,
    DisconnectPacket,
    DisconnectReasonCode,
    Packet,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
    PublishPacket,
    QoS,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
)
from receiving import Landing, connected, receiving, until

from ingest import mqtt
from ingest.connection import Malformed, Parser, packet_length
from ingest.mqtt import Broker

publishes = st.builds(
    lambda topic, payload, packet_id: PublishPacket(
        topic, payload, qos=QoS.AT_LEAST_ONCE if packet_id else QoS.AT_MOST_ONCE, packet_id=packet_id
    ),
    st.text("abc/é", min_size=1, max_size=9),
    st.binary(max_size=300),
    st.none() | st.integers(1, 65_535),
)


def written(packet: object) -> bytes:
    return packet.write()  # type: ignore[attr-defined,no-any-return]


@given(st.lists(publishes, max_size=8), st.data())
def test_any_pieces_give_the_same_packets(packets: list[PublishPacket], data: st.DataObject) -> None:
    stream = b"".join(packet.write() for packet in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=30)))
    parser = Parser()
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = [packet for piece in pieces for packet in parser.feed(piece)]
    assert [written(packet) for packet in found] == [packet.write() for packet in packets]


@given(st.lists(publishes, max_size=5))
def test_one_byte_at_a_time_gives_the_same_packets(packets: list[PublishPacket]) -> None:
    parser = Parser()
    stream = b"".join(packet.write() for packet in packets)
    found = [packet for byte in stream for packet in parser.feed(bytes([byte]))]
    assert [written(packet) for packet in found] == [packet.write() for packet in packets]


@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_the_length_of_a_packet_is_read_from_its_head(size: int) -> None:
    packet = PublishPacket("t", bytes(size)).write()
    assert packet_length(packet[:5]) == len(packet)


def test_a_large_packet_is_tried_once_and_not_for_each_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0

    def counting(buffer: memoryview) -> tuple[Packet, int]:
        nonlocal tried
        tried += 1
        return mqtt5.read(buffer)

    monkeypatch.setattr("ingest.connection.read", counting)
    stream = PublishPacket("big", bytes(10 * 1024 * 1024)).write()
    parser = Parser()
    found = [packet for at in range(0, len(stream), 65_536) for packet in parser.feed(stream[at : at + 65_536])]
    assert len(found) == 1
    assert tried == 2


panics = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""mqtt5 0.8 leaves a Python error behind when it panics."""

BAD_UTF8 = bytearray(PublishPacket("abc", b"payload").write())
BAD_UTF8[4] = 0xFF
MALFORMED = {
    "type 0": b"\x00\x00",
    "a length of five bytes": b"\x30\xff\xff\xff\xff\x01",
    "QoS 3": b"\x36\x08\x00\x01a\x00\x01\x00zz",
    "a topic longer than its packet": b"\x32\x04\x00\x09a\x00",
    "a topic that is not UTF-8, at which mqtt5 panics": bytes(BAD_UTF8),
}


@panics
@pytest.mark.parametrize("bad", MALFORMED.values(), ids=MALFORMED)
def test_malformed_bytes_are_said_with_the_good_packets_before_them(bad: bytes) -> None:
    good = PublishPacket("a", b"1").write()
    with pytest.raises(Malformed) as caught:
        Parser().feed(good + bad)
    assert [written(packet) for packet in caught.value.before] == [good]
    assert caught.value.head == bad[:32]


@panics
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_any_bytes_give_packets_or_malformed(stream: bytes, cuts: list[int]) -> None:
    parser = Parser()
    edges = sorted(min(cut, len(stream)) for cut in cuts)
    with contextlib.suppress(Malformed):
        for start, end in zip([0, *edges], [*edges, len(stream)], strict=True):
            parser.feed(stream[start:end])


# -- brokers that do what a real one should not

Scene = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The broker's end of one connection, played by a test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.parser = Parser()
        self.read: list[Packet] = []

    async def expect(self, kind: type) -> Packet:
        """The next packet of this kind; others before it are dropped."""
        while True:
            while self.read:
                packet = self.read.pop(0)
                if isinstance(packet, kind):
                    return packet
                if isinstance(packet, DisconnectPacket):
                    raise ConnectionResetError
            data = await self.reader.read(65_536)
            if not data:
                raise ConnectionResetError
            self.read += self.parser.feed(data)

    def send(self, *packets: object) -> None:
        self.writer.write(b"".join(packet if isinstance(packet, bytes) else written(packet) for packet in packets))

    async def welcome(self, connack: ConnAckPacket | None = None) -> None:
        await self.expect(ConnectPacket)
        self.send(connack or ConnAckPacket())
        await self.expect(SubscribePacket)
        self.send(SubAckPacket(1, [SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]))


@contextlib.asynccontextmanager
async def played(scene: Scene, client_id: str, **settings: float) -> AsyncIterator[Broker]:
    """A listening socket whose connections each play the scene."""
    playing: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        playing.add(task)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await scene(Peer(reader, writer))
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Broker(url=f"mqtt://127.0.0.1:{port}", client_id=client_id, topics=("#",), **settings)  # type: ignore[arg-type]
    finally:
        server.close()
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing)


async def test_a_session_taken_over_is_left_until_resumed(unique: str, tmp_path: Path) -> None:
    connections = 0

    async def scene(peer: Peer) -> None:
        nonlocal connections
        connections += 1
        await peer.welcome()
        if connections == 1:
            peer.send(DisconnectPacket(reason_code=DisconnectReasonCode.SESSION_TAKEN_OVER))
            return
        await peer.expect(DisconnectPacket)

    async with played(scene, unique) as broker, receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: receiver.state.taken_over, "the take-over")
        await asyncio.sleep(0.7)  # longer than the first back-off
        assert connections == 1
        assert not receiver.state.connected
        assert receiver.state.link is not None
        assert "SIGHUP" in receiver.state.link.text("fr")
        receiver.resume()
        await connected(receiver)
        assert not receiver.state.taken_over


async def test_a_receiver_taken_over_can_be_stopped(unique: str, tmp_path: Path) -> None:
    async def scene(peer: Peer) -> None:
        await peer.welcome()
        peer.send(DisconnectPacket(reason_code=DisconnectReasonCode.SESSION_TAKEN_OVER))

    async with played(scene, unique) as broker, receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: receiver.state.taken_over, "the take-over")
        await receiver.stop()
    assert not receiver.state.connected


@panics
async def test_malformed_bytes_end_the_connection_with_a_reason_and_what_came_before_them_counts(
    unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    reasons: list[str] = []

    async def scene(peer: Peer) -> None:
        await peer.welcome()
        peer.send(PublishPacket("a", b"good", qos=QoS.AT_LEAST_ONCE, packet_id=7), bytes(BAD_UTF8))
        goodbye = await peer.expect(DisconnectPacket)
        assert isinstance(goodbye, DisconnectPacket)
        reasons.append(goodbye.reason_code.name)

    async with played(scene, unique) as broker, receiving(broker, landing, tmp_path) as receiver:
        await until(lambda: len(reasons) >= 2, "a second connection, after the back-off")
        assert receiver.state.reconnects >= 1
    assert set(reasons) == {"MALFORMED_PACKET"}
    assert set(landing.payloads) == {b"good"}


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 80, b"\x20\x02\x00\x01", PublishPacket("a", b"x").write()],
    ids=["HTTP", "MQTT 3.1.1 CONNACK", "PUBLISH before CONNACK"],
)
async def test_what_is_no_mqtt_5_broker_is_called_so(answer: bytes, unique: str, tmp_path: Path) -> None:
    async def scene(peer: Peer) -> None:
        peer.send(answer)
        await asyncio.sleep(5)

    async with played(scene, unique) as broker, receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: receiver.state.link is not None, "words")
        assert receiver.state.link is not None
        assert receiver.state.link.code == "not_mqtt5"
        assert receiver.state.received == 0


@pytest.mark.parametrize("packet", ["CONNECT", "SUBSCRIBE"])
async def test_a_broker_that_accepts_and_never_answers_is_left(packet: str, unique: str, tmp_path: Path) -> None:
    async def scene(peer: Peer) -> None:
        if packet == "SUBSCRIBE":
            await peer.expect(ConnectPacket)
            peer.send(ConnAckPacket())
        await asyncio.sleep(5)

    async with (
        played(scene, unique, connect_timeout=0.2) as broker,
        receiving(broker, Landing(), tmp_path) as receiver,
    ):
        await until(lambda: receiver.state.reconnects >= 1, "another try")
        assert receiver.state.link is not None
        assert receiver.state.link.code == "no_answer"
        assert receiver.state.link.facts["packet"] == packet
        assert not receiver.state.connected


async def test_the_broker_may_lower_the_keep_alive(unique: str, tmp_path: Path) -> None:
    pings = 0

    async def scene(peer: Peer) -> None:
        nonlocal pings
        await peer.welcome(ConnAckPacket(server_keep_alive=1))
        while True:
            await peer.expect(PingReqPacket)
            pings += 1
            peer.send(PingRespPacket())

    async with played(scene, unique, keep_alive=600) as broker, receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: pings >= 3, "three pings")
        assert receiver.state.connected


async def test_a_connection_that_fell_silent_is_left_though_it_is_open(unique: str, tmp_path: Path) -> None:
    async def scene(peer: Peer) -> None:
        await peer.welcome()
        await asyncio.sleep(60)

    async with played(scene, unique, keep_alive=1) as broker, receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: receiver.state.link is not None, "the end of it")
        assert receiver.state.link is not None
        assert receiver.state.link.code == "silent"


async def test_silence_is_our_own_while_reading_is_paused(unique: str, tmp_path: Path) -> None:
    landing = Landing()
    landing.open.clear()
    pings = 0

    async def scene(peer: Peer) -> None:
        nonlocal pings
        await peer.welcome()
        peer.send(PublishPacket("a", b"x", qos=QoS.AT_LEAST_ONCE, packet_id=1))
        while True:
            await peer.expect(PingReqPacket)
            pings += 1
            peer.send(PingRespPacket())

    async with (
        played(scene, unique, keep_alive=1, buffer_messages=1) as broker,
        receiving(broker, landing, tmp_path) as receiver,
    ):
        await until(lambda: receiver.state.paused, "the pause")
        await until(lambda: pings >= 5, "2.5 keep-alives in the pause")
        assert receiver.state.connected
        assert receiver.state.reconnects == 0
        landing.open.set()
        await until(lambda: receiver.state.acknowledged == 1, "the acknowledgement")


async def test_an_answer_behind_a_backlog_that_fills_us_is_waited_for(unique: str, tmp_path: Path) -> None:
    """A broker that keeps messages for us sends them before its SUBACK, which we read when there is room again."""
    landing = Landing()
    landing.open.clear()

    async def scene(peer: Peer) -> None:
        await peer.expect(ConnectPacket)
        peer.send(ConnAckPacket(session_present=True), PublishPacket("a", b"x", qos=QoS.AT_LEAST_ONCE, packet_id=1))
        await until(lambda: landing.entered == 1, "the delivery")
        await peer.expect(SubscribePacket)
        peer.send(SubAckPacket(1, [SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]))
        await peer.expect(DisconnectPacket)

    async with (
        played(scene, unique, connect_timeout=0.2, buffer_messages=1) as broker,
        receiving(broker, landing, tmp_path) as receiver,
    ):
        await until(lambda: receiver.state.paused, "the pause")
        await asyncio.sleep(0.6)
        assert receiver.state.link is None
        landing.open.set()
        await connected(receiver)
        assert (receiver.state.connections, receiver.state.acknowledged) == (1, 1)


async def test_p03_packet_ids_used_again_are_acknowledged_as_often_in_receive_order(
    unique: str, tmp_path: Path
) -> None:
    acknowledged: list[int] = []
    ids = [5, 6, 5, 7, 6]

    async def scene(peer: Peer) -> None:
        await peer.welcome()
        peer.send(*(PublishPacket("a", b"%d" % at, qos=QoS.AT_LEAST_ONCE, packet_id=i) for at, i in enumerate(ids)))
        while True:
            packet = await peer.expect(PubAckPacket)
            assert isinstance(packet, PubAckPacket)
            acknowledged.append(packet.packet_id)

    async with played(scene, unique) as broker, receiving(broker, Landing(), tmp_path):
        await until(lambda: len(acknowledged) == len(ids), "the acknowledgements")
    assert acknowledged == ids


async def test_a_refused_subscription_is_said_and_asked_for_again(
    unique: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "RESUBSCRIBE_SECONDS", 0.3)
    answers = [SubAckReasonCode.NOT_AUTHORIZED, SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]

    async def scene(peer: Peer) -> None:
        await peer.expect(ConnectPacket)
        peer.send(ConnAckPacket())
        for answer in answers:
            await peer.expect(SubscribePacket)
            peer.send(SubAckPacket(1, [answer]))
        await peer.expect(DisconnectPacket)

    async with played(scene, unique) as broker, receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: receiver.state.link is not None, "the refusal")
        assert receiver.state.link is not None
        assert receiver.state.link.code == "subscription_refused"
        assert "NOT_AUTHORIZED" in receiver.state.link.text("en")
        assert not receiver.state.ready
        await until(lambda: receiver.state.ready, "the grant")
        assert receiver.state.reconnects == 0


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, "bad_credentials"),
        (ConnAckReasonCode.CLIENT_ID_NOT_VALID, "client_id_refused"),
        (ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "not_mqtt5"),
        (ConnAckReasonCode.SERVER_BUSY, "refused"),
    ],
)
async def test_each_refusal_has_its_words(reason: ConnAckReasonCode, code: str, unique: str, tmp_path: Path) -> None:
    async def scene(peer: Peer) -> None:
        await peer.expect(ConnectPacket)
        peer.send(ConnAckPacket(reason_code=reason))

    async with played(scene, unique) as broker, receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: receiver.state.link is not None, "words")
        assert receiver.state.link is not None
        assert receiver.state.link.code == code
        assert receiver.state.link.text("fr") != receiver.state.link.text("en")
