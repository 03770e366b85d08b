"""The live feed: what was stored and what became of alerts, to every open page.

Events are numbered. Of each thing only the newest is kept, in the order of the numbers, and a client is no more than
the number it has got to: what it has not seen yet is what stands behind that number. So a newer value replaces the
older one for a slow telephone and for one whose connection was cut alike, and neither costs the pipeline anything.
All clients are woken by one timer.

Late data is left out while the newer value is kept; a page looks at the time besides.
"""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from devices.reading import Reading

KEPT = 50_000
"""Values: ten thousand devices of five quantities. A client that is behind more than these begins again."""
CHANGED_KEPT = 1_000
"""Alerts whose change a client is told by number."""
AT_ONCE = 500
"""Events in one list."""
MOST_CLIENTS = 1_000
FLUSH_SECONDS = 0.1
BEAT_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
ALONE_SECONDS = 120.0
"""After the last client left, what it would miss is still kept for so long."""


class Event(NamedTuple):
    number: int
    """Rising; the `id` of the server-sent event."""
    kind: str
    """`reading`, `alerts`, or `reset`: what was missed is not kept any more, read everything again."""
    key: tuple[str, ...]
    """What a newer event replaces in a client's box: (device, quantity), or ()."""
    data: dict[str, object]
    """JSON of `reading`: device, quantity, time (ms), value. Of `alerts`: open (how many), changed (ids). Of `reset`:
    changed, None when not known."""


class _Newest(NamedTuple):
    number: int
    time: int
    value: float


@dataclass(eq=False)
class _Client:
    devices: frozenset[str] | None
    seen: int
    """It has got everything up to this number."""
    heard: float
    """When it was last given anything."""
    waiting: asyncio.Future[None] | None = None
    behind: bool = False
    """A flush passed while it was busy with what it was given before."""

    def wants(self, touched: Collection[str]) -> bool:
        return bool(touched) if self.devices is None else not self.devices.isdisjoint(touched)

    def wake(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)


