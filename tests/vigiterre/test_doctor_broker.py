"""The doctor on real brokers, in good and in bad condition. Nothing it says ever holds a password."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest
from examined import CANARY, levels, words
from pydantic import SecretStr

from servers import Influxd, Mosquitto, free_port, program
from vigiterre.doctor.broker import broker
from vigiterre.doctor.finding import Finding
from vigiterre.settings import MqttSettings


def look(mqtt: MqttSettings) -> list[Finding]:
    return asyncio.run(broker(mqtt))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker that asks for a password, has an ACL and tells $SYS every second."""
    folder = tmp_path_factory.mktemp("guarded")
    passwords, rights = folder / "passwords", folder / "acl"
    subprocess.run([program("mosquitto_passwd"), "-c", "-b", passwords, "ingest", CANARY], check=True)
    passwords.chmod(0o644)
    rights.write_text("user ingest\ntopic readwrite vigiterre/#\ntopic read $SYS/#\n")
    extra = f"allow_anonymous false\npassword_file {passwords}\nacl_file {rights}\nsys_interval 1"
    with Mosquitto(folder, extra) as server:
        yield server


def test_a_good_broker_is_all_ok(mosquitto: Mosquitto, unique: str) -> None:
    findings = look(MqttSettings(url=mosquitto.url, root=unique))
    assert {"broker.reached", "broker.subscription", "broker.round_trip", "broker.version"} <= levels(findings).keys()
    assert set(levels(findings).values()) == {"ok"}


def test_nothing_is_left_on_the_broker(mosquitto: Mosquitto, unique: str) -> None:
    """Neither a session nor a retained message."""

    async def clients_known() -> str:
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            await client.subscribe(f"{unique}-live/#")
            try:
                async with asyncio.timeout(0.5):
                    async for message in client.messages:
                        return message.topic.value
            except TimeoutError:
                pass
        return ""

    look(MqttSettings(url=mosquitto.url, root=unique))
    assert asyncio.run(clients_known()) == ""


def test_nothing_listening_is_said_with_the_address() -> None:
    port = free_port()
    [finding] = look(MqttSettings(url=f"mqtt://127.0.0.1:{port}"))
    assert finding.level == "error"
    assert f"127.0.0.1:{port}" in finding.found.fr
    assert "mqtt.url" in finding.found.fr


def test_a_wrong_password_is_said_and_not_shown(guarded: Mosquitto) -> None:
    wrong = MqttSettings(url=f"mqtt://ingest@127.0.0.1:{guarded.port}", password=SecretStr(f"wrong-{CANARY}"))
    [finding] = look(wrong)
    assert finding.level == "error"
    assert "mqtt.password_file" in finding.found.en
    assert CANARY not in words([finding])


def test_a_password_file_that_is_missing_is_said(tmp_path: Path) -> None:
    [finding] = look(MqttSettings(password_file=tmp_path / "none"))
    assert (finding.code, finding.level) == ("broker.secret", "error")
    assert str(tmp_path / "none") in finding.found.fr


def test_a_missing_right_to_publish_is_a_warning_with_the_acl_line(guarded: Mosquitto) -> None:
    mqtt = MqttSettings(url=f"mqtt://ingest@127.0.0.1:{guarded.port}", password=SecretStr(CANARY))
    findings = look(mqtt)
    assert levels(findings)["broker.reached"] == "ok"
    assert levels(findings)["broker.no_round_trip"] == "warning"
    assert "topic readwrite vigiterre-live/#" in words(findings)
    assert CANARY not in words(findings)


def test_dropped_messages_are_counted_and_the_setting_is_named(tmp_path: Path, unique: str) -> None:
    async def overflow(port: int) -> None:
        async with aiomqtt.Client("127.0.0.1", port, identifier=unique, clean_session=False) as absent:
            await absent.subscribe(f"{unique}/#", qos=1)
        async with aiomqtt.Client("127.0.0.1", port) as sender:
            for number in range(5):
                await sender.publish(f"{unique}/x", str(number), qos=1)

    with Mosquitto(tmp_path, "allow_anonymous true\nmax_queued_messages 1\nsys_interval 1") as server:
        asyncio.run(overflow(server.port))
        deadline = time.monotonic() + 10
        while "broker.dropped" not in levels(findings := look(MqttSettings(url=server.url))):
            assert time.monotonic() < deadline
    [dropped] = [one for one in findings if one.code == "broker.dropped"]
    assert dropped.level == "warning"
    assert "4" in dropped.found.fr
    assert "max_queued_messages 0" in dropped.remedy.fr


def test_a_server_that_is_no_broker_does_not_hold_the_doctor_up(influxd: Influxd) -> None:
    [finding] = look(MqttSettings(url=f"mqtt://127.0.0.1:{influxd.port}"))
    assert (finding.code, finding.level) == ("broker.link", "error")


def test_a_broker_elsewhere_in_clear_is_a_warning() -> None:
    findings = look(MqttSettings(url="mqtt://broker.invalid:1883", password=SecretStr(CANARY)))
    assert levels(findings)["broker.in_clear"] == "warning"
    assert CANARY not in words(findings)


def test_a_broker_that_hangs_is_said_within_its_time_limit(tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as server:
        os.kill(server.pid, signal.SIGSTOP)
        try:
            findings = look(MqttSettings(url=server.url))
        finally:
            os.kill(server.pid, signal.SIGCONT)
    assert levels(findings) == {"broker.link": "error"}
    assert "CONNECT" in findings[0].found.en
