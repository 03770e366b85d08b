"""Quantities: what is measured, in which unit, within which limits, and how an hour of it becomes one value."""

from dataclasses import dataclass
from enum import StrEnum


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
