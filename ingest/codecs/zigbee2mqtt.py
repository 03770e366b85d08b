"""Zigbee2MQTT: one retained or live JSON object per device, on `zigbee2mqtt/{device...}`.

A friendly name may hold slashes, so what a topic is for shows only at its end: `/availability`, `/set`, `/get`.
Source: zigbee2mqtt.io, "MQTT topics and messages" and the settings `advanced.last_seen`, `advanced.output`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.json_payload import clock, kind, number, read_json
from ingest.codecs.uplink import Event, Uplink

BRIDGE: Final = "bridge"
REQUEST = re.compile(r"(?P<device>.+?)/(?P<kind>get|set)(?:/.+)?", re.DOTALL)
AVAILABILITY: Final = "/availability"
ACTION: Final = "action"
"""A pressed button: it happens, it has no value that lasts."""
LAST_SEEN: Final = "last_seen"


def decode(message: Message, levels: Mapping[str, str]) -> list[Uplink | Event]:
    """The state of the device `levels["device"]` with its time, if it sends one, and its buttons as events.

    Raises DecodeError for what is no JSON object: `advanced.output` must hold `json`, single attributes on topics of
    their own do not say where the device's name ends.
    """
    name = levels.get("device", "")
    aside = _aside(name, message.payload)
    if aside:
        return [aside]
    state = _state(message.payload)
    heard: list[Uplink | Event] = [Event(ACTION, name)] if state.get(ACTION) else []
    fields = {key: value for key, value in state.items() if key not in {ACTION, LAST_SEEN}}
    if fields:
        heard.append(Uplink(name, clock(state.get(LAST_SEEN)), fields=fields, health=_health(fields)))
    return heard or [Event("state", name)]


def _aside(name: str, payload: bytes) -> Event | None:
    """What is said about a device or to it, rather than by it."""
    if name.partition("/")[0] == BRIDGE:
        return Event(BRIDGE)
    if name.endswith(AVAILABILITY):
        return Event("availability", name.removesuffix(AVAILABILITY))
    request = REQUEST.fullmatch(name)
    if request:
        return Event(request["kind"], request["device"])
    return None if payload else Event("cleared", name)  # how a retained state is taken away


def _state(payload: bytes) -> dict[str, Any]:
    found = read_json(payload)
    if not isinstance(found, dict):
        raise DecodeError(f"Zigbee2MQTT: expected a JSON object, found {kind(found)}; set its advanced.output to json")
    return found


def _health(fields: Mapping[str, Any]) -> dict[str, float]:
    # `voltage` is millivolts of a battery or volts of the mains, by device: only the model knows.
    battery = number(fields.get("battery"))
    return {} if battery is None else {"battery_level": battery}
