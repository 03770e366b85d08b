"""What fails for many at once, on real processes: the database, the broker, a gateway, ourselves."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from sinks import Devices, Hook, Notice, devices_at, now_ms, write_config

from alerts.alert import PLATFORM, Alert
from alerts.book import FILE, Book
from servers import Influxd, Mosquitto, Vigiterre, influx_rows, wait_until

OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "36"))
"""600 for the ten minutes that an outage should be shown to last; less for every day."""
RULES = """
[rules.co2]
title = { fr = "Air vicié", en = "Stale air" }
action = { fr = "Ouvrir les fenêtres.", en = "Open the windows." }
quantity = "co2"
group = "device"
[rules.co2.levels.critical]
above = 1500
clear = 1400
for = "0 s"
keep_firing_for = "0 s"

[rules.silent]
title = { fr = "Capteur muet", en = "Silent device" }
action = { fr = "Vérifier la passerelle.", en = "Check the gateway." }
silent = true
models = ["four-seconds"]
group = "all"
wait = "5 s"
[rules.silent.levels.warning]
factor = 3

[rules.platform_store]
title = { fr = "Base de mesures injoignable", en = "Store of readings unreachable" }
action = { fr = "Vérifier InfluxDB.", en = "Check InfluxDB." }
check = "store"
group = "all"
[rules.platform_store.levels.critical]
for = "8 s"
keep_firing_for = "2 s"

