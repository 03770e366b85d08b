"""What there is in the end: read from InfluxDB and from the quarantine's file, by nothing of the product."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from chaos.ledger import QUANTITIES, Key
from servers import Influxd, influx_rows

TAGS = ("device", "model", "site", "commune")
DEVICES_A_QUERY = 20


class Point(NamedTuple):
    series: tuple[str, ...]
    """Values of TAGS."""
    values: dict[str, float]


class Quarantined(NamedTuple):
    """One message in the quarantine."""

    seq: int
    received: int
    reasons: tuple[str, ...]


@dataclass
class Kept:
    points: dict[tuple[str, int], list[Point]] = field(default_factory=lambda: defaultdict(list))
    """By device and time, ms. More than one: the same reading under several series."""
    quarantined: dict[Key, list[Quarantined]] = field(default_factory=lambda: defaultdict(list))
    """More than one: the same message several times."""


def kept_by(influxd: Influxd, database: str, quarantine: Path, devices: Iterable[str]) -> Kept:
    kept = Kept()
    names = sorted(devices)
    for first in range(0, len(names), DEVICES_A_QUERY):
        _read_points(kept, influxd, database, names[first : first + DEVICES_A_QUERY])
    _read_quarantine(kept, quarantine)
    return kept


def _read_points(kept: Kept, influxd: Influxd, database: str, devices: list[str]) -> None:
    which = " OR ".join(f"device = '{one}'" for one in devices)
    query = f"SELECT {', '.join(QUANTITIES)} FROM autogen.building WHERE ({which}) AND time >= 0 GROUP BY *"
    for row in influx_rows(influxd, database, query):
        values = {name: float(row[name]) for name in QUANTITIES if row.get(name) is not None}
        series = tuple(str(row.get(tag, "")) for tag in TAGS)
        kept.points[series[0], int(row["time"])].append(Point(series, values))


def _read_quarantine(kept: Kept, path: Path) -> None:
    if not path.exists():
        return
    rows: dict[tuple[Key, int, int], list[str]] = defaultdict(list)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        query = "SELECT topic, payload, seq, received, reason FROM message JOIN refusal ON refusal.message = message.id"
        for topic, payload, seq, received, reason in connection.execute(query):
            rows[(topic, bytes(payload)), seq, received].append(reason)
    for (key, seq, received), reasons in rows.items():
        kept.quarantined[key].append(Quarantined(seq, received, tuple(reasons)))
