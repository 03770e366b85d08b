"""Segments or SQLite: what one message costs to append durably and to read back.

    python bench/journal.py [FOLDER] [MESSAGES]

CPU is user + system time of this process; wall includes waiting for the disk of FOLDER. All number the messages, sync
each batch, and read 1,000 at a time. The figures of one run are in docs/adr/0015.
"""

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from devices.reading import Message
from ingest.journal import Entry, Journal

BATCHES = (1, 100, 1000)
READ = 1000
START = 1_795_000_000_000


def messages(count: int) -> list[Message]:
    return [
        Message(
            f"vigiterre/environment/air-{number % 500:04d}/up",
            b'{"time":%d,"values":{"air_temperature":21.4,"co2":612,"relative_humidity":48.5},"seq":%07d}'
            % (START + number, number),
            START + number,
        )
        for number in range(count)
    ]


class SqliteJournal:
    """What the journal would be as a table; as quick as we know how to make it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.connection = sqlite3.connect(folder / "journal.sqlite", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute(
            "CREATE TABLE message (seq INTEGER PRIMARY KEY, topic TEXT, payload BLOB, received INTEGER,"
            " retained INTEGER, replayed INTEGER)"
        )

    def append(self, batch: Sequence[Message]) -> None:
        self.connection.execute("BEGIN")
        self.connection.executemany(
            "INSERT INTO message (topic, payload, received, retained, replayed) VALUES (?, ?, ?, ?, ?)", batch
        )
        self.connection.execute("COMMIT")

    def read(self, after: int, limit: int) -> list[Entry]:
        rows = self.connection.execute("SELECT * FROM message WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
        return [
            Entry(seq, Message(topic, payload, received, retained != 0, replayed != 0))
            for seq, topic, payload, received, retained, replayed in rows
        ]

    def close(self) -> None:
        self.connection.close()


def segments(folder: Path) -> Journal:
    """Without its tail in memory, so that reading means reading the file."""
    return Journal(folder, max_bytes=1 << 34, max_age_ms=1 << 50, tail_messages=0)


def with_tail(folder: Path) -> Journal:
    """With all of it in memory: what a reader near the end meets."""
    return Journal(folder, max_bytes=1 << 34, max_age_ms=1 << 50, tail_messages=1 << 30, tail_bytes=1 << 30)


def cost(work: Callable[[], object], count: int) -> tuple[float, float]:
    """CPU and wall time, microseconds a message."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.process_time() - cpu) / count * 1e6, (time.perf_counter() - wall) / count * 1e6


def read_all(journal: Journal | SqliteJournal, count: int) -> None:
    after = 0
    while entries := journal.read(after, READ):
        after = entries[-1].seq
    assert after == count


def append_all(journal: Journal | SqliteJournal, parts: Sequence[Sequence[Message]]) -> None:
    for part in parts:
        journal.append(part)


def main(folder: Path, most: int) -> None:
    given = messages(most)
    size = sum(len(message.payload) for message in given) // most
    print(f"{most} messages, payload {size} bytes; microseconds a message, best of 3")
    print(f"{'':10}{'batch':>6}{'append CPU':>12}{'wall':>8}{'read CPU':>10}{'wall':>8}{'bytes':>8}")
    kinds: dict[str, Callable[[Path], Journal | SqliteJournal]] = {
        "segments": segments,
        "with tail": with_tail,
        "sqlite": SqliteJournal,
    }
    for batch in BATCHES:
        count = most if batch > 1 else min(most, 2_000)
        parts = [given[start : start + batch] for start in range(0, count, batch)]
        for name, make in kinds.items():
            appends, reads, held = [], [], 0
            for _ in range(3):
                place = folder / name
                journal = make(place)
                appends.append(cost(partial(append_all, journal, parts), count))
                reads.append(cost(partial(read_all, journal, count), count))
                journal.close()
                held = sum(path.stat().st_size for path in place.iterdir()) // count
                shutil.rmtree(place)
            (cpu, wall), (read_cpu, read_wall) = min(appends), min(reads)
            print(f"{name:10}{batch:6}{cpu:12.2f}{wall:8.2f}{read_cpu:10.2f}{read_wall:8.2f}{held:8}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as temporary:
        main(Path(temporary), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
