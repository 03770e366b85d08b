"""A refused reading that comes again, by the broker or its device, is in quarantine once; a replay is judged anew."""

import asyncio
import json
from pathlib import Path

import pytest

from devices.load import load_registry
from devices.reading import Message
from devices.registry import Registry
from ingest.codecs import CODECS
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.sift import Formats, Sieve
from vigiterre.moment import now_ms
from vigiterre.service import Service
from vigiterre.settings import Settings

CONFIG = Path(__file__).parent.parent.parent / "config"
NOW = 1_795_608_000_000
TOPIC = "vigiterre/building/college-moulins-s12/up"
BAD = {"time": NOW // 1000, "values": {"co2": 1e9, "air_temperature": 20}}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(CONFIG)


@pytest.fixture
def sieve(registry: Registry) -> Sieve:
    return new(registry)


def new(registry: Registry) -> Sieve:
    return Sieve(registry, Formats(CODECS), Duplicates(), Frames())


def entry(seq: int, body: object, *, replayed: bool = False) -> Entry:
    return Entry(seq, Message(TOPIC, json.dumps(body).encode(), NOW + 1_000 * seq, replayed=replayed))


def test_a_refused_reading_that_comes_again_is_refused_once_and_stored_once(sieve: Sieve) -> None:
    batch = sieve.sift([entry(1, BAD), entry(2, BAD), entry(3, BAD)])
    assert [one.entry.seq for one in batch.refused] == [1]
    assert len(batch.readings) == 1
    assert batch.duplicates == 2


def test_it_is_known_again_after_a_restart(registry: Registry) -> None:
    restarted = new(registry)
    restarted.remember([entry(1, BAD)])
    batch = restarted.sift([entry(2, BAD)])
    assert (batch.refused, batch.readings, batch.duplicates) == ([], [], 1)


def test_two_broken_messages_of_one_time_are_two(sieve: Sieve) -> None:
    """What can be read of both is the same: nothing."""
    bodies = [{"time": NOW // 1000, "values": {"co2": text}} for text in ("612", "613")]
    batch = sieve.sift(entry(seq, body) for seq, body in enumerate(bodies, 1))
    assert [one.entry.seq for one in batch.refused] == [1, 2]


def test_a_refused_reading_does_not_keep_its_good_correction_out(sieve: Sieve) -> None:
    good = {"time": NOW // 1000, "values": {"co2": 612, "air_temperature": 20}}
    batch = sieve.sift([entry(1, BAD), entry(2, good)])
    assert [reading.values for reading in batch.readings] == [
        {"air_temperature": 20.0},
        {"co2": 612.0, "air_temperature": 20.0},
    ]


def test_a_replay_is_refused_again(sieve: Sieve) -> None:
    batch = sieve.sift([entry(1, BAD), entry(2, BAD, replayed=True)])
    assert [one.entry.seq for one in batch.refused] == [1, 2]


def test_without_a_time_of_its_own_each_message_counts(sieve: Sieve) -> None:
    bad = {"values": {"co2": 1e9}}
    batch = sieve.sift([entry(1, bad), entry(2, bad)])
    assert [one.entry.seq for one in batch.refused] == [1, 2]


async def processed(folder: Path, messages: list[Message]) -> tuple[dict[str, int], int]:
    """What is in quarantine then, and how many copies were passed over."""
    service = Service(Settings(data_dir=folder, store={"url": "memory:"}), CONFIG)
    working = asyncio.create_task(service.pipeline.run())
    await service.deliver(messages)
    while service.pipeline.waiting:  # noqa: ASYNC110  -- a state to look at, not an event
        await asyncio.sleep(0.01)
    await service.pipeline.stop()
    await working
    found = service.quarantine.count()
    service.close()
    return found, service.pipeline.counts.duplicates


async def test_it_is_known_though_the_journal_has_lost_it(tmp_path: Path) -> None:
    at = now_ms()
    bad = json.dumps({"time": at // 1000, "values": {"co2": 1e9, "air_temperature": 20}}).encode()
    good = json.dumps({"time": at // 1000 + 1, "values": {"co2": 600}}).encode()
    assert await processed(tmp_path, [Message(TOPIC, bad, at), Message(TOPIC, good, at)]) == ({"out_of_range": 1}, 0)
    [segment] = (tmp_path / "journal").glob("*.journal")
    segment.write_bytes(segment.read_bytes().replace(b"1000000000.0", b"1000000001.0"))
    assert await processed(tmp_path, [Message(TOPIC, bad, at + 1)]) == ({"out_of_range": 1}, 1)
