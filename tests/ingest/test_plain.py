"""The fast way of a good message judges as the careful one does."""

import json
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.load import load_registry
from devices.reading import Message
from devices.registry import Registry
from ingest.batch import Batch
from ingest.codecs.native import decode
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.sift import Formats, Sieve

CONFIG = Path(__file__).parent.parent.parent / "config"
NOW = 1_795_608_000_000
DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"
DAY = 86_400_000


@cache
def registry() -> Registry:
    return load_registry(CONFIG)


def careful(message: Message, device: str) -> object:
    """The same codec, but not the one by which the fast way knows its topics."""
    return decode(message, device)


def both(messages: list[Message]) -> tuple[Batch, Batch]:
    entries = [Entry(number, one) for number, one in enumerate(messages, 1)]
    fast, slow = (
        Sieve(registry(), Formats({"native": codec}), Duplicates(), Frames())  # type: ignore[dict-item]
        for codec in (decode, careful)
    )
    return fast.sift(entries), slow.sift(entries)


numbers = st.one_of(
    st.integers(-10, 70_000),
    st.floats(-100, 6_000, allow_nan=False),
    st.sampled_from([1e400, -1e400, 1e308, 0, -0.0, True, None, "12", 10**30]),
)
names = st.sampled_from(["co2", "air_temperature", "relative_humidity", "battery_level", "$rssi", "rssi", "nobody", ""])
times = st.one_of(
    st.integers(NOW // 1000 - 40 * 86_400, NOW // 1000 + 600),
    st.integers(NOW - 40 * DAY, NOW + 600_000),
    st.floats(NOW / 1000 - 1_000, NOW / 1000 + 400),
    st.sampled_from(
        ["2026-11-25T12:00:00Z", "2026-11-25T12:00:00.5+01:00", "2026-11-25 12:00:00", "2026-W48-3T12:00:00Z", "", "x"]
    ),
    st.sampled_from([0, -1, -1.5, 1e11, 1e15, -1e300, 10**40, True, None, 1e400]),
)
objects = st.fixed_dictionaries(
    {"values": st.dictionaries(names, numbers, max_size=4)},
    optional={
        "time": times,
        "seq": st.sampled_from([0, 1, 2.0, 2**70, True, "1", None]),
        "battery": numbers,
        "more": st.just({"a": [1]}),
    },
)
payloads = st.one_of(
    objects.map(json.dumps),
    objects.map(json.dumps),
    st.lists(objects, max_size=2).map(json.dumps),
    st.sampled_from(
        ["", "{", "[]", "null", '{"values":{"co2":NaN}}', ' {"values":{"co2":1}}', '{"values":{"co2":1},"values":{}}']
    ),
).map(str.encode)
messages = st.builds(
    Message,
    topic=st.sampled_from([TOPIC, TOPIC, TOPIC, "vigiterre/building/nobody/up", f"vigiterre/building/{DEVICE}/state"]),
    payload=payloads,
    received=st.integers(NOW - 5_000, NOW + 5_000),
    retained=st.booleans(),
    replayed=st.booleans(),
)


@given(given_messages=st.lists(messages, max_size=6))
@settings(max_examples=400)
def test_whatever_comes_is_judged_alike_on_both_ways(given_messages: list[Message]) -> None:
    fast, slow = both(given_messages)
    assert fast == slow
    assert all(type(value) is float for reading in fast.readings for value in reading.values.values())


def test_a_good_message_goes_the_fast_way_and_stands_where_it_came() -> None:
    good, odd = b'{"time": 1795608000, "values": {"co2": %d}}', b'{"values": {"co2": "many"}}'
    sent = [good % 1, odd, good % 2, good % 2, b'{"values": {"co2": 3}}']
    fast, slow = both([Message(TOPIC, body, NOW + n) for n, body in enumerate(sent)])
    assert fast == slow
    assert [reading.values["co2"] for reading in fast.readings] == [1.0, 2.0, 3.0]
    assert [(entry.seq, item) for entry, item in fast.origins] == [(1, 0), (3, 0), (5, 0)]
    assert (fast.duplicates, [one.entry.seq for one in fast.refused]) == (1, [2])


def test_what_has_neither_time_nor_number_is_never_taken_for_a_repetition() -> None:
    fast, slow = both([Message(TOPIC, b'{"values": {"co2": 3}}', NOW + n) for n in range(3)])
    assert fast == slow
    assert len(fast.readings) == 3
