"""`make bench-workers`: the same backlog drained by one process that does everything, and by 1, 2 and 3 workers.

Workers share a subscription; beside them runs the process of the alerts, which judges what they pass on while they
drain. Broker, database, workers and alerts are on this machine: wall rates measure it, and where its cores are full
more workers cannot be faster. CPU a reading says what the division costs. Nothing may be lost: what InfluxDB holds and
what was judged is counted. The last line is JSON.

    python bench/workers.py [readings] [devices]
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from load import messages, write_territory
from measuring import cpu_of, memory_of, print_machine, wait_until
from running import Drained, drain, settle, start_connected, stored, typical, vigiterre

from servers import Influxd, Mosquitto, Vigiterre

READINGS, DEVICES, RULES = 100_000, 10_000, 100
DRAINS = 3
WORKERS = (1, 2, 3)
LIMIT_SECONDS = 300.0


@dataclass
class Divided:
    """How a number of workers did."""

    name: str
    drains: list[Drained]
    alerts_us: float
    """CPU us of the process of the alerts, a reading; 0 where there is none."""
    peak: int
    """MB of all processes."""


def part(process: Vigiterre, only: str) -> Vigiterre:
    process.command += ["--only", only]
    return process


def whole(folder: Path, config: Path, influxd: Influxd, count: int, devices: int) -> Divided:
    with Mosquitto(folder / "broker", durable=False) as broker, ExitStack() as stack:
        process = vigiterre(folder / "run", config, broker, influxd.url("whole"))
        stack.callback(process.stop)
        start_connected(process)
        backlog = messages(count * DRAINS, devices)
        drains = [drain(broker, [process], backlog, count) for _ in range(DRAINS)]
        peak = memory_of(process.pid).peak
    complete(influxd, "whole", count)
    return Divided("everything in one process", drains, 0.0, peak)


def divided(folder: Path, config: Path, influxd: Influxd, number: int, count: int, devices: int) -> Divided:
    name = f"workers{number}"
    with Mosquitto(folder / "broker", durable=False) as broker, ExitStack() as stack:

        def process(only: str, client: str) -> Vigiterre:
            own = {"VIGITERRE_MQTT__CLIENT_ID": client, "VIGITERRE_MQTT__SHARE": "bench"}
            made = part(vigiterre(folder / client, config, broker, influxd.url(name), **own), only)
            stack.callback(made.stop)
            start_connected(made)
            return made

        alerts = process("alerts", "alerts")
        workers = [process("ingest", f"worker-{one}") for one in range(number)]
        for worker in workers:
            worker.wait_for("vigiterre_relay_connected", 1)
        backlog = messages(count * DRAINS, devices)
        settle(alerts)
        before = cpu_of(alerts.pid)
        drains = []
        for done in range(1, DRAINS + 1):
            drains.append(drain(broker, workers, backlog, count))
            judged_by(alerts, done * count)
        settle(alerts)
        spent = cpu_of(alerts.pid) - before
        peak = sum(memory_of(one.pid).peak for one in (alerts, *workers))
    complete(influxd, name, count)
    return Divided(
        f"{number} worker{'s' if number > 1 else ''} and the alerts", drains, spent / count / DRAINS * 1e6, peak
    )


def judged_by(alerts: Vigiterre, count: int) -> None:
    wait_until("judging", lambda: alerts.metric("vigiterre_alerts_judged_total") >= count, LIMIT_SECONDS, 0.5)


def complete(influxd: Influxd, database: str, count: int) -> None:
    found = stored(influxd, database)
    if found != count * DRAINS:
        raise SystemExit(f"bench: {count * DRAINS} readings were published, InfluxDB holds {found}")


def print_table(found: Sequence[Divided]) -> None:
    alone = found[0]
    print(f"\n{DRAINS} drains each; CPU us a reading: the median; readings/s: the best, all on this machine")
    print(f"{'':<28}{'CPU of it':>11}{'alerts':>9}{'together':>10}{'x':>6}{'readings/s':>13}{'x':>6}{'peak MB':>10}")
    for one in found:
        us, rate = typical(one.drains), best(one)
        together = us + one.alerts_us
        print(
            f"{one.name:<28}{us:>11.2f}{one.alerts_us:>9.2f}{together:>10.2f}{together / typical(alone.drains):>6.2f}"
            f"{rate:>13,.0f}{rate / best(alone):>6.2f}{one.peak:>10}"
        )


def best(one: Divided) -> float:
    return max(drained.rate for drained in one.drains)


def main(count: int, devices: int) -> None:
    print(f"Readings of 3 quantities, {devices:,} devices, {RULES} rules, {count:,} readings a drain")
    print_machine()
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        config = folder / "config"
        write_territory(config, devices, RULES)
        with Influxd(folder / "influxd") as influxd:
            found = [whole(folder / "whole", config, influxd, count, devices)]
            found += [divided(folder / f"w{n}", config, influxd, n, count, devices) for n in WORKERS]
    print_table(found)
    figures = {
        one.name: {
            "cpu_us": round(typical(one.drains), 2),
            "alerts_us": round(one.alerts_us, 2),
            "rate": round(best(one)),
        }
        for one in found
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(READINGS, DEVICES)[len(numbers) :])
