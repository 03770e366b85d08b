"""Several ingest processes on one shared subscription, and one that judges: real processes, killed where it hurts."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sinks import Devices, Hook, devices_at, now_ms, write_config

from alerts.alert import Alert
from alerts.book import FILE, Book
from servers import Influxd, Mosquitto, Vigiterre, influx_rows, wait_until

RULES = """
[rules.co2]
title = { fr = "Air vicié", en = "Stale air" }
action = { fr = "Ouvrir.", en = "Open." }
quantity = "co2"
wait = "0 s"
group = "device"
[rules.co2.levels.critical]
above = 1500
clear = 1490
for = "0 s"
keep_firing_for = "0 s"

[rules.silent]
title = { fr = "Muet", en = "Silent" }
action = { fr = "Voir.", en = "Look." }
silent = true
wait = "0 s"
group = "device"
devices = ["mesure-1"]
[rules.silent.levels.warning]
factor = 5

[rules.workers]
title = { fr = "Il manque un processus", en = "A worker is missing" }
action = { fr = "Le relancer.", en = "Start it." }
check = "workers"
group = "all"
wait = "0 s"
[rules.workers.levels.critical]
for = "0 s"
keep_firing_for = "0 s"
"""
NOTIFY = """
[channels.gmao]
webhook = "{hook}"
allow_private = true
[[routes]]
channels = ["gmao"]
"""
S12, S14 = "college-moulins-s12", "college-moulins-s14"


class Split:
    """A territory whose work is divided: workers, and the process of the alerts."""

    def __init__(self, folder: Path, broker: Mosquitto, influxd: Influxd, hook: Hook, name: str) -> None:
        self.folder, self.broker, self.influxd, self.hook, self.name = folder, broker, influxd, hook, name
        self.config = write_config(folder / "config", RULES, NOTIFY.format(hook=hook.url), {"mesure-1": "site-1"})
        self.alerts = self._process("alerts", "alerts")
        self.workers = [self._process("ingest", f"worker-{number}") for number in (1, 2)]

    def _process(self, only: str, name: str) -> Vigiterre:
        process = Vigiterre(
            self.folder / name,
            self.config,
            self.broker.url,
            self.influxd.url(self.name),
            VIGITERRE_MQTT__CLIENT_ID=name,
            VIGITERRE_MQTT__SHARE="group",
        )
        process.command += ["--only", only]
        return process

    def start(self) -> None:
        self.alerts.start()
        self.alerts.wait_for("vigiterre_mqtt_connected", 1)
        for worker in self.workers:
            self.start_worker(worker)
        self.alerts.wait_for("vigiterre_workers_heard", len(self.workers))

    def start_worker(self, worker: Vigiterre) -> None:
        worker.start()
        worker.wait_for("vigiterre_mqtt_connected", 1)
        worker.wait_for("vigiterre_relay_connected", 1)

    def stop(self) -> None:
        for process in (*self.workers, self.alerts):
            process.stop()

    def found(self) -> list[Alert]:
        """All on record, the oldest first."""
        with Book(self.folder / "alerts" / "data" / FILE, read_only=True) as book:
            return book.alerts()[::-1]

    def stored(self, device: str, quantity: str = "co2") -> dict[int, float]:
        query = f"SELECT {quantity} FROM building WHERE device = '{device}' AND time >= 0"
        return {row["time"]: row[quantity] for row in influx_rows(self.influxd, self.name, query)}

    def wait_stored(self, device: str, points: dict[int, float]) -> None:
        """Exactly these."""
        wait_until(lambda: self.stored(device) == points, f"what {device} sent", 60)

    def judged(self) -> float:
        return self.alerts.metric("vigiterre_alerts_judged_total")


def wait_for_reload(process: Vigiterre) -> None:
    wait_until(lambda: "config_reloaded" in process.log.read_text(), "the reload")


@pytest.fixture
def split(tmp_path: Path, influxd: Influxd, unique: str) -> Iterator[Split]:
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(tmp_path / "mosquitto"))
        hook = stack.enter_context(Hook())
        split = Split(tmp_path, broker, influxd, hook, unique)
        stack.callback(split.stop)
        yield split


@pytest.fixture
def devices(split: Split) -> Iterator[Devices]:
    with devices_at(split.broker.port) as devices:
        yield devices


def test_what_a_worker_accepts_is_stored_by_it_and_alerted_by_the_other_process(split: Split, devices: Devices) -> None:
    split.workers = split.workers[:1]
    split.start()
    at = now_ms() // 1000 * 1000
    devices.say(S12, at, co2=1700)
    split.hook.wait_for(S12, "firing")
    wait_until(lambda: split.stored(S12) == {at: 1700}, "the point")
    [one] = split.found()
    assert (one.rule, one.opened, one.value) == ("co2", at, 1700)
    checks = json.loads(split.alerts.get("/readyz")[1])["checks"]
    assert not any(checks.values()), checks
    assert split.workers[0].get("/readyz")[0] == 200
    assert split.workers[0].get("/")[0] == 404
    devices.say(S12, at + 1000, co2=600)
    split.hook.wait_for(S12, "firing", "resolved")
    rules = split.config / "rules.toml"
    rules.write_text(rules.read_text().replace("above = 1500", "above = 1492"))
    row = next(line for line in (split.config / "devices.csv").read_text().splitlines() if line.startswith(S12))
    with (split.config / "devices.csv").open("a") as rows:
        rows.write(row.replace(S12, "college-neuf-s01") + "\n")
    for process in (split.alerts, split.workers[0]):
        process.signal(signal.SIGHUP)
        wait_for_reload(process)
    devices.say("college-neuf-s01", co2=1495)
    split.hook.wait_for("college-neuf-s01", "firing")
    assert split.alerts.stop() == 0
    assert split.workers[0].stop() == 0


def test_of_two_workers_one_killed_in_the_middle_all_is_stored_and_each_alert_is_told_once(
    split: Split, devices: Devices
) -> None:
    """Messages of one device go to both, in turn; of another, each goes to both, since it is sent twice."""
    split.start()
    published: dict[str, dict[int, float]] = {S12: {}, S14: {}}
    times: list[int] = []

    def publish(first: int, last: int) -> None:
        for n in range(first, last):
            at, value = max(now_ms(), *times[-1:], 0) + 1, 1600 + n if 100 <= n < 250 else 500 + n
            times.append(at)
            for device in (S12, S14, S14):
                devices.say(device, at, co2=value)
                published[device][at] = value

    publish(0, 120)
    split.workers[1].kill()
    publish(120, 200)
    split.start_worker(split.workers[1])
    publish(200, 300)
    for device in (S12, S14):
        split.hook.wait_for(device, "firing", "resolved")
        split.wait_stored(device, published[device])
    for worker in split.workers:
        assert worker.metric("vigiterre_readings_received_total") > 100
        worker.wait_for("vigiterre_relay_lag_messages", 0)
    wait_until(lambda: split.judged() >= 900, "all judged")
    found = [one for one in split.found() if one.rule == "co2"]
    assert sorted(one.series.device for one in found) == [S12, S14]
    assert {(one.opened, one.resolved) for one in found} == {(times[100], times[250])}
    assert not [one for one in split.found() if one.rule == "silent"]


def test_while_a_worker_is_missing_it_is_said_and_no_device_is_silent_and_one_that_is_counts_afterwards(
    split: Split, devices: Devices
) -> None:
    """A device that is silent after twenty seconds may have been heard by the broker alone meanwhile."""
    split.start()

    def rules() -> list[str]:
        return [one.rule for one in split.found()]

    devices.say("mesure-1", co2=600)
    devices.say("mesure-1", co2=600)
    wait_until(lambda: split.judged() >= 2, "both judged")
    split.workers[1].kill()
    wait_until(lambda: rules() == ["workers"], "the missing worker")
    assert "worker-2" in split.found()[0].detail
    assert split.alerts.get("/readyz")[0] == 503
    time.sleep(15)  # 20 s since it was heard, and no event to wait for
    assert rules() == ["workers"]
    split.start_worker(split.workers[1])
    for _ in range(10):
        devices.say("mesure-1", co2=600)
        time.sleep(2)  # as it does
    assert rules() == ["workers"]
    wait_until(lambda: rules() == ["workers", "silent"], "that it is silent now", 60)


def test_without_the_process_of_the_alerts_all_is_stored_and_it_judges_everything_when_it_is_back(
    split: Split, devices: Devices
) -> None:
    """Killed twice: between two batches, and before it could acknowledge anything. Roll-ups of late hours included."""
    split.start()
    hour = now_ms() // 3_600_000 * 3_600_000
    devices.say(S12, co2=1700)
    split.hook.wait_for(S12, "firing")
    split.alerts.kill()
    devices.say(S12, co2=600)
    devices.say(S14, co2=1800)
    devices.say(S14, hour - 7_200_000, co2=420)
    devices.say(S14, hour - 7_199_000, co2=440)
    wait_until(lambda: len(split.stored(S14)) == 3, "all stored")
    split.alerts.start()
    split.hook.wait_for(S12, "firing", "resolved")
    split.hook.wait_for(S14, "firing")
    split.alerts.kill()
    split.alerts.start()
    query = f"SELECT co2, co2_count FROM rollup_1h.building WHERE device = '{S14}' AND time >= 0"

    def rolled_up() -> list[tuple[int, float, float]]:
        rows = influx_rows(split.influxd, split.name, query)
        return [(row["time"], row["co2"], row["co2_count"]) for row in rows]

    wait_until(lambda: rolled_up() == [(hour - 7_200_000, 430, 2)], "the roll-up of the late hour", 90)
    assert split.hook.told(S14) == ["firing"]
    assert split.hook.told(S12) == ["firing", "resolved"]
