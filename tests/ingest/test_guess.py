"""A guess is plausible for every value seen, or it is not made."""

from pathlib import Path

import pytest

from devices.load import load_registry
from devices.quantity import Quantity
from ingest.guess import Guess, guess

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def quantities() -> dict[str, Quantity]:
    return load_registry(CONFIG).quantities


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("temperature", 21.5, ("air_temperature", "Cel")),
        ("TempC_SHT", -3.0, ("air_temperature", "Cel")),
        ("airTemperature", 21.5, ("air_temperature", "Cel")),
        ("humidity", 55, ("relative_humidity", "%")),
        ("Hum_SHT", 55, ("relative_humidity", "%")),
        ("co2", 612, ("co2", "[ppm]")),
        ("battery", 97, ("battery_level", "%")),
        ("BatV", 3.384, ("battery_voltage", "V")),
        ("battery_volt", 3.6, ("battery_voltage", "V")),
        ("batteryVoltage", 3384, ("battery_voltage", "mV")),
        ("pm2_5", 8, ("pm2_5", "ug/m3")),
        ("leak_status", 1, ("leak", "{state}")),
    ],
)
def test_a_maker_s_word_is_guessed_with_its_unit(
    quantities: dict[str, Quantity], field: str, value: float, expected: tuple[str, str]
) -> None:
    assert guess([{field: value}], quantities) == [Guess(field, *expected)]


@pytest.mark.parametrize(
    ("field", "words", "quantity"),
    [("leakage_status", ["normal", "leak"], "leak"), ("magnet_status", ["close", "open"], "door_open")],
)
def test_states_that_a_codec_says_in_words_are_numbers(
    quantities: dict[str, Quantity], field: str, words: list[str], quantity: str
) -> None:
    [found] = guess([{field: word} for word in words], quantities)
    assert found.quantity == quantity
    assert [found.states[word] for word in words] == [0.0, 1.0]


def test_what_no_such_sensor_would_send_is_not_guessed(quantities: dict[str, Quantity]) -> None:
    assert guess([{"temperature": 21.5}, {"temperature": 2150}], quantities) == []
    assert guess([{"humidity": "wet"}, {"firmware": 3}], quantities) == []


def test_each_quantity_is_guessed_once_and_found_in_nested_objects(quantities: dict[str, Quantity]) -> None:
    found = guess([{"air": {"temperature": 21.5}, "temperature": 22.0, "list": [1]}], quantities)
    assert found == [Guess("air.temperature", "air_temperature", "Cel")]
