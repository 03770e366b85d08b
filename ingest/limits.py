"""How much one device may send: readings an hour, bytes a day. Without limits, unless the settings give some.

Both are counted in event time: what comes late, because we, the broker or the device was away, belongs to the hours in
which it was measured, and takes nothing from this one. What has no time of its own is counted when we receive it, and
what a device could not use while nobody heard it is made up for (docs/adr/0059).
"""

from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

import structlog

from devices.reading import Reading, Reason, Refusal
from ingest.batch import Batch, Refused
from ingest.journal import Entry

log = structlog.get_logger(__name__)

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MADE_UP_MS = 7 * DAY_MS
"""So long the broker keeps our session, and what devices send to it meanwhile."""
AHEAD = 2
"""Periods beyond the oldest that is accepted: the one that has just begun, and that of a clock that is ahead."""


class Limits(NamedTuple):
    """Of every device; 0 is without."""

    readings_per_hour: int = 0
    bytes_per_day: int = 0


class Limit(NamedTuple):
    """One of them."""

    name: str
    """Of its setting."""
    unit: str
    period: int
    """ms."""
    granted: int
    """In each period."""

    @property
    def most_owed(self) -> int:
        return MADE_UP_MS // self.period * self.granted


class Use(NamedTuple):
    """What one device has used of its volume, as it is kept over a restart."""

    newest: int
    """Day since 1970: all of these are."""
    owed: int
    """Bytes: all of these are."""
    using_owed: bool
    used: Mapping[int, int]


class Used(NamedTuple):
    """What all devices have used, of the messages up to `seq`."""

    seq: int
    devices: Mapping[str, Use]


class Allowance:
    """What one device has used of one limit, period by period, as far back as readings are accepted.

    4 bytes a period: 3 kB for the hours of a month.
    """

    __slots__ = ("_limit", "_newest", "_owed", "_told", "_used", "_using_owed")

    def __init__(self, limit: Limit, periods: int, newest: int, unheard: int) -> None:
        """Begins with the period `newest`; in `unheard` periods before it nobody could hear the device."""
        self._limit = limit
        self._used = array("I", bytes(4 * periods))
        self._newest = newest
        self._owed = min(unheard * limit.granted, limit.most_owed)
        """What it may send besides."""
        self._using_owed = False
        self._told = -1

    def take(self, period: int, cost: int, *, dated: bool) -> bool:
        """Use so much of this period; False when it is not there. Only what is not `dated` may use what is owed."""
        if period > self._newest:
            self._begin(period)
        used, place = self._used, period % len(self._used)
        if period <= self._newest - len(used):
            return True  # older than what is accepted: a clock was set, and nothing is known of that time
        if used[place] + cost <= self._limit.granted:
            used[place] += cost
            return True
        if dated or cost > self._owed:
            return False
        self._owed -= cost
        self._using_owed = True
        return True

    def use(self) -> "tuple[int, int, bool, array[int]]":
        """To be kept: a copy, quickly made. See `use_of`."""
        return self._newest, self._owed, self._using_owed, self._used[:]

    def resume(self, kept: Use) -> None:
        """Go on where another stood, whose limit may have been another."""
        size = len(self._used)
        self._newest, self._using_owed = kept.newest, kept.using_owed
        self._owed = min(kept.owed, self._limit.most_owed)
        for period, used in kept.used.items():
            if kept.newest - size < period <= kept.newest:
                self._used[period % size] = min(used, self._limit.granted)

    def _begin(self, period: int) -> None:
        """What was left of the last one is owed, and all of those between; older debts only while they are used."""
        used, size, granted = self._used, len(self._used), self._limit.granted
        left = granted - used[self._newest % size]
        older = self._owed if self._using_owed else 0
        passed = period - self._newest
        self._owed = min(older + left + (passed - 1) * granted, self._limit.most_owed)
        self._using_owed = False
        for new in range(period, period - min(passed, size), -1):
            used[new % size] = 0
        self._newest = period

    def tell(self, device: str, period: int) -> None:
        """Log that it is used up, once a period."""
        if period > self._told:
            self._told = period
            log.warning("device_over_limit", device=device, limit=self._limit.name, granted=self._limit.granted)


def use_of(newest: int, owed: int, using_owed: bool, used: "array[int]") -> Use:
    size = len(used)
    periods = {newest - (newest - place) % size: amount for place, amount in enumerate(used) if amount}
    return Use(newest, owed, using_owed, periods)


