"""`make bench`: CPU microseconds per reading (one message of 3 quantities) on the way from MQTT to InfluxDB.

Stages are measured one by one in this process; the whole way is the real `vigiterre run`, and the baseline what one
would write with paho-mqtt and influxdb-client's Point, both draining the same backlog from a real mosquitto into a real
InfluxDB. CPU is user + system time of our process alone, broker and database apart. The last line is JSON.

    python bench/main.py [readings] [devices]
"""

import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as paho
import urllib3
from influxdb_client.client.write.point import Point
from influxdb_client.domain.write_precision import WritePrecision
from load import messages, publish, write_territory
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from devices.load import load_registry
from devices.reading import Message, Reading
from ingest.codecs import CODECS
from ingest.codecs.native import decode
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Journal
from ingest.mqtt import Broker, Receiver
from ingest.sift import Formats, Sieve
from ingest.validate import validate
from servers import Influxd, Mosquitto, free_port
from stores.open import open_store

READINGS, DEVICES = 100_000, 10_000
BATCH = 5_000
LIMIT_SECONDS = 120
MAX_AGE = 30 * 86_400_000
TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int) -> float:
    """User + system seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def cost(count: int, work: Callable[[], object]) -> float:
    """CPU microseconds a reading, of this process, all threads."""
    started = time.process_time()
    work()
    return (time.process_time() - started) / count * 1e6


def in_batches(work: Callable[[list[Message]], object], given: list[Message]) -> None:
    for start in range(0, len(given), BATCH):
        work(given[start : start + BATCH])


def stages(folder: Path, influxd: Influxd, count: int, devices: int) -> dict[str, float]:
    """Journal, decode, validate and write, each alone on the same messages."""
    registry = load_registry(folder / "config")
    received = time.time_ns() // 1_000_000
    given = [Message(topic, body, received + n) for n, (topic, body) in enumerate(messages(count, devices))]
    found: dict[str, float] = {}
    with Journal(folder / "journal", max_bytes=2**32, max_age_ms=MAX_AGE) as journal:
        found["journal"] = cost(count, lambda: in_batches(journal.append, given))
        after, reading = 0, 0.0
        while entries := (started := time.process_time(), journal.read(after, BATCH))[1]:
            reading += time.process_time() - started
            after = entries[-1].seq
        found["journal read back"] = reading / count * 1e6
        entries = journal.read(0, count, 2**30)
    names = [message.topic.split("/")[2] for message in given]
    decoded = (decode(m, d) for m, d in zip(given, names, strict=True))  # taken and thrown away, as the pipeline does
    found["decode"] = cost(count, lambda: deque(decoded, 0))
    work = [
        (decode(message, name)[0], registry.profiles[name], message.received)
        for message, name in zip(given, names, strict=True)
    ]
    found["validate"] = cost(count, lambda: deque((validate(*one, MAX_AGE) for one in work), 0))
    sieve = Sieve(registry, Formats(CODECS), Duplicates(), Frames())
    readings: list[Reading] = []
    found["route, decode, validate, duplicates"] = cost(count, lambda: readings.extend(sieve.sift(entries).readings))
    assert len(readings) == count
    store = open_store(influxd.url("stages"), None, raw_days=0, rollup_days=0)
    store.ensure_schema()
    batches = [readings[start : start + BATCH] for start in range(0, count, BATCH)]
    found["write"] = cost(count, lambda: deque(map(store.write, batches), 0))
    store.close()
    return found


async def subscribed(receiver: Receiver) -> None:
    while not receiver.state.connected:  # noqa: ASYNC110  -- a state to look at, not an event
        await asyncio.sleep(0.01)


def receive(mosquitto: Mosquitto, folder: Path, count: int, devices: int) -> float:
    """From the socket to the PUBACK, with nothing done in between."""

    async def drain(target: int) -> float:
        got = 0
        done = asyncio.Event()

        async def deliver(batch: list[Message]) -> None:
            nonlocal got
            got += len(batch)
            if got >= target:
                done.set()

        broker = Broker(url=mosquitto.url, client_id="bench-receive", topics=("vigiterre/#",))
        receiver = Receiver(broker, deliver, lambda: time.time_ns() // 1_000_000, folder / "session.json")
        running = asyncio.create_task(receiver.run())
        started = time.process_time()
        await asyncio.wait_for(done.wait() if target else subscribed(receiver), LIMIT_SECONDS)
        spent = time.process_time() - started
        await receiver.stop()
        await running
        return spent

    asyncio.run(drain(0))
    publish(mosquitto.port, messages(count, devices))
    return asyncio.run(drain(count)) / count * 1e6


def stored(influxd: Influxd, database: str) -> int:
    query = urllib.parse.urlencode({"db": database, "q": "SELECT COUNT(co2) FROM building"})
    with urllib.request.urlopen(f"http://127.0.0.1:{influxd.port}/query?{query}", timeout=60) as answer:
        series = json.load(answer)["results"][0].get("series")
    return int(series[0]["values"][0][1]) if series else 0


def wait_until(what: str, reached: Callable[[], bool], every: float = 0.1) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {what} took more than {LIMIT_SECONDS} s")
        time.sleep(every)


def metric(port: int, name: str) -> float:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return -1.0
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), -1.0)


def whole_way(folder: Path, influxd: Influxd, count: int, devices: int) -> tuple[float, float, int]:
    """`vigiterre run` drains a backlog. Returns CPU microseconds a reading, readings a second, peak RSS in MB."""
    broker_port, console = free_port(), free_port()
    environment = {
        **os.environ,
        "VIGITERRE_CONFIG": str(folder / "config"),
        "VIGITERRE_DATA_DIR": str(folder / "data"),
        "VIGITERRE_MQTT__URL": f"mqtt://127.0.0.1:{broker_port}",
        "VIGITERRE_STORE__URL": influxd.url("whole"),
        "VIGITERRE_CONSOLE__BIND": f"127.0.0.1:{console}",
        "VIGITERRE_LOG__LEVEL": "warning",
    }
    command = [sys.executable, "-m", "vigiterre", "run"]
    mosquitto = Mosquitto(folder / "broker", port=broker_port, durable=False)
    with mosquitto, (folder / "run.log").open("wb") as log:
        first = subprocess.Popen(command, env=environment, stderr=log)
        wait_until("the first connection", lambda: metric(console, "vigiterre_mqtt_connected") == 1)
        first.send_signal(signal.SIGTERM)
        first.wait(30)
        publish(broker_port, messages(count, devices))
    with (folder / "run.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)
        try:
            wait_until("the start", lambda: metric(console, "vigiterre_devices") == devices)
            before, started = cpu_of(process.pid), time.monotonic()
            with mosquitto:
                done = lambda: metric(console, "vigiterre_readings_stored_total") >= count  # noqa: E731
                wait_until("storing", lambda: metric(console, "vigiterre_mqtt_connected") == 1, 0.02)
                started = time.monotonic()
                wait_until("storing", done, 0.25)
                seconds = time.monotonic() - started
                spent = cpu_of(process.pid) - before
                status = Path(f"/proc/{process.pid}/status").read_text()
                peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    assert stored(influxd, "whole") == count
    return spent / count * 1e6, count / seconds, peak


def baseline(folder: Path, influxd: Influxd, count: int, devices: int) -> float:
    """paho-mqtt's callback, json, influxdb-client's Point, one POST per 5,000. No journal, no validation.

    influxdb-client's own writer speaks only /api/v2/write, which InfluxDB 1.6 does not have, so the lines are posted.
    """
    pool = urllib3.PoolManager()
    url = f"http://127.0.0.1:{influxd.port}"
    pool.request("POST", f"{url}/query", fields={"q": "CREATE DATABASE baseline"})
    points: list[Point] = []
    total = 0

    def flush() -> None:
        nonlocal total
        body = "\n".join(point.to_line_protocol() for point in points)
        answer = pool.request("POST", f"{url}/write?db=baseline&precision=ms", body=body.encode())
        assert answer.status == 204
        total += len(points)
        points.clear()

    def on_message(_client: object, _data: object, message: paho.MQTTMessage) -> None:
        document = json.loads(message.payload)
        domain, device = message.topic.split("/")[1:3]
        point = Point(domain).tag("device", device).time(int(document["time"] * 1000), WritePrecision.MS)
        for name, value in document["values"].items():
            point = point.field(name, float(value))
        points.append(point)
        if len(points) >= BATCH or total + len(points) == count:
            flush()

    session = Properties(PacketTypes.CONNECT)
    session.SessionExpiryInterval = 3_600
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bench-baseline", protocol=paho.MQTTv5)
    client.on_message = on_message
    with Mosquitto(folder, durable=False) as mosquitto:
        client.connect("127.0.0.1", mosquitto.port, clean_start=False, properties=session)
        client.loop_start()
        client.subscribe("vigiterre/#", qos=1)
        time.sleep(0.5)
        client.disconnect()
        client.loop_stop()
        publish(mosquitto.port, messages(count, devices))
        started = time.process_time()
        client.connect("127.0.0.1", mosquitto.port, clean_start=False, properties=session)
        client.loop_start()
        wait_until("the baseline", lambda: total >= count)
        spent = time.process_time() - started
        client.disconnect()
        client.loop_stop()
    assert stored(influxd, "baseline") == count
    return spent / count * 1e6


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{os.cpu_count()} x {model or platform.machine()}, Python {platform.python_version()}"


def main(count: int, devices: int) -> None:
    print(f"{count} readings of 3 quantities, {devices} devices; {processor()}")
    print(f"{Mosquitto.version()}; {Influxd.version()}")
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        write_territory(folder / "config", devices)
        with Influxd(folder / "influxd") as influxd:
            with Mosquitto(folder / "mosquitto", durable=False) as mosquitto:
                found = {"receive": receive(mosquitto, folder, count, devices)}
            found.update(stages(folder, influxd, count, devices))
            whole, rate, peak = whole_way(folder, influxd, count, devices)
            beside = baseline(folder / "baseline", influxd, count, devices)
    print("\nCPU microseconds per reading")
    for name, figure in found.items():
        print(f"  {name:<38}{figure:7.2f}")
    print(f"  {'the whole way (vigiterre run)':<38}{whole:7.2f}   {rate:,.0f} readings/s, peak RSS {peak} MB")
    print(
        f"  {'baseline (paho + Point)':<38}{beside:7.2f}   {beside / whole:.1f} times ours; no journal, no validation"
    )
    print(json.dumps({"cpu_us_per_reading": round(whole, 2), "baseline_cpu_us_per_reading": round(beside, 2)}))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(READINGS, DEVICES)[len(numbers) :])
