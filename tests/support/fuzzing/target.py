"""What is tried: a Target draws inputs and judges what becomes of each; a Tally counts it."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

NOW = 1_795_641_240_000
"""The clock of all targets, ms: an input does the same whenever it is tried."""


class Unexplained(AssertionError):  # noqa: N818  -- a fault of the product
    """Something was neither taken nor refused with a reason that a person can read."""


@dataclass
class Tally:
    """What became of inputs."""

    readings: int = 0
    """Readings, or whatever else the target takes for good."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Reason -> how often."""

    def add(self, other: "Tally") -> None:
        self.readings += other.readings
        self.refusals += other.refusals


class Target(Protocol):
    """One way in. An input is bytes and nothing else, so that a file replays it."""

    def draw(self, chance: Random) -> bytes:
        """An input. The same for the same state of `chance`."""
        ...

    def run(self, data: bytes) -> Tally:
        """Raises whatever the product raises and must not, and Unexplained or AssertionError where a law is broken."""
        ...

    def close(self) -> None: ...
