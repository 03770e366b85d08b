"""Laws over the codecs that ship, and what they say to other people's frames.

The references are the open test data of ThingsBoard and ChirpStack (see `samples`): their numbers count, and their
names are theirs. REFERENCES says which of their names is which of ours, and which we leave out.
"""

import base64
import json
import re
from collections.abc import ItemsView, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import samples

from devices.errors import DecodeError
from devices.load import load_registry
from devices.model import Example
from devices.registry import Profile, Registry
from ingest.codecs.job import Job
from ingest.codecs.uplink import Decoded
from ingest.decoding import SCRIPT
from ingest.examples import example_profile, read_example, run_examples
from ingest.sandbox import Sandbox
from ingest.sift import Formats

CONFIG = Path(__file__).parents[2] / "config"
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted((CONFIG / "codecs").glob(f"*{SCRIPT}"))}
MODELS = sorted(path.stem for path in (CONFIG / "models").glob("*.toml") if f'{SCRIPT}"' in path.read_text("utf-8"))
LARGEST = 64 * 1024
COMMON = re.compile(
    r"^// ---- the same in every codec here.*?^// ---- end of the common part$", re.MULTILINE | re.DOTALL
)
BYTE = re.compile(r"byte \d+: ")
PORTS = (1, 2, 3, 8, 10, 11, 14, 15, 50, 60, 85, 102, 103, 106, 120, 100, 127, 190)
"""Those that some codec reads."""
STORED = b"\x20\xce"
"""How Milesight's earlier readings begin: nothing but their length says what they are."""

STATES = {
    **dict.fromkeys(("H", "ON", "HIGH", "CLOSED", "AC Power On", "Alarm", "ALARM", "Pushed"), 1.0),
    **dict.fromkeys(("L", "OFF", "LOW", "OPEN", "Normal"), 0.0),
}
RADIO = {
    "fPort",
    "confirmed",
    "fCnt",
    "dr",
    "codecVersion",
    "genericModel",
    "deviceModel",
    "productCode",
    "manufacturer",
}


class Reference(NamedTuple):
    codec: str
    names: Mapping[str, str]
    """Their name -> ours."""
    left_out: frozenset[str] = frozenset()
    """What no series is made of: texts, versions, and numbers sent for a sensor that is absent."""


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


TABS = {"battery_volt": "battery_voltage"} | same("temperature")
METER = {
    "index": "index",
    "timestamp": "clock",
    "activeEnergyImportL1T1": "active_energy_import_t1",
    "activeEnergyImportL1T2": "active_energy_import_t2",
    "activeEnergyImportL123T1": "active_energy_import_t1",
    "activeEnergyImportL123T2": "active_energy_import_t2",
    "modbusErrorCode": "modbus_error",
    **{f"voltageL{phase}N": f"voltage_l{phase}" for phase in (1, 2, 3)},
    **{f"currentL{phase}": f"current_l{phase}" for phase in (1, 2, 3)},
    **{f"activePowerL{phase}": f"active_power_l{phase}" for phase in (1, 2, 3)},
    "frequency": "frequency",
    "totalSystemActivePower": "active_power_total",
    "totalSystemReactivePower": "reactive_power_total",
    "relayStatus": "relay_closed",
    "digitalInputStatus": "input_closed",
    "powerEvent": "mains_power",
    "currentLimitFallback": "current_limit",
    "voltageLimitFallback": "voltage_limit",
    "primaryCurrentTransformerRatio": "transformer_primary",
    "secondaryCurrentTransformerRatio": "transformer_secondary",
    "relaySwitchOffTime": "relay_off_clock",
    "currentWhenRelaySwitchingOff": "relay_off_current",
}
METER_TEXTS = frozenset(
    {"info", "warning", "relaySwitchingOffReason", "relayEnableReason", "resetAmountStatus", "hardwareVersion"}
    | {"firmwareVersion", "deviceSerialNumber", "deviceClass"}
)


def contact(subject: str, theirs: str) -> dict[str, str]:
    counted = {f"{theirs}_TIMES": f"{subject}_count", f"LAST_{theirs}_DURATION": f"{subject}_minutes"}
    return {"BAT_V": "battery_voltage", "MOD": "mode", "ALARM": "alarm", f"{theirs}_STATUS": subject} | counted


