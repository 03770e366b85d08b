"""Silence of one device: nothing valid was received from it for so many expected intervals.

It counts from the time of receipt, which is our clock: a device whose own clock is wrong is not silent for that. When
we could not hear (broker away, ourselves away), it counts from when we could again.
"""

from collections.abc import Mapping
from typing import Any

from alerts.alert import Alert
from alerts.applied import Applied
from alerts.episode import Episode, LevelSpan, episodes
from alerts.judge import Season, Verdict, in_season
from alerts.lane import Sense, Span
from alerts.rule import Level


class SilentWatch:
    __slots__ = ("alerts", "applied", "live", "newest", "open", "season", "since", "spans")

    def __init__(self, applied: Applied, season: Season) -> None:
        self.applied = applied
        self.season = season
        self.open: dict[Level, Span] = {}
        self.spans: list[LevelSpan] = []
        self.newest = 0
        """When it was heard last, ms."""
        self.since = 0
        """What ended long before is forgotten, ms."""
        self.live = True
        self.alerts: list[Alert] = []

    def calm(self, _samples: object) -> bool:
        return not (self.open or self.spans or self.alerts)

    def due(self, level: Level, heard: int) -> int:
        """When a device heard last at `heard` counts as silent."""
        threshold = next(one.threshold for one in self.applied.levels if one.threshold.level is level)
        return heard + int(threshold.factor * self.applied.interval) + threshold.delay

    def pass_silence(self, heard: int, now: int) -> int | None:
        """Fire the levels that are due. When the next one will be, ms; None when all fire."""
        self.newest = heard
        if in_season(self.season, now) is not Sense.RAISE:
            return now + self.applied.interval
        waiting = []
        for threshold, *_ in self.applied.levels:
            due = self.due(threshold.level, heard)
            if threshold.level in self.open:
                continue
            if due <= now:
                self.open[threshold.level] = Span(heard, due, None)
            else:
                waiting.append(due)
        return min(waiting, default=None)

    def hear(self, received: int) -> None:
        """A valid reading came: all levels end."""
        self.spans += [
            LevelSpan(level, span._replace(end=max(received, span.start))) for level, span in self.open.items()
        ]
        self.open.clear()
        self.newest = received

    def view(self, _now: int) -> list[Episode]:
        spans = [*self.spans, *(LevelSpan(level, span) for level, span in self.open.items())]
        return episodes(spans, self.applied.rule.reopen) if spans else []

    def settle(self, until: int) -> None:
        """Forget what ended so long ago that nothing joins it."""
        self.since = until
        self.spans = [one for one in self.spans if (one.span.end or 0) + self.applied.rule.reopen >= until]

    def facts(self, _level: Level) -> Verdict:
        return Verdict(Sense.RAISE, self.newest, None, None)

    def pack(self) -> dict[str, Any]:
        return {
            "open": [[int(level), *span] for level, span in self.open.items()],
            "spans": [[int(level), *span] for level, span in self.spans],
            "newest": self.newest,
        }

    def unpack(self, packed: Mapping[str, Any]) -> None:
        """Raises ValueError, KeyError or TypeError for what `pack` did not give."""
        self.open = {Level(level): Span(*span) for level, *span in packed["open"]}
        self.spans = [LevelSpan(Level(level), Span(*span)) for level, *span in packed["spans"]]
        self.newest = int(packed["newest"])
