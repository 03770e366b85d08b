"""Milesight gateways with a network server of their own: the words of an early ChirpStack, EUIs in hex.

Event time: `time`, which some versions of their software write as `2020-0327T...`; such a time is passed over, then
`gatewayTime`, then those of the gateways; else there is none, and the time received counts. A time without zone is
none: the gateway's own may be meant. Source: Milesight UG6x user guides, MQTT and HTTP application data.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ingest.codecs.envelopes import chirpstack_v3
from ingest.codecs.envelopes.events import CHIRPSTACK_TOPICS, UPLINK, shape_of
from ingest.codecs.envelopes.fields import Fields, envelope
from ingest.codecs.envelopes.times import instant
from ingest.codecs.uplink import Event, Uplink

SHAPES = (("status", {"status"}), *chirpstack_v3.SHAPES)
"""`{"status": "offline", "devAddr": ...}`: a device that comes or goes has joined nothing."""
TOPICS: Mapping[str, str] = MappingProxyType(
    {
        **CHIRPSTACK_TOPICS,
        "uplink": UPLINK,
        "downlink": "downlink",
        "ackNotification": "ack",
        "joinNotification": "join",
    }
)


def read(message: Fields, levels: Mapping[str, str]) -> Uplink | Event:
    """One message. Raises DecodeError when it is an uplink that cannot be read.

    The topics are chosen by who sets the gateway up: the shape tells what their words do not.
    """
    event = levels.get("event", "").rpartition("/")[2]
    kind = TOPICS.get(event) or shape_of(message, SHAPES)
    if kind == UPLINK:
        return chirpstack_v3.uplink(message, *(instant(message.found.get(key)) for key in ("time", "gatewayTime")))
    return Event(kind, chirpstack_v3.eui(message.word("devEUI")) or "")


decode = envelope(read)
