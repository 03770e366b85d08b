"""ChirpStack v4, MQTT integration in JSON (`json=true`): `application/{application}/device/{eui}/event/{event}`.

Protobuf's JSON leaves out every 0 and false: no `fCnt` is frame 0, no `fPort` port 0, no `snr` 0 dB.
Source: chirpstack.io, Integrations, Event types; chirpstack_api 4, integration.proto and gw.proto.
"""

from collections.abc import Mapping

from devices.cells import eui
from ingest.codecs.envelopes.events import CHIRPSTACK_TOPICS, UPLINK, kind_of
from ingest.codecs.envelopes.fields import Fields, encrypted, envelope
from ingest.codecs.envelopes.radio import BATTERY_LEVEL, Reception, eu868_spreading_factor, proto_snr, radio
from ingest.codecs.envelopes.times import earliest, first, instant
from ingest.codecs.uplink import Event, Uplink

SHAPES = (
    ("integration", {"integrationName"}),
    ("txack", {"downlinkId", "gatewayId"}),
    ("ack", {"acknowledged", "queueItemId", "fCntDown"}),
    ("log", {"level", "code", "description"}),
    (UPLINK, {"data", "fPort", "fCnt", "object", "rxInfo", "txInfo"}),
    ("status", {"batteryLevel", "margin", "externalPowerSource", "batteryLevelUnavailable"}),
    ("location", {"location"}),
    ("join", {"devAddr"}),
)
"""What only this kind of event has; the first that fits."""


def read(event: Fields, levels: Mapping[str, str]) -> Uplink | Event:
    """One event. Raises DecodeError when it is an uplink that cannot be read."""
    kind = kind_of(event, levels, CHIRPSTACK_TOPICS, SHAPES)
    if kind == UPLINK:
        return _uplink(event)
    address = eui(event.loose("deviceInfo").word("devEui")) or ""
    battery = battery_level(event) if kind == "status" else {}
    return Uplink(address, _time(event), health=battery) if address and battery else Event(kind, address)


def battery_level(status: Fields) -> dict[str, float]:
    """Percent. A level of 0 is left out by the server, as are an unknown one and that of the mains: none is told."""
    if status.found.get("externalPowerSource") is True or status.found.get("batteryLevelUnavailable") is True:
        return {}
    level = status.number("batteryLevel")
    return {} if level is None else {BATTERY_LEVEL: level}


def _uplink(event: Fields) -> Uplink:
    address = event.part("deviceInfo").eui("devEui")
    if event.object("joinServerContext") and event.text("data"):
        remedy = f"let the join server give ChirpStack the application session key of {address}"
        raise encrypted(f"{event.at}joinServerContext", remedy)
    return Uplink(
        address=address,
        time=_time(event),
        port=event.port("fPort") or 0,
        counter=event.counter("fCnt"),
        payload=event.base64("data"),
        fields=event.object("object"),
        health=_health(event),
    )


def _time(event: Fields) -> int | None:
    gateways = event.each("rxInfo")
    return first(
        instant(event.found.get("time"), utc=True),
        earliest(instant(one.found.get("nsTime"), utc=True) for one in gateways),
        earliest(instant(one.found.get(key), utc=True) for one in gateways for key in ("gwTime", "time")),
    )


def _health(event: Fields) -> dict[str, float]:
    modulation = event.loose("txInfo").loose("modulation")
    spreading_factor = modulation.loose("lora").number("spreadingFactor")
    if not modulation.found:
        spreading_factor = eu868_spreading_factor(event.number("dr"))
    return radio([_reception(one, spreading_factor) for one in event.each("rxInfo")], spreading_factor)


def _reception(gateway: Fields, spreading_factor: float | None) -> Reception:
    rssi = gateway.number("rssi")
    return Reception(gateway.word("gatewayId"), rssi, proto_snr(gateway.number("snr"), rssi, spreading_factor))


decode = envelope(read)
