"""What a worker passes on, by a real broker: all of it, in order of the journal, and again after a crash."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiomqtt import Client

from devices.reading import Message, Reading, Series
from ingest import relay as under_test
from ingest.broker import Broker
from ingest.cursor import Cursor
from ingest.journal import Journal
from ingest.outlet import Outlet
from ingest.relay import Relay
from ingest.relayed import RelayedSieve
from ingest.trouble import LinkDown
from servers import Mosquitto
from vigiterre.moment import now_ms
from vigiterre.settings import Settings
from vigiterre.way_in import WayIn

CONFIG = Path(__file__).parent.parent.parent / "config"
DEVICE = "college-moulins-s12"
SERIES = Series("building", DEVICE, "m", "s", "03190")


def outlet_to(mosquitto: Mosquitto, name: str, **how: str) -> Outlet:
    return Outlet(Broker(mosquitto.url, name, ("x",), **how))  # type: ignore[arg-type]


@asynccontextmanager
async def running(*work: object) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in work]  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class Heard:
    """What comes to the other end, in a session that outlives its connection."""

    def __init__(self, mosquitto: Mosquitto, name: str) -> None:
        self._port = mosquitto.port
        self._name = name
        self.messages: list[bytes] = []

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        client = Client("127.0.0.1", self._port, identifier=f"{self._name}-listener", clean_session=False)
        async with client:
            await client.subscribe(f"{self._name}/#", qos=1)
            listening = asyncio.create_task(self._listen(client))
            try:
                yield
            finally:
                listening.cancel()

    async def _listen(self, client: Client) -> None:
        async for message in client.messages:
            self.messages.append(bytes(message.payload))

    def times(self) -> list[int]:
        return [one[1] for payload in self.messages for one in json.loads(payload)["readings"]]


def batch(*times: int) -> list[Reading]:
    return [Reading(SERIES, time, {"co2": 500.0}) for time in times]


def messages(times: range) -> list[Message]:
    topic = f"vigiterre/building/{DEVICE}/up"
    return [Message(topic, json.dumps({"time": at, "values": {"co2": 500}}).encode(), at) for at in times]


class Passing:
    """A relay on a journal in a folder, as a worker has it."""

    def __init__(self, folder: Path, outlet: Outlet, topic: str, begin: int = 0) -> None:
        self.journal = Journal(folder / "journal", max_bytes=2**26, max_age_ms=10**12)
        way_in = WayIn(Settings(data_dir=folder), CONFIG)

        async def new_sieve(_done: int) -> object:
            return way_in.new_sieve()

        cursor = Cursor(folder / "relay.cursor")
        self.relay = Relay(outlet, topic, cursor, self.journal, new_sieve, begin=begin)  # type: ignore[arg-type]

    async def take(self, times: range) -> None:
        """What a forerunner does with messages of these times."""
        last = self.journal.append(messages(times))
        await self.relay.take(batch(*times), (), last, times[-1], now_ms(), caught_up=True)

    def close(self) -> None:
        self.relay.close()
        self.journal.close()


async def test_what_is_taken_is_told_in_order_and_the_cursor_moves_when_the_broker_has_it(
    tmp_path: Path, mosquitto: Mosquitto, unique: str
) -> None:
    heard, outlet = Heard(mosquitto, unique), outlet_to(mosquitto, f"{unique}-live")
    passing = Passing(tmp_path, outlet, f"{unique}/readings")
    now = now_ms()
    async with heard.listening():
        await passing.take(range(now, now + 500))
        assert passing.relay.told == 0
        async with running(outlet, passing.relay):
            await passing.relay.drain()
            assert passing.relay.cursor.load() == passing.relay.told == 500
            await passing.take(range(now + 500, now + 900))
            await passing.relay.drain()
        await until(lambda: len(heard.times()) == 900)
    assert heard.times() == list(range(now, now + 900))
    assert passing.relay.passed_on == 900
    passing.close()


async def test_what_there_was_no_room_for_is_read_from_the_journal_and_nothing_is_left_out(
    tmp_path: Path, mosquitto: Mosquitto, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "ROOM", 300)
    heard, outlet = Heard(mosquitto, unique), outlet_to(mosquitto, f"{unique}-live")
    passing = Passing(tmp_path, outlet, f"{unique}/readings")
    now = now_ms()
    async with heard.listening():
        for first in range(0, 2_000, 100):
            await passing.take(range(now + first, now + first + 100))
        async with running(outlet, passing.relay):
            await passing.relay.drain()
            await passing.take(range(now + 2_000, now + 2_100))
            await passing.relay.drain()
        await until(lambda: len(heard.times()) >= 2_100)
    assert heard.times() == list(range(now, now + 2_100))
    passing.close()


async def test_what_was_not_confirmed_before_a_crash_is_told_again_and_what_was_before_there_was_a_relay_is_not(
    tmp_path: Path, mosquitto: Mosquitto, unique: str
) -> None:
    outlet = outlet_to(mosquitto, f"{unique}-live")
    passing = Passing(tmp_path, outlet, f"{unique}/readings", begin=7)
    assert passing.relay.done == passing.relay.recorded == 7
    await passing.take(range(now_ms(), now_ms() + 10))
    passing.close()
    again = Passing(tmp_path, outlet, f"{unique}/readings", begin=10)
    assert (again.relay.done, again.relay.told) == (7, 7)
    again.close()


async def test_a_broker_that_goes_away_and_comes_back_gets_all(tmp_path: Path, unique: str) -> None:
    mosquitto = Mosquitto(tmp_path / "mosquitto")
    outlet = outlet_to(mosquitto, f"{unique}-live")
    passing = Passing(tmp_path, outlet, f"{unique}/readings")
    heard, now = Heard(mosquitto, unique), now_ms()
    async with running(outlet, passing.relay):
        await until(lambda: outlet.trouble is not None)
        assert outlet.trouble is not None
        assert outlet.trouble.code == "unreachable"
        mosquitto.start()
        async with heard.listening():
            await passing.take(range(now, now + 100))
            await passing.relay.drain()
            await until(lambda: len(heard.times()) == 100)
        mosquitto.kill()
        await passing.take(range(now + 100, now + 200))
        await until(lambda: not outlet.connected)
        mosquitto.start()
        async with heard.listening():
            await passing.relay.drain()
            await until(lambda: len(set(heard.times())) == 200)
    assert sorted(set(heard.times())) == list(range(now, now + 200))
    mosquitto.stop()
    passing.close()


async def test_that_nobody_listens_is_said_and_holds_nothing_back(
    tmp_path: Path, mosquitto: Mosquitto, unique: str
) -> None:
    outlet = outlet_to(mosquitto, f"{unique}-live")
    passing = Passing(tmp_path, outlet, f"{unique}/readings")
    async with running(outlet, passing.relay):
        await passing.take(range(now_ms(), now_ms() + 10))
        await passing.relay.drain()
        assert "personne n'écoute" in passing.relay.trouble.text("fr")
        async with Heard(mosquitto, unique).listening():
            await passing.take(range(now_ms() + 10, now_ms() + 20))
            await passing.relay.drain()
            assert not passing.relay.trouble
    passing.close()


async def test_what_the_access_list_forbids_is_not_taken_for_told(tmp_path: Path, unique: str) -> None:
    (tmp_path / "acl").write_text(f"topic read {unique}/#\n")
    with Mosquitto(tmp_path / "m", f"allow_anonymous true\nacl_file {tmp_path}/acl") as mosquitto:
        outlet = outlet_to(mosquitto, f"{unique}-live")
        passing = Passing(tmp_path, outlet, f"{unique}/readings")
        async with running(outlet, passing.relay):
            await until(lambda: outlet.connected)
            with pytest.raises(LinkDown, match="Not authorized"):
                await outlet.publish(f"{unique}/readings", b"x")
            await passing.take(range(now_ms(), now_ms() + 10))
            await until(lambda: bool(passing.relay.trouble))
            assert passing.relay.told == 0
        passing.close()


async def test_a_password_that_is_wrong_is_said(tmp_path: Path, unique: str) -> None:
    with Mosquitto(tmp_path / "m", "allow_anonymous false") as mosquitto:
        outlet = outlet_to(mosquitto, f"{unique}-live", password="x")
        async with running(outlet):
            await until(lambda: outlet.trouble is not None)
        assert outlet.trouble is not None
        assert outlet.trouble.code == "bad_credentials"


def test_a_batch_that_was_told_is_the_batch_that_is_heard(tmp_path: Path) -> None:
    """The sieve of the other end, on what this one makes of messages."""
    way_in = WayIn(Settings(data_dir=tmp_path), CONFIG)
    now = now_ms()
    with Journal(tmp_path / "journal", max_bytes=2**26, max_age_ms=10**12) as journal:
        journal.append(messages(range(now - 1000, now)))
        entries = journal.read(0, 5_000)
        sifted = way_in.new_sieve().sift(entries)
        parcel = under_test.parcel_of(entries, sifted)
        told = [Message("vigiterre-live/readings/w", payload, now) for payload in parcel.messages]
        with Journal(tmp_path / "live", max_bytes=2**26, max_age_ms=10**12) as live:
            live.append(told)
            heard = RelayedSieve(way_in.registry, "vigiterre").sift(live.read(0, 100))
    assert heard.readings == sifted.readings
    assert len(heard.readings) == 1_000
    way_in.close()
