"""A foreign MQTT 3.1.1 broker, on a real mosquitto: nothing is acknowledged before the journal has it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from receiving import Landing, until, wall

from devices.errors import JournalFull
from ingest.broker import Broker
from ingest.foreign import ForeignReceiver
from servers import Mosquitto, publish_lines


def broker_of(mosquitto: Mosquitto, unique: str, **more: Any) -> Broker:
    return Broker(url=mosquitto.url, client_id=unique, topics=(f"{unique}/#",), **more)


@contextlib.asynccontextmanager
async def receiving(broker: Broker, landing: Landing) -> AsyncIterator[ForeignReceiver]:
    receiver = ForeignReceiver("far", broker, landing, wall)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(receiver.run())
        try:
            yield receiver
        finally:
            await receiver.stop(0.5)


async def connected(receiver: ForeignReceiver) -> None:
    await until(lambda: receiver.state.connected, f"a connection; {receiver.state.troubles}")


async def publish(mosquitto: Mosquitto, topic: str, lines: list[str]) -> None:
    await asyncio.to_thread(publish_lines, mosquitto, topic, lines)


async def test_messages_come_in_order_with_the_name_of_their_broker(mosquitto: Mosquitto, unique: str) -> None:
    landing = Landing()
    lines = [str(number) for number in range(300)]
    async with receiving(broker_of(mosquitto, unique), landing) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", lines)
        await until(lambda: receiver.state.acknowledged == 300, "the acknowledgements")
    assert landing.payloads == [line.encode() for line in lines]
    assert {message.broker for message in landing.messages} == {"far"}
    times = [message.received for message in landing.messages]
    assert times == sorted(set(times))


async def test_nothing_is_acknowledged_before_it_is_in_the_journal(mosquitto: Mosquitto, unique: str) -> None:
    landing = Landing()
    landing.open.clear()
    async with receiving(broker_of(mosquitto, unique), landing) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", ["1", "2"])
        await until(lambda: receiver.state.received == 2, "the messages")
        assert receiver.state.acknowledged == 0
    assert landing.payloads == []
    again = Landing()
    async with receiving(broker_of(mosquitto, unique), again) as receiver:
        await until(lambda: receiver.state.acknowledged == 2, "the messages again")
    assert again.payloads == [b"1", b"2"]


async def test_a_full_journal_pauses_reading_and_loses_nothing(mosquitto: Mosquitto, unique: str) -> None:
    landing = Landing()
    landing.failures = [JournalFull("full"), JournalFull("full")]
    async with receiving(broker_of(mosquitto, unique), landing) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", ["1"])
        await until(lambda: receiver.state.paused, "the pause")
        assert [trouble.code for trouble in receiver.state.troubles] == ["journal_full"]
        await publish(mosquitto, f"{unique}/a", ["2"])
        await until(lambda: landing.payloads == [b"1", b"2"], "both, once there is room")
        await until(lambda: not receiver.state.paused, "reading again")
    assert receiver.state.troubles == []


async def test_a_bound_on_what_is_held_pauses_reading(mosquitto: Mosquitto, unique: str) -> None:
    landing = Landing()
    landing.open.clear()
    async with receiving(broker_of(mosquitto, unique, buffer_messages=5), landing) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", [str(number) for number in range(500)])
        await until(lambda: receiver.state.paused, "the pause")
        held = receiver.state.received
        assert held < 500
        landing.open.set()
        await until(lambda: receiver.state.acknowledged == 500, "all of them")
    assert landing.payloads == [b"%d" % number for number in range(500)]


async def test_a_broker_that_was_killed_is_found_again(unique: str, tmp_path: Path) -> None:
    landing = Landing()
    with Mosquitto(tmp_path / "far") as far:
        async with receiving(broker_of(far, unique), landing) as receiver:
            await connected(receiver)
            await publish(far, f"{unique}/a", ["1"])
            await until(lambda: landing.payloads == [b"1"], "the first")
            far.kill()
            await until(lambda: not receiver.state.connected, "the loss")
            await asyncio.to_thread(far.start)
            receiver.resume()
            await connected(receiver)
            await publish(far, f"{unique}/a", ["2"])
            await until(lambda: landing.payloads == [b"1", b"2"], "the second")
            assert (receiver.state.reconnects, receiver.state.session_lost) == (1, 0)


async def test_while_we_are_away_the_broker_keeps_what_comes(mosquitto: Mosquitto, unique: str) -> None:
    async with receiving(broker_of(mosquitto, unique), Landing()) as receiver:
        await connected(receiver)
    await publish(mosquitto, f"{unique}/a", ["1", "2"])
    landing = Landing()
    async with receiving(broker_of(mosquitto, unique), landing) as receiver:
        await until(lambda: landing.payloads == [b"1", b"2"], "what came meanwhile")


@pytest.mark.parametrize(
    ("url", "code"), [("mqtt://127.0.0.1:1", "unreachable"), ("mqtt://no-such-host.invalid", "unknown_host")]
)
async def test_a_broker_that_cannot_be_reached_is_said(url: str, code: str) -> None:
    async with receiving(Broker(url=url, client_id="c", topics=("a/#",)), Landing()) as receiver:
        await until(lambda: [trouble.code for trouble in receiver.state.troubles] == [code], code)


async def test_a_wrong_password_is_said_and_never_shown(unique: str, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("")
    with Mosquitto(tmp_path / "far", f"allow_anonymous false\npassword_file {tmp_path / 'passwords'}") as far:
        broker = Broker(url=far.url.replace("//", "//us@"), client_id=unique, topics=("a/#",), password="S3CRET")
        async with receiving(broker, Landing()) as receiver:
            await until(lambda: receiver.state.link is not None, "a refusal")
            assert receiver.state.link is not None
            assert receiver.state.link.code == "bad_credentials"
            assert "S3CRET" not in repr(receiver.state) + str(receiver.state.link)
