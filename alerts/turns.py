"""Which notice of a channel goes next, and when. Pure: rows that wait and what was sent in the last hour.

Rows of one group go together, once the first of them is due; a group that was sent to waits a minute for the next
notice, but a critical alert waits only for another critical one. A notice that was tried goes again as it was. When a
channel has more groups than notices it may still send within the hour, all go as one: the digest.
"""

from collections.abc import Sequence
from typing import NamedTuple

from alerts.dispatch import NoticeKind
from alerts.rule import Level

GROUP_MS = 60_000
HOUR_MS = 3_600_000
URGENT_MS = 300_000
"""Beyond its limit a channel still takes a digest with a critical alert in it, this long after its last notice."""


class Row(NamedTuple):
    """One order that waits. Times are ms."""

    id: int
    alert: int
    kind: NoticeKind
    level: Level
    group: str
    made: int
    due: int
    notice: str
    """Id of the notice it was put into; "" before it was tried."""
    tries: int

    @property
    def ends(self) -> bool:
        return self.kind.ends

    @property
    def urgent(self) -> bool:
        return self.level is Level.CRITICAL and not self.ends


class Sent(NamedTuple):
    """What one notice of the last hour held of one group."""

    notice: str
    group: str
    ends: bool
    level: int
    """The highest."""
    at: int


class Turn(NamedTuple):
    at: int
    """When it may go, ms."""
    rows: tuple[Row, ...]
    digest: bool = False


def next_turn(waiting: Sequence[Row], sent: Sequence[Sent], now: int, max_per_hour: int) -> Turn | None:
    """The turn that comes first; None when nothing waits. `max_per_hour` 0 is without limit."""
    turns = sorted(_turns(waiting, sent, now), key=_precedence)
    if not turns or not max_per_hour:
        return turns[0] if turns else None
    ready = [turn for turn in turns if turn.at <= now]
    free = max_per_hour - len({one.notice for one in sent})
    if free > 0:
        return turns[0] if len(ready) <= free else _digest(ready, now)
    return _digest(ready or turns[:1], _end_of_limit(ready or turns[:1], sent, now, max_per_hour))


def _turns(waiting: Sequence[Row], sent: Sequence[Sent], now: int) -> list[Turn]:
    groups: dict[object, list[Row]] = {}
    for row in waiting:
        groups.setdefault(row.notice or (row.group, row.ends, row.kind is NoticeKind.TEST), []).append(row)
    return [Turn(max(now, _when(rows, sent)), tuple(sorted(rows))) for rows in groups.values()]


def _when(rows: Sequence[Row], sent: Sequence[Sent]) -> int:
    """When one group may go: the first of its rows that is due, after the pause since the group's last notice."""
    first = rows[0]
    if first.notice or first.kind is NoticeKind.TEST:
        return min(row.due for row in rows)
    mine = [one for one in sent if (one.group, one.ends) == (first.group, first.ends)]
    whole = _after_pause(rows, mine)
    urgent = [row for row in rows if row.urgent]
    if not urgent:
        return whole
    return min(whole, _after_pause(urgent, [one for one in mine if one.level >= Level.CRITICAL]))


def _after_pause(rows: Sequence[Row], sent: Sequence[Sent]) -> int:
    return max(min(row.due for row in rows), max((one.at + GROUP_MS for one in sent), default=0))


def _precedence(turn: Turn) -> tuple[int, int, int]:
    return turn.at, -max(row.level for row in turn.rows), turn.rows[0].id


def _digest(turns: Sequence[Turn], at: int) -> Turn:
    """All of them as one. A notice that was tried keeps its id, so it goes by itself, before or after."""
    fresh = [turn for turn in turns if not turn.rows[0].notice]
    if len(fresh) < 2:
        return turns[0]._replace(at=at)
    return Turn(at, tuple(sorted(row for turn in fresh for row in turn.rows)), digest=True)


def _end_of_limit(turns: Sequence[Turn], sent: Sequence[Sent], now: int, max_per_hour: int) -> int:
    """When the channel may send again: when fewer than its limit count, or sooner for what is urgent."""
    times = sorted({one.notice: one.at for one in sent}.values())
    free = times[len(times) - max_per_hour] + HOUR_MS  # more than the limit count after urgent ones
    if any(row.urgent for turn in turns for row in turn.rows):
        free = min(free, times[-1] + URGENT_MS)
    return max(free, now, min(turn.at for turn in turns))
