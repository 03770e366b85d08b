"""Shelly: plain topics in watt-minutes, notifications whose clock may not be set, affairs that measure nothing."""

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
from ingest.codecs.shelly import decode
from ingest.codecs.uplink import Event, Measured, Uplink

OWN = Path(__file__).parent.parent / "data" / "formats" / "shelly.ndjson"


def heard(topic: str, payload: Any) -> Uplink | Event:
    device, _, path = topic.removeprefix("shellies/").partition("/")
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    (one,) = decode(Message(topic, raw, 1), {"device": device, "path": path})
    return one


def lines(path: Path) -> list[Uplink | Event]:
    samples = map(json.loads, path.read_text().splitlines())
    return [
        heard(one["topic"], one["payload"].encode() if isinstance(one["payload"], str) else one["payload"])
        for one in samples
    ]


def test_our_notifications_give_states_time_and_health() -> None:
    plug, probe = lines(OWN)
    assert isinstance(plug, Uplink)
    assert (plug.address, plug.time) == ("shellyplus1pm-a0b1c2d3e4f5", 1768207200250)
    fields = [Field("switch:0.apower", "active_power", "W"), Field("switch:0.aenergy.total", "energy", "W.h")]
    assert read_fields(plug.fields or {}, fields)[0] == {"switch:0.apower": 61.5, "switch:0.aenergy.total": 12.345}
    assert isinstance(probe, Uplink)
    assert probe.health == {"rssi": -61.0, "battery_level": 78.0, "battery_voltage": 5.62}
    assert probe.time is None


def test_trap_4_seconds_since_the_start_and_null_are_no_time() -> None:
    first, *_ = lines(samples() / "mqtt-devices" / "shelly" / "plus1pm_full_status.ndjson")
    assert isinstance(first, Uplink)
    assert first.time is None
    assert first.health == {"rssi": -37.0}
    fields = [Field(f"switch:0.{name}", name, unit) for name, unit in (("apower", "W"), ("voltage", "V"))]
    assert read_fields(first.fields or {}, fields) == ({"switch:0.apower": 0.0, "switch:0.voltage": 119.1}, [])


def test_the_reference_samples_without_measurement_are_events() -> None:
    _, output, cloud, online = lines(samples() / "mqtt-devices" / "shelly" / "plus1pm_full_status.ndjson")
    assert isinstance(output, Uplink)
    assert output.time == 1736603810490
    assert cloud == Event("status", "shellyplus1-08b61fd90730")
    assert online == Event("online", "shellyplus1-08b61fd90730")


def test_trap_6_gen1_energy_is_in_watt_minutes() -> None:
    uplink = heard("shellies/shelly1pm-1/relay/0/energy", b"60000")
    assert uplink == Uplink("shelly1pm-1", fields={"relay/0/energy": Measured(60000.0, "W.min")})
    assert isinstance(uplink, Uplink)
    field = Field("relay/0/energy", "energy", "kW.h")
    assert read_fields(uplink.fields or {}, [field])[0] == pytest.approx({"relay/0/energy": 1.0})


@pytest.mark.parametrize(
    ("path", "payload", "value"),
    [
        ("relay/0/power", b"12.30", 12.3),
        ("relay/0", b"on", "on"),
        ("input/0", b"1", 1.0),
        ("emeter/1/total", b"1234.5", Measured(1234.5, "W.h")),
        ("emeter/1/returned_energy", b"7", Measured(7.0, "W.min")),
        ("temperature_f", b"68.0", Measured(68.0, "[degF]")),
        ("ext_temperature/0", b"-3.5", -3.5),
        ("relay/0/energy", b"overpower", "overpower"),
    ],
)
def test_gen1_says_one_value_per_topic(path: str, payload: bytes, value: object) -> None:
    assert heard(f"shellies/one/{path}", payload) == Uplink("one", fields={path: value})


def test_gen1_battery_is_health() -> None:
    uplink = heard("shellies/shellyht-1/sensor/battery", b"87")
    assert uplink == Uplink("shellyht-1", fields={"sensor/battery": 87.0}, health={"battery_level": 87.0})


