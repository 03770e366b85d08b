"""A year of one device, as pages and programs ask for it, from SQLite and from a real InfluxDB.

The way is whole: HTTP, the page or the API, the store, JSON or HTML. Asker and console share this process, so its CPU
is that of both; beside it stands the CPU of influxd. Each question is asked of one device after the other.

    python bench/device_series.py [questions of each kind]
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from consoles import REGISTRY, Served, console_of, sources_of
from measuring import cpu_of, print_machine, share

from dashboards.console.api import page as api
from dashboards.console.api.answers import iso
from dashboards.console.device import page as device_page
from dashboards.console.device.span import DAY_MS, LENGTHS
from devices.reading import Reading, Series
from devices.schema import COUNT, HOUR_MS, MAX, MIN, RAW
from servers import Influxd
from stores.open import open_store
from stores.port import Rollup, Store
from vigiterre.serving import spare_collections

QUANTITY = "air_temperature"
NOW = 1_795_608_000_000
YEAR = NOW - LENGTHS["1y"]
TEN_MINUTES = 600_000
STATIONS = [one for one in REGISTRY.profiles.values() if one.device.model == "road-weather-station"]
WARM = 5
AT_ONCE = 20_000


class Taken(NamedTuple):
    """ms of each question, sorted; and how many bytes an answer has."""

    wall: Sequence[float]
    cpu: Sequence[float]
    server: float
    """CPU ms of influxd a question; it is counted in steps of 10 ms over all of them."""
    size: int


def fill(store: Store) -> None:
    """Hours of every quantity of the stations for a year, and one quantity of the first as it came."""
    for station in STATIONS:
        for field in station.model.fields:
            hours = [*hours_of(station.series_at(NOW), field.quantity)]
            for first in range(0, len(hours), AT_ONCE):
                store.write_rollups(hours[first : first + AT_ONCE])
    place = STATIONS[0].series_at(NOW)
    raw = [Reading(place, at, {QUANTITY: at // TEN_MINUTES % 301 / 10}) for at in range(YEAR, NOW, TEN_MINUTES)]
    for first in range(0, len(raw), AT_ONCE):
        store.write(raw[first : first + AT_ONCE])


def hours_of(place: Series, name: str) -> Iterator[Rollup]:
    for hour in range(YEAR, NOW, HOUR_MS):
        value = hour // HOUR_MS % 307 / 10
        yield Rollup(
            place, name, hour, {name: value, name + MIN: value - 1.3, name + MAX: value + 1.7, name + COUNT: 6}
        )


def questions() -> dict[str, tuple[str, dict[str, object]]]:
    """What is asked -> path below a device, and parameters."""
    year: dict[str, object] = {"from": YEAR, "to": NOW}
    since: dict[str, object] = {"from": iso(YEAR), "to": iso(NOW)}
    one: dict[str, object] = {"quantity": QUANTITY}
    return {
        "a week of values for its chart": ("/devices/{}/series.json", one | {"from": NOW - 7 * DAY_MS, "to": NOW}),
        "a year for its chart, 1,000 points": ("/devices/{}/series.json", one | year),
        "a year by days from the API, 365": ("/api/v1/devices/{}/series", one | since | {"step": "1d"}),
        "a year by hours from the API, 8,760": ("/api/v1/devices/{}/series", one | since | {"step": "1h"}),
        "charts of a year, 9 quantities, HTML": ("/devices/{}/charts", year),
    }


def measure(act: Callable[[str], int], times: int, server: Callable[[], float]) -> Taken:
    names = cycle([one.device.id for one in STATIONS])
    size = max(act(next(names)) for _ in range(WARM))
    wall, cpu, before = [], [], server()
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        act(next(names))
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return Taken(sorted(wall), sorted(cpu), (server() - before) * 1000 / times, size)


def report(name: str, taken: Taken) -> None:
    figures = "   ".join(f"{share(one, 0.5):7.1f} {share(one, 0.95):6.1f}" for one in (taken.wall, taken.cpu))
    print(f"  {name:40} {figures}   {taken.server:9.1f}   {taken.size:9,}", flush=True)


def of_store(store: Store, times: int, server: Callable[[], float]) -> None:
    console = console_of(sources_of(points=store.points, hours=store.hours))
    routes = [*device_page.routes(console, lambda: NOW), *api.routes(console, clock=lambda: NOW)]
    with Served(routes) as served:

        def ask(path: str, query: dict[str, object]) -> Callable[[str], int]:
            def act(device: str) -> int:
                answer = served.get(f"{path.format(device)}?{urlencode(query)}")
                assert answer.status == 200, answer
                return len(answer.body)

            return act

        for name, (path, query) in questions().items():
            report(name, measure(ask(path, query), times, server))
    report("the same year of hours, store alone", measure(lambda one: hours(store, one), times, server))
    first = STATIONS[0].device.id
    report("a year of values, 52,560, store alone", measure(lambda _: raw(store, first), times // 5, server))


def hours(store: Store, device: str) -> int:
    return len(store.hours(device, QUANTITY, YEAR, NOW))


def raw(store: Store, device: str) -> int:
    """Two months at a time: InfluxDB 1.6 calls more than 10,000 rows cut short."""
    ends = [*range(YEAR, NOW, 60 * DAY_MS), NOW]
    return sum(len(store.points(device, QUANTITY, start, end, RAW)) for start, end in pairwise(ends))


def main(times: int = 60) -> None:
    print_machine()
    spare_collections()
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        with Influxd(folder / "db") as influxd:
            urls = {f"sqlite:///{folder}/store.sqlite": lambda: 0.0, influxd.url("bench"): lambda: cpu_of(influxd.pid)}
            for url, server in urls.items():
                store = open_store(url, None, raw_days=0, rollup_days=0)
                store.ensure_schema()
                fill(store)
                kind = f"{url.partition(':')[0]}, ms"
                print(f"\n  {kind:40} {'wall p50':>8} {'p95':>5}   {'CPU p50':>7} {'p95':>6}   {'influxd':>9}   bytes")
                of_store(store, times, server)
                store.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
