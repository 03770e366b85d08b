"""The native JSON codec: what a device may send, and what is kept of a message that is partly wrong."""

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import DecodeError
from devices.reading import Item, Message, Reason
from ingest.codecs.native import decode, parse_time

NOON = 1_795_608_000_000  # 2026-11-25T12:00:00Z


def items(payload: str | bytes) -> list[Item]:
    body = payload.encode() if isinstance(payload, str) else payload
    return decode(Message("vigiterre/building/d/up", body, received=NOON), "d")


def one(payload: str | bytes) -> Item:
    [item] = items(payload)
    return item


def test_an_object_is_one_reading_and_an_array_is_many() -> None:
    assert one('{"time": "2026-11-25T12:00:00Z", "values": {"co2": 612}}') == Item("d", NOON, {"co2": 612.0})
    assert [item.values["co2"] for item in items('[{"values": {"co2": 1}}, {"values": {"co2": 2}}]')] == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "1795608000",
        "1795608000.0",
        "1795608000000",
        '"2026-11-25T12:00:00Z"',
        '"2026-11-25T13:00:00+01:00"',
        '"2026-11-25t12:00:00.000z"',
        '"2026-11-25 12:00:00Z"',
    ],
)
def test_every_accepted_form_of_a_time_is_the_same_instant(text: str) -> None:
    assert one(f'{{"time": {text}, "values": {{"co2": 1}}}}').time == NOON


@pytest.mark.parametrize(
    "text", ['"2026-11-25T12:00:00"', '"yesterday"', '"2026-11-25"', '"2026-02-30T00:00:00Z"', "1e16"]
)
def test_a_time_without_zone_or_date_is_refused_by_name_and_nothing_of_it_is_stored(text: str) -> None:
    item = one(f'{{"time": {text}, "values": {{"co2": 1}}}}')
    assert item.values == {}
    assert item.refusal is not None
    assert item.refusal.reason == Reason.SCHEMA


@given(st.integers(0, 4_000_000_000_000))
def test_milliseconds_survive_rfc_3339(instant: int) -> None:
    text = datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="milliseconds")
    assert abs(parse_time(text) - instant) <= 1


def test_no_time_seq_and_battery_are_read() -> None:
    item = one('{"seq": 7, "battery": 88, "values": {"co2": 1}}')
    assert (item.time, item.seq, item.values) == (None, 7, {"co2": 1.0, "battery_level": 88.0})


def test_of_a_duplicate_key_the_last_wins() -> None:
    assert one('{"values": {"co2": 1, "co2": 2}}').values == {"co2": 2.0}


@pytest.mark.parametrize("value", ['"21.4"', "true", "null", "[1]", "{}"])
def test_a_value_that_is_no_number_is_refused_and_its_neighbours_are_kept(value: str) -> None:
    item = one(f'{{"time": 1795608000, "values": {{"co2": {value}, "air_temperature": 20}}}}')
    assert item.values == {"air_temperature": 20.0}
    assert item.time == NOON
    assert item.refusal is not None
    assert "values.co2" in item.refusal.detail


def test_a_bad_item_of_an_array_leaves_the_others() -> None:
    good, bad, also_good = items('[{"values": {"co2": 1}}, 17, {"values": {"co2": 3}}]')
    assert (good.refusal, also_good.refusal) == (None, None)
    assert bad.refusal is not None
    assert bad.refusal.reason == Reason.SCHEMA


@pytest.mark.parametrize("payload", ["17", '"text"', "null", "{}", '{"values": {}}', '{"values": 3}', '{"time": 1}'])
def test_json_of_another_shape_is_a_schema_refusal(payload: str) -> None:
    item = one(payload)
    assert item.values == {}
    assert item.refusal is not None
    assert item.refusal.reason == Reason.SCHEMA


@pytest.mark.parametrize(
    "payload",
    [b"", b" ", b"{", b'{"values": {"co2": 1}', b"\xff\x00\x80", b"[" * 100_000, b"[]", b'{"values": {"co2": 1}} x'],
)
def test_what_is_no_json_is_undecodable(payload: bytes) -> None:
    with pytest.raises(DecodeError):
        items(payload)


def test_numbers_beyond_any_float_are_not_finite_and_do_not_raise() -> None:
    huge = "9" * 400
    assert one(f'{{"values": {{"co2": {huge}}}}}').values == {"co2": math.inf}
    assert math.isnan(one('{"values": {"co2": NaN}}').values["co2"])
    assert one(f'{{"values": {{"co2": "x", "air_temperature": {huge}}}}}').refusal is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.one_of(
        st.binary(max_size=60),
        json_values.map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries(
            {"values": st.dictionaries(st.sampled_from(["co2", "x"]), json_values, max_size=3)},
            optional={"time": json_values, "seq": json_values, "battery": json_values},
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_any_payload_gives_items_or_a_decode_error(payload: bytes) -> None:
    try:
        found = items(payload)
    except DecodeError:
        return
    assert found
    for item in found:
        assert item.values or item.refusal
        assert all(type(value) is float for value in item.values.values())
