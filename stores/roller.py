"""Keeps the hourly roll-ups true: each hour once it is complete, and again when late data touches it.

What remains to be done is in a small file of its own: the watermark (every hour before it is rolled up) and the touched
(device, hour) pairs. It is cleared only after the store has the result, so a crash at any point means work done twice.

    pipeline:  store.write(batch) -> roller.touch(batch) -> cursor advances
    timer:     roller.run(now)  until nothing remains
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from threading import RLock
from typing import NamedTuple

import structlog

from devices.errors import StoreRefused
from devices.quantity import Quantity, own_retention
from devices.reading import Reading
from devices.schema import HOUR_MS
from stores import sqlite_file, touched
from stores.port import Rollup, Store
from stores.rollup import roll_up, unknown_quantities

log = structlog.get_logger()

DAY_MS = 86_400_000
GRACE_MS = 300_000
"""A complete hour waits this long for stragglers; later ones touch it again."""
MARGIN_MS = HOUR_MS
"""An hour this close to the end of raw retention is left alone: the server may drop part of it while we read."""
HOURS_PER_RUN = 24
DEVICES_PER_READ = 500
ROLLUPS_PER_WRITE = 5_000


class Rolled(NamedTuple):
    """What one run did."""

    hours: int
    """Whole hours, and hours of single devices that late data had touched."""
    rollups: int
    remaining: bool
    """There is more to do at the same `now`: run again."""


class Roller:
    """Rolls up one store. `raw_retention` is in ms, 0 for ever. One process only; safe from several threads.

    Where there is no state yet, the watermark is the hour of `now`, and what is older comes in by being touched.
    Raises StoreUnavailable when the state file or the store cannot be used; nothing is lost then.
    """

    def __init__(
        self, store: Store, state: Path, quantities: Mapping[str, Quantity], raw_retention: int, now_ms: int
    ) -> None:
        self._store = store
        self._path = state
        self.quantities = quantities
        self._raw_retention = raw_retention
        self._lock = RLock()
        self._state = touched.open_state(state)
        with sqlite_file.said(state):
            self._state.execute("INSERT OR IGNORE INTO watermark VALUES (1, ?)", (hour_of(now_ms),))
            self._watermark: int = self._state.execute("SELECT hour FROM watermark").fetchone()[0]
        self.unrolled = 0
        """Values left out of roll-ups, because `quantities` no longer has their quantity."""
        self._unknown: set[str] = set()
        self._now = now_ms
        self._live_from = self._watermark
        """Readings from here on need no touch. Ahead of the watermark while hours are computed."""

    def touch(self, readings: Iterable[Reading]) -> None:
        """Remember the hours of late readings, durably, before returning. Call after the store has the readings."""
        live_from = self._live_from
        self._note({(hour_of(reading.time), reading.series.device) for reading in readings if reading.time < live_from})

    def touch_hours(self, hours: Iterable[tuple[int, str]]) -> None:
        """The same for (hour, device) of readings that others stored, when they had: see stores/late_hours.py."""
        live_from = self._live_from
        self._note({(hour_of(hour), device) for hour, device in hours if hour < live_from})

    def _note(self, late: Collection[tuple[int, str]]) -> None:
        if not late:
            return
        with self._lock, sqlite_file.said(self._path):
            touched.remember(self._state, late)

    def run(self, now_ms: int) -> Rolled:
        """Roll up complete hours, then touched ones: at most HOURS_PER_RUN of each kind."""
        oldest = now_ms - self._raw_retention + MARGIN_MS if self._raw_retention else None
        self._now = now_ms
        hours, rollups = self._roll_complete(now_ms, oldest)
        again, more = self._roll_touched(oldest)
        remaining = self._watermark < complete_until(now_ms) or self._touched_hours(1) != []
        return Rolled(hours + again, rollups + more, remaining)

    def close(self) -> None:
        with self._lock:
            self._state.close()

    def _roll_complete(self, now_ms: int, oldest: int | None) -> tuple[int, int]:
        self._skip_expired(now_ms, oldest)
        until = min(complete_until(now_ms), self._watermark + HOURS_PER_RUN * HOUR_MS)
        # Before the first read: a reading stored after it finds its hour behind `live_from`, and touches it.
        self._live_from = max(self._live_from, until)
        hours = rollups = 0
        for hour in range(self._watermark, until, HOUR_MS):
            rollups += self._roll(self._store.readings(hour, hour + HOUR_MS), hour)
            self._advance(hour + HOUR_MS)
            hours += 1
        return hours, rollups

    def _skip_expired(self, now_ms: int, oldest: int | None) -> None:
        """After a stop longer than raw retention, hours that are partly gone are not computed from what is left."""
        if oldest is not None and self._watermark < oldest:
            first_whole = min(hour_of(oldest + HOUR_MS - 1), complete_until(now_ms))
            if first_whole > self._watermark:
                log.warning("rollups_skipped", since=self._watermark, until=first_whole)
                self._advance(first_whole)

    def _roll_touched(self, oldest: int | None) -> tuple[int, int]:
        hours = rollups = 0
        for hour in self._touched_hours(HOURS_PER_RUN):
            entries = self._touched_devices(hour)
            for first in range(0, len(entries), DEVICES_PER_READ):
                some = entries[first : first + DEVICES_PER_READ]
                if oldest is None or hour >= oldest:
                    devices = [device for device, _ in some]
                    rollups += self._roll(self._store.readings(hour, hour + HOUR_MS, devices), hour)
                else:
                    log.warning("late_hour_beyond_raw_retention", hour=hour, devices=len(some))
                self._clear(hour, some)
            hours += 1
        return hours, rollups

    def _roll(self, readings: Iterator[Reading], hour: int) -> int:
        written = 0
        waiting: list[Rollup] = []
        whole = self._whole(hour)
        for _, members in groupby(readings, key=lambda reading: reading.series):
            of_series = list(members)
            self._note_unknown(of_series, hour)
            waiting += roll_up(of_series, whole, hour)
            if len(waiting) >= ROLLUPS_PER_WRITE:
                written += self._write(waiting)
                waiting = []
        return written + self._write(waiting)

    def _whole(self, hour: int) -> Mapping[str, Quantity]:
        """Quantities of which all raw values of that hour are kept: what is left of it would overwrite the whole."""
        gone = [
            name
            for name, days in own_retention(self.quantities).items()
            if hour < self._now - days * DAY_MS + MARGIN_MS
        ]
        return {name: one for name, one in self.quantities.items() if name not in gone} if gone else self.quantities

    def _note_unknown(self, readings: Sequence[Reading], hour: int) -> None:
        """Only the catalogue tells how a quantity aggregates; without it the raw readings stay, and it is said once."""
        for name, count in unknown_quantities(readings, self.quantities).items():
            self.unrolled += count
            if name not in self._unknown:
                self._unknown.add(name)
                log.warning(
                    "rollup_of_unknown_quantity",
                    quantity=name,
                    device=readings[0].series.device,
                    hour=hour,
                    remedy="put it back into quantities.toml, even if no model sends it any more, then replay",
                )

    def _write(self, rollups: list[Rollup]) -> int:
        try:
            self._store.write_rollups(rollups)
        except StoreRefused as error:
            # Raw data stays; going on is better than never rolling up anything again.
            log.error("rollups_refused", count=len(error.refused), first=error.refused[0][1])  # noqa: TRY400
            return len(rollups) - len(error.refused)
        return len(rollups)

    def _advance(self, hour: int) -> None:
        with self._lock, sqlite_file.said(self._path):
            self._state.execute("UPDATE watermark SET hour = ?", (hour,))
            self._watermark = hour
            self._live_from = max(self._live_from, hour)

    def _touched_hours(self, limit: int) -> list[int]:
        """Hours behind the watermark only: one that is being computed for the first time comes later."""
        with self._lock, sqlite_file.said(self._path):
            return [
                row[0]
                for row in self._state.execute(
                    "SELECT DISTINCT hour FROM touched WHERE hour < ? ORDER BY hour LIMIT ?", (self._watermark, limit)
                )
            ]

    def _touched_devices(self, hour: int) -> list[tuple[str, int]]:
        with self._lock, sqlite_file.said(self._path):
            return self._state.execute(
                "SELECT device, mark FROM touched WHERE hour = ? ORDER BY device", (hour,)
            ).fetchall()

    def _clear(self, hour: int, entries: list[tuple[str, int]]) -> None:
        with self._lock, sqlite_file.said(self._path), self._state as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            transaction.executemany(
                "DELETE FROM touched WHERE hour = ? AND device = ? AND mark = ?",
                [(hour, device, mark) for device, mark in entries],
            )


def hour_of(time: int) -> int:
    """Start of the hour of a time, ms."""
    return time - time % HOUR_MS


def complete_until(now_ms: int) -> int:
    """Every hour before this one is complete, stragglers included."""
    return hour_of(now_ms - GRACE_MS)
