"""A territory whose work is divided, on real processes: workers, and one that judges."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sinks import Hook, write_config
from stale_air import notify, rule

from alerts.alert import Alert
from alerts.book import FILE, Book
from servers import Influxd, Mosquitto, Vigiterre, influx_rows, wait_until

RULES = """
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
S12, S14 = "college-moulins-s12", "college-moulins-s14"


class Split:
    """A territory whose work is divided: workers, and the process of the alerts."""

    def __init__(self, folder: Path, broker: Mosquitto, influxd: Influxd, hook: Hook, name: str) -> None:
        self.folder, self.broker, self.influxd, self.hook, self.name = folder, broker, influxd, hook, name
        self.config = write_config(folder / "config", rule() + RULES, notify(hook.url), {"mesure-1": "site-1"})
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


@contextmanager
def split_at(folder: Path, influxd: Influxd, name: str) -> Iterator[Split]:
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(folder / "mosquitto"))
        hook = stack.enter_context(Hook())
        split = Split(folder, broker, influxd, hook, name)
        stack.callback(split.stop)
        yield split
