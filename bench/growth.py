"""`make bench-growth`: the same drain with ten times the devices, and with ten times the rules.

Each row is a fresh `vigiterre run` between a real mosquitto and a real InfluxDB. It is started; drains each device's
first reading; then DRAINS backlogs of READINGS, of which the median is printed. CPU is user + system time of that
process. The last line is JSON.

    python bench/growth.py [readings]
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from load import messages, write_territory
from measuring import Memory, print_machine
from running import Drained, drain, memory, settle, start_connected, stored, typical, vigiterre

from servers import Influxd, Mosquitto

READINGS, DRAINS = 100_000, 3
DEVICES, RULES = 10_000, 100
MANY_DEVICES = (1_000, 10_000, 100_000)
MANY_RULES = (0, 10, 100, 1_000)


@dataclass
class Row:
    devices: int
    rules: int
    start: float
    """Seconds until connected, with nothing behind it."""
    again: float
    """Seconds, with all that was drained behind it."""
    first: Drained
    """Each device's first reading."""
    drains: list[Drained]
    memory: Memory


def measure(count: int, devices: int, rules: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        write_territory(folder / "config", devices, rules)
        with Influxd(folder / "influxd") as influxd, Mosquitto(folder / "broker", durable=False) as broker:
            process = vigiterre(folder / "run", folder / "config", broker, influxd.url("growth"))
            try:
                start = start_connected(process)
                total = devices + count * DRAINS
                backlog = messages(total, devices)
                first = drain(broker, [process], backlog, devices)
                drains = [drain(broker, [process], backlog, count) for _ in range(DRAINS)]
                settle(process)
                used = memory([process])
                process.stop()
                again = start_connected(process)
            finally:
                process.stop()
            if (found := stored(influxd, "growth")) != total:
                raise SystemExit(f"bench: {total} readings were published, InfluxDB holds {found}")
    return Row(devices, rules, start, again, first, drains, used)


def print_rows(title: str, rows: list[Row]) -> None:
    print(f"\n{title}")
    print(
        f"  {'devices':>8} {'rules':>6} {'us/reading':>11} {'times':>6}   {'of drains':<21} {'first of each':>13}",
        end="",
    )
    print(f" {'readings/s':>11} {'RSS':>5} {'most':>5} MB  {'start':>6} {'again':>6} s")
    for row in rows:
        us = typical(row.drains)
        each = ", ".join(f"{one.us:.2f}" for one in row.drains)
        rate = sorted(one.rate for one in row.drains)[len(row.drains) // 2]
        print(
            f"  {row.devices:>8,} {row.rules:>6,} {us:>11.2f} {us / typical(rows[0].drains):>6.2f}   {each:<21}", end=""
        )
        print(f" {row.first.us:>13.2f} {rate:>11,.0f} {row.memory.resident:>5} {row.memory.peak:>5}     ", end="")
        print(f"{row.start:>6.2f} {row.again:>6.2f}")
    sys.stdout.flush()


def main(count: int) -> None:
    print(f"{DRAINS} drains of {count:,} readings of 3 quantities; of the rules, 5 select one of the quantities")
    print_machine()
    by_devices = [measure(count, devices, RULES) for devices in MANY_DEVICES]
    print_rows(f"Devices, with {RULES} rules", by_devices)
    by_rules = [by_devices[1] if rules == RULES else measure(count, DEVICES, rules) for rules in MANY_RULES]
    print_rows(f"Rules, with {DEVICES:,} devices", by_rules)
    figures = {
        "us_by_devices": {row.devices: round(typical(row.drains), 2) for row in by_devices},
        "us_by_rules": {row.rules: round(typical(row.drains), 2) for row in by_rules},
        "peak_rss_mb_by_devices": {row.devices: row.memory.peak for row in by_devices},
        "start_seconds_by_devices": {row.devices: round(row.start, 2) for row in by_devices},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else READINGS)
