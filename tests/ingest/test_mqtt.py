"""The Receiver on a real mosquitto: order, acknowledgements, the session, the bounds."""

import asyncio
import errno
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from receiving import Landing, connected, receiving, until

from devices.errors import JournalFull
from devices.reading import Message
from ingest.mqtt import Broker, Receiver
from servers import Mosquitto, program, publish_bytes, publish_lines


@pytest.fixture
def broker(mosquitto: Mosquitto, unique: str) -> Broker:
    return Broker(url=mosquitto.url, client_id=unique, topics=(f"{unique}/#",))


async def publish(mosquitto: Mosquitto, topic: str, lines: list[str]) -> None:
    await asyncio.to_thread(publish_lines, mosquitto, topic, lines)


async def publish_one(mosquitto: Mosquitto, topic: str, payload: bytes, *options: str) -> None:
    """One message with further options of mosquitto_pub."""
    command = [program("mosquitto_pub"), "-p", str(mosquitto.port), "-V", "mqttv5", "-t", topic, "-s", *options]
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
    await process.communicate(payload)
    assert process.returncode == 0


async def make_session(broker: Broker, folder: Path) -> None:
    """Connect once and go: from now on the broker keeps what is published."""
    async with receiving(broker, Landing(), folder) as receiver:
        await connected(receiver)


async def left_at_the_broker(broker: Broker, folder: Path, mosquitto: Mosquitto) -> list[bytes]:
    """What the broker still has for this session, in front of a last message of ours."""
    landing = Landing()
    async with receiving(broker, landing, folder) as receiver:
        await connected(receiver)
        await publish(mosquitto, broker.topics[0].replace("#", "last"), ["last"])
        await until(lambda: b"last" in landing.payloads, "the last message")
    return landing.payloads[: landing.payloads.index(b"last")]


