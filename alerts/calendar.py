"""Calendars: the hours of the week in which a rule counts, by the clock on the wall in France, and the days off.

A slot belongs to the day it begins on: the night of 23:00-05:00 that begins on a school day is one slot, whatever the
next day is.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

Slot = tuple[int, int]
"""[start, end) in ms."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_A_DAY = 1_440
HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00))")
QUARTER = 900_000
"""ms. Slots seldom begin or end but on the quarter of an hour: one answer holds for all of it, and is remembered."""
REMEMBERED = 40_000
"""Answers kept, a year of quarters: then all are forgotten."""
NOTICE = 60 * 86_400_000
"""ms before the end of the known holidays at which somebody must add the next year's."""


class Hours(NamedTuple):
    """Minutes of the wall clock since midnight; an end at or before the start is of the next day."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Minutes, on a day without a change of the clock."""
        return (self.end - self.start) % MINUTES_OF_A_DAY or MINUTES_OF_A_DAY


Week = tuple[tuple[Hours, ...], ...]
"""Monday to Sunday."""


class Holiday(NamedTuple):
    name: str
    start: date
    end: date
    """The day on which school begins again: [start, end)."""


@dataclass(frozen=True)
class Calendar:
    id: str
    week: Week
    holidays: tuple[Holiday, ...] = ()
    known_until: date | None = None
    """The first day for which no holidays are known. From then on no day is open: a holiday must not be taken for a
    school day. None where there are no holidays to know."""
    bank_holidays: bool = False
    """Closed on the bank holidays of mainland France."""
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    """Open although a holiday, or beyond what is known; the hours are those of its weekday."""
    _slots: dict[date, tuple[Slot, ...]] = field(default_factory=dict, compare=False, repr=False)
    _answers: dict[int, Slot | None] = field(default_factory=dict, compare=False, repr=False)

    def slot(self, time_ms: int) -> Slot | None:
        """The slot that holds this instant, or None."""
        quarter = time_ms // QUARTER
        try:
            return self._answers[quarter]
        except KeyError:
            return self._find(time_ms, quarter)

    @property
    def longest(self) -> int:
        """The longest slot, ms, of a week without a change of the clock."""
        return max((hours.length for day in self.week for hours in day), default=0) * 60_000

    def is_open(self, day: date) -> bool:
        """Whether the slots of this day's weekday count on this day."""
        if day in self.opened:
            return True
        if day in self.closed or (self.bank_holidays and day in bank_holidays(day.year)):
            return False
        if self.known_until is not None and day >= self.known_until:
            return False
        return not any(holiday.start <= day < holiday.end for holiday in self.holidays)

    def expires(self, now: int) -> int | None:
        """The instant from which nothing is known of this calendar, once it is less than 60 days ahead or past.

        None while there is nothing to do. `now` is ms, and so is the answer.
        """
        if self.known_until is None:
            return None
        end = instant(self.known_until)
        return end if now > end - NOTICE else None

    def _find(self, time_ms: int, quarter: int) -> Slot | None:
        day = local(time_ms).date()
        slots = [slot for one in (day - timedelta(days=1), day) for slot in self._of(one)]
        found = next((slot for slot in slots if slot[0] <= time_ms < slot[1]), None)
        start, end = quarter * QUARTER, (quarter + 1) * QUARTER
        if not any(start < edge < end for slot in slots for edge in slot):
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[quarter] = found
        return found

    def _of(self, day: date) -> tuple[Slot, ...]:
        """The slots that begin on a day."""
        if (known := self._slots.get(day)) is not None:
            return known
        if len(self._slots) >= REMEMBERED:
            self._slots.clear()
        slots = tuple(_slot(day, hours) for hours in self.week[day.weekday()]) if self.is_open(day) else ()
        # The hour that the clock skips in March can leave nothing of a slot.
        self._slots[day] = tuple(slot for slot in slots if slot[0] < slot[1])
        return self._slots[day]


def _slot(day: date, hours: Hours) -> Slot:
    last = day if hours.end > hours.start else day + timedelta(days=1)
    return instant(day, hours.start), instant(last, hours.end)


def instant(day: date, minute: int = 0) -> int:
    """The moment, ms, at which the clock on the wall shows this minute of a day; 1 440 is the midnight after.

    Of the hour that comes twice in October the first; of the one skipped in March the moment of the skip.
    """
    day, minute = day + timedelta(days=minute // MINUTES_OF_A_DAY), minute % MINUTES_OF_A_DAY
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=_paris())
    moment = wall.astimezone(UTC)
    if moment.astimezone(_paris()).replace(tzinfo=None, fold=0) != wall.replace(tzinfo=None):
        # In France the clock skips from 02:00 to 03:00.
        moment = datetime.combine(day, time(2), tzinfo=_paris()).astimezone(UTC)
    return round(moment.timestamp() * 1000)


def local(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, _paris())


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The eleven bank holidays of mainland France."""
    import holidays  # noqa: PLC0415  -- 0.1 s, and a territory may have no such calendar

    return frozenset(holidays.country_holidays("FR", years=year))


@cache
def _paris() -> ZoneInfo:
    return ZoneInfo("Europe/Paris")


def minutes(text: str) -> Hours | None:
    """The hours of "08:00-12:00" or "23:00-05:00"; None when they are no hours, or none at all ("08:00-08:00")."""
    found = HOURS.fullmatch(text)
    if not found:
        return None
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3] or found[5]) * 60 + int(found[4] or found[6])
    return Hours(start, end) if start != end else None


def overlaps(week: Week) -> bool:
    """Whether two slots of the week share a minute."""
    starts = [(day * MINUTES_OF_A_DAY + hours.start, hours.length) for day, slots in enumerate(week) for hours in slots]
    starts.sort()
    around = [*starts, *((start + 7 * MINUTES_OF_A_DAY, 0) for start, _ in starts[:1])]
    return any(start + length > after for (start, length), (after, _) in pairwise(around))
