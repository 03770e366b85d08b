"""Tasmota: local time is no time, quality is no strength, and settings that change units are heeded."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import samples

from devices.errors import DecodeError
from devices.model import Field
from devices.reading import Message
from ingest.codecs.mapping import read_fields
from ingest.codecs.tasmota import decode
from ingest.codecs.uplink import Event, Measured, Uplink

OWN = Path(__file__).parent.parent / "data" / "formats" / "tasmota.ndjson"


def heard(topic: str, payload: Any) -> Uplink | Event:
    _, device, kind = topic.split("/")
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    (one,) = decode(Message(topic, raw, 1), {"device": device, "kind": kind})
    return one


def uplinks(path: Path) -> list[Uplink]:
    found = [heard(one["topic"], one["payload"]) for one in map(json.loads, path.read_text().splitlines())]
    assert all(isinstance(one, Uplink) for one in found)
    return [one for one in found if isinstance(one, Uplink)]


def test_our_samples_keep_digits_take_units_and_know_the_clock() -> None:
    plug, probe, state = uplinks(OWN)
    assert plug.fields == {"ENERGY": {"Total": 81.4060001, "Power": 132, "Voltage": 231}}
    assert plug.address == "mairie-prise"
    assert probe.time == 1768207200000
    assert probe.fields is not None
    assert probe.fields["BME280"] == {
        "Temperature": Measured(68.0, "[degF]"),
        "Humidity": 41.2,
        "DewPoint": Measured(43.5, "[degF]"),
        "Pressure": Measured(753.1, "mm[Hg]"),
    }
    assert state.health == {"rssi": -48.0}
    assert state.time is None, "the clock was not set"


def test_a_probe_set_to_fahrenheit_is_converted_by_the_model() -> None:
    probe = uplinks(OWN)[1]
    fields = [Field("BME280.Temperature", "t", "Cel"), Field("BME280.Pressure", "p", "hPa")]
    values, faults = read_fields(probe.fields or {}, fields)
    assert values == pytest.approx({"BME280.Temperature": 20.0, "BME280.Pressure": 1004.05}, rel=1e-5)
    assert not faults


def test_trap_4_a_time_without_zone_is_no_time() -> None:
    folder = samples() / "mqtt-devices" / "tasmota"
    for path in sorted(folder.iterdir()):
        assert [one.time for one in uplinks(path)] == [None] * len(uplinks(path))


def test_trap_6_the_strength_is_signal_and_rssi_is_a_percentage() -> None:
    state, sensor, later = uplinks(samples() / "mqtt-devices" / "tasmota" / "state_sensor_switch.ndjson")
    assert [dict(one.health) for one in (state, sensor, later)] == [{"rssi": -78.0}, {}, {"rssi": -77.0}]
    assert sensor.fields == {"Switch1": "ON"}
    assert read_fields(sensor.fields, [Field("Switch1", "door_open", "{state}")]) == ({"Switch1": 1.0}, [])


def test_the_reference_meter_keeps_its_seven_decimals() -> None:
    (meter,) = uplinks(samples() / "mqtt-devices" / "tasmota" / "sml_three_phase_meter.ndjson")
    assert meter.fields is not None
    sml = meter.fields["SML"]
    assert (sml["Verbrauch_Summe"], sml["Einspeisung_Summe"], sml["Watt_L3"]) == (3094.6729817, 8571.9683706, -59.5)


@pytest.mark.parametrize(
    ("kind", "payload", "event"),
    [
        ("LWT", b"Online", "availability"),
        ("INFO1", b'{"Info1":{}}', "info"),
        ("INFO3", b"{}", "info"),
        ("RESULT", b"{}", "result"),
        ("UPTIME", b"{}", "uptime"),
        ("1", b"", "unknown"),
    ],
)
def test_all_other_kinds_are_events(kind: str, payload: bytes, event: str) -> None:
    assert heard(f"tele/prise/{kind}", payload) == Event(event, "prise")


@given(st.sampled_from(["SENSOR", "STATE", "LWT"]), st.binary(max_size=80))
def test_any_payload_is_read_or_refused(kind: str, payload: bytes) -> None:
    with suppress(DecodeError):
        heard(f"tele/prise/{kind}", payload)


@given(st.text(max_size=30), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_object_is_read_or_refused(time: str, wifi: Any) -> None:
    with suppress(DecodeError):
        heard("tele/prise/STATE", {"Time": time, "Wifi": wifi, "TempUnit": wifi, "Temperature": wifi})
