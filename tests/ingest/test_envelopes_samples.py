"""Golden cases: every real message of the reference samples, found by listing."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from samples import samples

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.envelopes import ENVELOPES
from ingest.codecs.uplink import Event, Uplink

CODECS = {
    name: name for name in ("chirpstack-v3", "chirpstack-v4", "live-objects", "loriot", "thingpark", "tts-v3")
} | {"milesight-gateway-http": "milesight-gateway"}
EVENTS = {
    "docs_ack": "ack",
    "docs_join": "join",
    "docs_location": "location",
    "docs_log": "log",
    "vicki_ack": "ack",
    "docs_downlink_ack": "ack",
    "docs_downlink_failed": "downlink",
    "docs_join_accept": "join",
}

THEIR_TIME = {
    "milesight-gateway-http",  # it repairs 2020-0327T by code for this one mistake
    "tts-v3",  # some of its converters take the application server's time, which is up to a second later
}
"""Where the other platform takes another time than we do."""


def servers() -> Path:
    return samples() / "network-servers"


def messages() -> Iterator[Path]:
    yield from sorted(servers().glob("*/*.event.json"))


def heard(path: Path) -> Uplink | Event:
    (found,) = ENVELOPES[CODECS[path.parent.name]](Message("t", path.read_bytes(), 0), {})
    return found


def uplinks() -> Iterator[tuple[Path, Uplink]]:
    for path in messages():
        found = heard(path)
        if isinstance(found, Uplink):
            yield path, found


def said(path: Path) -> tuple[str, int, int, bytes]:
    """EUI, port, counter, payload: an independent small reading, by the README's words."""
    message: dict[str, Any] = json.loads(path.read_bytes())
    message = message.get("result", message)
    match path.parent.name:
        case "chirpstack-v4":
            eui = message["deviceInfo"]["devEui"]
            port, counter, payload = message["fPort"], message.get("fCnt", 0), base64.b64decode(message["data"])
        case "chirpstack-v3":
            eui = base64.b64decode(message["devEUI"]).hex()
            port, counter, payload = message["fPort"], message["fCnt"], base64.b64decode(message["data"])
        case "milesight-gateway-http":
            eui = message["devEUI"]
            port, counter, payload = message["fPort"], message["fCnt"], base64.b64decode(message["data"])
        case "tts-v3":
            eui, up = message["end_device_ids"]["dev_eui"], message["uplink_message"]
            port, counter, payload = up.get("f_port", 0), up.get("f_cnt", 0), base64.b64decode(up["frm_payload"])
        case "thingpark":
            up = message["DevEUI_uplink"]
            eui, port, counter, payload = up["DevEUI"], up["FPort"], up["FCntUp"], bytes.fromhex(up["payload_hex"])
        case "loriot":
            eui, port, counter = message["EUI"], message["port"], message["fcnt"]
            payload = bytes.fromhex(message["data"])
        case "live-objects":
            lora = message["metadata"]["network"]["lora"]
            eui, port, counter = lora["devEUI"], lora["port"], lora["fcnt"]
            payload = bytes.fromhex(message["value"]["payload"])
        case other:
            raise AssertionError(other)
    return eui.lower(), int(port), int(counter), payload


def ms(text: str) -> int:
    whole, _, rest = text.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(f"{whole}+00:00").timestamp()) * 1000 + int(rest[:3] or 0)


def test_every_real_message_is_an_uplink_or_the_event_it_is_named_for() -> None:
    found = 0
    for path in messages():
        name = path.name.removesuffix(".event.json")
        one = heard(path)
        if name == "docs_status":
            assert isinstance(one, Uplink)
        elif name in EVENTS:
            assert isinstance(one, Event), path
            assert one.kind == EVENTS[name], path
        else:
            assert isinstance(one, Uplink), path
        found += 1
    assert found >= 80


def test_every_real_uplink_keeps_its_eui_port_counter_and_payload() -> None:
    for path, uplink in uplinks():
        if path.name != "docs_status.event.json":
            assert (uplink.address, uplink.port, uplink.counter, uplink.payload) == said(path), path


def test_what_was_written_down_by_hand_is_found() -> None:
    checked = 0
    for path, uplink in uplinks():
        reference = path.with_name(path.name.replace(".event.", ".expected."))
        if not reference.exists():
            continue
        expected = json.loads(reference.read_bytes())
        assert uplink.address == expected["dev_eui"], path
        assert uplink.time == ms(expected["time"]), path
        assert (uplink.port, uplink.counter) == (expected["f_port"], expected["f_cnt"]), path
        if "payload_hex" in expected:
            assert uplink.payload == bytes.fromhex(expected["payload_hex"]), path
        if "decoded" in expected:
            assert uplink.fields is not None
            assert uplink.fields.keys() == expected["decoded"].keys(), path
        for key, quantity in {
            "rssi": "rssi",
            "snr": "snr",
            "sf": "spreading_factor",
            "gateway_count": "gateways",
        }.items():
            if key in expected:
                assert uplink.health[quantity] == expected[key], path
        checked += 1
    assert checked >= 5


def test_the_time_and_the_radio_are_those_of_the_other_platform() -> None:
    """Its converters were tested with the same messages; where they cannot agree, the reason is here."""
    checked = 0
    for path, uplink in uplinks():
        reference = path.with_name(path.name.replace(".event.", ".expected-thingsboard."))
        if not reference.exists():
            continue
        document = json.loads(reference.read_bytes())
        document = document[0] if isinstance(document, list) else document
        telemetry = document["telemetry"]
        point = telemetry[0] if isinstance(telemetry, list) else telemetry
        if isinstance(point.get("ts"), int) and path.parent.name not in THEIR_TIME:
            assert uplink.time == point["ts"], path
        for theirs, ours in {
            "lora_rssi": "rssi",
            "lora_snr": "snr",
            "lora_spreading_factor": "spreading_factor",
        }.items():
            if theirs in point["values"] and uplink.health.get("gateways", 1) == 1:  # of several, it takes the first
                assert uplink.health[ours] == point["values"][theirs], path
        checked += 1
    assert checked >= 70


def test_the_things_stack_tells_when_its_network_server_heard_it() -> None:
    found = heard(servers() / "tts-v3" / "elsys_ers2_co2_1.event.json")
    assert isinstance(found, Uplink)
    assert found.time == ms("2023-05-19T05:33:35.641841782Z")


def test_the_servers_own_object_is_kept_with_its_zeros() -> None:
    found = heard(servers() / "chirpstack-v4" / "skimmer_soil_with_object.event.json")
    assert isinstance(found, Uplink)
    assert found.fields == {"soilconductivity": 0, "soiltemperature": -0.1, "volt": 3.318, "soilmoisture": 0}


def test_a_status_is_an_uplink_of_its_battery_alone() -> None:
    found = heard(servers() / "chirpstack-v4" / "docs_status.event.json")
    assert isinstance(found, Uplink)
    assert found.health == {"battery_level": 88.3}
    assert (found.payload, found.fields, found.counter) == (None, None, None)


def test_trap_13_a_published_sample_that_is_no_json_is_refused_with_its_place() -> None:
    path = servers() / "tts-v3" / "docs_uplink_INVALID-JSON-as-published.txt"
    with pytest.raises(DecodeError, match=r"payload: not JSON: .* line 79 column 5"):
        ENVELOPES["tts-v3"](Message("t", path.read_bytes(), 0), {})
