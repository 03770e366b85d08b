"""Every network server says the same uplink in its own words. The messages of tests/data/envelopes are made up.

The traps are those that real messages hold; their numbers are those of the list beside the reference samples.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs import source_codecs
from ingest.codecs.envelopes import ENVELOPES
from ingest.codecs.uplink import Event, Uplink

FOLDER = Path(__file__).parent.parent / "data" / "envelopes"
EUI = "70b3d5e75e0a1b2c"
HEARD_AT = 1_795_468_445_123
"""2026-11-23T21:14:05.123Z, ms."""
PAYLOAD = bytes.fromhex("016700e2")
DECODED = {"temperature": 22.6, "frost": False}
RADIO = {"rssi": -97, "snr": 7.25, "spreading_factor": 8}
SAYS = {
    "chirpstack-v4_up": Uplink(EUI, HEARD_AT, 2, 0, PAYLOAD, DECODED, RADIO | {"gateways": 3}),
    "chirpstack-v3_up": Uplink(EUI, HEARD_AT, 2, 7, PAYLOAD, DECODED, RADIO | {"gateways": 2}),
    "tts-v3_up": Uplink(EUI, HEARD_AT, 2, 0, PAYLOAD, DECODED, RADIO | {"gateways": 2, "battery_level": 88.25}),
    "live-objects_up": Uplink(EUI, HEARD_AT, 2, 7, PAYLOAD, DECODED, RADIO | {"gateways": 2}),
    "thingpark_up": Uplink(EUI, HEARD_AT, 2, 7, PAYLOAD, DECODED, RADIO | {"gateways": 10}),
    "loriot_rx": Uplink(EUI, HEARD_AT, 2, 7, PAYLOAD, None, RADIO | {"battery_level": 50}),
    "loriot_gw": Uplink(EUI, HEARD_AT, 2, 7, PAYLOAD, None, RADIO | {"battery_level": 50, "gateways": 2}),
    "milesight-gateway_up": Uplink(EUI, HEARD_AT, 2, 7, PAYLOAD, None, RADIO | {"gateways": 1}),
}
RADIO_LISTS = {
    "chirpstack-v4_up": ("rxInfo",),
    "chirpstack-v3_up": ("rxInfo",),
    "tts-v3_up": ("uplink_message", "rx_metadata"),
    "thingpark_up": ("DevEUI_uplink", "Lrrs", "Lrr"),
    "loriot_gw": ("gws",),
    "milesight-gateway_up": ("rxInfo",),
}


def sample(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return document


def codec(name: str) -> str:
    return name.partition("_")[0]


def hear(name: str, document: object, levels: Mapping[str, str] | None = None) -> list[Uplink | Event]:
    return list(ENVELOPES[codec(name)](Message("t", json.dumps(document).encode(), 0), levels or {}))


def uplink(name: str, document: object) -> Uplink:
    (found,) = hear(name, document)
    assert isinstance(found, Uplink)
    return found


def within(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        document = document[key]
    return document


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_each_server_says_the_same_uplink(path: Path) -> None:
    assert uplink(path.stem, sample(path.stem)) == SAYS[path.stem]


def test_sources_may_name_every_server() -> None:
    assert {codec(name) for name in SAYS} | {"chirpstack"} == ENVELOPES.keys()
    assert ENVELOPES.keys() <= source_codecs().keys()


@pytest.mark.parametrize("name", ["chirpstack-v4_up", "chirpstack-v3_up"])
def test_chirpstack_is_known_by_its_shape_while_a_site_migrates(name: str) -> None:
    assert hear("chirpstack", sample(name)) == [SAYS[name]]


@pytest.mark.parametrize("name", SAYS)
def test_an_array_is_as_many_messages(name: str) -> None:
    assert hear(name, [sample(name), sample(name)]) == [SAYS[name], SAYS[name]]
    assert hear(name, []) == []


# ------------------------------------------------------------------------------------------------------------- traps


@pytest.mark.parametrize("written", ["cLPV514KGyw=", "70b3d5e75e0a1b2c", "70B3D5E75E0A1B2C", "70-B3-D5-E7-5E-0A-1B-2C"])
def test_trap_1_a_chirpstack_v3_eui_is_base64_or_hex(written: str) -> None:
    assert uplink("chirpstack-v3", sample("chirpstack-v3_up") | {"devEUI": written}).address == EUI


def test_trap_1_payloads_are_base64_or_hex_by_server() -> None:
    """`abcd` can be read as either; the server decides."""
    assert uplink("chirpstack-v4", sample("chirpstack-v4_up") | {"data": "abcd"}).payload == b"\x69\xb7\x1d"
    assert uplink("loriot", sample("loriot_rx") | {"data": "abcd"}).payload == b"\xab\xcd"


def test_trap_2_absent_means_zero() -> None:
    v4, tts = sample("chirpstack-v4_up"), sample("tts-v3_up")
    assert "fCnt" not in v4
    assert "f_cnt" not in tts["uplink_message"]
    del v4["fPort"], tts["uplink_message"]["f_port"]
    for name, document in (("chirpstack-v4", v4), ("tts-v3", tts)):
        found = uplink(name, document)
        assert (found.port, found.counter) == (0, 0)


def test_trap_2_an_snr_of_zero_is_kept_also_when_the_server_leaves_it_out() -> None:
    v4, tts, loriot = sample("chirpstack-v4_up"), sample("tts-v3_up"), sample("loriot_rx")
    v4["rxInfo"] = [{"gatewayId": "aa555a0000000101", "rssi": -97}]
    tts["uplink_message"]["rx_metadata"] = [{"gateway_ids": {"gateway_id": "moulins-1"}, "rssi": -97}]
    assert uplink("chirpstack-v4", v4).health["snr"] == 0
    assert uplink("tts-v3", tts).health["snr"] == 0
    assert uplink("loriot", loriot | {"snr": 0.0}).health["snr"] == 0


def test_an_snr_is_not_made_up_for_a_modulation_that_has_none() -> None:
    v4 = sample("chirpstack-v4_up")
    v4["rxInfo"] = [{"gatewayId": "aa555a0000000101", "rssi": -97}]
    v4["txInfo"] = {"modulation": {"fsk": {"datarate": 50000}}}
    assert uplink("chirpstack-v4", v4).health == {"rssi": -97, "gateways": 1}


@pytest.mark.parametrize("name", RADIO_LISTS)
def test_trap_3_the_order_of_the_gateways_changes_nothing(name: str) -> None:
    document = sample(name)
    *path, last = RADIO_LISTS[name]
    within(document, *path)[last].reverse()
    assert uplink(name, document) == SAYS[name]


def test_trap_3_loriots_two_messages_of_a_frame_have_one_time_counter_and_payload() -> None:
    rx, gw = SAYS["loriot_rx"], SAYS["loriot_gw"]
    assert rx[:5] == gw[:5]


def test_trap_3_of_equal_snr_the_stronger_gateway_is_the_best_and_the_count_is_said_apart() -> None:
    assert SAYS["thingpark_up"].health["rssi"] == -97
    assert len(sample("thingpark_up")["DevEUI_uplink"]["Lrrs"]["Lrr"]) == 3
    assert SAYS["thingpark_up"].health["gateways"] == 10


def test_trap_4_a_malformed_time_is_passed_over() -> None:
    document = sample("milesight-gateway_up") | {"time": "2026-1123T21:14:05.123Z"}
    assert uplink("milesight-gateway", document).time is None
    assert uplink("milesight-gateway", document | {"gatewayTime": "2026-11-23T21:14:05.123Z"}).time == HEARD_AT


@pytest.mark.parametrize(
    "wrong", [None, "", "2026-11-31T00:00:00Z", "0001-01-01T00:00:00Z", 5.01, True, {}, "x" * 9999]
)
@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("chirpstack-v4", [("time",), ("rxInfo", 0, "nsTime"), ("rxInfo", 0, "gwTime")]),
        ("chirpstack-v3", [("publishedAt",), ("rxInfo", 0, "time")]),
        (
            "tts-v3",
            [
                ("uplink_message", "received_at"),
                ("received_at",),
                ("uplink_message", "rx_metadata", 0, "received_at"),
                ("uplink_message", "rx_metadata", 0, "time"),
                ("uplink_message", "settings", "time"),
            ],
        ),
        ("live-objects", [("timestamp",), ("created",)]),
        ("thingpark", [("DevEUI_uplink", "Time")]),
        ("milesight-gateway", [("time",), ("gatewayTime",), ("publishedAt",), ("rxInfo", 0, "time")]),
    ],
)
def test_trap_4_each_server_has_its_order_of_times(name: str, order: list[tuple[Any, ...]], wrong: object) -> None:
    document: Any = sample(f"{name}_up")
    for minute, place in enumerate(order):
        put(document, place, f"2026-11-23T21:{minute:02}:00Z")
    start = HEARD_AT - 14 * 60_000 - 5_123
    for minute, place in enumerate(order):
        assert uplink(name, document).time == start + minute * 60_000
        put(document, place, wrong)
    assert uplink(name, document).time is None


def test_trap_4_loriot_tells_milliseconds_and_then_its_gateways_do() -> None:
    document = sample("loriot_gw")
    assert uplink("loriot", document | {"ts": str(HEARD_AT)}).time == HEARD_AT
    del document["ts"], document["gws"][0]["ts"]
    assert uplink("loriot", document).time == HEARD_AT - 4
    assert uplink("loriot", document | {"gws": None, "ts": 5.01}).time is None


def put(document: Any, place: tuple[Any, ...], value: object) -> None:
    for key in place[:-1]:
        document = document[key]
    document[place[-1]] = value


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-23T21:14:05.123999999Z", HEARD_AT),
        ("2026-11-23t21:14:05,123z", HEARD_AT),
        ("2026-11-23T22:14:05.123+01:00", HEARD_AT),
        ("2026-11-23T22:14:05.123+0100", HEARD_AT),
        ("2026-11-23T21:14:05.123", HEARD_AT),
        ("2026-11-23T21:14:05Z", HEARD_AT - 123),
    ],
)
def test_trap_4_nanoseconds_and_missing_zones_are_understood(written: str, time: int) -> None:
    assert uplink("chirpstack-v4", sample("chirpstack-v4_up") | {"time": written}).time == time


@pytest.mark.parametrize(
    ("name", "place"), [("thingpark", ("DevEUI_uplink", "Time")), ("milesight-gateway", ("time",))]
)
def test_trap_4_a_time_without_zone_is_none_where_local_time_may_be_meant(name: str, place: tuple[str, ...]) -> None:
    document = sample(f"{name}_up")
    put(document, place, "2026-11-23T21:14:05.123")
    assert uplink(name, document).time is None


def test_trap_4_the_counter_named_timestamp_is_never_a_date() -> None:
    document = sample("tts-v3_up")
    up = document["uplink_message"]
    del document["received_at"], up["received_at"], up["settings"]["time"], up["rx_metadata"][0]["time"]
    assert uplink("tts-v3", document).time is None


def test_trap_7_numbers_may_be_text_also_with_a_decimal_comma() -> None:
    document = sample("thingpark_up")["DevEUI_uplink"]
    assert document["FCntUp"] == "7"
    assert document["LrrSNR"] == "4,500000"
    assert uplink("thingpark", sample("thingpark_up")) == SAYS["thingpark_up"]


@pytest.mark.parametrize("absent", [{"objectJSON": ""}, {"objectJSON": None}, {"objectJSON": "null"}, {"object": None}])
def test_trap_8_what_is_empty_or_null_is_no_object(absent: dict[str, Any]) -> None:
    document = sample("chirpstack-v3_up")
    del document["objectJSON"]
    assert uplink("chirpstack-v3", document | absent).fields is None


def test_trap_8_empty_positions_and_lists_of_null_are_nothing() -> None:
    document = sample("chirpstack-v4_up") | {"rxInfo": [None, {"gatewayId": None, "location": {}}], "object": None}
    found = uplink("chirpstack-v4", document)
    assert found.fields is None
    assert found.health == {"gateways": 1, "spreading_factor": 8}


@pytest.mark.parametrize("name", SAYS)
def test_trap_9_a_position_of_gateway_or_network_is_never_the_sensors(name: str) -> None:
    found = uplink(name, sample(name))
    assert found.fields in (DECODED, None)
    assert found.health.keys() <= {"rssi", "snr", "gateways", "spreading_factor", "battery_level"}


@pytest.mark.parametrize("payload", [b"", b"{", b'{"a": 1 "b": 2}', b"\xff\xfe", b"\x0a\x10\x01", b"[" * 100_000])
@pytest.mark.parametrize("name", ENVELOPES)
def test_trap_13_what_is_no_json_is_refused_with_its_place(name: str, payload: bytes) -> None:
    with pytest.raises(DecodeError, match=r"^payload: not JSON: .+ at line \d+ column \d+( \(.+\))?$"):
        ENVELOPES[name](Message("t", payload, 0), {})


def test_a_server_that_publishes_protobuf_is_told_to_write_json() -> None:
    with pytest.raises(DecodeError, match="is the server set to protobuf"):
        ENVELOPES["chirpstack"](Message("t", b"\x0a\x24" + PAYLOAD, 0), {"event": "up"})


# ------------------------------------------------------------------------------------------------------------ events


@pytest.mark.parametrize(
    "kind", ["join", "ack", "txack", "status", "log", "location", "integration", "error", "not-invented-yet"]
)
@pytest.mark.parametrize("name", ["chirpstack", "chirpstack-v4", "chirpstack-v3"])
def test_the_topic_tells_an_event_whatever_it_holds(name: str, kind: str) -> None:
    expected = {"error": "log", "not-invented-yet": "unknown"}.get(kind, kind)
    for document in ({}, {"devEUI": 4, "deviceInfo": [1]}, {"data": "?"}):
        assert hear(name, document, {"event": kind}) == [Event(expected)]


@pytest.mark.parametrize(
    ("name", "document", "kind"),
    [
        ("chirpstack-v4", {"devAddr": "00189440"}, "join"),
        ("chirpstack-v4", {"queueItemId": "x", "fCntDown": 3}, "ack"),
        ("chirpstack-v4", {"downlinkId": 1, "queueItemId": "x", "fCntDown": 3, "txInfo": {}}, "txack"),
        ("chirpstack-v4", {"level": "ERROR", "code": "UPLINK_MIC"}, "log"),
        ("chirpstack-v4", {"location": {"latitude": 46.1}}, "location"),
        ("chirpstack-v4", {"integrationName": "loracloud", "object": {}}, "integration"),
        ("chirpstack-v4", {"margin": 10, "externalPowerSource": True}, "status"),
        ("chirpstack-v3", {"devAddr": "AUIKYQ==", "rxInfo": [], "dr": 5}, "join"),
        ("chirpstack-v3", {"acknowledged": True, "fCnt": 3}, "ack"),
        ("chirpstack-v3", {"gatewayID": "qlVaAAAAAQE=", "fCnt": 3}, "txack"),
        ("chirpstack-v3", {"type": "UPLINK_MIC", "error": "invalid MIC", "fCnt": 3}, "log"),
        ("milesight-gateway", {"acknowledged": True, "fCnt": 3}, "ack"),
        ("tts-v3", {"join_accept": {}}, "join"),
        ("tts-v3", {"downlink_nack": {}}, "nack"),
        ("tts-v3", {"downlink_queued": {}}, "downlink"),
        ("tts-v3", {"location_solved": {}}, "location"),
        ("tts-v3", {"uplink_normalized": {"f_port": 4}}, "normalized"),
        ("tts-v3", {"simulated": True, "uplink_message": {"f_port": 4}}, "simulated"),
        ("thingpark", {"DevEUI_downlink_Sent": {"DevEUI": "70B3D5E75E0A1B2C"}}, "txack"),
        ("milesight-gateway", {"status": "offline", "devAddr": "07812782"}, "status"),
        ("thingpark", {"DevEUI_uplink": {"DevEUI": "70B3D5E75E0A1B2C", "MType": 0, "rawJoinRequest": "00"}}, "join"),
        ("thingpark", {"DevEUI": "70B3D5E75E0A1B2C", "rawJoinRequest": "00"}, "join"),
        ("thingpark", {"DevEUI_location": {"DevEUI": 4}}, "location"),
        ("thingpark", {"DevEUI_notification": {"Type": "join"}}, "join"),
        ("loriot", {"cmd": "txd"}, "txack"),
        ("loriot", {"cmd": "new"}, "unknown"),
        ("live-objects", {"metadata": {"network": {"lora": {"messageType": "JOIN_REQUEST"}}}}, "join"),
        ("live-objects", {"metadata": {"network": {"lora": {"messageType": "CONFIRMED_DATA_DOWN"}}}}, "downlink"),
        ("live-objects", {"type": "new"}, "unknown"),
    ],
)
def test_the_shape_tells_an_event_where_the_topic_does_not(name: str, document: dict[str, Any], kind: str) -> None:
    if name == "chirpstack-v4":
        document = {"deviceInfo": {"devEui": EUI}} | document
    elif name in ("chirpstack-v3", "milesight-gateway"):
        document = {"devEUI": EUI} | document
    (found,) = hear(name, document)
    assert isinstance(found, Event)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("chirpstack-v4", {"deviceInfo": {"devEui": EUI}, "time": "2026-11-23T21:14:05.123Z"}),
        (
            "chirpstack-v3",
            {"devEUI": b64encode(bytes.fromhex(EUI)).decode(), "publishedAt": "2026-11-23T21:14:05.123Z"},
        ),
    ],
)
def test_a_status_is_an_uplink_of_its_battery_unless_there_is_none(name: str, document: dict[str, Any]) -> None:
    status = document | {"margin": 10, "batteryLevel": "88,3"}
    assert hear(name, status) == [Uplink(EUI, HEARD_AT, health={"battery_level": 88.3})]
    for none in ({"externalPowerSource": True}, {"batteryLevelUnavailable": True}, {"batteryLevel": None}):
        assert hear(name, status | none) == [Event("status", EUI)]


@pytest.mark.parametrize(
    ("level", "percent"), [(1, 100 / 254), (254, 100), ("127", 50), (0, None), (255, None), ("?", None)]
)
def test_a_lorawan_battery_level_is_a_percentage_unless_external_or_unknown(
    level: object, percent: float | None
) -> None:
    assert uplink("loriot", sample("loriot_rx") | {"bat": level}).health.get("battery_level") == percent
    document = sample("thingpark_up")
    document["DevEUI_uplink"]["BatteryLevel"] = level
    assert uplink("thingpark", document).health.get("battery_level") == percent


@pytest.mark.parametrize(
    ("rate", "factor"), [(0, 12), (5, 7), ("3", 9), (6, None), (-1, None), (1.5, None), (None, None)]
)
def test_a_european_data_rate_tells_the_spreading_factor_where_nothing_else_does(
    rate: object, factor: int | None
) -> None:
    for name in ("chirpstack-v4", "chirpstack-v3"):
        document = sample(f"{name}_up") | {"dr": rate, "txInfo": {"frequency": 868100000}}
        assert uplink(name, document).health.get("spreading_factor") == factor


# ---------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        (
            "chirpstack-v4_up",
            ("deviceInfo", "devEui"),
            "70b3",
            "deviceInfo.devEui: expected an EUI of 16 hex digits, found '70b3'",
        ),
        (
            "chirpstack-v4_up",
            ("deviceInfo", "devEui"),
            None,
            "deviceInfo.devEui: expected an EUI of 16 hex digits, found null",
        ),
        ("chirpstack-v4_up", ("fCnt",), 1.5, "fCnt: expected a whole number from 0 to 4294967295, found 1.5"),
        ("chirpstack-v4_up", ("fPort",), 256, "fPort: expected a whole number from 0 to 255, found 256"),
        ("chirpstack-v4_up", ("data",), "AWcA4g", "data: expected base64, found 'AWcA4g'"),
        ("chirpstack-v4_up", ("object",), [1], "object: expected an object, found [1]"),
        ("chirpstack-v3_up", ("devEUI",), 7, "devEUI: expected text, found 7"),
        (
            "chirpstack-v3_up",
            ("devEUI",),
            "AWcA4g==",
            "devEUI: expected an EUI, 16 hex digits or 12 characters of base64",
        ),
        ("chirpstack-v3_up", ("objectJSON",), "{", "objectJSON: not JSON: "),
        ("chirpstack-v3_up", ("objectJSON",), "[1]", "objectJSON: expected an object, found [1]"),
        ("tts-v3_up", ("end_device_ids",), "x", "end_device_ids: expected an object, found 'x'"),
        ("tts-v3_up", ("uplink_message", "f_cnt"), True, "uplink_message.f_cnt: expected a whole number"),
        ("live-objects_up", ("value", "payload"), "0g", "value.payload: expected pairs of hex digits, found '0g'"),
        ("thingpark_up", ("DevEUI_uplink", "FCntUp"), "-1", "DevEUI_uplink.FCntUp: expected a whole number"),
        ("loriot_rx", ("EUI",), None, "EUI: expected an EUI of 16 hex digits, found null"),
        ("milesight-gateway_up", ("fPort",), {"a": 1}, "fPort: expected a whole number from 0 to 255, found {'a': 1}"),
    ],
)
def test_a_refusal_says_which_key_and_what_was_found(
    name: str, place: tuple[str, ...], value: object, words: str
) -> None:
    document = sample(name)
    put(document, place, value)
    with pytest.raises(DecodeError) as error:
        hear(name, document)
    assert str(error.value).startswith(words)
    with pytest.raises(DecodeError) as error:
        hear(name, [sample(name), document])
    assert str(error.value).startswith(f"[1].{words}")


def test_an_uplink_without_eui_is_refused_by_every_server() -> None:
    for name, eui in {
        "chirpstack-v4_up": ("deviceInfo", "devEui"),
        "chirpstack-v3_up": ("devEUI",),
        "tts-v3_up": ("end_device_ids", "dev_eui"),
        "thingpark_up": ("DevEUI_uplink", "DevEUI"),
        "loriot_rx": ("EUI",),
        "milesight-gateway_up": ("devEUI",),
    }.items():
        document = sample(name)
        del within(document, *eui[:-1])[eui[-1]]
        with pytest.raises(DecodeError, match=rf"^{'[.]'.join(eui)}: expected an EUI.*, found none$"):
            hear(name, document)


def test_live_objects_says_the_eui_three_times_and_one_is_enough() -> None:
    document = sample("live-objects_up")
    del document["metadata"]["network"]["lora"]["devEUI"], document["streamId"]
    assert uplink("live-objects", document) == SAYS["live-objects_up"]
    del document["metadata"]["source"]
    with pytest.raises(DecodeError, match=r"^metadata\.network\.lora\.devEUI: expected an EUI"):
        hear("live-objects", document)


def test_a_payload_that_loriot_cannot_decrypt_says_what_to_do() -> None:
    document = sample("loriot_rx") | {"encdata": "0badc0de"}
    del document["data"]
    with pytest.raises(DecodeError, match=f"encdata: the payload is encrypted; give LORIOT .* key of {EUI}"):
        hear("loriot", document)


def test_a_payload_that_chirpstack_or_the_things_stack_did_not_decrypt_says_what_to_do() -> None:
    v4 = sample("chirpstack-v4_up") | {"joinServerContext": {"sessionKeyId": "0a0b"}}
    with pytest.raises(DecodeError, match=f"^joinServerContext: the payload is encrypted; .* key of {EUI}$"):
        hear("chirpstack-v4", v4)
    tts = sample("tts-v3_up")
    tts["uplink_message"]["app_s_key"] = {"key": "c2VjcmV0"}
    with pytest.raises(DecodeError, match=r"^uplink_message\.app_s_key: the payload is encrypted; ") as error:
        hear("tts-v3", tts)
    assert "c2VjcmV0" not in str(error.value)
    del v4["data"], tts["uplink_message"]["frm_payload"]
    assert uplink("chirpstack-v4", v4).payload is None
    assert uplink("tts-v3", tts).payload is None


def test_a_device_of_the_things_stack_without_deveui_is_called_what_the_topic_calls_it() -> None:
    document = sample("tts-v3_up")
    levels = {"application": "allier", "device": "regard-12"}
    assert hear("tts-v3", document, levels) == [SAYS["tts-v3_up"]]
    del document["end_device_ids"]["dev_eui"]
    assert hear("tts-v3", document, levels) == [SAYS["tts-v3_up"]._replace(address="regard-12")]


def test_thingparks_older_flows_leave_the_outer_key_out() -> None:
    assert hear("thingpark", sample("thingpark_up")["DevEUI_uplink"]) == [SAYS["thingpark_up"]]


def test_a_gateway_that_says_nonsense_costs_no_reading() -> None:
    document = sample("chirpstack-v4_up") | {
        "rxInfo": [7, {"rssi": "loud", "snr": [], "gatewayId": {}}],
        "txInfo": "x",
        "dr": {},
    }
    assert uplink("chirpstack-v4", document) == SAYS["chirpstack-v4_up"]._replace(health={"gateways": 1})
