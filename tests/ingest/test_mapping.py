"""What payloads call things, and what becomes of it: understood without guessing, refused in words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.model import Field
from ingest.codecs.mapping import MISSING, find, number, read_fields
from ingest.codecs.uplink import Measured

TEMPERATURE = Field("t", "air_temperature", "Cel")
VOLTAGE = Field("v", "battery_voltage", "V")
DOOR = Field("door", "door_open", "{state}", states={"open": 1.0, "closed": 0.0})


@pytest.mark.parametrize(
    ("sent", "field", "expected"),
    [
        (21.5, TEMPERATURE, 21.5),
        ("21.5", TEMPERATURE, 21.5),
        ("21,5", TEMPERATURE, 21.5),
        (" 21.5 °C ", TEMPERATURE, 21.5),
        ("70 F", TEMPERATURE, 21.1111111111),
        ("294.65 K", TEMPERATURE, 21.5),
        ("3.384 V", VOLTAGE, 3.384),
        ("3384 mV", VOLTAGE, 3.384),
        ("1 234,5", Field("p", "active_power", "W"), 1234.5),
        ("1\u202f234,5 W", Field("p", "active_power", "W"), 1234.5),
        ("1.2e3", TEMPERATURE, 1200.0),
        ({"value": 3.384, "unit": "V"}, VOLTAGE, 3.384),
        ({"value": "3384", "unit": "mV"}, VOLTAGE, 3.384),
        (Measured(294.65, "K"), TEMPERATURE, 21.5),
        (True, DOOR, 1.0),
        ("true", DOOR, 1.0),
        ("OFF", DOOR, 0.0),
        ("Open", DOOR, 1.0),
        (1, Field("x", "leak", "{state}", states={"1": 0.0, "0": 1.0}), 0.0),
    ],
)
def test_a_number_is_understood_in_its_clothes(sent: object, field: Field, expected: float) -> None:
    assert math.isclose(number(sent, field), expected, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ("12 ppb", Field("no2", "no2", "ug/m3"), "they measure different things"),
        (Measured(12, "ug/m3"), Field("no2", "no2", "[ppb]"), "they measure different things"),
        ("1,234.5", TEMPERATURE, "no unit"),
        ("ajar", DOOR, "known: open, closed"),
        ("", TEMPERATURE, "neither a number nor a known state"),
        ("12 " + "x" * 5000, TEMPERATURE, "no unit"),
        ([1.0], TEMPERATURE, "no number"),
        ({"value": 1, "unit": "V", "more": 1}, VOLTAGE, "no number"),
    ],
)
def test_what_would_be_a_guess_is_refused_in_words(sent: object, field: Field, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        number(sent, field)


def test_a_field_is_found_through_mappings_and_lists_and_in_keys_with_dots() -> None:
    tree = {"switch:0": {"apower": 3}, "messages": [[{"v": 7}]], "a.b": {"c": 1}, "a": {"b": {"d": 2}}}
    assert find(tree, "switch:0.apower") == 3
    assert find(tree, "messages.0.0.v") == 7
    assert find(tree, "a.b.c") == 1
    assert find(tree, "a.b.d") == 2
    for path in ("nothing", "switch:0.apower.x", "messages.1", "messages.x", "a.b.e"):
        assert find(tree, path) is MISSING


def test_absent_and_null_are_no_value_and_zero_is_one() -> None:
    fields = [Field(name, name, "1") for name in ("absent", "null", "zero")]
    assert read_fields({"null": None, "zero": 0}, fields) == ({"zero": 0.0}, [])


def test_a_fault_names_its_field_and_takes_no_other_with_it() -> None:
    values, faults = read_fields({"t": "warm", "v": "3.3 V"}, [TEMPERATURE, VOLTAGE])
    assert values == {"v": 3.3}
    assert len(faults) == 1
    assert faults[0].startswith('t: "warm" is neither')


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_whatever_is_sent_becomes_a_number_or_a_refusal(sent: object) -> None:
    values, faults = read_fields({"t": sent}, [TEMPERATURE])
    assert len(values) + len(faults) == (sent is not None)
