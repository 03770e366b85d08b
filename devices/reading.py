"""The words of the way in: Message, Item, Reading, Refusal.

A device's Message is decoded into Items; each Item is validated into a Reading, a Refusal, or both, when some of its
values are good and others are not. All times are integers, milliseconds since 1970-01-01T00:00:00Z.
"""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a message or a reading was kept out. The codes are stable: people filter and script on them."""

    UNKNOWN_DEVICE = "unknown_device"
    UNDECODABLE = "undecodable"
    SCHEMA = "schema"
    UNKNOWN_QUANTITY = "unknown_quantity"
    OUT_OF_RANGE = "out_of_range"
    NOT_FINITE = "not_finite"
    CLOCK_FUTURE = "clock_future"
    TOO_OLD = "too_old"
    TOO_LARGE = "too_large"
    WRONG_TOPIC = "wrong_topic"
    TOO_OFTEN = "too_often"
    STORE_REFUSED = "store_refused"


class Message(NamedTuple):
    """One PUBLISH as it arrived."""

    topic: str
    payload: bytes
    received: int
    """When we received it, ms; strictly increasing per topic."""
    retained: bool = False
    """The broker kept it and sent it because we subscribed: its receive time says nothing about its event time."""
    replayed: bool = False
    """Run again from the journal or the quarantine: it never counts as live for alerts, nor as a duplicate."""
    broker: str = ""
    """The foreign broker it came from, by its name in `sources.toml`; "" is our own."""


class Series(NamedTuple):
    """What identifies a stored series besides the quantity: the measurement and the tags."""

    domain: str
    device: str
    model: str
    site: str
    commune: str
    """INSEE code, five characters, never a number: `2A004` and `03190` are codes."""


class Reading(NamedTuple):
    """What one device measured at one instant, in the units of the catalogue."""

    series: Series
    time: int
    """Event time, ms."""
    values: dict[str, float]
    """Quantity id -> value; never empty, always finite."""


class Refusal(NamedTuple):
    """A message or a reading that was kept out, and why."""

    reason: Reason
    detail: str
    device: str = ""
    """The device id as far as it is known."""


class Item(NamedTuple):
    """One measurement as a codec found it in a message, before the registry has looked at it."""

    device: str
    time: int | None
    """Event time, ms; None when the device did not say."""
    values: dict[str, float]
    """Field name of the model -> number as sent."""
    refusal: Refusal | None = None
    """Set when the codec could not read a part of this item; `values` then holds what it could read."""
    seq: int | None = None
    """The device's own running number, when it sends one; it only tells repetitions apart."""
