"""A schedule of faults on one stage: inject, hold, heal, wait until all is well, next; in the end, judge."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from chaos.check import Result, check, strangers
from chaos.fault import Fault
from chaos.kept import Kept, kept_by
from chaos.ledger import Key
from chaos.stage import DATABASE, Stage

HEALTHY_SECONDS = 120
WARM_SECONDS = 1.0

Faults = tuple[type[Fault], ...]
"""One, or two at once."""


@dataclass
class Scene:
    """One injection, and the messages published from its beginning to that of the next one."""

    name: str
    first: int
    """n of the first message."""
    end: int = 0
    healthy: float | None = None
    """Seconds from healing to all well; None when that never came."""


@dataclass
class Verdict:
    """What came out of a stage."""

    scenes: list[tuple[Scene, Result]]
    whole: Result
    complaints: list[tuple[str, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.whole.good and not self.complaints


def schedule(faults: Sequence[type[Fault]], random: random.Random, *, pairs: bool) -> Iterator[Faults]:
    """For ever: all in a random order, then in another one. In pairs: each fault with one that leaves it alone."""
    while True:
        order = list(faults)
        random.shuffle(order)
        for one in order:
            others = [each for each in faults if not each.touches & one.touches and not each.alone]
            yield (one, random.choice(others)) if pairs and others and not one.alone else (one,)


def play(stage: Stage, faults: Faults, say: Callable[[str], None]) -> Scene:
    """One injection. Complains when the stage does not become healthy again."""
    name = " + ".join(one.name for one in faults)
    scene = Scene(name, len(stage.ledger))
    acting = [one() for one in faults]
    hold = max(stage.random.uniform(*one.hold) for one in faults)
    try:
        for one in acting:
            one.inject(stage)
        time.sleep(hold)
    finally:
        for one in reversed(acting):
            one.heal(stage)
    scene.healthy = stage.wait_healthy(HEALTHY_SECONDS)
    scene.end = len(stage.ledger)
    if scene.healthy is None:
        stage.complain(name, f"not healthy {HEALTHY_SECONDS} s after it was healed: {stage.status()}")
    after = "never healthy" if scene.healthy is None else f"healthy {scene.healthy:.1f} s later"
    say(f"{name}: held {hold:.1f} s, {after}")
    return scene


def judge(stage: Stage, scenes: Sequence[Scene], say: Callable[[str], None]) -> Verdict:
    """Stops the devices, waits for what is under way, and compares everything."""
    if not stage.drain():
        stage.complain("(end)", "not all was done in time: what is lost by the broker may be under way still")
    acknowledged = stage.tap.traffic.keys()[1]
    kept = kept_of(stage)
    sent = stage.ledger.since(0)
    whole = check(sent, acknowledged, kept)
    whole.add(strangers(sent, kept))
    complaints = list(stage.complaints)
    traffic = stage.tap.traffic
    for what, found in (("PUBACKs for nothing", traffic.unmatched), ("PUBACKs that refuse", traffic.failed)):
        if found:
            complaints.append(("acknowledgements", f"{len(found)} {what}, such as {found[:3]}"))
    return Verdict(list(_by_scene(stage, scenes, acknowledged, kept)), whole, complaints)


def kept_of(stage: Stage) -> Kept:
    """Read when nothing is under way."""
    stage.store.thaw()
    return kept_by(stage.influxd, DATABASE, stage.data / "quarantine.sqlite", stage.names)


def _by_scene(
    stage: Stage, scenes: Sequence[Scene], acknowledged: set[Key], kept: Kept
) -> Iterator[tuple[Scene, Result]]:
    quiet = Scene("(quiet)", 0, scenes[0].first if scenes else len(stage.ledger), 0.0)
    if scenes:
        scenes[-1].end = len(stage.ledger)
    for before, after in pairwise(scenes):
        before.end = after.first
    for scene in (quiet, *scenes):
        yield scene, check(stage.ledger.since(scene.first, scene.end), acknowledged, kept)
