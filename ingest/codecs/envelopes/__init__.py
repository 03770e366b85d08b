"""Envelopes: what each LoRaWAN network server puts around a payload. One module each."""

from collections.abc import Mapping
from types import MappingProxyType

from ingest.codecs.envelopes import (
    chirpstack_v3,
    chirpstack_v4,
    live_objects,
    loriot,
    milesight_gateway,
    thingpark,
    tts,
)
from ingest.codecs.envelopes.fields import Fields, envelope
from ingest.codecs.uplink import Event, SourceCodec, Uplink


def chirpstack(event: Fields, levels: Mapping[str, str]) -> Uplink | Event:
    """Version 4 or 3: a site that migrates may have both on one topic. Only version 4 has `deviceInfo`."""
    return chirpstack_v4.read(event, levels) if "deviceInfo" in event else chirpstack_v3.read(event, levels)


ENVELOPES: Mapping[str, SourceCodec] = MappingProxyType(
    {
        "chirpstack": envelope(chirpstack),
        "chirpstack-v4": chirpstack_v4.decode,
        "chirpstack-v3": chirpstack_v3.decode,
        "tts-v3": tts.decode,
        "live-objects": live_objects.decode,
        "thingpark": thingpark.decode,
        "loriot": loriot.decode,
        "milesight-gateway": milesight_gateway.decode,
    }
)
"""Codecs of sources.toml by name."""
