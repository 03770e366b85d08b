"""`make bench-history [SCALE=1000]`: a year of so many devices of four quantities in SQLite, each every ten minutes.

Bytes a value, what a write costs, how long questions take, the roll-up of an hour, and what becomes of a steady writer
of 500 readings each 100 ms while a day, a month and nine months expire and their space is given back. Nothing else may
run meanwhile: most figures are wall time. The last line is JSON.

    python bench/history.py [devices] [days]
"""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from history_file import BATCH, DAY_MS, END, LAST_HOURS, QUANTITIES, arriving, lay_down, place, write_last_hours
from history_writer import PACE_SECONDS, PacedWriter
from measuring import memory_of, print_machine, share

from dashboards.console.device.samples import read_track
from dashboards.console.device.series import body_of, series
from dashboards.console.device.span import Span
from dashboards.console.present import Present
from devices.load import load_registry
from devices.schema import HOUR_MS, RAW
from stores.port import Store
from stores.roller import GRACE_MS, Roller
from stores.sqlite import EXPIRY_SECONDS, SqliteStore
from vigiterre.serving import spare_collections

CATALOGUE = load_registry(Path(__file__).parent.parent / "config").quantities
QUANTITY = CATALOGUE["air_temperature"]
TIMES = 100
COLD_TIMES = 20
ALONE_SECONDS = 10.0
KEPT = 0.25
"""Of the days, at the end."""
WRITES = 10
"""At least so many make a line: an expiry may be over sooner."""
Act = Callable[[], int]


def questions(store: Store, devices: int, days: int) -> dict[str, Act]:
    """What is asked -> how many values the answer has. Each time of another device."""
    chance = random.Random(1)
    year = Span("", END - days * DAY_MS, END)

    def device() -> str:
        return place(chance.randrange(devices)).device

    def points(length: int, *quantities: str) -> int:
        one = device()
        return sum(len(store.points(one, name, END - length, END, RAW)) for name in quantities)

    def chart() -> int:
        drawn = series(read_track(store, device(), QUANTITY, year, 600_000), QUANTITY, year, [], "fr")
        body_of(drawn)
        return len(drawn["times"])

    return {
        "newest value of every series": lambda: len(store.latest()),
        "a day of one quantity, raw": lambda: points(DAY_MS, QUANTITY.id),
        "a week of one device, raw": lambda: points(7 * DAY_MS, *QUANTITIES),
        "a year of one quantity, hours": lambda: len(store.hours(device(), QUANTITY.id, year.start, END)),
        "the same as the JSON of its chart": chart,
        "a year of one quantity, raw": lambda: points(days * DAY_MS, QUANTITY.id),
    }


def from_memory(store: Store, devices: int) -> dict[str, Act]:
    """What the pages ask instead of the first question."""
    present = Present(store.latest())
    names = [place(number).device for number in range(devices)]
    return {"newest values, as pages have them": lambda: sum(len(present.of(name)) for name in names)}


def ask(
    asked: dict[str, Act], times: int, note: str, before: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, float]]:
    """Prints a table -> p50 in ms of each; `before` comes before each question and is not measured."""
    print(f"\n  {note:36} {'values':>8} {'wall p50':>9} {'p95':>8} {'CPU p50':>9} {'p95':>8}  ms")
    for name, act in asked.items():
        values, wall, cpu = 0, [], []
        for _ in range(times):
            before()
            start, used = time.perf_counter(), time.process_time()
            values = act()
            wall.append((time.perf_counter() - start) * 1000)
            cpu.append((time.process_time() - used) * 1000)
        figures = [share(sorted(taken), part) for taken in (wall, cpu) for part in (0.5, 0.95)]
        print(f"  {name:36} {values:8,} {figures[0]:9.2f} {figures[1]:8.2f} {figures[2]:9.2f} {figures[3]:8.2f}")
        yield name, figures[0]


def ask_cold(path: Path, devices: int, days: int) -> None:
    """Each question on a file of which the kernel has nothing in memory."""
    fresh = SqliteStore(path, read_only=True)

    def before() -> None:
        fresh.close()
        forget(path)

    for _ in ask(questions(fresh, devices, days), COLD_TIMES, "first time, file not in memory", before):
        pass
    fresh.close()
    with path.open("rb") as file:  # what follows is measured with the file in memory again
        while file.read(2**24):
            pass


