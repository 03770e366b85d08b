"""What workers tell the process of the alerts: nothing is lost on the way, what is no batch is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.reading import Message, Reading, Reason, Series
from devices.registry import registry_of
from ingest.journal import Entry
from ingest.live import PART, PART_BYTES, parts
from ingest.relayed import RelayedSieve

NOW = 1_795_435_200_000
TOPIC = "vigiterre-live/readings/worker-1"
SIEVE = RelayedSieve(registry_of([], [], []), "vigiterre")
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
readings = st.builds(
    Reading,
    st.builds(Series, names, names, names, names, names),
    st.integers(0, 10**14),
    st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4),
)


def entry(payload: bytes, seq: int = 1, topic: str = TOPIC, *, replayed: bool = False) -> Entry:
    return Entry(seq, Message(topic, payload, NOW, replayed=replayed))


def series(device: str) -> Series:
    return Series("building", device, "m", "s", "03190")


@given(st.lists(st.tuples(readings, st.booleans()), min_size=1, max_size=8), st.booleans())
def test_what_is_told_is_what_is_heard(told: list[tuple[Reading, bool]], old: bool) -> None:
    batch, flags = [one for one, _ in told], [flag for _, flag in told] if old else []
    heard = SIEVE.sift([entry(payload) for payload in parts(batch, flags, NOW)])
    assert heard.readings == batch
    assert [one.message.replayed for one, _ in heard.origins] == (flags or [False] * len(batch))
    assert not heard.refused


def test_a_batch_is_cut_by_number_and_by_size_and_only_a_reading_that_is_larger_alone_is_larger() -> None:
    small = [Reading(series("d"), NOW + n, {"co2": 1.0}) for n in range(2 * PART + 1)]
    assert len(list(parts(small, [], NOW))) == 3
    large = [Reading(series("d"), NOW + n, {f"quantity_{q}": 1.5 for q in range(100)}) for n in range(PART)]
    told = list(parts(large, [True] * PART, NOW))
    assert max(map(len, told)) <= PART_BYTES
    assert [one for payload in told for one in SIEVE.sift([entry(payload)]).readings] == large
    huge = Reading(series("d"), NOW, {f"quantity_{q}": 1.5 for q in range(10_000)})
    [first, second, third] = parts([small[0], huge, small[1]], [], NOW)
    assert len(second) > PART_BYTES > max(len(first), len(third))


def test_a_device_has_one_series_object_as_long_as_it_stands_where_it_stands() -> None:
    [payload] = parts([Reading(series("d"), NOW, {"co2": 1.0})], [], NOW)
    first, second = SIEVE.sift([entry(payload), entry(payload, 2)]).readings
    assert first.series is second.series


def test_a_batch_that_is_run_again_here_is_all_replayed() -> None:
    [payload] = parts([Reading(series("d"), NOW, {"co2": 1.0})], [], NOW)
    heard = SIEVE.sift([entry(payload, replayed=True)])
    assert [one.message.replayed for one, _ in heard.origins] == [True]
    assert heard.replayed == 1


BAD = {
    "no JSON": b"\xff",
    "another document": b"[]",
    "a value that is none": b'{"received": 1, "readings": [[["a","b","c","d","e"], 1, {"co2": NaN}]], "replayed": []}',
    "no value": b'{"received": 1, "readings": [[["a","b","c","d","e"], 1, {}]], "replayed": []}',
    "tags that lack one": b'{"received": 1, "readings": [[["a","b","c","d"], 1, {"co2": 1}]], "replayed": []}',
    "too few flags": b'{"received": 1, "readings": [[["a","b","c","d","e"], 1, {"co2": 1}]], "replayed": [true, true]}',
    "no time": b'{"received": 1, "readings": [[["a","b","c","d","e"], -1, {"co2": 1}]], "replayed": []}',
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD)
def test_a_faulty_batch_is_refused_and_its_neighbours_are_taken(payload: bytes) -> None:
    [good] = parts([Reading(series("d"), NOW, {"co2": 1.0})], [], NOW)
    heard = SIEVE.sift([entry(good), entry(payload, 2), entry(good, 3)])
    assert len(heard.readings) == 2
    [refused] = heard.refused
    assert (refused.entry.seq, refused.refusal.reason) == (2, Reason.SCHEMA)
    assert refused.refusal.detail


def test_what_is_told_on_another_topic_is_no_batch() -> None:
    heard = SIEVE.sift([entry(json.dumps({}).encode(), topic="vigiterre-live/doctor/x")])
    assert (heard.ignored, heard.readings, heard.refused) == (1, [], [])


def test_the_devices_of_a_batch_are_found_for_a_replay() -> None:
    [payload] = parts([Reading(series(one), NOW, {"co2": 1.0}) for one in ("a", "b")], [], NOW)
    assert SIEVE.devices_of(Message(TOPIC, payload, NOW)) == {"a", "b"}
    assert SIEVE.devices_of(Message(TOPIC, b"x", NOW)) == set()
