"""Codecs: pure functions from a Message to Items. A codec raises DecodeError when it can read nothing at all."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from devices.reading import Item, Message
from ingest.codecs import cayenne_lpp, json_payload, native, senml, sensor_community, shelly, tasmota, zigbee2mqtt
from ingest.codecs.envelopes import ENVELOPES
from ingest.codecs.sparkplug import Sparkplug
from ingest.codecs.uplink import PayloadCodec, SourceCodec

Codec = Callable[[Message, str], list[Item]]
"""(message, device id from the topic) -> items."""

CODECS: Mapping[str, Codec] = MappingProxyType({"native": native.decode})
PAYLOADS: Mapping[str, PayloadCodec] = MappingProxyType(
    {"cayenne_lpp": cayenne_lpp.decode, "json": json_payload.decode, "senml": senml.decode}
)


def source_codecs() -> dict[str, SourceCodec]:
    """By name. Made for each process: some formats have a memory (Sparkplug's aliases)."""
    return {
        **ENVELOPES,
        "senml": senml.decode_message,
        "sensor-community": sensor_community.decode,
        "shelly": shelly.decode,
        "sparkplug-b": Sparkplug(),
        "tasmota": tasmota.decode,
        "zigbee2mqtt": zigbee2mqtt.decode,
    }
