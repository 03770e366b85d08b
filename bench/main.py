"""`make bench`: CPU microseconds per reading (one message of 3 quantities) on the way from MQTT to InfluxDB.

The whole way is the real `vigiterre run` with 10,000 devices and 100 rules, 5 of which select one of the quantities. It
drains backlogs from a real mosquitto into a real InfluxDB, then takes readings at steady rates. The stages are measured
one by one in this process, and baselines take the same messages from the same kind of broker. CPU is user + system time
of our processes; broker, database and publishers are apart. docs/performance.md says what each figure means. The last
line is JSON.

    python bench/main.py [readings] [devices]
"""

import asyncio
import json
import logging
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from baselines import (
    AIOMQTT,
    AIOMQTT_MESSAGES,
    PAHO,
    SUB,
    leave_backlog,
    mosquitto_sub,
    paho_and_points,
    receive_with_aiomqtt,
)
from live import Held, hold, print_held, rest
from load import messages, write_territory
from measuring import Memory, print_machine, share
from running import Drained, drain, memory, settle, start_connected, stored, typical, vigiterre
from stages import THREE, receive, stages
from structlog import configure, make_filtering_bound_logger

from servers import Influxd, Mosquitto
from vigiterre.serving import spare_collections

READINGS, DEVICES, RULES = 200_000, 10_000, 100
DRAINS = 3
BESIDE = 100_000
"""Messages of the stages and the baselines."""
RATES = ((1, 12.0), (100, 8.0), (2_000, 6.0), (5_000, 8.0))
"""Readings a second, and for how many seconds."""
REST_SECONDS = 4.0
OURS = "bench-receive"


@dataclass
class Whole:
    """What `vigiterre run` was seen to do."""

    starts: list[float]
    """Seconds until connected: first, and with what was drained and lived through behind it."""
    drains: list[Drained]
    memory: Memory
    """After them."""
    held: list[Held]


def whole_way(folder: Path, influxd: Influxd, count: int, devices: int) -> Whole:
    """Start, drain several times, rest, steady rates, start again. Nothing may be lost on the way."""
    with Mosquitto(folder / "broker", durable=False) as broker:
        process = vigiterre(folder / "run", folder / "config", broker, influxd.url("whole"))
        starts = [start_connected(process)]
        try:
            backlog = messages(count * DRAINS, devices)
            drains = [drain(broker, [process], backlog, count) for _ in range(DRAINS)]
            settle(process)
            used = memory([process])
            held = [rest(process, REST_SECONDS)]
            for rate, seconds in RATES:
                held.append(hold(broker, influxd, "whole", process, rate, devices, seconds))
            published = count * DRAINS + sum(one.published for one in held)
            process.wait_for("vigiterre_readings_stored_total", published)
            process.stop()
            starts.append(start_connected(process))
        finally:
            process.stop()
    found = stored(influxd, "whole")
    if found != published:
        raise SystemExit(f"bench: {published} readings were published, InfluxDB holds {found}")
    return Whole(starts, drains, used, held)


def beside(folder: Path, influxd: Influxd, devices: int) -> tuple[dict[str, float], dict[str, float]]:
    """CPU us a reading of the stages, and of the baselines, on one backlog that is queued for each of them."""
    with Mosquitto(folder / "beside", durable=False) as broker:
        leave_backlog(broker, (OURS, PAHO, AIOMQTT, SUB), BESIDE, devices)
        received, sizes = asyncio.run(receive(broker.port, OURS, folder, BESIDE))
        found = {"receive, acknowledge": received}
        found.update(asyncio.run(stages(folder, influxd, BESIDE, devices, sizes)))
        others = {
            "paho + pydantic + Point, POST": paho_and_points(broker, influxd, BESIDE),
            "aiomqtt, receiving only": asyncio.run(receive_with_aiomqtt(broker.port, min(BESIDE, AIOMQTT_MESSAGES))),
            "mosquitto_sub (C), receiving only": mosquitto_sub(broker.port, BESIDE),
        }
    return found, others


def print_stages(found: dict[str, float], whole: float) -> None:
    three = found.pop(THREE)
    total = sum(found.values())
    print(f"\nStages, CPU us a reading ({BESIDE:,} readings in this process)")
    for name, figure in found.items():
        print(f"  {name:<44}{figure:7.2f}")
    print(f"  {'their sum':<44}{total:7.2f}")
    print(f"  {'the whole way (vigiterre run)':<44}{whole:7.2f}   of which {whole - total:.2f} between the stages")
    print(f"  {'(' + THREE + ')':<44}{three:7.2f}")


def print_whole(found: Whole, count: int) -> None:
    drains = found.drains
    each = ", ".join(f"{one.us:.2f}" for one in drains)
    print(f"\nDrain (vigiterre run): {DRAINS} times {count:,} readings, one after another")
    print(f"  CPU us a reading       {typical(drains):.2f}, the median of {each}")
    print(f"  readings/s             {', '.join(f'{one.rate:,.0f}' for one in drains)}; all on this machine")
    print(f"  readings a write       {', '.join(f'{one.per_write:,.0f}' for one in drains)}")
    print(f"  bytes read from files  {', '.join(f'{one.from_files:.0f}' for one in drains)} a reading")
    print(f"  RSS                    {found.memory.resident} MB, at most {found.memory.peak} MB")
    print(f"  start until connected  {found.starts[0]:.2f} s; with all of this behind it {found.starts[-1]:.2f} s")
    print("\nLive (the same process, afterwards)")
    print_held(found.held)


def main(count: int, devices: int) -> None:
    print(f"Readings of 3 quantities, {devices:,} devices, {RULES} rules")
    print_machine()
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        write_territory(folder / "config", devices, RULES)
        with Influxd(folder / "influxd") as influxd:
            whole = whole_way(folder, influxd, count, devices)
            print_whole(whole, count)
            configure(wrapper_class=make_filtering_bound_logger(logging.WARNING))
            spare_collections()
            found, others = beside(folder, influxd, devices)
    ours = typical(whole.drains)
    print_stages(found, ours)
    print("\nBaselines, CPU us a reading, on the same messages; no journal, no registry, no rules")
    for name, figure in others.items():
        print(f"  {name:<44}{figure:7.2f}   {figure / ours:.1f} times the whole way of ours")
    figures = {
        "cpu_us_per_reading": round(ours, 2),
        "baseline_cpu_us_per_reading": round(next(iter(others.values())), 2),
        "readings_per_second": round(statistics.median(one.rate for one in whole.drains)),
        "peak_rss_mb": whole.memory.peak,
        "start_seconds": round(whole.starts[0], 2),
        "live_p95_ms": {one.wanted: round(share(one.latencies, 0.95), 1) for one in whole.held if one.wanted},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(READINGS, DEVICES)[len(numbers) :])
