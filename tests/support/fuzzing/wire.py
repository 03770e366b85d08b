"""What a broker sends: frames in any pieces, and whole connections with a broker that keeps no rule."""

import asyncio
import socket
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from zlib import crc32

import mqtt5
from mqtt5 import ConnAckPacket, Packet, PublishPacket, QoS, SubAckPacket, SubAckReasonCode

from devices.problems import LANGUAGES
from devices.reading import Message
from fuzzing.mutate import noise, spoiled
from fuzzing.target import NOW, Tally, Unexplained
from ingest.broker import Broker
from ingest.connection import Connection, Malformed, Parser
from ingest.mqtt import subscription_trouble
from ingest.segment import encode
from ingest.trouble import LinkDown, Trouble

BROKER = Broker("mqtt://127.0.0.1:1883", "fuzz", ("vigiterre/#",), connect_timeout=5.0)
GREETING = ConnAckPacket(session_present=True).write()
GRANTED = SubAckPacket(1, [SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]).write()
FRAMES = (
    PublishPacket("vigiterre/road/a/up", b'{"values":{"t":1}}', qos=QoS.AT_LEAST_ONCE, packet_id=1).write(),
    PublishPacket("é/" * 60, bytes(200), qos=QoS.AT_LEAST_ONCE, packet_id=65_535, retain=True).write(),
    PublishPacket("t", b"").write(),
    PublishPacket("t", b"x", content_type="application/json", response_topic="r", message_expiry_interval=5).write(),
    mqtt5.PubAckPacket(7).write(),
    mqtt5.PingRespPacket().write(),
    mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER).write(),
    mqtt5.UnsubAckPacket(2, [mqtt5.UnsubAckReasonCode.SUCCESS]).write(),
    GREETING,
    GRANTED,
)


def frames(chance: Random) -> bytes:
    stream = b"".join(chance.choice(FRAMES) for _ in range(chance.randrange(1, 8)))
    if chance.random() < 0.05:
        return noise(chance)
    return spoiled(stream, chance, FRAMES) if chance.random() < 0.85 else stream


class Frames:
    """Law: whatever pieces bytes come in, the same packets are found; what is none is Malformed and nothing else."""

    def __init__(self, _folder: Path) -> None:
        pass

    def draw(self, chance: Random) -> bytes:
        return frames(chance)

    def run(self, data: bytes) -> Tally:
        whole, broken = parsed([data])
        chance = Random(crc32(data))
        pieces, at = [], 0
        while at < len(data):
            size = 1 + int(chance.expovariate(0.08))
            pieces.append(data[at : at + size])
            at += size
        found, ended = parsed(pieces)
        assert [written(one) for one in found] == [written(one) for one in whole], "pieces give other packets"
        assert broken or not ended, "pieces are refused, the whole is not"
        messages = [Message(one.topic, one.payload, NOW) for one in whole if isinstance(one, PublishPacket)]
        assert len(encode(messages, 1, b"fuzz")) >= sum(len(one.payload) for one in messages)
        return Tally(len(messages), Counter({"malformed": broken}))

    def close(self) -> None:
        pass


def parsed(pieces: Sequence[bytes]) -> tuple[list[Packet], bool]:
    """The packets, and whether the stream was broken."""
    parser, found = Parser(), list[Packet]()
    for piece in pieces:
        try:
            found += parser.feed(piece)
        except Malformed as error:
            if not error.detail:
                raise Unexplained("Malformed without a word") from error
            return found + error.before, True
    return found, False


def written(packet: Packet) -> str:
    return repr(packet)


class Brokers:
    """Law: a connection with any broker ends with a Trouble in two languages, and what came before it counts."""

    def __init__(self, _folder: Path) -> None:
        self._runner = asyncio.Runner()

    def draw(self, chance: Random) -> bytes:
        start = chance.choice((GREETING + GRANTED, GREETING + GRANTED, GREETING, b""))
        stream = start + b"".join(chance.choice(FRAMES) for _ in range(chance.randrange(4)))
        return spoiled(stream, chance, FRAMES) if chance.random() < 0.9 else stream

    def run(self, data: bytes) -> Tally:
        received: list[PublishPacket] = []
        trouble = self._runner.run(met(data, received))
        words = [trouble.text(language) for language in LANGUAGES]
        if not all(words):
            raise Unexplained(f"no words for {trouble.code}")
        assert all(isinstance(one.topic, str) for one in received)
        return Tally(len(received), Counter({trouble.code: 1}))

    def close(self) -> None:
        self._runner.close()


async def met(data: bytes, received: list[PublishPacket]) -> Trouble:
    """Why a connection ended whose broker says this, whatever it is told, and then hangs up."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: Connection(BROKER, received.extend), sock=ours)
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        try:
            await connection.greet()
            refused = subscription_trouble(BROKER, await connection.subscribe(BROKER.filters))
            assert refused is None or all(refused.text(language) for language in LANGUAGES)
        except LinkDown as down:
            connection.abort()
            return down.trouble
        ended = await connection.ended(5.0)
        connection.abort()
    assert ended is not None, "it does not end when the broker hangs up"
    return ended
