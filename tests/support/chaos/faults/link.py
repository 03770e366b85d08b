"""The link between broker and us."""

from chaos.fault import Fault
from chaos.stage import Stage
from chaos.tap import Door


class Link(Fault):
    """The way of the connection back to a good one, whatever was done to it."""

    touches = frozenset({"link"})

    def heal(self, stage: Stage) -> None:
        stage.tap.link.clear()
        stage.tap.thaw()
        stage.tap.door(Door.OPEN)


class SlowLink(Link):
    name = "link-slow"
    hold = (1.0, 3.0)

    def inject(self, stage: Stage) -> None:
        stage.tap.link.speed = stage.random.uniform(2_000, 20_000)


class LateLink(Link):
    name = "link-delay"
    hold = (1.0, 3.0)

    def inject(self, stage: Stage) -> None:
        stage.tap.link.latency = stage.random.uniform(0.05, 0.4)
        stage.tap.link.jitter = stage.random.uniform(0, 0.3)


class LossyLink(Link):
    name = "link-lossy"
    hold = (1.0, 3.0)

    def inject(self, stage: Stage) -> None:
        stage.tap.link.loss = stage.random.uniform(0.05, 0.3)


class FrozenLink(Link):
    """Nothing passes, and nobody is told; longer than our keep-alive."""

    name = "link-freeze"
    hold = (1.0, 7.0)

    def inject(self, stage: Stage) -> None:
        stage.tap.freeze()


class CutLink(Link):
    name = "link-cut"
    hold = (0.1, 0.5)

    def inject(self, stage: Stage) -> None:
        stage.tap.cut(reset=True)


class EndedLink(Link):
    name = "link-end"
    hold = (0.1, 0.5)

    def inject(self, stage: Stage) -> None:
        stage.tap.cut(reset=False)


class TornLink(Link):
    """Cut again and again, in the middle of packets and of acknowledgements under way."""

    name = "link-torn"
    hold = (0.2, 0.5)

    def inject(self, stage: Stage) -> None:
        stage.tap.link.speed = stage.random.uniform(5_000, 50_000)
        stage.tap.link.latency = 0.05

    def heal(self, stage: Stage) -> None:
        stage.tap.cut(reset=True)
        super().heal(stage)


class HalfOpen(Link):
    name = "link-half-open"
    hold = (0.5, 1.0)

    def inject(self, stage: Stage) -> None:
        stage.tap.half_open()


class DeafBroker(Link):
    """Accepts and never answers."""

    name = "broker-deaf"
    hold = (2.0, 8.0)

    def inject(self, stage: Stage) -> None:
        stage.tap.door(Door.DEAF)

    def heal(self, stage: Stage) -> None:
        super().heal(stage)
        # Those that it took go on being deaf: finding that out is ours.


class ShutBroker(Link):
    name = "broker-refuses"
    hold = (0.5, 3.0)

    def inject(self, stage: Stage) -> None:
        stage.tap.door(Door.SHUT)


FAULTS: list[type[Fault]] = [
    SlowLink,
    LateLink,
    LossyLink,
    FrozenLink,
    CutLink,
    EndedLink,
    TornLink,
    HalfOpen,
    DeafBroker,
    ShutBroker,
]
