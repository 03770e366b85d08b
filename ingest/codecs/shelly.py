"""Shelly: Gen1 says one plain value per topic, Gen2 and later say JSON-RPC notifications and component states.

Gen1: `shellies/{device}/{path...}`. Gen2: `{device}/events/rpc`, `{device}/status/{component}`, `{device}/online`,
below whatever prefix the device is given. Fields are the path for Gen1 (`relay/0/power`), the component for Gen2
(`switch:0` with `apower` in it). Source: shelly-api-docs.shelly.cloud, Gen1 MQTT; Gen2 notifications and components.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.json_payload import clock, number, read_json, read_object
from ingest.codecs.uplink import Event, Measured, Uplink

NOTIFICATIONS: Final = frozenset({"NotifyStatus", "NotifyFullStatus"})
STATUS: Final = "status/"
RPC: Final = "events/rpc"
CLOCK: Final = "ts"
"""Seconds since 1970; seconds since the start until the device has asked for the time; null when it cannot."""
# fmt: off
NO_MEASUREMENT: Final = frozenset(
    {
        "ble", "bthome", "cloud", "eth", "knx", "matter", "modbus", "mqtt", "ota", "plugs_ui", "schedule", "script",
        "sys", "ui", "webhook", "wifi", "ws",
    }
)
# fmt: on
"""Components that speak of the device's own affairs."""
EVENTS: Final = frozenset({"announce", "command", "info", "input_event", "longpush", "online", "rpc"})
"""Gen1 and Gen2 topics without a value that lasts, by their first or last level."""
ENDS: Mapping[str, str] = MappingProxyType(
    {
        "energy": "W.min",
        "returned_energy": "W.min",
        "total": "W.h",
        "total_returned": "W.h",
        "temperature_f": "[degF]",
    }
)
"""Gen1: last level of the path -> UCUM. The others are in the unit of their name, or of the device's settings."""
TEXT = re.compile(r"[\x20-\x7e\u00a0-\uffff]{1,80}")
NUMBER = re.compile(r"[+-]?\d{1,300}(\.\d{0,300})?")


def decode(message: Message, levels: Mapping[str, str]) -> list[Uplink | Event]:
    """One uplink, or an event for what holds no measurement. Raises DecodeError for what is neither text nor JSON."""
    device = levels.get("device", "")
    path = _path(message.topic, device, levels)
    steps = path.split("/")
    if path != RPC and (steps[0] in EVENTS or steps[-1] in EVENTS):
        return [Event(next(step for step in (steps[0], steps[-1]) if step in EVENTS), device)]
    if path == RPC or not path:
        return [_notification(read_object(message.payload), device)]
    if path.startswith(STATUS):
        component = path.removeprefix(STATUS)
        return [_states({component: read_json(message.payload)}, device)]
    return [_gen1(path, message.payload, device)]


def _path(topic: str, device: str, levels: Mapping[str, str]) -> str:
    """The level `path`, else what the topic says after the device: a source may name its levels otherwise."""
    return levels["path"] if "path" in levels else topic.partition(f"{device}/")[2] if device else ""


def _notification(frame: Mapping[str, Any], device: str) -> Uplink | Event:
    """A JSON-RPC frame; `src` is the device's own id, whatever its topics are called."""
    source = frame.get("src")
    address = source if isinstance(source, str) and source else device
    method, params = frame.get("method"), frame.get("params")
    if not isinstance(method, str) or method not in NOTIFICATIONS:
        return Event("event" if method == "NotifyEvent" else "rpc", address)
    if not isinstance(params, dict):
        raise DecodeError(f"Shelly: {method} without params")
    states = {name: state for name, state in params.items() if name != CLOCK}
    return _states(states, address, clock(params.get(CLOCK)))


def _states(states: Mapping[str, Any], address: str, time: int | None = None) -> Uplink | Event:
    health = _health(states)
    if health or any(name.partition(":")[0] not in NO_MEASUREMENT for name in states):
        return Uplink(address, time, fields=states, health=health)
    return Event("status", address)


def _health(states: Mapping[str, Any]) -> dict[str, float]:
    found = {
        "rssi": _at(states, "wifi", "rssi"),
        "battery_level": _at(states, "devicepower:0", "battery", "percent"),
        "battery_voltage": _at(states, "devicepower:0", "battery", "V"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _at(tree: Any, *path: str) -> float | None:
    for step in path:
        tree = tree.get(step) if isinstance(tree, dict) else None
    return number(tree)


def _gen1(path: str, payload: bytes, device: str) -> Uplink:
    """A plain value; lights and motion sensors say an object instead, on `light/0/status` or `status`."""
    if payload.startswith(b"{"):
        return Uplink(device, fields={path: read_object(payload)})
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError as error:
        raise DecodeError(f"Shelly: {path[:80]} is not text at byte {error.start}") from None
    if not TEXT.fullmatch(text):
        raise DecodeError(f"Shelly: {path[:80]} should be a number or a word of at most 80 characters")
    value: Any = float(text) if NUMBER.fullmatch(text) else text
    unit = ENDS.get(path.rpartition("/")[2])
    if unit and isinstance(value, float):
        value = Measured(value, unit)
    health = {"battery_level": value} if path == "sensor/battery" and isinstance(value, float) else {}
    return Uplink(device, fields={path: value}, health=health)
