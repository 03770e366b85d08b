"""What devices do to us."""

import time

from chaos.fault import Fault
from chaos.plan import Plan
from chaos.stage import Stage

REPEATED = 500
BACKLOG = 90_000
"""More than there are packet ids."""
FAST = 5_000
BACKLOG_SECONDS = 150
TAKEN = 2_000
"""Then the broker has acknowledgements that open its window wide: each one releases as many messages as it holds."""
RELEASED_SECONDS = 2.0
TAKEN_SECONDS = 30


class DuplicateStorm(Fault):
    """Devices send their newest messages once more, three times over."""

    name, touches = "duplicate-storm", frozenset({"devices"})

    def inject(self, stage: Stage) -> None:
        newest = stage.ledger.since(max(0, len(stage.ledger) - REPEATED))
        stage.fleet.repeat(newest * 3)

    def heal(self, stage: Stage) -> None:
        """It is over by itself."""


class Burst(Fault):
    """All devices at once: five times as many messages."""

    name, touches = "burst", frozenset({"devices"})
    hold = (0.5, 1.0)

    def inject(self, stage: Stage) -> None:
        stage.fleet.rate = 5 * stage.plan.rate

    def heal(self, stage: Stage) -> None:
        stage.fleet.rate = stage.plan.rate


class Redelivery(Fault):
    """A backlog of more messages than there are packet ids, cut in its middle and delivered again.

    mosquitto 2.0.11 then uses ids that are outstanding. The broker is not durable: it would write its whole queue at
    each change.
    """

    name, touches = "redelivery", frozenset({"devices", "ingestor", "link"})
    hold = (1.0, 2.0)
    alone = True

    def prepare(self, plan: Plan) -> None:
        plan.durable = False
        plan.broker = "max_inflight_messages 1000"

    def inject(self, stage: Stage) -> None:
        stage.ingestor.stop()
        first, deadline = len(stage.ledger), time.monotonic() + BACKLOG_SECONDS
        stage.fleet.rate = FAST
        while len(stage.ledger) < first + BACKLOG and time.monotonic() < deadline:
            time.sleep(0.1)
        stage.fleet.rate = stage.plan.rate
        before = len(stage.tap.traffic.deliveries)
        stage.ingestor.release()
        deadline = time.monotonic() + TAKEN_SECONDS
        while len(stage.tap.traffic.deliveries) < before + TAKEN and time.monotonic() < deadline:
            time.sleep(0.02)
        stage.ingestor.freeze()
        time.sleep(RELEASED_SECONDS)
        stage.tap.cut()
        stage.ingestor.thaw()

    def heal(self, stage: Stage) -> None:
        stage.ingestor.thaw()
        stage.ingestor.release()
        stage.fleet.rate = stage.plan.rate
        deadline = time.monotonic() + TAKEN_SECONDS
        while not stage.tap.traffic.ids_used_twice() and time.monotonic() < deadline:
            time.sleep(0.5)
        if not stage.tap.traffic.ids_used_twice():
            stage.complain(self.name, "no packet id was used twice: this showed nothing")


FAULTS: list[type[Fault]] = [DuplicateStorm, Burst, Redelivery]
