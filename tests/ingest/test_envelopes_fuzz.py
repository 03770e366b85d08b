"""No message of a network server, however broken, does anything but raise DecodeError or say what it says."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.envelopes import ENVELOPES
from ingest.codecs.uplink import Event, Heard, Uplink

FOLDER = Path(__file__).parent.parent / "data" / "envelopes"
SAMPLES = {path.stem: json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}
KEYS = sorted({key for sample in SAMPLES.values() for key in json.dumps(sample).split('"')[1::2]})
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([10**400, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner),
    max_leaves=20,
)
LEVELS: st.SearchStrategy[dict[str, str]] = st.just({}) | st.fixed_dictionaries(
    {"event": st.sampled_from(["up", "join", "status", "x", "", "down/ack"])}
)


def heard(name: str, payload: bytes, levels: dict[str, str]) -> Heard:
    try:
        return ENVELOPES[name](Message("t", payload, 0), levels)
    except DecodeError as error:
        words = str(error)
    assert 0 < len(words) < 1_000
    return []


def hear(name: str, payload: bytes, levels: dict[str, str]) -> None:
    for one in heard(name, payload, levels):
        assert isinstance(one, Uplink | Event)
        if isinstance(one, Uplink):
            check(one)


def check(uplink: Uplink) -> None:
    assert len(uplink.address) == 16
    assert uplink.time is None or 0 < uplink.time < 10**15
    assert uplink.port is None or 0 <= uplink.port <= 255
    assert uplink.counter is None or 0 <= uplink.counter < 2**32
    assert uplink.payload is None or uplink.payload
    assert all(type(value) in (int, float) and abs(value) < float("inf") for value in uplink.health.values())


def places(document: Any) -> list[tuple[Any, Any]]:
    """Every key of every mapping and index of every list."""
    found: list[tuple[Any, Any]] = []
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in pairs:
        found.append((document, key))
        if isinstance(value, dict | list):
            found += places(value)
    return found


@given(st.sampled_from(sorted(ENVELOPES)), VALUES, LEVELS)
def test_arbitrary_json_never_breaks_a_codec(name: str, document: object, levels: dict[str, str]) -> None:
    hear(name, json.dumps(document).encode(), levels)


@given(st.sampled_from(sorted(ENVELOPES)), st.binary(max_size=100), LEVELS)
def test_arbitrary_bytes_never_break_a_codec(name: str, payload: bytes, levels: dict[str, str]) -> None:
    hear(name, payload, levels)


@given(st.sampled_from(sorted(SAMPLES)), LEVELS, st.data())
def test_a_message_with_some_values_exchanged_never_breaks_its_codec(
    name: str, levels: dict[str, str], data: st.DataObject
) -> None:
    document = json.loads(json.dumps(SAMPLES[name]))
    for _ in range(data.draw(st.integers(1, 3))):
        inside, key = data.draw(st.sampled_from(places(document)))
        inside[key] = data.draw(VALUES)
    hear(name.partition("_")[0], json.dumps(document).encode(), levels)


def test_what_is_deep_or_long_or_large_never_breaks_a_codec() -> None:
    for name in ENVELOPES:
        deep = b'{"deviceInfo":' * 50_000
        hear(name, deep, {})
        hear(name, b'{"object":' * 150 + b"1" + b"}" * 150, {})
        hear(name, b'{"devEUI":"' + b"7" * 10_000_000 + b'","fCnt":' + b"9" * 4_000 + b"}", {"event": "up"})
        hear(name, b'{"fCnt":' + b"9" * 5_000 + b',"fPort":1e999,"cmd":"rx","EUI":NaN}', {"event": "up"})
