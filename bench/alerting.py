"""`make bench-alerts`: what judging a reading costs, and how long it takes from a publish to a notice.

Evaluation is CPU time of `Engine.take` alone, on readings as the pipeline makes them. The way to the notice is real:
a publisher that holds its rate, mosquitto, `vigiterre run` with InfluxDB, and a webhook that looks at its clock; the
time begins before the publisher hands the message to its MQTT library. The last line is JSON.

    python bench/alerting.py [seconds] [readings a second]
"""

import gc
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import paho.mqtt.client as paho
from load import device, write_territory
from measuring import cost, cpu_of, print_machine, share
from paho.mqtt.enums import CallbackAPIVersion
from rules import OF_ONE, OF_THREE, Selecting
from sinks import Hook, Notice

from alerts.alerting import month_day
from alerts.book import FILE, Book
from alerts.engine import Engine
from alerts.load import load_alerts
from devices.load import load_registry
from devices.reading import Reading
from devices.registry import Registry
from servers import Influxd, Mosquitto, Vigiterre
from vigiterre.serving import spare_collections

SECONDS, RATE, DEVICES, RULES = 60, 5_000, 10_000, 100
BATCH, ROUNDS = 5_000, 20
CROSSING_SECONDS, WARM_SECONDS = 0.1, 10.0
CALM, HIGH = 800.0, 6_000.0
NOTIFY = """
[channels.hook]
webhook = "{url}"
allow_private = true
[[routes]]
channels = ["hook"]
"""


# What judging costs


def rounds(registry: Registry, firing: int) -> Iterator[list[Reading]]:
    """All devices once, a minute after the last time; the first `firing` of them with a value that fires."""
    start = 1_790_000_000_000
    for count in range(ROUNDS):
        at = start + count * 60_000
        yield [
            Reading(
                profile.series_at(at),
                at,
                {
                    "air_temperature": 15 + n % 97 / 10,
                    "relative_humidity": 40.0 + n % 53,
                    "co2": HIGH if n < firing else CALM,
                },
            )
            for n, profile in enumerate(registry.profiles.values())
        ]


@dataclass
class Judging:
    take: float
    """CPU us a reading, in `Engine.take` alone."""
    changes: float
    """And in `Engine.changes`, once a batch."""
    forget: float
    """CPU ms, once every half minute."""


