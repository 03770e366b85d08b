"""How old values leave the SQLite store while others write it: a little at a time, in transactions of the caller's.

Whole days, for a day of a series is a page of the file: dropped minute by minute it would be written a hundred times.
InfluxDB drops whole shards for the same reason.
"""

import sqlite3
import time

DAY_MS = 86_400_000
SLICE_SECONDS = 0.02
"""So long a transaction works before it ends."""
ROWS = 5_000
"""Deleted by one statement, a few ms."""
RESERVE = 0.1
"""Of the file may be free: the next days fill it. At a steady pace a day of 90 is, and nothing is given back."""
SMALLEST = 1_000
"""Pages, 4 MB: no file is worth shrinking for less."""
INCREMENTAL = 2
FORGET_LATEST = "DELETE FROM latest WHERE time < ? AND series IN (SELECT id FROM series WHERE quantity = ?)"


def day_of(time_ms: int) -> int:
    """Start of its day, UTC, ms."""
    return time_ms - time_ms % DAY_MS


def series_with(connection: sqlite3.Connection, table: str, column: str, before: int, quantity: str = "") -> list[int]:
    """Series, of one quantity or of all, that have something older than that."""
    older = f"SELECT 1 FROM {table} WHERE series = id AND {column} < ?1"  # noqa: S608  -- names of ours
    statement = f"SELECT id FROM series WHERE ?2 IN ('', quantity) AND EXISTS ({older})"  # noqa: S608
    return [row[0] for row in connection.execute(statement, (before, quantity))]


def drop_some(connection: sqlite3.Connection, table: str, column: str, before: int, waiting: list[int]) -> int:
    """Drop what is older of the last of these series, for SLICE_SECONDS; who has no more is no longer waiting."""
    series = f"{table} WHERE series = ?1 AND {column}"
    further = f"SELECT {column} FROM {series} < ?2 ORDER BY {column} LIMIT 1 OFFSET {ROWS}"  # noqa: S608  -- names of ours
    statement = f"DELETE FROM {series} < coalesce(({further}), ?2)"  # noqa: S608  -- names of ours
    end = time.monotonic() + SLICE_SECONDS
    dropped = 0
    while waiting:
        count = connection.execute(statement, (waiting[-1], before)).rowcount
        dropped += count
        if count < ROWS:
            waiting.pop()
        if time.monotonic() >= end:
            break
    return dropped


def give_back_some(connection: sqlite3.Connection) -> bool:
    """Give free pages back for SLICE_SECONDS, if too many are -> whether there may be more."""
    (mode,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    surplus = free - max(SMALLEST, round(RESERVE * pages)) if mode == INCREMENTAL else 0
    end = time.monotonic() + SLICE_SECONDS
    while surplus > 0:
        connection.execute("PRAGMA incremental_vacuum(1)").close()
        surplus -= 1
        if time.monotonic() >= end:
            break
    return surplus > 0
