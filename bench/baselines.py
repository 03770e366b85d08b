"""What else takes the same messages from the same broker, each from a persistent session of its own, one after another.

    paho + pydantic + Point    what one would write: callback, a pydantic model, influxdb-client's Point, a POST a batch
    aiomqtt                    messages received, and nothing done with them
    mosquitto_sub              the same in C, printing each message to /dev/null

None has a journal, a registry, rules, metrics or pages. All acknowledge on arrival: a crash of theirs loses messages.
"""

import asyncio
import resource
import subprocess
import time
from collections.abc import Sequence

import aiomqtt
import paho.mqtt.client as paho
import urllib3
from influxdb_client.client.write.point import Point
from influxdb_client.domain.write_precision import WritePrecision
from load import messages, publish
from measuring import wait_until
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import BaseModel, FiniteFloat
from running import stored

from servers import Influxd, Mosquitto, program

BATCH = 5_000
AIOMQTT_MESSAGES = 25_000
"""It takes its time; the figure is per message."""
EXPIRY = 3_600
PAHO, AIOMQTT, SUB = "bench-paho", "bench-aiomqtt", "bench-sub"


class Document(BaseModel):
    time: FiniteFloat
    values: dict[str, FiniteFloat]


def leave_backlog(broker: Mosquitto, client_ids: Sequence[str], count: int, devices: int) -> None:
    """A session for each, then one backlog that is queued for all of them."""
    for client_id in client_ids:
        subprocess.run([*_sub(broker.port, client_id), "-E"], check=True, timeout=60)
    publish(broker.port, messages(count, devices))


def mosquitto_sub(port: int, count: int) -> float:
    """CPU us a message of that process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [*_sub(port, SUB), "-C", str(count)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count * 1e6


async def receive_with_aiomqtt(port: int, count: int) -> float:
    """CPU us a message."""
    started, got = time.process_time(), 0
    client = aiomqtt.Client(
        "127.0.0.1",
        port,
        identifier=AIOMQTT,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=False,
        properties=_session(),
    )
    async with asyncio.timeout(120), client:
        await client.subscribe("vigiterre/#", qos=1)
        async for _ in client.messages:
            got += 1
            if got == count:
                break
        spent = time.process_time() - started
    return spent / count * 1e6


def paho_and_points(broker: Mosquitto, influxd: Influxd, count: int) -> float:
    """CPU us a reading, into the database `baseline`.

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
        document = Document.model_validate_json(message.payload)
        domain, device = message.topic.split("/")[1:3]
        point = Point(domain).tag("device", device).time(int(document.time * 1000), WritePrecision.MS)
        for name, value in document.values.items():
            point = point.field(name, value)
        points.append(point)
        if len(points) >= BATCH or total + len(points) == count:
            flush()

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=PAHO, protocol=paho.MQTTv5)
    client.on_message = on_message
    started = time.process_time()
    client.connect("127.0.0.1", broker.port, clean_start=False, properties=_session())
    client.loop_start()
    wait_until("the baseline", lambda: total >= count)
    spent = time.process_time() - started
    client.disconnect()
    client.loop_stop()
    assert stored(influxd, "baseline") == count
    return spent / count * 1e6


def _sub(port: int, client_id: str) -> list[str]:
    """mosquitto_sub with a persistent session."""
    session = ["-V", "mqttv5", "-c", "-x", str(EXPIRY), "-i", client_id]
    return [program("mosquitto_sub"), "-p", str(port), *session, "-q", "1", "-t", "vigiterre/#"]


def _session() -> Properties:
    session = Properties(PacketTypes.CONNECT)
    session.SessionExpiryInterval = EXPIRY
    return session
