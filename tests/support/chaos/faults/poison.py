"""Messages that a codec fails on by a mistake of its own: not one that it foresaw, but a programming error."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from chaos.fault import Fault
from chaos.plan import Plan
from chaos.stage import Stage
from chaos.watching import came


class Poison(Fault):
    """Every tenth message meets a mistake in the codec: chaos/poisoned.py has which."""

    name, alone = "poison", True
    hold = (2.0, 4.0)

    def prepare(self, plan: Plan) -> None:
        plan.bad_share = 0.0  # a bad reading that is poisoned too is kept whole, which the judge does not know of
        plan.wrapper = [sys.executable, "-P", str(Path(__file__).parent.parent / "poisoned.py")]

    def inject(self, stage: Stage) -> None:
        self.pid, self.before = stage.ingestor.pid, traces(stage)

    def heal(self, stage: Stage) -> None:
        if stage.ingestor.pid != self.pid:
            stage.complain(self.name, "it died of it")
        if not came(lambda: traces(stage) > self.before):
            stage.complain(self.name, "no refusal with a traceback is in the quarantine")


def traces(stage: Stage) -> int:
    """Refusals with the codec's own traceback."""
    path = stage.data / "quarantine.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as quarantine:
        query = "SELECT count(*) FROM refusal WHERE detail LIKE '%Traceback%'"
        return int(quarantine.execute(query).fetchone()[0])


FAULTS: list[type[Fault]] = [Poison]
