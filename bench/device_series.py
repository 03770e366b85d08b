"""One year of one series, as the page of a device asks for it: from SQLite, and as the JSON of its chart.

python bench/device_series.py [DEVICES]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dashboards.console.device.samples import read_track
from dashboards.console.device.series import body_of, series
from dashboards.console.device.span import LENGTHS, Span
from devices.load import load_registry
from devices.reading import Series
from devices.schema import COUNT, HOUR_MS, MAX, MIN, ROLLUP
from stores.port import Rollup
from stores.sqlite import SqliteStore

REGISTRY = load_registry(Path(__file__).parent.parent / "config")
QUANTITY = REGISTRY.quantities["air_temperature"]
NOW = 1_795_608_000_000
YEAR = Span("1y", NOW - LENGTHS["1y"], NOW)
TIMES = 200


def fill(store: SqliteStore, devices: int) -> None:
    name = QUANTITY.id
    for device in range(devices):
        place = Series("environment", f"device-{device}", "synop-station", f"site-{device}", "03190")
        store.write_rollups(
            [
                Rollup(
                    place,
                    name,
                    hour,
                    {name: hour % 17, name + MIN: hour % 13, name + MAX: hour % 23, name + COUNT: 6.0},
                )
                for hour in range(YEAR.start - YEAR.start % HOUR_MS, YEAR.end, HOUR_MS)
            ]
        )


def measure(name: str, act: Callable[[int], object]) -> None:
    wall, cpu = [], []
    for n in range(TIMES):
        start, used = time.perf_counter(), time.process_time()
        act(n)
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    figures = [f"p50 {at(taken, 50):6.1f} p95 {at(taken, 95):6.1f} ms" for taken in (wall, cpu)]
    print(f"{name:40} wall {figures[0]}   CPU {figures[1]}")


def at(taken: list[float], percent: int) -> float:
    return sorted(taken)[len(taken) * percent // 100]


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "vigiterre.sqlite")
        store.ensure_schema()
        fill(store, devices)

        def points(n: int) -> object:
            return store.points(f"device-{n % devices}", QUANTITY.id, YEAR.start, YEAR.end, ROLLUP)

        def answer(n: int) -> object:
            track = read_track(store, f"device-{n % devices}", QUANTITY, YEAR, 600_000)
            return body_of(series(track, QUANTITY, YEAR, [], "fr"))

        def band(n: int) -> object:
            return read_track(store, f"device-{n % devices}", QUANTITY, YEAR, 600_000)

        measure("one year of hours, from the store", points)
        measure("the same with lowest and highest", band)
        measure("the same as the JSON of the chart", answer)
        store.close()


if __name__ == "__main__":
    main()
