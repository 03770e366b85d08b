"""Quantities: what is measured, in which unit, within which limits, and how an hour of it becomes one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    STATE = "state"


class Aggregate(StrEnum):
    """How an hour of readings becomes one value."""

    MEAN = "mean"
    ENERGY_MEAN = "energy_mean"
    """10 log10 of the mean of 10^(x/10): decibels."""
    CIRCULAR_MEAN = "circular_mean"
    """Direction of the mean unit vector, degrees in [0, 360)."""
    SUM = "sum"
    LAST = "last"
    DURATION = "duration"
    """States: the state held longest, with the seconds of each state beside it."""


@dataclass(frozen=True, slots=True)
class Personal:
    """Of a quantity that may tell of persons: the finest step for readers, and how long raw values stay."""

    minimum_aggregation: int
    """Minutes: HOUR or DAY, the steps that roll-ups are shown in."""
    retention_days: int
    """Raw values are kept this long."""

    HOUR: ClassVar[int] = 60
    DAY: ClassVar[int] = 1440


@dataclass(frozen=True, slots=True)
class Quantity:
    id: str
    label: dict[str, str]
    """`fr` and `en`."""
    unit: str
    """UCUM code."""
    minimum: float
    maximum: float
    """Plausible range, both ends included, in `unit`."""
    kind: Kind
    aggregate: Aggregate
    states: dict[int, dict[str, str]]
    """For kind `state`: number -> label in `fr` and `en`."""
    source: str
    """Where the limits come from."""
    personal: Personal | None = None
    """None: it tells of no person."""


def own_retention(quantities: Mapping[str, Quantity]) -> dict[str, int]:
    """Those whose raw values are kept for a time of their own -> days."""
    return {name: one.personal.retention_days for name, one in quantities.items() if one.personal is not None}
