"""What a message is: an uplink, or one of the kinds of events. Told by the topic where it says so, else by its shape.

The kinds are a fixed list, because they are counted by name: a server's new event is `unknown`, not a new series.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from ingest.codecs.envelopes.fields import Fields

UPLINK = "up"
UNKNOWN = "unknown"
CHIRPSTACK_TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "up": UPLINK,
        "rx": UPLINK,
        "join": "join",
        "ack": "ack",
        "txack": "txack",
        "status": "status",
        "log": "log",
        "error": "log",
        "location": "location",
        "integration": "integration",
    }
)
"""Last level of the topic -> kind. `rx` and `error` are those of v3 and before."""

Shapes = Sequence[tuple[str, AbstractSet[str]]]
"""Kind, and the keys of which it has at least one."""


def kind_of(message: Fields, levels: Mapping[str, str], topics: Mapping[str, str], shapes: Shapes) -> str:
    """The topic's word for it; without a level `event`, the first shape that fits."""
    event = levels.get("event", "").rpartition("/")[2]
    return topics.get(event, UNKNOWN) if event else shape_of(message, shapes)


def shape_of(message: Fields, shapes: Shapes) -> str:
    return next((kind for kind, keys in shapes if not keys.isdisjoint(message.found)), UNKNOWN)
