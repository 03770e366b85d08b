"""A thread that writes readings at a steady pace, as the pipeline does, and notes how long each write took."""

import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from devices.reading import Reading
from stores.sqlite import SqliteStore

PACE_SECONDS = 0.1


class PacedWriter:
    """A batch each PACE_SECONDS; one that comes late is followed at once by the next."""

    def __init__(self, store: SqliteStore, batches: Iterator[list[Reading]]) -> None:
        self.took: list[float] = []
        """ms."""
        self._store = store
        self._batches = batches
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write, name="writer")
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def since(self, count: int, least: int) -> list[float]:
        """ms of the writes after the first `count`, sorted, as soon as there are so many."""
        while len(self.took) < count + least and self._failure is None:
            time.sleep(PACE_SECONDS)
        return sorted(self.took[count:])

    def _write(self) -> None:
        due = time.monotonic()
        try:
            while not self._stopping.wait(max(0.0, due - time.monotonic())):
                batch = next(self._batches)
                start = time.perf_counter()
                self._store.write(batch)
                self.took.append((time.perf_counter() - start) * 1000)
                due = max(due + PACE_SECONDS, time.monotonic())
        except BaseException as error:  # noqa: BLE001  -- raised again where it is waited for
            self._failure = error
