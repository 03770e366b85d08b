"""`vigiterre simulate` publishes what it says, to a real broker, as the devices it was asked for."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from devices.load import load_registry
from servers import Mosquitto, free_port, wait_until
from vigiterre.commands.simulate import with_user
from vigiterre.demo.players import load_players

CONFIG = Path(__file__).parent.parent.parent / "config"
SECONDS = 30

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def simulate(mosquitto: Mosquitto, unique: str) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, broker: str = mosquitto.url, language: str = "en") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "vigiterre", "--config", str(CONFIG), "simulate", "--root", unique]
        process = subprocess.Popen(
            [*command, "--broker", broker, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "VIGITERRE_LANGUAGE": language},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def heard(mosquitto: Mosquitto, unique: str) -> Iterator[list[str]]:
    """The topics of what is published below the test's own root, as they come."""
    topics: list[str] = []
    subscribed = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda _client, _data, message: topics.append(message.topic)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    client.subscribe(f"{unique}/#", qos=1)
    assert subscribed.wait(SECONDS)
    yield topics
    client.disconnect()
    client.loop_stop()


def test_it_says_how_many_messages_it_published_and_the_broker_has_as_many(
    simulate: Start, heard: list[str], unique: str
) -> None:
    process = simulate("--devices", "3", "--rate", "40", "--duration", "1", "--history", "0.2")
    said = process.communicate(timeout=SECONDS)[1]
    found = re.search(r"(\d+) readings published in (\d+) messages", said)
    assert process.returncode == 0, said
    assert found, said
    wait_until(lambda: len(heard) >= int(found[2]), "all of them")
    time.sleep(0.3)  # no more than these
    assert len(heard) == int(found[2]) > 0
    assert int(found[1]) > int(found[2]), "history goes in arrays"
    first = [player.topic for player in load_players(CONFIG, load_registry(CONFIG), unique)[:3]]
    assert set(heard) == set(first)


def test_only_the_devices_named_publish(simulate: Start, heard: list[str], unique: str) -> None:
    process = simulate("--devices", "d978a-lurcy, meteo-yzeure", "--rate", "20", "--duration", "1")
    process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert set(heard) == {f"{unique}/road/d978a-lurcy/up", f"{unique}/environment/meteo-yzeure/up"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_the_sum_of_what_it_did(simulate: Start, number: signal.Signals) -> None:
    process = simulate("--devices", "2", language="fr")
    assert process.stderr is not None
    assert "2 capteurs publient" in process.stderr.readline()
    process.send_signal(number)
    said = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 0, said
    assert "mesures publiées" in said


def test_a_name_that_plays_nothing_is_answered_with_near_ones(simulate: Start) -> None:
    process = simulate("--devices", "meteo-yzeur")
    said = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 1
    assert "meteo-yzeur plays nothing" in said
    assert "meteo-yzeure" in said
    assert "Traceback" not in said


def test_a_broker_that_is_not_there_is_one_line(simulate: Start) -> None:
    process = simulate(broker=f"mqtt://127.0.0.1:{free_port()}")
    said = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 1
    assert len(said.splitlines()) == 1
    assert "refused" in said


def test_a_password_in_the_address_is_refused_and_not_repeated(simulate: Start) -> None:
    process = simulate(broker="mqtt://me:s3cret@127.0.0.1:1883")
    said = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 1
    assert "s3cret" not in said


@given(st.text(min_size=1, max_size=20), st.sampled_from(["", "other@"]))
def test_the_user_name_goes_into_the_address_whatever_its_letters(name: str, before: str) -> None:
    parts = urlsplit(with_user(f"mqtts://{before}broker.example:8883", name))
    assert unquote(parts.username or "") == name
    assert (parts.hostname, parts.port, parts.password) == ("broker.example", 8883, None)
