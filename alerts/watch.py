"""One rule on one device while anything about it is not calm.

The times of firing are a function of the samples alone: `rerun` folds all of them from `since` on, in order of event
time; `follow` does the last step of the same fold when a sample comes in order. What is older than the lateness window
is final and rests in `start` and `settled`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from alerts.alert import Alert
from alerts.applied import Applied
from alerts.episode import Episode, LevelSpan, episodes
from alerts.judge import Season, Verdict, judge, means_for
from alerts.lane import CALM, Lane, Sense, Span, pass_time, step
from alerts.means import Means
from alerts.rule import Level
from alerts.samples import Samples


class Watch:
    __slots__ = (
        *("alerts", "applied", "lanes", "live", "newest", "season"),
        *("settled", "since", "spans", "start", "verdicts"),
    )

    def __init__(self, applied: Applied, season: Season, since: int) -> None:
        self.applied = applied
        self.season = season
        self.since = since
        """ms. Samples up to here are final; `start` is what came of them."""
        self.start: tuple[Lane, ...] = (CALM,) * len(applied.levels)
        self.settled: list[LevelSpan] = []
        self.lanes = self.start
        self.spans: list[LevelSpan] = []
        self.newest = since
        """Event time of the newest sample judged."""
        self.verdicts: list[Verdict] = []
        self.live = False
        """What it says now rests on a live reading."""
        self.alerts: list[Alert] = []
        """Those of this rule on this device that late data may still touch, oldest first."""

    def calm(self, samples: Mapping[str, Samples]) -> bool:
        """Nothing is raised, and no value that late data may still put beside another could raise it."""
        if self.spans or self.settled or self.alerts or any(lane.raised is not None for lane in self.start):
            return False
        low, high = self.applied.band
        kept = samples.get(self.applied.rule.quantity)
        return not self.applied.always and (kept is None or all(low < value < high for value in kept.values))

    def follow(self, samples: Mapping[str, Samples], time: int, means: Means | None = None) -> None:
        """The next sample, later than all before."""
        self._judged(judge(self.applied, samples, time, self.season, means), time)

    def feed(self, time: int, sense: Sense) -> bool:
        """The next verdict of something that is no sample. True when it changed anything."""
        before = self.lanes, len(self.spans)
        self._judged([Verdict(sense, time, None, None)] * len(self.lanes), time)
        return (
            any(
                (old.raised, old.firing, old.cleared) != (new.raised, new.firing, new.cleared)
                for old, new in zip(before[0], self.lanes, strict=True)
            )
            or len(self.spans) != before[1]
        )

    def rerun(self, samples: Mapping[str, Samples]) -> None:
        """All samples since `since` anew, in order of event time."""
        self.lanes, self.spans = self.start, []
        means = means_for(self.applied, samples)
        for time in self._times(samples):
            self.follow(samples, time, means)

    def settle(self, samples: Mapping[str, Samples], until: int) -> None:
        """Nothing up to `until` may change any more."""
        if until <= self.since:
            return
        ahead = [time for time in self._times(samples) if time <= until]
        self.lanes, self.spans = self.start, []
        means = means_for(self.applied, samples)
        for time in ahead:
            self.follow(samples, time, means)
        self._pass_time(until)
        self.start = self.lanes
        self.settled = self._still_needed([*self.settled, *self.spans], until)
        self.since = until
        self.rerun(samples)

    def trim(self, until: int) -> None:
        """The same where there are no samples to fold: what is known stays as it is."""
        self.since = until
        self.spans = self._still_needed(self.spans, until)

    def view(self, now: int) -> list[Episode]:
        """The intervals as far as is known at `now`, oldest first. Changes nothing."""
        spans = [*self.settled, *self.spans]
        for lane, (threshold, *_) in zip(self.lanes, self.applied.levels, strict=True):
            passed, ended = pass_time(lane, now, threshold, self.applied.hold)
            if ended is not None:
                spans.append(LevelSpan(threshold.level, ended))
            if passed.firing is not None and passed.raised is not None:
                spans.append(LevelSpan(threshold.level, Span(passed.raised, passed.firing, None)))
        return episodes(spans, self.applied.rule.reopen) if spans else []

    def deadline(self, now: int) -> int | None:
        """When, after `now`, the passing of time alone may change what `view` says, ms."""
        due = []
        for lane, (threshold, *_) in zip(self.lanes, self.applied.levels, strict=True):
            if lane.raised is not None and lane.firing is None:
                due.append(lane.raised + threshold.delay)
            elif lane.cleared is not None:
                due.append(lane.cleared + threshold.keep)
        return min((one for one in due if one > now), default=None)

    def facts(self, level: Level) -> Verdict | None:
        """The newest verdict of a level."""
        for verdict, (threshold, *_) in zip(self.verdicts, self.applied.levels, strict=False):
            if threshold.level is level:
                return verdict
        return None

    def carry(self, level: Level, raised: int, firing: int) -> None:
        """Begin as firing up to this level: the rule was changed while its alert was open."""
        self.start = tuple(
            Lane(raised, firing, None, self.since) if one.threshold.level <= level else CALM
            for one in self.applied.levels
        )
        self.lanes = self.start

    def pack(self) -> dict[str, Any]:
        """What must survive a restart, for JSON; the samples bring the rest."""
        return {
            "since": self.since,
            "start": [list(lane) for lane in self.start],
            "settled": [[int(level), *span] for level, span in self.settled],
            "live": self.live,
        }

    def unpack(self, packed: Mapping[str, Any]) -> None:
        """Raises ValueError, KeyError or TypeError for what `pack` did not give."""
        start = tuple(Lane(*lane) for lane in packed["start"])
        if len(start) != len(self.start):
            raise ValueError("the rule has other levels now")
        self.since, self.start, self.live = int(packed["since"]), start, bool(packed["live"])
        self.settled = [LevelSpan(Level(level), Span(*span)) for level, *span in packed["settled"]]
        self.newest, self.lanes = self.since, self.start

    def _times(self, samples: Mapping[str, Samples]) -> list[int]:
        found: set[int] = set()
        for name in self.applied.quantities:
            if (kept := samples.get(name)) is not None:
                found.update(kept.times_after(self.since))
        return sorted(found)

    def _pass_time(self, now: int) -> None:
        lanes = []
        for lane, (threshold, *_) in zip(self.lanes, self.applied.levels, strict=True):
            after, ended = pass_time(lane, now, threshold, self.applied.hold)
            lanes.append(after)
            if ended is not None:
                self.spans.append(LevelSpan(threshold.level, ended))
        self.lanes = tuple(lanes)

    def _judged(self, verdicts: list[Verdict], time: int) -> None:
        lanes = []
        for lane, level, verdict in zip(self.lanes, self.applied.levels, verdicts, strict=True):
            threshold = level.threshold
            after, ended = step(lane, time, verdict.sense, verdict.seen, threshold, self.applied.hold)
            lanes.append(after)
            if ended is not None:
                self.spans.append(LevelSpan(threshold.level, ended))
        self.lanes = tuple(lanes)
        self.verdicts = verdicts
        self.newest = time

    def _still_needed(self, spans: Iterable[LevelSpan], until: int) -> list[LevelSpan]:
        """The final spans that a later one may still join, each chain of them as one."""
        reopen = self.applied.rule.reopen
        chains = episodes(spans, reopen)
        firing = [lane.firing for lane in self.start if lane.firing is not None]
        return [
            LevelSpan(one.peak, Span(one.raised, one.start, one.end))
            for one in chains
            if one.end is not None and (one.end + reopen >= until or any(start <= one.end + reopen for start in firing))
        ]
