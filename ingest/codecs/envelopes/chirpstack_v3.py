"""ChirpStack v3 (Application Server), JSON: EUIs are base64 in its protobuf marshaler, hex in the older one.

Event time: `publishedAt` (from 3.9 on, one for the deduplicated uplink), else the earliest gateway that has a clock.
Source: chirpstack_api 3, as/integration/integration.proto and gw/gw.proto.
"""

from binascii import a2b_base64
from collections.abc import Mapping
from typing import Any

from devices import cells
from ingest.codecs.envelopes.chirpstack_v4 import battery_level
from ingest.codecs.envelopes.events import CHIRPSTACK_TOPICS, UPLINK, kind_of
from ingest.codecs.envelopes.fields import Fields, envelope, json
from ingest.codecs.envelopes.radio import Reception, eu868_spreading_factor, radio
from ingest.codecs.envelopes.times import earliest, first, instant
from ingest.codecs.uplink import Event, Uplink

EUI_BYTES = 8
SHAPES = (
    ("integration", {"integrationName"}),
    ("txack", {"gatewayID"}),
    ("ack", {"acknowledged"}),
    ("log", {"error"}),
    (UPLINK, {"data", "fPort", "objectJSON", "object"}),
    ("status", {"batteryLevel", "margin", "externalPowerSource", "batteryLevelUnavailable"}),
    ("location", {"location"}),
    ("join", {"devAddr"}),
    (UPLINK, {"fCnt", "rxInfo"}),
)
"""What only this kind of event has; the first that fits. A join has `rxInfo` too, but neither port nor counter."""


def read(event: Fields, levels: Mapping[str, str]) -> Uplink | Event:
    """One event. Raises DecodeError when it is an uplink that cannot be read."""
    kind = kind_of(event, levels, CHIRPSTACK_TOPICS, SHAPES)
    if kind == UPLINK:
        return uplink(event)
    address = eui(event.word("devEUI")) or ""
    battery = battery_level(event) if kind == "status" else {}
    return Uplink(address, _time(event), health=battery) if address and battery else Event(kind, address)


def uplink(event: Fields, *times: int | None) -> Uplink:
    """The uplink in this dialect, which Milesight's gateways share. `times` come before its own."""
    return Uplink(
        address=_eui(event),
        time=first(*times, _time(event)),
        port=event.port("fPort") or 0,
        counter=event.counter("fCnt"),
        payload=event.base64("data"),
        fields=_decoded(event),
        health=_health(event),
    )


def eui(text: str) -> str | None:
    """An EUI in hex, or in base64, which has 12 characters."""
    found = cells.eui(text)
    if found is not None:
        return found
    try:
        raw = a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    return raw.hex() if len(raw) == EUI_BYTES else None


def _eui(event: Fields) -> str:
    found = eui(event.text("devEUI"))
    if found is None:
        raise event.error("devEUI", "an EUI, 16 hex digits or 12 characters of base64")
    return found


def _time(event: Fields) -> int | None:
    return first(
        instant(event.found.get("publishedAt"), utc=True),
        earliest(instant(one.found.get("time"), utc=True) for one in event.each("rxInfo")),
    )


def _decoded(event: Fields) -> Mapping[str, Any] | None:
    """What the server's codec made: an object, or one written as text; the text "" is none."""
    text = event.text("objectJSON")
    if not text.strip():
        return event.object("object")
    written = Fields({"objectJSON": json(text, f"{event.at}objectJSON")}, event.at)
    return written.object("objectJSON")


def _health(event: Fields) -> dict[str, float]:
    receptions = [
        Reception(_gateway(one), one.number("rssi"), one.number("loRaSNR" if "loRaSNR" in one else "snr"))
        for one in event.each("rxInfo")
    ]
    return radio(receptions, _spreading_factor(event))


def _gateway(reception: Fields) -> str:
    return reception.word("gatewayID") or reception.word("mac")


def _spreading_factor(event: Fields) -> float | None:
    """As v3 says it, as the versions before it do, or by the data rate of Europe."""
    sent = event.loose("txInfo")
    said = sent.loose("loRaModulationInfo").number("spreadingFactor")
    if said is None:
        said = sent.loose("dataRate").number("spreadFactor")
    told = any(key in sent for key in ("modulation", "dataRate"))
    return said if told or said is not None else eu868_spreading_factor(event.number("dr"))


decode = envelope(read)
