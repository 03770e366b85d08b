"""Real `vigiterre run` processes between a real mosquitto and a real InfluxDB: started, drained into, looked at.

One process or several that share a subscription: whoever measures gives a list of `servers.Vigiterre`. How far they
have come is read from their cursors on disk, which costs them nothing; their /metrics are asked before and after only.

A backlog is made by freezing them (SIGSTOP): connected, loaded and idle, they read nothing, and the broker queues what
is published for their sessions. CPU and time count from when they go on until the last message is stored.
"""

import signal
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from load import Publisher
from measuring import Memory, cpu_of, file_bytes_of, memory_of, wait_until

from ingest.cursor import Cursor
from servers import Influxd, Mosquitto, Vigiterre, influx_rows

START_SECONDS = 180
"""How long it takes is measured, not judged here."""
LOOK_SECONDS = 0.02
LIMIT_SECONDS = 300.0
QUIET_SECONDS = 0.5
QUIET_CPU = 0.02
"""Seconds of CPU within QUIET_SECONDS: a process that uses no more has come to rest."""
SETTLE_SECONDS = 60.0
WRITES = "vigiterre_store_writes_total"


@dataclass
class Drained:
    """One backlog, from the broker's queue to the store."""

    us: float
    """CPU a reading."""
    rate: float
    """Readings a second."""
    per_write: float
    """Readings a batch that the store confirmed."""
    from_files: float
    """Bytes a reading that were read from files: 0 while the store keeps up, so that the journal's tail is enough."""


def vigiterre(folder: Path, config: Path, broker: Mosquitto, store: str, **environment: str) -> Vigiterre:
    """A process that is not started yet, with a data folder of its own in `folder`."""
    process = Vigiterre(folder, config, broker.url, store, VIGITERRE_LOG__LEVEL="warning", **environment)
    process.start_seconds = START_SECONDS
    return process


def start_connected(process: Vigiterre) -> float:
    """Wall seconds from the start of the process until it has subscribed."""
    started = time.monotonic()
    process.start()
    wait_until("connecting", lambda: process.metric("vigiterre_mqtt_connected") == 1, every=0.01)
    return time.monotonic() - started


def drain(broker: Mosquitto, processes: Sequence[Vigiterre], what: Iterator[tuple[str, bytes]], count: int) -> Drained:
    """`count` of these messages are queued for the connected processes, then they take them."""
    for process in processes:
        settle(process)
    writes, files = store_writes(processes), from_files(processes)
    freeze(processes)
    try:
        with Publisher(broker.port) as publisher:
            published = publisher.publish(islice(what, count))
        target, before, started = done(processes) + published, cpu(processes), time.monotonic()
    finally:
        thaw(processes)
    wait_until("storing a backlog", lambda: done(processes) >= target, LIMIT_SECONDS, LOOK_SECONDS)
    took, spent = time.monotonic() - started, cpu(processes) - before
    files, writes = from_files(processes) - files, store_writes(processes) - writes
    return Drained(spent / published * 1e6, published / took, published / writes, files / published)


def typical(drains: Sequence[Drained]) -> float:
    """CPU us a reading, the median of several."""
    return statistics.median(one.us for one in drains)


def freeze(processes: Sequence[Vigiterre]) -> None:
    for process in processes:
        process.signal(signal.SIGSTOP)


def thaw(processes: Sequence[Vigiterre]) -> None:
    for process in processes:
        process.signal(signal.SIGCONT)


def settle(process: Vigiterre) -> None:
    """Until it has come to rest: what it does once after a start is done."""

    def quiet() -> bool:
        before = cpu_of(process.pid)
        time.sleep(QUIET_SECONDS)
        return cpu_of(process.pid) - before <= QUIET_CPU

    wait_until("coming to rest", quiet, SETTLE_SECONDS, every=0.0)


def done(processes: Sequence[Vigiterre]) -> int:
    """Messages of their journals that are stored, by their cursors."""
    folders = [Path((one.environment or {})["VIGITERRE_DATA_DIR"]) for one in processes]
    return sum([Cursor(folder / "store.cursor").load() for folder in folders])


def cpu(processes: Sequence[Vigiterre]) -> float:
    """Seconds."""
    return sum(cpu_of(one.pid) for one in processes)


def from_files(processes: Sequence[Vigiterre]) -> int:
    """Bytes."""
    return sum(file_bytes_of(one.pid) for one in processes)


def store_writes(processes: Sequence[Vigiterre]) -> float:
    return sum(numbers(one)[WRITES] for one in processes)


def memory(processes: Sequence[Vigiterre]) -> Memory:
    found = [memory_of(one.pid) for one in processes]
    return Memory(sum(one.resident for one in found), sum(one.peak for one in found))


def numbers(process: Vigiterre) -> dict[str, float]:
    """All of /metrics, by name with labels."""
    lines = process.get("/metrics")[1].splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def stored(influxd: Influxd, database: str, quantity: str = "co2") -> int:
    """Values of one quantity that InfluxDB holds."""
    rows = influx_rows(influxd, database, f"SELECT COUNT({quantity}) FROM building")
    return int(rows[0]["count"]) if rows else 0
