"""Which hours the late readings of a process touched that stores and does not roll up: another one does, and is told.

    pipeline:  store.write(batch) -> late.touch(batch) -> cursor advances
    timer:     late.some() -> told, and confirmed -> late.clear(...)

One process rolls up a store, whoever writes to it: two that rolled the same hour might each miss what the other's
readings added, and the older result be written last. docs/adr/0051 has the whole argument.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import RLock
from typing import NamedTuple

from devices.reading import Reading
from stores import sqlite_file, touched
from stores.roller import hour_of

SOME = 1_000


class Touched(NamedTuple):
    hour: int
    """Its start, ms."""
    device: str
    mark: int
    """Changes with each touch, so that one that comes while the one before is told is not cleared with it."""


class LateHours:
    """In the file of a Roller, so that a process that later does both rolls up what is left in it. Safe from threads.

    Late is what belongs to an hour that has ended: who rolls up may read it from then on. So its clock may differ from
    ours by the five minutes that it waits, not by more. Raises StoreUnavailable when the file cannot be used.
    """

    def __init__(self, state: Path, clock: Callable[[], int]) -> None:
        """`clock` gives ms."""
        self._path = state
        self._clock = clock
        self._lock = RLock()
        self._state = touched.open_state(state)

    def touch(self, readings: Iterable[Reading]) -> None:
        """Remember the hours of late readings, durably, before returning. Call after the store has the readings."""
        ended = hour_of(self._clock())
        late = {(hour_of(reading.time), reading.series.device) for reading in readings if reading.time < ended}
        if not late:
            return
        with self._lock, sqlite_file.said(self._path):
            touched.remember(self._state, late)

    def some(self, limit: int = SOME) -> list[Touched]:
        """Those to tell next."""
        with self._lock, sqlite_file.said(self._path):
            return [Touched(*row) for row in self._state.execute("SELECT * FROM touched LIMIT ?", (limit,))]

    def clear(self, told: Sequence[Touched]) -> None:
        """Who rolls up has them."""
        with self._lock, sqlite_file.said(self._path), self._state as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            transaction.executemany("DELETE FROM touched WHERE hour = ? AND device = ? AND mark = ?", told)

    def close(self) -> None:
        with self._lock:
            self._state.close()
