"""The numbers of /metrics as marks, so that a dashboard of ourselves needs no Prometheus."""

from devices.mark import Mark, tags_of
from devices.schema import PLATFORM
from vigiterre.marking.rhythm import Rhythm
from vigiterre.metrics import PREFIX, Metrics

EVERY_MS = 15_000
WORST = "store_write_seconds_worst"
"""The slowest write since the mark before; none where nothing was written."""


class Platform:
    """Every quarter of a minute, one mark with all numbers.

    While the store is away they are skipped, and not kept for later: a gauge of then would be told as one of now, and
    a counter goes on, so that the next mark says all that happened meanwhile.
    """

    def __init__(self, metrics: Metrics, instance: str) -> None:
        self._metrics = metrics
        self._tags = tags_of(PLATFORM, {"instance": instance})
        self._rhythm = Rhythm(EVERY_MS)

    def marks(self, now: int) -> list[Mark]:
        if not self._rhythm.due(now):
            return []
        self._rhythm.begin(now)
        worst = self._metrics.take_worst_write()
        values = numbers(self._metrics) | ({} if worst is None else {WORST: worst})
        return [Mark(PLATFORM, self._tags, now, values)]

    def written(self) -> None:
        """Nothing is waiting."""


def numbers(metrics: Metrics) -> dict[str, float]:
    """`readings_refused_total_schema` and the like; of a histogram its sum and its count."""
    return {
        "_".join([sample.name.removeprefix(PREFIX), *sample.labels.values()]): float(sample.value)
        for family in metrics.registry.collect()
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }
