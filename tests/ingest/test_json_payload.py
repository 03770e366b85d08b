"""JSON as a payload: an object as it came, and words for anything else."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import DecodeError
from ingest.codecs.json_payload import CLOCK_SET, clock, decode
from ingest.codecs.uplink import Decoded

SCALAR = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), SCALAR | st.lists(SCALAR), min_size=1))
def test_an_object_comes_out_as_it_is(tree: dict[str, Any]) -> None:
    assert decode(json.dumps(tree).encode(), 1) == [Decoded(tree)]


def test_an_empty_object_holds_no_measurement() -> None:
    assert decode(b" {} ", None) == []


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "the payload is empty"),
        (b"[1]", "expected a JSON object, found an array"),
        (b"true", "found true or false"),
        (b"null", "found null"),
        (b'"x"', "found a text"),
        (b"1", "found a number"),
        (b'{"a": 1,}', "line 1 column 9"),
        (b'{"a": "\xff"}', "not JSON"),
        (b'{"a":' * 10_000, "not JSON"),
    ],
)
def test_anything_else_is_refused_in_words(payload: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        decode(payload, 1)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    with suppress(DecodeError):
        decode(payload, 1)


@pytest.mark.parametrize(
    ("sent", "time"),
    [
        (1768207200, 1768207200000),
        (1768207200.5, 1768207200500),
        (1768207200000, 1768207200000),
        ("2026-01-12T08:40:00Z", 1768207200000),
        ("2026-01-12T09:40:00+01:00", 1768207200000),
        (5.01, None),
        (0, None),
        ("1970-01-01T00:00:12Z", None),
        (None, None),
    ],
)
def test_a_clock_that_is_not_set_gives_no_time(sent: object, time: int | None) -> None:
    assert clock(sent) == time


@given(SCALAR | st.floats())
def test_any_time_is_read_or_refused(sent: object) -> None:
    with suppress(DecodeError):
        assert (clock(sent) or CLOCK_SET) >= CLOCK_SET
