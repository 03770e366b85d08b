"""What the benches are fed with: a territory of many devices and messages of three quantities, as devices send them."""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

CHUNK = 20_000
"""paho runs out of packet ids beyond 65,535 unconfirmed messages."""

QUANTITIES = """
[{id}]
label = {{ fr = "{id}", en = "{id}" }}
unit = "{unit}"
min = {low}
max = {high}
kind = "gauge"
aggregate = "mean"
source = "bench"
"""
MODEL = """
maker = "bench"
name = "bench"
codec = "native"
interval = 60
[[quantities]]
quantity = "air_temperature"
[[quantities]]
quantity = "relative_humidity"
[[quantities]]
quantity = "co2"
"""
COLUMNS = "id,model,domain,site,name,commune,latitude,longitude,altitude,owner,installed,tags,params"


def write_territory(folder: Path, devices: int) -> None:
    """A configuration folder with that many devices of one model."""
    (folder / "models").mkdir(parents=True)
    limits = (("air_temperature", "Cel", -50, 60), ("relative_humidity", "%", 0, 100), ("co2", "[ppm]", 0, 10000))
    (folder / "quantities.toml").write_text(
        "".join(QUANTITIES.format(id=name, unit=unit, low=low, high=high) for name, unit, low, high in limits)
    )
    (folder / "models" / "bench.toml").write_text(MODEL)
    rows = (f"{device(n)},bench,building,site-{n},Site {n},03190,,,,departement-03,,," for n in range(devices))
    (folder / "devices.csv").write_text("\n".join((COLUMNS, *rows)) + "\n")


def device(number: int) -> str:
    return f"bench-{number:06d}"


def messages(count: int, devices: int) -> Iterator[tuple[str, bytes]]:
    """(topic, payload): each device in turn, its own time, one decimal as sensors send."""
    start = int(time.time()) - count // devices - 60
    for n in range(count):
        values = f'"air_temperature": {15 + n % 97 / 10}, "relative_humidity": {40 + n % 53}, "co2": {400 + n % 811}'
        body = f'{{"time": {start + n // devices}, "values": {{{values}}}}}'
        yield f"vigiterre/building/{device(n % devices)}/up", body.encode()


def publish(port: int, what: Iterator[tuple[str, bytes]]) -> int:
    """Publish at QoS 1 and wait for every PUBACK. Returns how many."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.max_inflight_messages_set(1_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    count = 0
    while handles := [client.publish(topic, body, qos=1) for topic, body in islice(what, CHUNK)]:
        for handle in handles:
            handle.wait_for_publish(120)
        count += len(handles)
    client.disconnect()
    client.loop_stop()
    return count
