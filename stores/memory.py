"""A store that forgets when the process ends: for tests, `--dry-run` and demonstrations.

Not a mock: it passes the same contract as the others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from threading import RLock

from devices.errors import StoreRefused
from devices.mark import Mark
from devices.reading import Reading, Series
from devices.schema import MAX, MEASUREMENTS, MIN, RAW, ROLLUP
from stores.port import NONE_SOONER, Hour, Latest, Point, Rollup
from stores.rollup import belongs
from stores.storable import sift

_Rows = dict[Series, dict[int, dict[str, float]]]
"""series -> time -> field -> value"""


class MemoryStore:
    """Readings in dictionaries, bounded only by `expire`."""

    keeps_marks = False
    left_out = 0

    def __init__(self) -> None:
        self._lock = RLock()
        self._rows: dict[str, _Rows] = {RAW: defaultdict(dict), ROLLUP: defaultdict(dict)}
        self._latest: dict[tuple[str, str], Latest] = {}

    def ensure_schema(self) -> None:
        """Nothing to create."""

    def write(self, readings: Sequence[Reading]) -> None:
        """Store the readings. Raises StoreRefused."""
        good, refused = sift(readings)
        with self._lock:
            for series, time, values in good:
                floats = {quantity: float(value) for quantity, value in values.items()}
                self._rows[RAW][series].setdefault(time, {}).update(floats)
                for quantity, value in floats.items() if series.domain in MEASUREMENTS else ():
                    known = self._latest.get((series.device, quantity))
                    if known is None or time >= known.time:
                        self._latest[series.device, quantity] = Latest(series, quantity, time, value)
        if refused:
            raise StoreRefused(refused)

    def keep_apart(self, own_days: Mapping[str, int]) -> None:
        """Told at each `expire`."""

    def mark(self, marks: Sequence[Mark]) -> None:
        """Nobody could ask for them."""

    def write_rollups(self, rollups: Sequence[Rollup]) -> None:
        with self._lock:
            for series, quantity, hour, fields in rollups:
                row = self._rows[ROLLUP][series].setdefault(hour, {})
                for field in [field for field in row if belongs(field, quantity)]:
                    del row[field]
                row.update({field: float(value) for field, value in fields.items()})

    def latest(self, devices: Collection[str] | None = None) -> list[Latest]:
        with self._lock:
            found = list(self._latest.values())
        return found if devices is None else [each for each in found if each.series.device in devices]

    def points(self, device: str, quantity: str, start: int, end: int, policy: str = RAW) -> list[Point]:
        with self._lock:
            return sorted(
                Point(time, values[quantity])
                for series, rows in self._rows[policy].items()
                if series.device == device and series.domain in MEASUREMENTS
                for time, values in rows.items()
                if start <= time < end and quantity in values
            )

    def hours(self, device: str, quantity: str, start: int, end: int) -> list[Hour]:
        with self._lock:
            return sorted(
                Hour(time, value, values.get(quantity + MIN, value), values.get(quantity + MAX, value))
                for series, rows in self._rows[ROLLUP].items()
                if series.device == device and series.domain in MEASUREMENTS
                for time, values in rows.items()
                if start <= time < end and (value := values.get(quantity)) is not None
            )

    def readings(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        return self._of(RAW, start, end, devices)

    def rollups(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        return self._of(ROLLUP, start, end, devices)

    def oldest(self, start: int, policy: str = RAW) -> int | None:
        with self._lock:
            return min(
                (
                    time
                    for series, rows in self._rows[policy].items()
                    if series.domain in MEASUREMENTS
                    for time in rows
                    if time >= start
                ),
                default=None,
            )

    def _of(self, policy: str, start: int, end: int, devices: Collection[str] | None) -> Iterator[Reading]:
        with self._lock:
            chosen = [
                series
                for series in self._rows[policy]
                if series.domain in MEASUREMENTS and (devices is None or series.device in devices)
            ]
        for series in chosen:
            with self._lock:
                rows = [
                    Reading(series, time, dict(values))
                    for time, values in self._rows[policy][series].items()
                    if start <= time < end
                ]
            yield from sorted(rows, key=lambda reading: reading.time)

    def expire(self, raw_before: int, rollup_before: int, sooner: Mapping[str, int] = NONE_SOONER) -> int:
        """Drop values older than these times, ms. Returns how many."""
        dropped = 0
        with self._lock:
            for rows in self._rows[RAW].values():
                for time, values in rows.items():
                    for quantity in [name for name in values if time < sooner.get(name, time)]:
                        del values[quantity]
                        dropped += 1
                for time in [time for time, values in rows.items() if not values]:
                    del rows[time]
            for policy, before in ((RAW, raw_before), (ROLLUP, rollup_before)):
                for rows in self._rows[policy].values():
                    for time in [time for time in rows if time < before]:
                        dropped += len(rows.pop(time))
                for series in [series for series, rows in self._rows[policy].items() if not rows]:
                    del self._rows[policy][series]
            self._latest = {
                key: each
                for key, each in self._latest.items()
                if each.time >= max(raw_before, sooner.get(each.quantity, raw_before))
            }
        return dropped

    def close(self) -> None:
        """Nothing to close; what was stored stays readable."""
