"""sensor.community: numbers as text, PM10 called P1, an id that may stand only in the topic."""

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
from ingest.codecs.sensor_community import decode
from ingest.codecs.uplink import Event, Measured, Uplink

OWN = Path(__file__).parent.parent / "data" / "formats" / "sensor_community.json"


def heard(payload: bytes, device: str = "") -> Uplink:
    (one,) = decode(Message("air/x", payload, 1), {"device": device} if device else {})
    assert isinstance(one, Uplink)
    return one


def test_our_sample_has_its_units_and_leaves_out_the_technical() -> None:
    uplink = heard(OWN.read_bytes())
    assert uplink == Uplink(
        "esp8266-4711",
        fields={
            "SPS30_P0": Measured(3.1, "ug/m3"),
            "SPS30_P2": Measured(4.2, "ug/m3"),
            "SPS30_P1": Measured(5.6, "ug/m3"),
            "BMP_pressure": Measured(98765.0, "Pa"),
            "DNMS_noise_LAeq": "47.2",
            "temperature": "nan",
        },
        health={"rssi": -67.0},
    )


def test_trap_6_and_7_text_in_pascals_becomes_numbers_in_the_model_s_units() -> None:
    uplink = heard((samples() / "mqtt-devices" / "sensor-community" / "nrz-2020-129_sds_bme280.json").read_bytes())
    fields = [
        Field("SDS_P1", "pm10", "ug/m3"),
        Field("SDS_P2", "pm2_5", "ug/m3"),
        Field("BME280_temperature", "air_temperature", "Cel"),
        Field("BME280_humidity", "relative_humidity", "%"),
        Field("BME280_pressure", "air_pressure", "hPa"),
    ]
    values, faults = read_fields(uplink.fields or {}, fields)
    assert not faults
    assert values == pytest.approx(
        {
            "SDS_P1": 0.4,
            "SDS_P2": 0.2,
            "BME280_temperature": 20.47,
            "BME280_humidity": 69.02,
            "BME280_pressure": 1006.1325,
        }
    )
    assert (uplink.address, uplink.time, uplink.health) == ("esp8266-12331981", None, {"rssi": -94.0})


@pytest.mark.parametrize(
    ("ids", "device", "address"),
    [
        ({"esp8266id": "12"}, "other", "esp8266-12"),
        ({"esp8266id": "esp8266-12"}, "", "esp8266-12"),
        ({"esp32id": 12}, "", "esp32-12"),
        ({"raspiid": "00a1"}, "", "raspi-00a1"),
        ({}, "raspi-00a1", "raspi-00a1"),
        ({}, "", ""),
    ],
)
def test_trap_14_the_id_is_that_of_the_chip_or_else_of_the_topic(
    ids: dict[str, Any], device: str, address: str
) -> None:
    payload = ids | {"sensordatavalues": [{"value_type": "P1", "value": "1"}]}
    assert heard(json.dumps(payload).encode(), device).address == address


def test_trap_14_p1_is_pm10_with_or_without_the_name_of_its_chip() -> None:
    values = [{"value_type": name, "value": "40.4"} for name in ("P1", "SDS_P1", "HPM_P1")]
    fields = heard(json.dumps({"sensordatavalues": values}).encode()).fields
    assert fields == dict.fromkeys(("P1", "SDS_P1", "HPM_P1"), Measured(40.4, "ug/m3"))


def test_a_push_with_technical_values_alone_is_an_event() -> None:
    payload = b'{"sensordatavalues": [{"value_type": "samples", "value": "1"}]}'
    assert decode(Message("air/x", payload, 1), {"device": "x"}) == [Event("state", "x")]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"{}", "expected a list sensordatavalues, found null"),
        (b'{"sensordatavalues": [1]}', r"sensordatavalues\[0\] has no value_type and value"),
        (b'{"sensordatavalues": [{"value_type": "P1"}]}', r"\[0\] has no value_type and value"),
        (b"[]", "expected a JSON object, found an array"),
        (b"", "the payload is empty"),
    ],
)
def test_what_is_no_push_is_refused_in_words(payload: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        decode(Message("air/x", payload, 1), {})


@given(st.binary(max_size=80), st.integers(0, 400), st.binary(max_size=3))
def test_any_or_mutated_payload_is_read_or_refused(noise: bytes, place: int, patch: bytes) -> None:
    good = OWN.read_bytes()
    for payload in (noise, good[:place] + patch + good[place + 1 :]):
        with suppress(DecodeError):
            decode(Message("air/x", payload, 1), {})
