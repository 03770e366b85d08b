"""Readings at a steady rate, and streams of the console that say how old they are when they come."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import paho.mqtt.client as paho
from load import device
from paho.mqtt.enums import CallbackAPIVersion


def flood(port: int, rate: int, numbers: range, stop: Connection) -> None:
    """In a process of its own: `rate` readings a second, each device in turn, until it is told to stop.

    A reading's time is the wall clock just before its message is handed to the MQTT library.
    """
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.max_inflight_messages_set(20_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    topics = [f"vigiterre/building/{device(n)}/up" for n in numbers]
    started, count = time.monotonic(), 0
    while not stop.poll():
        while count < (time.monotonic() - started) * rate:
            values = f'"air_temperature": {15 + count % 97 / 10}, "relative_humidity": {40 + count % 53}'
            body = f'{{"time": {time.time():.3f}, "values": {{{values}, "co2": {400 + count % 811}}}}}'
            client.publish(topics[count % len(topics)], body, qos=1)
            count += 1
        time.sleep(0.002)
    client.disconnect()
    client.loop_stop()


def follow(port: int, pages: Sequence[Sequence[str]], warm: float, results: Connection) -> None:
    """In a process of its own: a stream per page, until it is told to stop; sends the ages in ms.

    Of readings that were published `warm` seconds after it began, and later.
    """
    results.send(sorted(asyncio.run(_follow(port, pages, warm, results))))


async def _follow(port: int, pages: Sequence[Sequence[str]], warm: float, results: Connection) -> list[float]:
    ages: list[float] = []
    since = (time.time() + warm) * 1_000
    streams = [asyncio.create_task(_stream(port, page, since, ages)) for page in pages]
    while not results.poll():  # noqa: ASYNC110  -- a pipe of another process
        await asyncio.sleep(0.05)
    alive = sum(not one.done() for one in streams)
    assert alive == len(pages), f"{len(pages) - alive} streams ended"
    for one in streams:
        one.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return ages


async def _stream(port: int, devices: Sequence[str], since: float, ages: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    query = "&".join(f"device={one}" for one in devices)
    writer.write(f"GET /live?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    status = await reader.readline()
    assert b" 200 " in status, status
    while line := await reader.readline():
        if line.startswith(b"data: ") and b'"quantity"' in line and (at := json.loads(line[6:])["time"]) >= since:
            ages.append(time.time() * 1_000 - at)


@contextmanager
def beside(work: object, *arguments: object) -> Iterator[tuple[BaseProcess, Connection]]:
    """A function in a process of its own, with the end of a pipe as its last argument."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(*arguments, theirs))  # type: ignore[arg-type]
    process.start()
    try:
        yield process, ours
    except BaseException:
        process.terminate()  # nobody tells it to stop any more
        raise
    finally:
        process.join(30)