[rules.platform_broker]
title = { fr = "Courtier MQTT injoignable", en = "MQTT broker unreachable" }
action = { fr = "Vérifier mosquitto.", en = "Check mosquitto." }
check = "broker"
group = "all"
[rules.platform_broker.levels.critical]
for = "5 s"
keep_firing_for = "2 s"
"""
NOTIFY = """
[channels.gmao]
webhook = "{hook}"
allow_private = true
[[routes]]
channels = ["gmao"]
"""
MANY = {f"capteur-{n:03d}": f"site-{n}" for n in range(200)}
PERIOD = 2.0
"""Seconds between two readings of a device; its model says four, so that it is silent after twelve."""


class Storm:
    """Two hundred devices, a broker, a database and `vigiterre run`."""

    def __init__(self, folder: Path, broker: Mosquitto, influxd: Influxd, hook: Hook) -> None:
        self.folder = folder
        self.broker = broker
        self.influxd = influxd
        self.hook = hook
        config = write_config(folder / "config", RULES, NOTIFY.format(hook=hook.url), MANY)
        self.run = Vigiterre(folder / "vigiterre", config, broker.url, influxd.url("storm"))

    def start(self) -> None:
        self.run.start()
        self.run.wait_for("vigiterre_mqtt_connected", 1)

    def alerts(self) -> list[Alert]:
        with Book(self.folder / "vigiterre" / "data" / FILE, read_only=True) as book:
            return book.alerts()

    def about_ourselves(self) -> list[str]:
        return [one.kind for one in self.hook.notices if PLATFORM in {row["domain"] for row in one.document["alerts"]}]

    def silent(self) -> list[Notice]:
        return [one for one in self.hook.notices if "silent" in one.rules]


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(tmp_path / "mosquitto", durable=False))
        influxd = stack.enter_context(Influxd(tmp_path / "influxd"))
        hook = stack.enter_context(Hook())
        storm = Storm(tmp_path, broker, influxd, hook)
        stack.callback(storm.run.stop)
        storm.start()
        yield storm


class Sending:
    """How often all devices sent."""

    def __init__(self) -> None:
        self.rounds = 0


@contextmanager
def sending(port: int) -> Iterator[Sending]:
    """All devices send every PERIOD, until the end, and again as soon as they can when the broker was away."""
    counted, stopping = Sending(), threading.Event()

    def send() -> None:
        with devices_at(port) as devices:
            while not stopping.wait(PERIOD):
                with suppress(RuntimeError):  # no broker: this one is lost, as it is with most devices
                    devices.say_all(MANY, co2=600 + counted.rounds % 100)
                    counted.rounds += 1

    thread = threading.Thread(target=send)
    with devices_at(port) as devices:
        devices.say_all(MANY, co2=600)
    thread.start()
    try:
        yield counted
    finally:
        stopping.set()
        thread.join(60)


def stored(influxd: Influxd) -> int:
    rows = influx_rows(influxd, "storm", "SELECT count(co2) FROM building WHERE time >= 0")
    return int(rows[0]["count"]) if rows else 0


@pytest.mark.timeout(OUTAGE_SECONDS + 180)
def test_p12_without_database_a_crossing_pages_at_once_beside_one_alert_about_it_and_its_return_is_no_burst(
    storm: Storm, capsys: pytest.CaptureFixture[str]
) -> None:
    """Frozen for the first half, killed for the second. Nobody is silent, and every reading is stored in the end."""
    with sending(storm.broker.port) as sent, devices_at(storm.broker.port) as devices:
        storm.run.wait_for("vigiterre_readings_stored_total", 200)
        storm.influxd.signal(signal.SIGSTOP)
        began = time.monotonic()
        time.sleep(OUTAGE_SECONDS / 4)
        wait = told_after(storm, devices, "college-moulins-s12")
        time.sleep(max(0.0, OUTAGE_SECONDS / 2 - (time.monotonic() - began)))
        storm.influxd.kill()
        waits = [wait, told_after(storm, devices, "college-moulins-s14")]
        time.sleep(max(0.0, OUTAGE_SECONDS - (time.monotonic() - began)))
        assert len(storm.hook.notices) == 3
        storm.influxd.start()
        wait_until(lambda: storm.about_ourselves() == ["firing", "resolved"], "the end of the outage", 60)
    expected = 200 * (1 + sent.rounds) + 2
    wait_until(lambda: stored(storm.influxd) == expected, f"{expected} points, {stored(storm.influxd)}", 60)
    assert len(storm.hook.notices) == 4
    assert sorted(one.rule for one in storm.alerts()) == ["co2", "co2", "platform_store"]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{OUTAGE_SECONDS:.0f} s without database: paged after {waits} ms; {expected} readings, all stored\n"
        )


def told_after(storm: Storm, devices: Devices, device: str) -> int:
    """ms from publishing a value that crosses to the notice."""
    at = now_ms()
    devices.say(device, at, co2=1700)
    storm.hook.wait_for(device, "firing", seconds=10)
    [notice] = [one for one in storm.hook.notices if device in one.devices]
    return notice.at - at


def test_two_hundred_devices_that_fall_silent_are_one_notice_and_their_return_is_another(storm: Storm) -> None:
    with devices_at(storm.broker.port) as devices:
        for _ in range(2):
            devices.say_all(MANY, co2=600)
        storm.run.wait_for("vigiterre_alerts_judged_total", 400)
        wait_until(lambda: len(storm.hook.notices) == 1, "the notice", 60)
        [notice] = storm.hook.notices
        assert (notice.kind, notice.document["count"], set(notice.devices)) == ("firing", 200, set(MANY))
        devices.say_all(MANY, co2=601)
        wait_until(lambda: len(storm.hook.notices) == 2, "the end", 60)
        assert (storm.hook.notices[1].kind, storm.hook.notices[1].document["count"]) == ("resolved", 200)


@pytest.mark.parametrize("seconds", [20, 65])
def test_a_broker_that_goes_away_is_one_alert_and_no_device_is_called_silent(storm: Storm, seconds: int) -> None:
    with sending(storm.broker.port) as sent:
        storm.run.wait_for("vigiterre_alerts_judged_total", 200)
        storm.broker.stop()
        wait_until(lambda: storm.about_ourselves() == ["firing"], "the alert about the broker", 30)
        time.sleep(seconds)
        storm.broker.start()
        rounds = sent.rounds
        wait_until(lambda: storm.about_ourselves() == ["firing", "resolved"], "its end", 60)
        wait_until(lambda: sent.rounds >= rounds + 2, "two rounds of readings", 60)
    assert storm.silent() == []
    assert [one.rule for one in storm.alerts()] == ["platform_broker"]


def test_p11_after_a_stop_of_ours_that_is_longer_than_their_term_no_device_is_called_silent(storm: Storm) -> None:
    with sending(storm.broker.port) as sent:
        storm.run.wait_for("vigiterre_alerts_judged_total", 200)
        storm.run.stop()
        time.sleep(20)
        storm.start()
        rounds = sent.rounds
        wait_until(lambda: sent.rounds >= rounds + 3, "three rounds of readings", 60)
        storm.run.wait_for("vigiterre_alerts_judged_total", 1_000)
    assert storm.silent() == []
    assert storm.alerts() == []
