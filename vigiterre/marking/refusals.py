"""How many readings of which device were refused, and why: what quarantine holds, as numbers over time."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from devices.mark import Mark, placed
from devices.reading import Reason
from devices.registry import Registry
from devices.schema import REFUSAL
from ingest.counts import RefusalCounts
from vigiterre.marking.rhythm import Rhythm

EVERY_MS = 60_000


class Refusals:
    """Those since the mark before, at most once a minute.

    A minute that could not be written waits, and is written as it was: if the store had it after all, nothing is
    counted twice.
    """

    def __init__(self, counts: RefusalCounts, registry: Callable[[], Registry]) -> None:
        self._counts = counts
        self._registry = registry
        self._rhythm = Rhythm(EVERY_MS)
        self._waiting: list[Mark] = []

    def marks(self, now: int) -> list[Mark]:
        if not self._waiting and self._rhythm.due(now) and (counted := self._counts.take()):
            self._rhythm.begin(now)
            self._waiting = refusals(counted, self._registry(), now)
        return self._waiting

    def written(self) -> None:
        self._waiting = []


def refusals(counted: Mapping[tuple[str, Reason], int], registry: Registry, now: int) -> list[Mark]:
    """One mark a device, and one without tags for what came from devices that nobody knows."""
    by_device: dict[str, dict[str, float]] = defaultdict(dict)
    for (device, reason), count in counted.items():
        known = device if device in registry.profiles else ""  # it may have been removed meanwhile
        by_device[known][reason.value] = by_device[known].get(reason.value, 0.0) + count
    return [Mark(REFUSAL, _tags(device, registry, now), now, values) for device, values in by_device.items()]


def _tags(device: str, registry: Registry, now: int) -> tuple[tuple[str, str], ...]:
    return placed(REFUSAL, registry.profiles[device].series_at(now), registry) if device else ()