def forget(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def roll_up(store: Store, folder: Path) -> tuple[float, float, int]:
    """Wall and CPU seconds of the roll-up of one hour of all devices, and how many hours of series it wrote."""
    roller = Roller(store, folder / "rollup.sqlite", CATALOGUE, 0, END)
    wall, cpu = time.perf_counter(), time.process_time()
    rolled = roller.run(END + HOUR_MS + GRACE_MS)
    took = time.perf_counter() - wall, time.process_time() - cpu, rolled.rollups
    roller.close()
    return took


def expire(store: SqliteStore, path: Path, devices: int, days: int) -> dict[str, float]:
    """The longest write, ms, of a steady writer: alone, and while days expire."""
    start = END - days * DAY_MS
    steps = {
        "nothing expires": 0,
        "a day expires": start + DAY_MS,
        "a month expires": start + 31 * DAY_MS,
        f"all but {int(days * KEPT)} days expire": END - int(days * KEPT) * DAY_MS,
    }
    print(f"\n  {'a writer, while':28} {'dropped':>12} {'seconds':>8} {'file MB':>16} ", end="")
    print(f"{'writes':>7} {'p50':>6} {'p95':>6} {'p99':>6} {'longest':>8}  ms")
    longest = {}
    with PacedWriter(store, arriving(devices, END + DAY_MS)) as writer:
        for name, before in steps.items():
            size, first, since = megabytes(path), len(writer.took), time.monotonic()
            if before:
                dropped = drop(store, before)
            else:
                dropped = 0
                time.sleep(ALONE_SECONDS)
            seconds = time.monotonic() - since
            took = writer.since(first, WRITES)
            parts = " ".join(f"{share(took, part):6.1f}" for part in (0.5, 0.95, 0.99))
            sizes = f"{size:7,.0f} {megabytes(path):8,.0f}"
            print(f"  {name:28} {dropped:12,} {seconds:8.1f} {sizes} {len(took):7} {parts} {took[-1]:8.1f}", flush=True)
            longest[name] = took[-1]
    return longest


def drop(store: Store, before: int) -> int:
    """Until nothing is left to do, as the calls of several minutes would."""
    dropped = 0
    while True:
        began = time.monotonic()
        dropped += store.expire(before, 0)
        if time.monotonic() - began < EXPIRY_SECONDS:
            return dropped


def megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


def main(devices: int = 100, days: int = 365) -> None:
    print_machine()
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        path = folder / "readings.sqlite"
        started = time.monotonic()
        built = lay_down(path, devices, days)
        print(f"{devices:,} devices, {len(QUANTITIES)} quantities, {days} days, every 10 minutes: ", end="")
        print(f"{built.values:,} values and {built.hours:,} hours in {megabytes(path):,.0f} MB", end="")
        print(f" ({time.monotonic() - started:.0f} s)", flush=True)
        print(f"  a raw value {built.value_bytes:.1f} bytes, an hour {built.hour_bytes:.1f} bytes")
        spare_collections()
        store = SqliteStore(path)
        store.ensure_schema()
        wall, cpu = write_last_hours(store, devices)
        print(f"  {LAST_HOURS} hours written in the order of arrival, {BATCH} readings a transaction: ", end="")
        print(f"{cpu:.1f} us CPU a value, {1e6 / wall:,.0f} values/s")
        seconds, used, hours = roll_up(store, folder)
        print(f"  the roll-up of an hour, {hours:,} series: {seconds:.2f} s, CPU {used:.2f} s")
        warm = dict(ask(from_memory(store, devices) | questions(store, devices, days), TIMES, "file in memory"))
        ask_cold(path, devices, days)
        longest = expire(store, path, devices, days)
        print(f"\n  memory {memory_of(os.getpid()).resident} MB; a batch each {PACE_SECONDS * 1000:.0f} ms")
        store.close()
        figures = {
            "bytes_per_value": round(built.value_bytes, 1),
            "values_per_second": round(1e6 / wall),
            "latest_ms": round(warm["newest value of every series"], 1),
            "year_ms": round(warm["the same as the JSON of its chart"], 1),
            "longest_write_ms": {name: round(taken, 1) for name, taken in longest.items()},
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
