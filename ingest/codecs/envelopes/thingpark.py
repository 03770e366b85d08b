"""Actility ThingPark (Wireless, Enterprise): one key, `DevEUI_uplink`, says what the message is.

`Time` carries the zone of the network; without one it is none. Older versions write every number as text. The list
`Lrrs` holds at most a few of the gateways, `DevLrrCnt` their number. `LrrLAT`, `LrrLON` and `CustomerData.loc` are not
read. Source: Actility, LoRaWAN Tunnel Interface, uplink documents.
"""

from collections.abc import Mapping

from devices.cells import eui
from ingest.codecs.envelopes.events import UNKNOWN
from ingest.codecs.envelopes.fields import Fields, envelope
from ingest.codecs.envelopes.radio import Reception, radio
from ingest.codecs.envelopes.times import instant
from ingest.codecs.uplink import Event, Uplink

UPLINK = "DevEUI_uplink"
KINDS = {
    "DevEUI_downlink": "downlink",
    "DevEUI_downlink_Sent": "txack",
    "DevEUI_downlink_Rejected": "downlink",
    "DevEUI_location": "location",
    "DevEUI_notification": "status",
}


def read(message: Fields, levels: Mapping[str, str]) -> Uplink | Event:  # noqa: ARG001  -- the shape always says
    """One document. Raises DecodeError when it is an uplink that cannot be read."""
    if UPLINK in message:
        return _uplink(message.part(UPLINK))
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
    return radio(heard, uplink.number("SpFact"), uplink.number("DevLrrCnt"))


def _reception(gateway: Fields) -> Reception:
    return Reception(gateway.word("Lrrid"), gateway.number("LrrRSSI"), gateway.number("LrrSNR"))


decode = envelope(read)
