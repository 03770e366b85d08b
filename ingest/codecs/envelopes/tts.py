"""The Things Stack v3 (The Things Network, The Things Industries): `v3/{application}/devices/{device}/{event...}`.

Event time: when the network server received the deduplicated uplink, `uplink_message.received_at`; then when the
application server did; then what its gateways say. Never `timestamp`, a 32-bit counter of microseconds.
Protobuf's JSON leaves out every 0: no `f_cnt` is frame 0, no `f_port` port 0, no `snr` 0 dB.
Source: The Things Stack documentation, Data Formats; its Storage Integration puts a message under `result`.
"""

from collections.abc import Mapping

from devices.cells import eui
from ingest.codecs.envelopes.events import UPLINK, shape_of
from ingest.codecs.envelopes.fields import Fields, encrypted, envelope
from ingest.codecs.envelopes.radio import BATTERY_LEVEL, Reception, proto_snr, radio
from ingest.codecs.envelopes.times import earliest, first, instant
from ingest.codecs.uplink import Event, Uplink

SIMULATED = "simulated"
SHAPES = (
    (UPLINK, {"uplink_message"}),
    ("normalized", {"uplink_normalized"}),
    ("join", {"join_accept"}),
    ("ack", {"downlink_ack"}),
    ("nack", {"downlink_nack"}),
    ("downlink", {"downlink_queued", "downlink_sent", "downlink_failed", "downlink_queue_invalidated", "downlinks"}),
    ("location", {"location_solved"}),
    ("log", {"service_data", "error", "namespace"}),
)
"""A message has one key for what it is. `uplink_normalized` tells the frame of an `uplink_message` once more."""


def read(message: Fields, levels: Mapping[str, str]) -> Uplink | Event:
    """One message. Raises DecodeError when it is an uplink that cannot be read."""
    if "result" in message:
        message = message.part("result")
    kind = shape_of(message, SHAPES)
    if kind == UPLINK and message.found.get("simulated") is not True:
        return _uplink(message, levels)
    kind = SIMULATED if kind == UPLINK else kind
    return Event(kind, eui(message.loose("end_device_ids").word("dev_eui")) or "")


def _uplink(message: Fields, levels: Mapping[str, str]) -> Uplink:
    uplink = message.part("uplink_message")
    address = _address(message.part("end_device_ids"), levels.get("device", ""))
    if "app_s_key" in uplink and uplink.text("frm_payload"):
        raise encrypted(f"{uplink.at}app_s_key", f"switch off `skip payload crypto` of {address} in The Things Stack")
    return Uplink(
        address=address,
        time=_time(message, uplink),
        port=uplink.port("f_port") or 0,
        counter=uplink.counter("f_cnt"),
        payload=uplink.base64("frm_payload"),
        fields=uplink.object("decoded_payload"),
        health=_health(uplink),
    )


def _address(ids: Fields, device: str) -> str:
    """A device activated by personalisation may have no DevEUI: it is then called what the topic calls it."""
    return ids.eui("dev_eui") if "dev_eui" in ids or not device else device


def _time(message: Fields, uplink: Fields) -> int | None:
    gateways = uplink.each("rx_metadata")
    return first(
        instant(uplink.found.get("received_at"), utc=True),
        instant(message.found.get("received_at"), utc=True),
        earliest(instant(one.found.get("received_at"), utc=True) for one in gateways),
        earliest(instant(one.found.get("time"), utc=True) for one in gateways),
        instant(uplink.loose("settings").found.get("time"), utc=True),
    )


def _health(uplink: Fields) -> dict[str, float]:
    spreading_factor = uplink.loose("settings").loose("data_rate").loose("lora").number("spreading_factor")
    health = radio([_reception(one, spreading_factor) for one in uplink.each("rx_metadata")], spreading_factor)
    battery = uplink.loose("last_battery_percentage").number("value")
    return health if battery is None else health | {BATTERY_LEVEL: battery}


def _reception(gateway: Fields, spreading_factor: float | None) -> Reception:
    """A gateway of another network comes through Packet Broker, and may be listed as our own as well."""
    ids = gateway.loose("gateway_ids")
    name = gateway.loose("packet_broker").word("forwarder_gateway_eui") or ids.word("eui")
    rssi = gateway.number("rssi")
    snr = proto_snr(gateway.number("snr"), rssi, spreading_factor)
    return Reception(eui(name) or ids.word("gateway_id"), rssi, snr)


decode = envelope(read)
