"""From the times of firing of a rule's levels to the intervals of its alert on one device. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from alerts.lane import Span
from alerts.rule import Level


class LevelSpan(NamedTuple):
    level: Level
    span: Span


class Episode(NamedTuple):
    """One alert from its beginning to its end, whatever levels fired meanwhile."""

    raised: int
    start: int
    end: int | None
    level: Level
    """Where it stands, or stood last."""
    peak: Level


def episodes(spans: Iterable[LevelSpan], reopen: int) -> list[Episode]:
    """The union of the spans in order of time; those no more than `reopen` ms apart are one.

    The result depends on the set of spans alone, not on their order.
    """
    found: list[Episode] = []
    for level, (raised, start, end) in sorted(spans, key=lambda one: (one.span.start, one.level)):
        one = Episode(raised, start, end, level, level)
        last = found[-1] if found else None
        if last is not None and (last.end is None or start - last.end <= reopen):
            found[-1] = _join(last, one)
        else:
            found.append(one)
    return found


def _join(earlier: Episode, later: Episode) -> Episode:
    both_open = earlier.end is None and later.end is None
    end = None if earlier.end is None or later.end is None else max(earlier.end, later.end)
    if both_open or earlier.end == later.end:
        level = max(earlier.level, later.level)
    elif earlier.end is None or (later.end is not None and earlier.end > later.end):
        level = earlier.level
    else:
        level = later.level
    return Episode(min(earlier.raised, later.raised), earlier.start, end, level, max(earlier.peak, later.peak))
