"""Exported readings go into a store again."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from devices.errors import StoreRefused, StoreUnavailable
from devices.reading import Reading
from devices.schema import HOUR_MS, RAW, ROLLUP
from stores.personal import MARGIN_MS
from stores.port import NONE_SOONER, Rollup, Store
from stores.storable import TIME_LIMIT
from vigiterre.backup.lines import decode
from vigiterre.backup.problems import BackupError
from vigiterre.backup.tally import Tally
from vigiterre.backup.windows import quantities_of
from vigiterre.settings import StoreSettings

BATCH = 5_000
DAY_MS = 24 * HOUR_MS
TRIES = 6
PAUSE_SECONDS = 2.0


class Refilling:
    """Writes files of lines, and passes over what is older than the store keeps.

    `oldest`: policy -> ms. `sooner`: quantity -> ms, for raw values that are kept for a time of their own.
    """

    def __init__(self, store: Store, oldest: Mapping[str, int], sooner: Mapping[str, int] = NONE_SOONER) -> None:
        self._store = store
        self._oldest = oldest
        self._sooner = sooner
        self.tally = Tally()
        """Of what should be in the store now."""
        self.expired = 0
        """Readings passed over, or some of their values."""
        self.refused = 0
        """Readings that the store would not take."""

    def add(self, policy: str, path: str, content: bytes) -> None:
        """One file of the archive. Raises BackupError, StoreUnavailable."""
        found = decoded(path, content)
        while some := list(islice(found, BATCH)):
            batch = self._kept(policy, some)
            self.tally.add(policy, batch)
            self.refused += patiently(partial(self._write, policy, batch))

    def _kept(self, policy: str, some: Sequence[Reading]) -> list[Reading]:
        """Of these, what the store keeps."""
        kept = [reading for reading in some if reading.time >= self._oldest[policy]]
        batch = [fresh(reading, self._sooner) for reading in kept] if policy == RAW else kept
        whole = sum(reading is one for reading, one in zip(kept, batch, strict=True))
        self.expired += len(some) - whole
        return [reading for reading in batch if reading.values]

    def _write(self, policy: str, batch: Sequence[Reading]) -> int:
        """How many the store will never take."""
        try:
            if policy == ROLLUP:
                self._store.write_rollups([rollup for reading in batch for rollup in rollups_of(reading)])
            else:
                self._store.write(batch)
        except StoreRefused as error:
            return len(error.refused)
        return 0


def oldest_kept(keeps: StoreSettings, now: int) -> dict[str, int]:
    """Policy -> time before which a store keeps nothing, ms; an hour is left to whoever writes meanwhile."""
    days = {RAW: keeps.raw_days, ROLLUP: keeps.rollup_days}
    return {policy: now - many * DAY_MS + HOUR_MS if many else -TIME_LIMIT for policy, many in days.items()}


def sooner_kept(own_days: Mapping[str, int], now: int) -> dict[str, int]:
    """Quantity -> time before which its raw values are not kept, ms; as above."""
    return {name: now - days * DAY_MS + MARGIN_MS + HOUR_MS for name, days in own_days.items()}


def fresh(reading: Reading, sooner: Mapping[str, int]) -> Reading:
    """The same reading, or without those of its values that are too old."""
    values = {name: value for name, value in reading.values.items() if reading.time >= sooner.get(name, reading.time)}
    return reading if len(values) == len(reading.values) else reading._replace(values=values)


def decoded(path: str, content: bytes) -> Iterator[Reading]:
    """Raises BackupError."""
    for line in content.splitlines():
        try:
            yield decode(line)
        except ValueError as error:
            raise BackupError("bad_readings", path=path, detail=error) from error


def rollups_of(hour: Reading) -> list[Rollup]:
    return [
        Rollup(hour.series, quantity, hour.time, {name: hour.values[name] for name in names})
        for quantity, names in quantities_of(hour.values).items()
    ]


def patiently(action: Callable[[], int]) -> int:
    """The same again while the store is only busy. Raises StoreUnavailable."""
    for _ in range(TRIES - 1):
        try:
            return action()
        except StoreUnavailable as error:
            if error.remedy:  # a person must act
                raise
            time.sleep(error.retry_after or PAUSE_SECONDS)
    return action()


def held_by(store: Store) -> str:
    """One device and one time of what a store holds; "" when it is empty. Raises StoreUnavailable."""
    for policy in (RAW, ROLLUP):
        if (oldest := store.oldest(-(10**15), policy)) is not None:
            return f"{policy}, {oldest}"
    return ""
