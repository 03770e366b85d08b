"""Tasmota: telemetry of switches, plugs and meters as JSON on `tele/{device}/{kind}`.

Source: tasmota.github.io/docs, "MQTT" (topics), "Commands" (TelePeriod, SetOption52 for the zone), "Smart Meter
Interface". `Time` is local time without a zone unless SetOption52 is on; without one it is no instant and the time
of arrival is better. `Wifi.RSSI` is a quality in percent, `Wifi.Signal` the strength in dBm.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from devices.reading import Message
from ingest.codecs.json_payload import clock, number, read_object
from ingest.codecs.native import RFC3339
from ingest.codecs.uplink import Event, Measured, Uplink

TELEMETRY: Final = frozenset({"SENSOR", "STATE"})
EVENTS: Mapping[str, str] = MappingProxyType({"LWT": "availability"})
"""Kind -> kind of event, where the lower-case kind would not say it."""
TIME: Final = "Time"
UNITS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "TempUnit": {"C": "Cel", "F": "[degF]"},
        "PressureUnit": {"hPa": "hPa", "mmHg": "mm[Hg]", "inHg": "[in_i'Hg]"},
    }
)
"""Settings that a message repeats: they change the unit of values anywhere in it."""
IN_UNIT: Mapping[str, str] = MappingProxyType(
    {
        "Temperature": "TempUnit",
        "DewPoint": "TempUnit",
        "FeelsLike": "TempUnit",
        "Pressure": "PressureUnit",
        "SeaPressure": "PressureUnit",
    }
)


def decode(message: Message, levels: Mapping[str, str]) -> list[Uplink | Event]:
    """SENSOR and STATE as they came, nested; temperatures and pressures with their unit. All else is an event."""
    device, kind = levels.get("device", ""), levels.get("kind", "")
    if kind not in TELEMETRY:
        return [Event(EVENTS.get(kind, kind.casefold().rstrip("0123456789") or "unknown"), device)]
    sent = read_object(message.payload)
    units = {
        setting: ucum
        for setting, known in UNITS.items()
        if isinstance(written := sent.get(setting), str) and (ucum := known.get(written))
    }
    fields = {key: _measured(key, value, units) for key, value in sent.items() if key != TIME}
    return [Uplink(device, _time(sent.get(TIME)), fields=fields, health=_health(sent))]


def _time(sent: object) -> int | None:
    return clock(sent) if isinstance(sent, str) and RFC3339.fullmatch(sent) else None


def _measured(key: str, found: Any, units: Mapping[str, str]) -> Any:
    """The value with its unit, where the message says one; lists and objects all the way down."""
    if isinstance(found, dict):
        return {inner: _measured(inner, value, units) for inner, value in found.items()}
    if isinstance(found, list):
        return [_measured(key, value, units) for value in found]
    unit = units.get(IN_UNIT.get(key, ""))
    value = number(found) if unit else None
    return found if unit is None or value is None else Measured(value, unit)


def _health(sent: Mapping[str, Any]) -> dict[str, float]:
    wifi = sent.get("Wifi")
    signal = number(wifi.get("Signal")) if isinstance(wifi, dict) else None
    return {} if signal is None else {"rssi": signal}
