"""The receive time of a message: the wall clock in ms, made strictly increasing per topic.

Stored points are told apart by their time, and two messages without a time of their own may arrive within one ms.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat

STEP_BACK_MS = 5_000
PRUNE_ABOVE = 4_096
RESERVES = frozenset(bytes([sign]) for sign in b"[ \t\n\r\x0b\x0c")
"""How a payload may begin that is an array."""


class ReceiveClock:
    """Gives receive times. What it remembers is lost at a restart, which takes longer than the ms it protects."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}
        """Topic -> last ms given or reserved. An entry before now cannot matter and may be dropped."""
        self._latest = 0
        """The highest of `_given`."""
        self._wall = 0
        """The highest wall clock seen."""
        self._prune_above = PRUNE_ABOVE

    def __len__(self) -> int:
        return len(self._given)

    def stamp_all(self, topics: Sequence[str], payloads: Sequence[bytes], now: int) -> Iterable[int]:
        """The same as `stamp` for each, in order: usually of many topics once each, and no array, which is quicker."""
        if now != self._wall:
            self._tick(now)
        given = dict.fromkeys(topics, now)
        # What `_tick` has left is ahead of now.
        if self._given or len(given) < len(topics) or not RESERVES.isdisjoint([p[:1] for p in payloads]):
            return [self.stamp(topic, payload, now) for topic, payload in zip(topics, payloads, strict=True)]
        self._given, self._latest = given, now
        return repeat(now, len(topics))

    def stamp(self, topic: str, payload: bytes, now: int) -> int:
        """The receive time of this message, at least `now` (ms), later than all given or reserved for its topic.

        A payload that begins with `[` reserves one ms for each `{` in it: its items without a time of their own get
        this time + their index.
        """
        if now != self._wall:
            self._tick(now)
        last = self._given.get(topic, 0)
        time = now if last < now else last + 1
        last = time
        if payload[:1] in RESERVES:
            last += max(payload.count(b"{") - 1, 0) if payload.lstrip()[:1] == b"[" else 0
        self._given[topic] = last
        self._latest = max(self._latest, last)
        return time

    def _tick(self, now: int) -> None:
        """Forget what cannot matter any more."""
        if now < self._wall - STEP_BACK_MS:
            # The wall clock was set back (NTP after a boot without a battery): going on from the old time would
            # stamp every message into the future until the clock catches up. Judged by the clock itself and not by how
            # far a topic is ahead, which a drained backlog of one topic also is (1 ms a message), and rightly.
            self._given.clear()
            self._latest = 0
            self._wall = now
        self._wall = max(self._wall, now)
        if now > self._latest:
            self._given.clear()
        elif len(self._given) > self._prune_above:
            self._given = {topic: last for topic, last in self._given.items() if last >= now}
            # Twice what is left, so that pruning costs O(1) a message even when everything left is ahead of now.
            self._prune_above = max(PRUNE_ABOVE, 2 * len(self._given))
