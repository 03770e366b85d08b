"""Orange Live Objects, data messages of LoRa devices (`fifo/{name}`, `router/~event/v1/data/new/...`).

Event time: `timestamp`, then `created`, when the platform stored it. `location` is that of the network, kilometres
wide, and is not read. Source: Live Objects developer guide, Data message and LoRa metadata.
"""

from collections.abc import Mapping
from typing import Any

from devices.cells import eui
from ingest.codecs.envelopes.events import UNKNOWN
from ingest.codecs.envelopes.fields import Fields, envelope
from ingest.codecs.envelopes.radio import Reception, eu868_spreading_factor, radio
from ingest.codecs.envelopes.times import first, instant
from ingest.codecs.uplink import Event, Uplink

PAYLOAD = "payload"
URN = "urn:lo:nsid:lora:"


def read(message: Fields, levels: Mapping[str, str]) -> Uplink | Event:  # noqa: ARG001  -- the shape always says
    """One data message. Raises DecodeError when it cannot be read."""
    metadata = message.loose("metadata")
    lora = metadata.loose("network").loose("lora")
    kind = _kind(message, lora)
    if kind is not None:
        return Event(kind, _address(message, metadata, lora))
    metadata = message.part("metadata")
    lora = metadata.part("network").part("lora")
    address = _address(message, metadata, lora)
    if not address:
        raise lora.error("devEUI", "an EUI of 16 hex digits")
    value = message.part("value")
    return Uplink(
        address=address,
        time=first(*(instant(message.found.get(key), utc=True) for key in ("timestamp", "created"))),
        port=lora.port("port"),
        counter=lora.counter("fcnt"),
        payload=value.hex(PAYLOAD),
        fields=_decoded(value),
        health=_health(lora),
    )


def _kind(message: Fields, lora: Fields) -> str | None:
    """None for data that goes up."""
    type_ = lora.word("messageType")
    if type_.startswith("JOIN"):
        return "join"
    if type_.endswith("_DOWN"):
        return "downlink"
    return None if type_.endswith("_UP") or "value" in message or "metadata" in message else UNKNOWN


def _address(message: Fields, metadata: Fields, lora: Fields) -> str:
    """The EUI, said three times; "" when none of them is one."""
    named = (lora.word("devEUI"), metadata.word("source"), message.word("streamId"))
    return next((found for name in named if (found := eui(name.removeprefix(URN)))), "")


def _decoded(value: Fields) -> Mapping[str, Any] | None:
    """The platform's decoder puts its fields beside `payload`, or in its place."""
    return {key: found for key, found in value.found.items() if key != PAYLOAD} or None


def _health(lora: Fields) -> dict[str, float]:
    said = lora.number("sf")
    spreading_factor = eu868_spreading_factor(lora.number("dr")) if said is None else said
    best = Reception("", lora.number("rssi"), lora.number("snr"))
    heard = [] if best == Reception() else [best]
    health = radio(heard, spreading_factor, lora.number("gatewayCnt"))
    if "gatewayCnt" not in lora:
        health.pop("gateways", None)
    return health


decode = envelope(read)
