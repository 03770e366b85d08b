"""Which devices are silent. A queue says when to look at whom, so that a tick costs nothing while all are heard."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping

from alerts.desk import Desk
from alerts.judge import Season
from alerts.silent import SilentWatch

PLANNED_A_SECOND = 5_000
"""Devices, after a start: planning costs some 20 us each, and a tick must not wait for all of them."""

_Key = tuple[str, str]
"""Device, rule; the rule is "" when it is not known yet which apply."""


class Hearing:
    """`desks` are the engine's, `touch` tells it of a watch that changed."""

    def __init__(self, desks: Mapping[str, Desk], touch: Callable[[SilentWatch, Desk], None]) -> None:
        self._desks = desks
        self._touch = touch
        self._seasons: Mapping[str, Season] = {}
        self._queue = Queue()

    def begin(self, devices: Iterable[str], seasons: Mapping[str, Season], now: int) -> None:
        """Wait for these devices, whether they were ever heard or not, and for no others."""
        self._seasons = seasons
        self._queue.clear()
        for number, device in enumerate(devices):
            self._queue.look(now + number // PLANNED_A_SECOND * 1000, (device, ""))

    def hear(self, desk: Desk, received: int) -> None:
        """A live reading came."""
        desk.heard = max(desk.heard, received)
        for name in desk.silent:
            watch = desk.watches.get(name)
            if isinstance(watch, SilentWatch) and watch.open:
                watch.hear(received)
                self._touch(watch, desk)
                self._wait(desk, name)

    def pass_time(self, now: int, since: int, desk_of: Callable[[str], Desk | None]) -> None:
        """Find who is silent; we could hear them since `since`, ms. `desk_of` is None for a device that is gone."""
        for device, rule in self._queue.due(now):
            desk = self._desks.get(device) if rule else desk_of(device)
            if desk is None:
                continue
            if not rule:
                for name in desk.silent:
                    self._wait(desk, name)
            elif rule in desk.silent:
                self._listen(desk, rule, now, since)

    def _listen(self, desk: Desk, rule: str, now: int, since: int) -> None:
        watch = desk.watches.get(rule)
        if not isinstance(watch, SilentWatch):
            watch = SilentWatch(desk.silent[rule], self._seasons[rule])
        due = watch.pass_silence(max(desk.heard or desk.known, since), now)
        if watch.open:
            desk.watches[rule] = watch
            self._touch(watch, desk)
        if due is not None:
            self._queue.look(due, (desk.series.device, rule))

    def _wait(self, desk: Desk, rule: str) -> None:
        applied = desk.silent[rule]
        due = SilentWatch(applied, self._seasons[rule]).due(applied.levels[0].threshold.level, desk.heard or desk.known)
        self._queue.look(due, (desk.series.device, rule))


class Queue:
    def __init__(self) -> None:
        self._heap: list[tuple[int, _Key]] = []
        self._due: dict[_Key, int] = {}
        """What counts: an entry of the heap that says another time is out of date."""

    def look(self, due: int, key: _Key) -> None:
        """Look at `due`, or earlier if that was asked before."""
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
