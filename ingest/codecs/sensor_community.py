"""sensor.community: what the airRohr firmware pushes, `{"sensordatavalues": [{"value_type": ..., "value": "20.47"}]}`.

Source: the firmware opendata-stuttgart/sensors-software and the API description of meta.sensor.community. All values
are text; `P1` is PM10 and `P2` PM2.5, `P0` PM1 and `P4` PM4; pressure is in Pa. There is no time.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.json_payload import kind, read_object
from ingest.codecs.uplink import Event, Measured, Uplink

VALUES: Final = "sensordatavalues"
IDS: Mapping[str, str] = MappingProxyType(
    {"esp8266id": "esp8266", "esp32id": "esp32", "raspiid": "raspi", "raspi_id": "raspi"}
)
"""Key of the chip's id -> what the sensor's name begins with. Some senders say it only in a header or the topic."""
TECHNICAL: Final = frozenset({"samples", "min_micro", "max_micro", "interval"})
"""Loop counters of the firmware."""
SIGNAL: Final = "signal"
"""Wi-Fi strength, dBm."""
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "P0": "ug/m3",
        "P1": "ug/m3",
        "P2": "ug/m3",
        "P4": "ug/m3",
        "temperature": "Cel",
        "humidity": "%",
        "pressure": "Pa",
        "pressure_at_sealevel": "Pa",
    }
)
"""End of a value_type, after the name of the sensor chip (`BME280_`, `SDS_`) -> UCUM."""
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")


def decode(message: Message, levels: Mapping[str, str]) -> list[Uplink | Event]:
    """One uplink with the values by their value_type, in their unit where it is known."""
    sent = read_object(message.payload)
    values = _values(sent)
    address = _address(sent) or levels.get("device", "")
    fields = {name: _measured(name, value) for name, value in values.items() if name not in TECHNICAL | {SIGNAL}}
    signal = values.get(SIGNAL)
    health = {"rssi": float(signal)} if isinstance(signal, str) and NUMBER.fullmatch(signal) else {}
    return [Uplink(address, fields=fields, health=health)] if fields or health else [Event("state", address)]


def _values(sent: Mapping[str, Any]) -> dict[str, Any]:
    found = sent.get(VALUES)
    if not isinstance(found, list):
        raise DecodeError(f"sensor.community: expected a list {VALUES}, found {kind(found)}")
    values: dict[str, Any] = {}
    for number, one in enumerate(found):
        name = one.get("value_type") if isinstance(one, dict) else None
        if not isinstance(name, str) or "value" not in one:
            raise DecodeError(f"sensor.community: {VALUES}[{number}] has no value_type and value")
        values[name] = one["value"]
    return values


def _address(sent: Mapping[str, Any]) -> str:
    for key, prefix in IDS.items():
        chip = sent.get(key)
        if isinstance(chip, str | int) and not isinstance(chip, bool) and str(chip):
            return f"{prefix}-{str(chip).removeprefix(f'{prefix}-')}"
    return ""


def _measured(name: str, value: Any) -> Any:
    unit = UNITS.get(name) or UNITS.get(name.partition("_")[2])
    if unit is None or not isinstance(value, str) or not NUMBER.fullmatch(value):
        return value
    return Measured(float(value), unit)
