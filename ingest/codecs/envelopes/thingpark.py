"""Actility ThingPark (Wireless, Enterprise): one key, `DevEUI_uplink`, says what the message is.

Joins come under the same key, with `rawJoinRequest`. The older data flows send what is under the key without the key.
`Time` carries the zone of the network; without one it is none. Older versions write every number as text. The list
`Lrrs` holds at most a few of the gateways, `DevLrrCnt` their number. `LrrLAT`, `DevLAT` and `CustomerData.loc` are not
read. Source: Actility, LoRaWAN Tunnel Interface, uplink documents; ThingPark X IoT Flow, Uplink Message.
"""

from collections.abc import Mapping

from devices.cells import eui
from ingest.codecs.envelopes.events import UNKNOWN
from ingest.codecs.envelopes.fields import Fields, envelope
from ingest.codecs.envelopes.radio import Reception, percent, radio
from ingest.codecs.envelopes.times import instant
from ingest.codecs.uplink import Event, Uplink

UPLINK = "DevEUI_uplink"
JOIN_REQUEST = "rawJoinRequest"
KINDS = {
    "DevEUI_downlink": "downlink",
    "DevEUI_downlink_Sent": "txack",
    "DevEUI_downlink_Rejected": "downlink",
    "DevEUI_location": "location",
    "DevEUI_notification": "status",
}


def read(message: Fields, levels: Mapping[str, str]) -> Uplink | Event:  # noqa: ARG001  -- the shape always says
    """One document. Raises DecodeError when it is an uplink that cannot be read."""
    bare = UPLINK not in message and "DevEUI" in message and ("payload_hex" in message or JOIN_REQUEST in message)
    if bare or UPLINK in message:
        uplink = message if bare else message.part(UPLINK)
        return Event("join", eui(uplink.word("DevEUI")) or "") if JOIN_REQUEST in uplink else _uplink(uplink)
    name = next((key for key in message.found if key in KINDS), "")
    event = message.loose(name)
    kind = "join" if event.word("Type") == "join" else KINDS.get(name, UNKNOWN)
    return Event(kind, eui(event.word("DevEUI")) or "")


def _uplink(uplink: Fields) -> Uplink:
    return Uplink(
        address=uplink.eui("DevEUI"),
        time=instant(uplink.found.get("Time")),
        port=uplink.port("FPort"),
        counter=uplink.counter("FCntUp"),
        payload=uplink.hex("payload_hex"),
        fields=uplink.object("payload"),
        health=_health(uplink),
    )


def _health(uplink: Fields) -> dict[str, float]:
    heard = [_reception(one) for one in uplink.loose("Lrrs").each("Lrr")]
    best = _reception(uplink)
    if best not in heard and best != Reception():
        heard.append(best)
    return radio(heard, uplink.number("SpFact"), uplink.number("DevLrrCnt")) | percent(uplink.number("BatteryLevel"))


def _reception(gateway: Fields) -> Reception:
    return Reception(gateway.word("Lrrid"), gateway.number("LrrRSSI"), gateway.number("LrrSNR"))


decode = envelope(read)
