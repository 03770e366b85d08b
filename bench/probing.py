"""How long until a reading can be read back: one device's readings beside the others', asked for in InfluxDB.

A reading's latency is the time from just before its PUBLISH is written to the socket until the answer in which InfluxDB
shows it. InfluxDB is asked every POLL_SECONDS while one is awaited, so up to that and the time of the query are in it.
"""

import http.client
import json
import random
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from urllib.parse import urlencode

from load import Publisher, device, message

PROBE = 0
"""Number of the device."""
POLL_SECONDS = 0.002
PATIENCE_SECONDS = 30.0


def probe(broker_port: int, influx_port: int, database: str, rate: float, control: Connection) -> None:
    """In a process of its own: about `rate` readings a second, until it is told `stop`.

    Answers `take` with the latencies since the last one, ms; `stop` with the rest of them and how many readings it
    published, after all were seen or PATIENCE_SECONDS.
    """
    awaited: dict[int, float] = {}
    seen: list[float] = []
    ask = _asking(influx_port, database)
    sent, due = 0, time.monotonic()
    with Publisher(broker_port) as publisher:
        control.send("ready")
        while _goes_on(seen, control):
            if time.monotonic() >= due:
                at = time.time_ns() // 1_000_000
                awaited[at] = time.perf_counter()
                publisher.publish(iter([message(sent, PROBE, f"{at / 1_000:.3f}")]))
                sent += 1
                due += random.uniform(0.5, 1.5) / rate  # in step with no timer
            seen += _look(ask, awaited)
            time.sleep(POLL_SECONDS if awaited else min(POLL_SECONDS * 5, max(0.0, due - time.monotonic())))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while awaited and time.monotonic() < deadline:
            seen += _look(ask, awaited)
            time.sleep(POLL_SECONDS)
    control.send((seen, sent))


def _goes_on(seen: list[float], control: Connection) -> bool:
    """Answers `take`; False when told to stop."""
    if control.poll():
        if control.recv() == "stop":
            return False
        control.send(list(seen))
        seen.clear()
    return True


def _look(ask: Callable[[int], set[int]], awaited: dict[int, float]) -> list[float]:
    """Latencies of those that are there now; they are awaited no more."""
    if not awaited:
        return []
    there = ask(min(awaited))
    now = time.perf_counter()
    return [(now - awaited.pop(at)) * 1_000 for at in sorted(there & awaited.keys())]


def _asking(port: int, database: str) -> Callable[[int], set[int]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(since: int) -> set[int]:
        """Times of the probe's readings, ms."""
        query = f"SELECT co2 FROM building WHERE device = '{device(PROBE)}' AND time >= {since}ms"
        connection.request("GET", "/query?" + urlencode({"db": database, "epoch": "ms", "q": query}))
        series = json.loads(connection.getresponse().read())["results"][0].get("series", [])
        return {int(row[0]) for one in series for row in one["values"]}

    return ask