def judging(devices: int, rules: int, firing_share: float = 0.0, selecting: Selecting = OF_THREE) -> Judging:
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary) / "config"
        write_territory(folder, devices, rules, selecting)
        registry = load_registry(folder)
        config = load_alerts(folder, registry)
    engine = Engine(config.rules, config.calendars, registry, month_day, 1_790_000_000_000)
    take, changes, forget = [], [], []
    for readings in rounds(registry, round(devices * firing_share)):
        batches = [readings[start : start + BATCH] for start in range(0, len(readings), BATCH)]
        at = readings[0].time + 100
        taken = changed = 0.0
        for batch in batches:
            taken += cost(len(readings), partial(engine.take, batch, at))
            changed += cost(len(readings), partial(engine.changes, at))
        take.append(taken)
        changes.append(changed)
        forget.append(cost(1, engine.forget) / 1_000)
    middle = slice(ROUNDS // 4, None)  # after every device was seen, and its arrays have grown
    return Judging(*(sorted(found[middle])[len(found[middle]) // 2] for found in (take, changes, forget)))


def print_judging() -> float:
    """Prints the table; returns the figure that is promised."""
    print("\nEvaluation, CPU us a reading of 3 quantities, of which 5 rules look at 3, or at 1")
    print(
        f"  {'devices':>8} {'rules':>6} {'firing':>7} {'at':>3} {'take':>7} {'changes':>8}   forget, ms a half minute"
    )
    promised = 0.0
    for devices, rules, firing, selecting in (
        *((count, RULES, 0.0, OF_THREE) for count in (5_000, DEVICES, 100_000)),
        *((DEVICES, count, 0.0, OF_THREE) for count in (10, 300)),
        (DEVICES, RULES, 0.01, OF_THREE),
        (DEVICES, RULES, 0.0, OF_ONE),
    ):
        found = judging(devices, rules, firing, selecting)
        at = len({quantity for _, quantity, *_ in selecting})
        print(
            f"  {devices:>8} {rules:>6} {firing:>7.0%} {at:>3} {found.take:>7.2f} {found.changes:>8.3f}"
            f"   {found.forget:.1f}",
            flush=True,
        )
        if (devices, rules, firing, at) == (DEVICES, RULES, 0.0, 3):
            promised = found.take
        gc.collect()
    return promised


# How long it takes


def flood(port: int, rate: int, seconds: float, results: Connection) -> None:
    """In a process of its own: `rate` readings a second, every CROSSING_SECONDS one more device that crosses.

    Sends {device: wall clock in ns before its crossing was published}, and how many readings were published.
    """
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.max_inflight_messages_set(20_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    topics = [f"vigiterre/building/{device(n)}/up" for n in range(DEVICES)]
    crossed: dict[str, int] = {}
    high: set[int] = set()
    started = time.monotonic()
    count, next_crossing = 0, started + WARM_SECONDS
    while (now := time.monotonic()) < started + WARM_SECONDS + seconds:
        while count < (now - started) * rate:
            n = count % DEVICES
            crossing = now >= next_crossing and n not in high
            if crossing:
                high.add(n)
                next_crossing += CROSSING_SECONDS
            body = (
                f'{{"time": {time.time():.3f}, "values": {{"air_temperature": {15 + count % 97 / 10}, '
                f'"relative_humidity": {40 + count % 53}, "co2": {HIGH if n in high else CALM}}}}}'
            )
            if crossing:
                crossed[device(n)] = time.time_ns()
            client.publish(topics[n], body, qos=1)
            count += 1
        time.sleep(0.002)
    results.send((crossed, count))
    client.disconnect()
    client.loop_stop()


@dataclass
class Way:
    whole: list[float]
    """ms from publish to notice, sorted."""
    parts: dict[str, list[float]]
    rate: float
    cpu: dict[str, float]
    """Share of one core, by process."""
    lost: int


def latency(seconds: float, rate: int) -> Way:
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        with Hook() as hook, Mosquitto(folder / "broker", durable=False) as broker, Influxd(folder / "db") as influxd:
            write_territory(folder / "config", DEVICES, RULES, OF_THREE)
            (folder / "config" / "notify.toml").write_text(NOTIFY.format(url=hook.url))
            vigiterre = Vigiterre(
                folder / "run", folder / "config", broker.url, influxd.url("bench"), VIGITERRE_LOG__LEVEL="warning"
            )
            with vigiterre:
                vigiterre.wait_for("vigiterre_mqtt_connected", 1)
                servers = {"vigiterre": vigiterre, "mosquitto": broker, "influxd": influxd}
                before = {name: cpu_of(server.pid) for name, server in servers.items()}
                crossed, count, took = publish(broker.port, rate, seconds)
                cpu = {name: (cpu_of(server.pid) - before[name]) / took for name, server in servers.items()}
                vigiterre.wait_for("vigiterre_alerts_judged_total", count)
                vigiterre.wait_for("vigiterre_notices_sent_total", len(crossed))
            with Book(folder / "run" / "data" / FILE, read_only=True) as book:
                found = {alert.series.device: alert.found for alert in book.alerts()}
            return way(crossed, found, hook.notices, count / took, cpu)


def publish(port: int, rate: int, seconds: float) -> tuple[dict[str, int], int, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    publisher = context.Process(target=flood, args=(port, rate, seconds, theirs))
    publisher.start()
    crossed, count = ours.recv()
    publisher.join()
    return crossed, count, seconds + WARM_SECONDS


def way(
    crossed: dict[str, int], found: dict[str, int], notices: Sequence[Notice], rate: float, cpu: dict[str, float]
) -> Way:
    arrived = {name: one for one in notices for name in one.devices}
    known = [name for name in crossed if name in arrived and name in found]
    sent = {name: arrived[name].sent for name in known}
    parts = {
        "publish -> alert found": sorted(found[name] - crossed[name] / 1e6 for name in known),
        "found -> notice worded": sorted(float(sent[name] - found[name]) for name in known),
        "worded -> at the webhook": sorted(float(arrived[name].at - sent[name]) for name in known),
    }
    whole = sorted(arrived[name].at - crossed[name] / 1e6 for name in known)
    return Way(whole, parts, rate, cpu, len(crossed) - len(known))


def print_latency(seconds: float, rate: int) -> Way:
    found = latency(seconds, rate)
    print(f"\nPublish to notice, ms: {len(found.whole)} crossings at {found.rate:,.0f} readings/s", end="")
    print(f", {DEVICES} devices, {RULES} rules; {found.lost} without notice")
    print(f"  {'':<26}{'p50':>8}{'p90':>8}{'p99':>8}{'most':>8}")
    for name, values in (*found.parts.items(), ("the whole way", found.whole)):
        print(f"  {name:<26}" + "".join(f"{share(values, part):>8.1f}" for part in (0.5, 0.9, 0.99, 1.0)))
    print("  of one core: " + ", ".join(f"{name} {used:.0%}" for name, used in found.cpu.items()))
    return found


def main(seconds: float, rate: int) -> None:
    print_machine()
    spare_collections()
    cost_us = print_judging()
    found = print_latency(seconds, rate)
    figures = {
        "evaluation_us_per_reading": round(cost_us, 2),
        "notice_p50_ms": round(share(found.whole, 0.5), 1),
        "notice_p99_ms": round(share(found.whole, 0.99), 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(SECONDS, RATE)[len(numbers) :])