async def test_messages_arrive_in_order_and_are_acknowledged(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    lines = [str(number) for number in range(1_000)]
    async with receiving(broker, landing, tmp_path) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", lines)
        await until(lambda: receiver.state.acknowledged == 1_000, "acknowledgements")
    assert landing.payloads == [line.encode() for line in lines]
    times = [message.received for message in landing.messages]
    assert times == sorted(set(times)), "receive times of one topic are strictly increasing"
    assert receiver.state.received == receiver.state.delivered == 1_000
    assert receiver.state.held_messages == receiver.state.held_bytes == 0
    assert await left_at_the_broker(broker, tmp_path, mosquitto) == []


async def test_nothing_is_acknowledged_before_deliver_returns(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    stalled, landing = Landing(), Landing()
    stalled.open.clear()
    async with receiving(broker, stalled, tmp_path) as first:
        await connected(first)
        await publish(mosquitto, f"{unique}/a", ["1", "2", "3"])
        await until(lambda: first.state.received == 3, "three messages")
        async with receiving(broker, landing, tmp_path):
            await until(lambda: len(landing.messages) == 3, "their redelivery to who has the session now")
        assert first.state.acknowledged == 0
    assert landing.payloads == [b"1", b"2", b"3"]


async def test_p03_acknowledgements_of_a_lost_connection_are_void_and_its_messages_come_again(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    landing.open.clear()
    async with receiving(broker, landing, tmp_path) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", [str(number) for number in range(100)])
        await until(lambda: receiver.state.received == 100, "the messages")
        assert receiver._connection is not None
        receiver._connection.abort()
        await until(lambda: receiver.state.received == 200, "the messages again")
        landing.open.set()
        await until(lambda: receiver.state.delivered == 200, "the delivery of both")
        assert receiver.state.acknowledged == 100
        assert receiver.state.reconnects == 1
        assert receiver.state.session_lost == 0
    assert landing.payloads[:100] == landing.payloads[100:]
    assert await left_at_the_broker(broker, tmp_path, mosquitto) == []


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (JournalFull("full"), "journal_full"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (RuntimeError("a mistake"), "delivery_failed"),
    ],
)
async def test_p06_a_journal_that_refuses_pauses_reading_and_loses_nothing(
    failure: Exception, code: str, mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    landing.failures = [failure] * 3
    async with receiving(broker, landing, tmp_path) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", ["1"])
        await until(lambda: receiver.state.journal is not None, "the refusal")
        assert receiver.state.journal is not None
        assert receiver.state.journal.code == code
        assert receiver.state.paused
        assert not receiver.state.ready
        assert receiver.state.acknowledged == 0
        await publish(mosquitto, f"{unique}/a", ["2", "3"])
        await until(lambda: receiver.state.acknowledged == 3, "recovery")
        assert receiver.state.ready
        assert not receiver.state.paused
        assert receiver.state.delivery_failures == 3
    assert landing.payloads == [b"1", b"2", b"3"]


async def test_a_stop_while_the_journal_is_full_leaves_the_messages_to_the_broker(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    landing.failures = [JournalFull("full")] * 1_000
    async with receiving(broker, landing, tmp_path) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", ["1", "2"])
        await until(lambda: receiver.state.journal is not None, "the refusal")
    assert await left_at_the_broker(broker, tmp_path, mosquitto) == [b"1", b"2"]


async def test_a_stop_delivers_and_acknowledges_what_is_received(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    landing.open.clear()
    async with receiving(broker, landing, tmp_path) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", [str(number) for number in range(500)])
        await until(lambda: receiver.state.received == 500, "the messages")
        stopping = asyncio.create_task(receiver.stop())
        await asyncio.sleep(0)
        landing.open.set()
        await stopping
    assert len(landing.messages) == receiver.state.acknowledged == 500
    assert await left_at_the_broker(broker, tmp_path, mosquitto) == []


async def test_qos_0_is_delivered_and_not_acknowledged(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    async with receiving(broker, landing, tmp_path) as receiver:
        await connected(receiver)
        await publish_one(mosquitto, f"{unique}/a", b"x", "-q", "0")
        await until(lambda: receiver.state.delivered == 1, "the message")
        assert receiver.state.acknowledged == 0
    assert landing.payloads == [b"x"]


async def test_retained_is_what_the_broker_sends_because_we_subscribed_and_only_once(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    await publish_one(mosquitto, f"{unique}/a", b"old", "-r", "-q", "1")
    landing = Landing()
    async with receiving(broker, landing, tmp_path) as receiver:
        await until(lambda: len(landing.messages) == 1, "the retained message")
        await publish_one(mosquitto, f"{unique}/a", b"live", "-r", "-q", "1")
        await until(lambda: receiver.state.acknowledged == 2, "the live message")
    seen = [(message.payload, message.retained) for message in landing.messages]
    assert seen == [(b"old", True), (b"live", False)]
    assert await left_at_the_broker(broker, tmp_path, mosquitto) == [], "a session that exists gets no retained message"


async def test_a_shared_subscription_is_split_between_its_members(
    mosquitto: Mosquitto, unique: str, tmp_path: Path
) -> None:
    brokers = [
        Broker(url=mosquitto.url, client_id=f"{unique}-{n}", topics=(f"{unique}/#",), share=unique) for n in "ab"
    ]
    one, two = Landing(), Landing()
    (tmp_path / "a").mkdir()
    async with receiving(brokers[0], one, tmp_path / "a") as first, receiving(brokers[1], two, tmp_path) as second:
        await connected(first)
        await connected(second)
        await publish(mosquitto, f"{unique}/x", [str(number) for number in range(100)])
        await until(lambda: len(one.messages) + len(two.messages) >= 100, "all")
    assert sorted(one.payloads + two.payloads) == sorted(str(number).encode() for number in range(100))
    assert one.messages
    assert two.messages


async def test_a_session_that_the_broker_forgot_is_counted(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    await make_session(broker, tmp_path)
    forgetting = Client(CallbackAPIVersion.VERSION2, client_id=unique, protocol=MQTTProtocolVersion.MQTTv5)
    forgetting.connect("127.0.0.1", mosquitto.port, clean_start=True)
    forgetting.loop_start()
    await until(forgetting.is_connected, "the other client")
    forgetting.disconnect()
    forgetting.loop_stop()
    async with receiving(broker, Landing(), tmp_path) as receiver:
        state = await connected(receiver)
    assert state.session_lost == 1


async def test_a_first_session_is_not_a_lost_one(mosquitto: Mosquitto, broker: Broker, tmp_path: Path) -> None:
    async with receiving(broker, Landing(), tmp_path) as receiver:
        assert (await connected(receiver)).session_lost == 0
    async with receiving(broker, Landing(), tmp_path) as receiver:
        assert (await connected(receiver)).session_lost == 0


async def test_memory_is_bounded_while_delivery_is_slow(unique: str, tmp_path: Path) -> None:
    lines = [f"{number:0128d}" for number in range(20_000)]
    landing, most, paused = Landing(), 0, 0

    async def slowly(messages: list[Message]) -> None:
        nonlocal most, paused
        await asyncio.sleep(0.02)
        most = max(most, receiver.state.held_messages)
        paused += receiver.state.paused
        await landing(messages)

    # With autosave_on_changes this backlog is written to disk 20,000 times.
    with Mosquitto(tmp_path / "broker", "allow_anonymous true\nautosave_on_changes false") as own:
        broker = Broker(url=own.url, client_id=unique, topics=(f"{unique}/#",), buffer_messages=500)
        await make_session(broker, tmp_path)
        await publish(own, f"{unique}/a", lines)
        async with receiving(broker, slowly, tmp_path) as receiver:
            await until(lambda: receiver.state.acknowledged == 20_000, "all messages", 60)
    assert landing.payloads == [line.encode() for line in lines]
    assert paused
    assert most <= 500 + 262_144 // 128, "the bound and one read of 256 kB"


async def test_a_payload_of_10_mb_arrives_whole(
    mosquitto: Mosquitto, broker: Broker, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    payload = bytes(range(256)) * 40_960
    async with receiving(broker, landing, tmp_path) as receiver:
        await connected(receiver)
        await asyncio.to_thread(publish_bytes, mosquitto, f"{unique}/big", payload)
        await until(lambda: receiver.state.acknowledged == 1, "the message", 30)
    assert landing.payloads == [payload]


async def test_a_struggle_for_the_session_is_named_though_mosquitto_does_not_say_taken_over(
    mosquitto: Mosquitto, broker: Broker, tmp_path: Path
) -> None:
    async with receiving(broker, Landing(), tmp_path) as first, receiving(broker, Landing(), tmp_path) as second:

        def named() -> bool:
            return "contested" in [trouble.code for each in (first, second) for trouble in each.state.troubles]

        await until(named, "the words for it")
    for receiver in (first, second):
        assert receiver.state.session_lost == 0


async def test_a_receiver_that_never_ran_can_be_stopped(broker: Broker, tmp_path: Path) -> None:
    await Receiver(broker, Landing(), lambda: 0, tmp_path / "session.json").stop()