EVENTS = {
    "decentlab_dl-itst": Reference(
        "decentlab_dl_itst.js", same("temperature_target", "temperature_head", "battery_voltage")
    ),
    "decentlab_dl-mbx": Reference(
        "decentlab_dl_mbx.js", same("distance", "number_of_valid_samples", "battery_voltage")
    ),
    "decentlab_dl-pr26": Reference("decentlab_dl_pr26_1bar.js", same("pressure", "temperature", "battery_voltage")),
    "elsys_ers2_co2": Reference("elsys.js", same("temperature", "humidity", "light", "co2", "vdd") | {"pir": "motion"}),
    "milesight_em300-th": Reference(
        "milesight.js", {"battery": "battery", "temperature": "temperature_3", "humidity": "humidity_4"}
    ),
    "milesight_ws302": Reference(
        "milesight.js", {"battery": "battery", "LAF": "la_5", "LAeq": "laeq_5", "LAFmax": "lamax_5"}
    ),
    "nwave_g4_nps_sm": Reference(
        "nwave_g4.js",
        same("occupied", "previous_state_duration", "previous_state_duration_overflow", "hw_health_status")
        | same("temperature"),
        # ThingsBoard takes the byte of the battery for a signed one: 2.32 V, where Nwave's own example says 3.344 V.
        frozenset(
            {
                "battery_voltage",
                "type",
                "previous_state_duration_error",
                "battery_health",
                "reset_cause",
                "firmware_version",
            }
        ),
    ),
    "tektelic_comfort": Reference(
        "tektelic_comfort.js", same("ambient_temperature", "relative_humidity", "battery_voltage")
    ),
    "yobiiq_em2101": Reference("yobiiq.js", METER, METER_TEXTS),
}
"""Beginning of the name of an event's file -> what it is."""

VECTORS = {
    "browan/test_decode_merryiot-cd10.json": Reference(
        "browan.js",
        TABS | same("humidity", "button") | {"trigger": "triggered", "co2threshold": "co2_high", "co2_ppm": "co2"},
        frozenset({"co2calibration"}),
    ),
    "browan/test_decode_merryiot-dw10.json": Reference(
        "browan.js", TABS | same("open", "button", "tamper", "tilt", "count") | {"humi": "humidity", "time": "minutes"}
    ),
    "browan/test_decode_tabs-tbhh100.json": Reference(
        "browan.js", TABS | same("humidity"), frozenset({"thh_type", "CO2", "VOC"})
    ),
    "browan/test_decode_tabs-tbms100.json": Reference(
        "browan.js", TABS | {"mot_motionst": "motion", "mot_times": "motion_minutes"}, frozenset({"mot_counts"})
    ),
    "dragino/test_decode_ldds75.json": Reference(
        "dragino_ldds75.js",
        {"Bat": "battery_voltage", "Distance": "distance", "Interrupt_flag": "interrupt"}
        | {"TempC_DS18B20": "probe_temperature", "Sensor_flag": "sensor_found"},
    ),
    "dragino/test_decode_lds02.json": Reference(
        "dragino_door_leak.js", contact("door_open", "DOOR_OPEN"), frozenset({"Node_type"})
    ),
    "dragino/test_decode_lwl02.json": Reference(
        "dragino_door_leak.js", contact("water_leak", "WATER_LEAK"), frozenset({"Node_type"})
    ),
    "dragino/test_decode_lht65n.json": Reference(
        "dragino_lht65n.js",
        {"BatV": "battery_voltage", "Bat_status": "battery_status", "TempC_SHT": "temperature", "Hum_SHT": "humidity"},
        frozenset({"Ext_sensor", "TempC_DS"}),
    ),
    "dragino/test_decode_lt-22222-l.json": Reference(
        "dragino_lt22222l.js",
        {f"AVI{one}_V": f"voltage_{one}" for one in (1, 2)}
        | {f"ACI{one}_mA": f"current_{one}" for one in (1, 2)}
        | {
            f"{theirs}{one}_status": f"{ours}_{one}"
            for theirs, ours in (("DO", "output"), ("RO", "relay"))
            for one in (1, 2)
        }
        | {f"DI{one}_status": f"input_{one}" for one in (1, 2)},
        frozenset({"Hardware_mode", "Work_mode"}),
    ),
    "yobiiq/test_decode_em2101.json": Reference("yobiiq.js", METER, METER_TEXTS),
    "yobiiq/test_decode_em4301.json": Reference("yobiiq.js", METER, METER_TEXTS),
    "yobiiq/test_decode_sd1001.json": Reference(
        "yobiiq.js",
        {"batteryLevelInPercentage": "battery", "powerEvent": "mains_power", "lowBatteryAlarm": "battery_low"}
        | {"faultAlarm": "fault", "smokeAlarm": "smoke", "interconnectAlarm": "interconnect"}
        | {"testButtonPressed": "test_button"},
        METER_TEXTS,
    ),
}
UNCLAIMED = {"browan/test_decode_browan-industrial-tracker.json", "yobiiq/test_decode_dsmr.json"}
"""A tracker of positions; a reader of the Dutch and Luxembourg meters."""