class Live:
    """One per process, used in the event loop only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, kept: int = KEPT) -> None:
        """`clock` in seconds, from any beginning."""
        self.epoch = secrets.token_hex(4)
        """Numbers mean something together with it only: another process counts anew."""
        self.number = 0
        """Of the newest event."""
        self.open_alerts: int | None = None
        """As last published; None before."""
        self.ended = asyncio.Event()
        """`close` was called."""
        self._clock = clock
        self._kept = kept
        self._newest: OrderedDict[tuple[str, str], _Newest] = OrderedDict()
        self._changed: OrderedDict[int, int] = OrderedDict()
        self._alerts_at = 0
        self._changed_floor = 0
        self._floor = 0
        """What came up to this number may be lost."""
        self._clients: set[_Client] = set()
        self._left = float("-inf")
        self._touched: set[str] = set()
        self._flushed = float("-inf")
        self._flushing: asyncio.TimerHandle | None = None
        self._beating: asyncio.TimerHandle | None = None

    @property
    def place(self) -> str:
        """Where a page that is made now begins to follow: `EPOCH-NUMBER`."""
        return f"{self.epoch}-{self.number}"

    @property
    def full(self) -> bool:
        return len(self._clients) >= MOST_CLIENTS

    def knows(self, after: int) -> bool:
        """Nothing that came after this number is lost."""
        return self._floor <= after <= self.number

    def publish_readings(self, readings: Iterable[Reading]) -> None:
        """What the store has just confirmed."""
        if self._alone():
            self._forget()
            return
        newest, number = self._newest, self.number
        for reading in readings:
            device, at = reading.series.device, reading.time
            self._touched.add(device)
            for quantity, value in reading.values.items():
                key = (device, quantity)
                known = newest.get(key)
                if known is None or known.time <= at:
                    number += 1
                    newest[key] = _Newest(number, at, value)
                    newest.move_to_end(key)
        self.number = number
        while len(newest) > self._kept:
            self._floor = newest.popitem(last=False)[1].number
        self._flush_soon()

    def publish_alerts(self, changed: Collection[int], open_count: int) -> None:
        """Alerts that changed."""
        self.open_alerts = open_count
        self.number += 1
        self._alerts_at = self.number
        for alert in changed:
            self._changed[alert] = self.number
            self._changed.move_to_end(alert)
        while len(self._changed) > CHANGED_KEPT:
            self._changed_floor = self._changed.popitem(last=False)[1]
        self._flush_soon()

    def changed_since(self, number: int) -> list[int] | None:
        """Alerts that changed after it; None when not all of them are known any more. They are kept though alone."""
        if not self._changed_floor <= number <= self.number:
            return None
        return sorted(alert for alert, at in self._changed.items() if at > number)

    async def follow(self, devices: Collection[str] | None, after: int | None) -> AsyncGenerator[list[Event], None]:
        """Events of these devices (None: all) and of alerts, in order, what was missed since `after` first.

        Yields at most every 100 ms (a long list in parts), [] every 15 s when nothing came (a heartbeat): then there is
        nothing up to `number` that was not given. A `reset` stands alone. Ends when `close` is called, or at once when
        there are too many clients.
        """
        if self.full or self.ended.is_set():
            return
        client = _Client(None if devices is None else frozenset(devices), self.number, self._clock())
        if after is not None and self.knows(after):
            client.seen = after
        self._join(client)
        try:
            if after is not None and not self.knows(after):
                yield [self._reset(after)]
            while not self.ended.is_set():
                events = self._news(client)
                if events or self._silent(client):
                    client.heard = self._clock()
                    yield events
                if len(events) < AT_ONCE:
                    await self._turn(client)
        finally:
            self._leave(client)

    def close(self) -> None:
        """Every stream ends, so that the server can."""
        self.ended.set()
        for client in self._clients:
            client.wake()
        self._stop_timers()

    def _news(self, client: _Client) -> list[Event]:
        """What it has not seen, the oldest first; it has seen it then."""
        if not self.knows(client.seen):
            seen, client.seen = client.seen, self.number
            return [self._reset(seen)]
        found: list[tuple[int, tuple[str, ...], _Newest | None]] = []
        for key, one in reversed(self._newest.items()):
            if one.number <= client.seen:
                break
            if client.devices is None or key[0] in client.devices:
                found.append((one.number, key, one))
        found.reverse()
        if self._alerts_at > client.seen:
            found.append((self._alerts_at, (), None))
            found.sort(key=lambda one: one[0])
        events = [self._alerts(client.seen) if one is None else _reading(key, one) for _, key, one in found[:AT_ONCE]]
        client.seen = self.number if len(found) <= AT_ONCE else events[-1].number
        return events

    def _alerts(self, seen: int) -> Event:
        data: dict[str, object] = {"open": self.open_alerts, "changed": self.changed_since(seen)}
        return Event(self._alerts_at, "alerts", (), data)

    def _reset(self, seen: int) -> Event:
        return Event(self.number, "reset", (), {"changed": self.changed_since(seen)})

    def _silent(self, client: _Client) -> bool:
        return self._clock() - client.heard >= HEARTBEAT_SECONDS

    # Who listens

    def _join(self, client: _Client) -> None:
        self._clients.add(client)
        if self._beating is None:
            self._beating = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat)

    def _leave(self, client: _Client) -> None:
        self._clients.discard(client)
        if not self._clients:
            self._left = self._clock()
            self._stop_timers()

    def _alone(self) -> bool:
        """Nobody listens, nor is anybody expected back."""
        return not self._clients and self._clock() - self._left > ALONE_SECONDS

    def _forget(self) -> None:
        """So that it costs nothing while nobody listens."""
        self.number += 1
        self._floor = self.number
        self._newest.clear()
        self._touched.clear()

    # When they are woken

    async def _turn(self, client: _Client) -> None:
        """Until there is something for it, or a heartbeat is due."""
        if client.behind:
            client.behind = False
            return
        client.waiting = asyncio.get_running_loop().create_future()
        try:
            await client.waiting
        finally:
            client.waiting = None

    def _flush_soon(self) -> None:
        if self._clients and self._flushing is None and not self.ended.is_set():
            pause = max(0.0, self._flushed + FLUSH_SECONDS - self._clock())
            self._flushing = asyncio.get_running_loop().call_later(pause, self._flush)

    def _flush(self) -> None:
        self._flushing, self._flushed = None, self._clock()
        touched, self._touched = self._touched, set()
        for client in self._clients:
            if self._alerts_at > client.seen or client.wants(touched):
                client.behind = client.waiting is None
                client.wake()
            elif client.waiting is not None and not client.waiting.done():
                client.seen = self.number
        # A busy client keeps its place: it looks for itself what came since.

    def _beat(self) -> None:
        self._beating = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat)
        for client in self._clients:
            if self._silent(client):
                client.wake()

    def _stop_timers(self) -> None:
        for timer in (self._flushing, self._beating):
            if timer is not None:
                timer.cancel()
        self._flushing = self._beating = None


def _reading(key: tuple[str, ...], one: _Newest) -> Event:
    device, quantity = key
    return Event(
        one.number, "reading", key, {"device": device, "quantity": quantity, "time": one.time, "value": one.value}
    )
