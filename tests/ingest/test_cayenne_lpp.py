"""Cayenne LPP: the vectors of the documentation, every type, and what cannot be read."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import samples

from devices.errors import DecodeError
from ingest.codecs.cayenne_lpp import TYPES, decode

OWN = Path(__file__).parent.parent / "data" / "formats" / "cayenne_lpp.json"


@pytest.mark.parametrize("vector", json.loads(OWN.read_text()), ids=lambda vector: str(vector["name"]))
def test_our_vectors_decode_as_written(vector: dict[str, object]) -> None:
    (decoded,) = decode(bytes.fromhex(str(vector["hex"])), 1)
    assert decoded.fields == vector["fields"]
    assert decoded.time is None


def test_the_reference_vectors_decode_as_expected() -> None:
    vectors = json.loads((samples() / "cayenne-lpp" / "vectors.json").read_text())
    assert vectors
    for vector in vectors:
        (decoded,) = decode(bytes.fromhex(vector["bytes_hex"]), 1)
        assert decoded.fields == vector["expected"], vector["name"]


def test_the_types_are_those_of_the_reference_table() -> None:
    rows = (samples() / "cayenne-lpp" / "types.csv").read_text().splitlines()[1:]
    assert {int(row.split(",")[0]): int(row.split(",")[3]) for row in rows} == {
        number: sum(kind.sizes) for number, kind in TYPES.items()
    }


@pytest.mark.parametrize("number", TYPES)
def test_every_type_reads_zero_and_its_largest_number(number: int) -> None:
    kind = TYPES[number]
    size = sum(kind.sizes)
    (zero,) = decode(bytes([7, number, *bytes(size)]), None)
    (largest,) = decode(bytes([7, number, *b"\xff" * size]), None)
    name = f"{kind.name}_7"
    step = {part: -1 / per_unit for part, per_unit in zip(kind.parts, kind.per_unit, strict=bool(kind.parts))}
    if kind.parts:
        assert zero.fields == {name: dict.fromkeys(kind.parts, 0)}
        assert largest.fields == {name: step}
    else:
        steps = -1 if kind.signed else 256**size - 1
        assert zero.fields == {name: 0}
        assert largest.fields == {name: steps / kind.per_unit[0]}


def test_trap_13_an_empty_payload_holds_no_measurement() -> None:
    assert decode(b"", 1) == []


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("01", "channel 1 at byte 0 is the last byte"),
        ("0167", "temperature_1 at byte 2 needs 2 bytes, 0 are left"),
        ("03670110056700", "temperature_5 at byte 6 needs 2 bytes, 1 are left"),
        ("018806765ff2960a0003", "gps_1 at byte 2 needs 9 bytes, 8 are left"),
        ("0367011005", "channel 5 at byte 4 is the last byte"),
    ],
)
def test_trap_13_a_truncated_payload_is_refused_with_its_offset(payload: str, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        decode(bytes.fromhex(payload), 1)


def test_trap_13_an_unknown_type_is_refused_with_its_offset() -> None:
    with pytest.raises(DecodeError, match=r"byte 5 says type 255 \(0xff\) for channel 5"):
        decode(bytes.fromhex("0367011005ff0000"), 1)


@given(st.binary(max_size=64))
def test_any_bytes_decode_or_are_refused(payload: bytes) -> None:
    with suppress(DecodeError):
        assert bool(decode(payload, 1)) == bool(payload)


@given(st.lists(st.tuples(st.integers(0, 255), st.sampled_from(sorted(TYPES))), max_size=8))
def test_every_prefix_that_is_not_whole_is_refused(heads: list[tuple[int, int]]) -> None:
    whole = {0}
    payload = b""
    for channel, number in heads:
        payload += bytes([channel, number, *bytes(sum(TYPES[number].sizes))])
        whole.add(len(payload))
    for length in range(len(payload) + 1):
        if length in whole:
            decode(payload[:length], 1)
        else:
            with pytest.raises(DecodeError):
                decode(payload[:length], 1)
