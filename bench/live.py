"""Readings at a steady rate: CPU, wake-ups, the size of batches, and how long until a reading can be read back.

A publisher in a process of its own holds the rate over many devices; the probe (probing.py) is part of the rate.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from load import Publisher, message
from measuring import cpu_of, share, wakeups_of
from probing import PROBE, probe
from running import numbers
from streaming import beside

from servers import Influxd, Mosquitto, Vigiterre

PROBES = 25.0
"""A second, at most."""
WARM_SECONDS = 1.0
SOON_MS = 100.0
STORED, WRITES = "vigiterre_readings_stored_total", "vigiterre_store_writes_total"


def pace(port: int, rate: float, devices: int, control: Connection) -> None:
    """In a process of its own: `rate` readings a second, each device in turn, until it is told to stop.

    Sends how many it published, each of them confirmed by the broker. A reading's time is when it was due: one of a
    device for each of its messages, also when the machine lets many of them wait.
    """
    pause, count = min(0.01, max(0.002, 1 / rate)), 0
    with Publisher(port) as publisher:
        control.send("ready")
        started, began = time.monotonic(), time.time()
        while not control.poll():
            due = int((time.monotonic() - started) * rate)
            # The probe's device is left to the probe.
            count += publisher.publish(
                message(n, PROBE + 1 + n % (devices - 1), f"{began + n / rate:.3f}") for n in range(count, due)
            )
            time.sleep(pause)
    control.send(count)


@dataclass
class Traffic:
    """What is on its way while it is held."""

    paces: Connection | None
    probes: Connection
    published: int = 0
    """Known in the end."""

    def latencies(self) -> list[float]:
        """Of the probe since the last time, ms."""
        self.probes.send("take")
        found: list[float] = self.probes.recv()
        return found

    def stop(self) -> list[float]:
        """Ends it -> the latencies that were left."""
        if self.paces is not None:
            self.paces.send("stop")
            self.published += self.paces.recv()
        self.probes.send("stop")
        found, sent = self.probes.recv()
        self.published += sent
        return list(found)


@contextmanager
def traffic(broker: Mosquitto, influxd: Influxd, database: str, rate: float, devices: int) -> Iterator[Traffic]:
    """Readings at this rate, from when both publishers are connected until `stop`, which must be called."""
    probes = min(rate, PROBES)
    with beside(probe, broker.port, influxd.port, database, probes) as (_, probing):
        assert probing.recv() == "ready"
        if rate <= probes:
            yield Traffic(None, probing)
            return
        with beside(pace, broker.port, rate - probes, devices) as (_, pacing):
            assert pacing.recv() == "ready"
            yield Traffic(pacing, probing)


@dataclass
class Held:
    """What one rate cost."""

    wanted: float
    rate: float
    """Readings a second that were stored."""
    core: float
    """Share of one core."""
    wakeups: float
    """A second, all threads."""
    per_write: float
    """Readings a batch."""
    latencies: list[float]
    """ms, sorted."""
    published: int

    @property
    def us(self) -> float:
        """CPU us a reading, with what the process does at rest."""
        return self.core / self.rate * 1e6 if self.rate else float("nan")


def rest(process: Vigiterre, seconds: float) -> Held:
    """Nothing comes in."""
    cpu, wakes, started = cpu_of(process.pid), wakeups_of(process.pid), time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - started
    return Held(0, 0, (cpu_of(process.pid) - cpu) / took, (wakeups_of(process.pid) - wakes) / took, 0, [], 0)


def hold(
    broker: Mosquitto,
    influxd: Influxd,
    database: str,
    process: Vigiterre,
    rate: float,
    devices: int,
    seconds: float,
) -> Held:
    """This rate for so long, after a moment to warm up. Counters are read outside of the time that is measured."""
    with traffic(broker, influxd, database, rate, devices) as going:
        time.sleep(WARM_SECONDS)
        going.latencies()
        before = numbers(process)
        cpu, wakes, started = cpu_of(process.pid), wakeups_of(process.pid), time.monotonic()
        time.sleep(seconds)
        spent, woken, took = cpu_of(process.pid) - cpu, wakeups_of(process.pid) - wakes, time.monotonic() - started
        after = numbers(process)
        latencies = going.latencies()
        going.stop()
    count, writes = (after[name] - before[name] for name in (STORED, WRITES))
    per_write = count / writes if writes else 0.0
    return Held(rate, count / took, spent / took, woken / took, per_write, sorted(latencies), going.published)


def print_held(found: list[Held]) -> None:
    print(
        f"  {'readings/s':>10} {'of a core':>10} {'us/reading':>11} {'wake-ups/s':>11} {'readings/write':>15}", end=""
    )
    print(f" {'p50':>7} {'p95':>7} {'p99':>7} {'most':>7} ms until read back")
    for one in found:
        figures = "".join(f" {share(one.latencies, part):>7.1f}" for part in (0.5, 0.95, 0.99, 1.0))
        soon = sum(latency <= SOON_MS for latency in one.latencies)
        print(f"  {one.wanted or 'at rest':>10} {one.core:>10.2%} ", end="")
        if one.wanted:
            print(f"{one.us:>11.1f} {one.wakeups:>11.0f} {one.per_write:>15.1f}{figures}", end="")
            print(f"   {soon} of {len(one.latencies)} within {SOON_MS:.0f} ms")
        else:
            print(f"{'':>11} {one.wakeups:>11.0f}")
    sys.stdout.flush()
