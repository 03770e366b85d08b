"""When to look whether a device is silent: a heap, so that a tick costs nothing while all are heard."""

import heapq
from collections.abc import Iterator

_Key = tuple[str, str]
"""Device, rule."""


class Hearing:
    def __init__(self) -> None:
        self._heap: list[tuple[int, _Key]] = []
        self._due: dict[_Key, int] = {}
        """What counts: an entry of the heap that says another time is out of date."""

    def look(self, due: int, device: str, rule: str) -> None:
        """Look at `due`, or earlier if that was asked before."""
        key = device, rule
        known = self._due.get(key)
        if known is None or due < known:
            self._due[key] = due
            heapq.heappush(self._heap, (due, key))

    def due(self, now: int) -> Iterator[_Key]:
        """Those to look at now, each once; whoever looks says when to look again."""
        while self._heap and self._heap[0][0] <= now:
            due, key = heapq.heappop(self._heap)
            if self._due.get(key) == due:
                del self._due[key]
                yield key

    def clear(self) -> None:
        self._heap.clear()
        self._due.clear()
