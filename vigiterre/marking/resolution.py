"""From which policy a dashboard reads a range of time: raw values while there are any and they are not too many."""

from devices.mark import Mark, tags_of
from devices.schema import HOUR_MS, LONGEST, RAW, RAW_LONGEST_MS, RESOLUTION, ROLLUP, SINCE
from vigiterre.marking.rhythm import Rhythm

DAY_MS = 86_400_000
UNBOUNDED_MS = 1e15
"""Longer than any range."""


class Resolution:
    """Said at the start and every hour, since the beginning of raw data moves on.

    A variable of a dashboard asks for the newest mark that fits: `WHERE "longest" >= $__to - $__from AND "since" <=
    $__from ORDER BY time DESC LIMIT 1`.
    """

    def __init__(self, raw_days: int) -> None:
        """`raw_days` is how long raw values are kept, 0 for ever."""
        self._raw_days = raw_days
        self._rhythm = Rhythm(HOUR_MS)
        self._told = 0

    def marks(self, now: int) -> list[Mark]:
        if not self._rhythm.due(now):
            return []
        self._told = now
        return resolution(self._raw_days, now)

    def written(self) -> None:
        if self._told:
            self._rhythm.begin(self._told)


def resolution(raw_days: int, now: int) -> list[Mark]:
    """Two marks: that of raw data is 1 ms newer, and so is asked first."""
    since = max(0, now - raw_days * DAY_MS) if raw_days else 0
    return [
        Mark(RESOLUTION, _policy(RAW), now, {LONGEST: float(RAW_LONGEST_MS), SINCE: float(since)}),
        Mark(RESOLUTION, _policy(ROLLUP), now - 1, {LONGEST: UNBOUNDED_MS, SINCE: 0.0}),
    ]


def _policy(name: str) -> tuple[tuple[str, str], ...]:
    return tags_of(RESOLUTION, {"policy": name})
