"""The words between a source and a model: what a network server or gateway says, before any payload is read.

source codec: Message -> Uplinks and Events        payload codec: bytes, port -> Decoded        mapping: Decoded -> Item

A device that speaks Vigiterre's own format needs none of this: the native codec makes Items at once.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from devices.reading import Message

NONE: Mapping[str, float] = MappingProxyType({})


class Measured(NamedTuple):
    """A number that came with its unit, such as SenML's `"u": "Cel"` or the text `3.384 V`."""

    value: float
    unit: str
    """UCUM code."""


class Uplink(NamedTuple):
    """One transmission of a device, as a network server or a gateway passed it on."""

    address: str
    """What the payload calls the device: a DevEUI (16 lower-case hex digits) or a name; "" when only the topic says."""
    time: int | None = None
    """When the network heard it, ms; None when nothing in the message says so."""
    port: int | None = None
    """LoRaWAN FPort; 0 or None where no application payload was sent."""
    counter: int | None = None
    """LoRaWAN frame counter. Servers leave 0 out; None for formats that have none."""
    payload: bytes | None = None
    fields: Mapping[str, Any] | None = None
    """What the server or gateway decoded itself: the object as it came, nested. None when it decoded nothing."""
    health: Mapping[str, float] = NONE
    """Radio and battery of this transmission: quantity id -> value in the catalogue's unit."""


class Event(NamedTuple):
    """A message of a source that carries no measurement by design: join, ack, txack, log, location, birth, ..."""

    kind: str
    address: str = ""


class Decoded(NamedTuple):
    """One measurement in a payload, in the payload's own words."""

    fields: Mapping[str, Any]
    """Name -> number, bool, text, None, Measured, or nested mappings and lists of these."""
    time: int | None = None
    """The device's own time of it, ms; None takes that of the uplink."""


Heard = Sequence[Uplink | Event]
SourceCodec = Callable[[Message, Mapping[str, str]], Heard]
"""(message, named levels of its topic) -> what was heard, in order. Raises DecodeError when nothing can be read.

One with a memory may have `take_requests() -> list[tuple[str, bytes]]`: what it wants published to its gateways."""
PayloadCodec = Callable[[bytes, int | None], Sequence[Decoded]]
"""(payload, port) -> measurements, in order; none for a frame without any. Raises DecodeError with offset and words."""
