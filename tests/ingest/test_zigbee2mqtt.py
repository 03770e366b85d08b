"""Zigbee2MQTT: names with slashes, times in three forms, buttons that are events."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import samples

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.uplink import Event, Uplink
from ingest.codecs.zigbee2mqtt import decode

OWN = Path(__file__).parent.parent / "data" / "formats" / "zigbee2mqtt.ndjson"


def heard(topic: str, payload: Any) -> list[Uplink | Event]:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode(Message(topic, raw, 1), {"device": topic.partition("/")[2]})


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("sample", lines(OWN), ids=lambda sample: str(sample["address"]))
def test_a_state_is_an_uplink_with_its_time_and_battery(sample: dict[str, Any]) -> None:
    (uplink,) = heard(sample["topic"], sample["payload"])
    assert isinstance(uplink, Uplink)
    assert (uplink.address, uplink.time, dict(uplink.health)) == (sample["address"], sample["time"], sample["health"])
    assert uplink.fields == {key: value for key, value in sample["payload"].items() if key != "last_seen"}


def test_the_reference_samples_are_uplinks_but_for_the_button() -> None:
    found = {}
    for sample in lines(samples() / "mqtt-devices" / "zigbee2mqtt" / "docs_examples.ndjson"):
        (one,) = heard(sample["topic"], sample["payload"])
        found[one.address] = one.fields if isinstance(one, Uplink) else one.kind
    assert found == {
        "salle_12": {"temperature": 27.34, "humidity": 44.72},
        "interrupteur": "action",
        "bureau/presence": {"occupancy": True},
        "lampe": {"state": "ON", "brightness": 215, "color_temp": 325},
    }


def test_a_button_is_an_event_and_its_battery_an_uplink() -> None:
    event, uplink = heard("zigbee2mqtt/porte", {"action": "single", "battery": 55})
    assert event == Event("action", "porte")
    assert isinstance(uplink, Uplink)
    assert uplink.fields == {"battery": 55}


@pytest.mark.parametrize(
    ("topic", "payload", "event"),
    [
        ("zigbee2mqtt/bridge/state", b'{"state":"online"}', Event("bridge")),
        ("zigbee2mqtt/bridge/devices", b"[]", Event("bridge")),
        ("zigbee2mqtt/mairie/salle 1/availability", b'{"state":"offline"}', Event("availability", "mairie/salle 1")),
        ("zigbee2mqtt/lampe/set", b'{"state":"ON"}', Event("set", "lampe")),
        ("zigbee2mqtt/mairie/lampe/set/brightness", b"12", Event("set", "mairie/lampe")),
        ("zigbee2mqtt/lampe/get", b"", Event("get", "lampe")),
        ("zigbee2mqtt/lampe", b"", Event("cleared", "lampe")),
        ("zigbee2mqtt/lampe", b"{}", Event("state", "lampe")),
    ],
)
def test_what_is_said_about_a_device_is_an_event(topic: str, payload: bytes, event: Event) -> None:
    assert heard(topic, payload) == [event]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"21.5", "set its advanced.output to json"),
        (b"{", "not JSON"),
        (b'{"t":1,"last_seen":"2024-01-01 1:00"}', "not RFC 3339 with a zone"),
        (b'{"t":1,"last_seen":true}', "expected a time"),
        (b'{"t":1,"last_seen":"0000-01-01T00:00:00Z"}', "year"),
    ],
)
def test_what_is_no_state_is_refused_in_words(payload: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        heard("zigbee2mqtt/lampe", payload)


@given(st.binary(max_size=80) | st.text(max_size=20).map(lambda text: json.dumps({"last_seen": text}).encode()))
def test_any_payload_is_read_or_refused(payload: bytes) -> None:
    with suppress(DecodeError):
        heard("zigbee2mqtt/lampe", payload)
