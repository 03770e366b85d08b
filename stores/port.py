"""The Store port: what every store can do. One contract suite (`tests/contract/`) runs on all of them.

Stores are synchronous; the pipeline calls them from a thread. A store is safe to use from several threads.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from devices.mark import Mark
from devices.reading import Reading, Series
from devices.schema import RAW

NONE_SOONER: Mapping[str, int] = MappingProxyType({})


class Point(NamedTuple):
    """One stored value."""

    time: int
    """ms"""
    value: float


class Hour(NamedTuple):
    """One hour of a roll-up."""

    time: int
    """Its start, ms."""
    value: float
    low: float
    high: float
    """Lowest and highest of the hour; the value itself where they were not written."""


class Latest(NamedTuple):
    """The newest stored value of one quantity of one device, by event time."""

    series: Series
    quantity: str
    time: int
    value: float


class Rollup(NamedTuple):
    """One hour of one quantity of one series."""

    series: Series
    quantity: str
    hour: int
    """Start of the hour, ms."""
    fields: Mapping[str, float]
    """Field name (`co2`, `co2_min`, `co2_max`, `co2_count`, `leak_duration_1`, ...) -> value."""


class Store(Protocol):
    keeps_marks: bool
    """False: `mark` forgets what it is given, so nobody need find it out."""
    left_out: int
    """Values that were not stored, because their own retention was over when they came. See `keep_apart`."""

    def keep_apart(self, own_days: Mapping[str, int]) -> None:
        """Quantity -> days of those whose raw values are kept for a time of their own, from now on.

        A store that ages out single values is told at each `expire`; InfluxDB, which ages out policies, has one for
        each number of days. Call before `ensure_schema`, and again when it changes.
        """

    def ensure_schema(self) -> None:
        """Create what is missing (database, policies, tables). Idempotent. Raises StoreUnavailable."""

    def write(self, readings: Sequence[Reading]) -> None:
        """Store the readings; return when they are durable as the store understands it.

        Writing a reading again changes nothing; another value for the same series, quantity and time replaces it
        (InfluxDB 3 excepted). Raises StoreUnavailable (nothing is certain, write the same again) or StoreRefused
        (all others are stored), also for what no store can hold (`stores.storable`).
        """

    def mark(self, marks: Sequence[Mark]) -> None:
        """Store what dashboards are shown beside the readings, for as long as raw values are kept.

        They ask the server for it: no method of a store tells of marks, and one without a server forgets them. A mark
        written again changes nothing, one of the same tags and time replaces its fields. Raises StoreUnavailable, or
        StoreRefused (all others are stored) with a mark as the Reading it would be. Texts of tags are never refused: a
        space stands for what no store can hold, and what is too long is cut.
        """

    def write_rollups(self, rollups: Sequence[Rollup]) -> None:
        """Store hourly values, replacing those of the same series, quantity and hour."""

    def latest(self, devices: Collection[str] | None = None) -> list[Latest]:
        """The newest value of each quantity of each device (or of those given), whatever placement it belongs to."""

    def points(self, device: str, quantity: str, start: int, end: int, policy: str = RAW) -> list[Point]:
        """Values with start <= time < end, in order of time, whatever placement they belong to."""

    def hours(self, device: str, quantity: str, start: int, end: int) -> list[Hour]:
        """Roll-ups with start <= time < end, in order of time, whatever placement they belong to, in one question."""

    def readings(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        """Raw readings with start <= time < end, grouped by series, in order of time within one. For roll-ups.

        Read piecemeal: what is written meanwhile may or may not be among them.
        """

    def rollups(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        """Roll-ups with start <= hour < end as `readings` gives raw ones: all fields of a series and an hour as one."""

    def oldest(self, start: int, policy: str = RAW) -> int | None:
        """Time of the oldest value that is not before `start`, ms; None when there is none."""

    def expire(self, raw_before: int, rollup_before: int, sooner: Mapping[str, int] = NONE_SOONER) -> int:
        """Drop raw values and roll-ups older than these times, ms. Returns how many, 0 where the server does it.

        `sooner`: quantity -> ms, for raw values of quantities that are kept for a shorter time than others: those of
        `keep_apart`. What is up to a day older may stay. A call that would take long
        does a part: call it again and again.
        """

    def close(self) -> None: ...
