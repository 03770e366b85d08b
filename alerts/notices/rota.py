"""Rotas: who is on duty at an instant, by the clock on the wall in France.

Turn 0 begins at the last handover at or before the day `since`; turn k is that of member k modulo their number, before
`since` too. So at any instant exactly one member is on duty, on the days when the clock changes as on others.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from alerts.calendar import instant, local


class WeekMoment(NamedTuple):
    """A minute of the week on the clock on the wall: `mon 08:00`; without a weekday, of every day."""

    weekday: int | None
    """Monday is 0."""
    minute: int
    """Since midnight."""

    @property
    def days(self) -> int:
        """Between two of them."""
        return 1 if self.weekday is None else 7

    def day_at_or_before(self, day: date) -> date:
        return day if self.weekday is None else day - timedelta(days=(day.weekday() - self.weekday) % 7)

    def last(self, now: int) -> int:
        """The newest of these moments at or before `now`, ms."""
        day = self.day_at_or_before(local(now).date())
        return next(
            moment
            for back in (-1, 0, 1, 2)
            if (moment := instant(day - timedelta(days=back * self.days), self.minute)) <= now
        )


class Override(NamedTuple):
    """Somebody stands in for whoever's turn it is, within [start, end) in ms."""

    member: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rota:
    name: str
    members: tuple[str, ...]
    """Names of channels, in the order of their turns; at least one."""
    handover: WeekMoment
    since: date
    turns: int = 1
    """Days or weeks, by the handover, that a turn lasts."""
    overrides: tuple[Override, ...] = ()

    def on_duty(self, now: int) -> str:
        """The member on duty at `now`, ms."""
        for override in self.overrides:
            if override.start <= now < override.end:
                return override.member
        return self.members[self.turn(now) % len(self.members)]

    def turn(self, now: int) -> int:
        """Number of the turn that holds this instant; negative before `since`."""
        first, length = self.handover.day_at_or_before(self.since), self.handover.days * self.turns
        guess = (local(now).date() - first).days // length
        starts = [instant(first + timedelta(days=turn * length), self.handover.minute) for turn in (guess, guess + 1)]
        return guess - 1 + bisect_right(starts, now)
