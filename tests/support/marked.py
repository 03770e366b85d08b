"""A store in memory that keeps its marks as InfluxDB would, and what dashboards ask of them."""

from collections import defaultdict
from collections.abc import Sequence

from devices.errors import StoreUnavailable
from devices.mark import Mark, Tags
from stores.memory import MemoryStore


class Marked(MemoryStore):
    keeps_marks = True

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []
        """As they came."""
        self.away = False

    def mark(self, marks: Sequence[Mark]) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.marks += marks

    def of(self, measurement: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.measurement == measurement]

    def last(self, measurement: str, *by: str) -> dict[tuple[str, ...], dict[str, float]]:
        """The fields of the newest mark, by the texts of these tags: `ORDER BY time DESC LIMIT 1`, grouped."""
        points: dict[tuple[Tags, int], dict[str, float]] = defaultdict(dict)
        for mark in self.of(measurement):
            points[mark.tags, mark.time].update(mark.values)
        newest: dict[tuple[str, ...], tuple[int, dict[str, float]]] = {}
        for (tags, time), values in points.items():
            key = tuple(dict(tags).get(name, "") for name in by)
            if key not in newest or time >= newest[key][0]:
                newest[key] = time, values
        return {key: values for key, (_, values) in newest.items()}
