"""What processes that share the work tell each other through the broker, below `vigiterre-live/`.

    readings/<client>   what a worker accepted, for the alerts      QoS 1
    late/<client>       hours that late readings touched            QoS 1
    workers/<client>    a sign of life, every other second          QoS 0

Whoever may publish there may raise alerts: the access list of the broker gives it to our own account alone.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from devices.reading import Reading

READINGS, LATE, WORKERS = "readings", "late", "workers"
PART = 400
"""Readings of three values in one message: some 53 kB."""
PART_BYTES = 65_536

Time = Annotated[int, Field(ge=0, lt=10**15)]
Value = Annotated[float, Field(allow_inf_nan=False)]
Accepted = tuple[tuple[str, str, str, str, str], Time, Annotated[dict[str, Value], Field(min_length=1)]]
"""A Reading, as JSON has it: [[domain, device, model, site, commune], time in ms, {quantity: value}]."""


class Batch(TypedDict):
    """Readings that one worker accepted, in the order it took them from its journal."""

    received: int
    """When the last of them was, ms, by the worker's clock."""
    readings: list[Accepted]
    replayed: list[bool]
    """Of each reading whether it is; empty: none is."""


class Late(TypedDict):
    """What must be rolled up again."""

    hours: list[tuple[Time, str]]
    """Start of the hour, ms, and device."""


class Sign(TypedDict):
    """A worker lives."""

    time: int
    """By its clock, ms."""
    connected: bool
    """To the broker: it receives."""
    waiting: int
    """Messages it has, and has not passed on."""
    lag: int
    """How far what it passed on is behind what it received, ms."""
    checks: dict[str, str]
    """What is wrong with it: name of a check, words."""


batches, lates, signs = TypeAdapter(Batch), TypeAdapter(Late), TypeAdapter(Sign)


def live_root(root: str) -> str:
    """First topic level(s) of what is told below, beside those of the devices."""
    return f"{root}-live"


def parts(readings: Sequence[Reading], replayed: Sequence[bool], received: int) -> Iterator[bytes]:
    """The messages that tell a batch, each of up to PART readings and, unless one reading is larger, PART_BYTES."""
    for first in range(0, len(readings), PART):
        yield from _part(readings[first : first + PART], replayed[first : first + PART], received)


def _part(readings: Sequence[Reading], replayed: Sequence[bool], received: int) -> Iterator[bytes]:
    told = batches.dump_json({"received": received, "readings": list(readings), "replayed": list(replayed)})
    if len(told) <= PART_BYTES or len(readings) == 1:
        yield told
        return
    half = len(readings) // 2
    yield from _part(readings[:half], replayed[:half], received)
    yield from _part(readings[half:], replayed[half:], received)
