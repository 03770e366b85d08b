"""Two hundred devices that send, on real processes: what fails for many at once begins with it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sinks import Hook, Notice, devices_at, write_config
from stale_air import OF_EACH, notify, rule

from alerts.alert import PLATFORM, Alert
from alerts.book import FILE, Book
from servers import Influxd, Mosquitto, Vigiterre

RULES = """
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
        config = write_config(folder / "config", rule(clear=1400, told=OF_EACH) + RULES, notify(hook.url), MANY)
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


@contextmanager
def storm_at(folder: Path) -> Iterator[Storm]:
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(folder / "mosquitto", durable=False))
        influxd = stack.enter_context(Influxd(folder / "influxd"))
        hook = stack.enter_context(Hook())
        storm = Storm(folder, broker, influxd, hook)
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