class RateLimits:
    """What each device has used. One for each sieve, handed on when the configuration is read anew.

    Of the hours what is known after a restart comes from the journal (`Sieve.remember`), of the days from a file, too
    (ingest/limits_file.py): `resume`. What was counted up to its `seq` is not counted again.
    """

    def __init__(self, limits: Limits, max_age: int) -> None:
        """`max_age` is how late readings may come, ms."""
        both = (
            Limit("limits.readings_per_hour", "readings in an hour", HOUR_MS, limits.readings_per_hour),
            Limit("limits.bytes_per_day", "bytes in a day", DAY_MS, limits.bytes_per_day),
        )
        self._limits = [one for one in both if one.granted]
        self._weighing = limits.bytes_per_day > 0
        self._max_age = max_age
        self._here_until: int | None = None
        self._counted = 0
        """Seq up to which bytes are known from before this start."""
        self._judged = 0
        """Of the newest message whose bytes were counted."""
        self._kept: Mapping[str, Use] = {}
        """Of devices not heard since this start."""
        self._devices: dict[str, list[Allowance]] = {}

    def here_until(self, received: int) -> None:
        """When the last message before this start was received, ms: devices not heard since could not be."""
        self._here_until = received

    @property
    def weighing(self) -> bool:
        """Whether bytes are counted, so that there is something to keep."""
        return self._weighing

    def resume(self, used: Used) -> None:
        """Before anything is judged: what was used before this start."""
        self._counted = self._judged = used.seq
        self._kept = dict(used.devices)

    def used(self) -> Callable[[], Used]:
        """What was used up to now. Quick; what is returned does the slow part, and may do it in a thread."""
        seq, kept = self._judged, self._kept
        heard = {device: allowances[-1].use() for device, allowances in self._devices.items()}
        return lambda: Used(seq, {**kept, **{device: use_of(*one) for device, one in heard.items()}})

    def judge(self, batch: Batch) -> None:
        """Refuse the readings that are too many, in the order of the batch. What is run again never is."""
        parts = Counter(entry.seq for entry, _ in batch.origins) if self._weighing else {}
        excess: dict[int, Refusal] = {}
        for index, (reading, (entry, _)) in enumerate(zip(batch.readings, batch.origins, strict=True)):
            if entry.message.replayed:
                continue
            limit = self._exceeded(reading, entry, parts.get(entry.seq, 1))
            if limit is not None:
                detail = f"more than {limit.granted} {limit.unit} ({limit.name})"
                excess[index] = Refusal(Reason.TOO_OFTEN, detail, reading.series.device)
        if parts:
            self._judged = max(self._judged, *parts)
        if excess:
            take_out(batch, excess)

    def _exceeded(self, reading: Reading, entry: Entry, parts: int) -> Limit | None:
        """The first limit that leaves no room for it. Of a message's bytes each of its readings has its part."""
        device, time, message = reading.series.device, reading.time, entry.message
        allowances = self._devices.get(device) or self._first_heard(device, time, message.received)
        for limit, allowance in zip(self._limits, allowances, strict=True):
            if limit.period == DAY_MS and entry.seq <= self._counted:
                continue
            period = time // limit.period
            cost = 1 if limit.period == HOUR_MS else -(-len(message.payload) // parts)
            if not allowance.take(period, cost, dated=time < message.received):
                allowance.tell(device, period)
                return limit
        return None

    def _first_heard(self, device: str, time: int, received: int) -> list[Allowance]:
        """Of a device that was not heard since the start."""
        made = self._devices[device] = [self._allowance(limit, time) for limit in self._limits]
        kept = self._kept.get(device)
        if self._weighing and kept is not None and kept.newest <= received // DAY_MS + AHEAD:  # else a clock was set
            made[-1].resume(kept)
        return made

    def _allowance(self, limit: Limit, time: int) -> Allowance:
        newest = time // limit.period
        unheard = 0 if self._here_until is None else max(0, newest - self._here_until // limit.period)
        return Allowance(limit, self._max_age // limit.period + 1 + AHEAD, newest, unheard)


def take_out(batch: Batch, excess: Mapping[int, Refusal]) -> None:
    """These readings, by their index, are refused. One that is refused in part already is refused whole, and once."""
    partly = {(one.entry.seq, one.item): number for number, one in enumerate(batch.refused)}
    for index, refusal in excess.items():
        entry, item = batch.origins[index]
        number = partly.get((entry.seq, item))
        if number is None:
            batch.refused.append(Refused(entry, item, refusal))
            continue
        first = batch.refused[number]
        detail = f"{first.refusal.detail}; {refusal.detail}"
        batch.refused[number] = first._replace(refusal=first.refusal._replace(detail=detail))
        batch.partial -= 1
    kept = [index for index in range(len(batch.readings)) if index not in excess]
    batch.readings = [batch.readings[index] for index in kept]
    batch.origins = [batch.origins[index] for index in kept]