REFUSED = [
    ("elsys.js", 5, "0100e2ff", "byte 3: type 255 is not known"),
    ("milesight.js", 85, "017564b36700046871", "byte 3: type 103 of channel 179 is not known"),
    ("milesight.js", 85, "20ce9e744663", "byte 0: earlier readings of 6 bytes: of no model that is known"),
    ("milesight.js", 85, "055b073f02da016a02", "byte 2: weighting 7 is not known"),
    ("decentlab_dl_itst.js", 1, "0102d900020c54", "byte 0: version 1 of the protocol, 2 expected"),
    ("decentlab_dl_itst.js", 1, "0202d900060c540c54", "byte 3: flags 6 name a sensor that this model has not"),
    ("decentlab_dl_itst.js", 1, "0202d900020c5400", "byte 7: longer than expected, bytes left: 1"),
    ("dragino_lse01.js", 2, "0d38000000000bc30000", "byte 10: flags: bytes expected: 1, left: 0"),
    ("yobiiq.js", 1, "0109000000", "byte 0: kind 9 is not known on port 1"),
    ("adeunis.js", 1, "4c0400c51f", "byte 2: date: bytes expected: 4, left: 3"),
    ("parametric_tcr.js", 15, "be0107", "byte 0: not a payload of a TCR"),
    ("browan.js", 100, "00", "byte 0: port 100 is not known"),
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SOURCES, time_limit=1.0) as opened:
        yield opened


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(CONFIG)


def test_at_least_thirty_models_of_real_devices_ship_with_our_own_codecs() -> None:
    assert len(MODELS) >= 30


def test_every_codec_can_be_called(sandbox: Sandbox) -> None:
    assert {name: str(text) for name, text in sandbox.check().items()} == {}


@pytest.mark.parametrize("name", SOURCES)
def test_a_codec_is_small_names_its_format_and_keeps_nothing_between_messages(name: str) -> None:
    source = SOURCES[name]
    head = source.partition("\n\n")[0]
    assert len(source.encode()) <= LARGEST
    assert "// Format: " in head
    assert "its licence is that of the project" in head
    assert not re.search(r"\bvar\b|\beval\b|\bFunction\b|\bglobalThis\b|^let\b", source, re.MULTILINE)


def test_what_the_codecs_have_in_common_is_the_same_text_in_each() -> None:
    found = {name: COMMON.findall(source) for name, source in SOURCES.items()}
    assert {name: len(parts) for name, parts in found.items()} == dict.fromkeys(SOURCES, 1)
    assert len({parts[0] for parts in found.values()}) == 1


