"""SenML: the examples of RFC 8428 and the rules between them; nothing but a DecodeError for anything else."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import samples

from devices.errors import DecodeError
from devices.model import Field
from devices.reading import Message
from devices.units import conversion, is_valid
from ingest.codecs.mapping import read_fields
from ingest.codecs.senml import LABELS, decode, decode_message, read_pack, resolve
from ingest.codecs.senml_units import UCUM
from ingest.codecs.uplink import Measured, Uplink

OWN = json.loads((Path(__file__).parent.parent / "data" / "formats" / "senml.json").read_text())
NOW = 1_800_000_000_000
NUMBERS = {label: number for number, label in LABELS.items()}
SCALE_OF_NO_LINE = {"dBm"}
"""Decibels join by no straight line here."""


def heard(pack: object, *, retained: bool = False) -> list[Uplink]:
    raw = pack if isinstance(pack, bytes) else json.dumps(pack).encode()
    return decode_message(Message("senml", raw, NOW, retained), {})


def in_cbor(pack: list[dict[str, Any]]) -> bytes:
    return cbor2.dumps([{NUMBERS.get(key, key): value for key, value in record.items()} for record in pack])


def measured(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: Measured(*value) if isinstance(value, list) else value for name, value in fields.items()}


@pytest.mark.parametrize("sample", OWN, ids=lambda sample: str(sample["name"]))
def test_our_packs_are_uplinks_of_their_devices_in_json_and_in_cbor(sample: dict[str, Any]) -> None:
    expected = [Uplink(device, time, fields=measured(fields)) for device, time, fields in sample["uplinks"]]
    assert heard(sample["pack"]) == expected
    assert heard(in_cbor(sample["pack"])) == expected


def test_the_reference_packs_resolve_as_the_rfc_says() -> None:
    folder = samples() / "senml"
    paths = sorted(folder.glob("*.json"))
    assert paths
    for path in paths:
        sample = json.loads(path.read_text())
        raw = bytes.fromhex(sample["cbor_hex"]) if "cbor_hex" in sample else json.dumps(sample["pack"]).encode()
        records = resolve(read_pack(raw))
        for record, expected in zip(records, sample["resolved"], strict=True):
            device, _, field = expected["n"].rpartition(":")
            named = (device, field) if record.field != "value" else (expected["n"], "value")
            assert (record.device, record.field) == named, path.name
            assert record.time == pytest.approx(expected["t"], abs=1e-6)
            assert record.unit == expected.get("u", "")
            assert record.value == expected.get("v", expected.get("vb"))


def test_the_unit_table_knows_every_symbol_of_the_rfcs_and_agrees_on_their_size() -> None:
    folder = samples() / "senml"
    primary = [line.split(",")[0] for line in (folder / "senml-units.csv").read_text().splitlines()[1:]]
    secondary = [line.split(",") for line in (folder / "senml-secondary-units.csv").read_text().splitlines()[1:]]
    assert set(primary) | {symbol for symbol, *_ in secondary} == set(UCUM)
    for symbol, of, scale, offset in secondary:
        if symbol not in SCALE_OF_NO_LINE:
            assert conversion(UCUM[symbol], UCUM[of]) == pytest.approx((float(scale), float(offset)), rel=1e-9), symbol


def test_every_unit_is_valid_ucum() -> None:
    assert [code for code in UCUM.values() if not is_valid(code)] == []


def test_a_payload_is_one_device_and_takes_the_uplink_s_time_for_now() -> None:
    pack = [{"bn": "x:", "n": "t", "u": "Cel", "v": 20}, {"n": "h", "u": "%RH", "v": 50}]
    (one,) = decode(json.dumps(pack).encode(), 5)
    assert one.time is None
    assert read_fields(one.fields, [Field("t", "air_temperature", "K")])[0] == {"t": 293.15}
    (dated,) = decode(in_cbor([{"n": "t", "t": 1768207200.5, "v": 1}]), 5)
    assert dated.time == 1768207200500


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        ([{"n": "a", "v": 1, "t": -5}], "a at -5 s from now, which a payload cannot say"),
        ([{"bn": "x:", "n": "a", "v": 1}, {"bn": "y:", "n": "a", "v": 1}], "x and y in the payload of one device"),
    ],
)
def test_a_payload_cannot_count_from_now_nor_hold_two_devices(pack: object, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        decode(json.dumps(pack).encode(), 5)


def test_relative_times_of_a_retained_message_are_none() -> None:
    assert [one.time for one in heard([{"n": "a", "v": 1, "t": -5}], retained=True)] == [None]


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        ([{"n": "a", "v": 1, "secret_": 1}], "record 0: 'secret_' must be understood"),
        ([{"n": "a", "v": 1}, {"n": "b"}], "record 1: expected one of v, vs, vb, vd; found none"),
        ([{"n": "a", "v": 1, "vb": True}], "found v and vb"),
        ([{"v": 1}], "'' is no name"),
        ([{"n": "é", "v": 1}], "is no name"),
        ([{"bn": "/x", "n": "a", "v": 1}], "is no name"),
        ([{"n": "a", "v": "1"}], "v is no number"),
        ([{"n": "a", "v": True}], "v is no number"),
        ([{"n": "a", "v": 10**400}], "v is too large"),
        ([{"n": "a", "vb": 1}], "vb is of the wrong type"),
        ([{"n": 5, "v": 1}], "n is no text"),
        ([{"n": "a", "v": 1, "t": 1e30}], "is no time"),
        ([{"n": "a", "v": 1, "bver": 11}], "version 11 is not known"),
        ([{"n": "a", "v": 1, "bver": 27}], "version 27 is not known"),
        ([{"n": "a", "v": 1, "bver": 5}, {"n": "a", "v": 1, "bver": 10}], "record 1: version 10 after 5"),
        ([1], "record 0 is no map"),
        ({"n": "a", "v": 1}, "byte 0 is 0x7b"),
        (b"", "byte 0 is nothing"),
        (b"[", "not JSON"),
        (b"\x81", "not CBOR"),
        (bytes.fromhex("81a20061780201ff"), "the pack ends at byte 7 of 8"),
        (bytes.fromhex("81a200617802c5820a03"), "not CBOR"),
        (bytes.fromhex("81a300617802016176f5"), "a label twice"),
        (b"\x81" * 50, "not CBOR"),
        (b"\x9b\x7f" + b"\xff" * 7, "not CBOR"),
    ],
)
def test_what_is_no_pack_is_refused_with_its_place(pack: object, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        heard(pack)


def test_a_decimal_fraction_of_cbor_is_a_number() -> None:
    (uplink,) = heard(bytes.fromhex("81a200617802c4822119 03e8"))
    assert uplink.fields == {"x": 10.0}


LABEL = st.sampled_from([*NUMBERS, "x", "x_"])
VALUE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.binary(max_size=4)
PACKS = st.lists(st.dictionaries(LABEL | st.integers(-9, 12), VALUE, max_size=5) | VALUE, max_size=4)


def test_quantities_that_only_their_units_tell_apart_are_kept_apart() -> None:
    """RFC 8428, 5.1.3: a moving hygrometer says everything under one name."""
    device, time = "urn:dev:ow:10e2073a01080063", 1320067464
    pack = [
        {"bn": device, "bt": time, "bu": "%RH", "v": 20},
        {"u": "lon", "v": 24.30621},
        {"u": "lat", "v": 60.07965},
        {"u": "%EL", "t": 150, "v": 98},
    ]
    place = {"longitude": Measured(24.30621, "deg"), "latitude": Measured(60.07965, "deg")}
    assert heard(pack) == [
        Uplink(device, time * 1000, fields={"value": Measured(20, "%")} | place),
        Uplink(device, (time + 150) * 1000, fields={"battery_level": Measured(98, "%")}),
    ]


@given(st.binary(max_size=40) | st.binary(max_size=40).map(b"\x82".__add__) | PACKS.map(cbor2.dumps))
def test_any_pack_is_read_or_refused(payload: bytes) -> None:
    with suppress(DecodeError):
        decode(payload, 1)
    with suppress(DecodeError):
        heard(payload)


@given(st.sampled_from(OWN), st.booleans(), st.integers(0, 200), st.binary(max_size=3))
def test_a_damaged_pack_is_read_or_refused(sample: dict[str, Any], binary: bool, place: int, patch: bytes) -> None:
    good = in_cbor(sample["pack"]) if binary else json.dumps(sample["pack"]).encode()
    with suppress(DecodeError):
        heard(good[:place] + patch + good[place + 1 :])
