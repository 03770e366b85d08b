"""What the embedded store costs: bytes a value, write CPU a reading, latest of 10,000 devices. Asserts nothing.

python bench/sqlite_store.py [readings]
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from devices.reading import Reading, Series
from stores.line_protocol import encode_all
from stores.sqlite import SqliteStore

DEVICES = 10_000
BATCH = 5_000
NOON = 1_795_435_200_000


def batches(total: int) -> list[list[Reading]]:
    series = [Series("road", f"dev-{n:05}", "ldds75", f"site-{n % 700}", "03190") for n in range(DEVICES)]
    every = [
        Reading(
            series[n % DEVICES], NOON + n // DEVICES * 600_000 + n % 997, {"water_level": (n * 7919 % 100_003) / 997}
        )
        for n in range(total)
    ]
    return [every[first : first + BATCH] for first in range(0, total, BATCH)]


def latest_ms(store: SqliteStore) -> float:
    times = []
    for _ in range(7):
        start = time.perf_counter()
        found = store.latest()
        times.append((time.perf_counter() - start) * 1000)
        assert len(found) == DEVICES
    return statistics.median(times)


def main(total: int) -> None:
    work = batches(total)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        store = SqliteStore(path)
        store.ensure_schema()
        wall, cpu = time.perf_counter(), time.process_time()
        for batch in work:
            store.write(batch)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        latest = latest_ms(store)
        store.close()
        print(f"readings            {total:,} of {DEVICES:,} devices, batches of {BATCH:,}")
        print(f"bytes a value       {path.stat().st_size / total:.1f}")
        print(f"write CPU a reading {cpu / total * 1e6:.2f} us  ({total / wall:,.0f} readings/s)")
        print(f"latest of all       {latest:.1f} ms")
    three = [Reading(work[0][0].series, NOON + n, {"a": n / 7, "b": 21.4, "c": float(n)}) for n in range(100_000)]
    cpu = time.process_time()
    encode_all(three)
    print(f"line protocol       {(time.process_time() - cpu) / len(three) * 1e6:.2f} us a reading of 3 values")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