def test_every_codec_is_that_of_a_model_and_every_model_has_an_example(registry: Registry) -> None:
    used = {registry.models[name].codec for name in MODELS}
    assert used == set(SOURCES)
    assert all(registry.models[name].examples for name in MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_p19_every_example_decodes_and_validates_to_what_it_says(
    name: str, registry: Registry, sandbox: Sandbox
) -> None:
    assert list(run_examples(registry.models[name], registry, Formats({}, scripts=sandbox.decode))) == []


@pytest.mark.parametrize("name", MODELS)
def test_a_quantity_that_a_model_names_is_in_one_of_its_examples(name: str, registry: Registry) -> None:
    model = registry.models[name]
    assert {field.quantity for field in model.fields} == {name for one in model.examples for name in one.values}


@pytest.mark.parametrize("name", MODELS)
def test_a_payload_cut_anywhere_is_refused_or_says_less_and_never_something_else(
    name: str, registry: Registry, sandbox: Sandbox
) -> None:
    model = registry.models[name]
    formats = Formats({}, scripts=sandbox.decode)
    profile = example_profile(model, registry)
    for example in model.examples:
        if example.payload.startswith(STORED):
            continue
        whole = [item.values.items() for item in read_example(example, profile, formats)]
        cuts = [replace(example, payload=example.payload[:size]) for size in range(1, len(example.payload))]
        said = [values_or_refusal(cut, profile, formats) for cut in cuts]
        for one in said:
            assert isinstance(one, str) or all(any(item <= other for other in whole) for item in one)
        assert len(example.payload) == 1 or any(isinstance(one, str) for one in said)


def values_or_refusal(example: Example, profile: Profile, formats: Formats) -> list[ItemsView[str, float]] | str:
    """The values of each measurement, or the words of the refusal."""
    try:
        return [item.values.items() for item in read_example(example, profile, formats)]
    except DecodeError as error:
        assert BYTE.search(str(error)), error  # noqa: PT017  -- both ways are right
        return str(error)


@settings(max_examples=60, deadline=None)
@given(payload=st.binary(min_size=1, max_size=51), port=st.sampled_from(PORTS))
def test_whatever_the_bytes_a_codec_answers_or_says_at_which_byte_it_stopped(
    payload: bytes, port: int, sandbox: Sandbox
) -> None:
    for outcome in sandbox.decode([Job(name, payload, port, 0, {}) for name in SOURCES]):
        if isinstance(outcome, DecodeError):
            assert BYTE.search(str(outcome)), outcome


@pytest.mark.parametrize(("codec", "port", "payload", "words"), REFUSED)
def test_what_is_unknown_is_refused_with_the_byte_and_words(
    codec: str, port: int, payload: str, words: str, sandbox: Sandbox
) -> None:
    [outcome] = sandbox.decode([Job(codec, bytes.fromhex(payload), port, 0, {})])
    assert isinstance(outcome, DecodeError)
    assert words in str(outcome)


@pytest.mark.parametrize("vector", VECTORS)
def test_our_codecs_find_what_the_makers_test_vectors_expect(vector: str, sandbox: Sandbox) -> None:
    reference = VECTORS[vector]
    for one in read_vectors(samples() / "chirpstack-device-profiles" / vector):
        given_, expected = one["input"], one["expected"]["data"]
        [outcome] = sandbox.decode([Job(reference.codec, bytes(given_["bytes"]), given_["fPort"], 0, {})])
        if "mac" in expected or "error" in expected:  # port 0 never reaches a codec; a wrong port is refused
            assert isinstance(outcome, DecodeError)
            continue
        compare(expected, outcome, reference)


def test_every_vector_is_claimed_or_said_not_to_be() -> None:
    folder = samples() / "chirpstack-device-profiles"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.json")} == VECTORS.keys() | UNCLAIMED


@pytest.mark.parametrize("device", EVENTS)
def test_our_codecs_find_what_thingsboard_finds_in_the_messages_of_every_network_server(
    device: str, sandbox: Sandbox
) -> None:
    reference = EVENTS[device]
    events = sorted((samples() / "network-servers").glob(f"*/{device}_[0-9].event.json"))
    assert events
    for path in events:
        payload, port = frame_of(json.loads(path.read_text("utf-8")))
        answer = json.loads(path.with_name(path.name.replace(".event.", ".expected-thingsboard.")).read_text("utf-8"))
        device_answer = answer[0] if isinstance(answer, list) else answer
        expected = {k: v for one in device_answer["telemetry"] for k, v in one["values"].items()}
        [outcome] = sandbox.decode([Job(reference.codec, payload, port, 0, {})])
        compare({k: v for k, v in expected.items() if not k.startswith("lora_")}, outcome, reference)


def test_the_index_of_the_water_meter_is_found(sandbox: Sandbox) -> None:
    folder = samples() / "network-servers" / "chirpstack-v3"
    payload, port = frame_of(json.loads((folder / "innotas_water_meter.event.json").read_text("utf-8")))
    expected = json.loads((folder / "innotas_water_meter.expected.json").read_text("utf-8"))
    [outcome] = sandbox.decode([Job("innotas_water.js", payload, port, 0, {})])
    assert measured(outcome) == {"index": expected["meter_reading_litres"]}


def test_the_soil_sensor_whose_server_sends_units_is_read_from_its_bytes(sandbox: Sandbox) -> None:
    path = samples() / "network-servers" / "tts-v3" / "storage_lse01_units_in_strings.expected.json"
    expected = json.loads(path.read_text("utf-8"))
    job = Job("dragino_lse01.js", bytes.fromhex(expected["payload_hex"]), expected["f_port"], 0, {})
    names = {"Bat": "battery_voltage", "TempC_DS18B20": "probe_temperature", "water_SOIL": "soil_moisture"}
    names |= {"temp_SOIL": "soil_temperature", "conduct_SOIL": "soil_conductivity"}
    theirs = {name: value["value"] for name, value in expected["decoded"].items()}
    compare(theirs, sandbox.decode([job])[0], Reference(job.codec, names))


def test_a_reading_made_earlier_has_its_own_time(sandbox: Sandbox) -> None:
    meter = Job("yobiiq.js", bytes.fromhex("0203673c25dc040500000001"), 1, 0, {})
    stored = Job("milesight.js", bytes.fromhex("01755c 20ce9e74466310015d 20ce9f74466310015d"), 85, 0, {})
    fetched = Job("dragino_lht65n.js", bytes.fromhex("7fff089801464160065f97" + "00" * 11), 3, 0, {})
    times = [[one.time for one in decoded(outcome)] for outcome in sandbox.decode([meter, stored, fetched])]
    assert times == [[1_731_995_100_000], [None, 1_665_561_758_000, 1_665_561_759_000], [1_611_030_423_000]]


def test_a_pulse_counter_that_was_told_the_weight_of_a_pulse_gives_its_volume_and_all_the_rest(
    sandbox: Sandbox,
) -> None:
    payload = bytes.fromhex("03673401 046865 06e1 0a00 0100 00004841".replace(" ", ""))
    found = measured(sandbox.decode([Job("milesight.js", payload, 85, 0, {})])[0])
    assert (found["temperature_3"], found["humidity_4"], found["volume_6"]) == (30.8, 50.5, 12.5)


def compare(expected: Mapping[str, Any], outcome: Sequence[Decoded] | DecodeError, reference: Reference) -> None:
    found = measured(outcome)
    assert not expected.keys() - reference.names.keys() - reference.left_out - RADIO
    for theirs, ours in reference.names.items():
        if theirs in expected:
            assert float(found[ours]) == pytest.approx(plain(expected[theirs])), ours


def measured(outcome: Sequence[Decoded] | DecodeError) -> Mapping[str, Any]:
    [one] = decoded(outcome)
    return one.fields


def decoded(outcome: Sequence[Decoded] | DecodeError) -> Sequence[Decoded]:
    assert not isinstance(outcome, DecodeError), str(outcome)
    return outcome


def plain(value: Any) -> float:
    if isinstance(value, Mapping):
        return plain(value["data"])
    return STATES[value] if isinstance(value, str) and value in STATES else float(value)


def frame_of(event: Any) -> tuple[bytes, int]:
    """(payload, port) of an event of any of the servers, without the product's own reading of them."""
    event = event.get("uplink_message", event.get("DevEUI_uplink", event))
    port = next(event[key] for key in ("fPort", "f_port", "FPort", "port") if key in event)
    if "payload_hex" in event:
        return bytes.fromhex(event["payload_hex"]), int(port)
    text = event.get("frm_payload", event.get("data", ""))
    loriot = "cmd" in event
    return bytes.fromhex(text) if loriot else base64.b64decode(text), int(port)


def read_vectors(path: Path) -> list[Any]:
    """Some are JavaScript rather than JSON: 0x02, names without quotes, comments."""
    source = "function decodeUplink() { return {data: {vectors: (" + path.read_text("utf-8") + "\n)}}; }"
    with Sandbox({"vectors.js": source}) as reader:
        [outcome] = reader.decode([Job("vectors.js", b"\x00", 1, 0, {})])
    found: list[Any] = measured(outcome)["vectors"]
    return found
