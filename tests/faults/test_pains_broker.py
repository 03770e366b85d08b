"""Pains of docs/pains.md between us and the broker: deafness, a handler that fails, messages kept while we are away."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from receiving import connected, receiving, until

from devices.reading import Message, Reading
from ingest.backoff import Backoff
from ingest.mqtt import RECONNECT_SECONDS, Broker
from servers import Mosquitto, Vigiterre, publish_lines, wait_until
from stores.open import open_store

CONFIG = Path(__file__).parent.parent.parent / "config"
DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"
STORED = "vigiterre_readings_stored_total"
AGE = "vigiterre_ingest_last_message_age_seconds"
KEEP_ALIVE = 2
"""Seconds instead of thirty, so that a frozen broker is found out in three and not in forty-five."""
RETURN_SECONDS = 60


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """One of its own, to be killed."""
    with Mosquitto(tmp_path / "mosquitto") as mosquitto:
        yield mosquitto


@pytest.fixture
def vigiterre(tmp_path: Path, broker: Mosquitto) -> Iterator[Vigiterre]:
    """On the shipped territory, with its readings in a SQLite file; not started."""
    process = Vigiterre(
        tmp_path / "vigiterre",
        CONFIG,
        broker.url,
        f"sqlite:///{tmp_path / 'readings.sqlite'}",
        VIGITERRE_MQTT__KEEP_ALIVE=str(KEEP_ALIVE),
    )
    yield process
    process.stop()


def start(vigiterre: Vigiterre) -> None:
    vigiterre.start()
    vigiterre.wait_for("vigiterre_mqtt_connected", 1)


def readings(count: int) -> list[str]:
    begin = int(time.time()) - count
    return [json.dumps({"time": begin + n, "values": {"co2": 400 + n}}) for n in range(count)]


def kill_and_start(broker: Mosquitto) -> Iterator[None]:
    broker.kill()
    yield
    broker.start()


def freeze_and_thaw(broker: Mosquitto) -> Iterator[None]:
    broker.signal(signal.SIGSTOP)
    yield
    broker.signal(signal.SIGCONT)


@pytest.mark.parametrize("away", [kill_and_start, freeze_and_thaw])
def test_p01_while_deaf_it_says_so_and_a_canary_is_stored_within_a_minute_of_the_broker_s_return(
    vigiterre: Vigiterre, broker: Mosquitto, away: Callable[[Mosquitto], Iterator[None]]
) -> None:
    start(vigiterre)
    publish_lines(broker, TOPIC, readings(1))
    vigiterre.wait_for(STORED, 1)
    wait_until(lambda: vigiterre.get("/readyz")[0] == 200, "200")
    absence = away(broker)
    next(absence)
    wait_until(lambda: vigiterre.get("/readyz")[0] == 503, "503 while deaf")
    checks = json.loads(vigiterre.get("/readyz")[1])["checks"]
    assert any(checks.values())
    assert not checks["store"]
    vigiterre.wait_for(AGE, vigiterre.metric(AGE) + 1)
    assert next(absence, None) is None
    publish_lines(broker, TOPIC, ['{"values": {"co2": 999}}'])
    vigiterre.wait_for(STORED, 2, RETURN_SECONDS)
    wait_until(lambda: vigiterre.get("/readyz")[0] == 200, "200 again")
    assert vigiterre.metric(AGE) < RETURN_SECONDS


def test_p01_attempts_are_at_most_thirty_seconds_apart_and_each_at_random() -> None:
    backoff = Backoff(RECONNECT_SECONDS)
    delays = [backoff.next() for _ in range(200)]
    assert max(delays) <= 30
    assert len(set(delays)) == len(delays)
    assert max(delays[:2]) <= 1
    backoff.reset()
    assert backoff.next() <= 0.5


async def test_p05_a_handler_that_fails_at_every_tenth_message_loses_none_and_is_called_again(
    mosquitto: Mosquitto, unique: str, tmp_path: Path
) -> None:
    landed: list[bytes] = []
    failed: set[bytes] = set()

    async def deliver(messages: list[Message]) -> None:
        tenth = {one.payload for one in messages if int(one.payload) % 10 == 0} - failed
        if tenth:
            failed.update(tenth)
            raise KeyError("nobody thought of this")
        landed.extend(one.payload for one in messages)

    broker = Broker(url=mosquitto.url, client_id=unique, topics=(f"{unique}/#",))
    async with receiving(broker, deliver, tmp_path) as receiver:
        await connected(receiver)
        for first in range(0, 100, 25):
            publish_lines(mosquitto, f"{unique}/a", [str(number) for number in range(first, first + 25)])
            await until(lambda count=first + 25: receiver.state.acknowledged == count, "all acknowledged")  # type: ignore[misc]
        assert receiver.state.delivery_failures >= 4
        assert receiver.state.reconnects == 0
        assert receiver.state.journal is None
    assert landed == [str(number).encode() for number in range(100)]
    assert len(failed) == 10


@pytest.mark.parametrize("end", [Mosquitto.stop, Mosquitto.kill])
def test_p18_a_broker_that_ends_while_we_are_stopped_loses_nothing_it_confirmed(
    vigiterre: Vigiterre, broker: Mosquitto, tmp_path: Path, end: Callable[[Mosquitto], object]
) -> None:
    start(vigiterre)
    assert vigiterre.stop() == 0
    lines = readings(200)  # by default mosquitto keeps none of them when it is killed
    publish_lines(broker, TOPIC, lines)
    end(broker)
    broker.start()
    start(vigiterre)
    vigiterre.wait_for(STORED, len(lines))
    assert vigiterre.metric("vigiterre_mqtt_sessions_lost_total") == 0
    vigiterre.stop()
    expected = {(one["time"] * 1000, one["values"]["co2"]) for one in map(json.loads, lines)}
    assert {(one.time, one.values["co2"]) for one in stored(tmp_path / "readings.sqlite")} == expected


def stored(path: Path) -> list[Reading]:
    store = open_store(f"sqlite:///{path}", None)
    try:
        return list(store.readings(0, 2**42))
    finally:
        store.close()
