"""Milliseconds of the pages that list 10,000 devices, as a client on this machine sees them.

Server and client share this process, and so its interpreter lock: in the field a page takes less.

    python bench/fleet_pages.py [devices] [requests]
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from consoles import Served, console_of, sources_of
from load import write_territory

from dashboards.console.devices import page as devices
from dashboards.console.present import Present
from dashboards.console.territory import page as territory
from devices.load import load_registry
from stores.port import Latest

PATHS = (
    "/devices",
    "/devices?size=100&sort=state",
    "/devices?text=bench+99&size=50",
    "/devices?state=late&sort=newest&page=3",
    "/devices.csv",
    "/",
    "/territory/devices.geojson",
)
QUANTITIES = ("air_temperature", "relative_humidity", "co2")


def main(count: int = 10_000, requests: int = 60) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_territory(Path(folder) / "config", count)
        registry = load_registry(Path(folder) / "config")
    now, chance = time.time_ns() // 1_000_000, random.Random(1)
    heard = [(one.series_at(now), now - chance.randrange(400_000)) for one in registry.profiles.values()]
    present = Present(Latest(series, name, at, 20.0) for series, at in heard for name in QUANTITIES)
    console = console_of(sources_of(registry=lambda: registry), present)
    with Served([*devices.routes(console), *territory.routes(console)]) as served:
        for path in PATHS:
            first, *rest = (timed(served, path) for _ in range(requests + 1))
            rest.sort()
            p50, p95 = rest[len(rest) // 2], rest[int(len(rest) * 0.95)]
            print(f"{path:45} p50 {p50:5.0f} ms   p95 {p95:5.0f} ms   first {first:5.0f} ms")


def timed(served: Served, path: str) -> float:
    start = time.perf_counter()
    answer = served.get(path)
    assert answer.status == 200, answer
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
