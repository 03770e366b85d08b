"""A year of readings in a SQLite store, laid down in minutes.

The year is laid down by SQL, a day of all devices at a time: a file of the same size, page for page, as one in which
the readings came one after the other (23.5 and 23.3 bytes a value with 100 devices and 30 days), for where a value goes
depends on its series and its time alone. The last hours come by `Store.write`, in the order in which devices send.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from devices.reading import Reading, Series
from devices.schema import HOUR_MS
from stores import sqlite_file
from stores.sqlite import SqliteStore

DAY_MS = 86_400_000
STEP_MS = 600_000
END = 1_795_651_200_000
"""26 November 2026, 00:00 UTC: the year ends here, and the last hours begin."""
QUANTITIES = ("air_temperature", "atmospheric_pressure", "co2", "relative_humidity")
"""In the order of their names, as the store numbers them. Three have one decimal, co2 is whole."""
LAST_HOURS = 3
BATCH = 500

POINTS = """
INSERT INTO points
WITH RECURSIVE slot(number) AS (SELECT :first UNION ALL SELECT number + 1 FROM slot WHERE number < :last)
SELECT id, number * 600000 + (id - 1) / 4 * 7919 % 600000,
  CASE WHEN id % 4 = 3 THEN (id * 7919 + number * 104729) % 800 + 400.0
  ELSE (id * 7919 + number * 104729) % 1003 / 10.0 END
FROM series CROSS JOIN slot ORDER BY id, number
"""
ROLLUPS = """
INSERT INTO rollups
SELECT series, time - time % 3600000, avg(value), min(value), max(value), count(*), NULL
FROM series CROSS JOIN points ON points.series = series.id AND time >= :start AND time < :end
GROUP BY series, time - time % 3600000
"""
BUILDING = ("synchronous = OFF", "cache_size = -200000", "wal_autocheckpoint = 50000")
"""How a year is laid down is not what is measured."""


class Built(NamedTuple):
    values: int
    hours: int
    value_bytes: float
    """A raw value."""
    hour_bytes: float
    """An hour of one quantity, with its lowest, highest and count."""


def place(device: int) -> Series:
    return Series("building", f"device-{device:05d}", "indoor-air", f"site-{device // 3:05d}", "03190")


def lay_down(path: Path, devices: int, days: int) -> Built:
    """Raw values and hours of so many days before END, in a new file."""
    store = SqliteStore(path)
    store.ensure_schema()
    with closing(sqlite_file.connect(path)) as connection:
        for setting in BUILDING:
            connection.execute(f"PRAGMA {setting}").close()
        number_series(connection, devices)
        pages, values, hours = [0, 0], 0, 0
        for day in range(END - days * DAY_MS, END, DAY_MS):
            before = page_count(connection)
            slots = {"first": day // STEP_MS, "last": (day + DAY_MS) // STEP_MS - 1}
            values += connection.execute(POINTS, slots).rowcount
            between = page_count(connection)
            hours += connection.execute(ROLLUPS, {"start": day, "end": day + DAY_MS}).rowcount
            pages[0] += between - before
            pages[1] += page_count(connection) - between
    store.close()
    return Built(values, hours, pages[0] * 4096 / values, pages[1] * 4096 / hours)


def number_series(connection: sqlite3.Connection, devices: int) -> None:
    """Four a device, one after the other: POINTS counts on it."""
    rows = [
        (number * 4 + index + 1, series.domain, series.device, series.model, series.site, series.commune, quantity)
        for number in range(devices)
        for series in [place(number)]
        for index, quantity in enumerate(QUANTITIES)
    ]
    connection.executemany("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def page_count(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("PRAGMA page_count").fetchone()[0]
    return count


def arriving(devices: int, start: int = END) -> Iterator[list[Reading]]:
    """Batches in the order of arrival, each device in its turn, from `start` for ever."""
    readings = (
        Reading(
            place(device),
            start + slot * STEP_MS + device * 7919 % STEP_MS,
            {name: (device * 31 + slot * 7 + at) % 1003 / 10 for at, name in enumerate(QUANTITIES)},
        )
        for slot in range(10**9)
        for device in sorted(range(devices), key=lambda one: one * 7919 % STEP_MS)
    )
    while batch := list(islice(readings, BATCH)):
        yield batch


def write_last_hours(store: SqliteStore, devices: int) -> tuple[float, float]:
    """Wall and CPU microseconds a value."""
    count = devices * LAST_HOURS * HOUR_MS // STEP_MS
    batches = list(islice(arriving(devices), -(-count // BATCH)))
    values = sum(len(batch) for batch in batches) * len(QUANTITIES)
    wall, cpu = time.perf_counter(), time.process_time()
    for batch in batches:
        store.write(batch)
    return (time.perf_counter() - wall) / values * 1e6, (time.process_time() - cpu) / values * 1e6