@pytest.mark.parametrize(
    ("topic", "payload", "kind"),
    [
        ("shellies/one/online", b"true", "online"),
        ("shellies/one/announce", b'{"id":"one"}', "announce"),
        ("shellies/one/info", b"{}", "info"),
        ("shellies/one/relay/0/command", b"on", "command"),
        ("shellies/one/input_event/0", b'{"event":"S"}', "input_event"),
        ("one/rpc", b'{"id":1,"method":"Shelly.GetStatus"}', "rpc"),
        ("one/events/rpc", b'{"src":"one","method":"NotifyEvent","params":{"ts":1}}', "event"),
        ("one/events/rpc", b'{"src":"one","id":1,"result":{}}', "rpc"),
        ("one/status/sys", b'{"time":null,"unixtime":null}', "status"),
    ],
)
def test_what_measures_nothing_is_an_event(topic: str, payload: bytes, kind: str) -> None:
    assert heard(topic, payload) == Event(kind, "one")


def test_gen2_component_states_have_the_fields_of_notifications() -> None:
    uplink = heard("one/status/switch:0", {"id": 0, "apower": 3.5})
    assert uplink == Uplink("one", fields={"switch:0": {"id": 0, "apower": 3.5}})


@pytest.mark.parametrize("method", [["NotifyStatus"], {"a": 1}, 7, None])
def test_a_method_that_is_no_text_is_an_event(method: object) -> None:
    frame = {"src": "shellyplus1pm-a0", "method": method, "params": {"switch:0": {"apower": 1}}}
    assert heard("shellies/shellyplus1pm-a0/events/rpc", frame) == Event("rpc", "shellyplus1pm-a0")


def test_a_source_may_name_its_levels_as_it_likes() -> None:
    def decoded(topic: str, payload: bytes, levels: dict[str, str]) -> list[Uplink | Event]:
        return decode(Message(topic, payload, 1), levels)

    state = {"switch:0": {"apower": 3.5}}
    levels = {"device": "one", "component": "switch:0"}
    assert decoded("one/status/switch:0", b'{"apower":3.5}', levels) == [Uplink("one", fields=state)]
    notice = b'{"src":"one","method":"NotifyStatus","params":{"ts":null,"switch:0":{"apower":3.5}}}'
    assert decoded("one/events/rpc", notice, {"device": "one"}) == [Uplink("one", fields=state)]
    assert decoded("one/online", b"true", {"device": "one"}) == [Event("online", "one")]


def test_gen1_lights_and_motion_sensors_say_objects() -> None:
    light = {"ison": True, "mode": "white", "brightness": 48, "transition": 1000, "source": "mqtt", "has_timer": False}
    assert heard("shellies/one/light/0/status", light) == Uplink("one", fields={"light/0/status": light})
    motion = heard("shellies/two/status", {"motion": False, "lux": 42, "tmp": {"value": 20.5, "units": "C"}})
    assert isinstance(motion, Uplink)
    fields = [Field("status.lux", "illuminance", "lx"), Field("status.tmp.value", "air_temperature", "Cel")]
    assert read_fields(motion.fields or {}, fields)[0] == {"status.lux": 42.0, "status.tmp.value": 20.5}


@pytest.mark.parametrize(
    ("topic", "payload", "words"),
    [
        ("one/events/rpc", b"[]", "expected a JSON object"),
        ("one/events/rpc", b'{"method":"NotifyStatus"}', "NotifyStatus without params"),
        ("one/events/rpc", b'{"method":"NotifyStatus","params":{"ts":"soon"}}', "not RFC 3339"),
        ("shellies/one/relay/0/power", b"\xff", "not text at byte 0"),
        ("shellies/one/relay/0/power", b"", "a number or a word"),
        ("shellies/one/relay/0/power", b"x" * 81, "at most 80 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(topic: str, payload: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        heard(topic, payload)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(["ts", "wifi", "rssi", "a"]), one),
    max_leaves=6,
)


@given(st.sampled_from(["events/rpc", "status/wifi", "relay/0", ""]), st.binary(max_size=60), TREES)
def test_any_payload_is_read_or_refused(path: str, noise: bytes, params: object) -> None:
    for payload in (noise, json.dumps({"method": "NotifyStatus", "params": params}).encode()):
        with suppress(DecodeError):
            heard(f"one/{path}", payload)
