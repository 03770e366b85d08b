"""Made-up values, from the shapes declared in `config/demo/simulated.toml`. Pure: the same instant, the same value.

Chance is a hash of (device, quantity, time), never a running generator, so a demonstration that starts twice makes the
same readings twice. Shapes and their formulas are those of config/demo/README.md.
"""

import math
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from statistics import NormalDist
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vigiterre.demo.local_time import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, instant, wall

NORMAL = NormalDist()
FEW = 500
"""Beyond this mean a Poisson number is drawn from its normal approximation: exp(-mean) would underflow."""
BELL = 8.0
"""bell(x) = exp(-x^2 / 8): a rush hour two hours wide."""
WEEKEND = (5, 6)
START = instant(0) or 0

Hour = Annotated[float, Field(ge=0, le=24)]


class Declared(BaseModel):
    """A shape as the file declares it. `at` takes the time in ms and a seed, and what the shape needs besides."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bounded(Declared):
    floor: float = -math.inf
    ceiling: float = math.inf

    def cut(self, value: float) -> float:
        return min(max(value, self.floor), self.ceiling)


class Wave(Bounded):
    """A day's rhythm, warmest at `peak_hour`, with noise."""

    shape: Literal["wave"]
    mean: float
    daily: float
    peak_hour: Hour
    noise: float = Field(ge=0)

    def at(self, time_ms: int, seed: str, _interval_ms: int) -> float:
        rhythm = self.daily * math.cos(math.tau * (hour_of_day(time_ms) - self.peak_hour) / 24)
        return self.cut(self.mean + rhythm + self.noise * NORMAL.inv_cdf(chance(seed, time_ms)))


class Counts(Declared):
    """How many passed in the interval: two rush hours, less on Saturdays and Sundays."""

    shape: Literal["counts"]
    base: float = Field(ge=0)
    morning: float = Field(ge=0)
    morning_hour: Hour
    evening: float = Field(ge=0)
    evening_hour: Hour
    weekend: float = Field(ge=0)

    def at(self, time_ms: int, seed: str, _interval_ms: int) -> float:
        hour = hour_of_day(time_ms)
        rush = self.morning * bell(hour - self.morning_hour) + self.evening * bell(hour - self.evening_hour)
        share = self.weekend if wall(time_ms).weekday() in WEEKEND else 1.0
        return float(poisson((self.base + rush) * share, chance(seed, time_ms)))


class Schedule(Declared):
    """The state of the last step whose hour has come."""

    shape: Literal["schedule"]
    steps: tuple[tuple[Hour, int], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def covers_the_day(self) -> "Schedule":
        hours = [hour for hour, _ in self.steps]
        if hours[0] != 0 or hours != sorted(set(hours)):
            raise ValueError("steps begin at hour 0.0 and come in order")
        return self

    def at(self, time_ms: int, _seed: str, _interval_ms: int) -> float:
        hour = hour_of_day(time_ms)
        return float(max(step for step in self.steps if step[0] <= hour)[1])


class Events(Declared):
    """1 for a while after each start, else 0; starts come by chance, between two hours of the day."""

    shape: Literal["events"]
    per_day: float = Field(ge=0)
    hold_minutes: int = Field(gt=0)
    from_hour: Hour = 0.0
    until_hour: Hour = 24.0

    @model_validator(mode="after")
    def has_hours(self) -> "Events":
        if self.from_hour >= self.until_hour:
            raise ValueError("from_hour comes before until_hour")
        return self

    def at(self, time_ms: int, seed: str, interval_ms: int) -> float:
        newest = time_ms - time_ms % interval_ms
        oldest = time_ms - self.hold_minutes * MINUTE_MS
        return float(any(self._starts(start, seed, interval_ms) for start in range(newest, oldest, -interval_ms)))

    def _starts(self, start: int, seed: str, interval_ms: int) -> bool:
        odds = self.per_day * interval_ms / ((self.until_hour - self.from_hour) * HOUR_MS)
        return chance(seed, start) < odds and self.from_hour <= hour_of_day(start) < self.until_hour


class Drift(Bounded):
    """A slow straight line: a battery."""

    shape: Literal["drift"]
    start: float
    per_day: float

    def at(self, time_ms: int, _seed: str, _interval_ms: int) -> float:
        return self.cut(self.start + self.per_day * (time_ms - START) / DAY_MS)


class Total(Declared):
    """A total that never falls, growing fastest at `peak_hour`: a meter."""

    shape: Literal["total"]
    start: float
    per_hour: float = Field(ge=0)
    daily: float = Field(ge=0)
    peak_hour: Hour

    @model_validator(mode="after")
    def never_falls(self) -> "Total":
        if self.daily > self.per_hour:
            raise ValueError("daily is at most per_hour, so that the total never falls")
        return self

    def at(self, time_ms: int, _seed: str, _interval_ms: int) -> float:
        turns = (wall(time_ms) - MONDAY).total_seconds() / 86_400  # both terms by the wall: together they never fall
        phase = self.peak_hour / 24
        rhythm = math.sin(math.tau * (turns - phase)) + math.sin(math.tau * phase)
        return self.start + self.per_hour * 24 * turns + self.daily * 12 / math.pi * rhythm


Shape = Annotated[Wave | Counts | Schedule | Events | Drift | Total, Field(discriminator="shape")]


class Simulation:
    """What one device makes up: a reading at each multiple of its interval, and a value at any time in between."""

    def __init__(self, device: str, interval_minutes: int, shapes: Mapping[str, Shape]) -> None:
        self.device = device
        self.interval_ms = interval_minutes * MINUTE_MS
        self.shapes = shapes

    def between(self, start: int, end: int) -> Iterator[tuple[int, dict[str, float]]]:
        """(time, quantity -> value) with start <= time < end, ms, in order."""
        first = -(-start // self.interval_ms) * self.interval_ms
        return ((time, self.at(time)) for time in range(first, end, self.interval_ms))

    def at(self, time_ms: int) -> dict[str, float]:
        """Quantity -> value in the unit of the catalogue."""
        return {
            quantity: value(shape, time_ms, f"{self.device}/{quantity}", self.interval_ms)
            for quantity, shape in self.shapes.items()
        }


def value(shape: Shape, time_ms: int, seed: str, interval_ms: int) -> float:
    """The value of a shape at an instant. `seed` names who draws; `interval_ms` is the time between two readings."""
    return round(shape.at(time_ms, seed, interval_ms), 3)


def hour_of_day(time_ms: int) -> float:
    """0 to 24, with fractions, by the clock on the wall."""
    clock = wall(time_ms)
    return clock.hour + clock.minute / 60 + clock.second / 3600


def bell(hours: float) -> float:
    return math.exp(-hours * hours / BELL)


def chance(seed: str, time_ms: int) -> float:
    """A number in (0, 1) that depends on nothing but its arguments."""
    digest = blake2b(f"{seed}/{time_ms}".encode(), digest_size=6).digest()
    return (int.from_bytes(digest) + 0.5) / 2**48


def poisson(mean: float, uniform: float) -> int:
    """The Poisson number of this mean at a uniform quantile, by inversion."""
    if mean > FEW:
        return max(0, round(mean + math.sqrt(mean) * NORMAL.inv_cdf(uniform)))
    number, share = 0, math.exp(-mean)
    total = share
    while total < uniform and share > 0:
        number += 1
        share *= mean / number
        total += share
    return number
