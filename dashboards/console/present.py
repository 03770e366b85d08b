"""The newest value of everything, in memory: pages of ten thousand devices never wait for a database.

Filled from the store at the start, then by every batch that was stored. Safe from several threads: batches come from
one, pages from another; a reader gets a whole value or the one before.

The newest reading of a device is kept as it came, and its values are taken apart when somebody looks at the device or
another kind of reading follows: in a backlog that is once for many.
"""

import threading
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import NamedTuple, Protocol

from devices.reading import Reading
from stores.port import Latest

AT_ONCE = 500
"""What the store knew is taken over in small parts: batches must not wait for all of it."""


class Value(NamedTuple):
    time: int
    """Event time, ms."""
    value: float


class Newest(Protocol):
    """What pages ask of it."""

    def of(self, device: str) -> Mapping[str, Value]:
        """Quantity -> newest value; empty for a device that was never heard."""

    def heard(self, device: str) -> int | None:
        """Event time of its newest value, ms."""


class Present:
    def __init__(self, latest: Iterable[Latest] = ()) -> None:
        self._devices: dict[str, dict[str, Value]] = {}
        self._heard: dict[str, int] = {}
        self._fresh: dict[str, Reading] = {}
        """By device, a reading whose values are not yet in the other two."""
        self._writing = threading.Lock()
        self.fill(latest)

    def fill(self, latest: Iterable[Latest]) -> None:
        """What the store knew at the start; batches may come meanwhile."""
        rest = iter(latest)
        while some := list(islice(rest, AT_ONCE)):
            with self._writing:
                for one in some:
                    self._note(one.series.device, one.quantity, one.time, one.value)

    def take(self, readings: Iterable[Reading]) -> None:
        """Stored readings; an older one never replaces a newer one."""
        fresh = self._fresh
        with self._writing:
            for reading in readings:
                (_, device, *_), time, values = reading
                before = fresh.get(device)
                if before is not None and (before.time > time or before.values.keys() != values.keys()):
                    self._take_apart(before)
                fresh[device] = reading

    def of(self, device: str) -> Mapping[str, Value]:
        """Quantity -> newest value; empty for a device that was never heard."""
        self._look_at(device)
        return dict(self._devices.get(device, ()))

    def heard(self, device: str) -> int | None:
        """Event time of its newest value, ms."""
        self._look_at(device)
        return self._heard.get(device)

    def _look_at(self, device: str) -> None:
        if device in self._fresh:
            with self._writing:
                reading = self._fresh.pop(device, None)
                if reading is not None:
                    self._take_apart(reading)

    def _take_apart(self, reading: Reading) -> None:
        for quantity, value in reading.values.items():
            self._note(reading.series.device, quantity, reading.time, value)

    def _note(self, device: str, quantity: str, time: int, value: float) -> None:
        known = self._devices.get(device)
        if known is None:
            known = self._devices[device] = {}
        before = known.get(quantity)
        if before is None or time >= before.time:
            known[quantity] = Value(time, value)
            if time >= self._heard.get(device, time):
                self._heard[device] = time
