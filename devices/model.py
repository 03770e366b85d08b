"""Models: a kind of device, its codec and what it measures. A value, not a class hierarchy."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Field:
    """One measured thing as the codec names it, and the quantity it is."""

    field: str
    """Its name, or the dotted path to it; the channel, if any, is part of it (`temperature_3`)."""
    quantity: str
    unit: str
    """UCUM code of the number as sent; converted to the quantity's unit by `value * scale + offset`."""
    scale: float = 1.0
    offset: float = 0.0
    states: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """What is sent as text -> the number it stands for."""


@dataclass(frozen=True, slots=True)
class Example:
    """A payload as the device sends it and what must be read from it: documentation and test in one."""

    description: str
    payload: bytes
    values: dict[str, float]
    """Quantity id -> value in the unit of the catalogue."""
    port: int | None = None
    """LoRaWAN FPort of the frame."""
    format: str = ""
    """Source codec that reads the payload first, such as `tasmota`; "" where the model's own codec does."""
    topic: str = ""
    """For formats that say something in it."""


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    maker: str
    name: str
    codec: str
    interval: int
    """Expected seconds between two readings."""
    fields: tuple[Field, ...]
    examples: tuple[Example, ...]
    clock: Literal["reliable", "unreliable"] = "reliable"
    """`unreliable`: a time further ahead than the clock policy allows is replaced by the receive time."""
    requires: tuple[str, ...] = ()
    """Parameters each device must be given: without the height of its sensor, a level would mean nothing."""
    simulated: bool = False
    """Its readings are made up, for demonstrations."""
