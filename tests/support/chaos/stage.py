"""The stage, real processes in one folder: devices -> mosquitto -> tap -> `vigiterre run` -> store tap -> InfluxDB.

Whoever dies is started again by its supervisor. All end by their process id when the `with` ends, however it ends.
"""

import json
import random
import time
from contextlib import ExitStack
from typing import Any, Self

from chaos.devices import Fleet
from chaos.ledger import Ledger
from chaos.plan import Plan
from chaos.role import KillLog, Role
from chaos.store_tap import StoreTap
from chaos.tap import Tap
from chaos.territory import device, write_territory
from servers import Influxd, Mosquitto, Vigiterre

DATABASE = "chaos"
KEEP_ALIVE = 3
"""Seconds, so that a silent broker is found out soon."""
POLL_SECONDS = 0.1


class Stage:
    """`with Stage(plan) as stage`: everything runs and the devices publish."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.random = random.Random(plan.seed)
        self.names = [device(number) for number in range(plan.devices)]
        self.config = plan.folder / "config"
        self.data = plan.data or plan.folder / "vigiterre" / "data"
        self.ledger = Ledger()
        self.kills = KillLog()
        self.complaints: list[tuple[str, str]] = []
        """(fault, what is wrong): what must not be, beside what the checker finds."""
        self.mosquitto = Mosquitto(
            plan.folder / "mosquitto", f"allow_anonymous true\n{plan.broker}", durable=plan.durable
        )
        self.influxd = Influxd(plan.folder / "influxd")
        self.tap = Tap(self.mosquitto.port, plan.seed)
        self.store_tap = StoreTap(self.influxd.port)
        self.vigiterre = self.another()
        self.broker = self._role("broker", self.mosquitto)
        self.store = self._role("store", self.influxd)
        self.ingestor = self._role("ingestor", self.vigiterre)
        self.fleet = Fleet(self.mosquitto.port, self.ledger, self.names, plan.rate, plan.bad_share, plan.seed)
        self._running = ExitStack()

    def __enter__(self) -> Self:
        write_territory(self.config, self.names)
        with ExitStack() as stack:
            for role in (self.broker, self.store):
                stack.callback(role.close)
                role.start()
            for one in (self.tap, self.store_tap):
                one.start()
                stack.callback(one.stop)
            stack.callback(self.ingestor.close)
            self.ingestor.start()
            self.vigiterre.wait_for("vigiterre_mqtt_connected", 1)  # before it, no session of ours keeps anything
            stack.callback(self.fleet.stop)
            self.fleet.start()
            self._running = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def another(self) -> Vigiterre:
        """A `vigiterre run` on the same data_dir and configuration, with a port of its own; not started."""
        plan = self.plan
        vigiterre = Vigiterre(
            plan.folder / "vigiterre",
            self.config,
            f"mqtt://127.0.0.1:{self.tap.port}",
            f"influxdb://127.0.0.1:{self.store_tap.port}/{DATABASE}",
            **{
                "VIGITERRE_DATA_DIR": str(self.data),
                "VIGITERRE_MQTT__KEEP_ALIVE": str(KEEP_ALIVE),
                "VIGITERRE_LANGUAGE": "en",
                **plan.environment,
            },
        )
        vigiterre.command = [*plan.wrapper, *vigiterre.command]
        return vigiterre

    def complain(self, fault: str, words: str) -> None:
        self.complaints.append((fault, words))

    # -- what the ingestor says

    def status(self) -> tuple[int, dict[str, Any]]:
        """Of /readyz; 0 and nothing when it does not answer."""
        status, body = self.vigiterre.get("/readyz")
        try:
            said = json.loads(body)
        except ValueError:
            said = {}
        return status, said if isinstance(said, dict) else {}

    def mark(self) -> int:
        """For `log_since`."""
        return self.vigiterre.log.stat().st_size if self.vigiterre.log.exists() else 0

    def log_since(self, mark: int) -> str:
        with self.vigiterre.log.open("rb") as log:
            log.seek(mark)
            return log.read().decode(errors="replace")

    # -- waiting

    def healthy(self, n: int) -> bool:
        """Ready, no more than two seconds behind, and what was published from this n on is acknowledged again."""
        lag = self.vigiterre.metric("vigiterre_journal_lag_messages")
        return self.status()[0] == 200 and 0 <= lag <= 2 * self.plan.rate and self._acknowledged(n)

    def _acknowledged(self, n: int) -> bool:
        newest = {one.key for one in self.ledger.since(n)}
        return any(one.acknowledged is not None and one.key in newest for one in self.tap.traffic.deliveries[-500:])

    def wait_healthy(self, seconds: float = 90) -> float | None:
        """Seconds until healthy; None when it does not become so."""
        began, n = time.monotonic(), len(self.ledger)
        while not self.healthy(n):
            if time.monotonic() - began > seconds:
                return None
            time.sleep(POLL_SECONDS)
        return time.monotonic() - began

    def drain(self, seconds: float = 240, quiet: float = 10) -> bool:
        """The devices stop; wait until all that they sent is confirmed, delivered, acknowledged and stored.

        What a broker lost never comes: with all else done, `quiet` seconds without progress end it as well. False when
        it was not done in time, so that what is missing may be under way still.
        """
        self.fleet.pause()
        began = progress = time.monotonic()
        before: tuple[int, ...] = ()
        while time.monotonic() - began < seconds:
            state = self._under_way()
            if not any(state):
                return True
            if state != before or self.status()[0] != 200:
                progress, before = time.monotonic(), state
            if time.monotonic() - progress > quiet and self.fleet.unconfirmed == 0 and state[-1] == 0:
                return True
            time.sleep(2 * POLL_SECONDS)
        return False

    def _under_way(self) -> tuple[int, ...]:
        """Messages not confirmed, not delivered, delivered and not acknowledged, acknowledged and not stored.

        The last one is -1 while the ingestor does not answer.
        """
        delivered, acknowledged = self.tap.traffic.keys()
        lag = int(self.vigiterre.metric("vigiterre_journal_lag_messages"))
        return self.fleet.unconfirmed, len(self.ledger) - len(delivered), len(delivered) - len(acknowledged), lag

    def _role(self, name: str, server: Mosquitto | Influxd | Vigiterre) -> Role:
        return Role(name, server, self.kills, self.complain)
