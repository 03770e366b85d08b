"""Processes killed, frozen and started anew."""

import time

from chaos.fault import Fault
from chaos.role import Role
from chaos.stage import Stage

ALONE_SECONDS = 1.5


class Kill(Fault):
    """SIGKILL; the supervisor starts it again at once, so there is nothing to heal."""

    role: str
    hold = (0.05, 1.0)

    def inject(self, stage: Stage) -> None:
        self.of(stage).kill()

    def heal(self, stage: Stage) -> None:
        """The supervisor does."""

    def of(self, stage: Stage) -> Role:
        found = getattr(stage, self.role)
        assert isinstance(found, Role)
        return found


class KillIngestor(Kill):
    name, role, touches = "kill-ingestor", "ingestor", frozenset({"ingestor"})


class KillBroker(Kill):
    name, role, touches = "kill-broker", "broker", frozenset({"broker"})


class KillStore(Kill):
    name, role, touches = "kill-store", "store", frozenset({"store"})


class BrokerKilledWhileAway(Fault):
    """The broker alone holds what devices sent, and is killed: what its durability is worth."""

    name, touches = "broker-killed-while-away", frozenset({"broker", "ingestor"})
    hold = (0.1, 0.5)

    def inject(self, stage: Stage) -> None:
        stage.ingestor.stop()
        time.sleep(ALONE_SECONDS)
        stage.broker.kill()

    def heal(self, stage: Stage) -> None:
        stage.ingestor.release()


class Freeze(Fault):
    """SIGSTOP, later SIGCONT: everything is there and nothing moves."""

    role: str
    hold = (0.3, 3.0)

    def inject(self, stage: Stage) -> None:
        getattr(stage, self.role).freeze()

    def heal(self, stage: Stage) -> None:
        getattr(stage, self.role).thaw()


class FreezeIngestor(Freeze):
    name, role, touches = "freeze-ingestor", "ingestor", frozenset({"ingestor"})


class FreezeBroker(Freeze):
    """Longer than our keep-alive, so that we find it out and connect in vain."""

    name, role, touches = "freeze-broker", "broker", frozenset({"broker"})
    hold = (1.0, 6.0)


class FreezeStore(Freeze):
    name, role, touches = "freeze-store", "store", frozenset({"store"})


class BrokerRestart(Fault):
    """SIGTERM: it saves what it holds, and is away for a while."""

    name, touches = "broker-restart", frozenset({"broker"})
    hold = (0.2, 2.0)

    def inject(self, stage: Stage) -> None:
        stage.broker.stop()

    def heal(self, stage: Stage) -> None:
        stage.broker.release()


class StoreAway(Fault):
    name, touches = "store-away", frozenset({"store"})
    hold = (1.0, 4.0)

    def inject(self, stage: Stage) -> None:
        stage.store.stop()

    def heal(self, stage: Stage) -> None:
        stage.store.release()


class IngestorRestart(Fault):
    """SIGTERM as systemd sends it, with a pause."""

    name, touches = "ingestor-restart", frozenset({"ingestor"})

    def inject(self, stage: Stage) -> None:
        stage.ingestor.stop()

    def heal(self, stage: Stage) -> None:
        stage.ingestor.release()


FAULTS: list[type[Fault]] = [
    KillIngestor,
    KillBroker,
    KillStore,
    BrokerKilledWhileAway,
    FreezeIngestor,
    FreezeBroker,
    FreezeStore,
    BrokerRestart,
    StoreAway,
    IngestorRestart,
]
