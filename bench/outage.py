"""`make outage`: an hour of InfluxDB away at 1,000 readings a second, and how it is caught up with.

Real mosquitto, InfluxDB and `vigiterre run`. The hour is compressed by rate: its 3,600,000 readings are published as
fast as the machine takes them, each with the time it would have been measured at. Then InfluxDB comes back while other
devices send 1,000 a second: their delay is the time from their publish to the live stream, which is told of what the
store has confirmed. Growth of the journal, peak RSS and the rate of catching up are read from the process. The last
line is JSON.

    python bench/outage.py [readings] [live readings a second]
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from load import device, publish, write_territory
from measuring import cpu_of, memory_of, print_machine
from running import stored
from streaming import beside, flood, follow

from servers import Influxd, Mosquitto, Vigiterre

READINGS, RATE = 3_600_000, 1_000
DEVICES, LIVE_DEVICES = 10_000, 1_000
FOLLOWED = 100
LONGEST_SECONDS = 1_800
NUMBERS = range(DEVICES, DEVICES + LIVE_DEVICES)
LIVE = [device(number) for number in NUMBERS]


@dataclass
class Found:
    published_seconds: float = 0.0
    journal_mb: float = 0.0
    away_rss_mb: int = 0
    peak_rss_mb: int = 0
    caught_up_seconds: float = 0.0
    cpu_seconds: float = 0.0
    live_ms: list[float] = field(default_factory=list)


def hour(count: int) -> Iterator[tuple[str, bytes]]:
    """Each device every ten seconds, in the order of time, until now."""
    begin = time.time() - count / 1_000
    for n in range(count):
        values = f'"air_temperature": {15 + n % 97 / 10}, "relative_humidity": {40 + n % 53}, "co2": {400 + n % 811}'
        body = f'{{"time": {begin + n / 1_000:.3f}, "values": {{{values}}}}}'
        yield f"vigiterre/building/{device(n % DEVICES)}/up", body.encode()


def part(port: int, count: int, _results: Connection) -> None:
    publish(port, hour(count))


@contextmanager
def stage(folder: Path) -> Iterator[tuple[Mosquitto, Influxd, Vigiterre]]:
    write_territory(folder / "config", DEVICES + LIVE_DEVICES)
    with (
        Mosquitto(folder / "broker", durable=False) as broker,
        Influxd(folder / "db") as influxd,
        Vigiterre(
            folder / "run",
            folder / "config",
            broker.url,
            influxd.url("outage"),
            VIGITERRE_LOG__LEVEL="error",
            VIGITERRE_JOURNAL__MAX_BYTES=str(2**33),
        ) as vigiterre,
    ):
        vigiterre.wait_for("vigiterre_mqtt_connected", 1)
        yield broker, influxd, vigiterre


def wait_for_lag(vigiterre: Vigiterre, most: float, every: float = 0.25) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not 0 <= vigiterre.metric("vigiterre_journal_lag_messages") <= most:
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: still behind after {LONGEST_SECONDS} s")
        time.sleep(every)


def measure(count: int, rate: int) -> Found:
    found = Found()
    with (
        tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary,
        stage(Path(temporary)) as (broker, influxd, vigiterre),
    ):
        with beside(flood, broker.port, rate, NUMBERS) as (_, live):
            vigiterre.wait_for("vigiterre_readings_stored_total", 5 * rate)
            live.send("stop")
        wait_for_lag(vigiterre, 0)
        before = vigiterre.metric("vigiterre_journal_bytes")
        influxd.stop()
        started = time.monotonic()
        with beside(part, broker.port, count):
            pass
        vigiterre.wait_for("vigiterre_journal_lag_messages", count, LONGEST_SECONDS)
        found.published_seconds = time.monotonic() - started
        found.journal_mb = (vigiterre.metric("vigiterre_journal_bytes") - before) / 2**20
        found.away_rss_mb = memory_of(vigiterre.pid).peak
        come_back(found, broker, influxd, vigiterre, rate)
        wait_for_lag(vigiterre, 0)
        found.peak_rss_mb = memory_of(vigiterre.pid).peak
        assert stored(influxd, "outage") >= count, stored(influxd, "outage")
    return found


def come_back(found: Found, broker: Mosquitto, influxd: Influxd, vigiterre: Vigiterre, rate: int) -> None:
    """The store does, while devices send."""
    with (
        beside(follow, vigiterre.port, [LIVE[:FOLLOWED]], 0.0) as (_, stream),
        beside(flood, broker.port, rate, NUMBERS) as (_, live),
    ):
        cpu, started = cpu_of(vigiterre.pid), time.monotonic()
        influxd.start()
        wait_for_lag(vigiterre, 2 * rate)
        found.caught_up_seconds = time.monotonic() - started
        found.cpu_seconds = cpu_of(vigiterre.pid) - cpu
        stream.send("stop")
        found.live_ms = stream.recv()
        live.send("stop")


def main(count: int, rate: int) -> None:
    print_machine()
    print(
        f"{count} readings of {DEVICES} devices while InfluxDB is away; then {rate} a second of {LIVE_DEVICES} others"
    )
    found = measure(count, rate)
    speed, size = count / found.caught_up_seconds, found.journal_mb * 2**20 / count
    ages = found.live_ms
    p50, p95, most = (ages[min(len(ages) - 1, int(len(ages) * at))] for at in (0.5, 0.95, 1))
    rows = {
        "published and journaled in": f"{found.published_seconds:.0f} s",
        "journal grew by": f"{found.journal_mb:.0f} MB, {size:.0f} bytes a message",
        "peak RSS, store away": f"{found.away_rss_mb} MB",
        "peak RSS, caught up": f"{found.peak_rss_mb} MB",
        "caught up in": f"{found.caught_up_seconds:.0f} s, {speed:,.0f} readings/s, {speed / rate:.0f} x live",
        "CPU meanwhile": f"{found.cpu_seconds:.0f} s",
        "live readings meanwhile": f"{len(ages)}, p50 {p50:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms",
    }
    for name, text in rows.items():
        print(f"  {name:<28}{text}")
    figures = {
        "caught_up_per_second": round(speed),
        "times_live": round(speed / rate, 1),
        "peak_rss_mb": found.peak_rss_mb,
        "live_p95_ms": round(p95),
        "journal_mb": round(found.journal_mb),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(READINGS, RATE)[len(numbers) :])
