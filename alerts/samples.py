"""What was measured of late: the values of one quantity of one device, in order of event time.

Two flat arrays, 16 bytes a value: with 10,000 devices they are most of what the alerts keep in memory.
"""

from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple


class Sample(NamedTuple):
    time: int
    """Event time, ms."""
    value: float


class Samples:
    """One value per time: a later one for the same time replaces it."""

    __slots__ = ("high", "low", "times", "values")

    def __init__(self, low: float = float("-inf"), high: float = float("inf")) -> None:
        self.low = low
        self.high = high
        """A value with low < value < high raises no rule of this device (the hot path looks no further)."""
        self.times: array[int] = array("q")
        self.values: array[float] = array("d")

    def add(self, time: int, value: float) -> None:
        """Anywhere in the order; at the end costs least."""
        times = self.times
        if not times or time > times[-1]:
            times.append(time)
            self.values.append(value)
            return
        index = bisect_left(times, time)
        if times[index] == time:
            self.values[index] = value
        else:
            times.insert(index, time)
            self.values.insert(index, value)

    def at(self, time: int) -> Sample | None:
        """The newest sample not after this time."""
        index = bisect_right(self.times, time)
        return Sample(self.times[index - 1], self.values[index - 1]) if index else None

    def since(self, start: int, end: int) -> list[Sample]:
        """Those with start <= time <= end."""
        first, last = bisect_left(self.times, start), bisect_right(self.times, end)
        return [
            Sample(time, value) for time, value in zip(self.times[first:last], self.values[first:last], strict=True)
        ]

    def times_after(self, time: int) -> "array[int]":
        return self.times[bisect_right(self.times, time) :]

    def forget(self, before: int) -> bool:
        """Drop what is older, but for the newest of those, which still holds. True when anything went."""
        surplus = bisect_right(self.times, before) - 1
        if surplus <= 0:
            return False
        del self.times[:surplus]
        del self.values[:surplus]
        return True

    def __len__(self) -> int:
        return len(self.times)

    def pack(self) -> tuple[bytes, bytes]:
        return self.times.tobytes(), self.values.tobytes()

    def unpack(self, times: bytes, values: bytes) -> None:
        """Replace everything by what `pack` gave. Raises ValueError when the two do not belong together."""
        if len(times) != len(values) or len(times) % 8:
            raise ValueError(f"{len(times)} bytes of times, {len(values)} of values")
        self.times, self.values = array("q"), array("d")
        self.times.frombytes(times)
        self.values.frombytes(values)
