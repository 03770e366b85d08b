"""`make soak`: 20 minutes of 5,000 readings a second; is memory flat, does latency stay, do the counters add up?

A real mosquitto, a real InfluxDB and the real `vigiterre run` with 10,000 devices and 100 rules. Every ten seconds a
row: CPU and memory of the process, how long until a reading can be read back, what waits. In the end every reading must
be in InfluxDB, and what was published, received, processed and stored must be the same number: else it exits 1. How
memory and latency moved from the first quarter to the last is printed and not judged. The last line is JSON.

    python bench/soak.py [seconds] [readings a second]
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import linear_regression, mean

from live import STORED, Traffic, traffic
from load import write_territory
from measuring import Memory, cpu_of, memory_of, print_machine, share, wait_until
from running import numbers, settle, start_connected, stored, vigiterre

from servers import Influxd, Mosquitto, Vigiterre

DURATION, RATE = 1_200.0, 5_000.0
DEVICES, RULES = 10_000, 100
EVERY_SECONDS = 10.0
CATCH_UP_SECONDS = 120.0
DATABASE = "soak"
RECEIVED = "vigiterre_mqtt_messages_received_total"
PROCESSED = "vigiterre_messages_processed_total"
LAG = "vigiterre_journal_lag_messages"


@dataclass
class Row:
    at: float
    """Seconds since the beginning."""
    stored: float
    """Readings since the row before."""
    us: float
    """CPU a reading."""
    core: float
    """Share of one core."""
    memory: Memory
    latencies: list[float]
    """ms, sorted."""
    waiting: float
    """Messages that are journaled and not stored."""
    journal_mb: float


def rows(process: Vigiterre, going: Traffic, duration: float) -> list[Row]:
    """One each EVERY_SECONDS, printed as it is found."""
    print(f"\n  {'s':>6} {'stored/s':>9} {'us/reading':>11} {'of a core':>10} {'RSS':>5} MB", end="")
    print(f" {'p50':>7} {'p95':>7} {'most':>7} ms {'waiting':>8} {'journal':>8} MB")
    found: list[Row] = []
    before, cpu, began = numbers(process), cpu_of(process.pid), time.monotonic()
    then = began
    while then < began + duration:
        time.sleep(max(0.0, min(began + duration, then + EVERY_SECONDS) - time.monotonic()))
        now, spent = time.monotonic(), cpu_of(process.pid) - cpu
        after = numbers(process)
        count = after[STORED] - before[STORED]
        row = Row(
            now - began,
            count,
            spent / max(1.0, count) * 1e6,
            spent / (now - then),
            memory_of(process.pid),
            sorted(going.latencies()),
            after[LAG],
            after["vigiterre_journal_bytes"] / 2**20,
        )
        print_row(row, now - then)
        found.append(row)
        before, cpu, then = after, cpu + spent, now
    return found


def print_row(row: Row, took: float) -> None:
    figures = "".join(f" {share(row.latencies, part):>7.1f}" for part in (0.5, 0.95, 1.0))
    print(
        f"  {row.at:>6.0f} {row.stored / took:>9,.0f} {row.us:>11.2f} {row.core:>10.1%} {row.memory.resident:>5}   ",
        end="",
    )
    print(f"{figures}    {row.waiting:>8,.0f} {row.journal_mb:>8,.0f}", flush=True)


def faults(published: int, counters: dict[str, float], held: int) -> list[str]:
    """What does not add up, in words."""
    refused = sum(value for name, value in counters.items() if name.startswith("vigiterre_readings_refused_total"))
    duplicates = counters["vigiterre_readings_duplicate_total"]
    expected = {
        "received from the broker": counters[RECEIVED],
        "acknowledged to the broker": counters["vigiterre_mqtt_messages_acknowledged_total"],
        "taken from the journal": counters[PROCESSED],
        "stored, as counted": counters[STORED],
        "judged by the alerts": counters["vigiterre_alerts_judged_total"],
        "in InfluxDB": float(held),
    }
    print(f"\n  {published:>12,}  published and confirmed by the broker")
    for what, count in expected.items():
        print(f"  {count:>12,.0f}  {what}")
    print(f"  {refused:>12,.0f}  refused\n  {duplicates:>12,.0f}  duplicates\n  {counters[LAG]:>12,.0f}  waiting")
    wrong = [f"{count:,.0f} {what}, {published:,} published" for what, count in expected.items() if count != published]
    wrong += [f"{count:,.0f} {what}" for what, count in (("refused", refused), ("waiting", counters[LAG])) if count]
    return wrong


@dataclass
class Drift:
    """From the first quarter to the last."""

    resident: tuple[float, float]
    """MB, mean."""
    us: tuple[float, float]
    p50: tuple[float, float]
    """ms"""
    p95: tuple[float, float]
    slope: float
    """Of resident memory in the second half, MB an hour: by then all that is remembered of each device is there."""


def drift(found: Sequence[Row]) -> Drift:
    size = max(1, len(found) // 4)
    first, last = found[:size], found[-size:]

    def latency(part: float) -> tuple[float, float]:
        early, late = (sorted(chain.from_iterable(row.latencies for row in some)) for some in (first, last))
        return share(early, part), share(late, part)

    return Drift(
        (mean(row.memory.resident for row in first), mean(row.memory.resident for row in last)),
        (mean(row.us for row in first), mean(row.us for row in last)),
        latency(0.5),
        latency(0.95),
        slope(found[len(found) // 2 :]),
    )


def slope(found: Sequence[Row]) -> float:
    if len(found) < 2:
        return float("nan")
    return linear_regression([row.at for row in found], [row.memory.resident for row in found]).slope * 3_600


def soak(folder: Path, duration: float, rate: float) -> tuple[list[Row], list[str]]:
    write_territory(folder / "config", DEVICES, RULES)
    with Influxd(folder / "influxd") as influxd, Mosquitto(folder / "broker", durable=False) as broker:
        process = vigiterre(folder / "run", folder / "config", broker, influxd.url(DATABASE))
        try:
            start_connected(process)
            settle(process)
            with traffic(broker, influxd, DATABASE, rate, DEVICES) as going:
                found = rows(process, going, duration)
                going.stop()
            wait_until(
                "storing the last readings",
                lambda: numbers(process)[RECEIVED] >= going.published and numbers(process)[LAG] == 0,
                CATCH_UP_SECONDS,
                every=1.0,
            )
            return found, faults(going.published, numbers(process), stored(influxd, DATABASE))
        finally:
            process.stop()


def main(duration: float, rate: float) -> None:
    print(f"{duration:.0f} s at {rate:,.0f} readings/s of 3 quantities, {DEVICES:,} devices, {RULES} rules")
    print_machine()
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        found, wrong = soak(Path(temporary), duration, rate)
    moved = drift(found)
    print("\n  first quarter -> last quarter")
    for name, (early, late), unit in (
        ("RSS", moved.resident, "MB"),
        ("CPU", moved.us, "us a reading"),
        ("p50", moved.p50, "ms"),
        ("p95", moved.p95, "ms"),
    ):
        print(f"  {name:>5} {early:9.2f} -> {late:9.2f} {unit}")
    verdict = "WRONG: " + "; ".join(wrong) if wrong else "Nothing is lost, the counters add up"
    print(f"\n{verdict}; RSS in the second half {moved.slope:+.1f} MB an hour")
    figures = {
        "seconds": round(found[-1].at),
        "cpu_us_per_reading": round(mean(row.us for row in found), 2),
        "rss_mb_first_last": [round(one, 1) for one in moved.resident],
        "rss_mb_an_hour": round(moved.slope, 1),
        "p95_ms_first_last": [round(one, 1) for one in moved.p95],
        "adds_up": not wrong,
    }
    print(json.dumps(figures))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    main(*given, *(DURATION, RATE)[len(given) :])
