"""Disks that are full: that of all of data_dir, or of one thing in it, which is a link to a disk of its own then.

For root only: others may not mount.
"""

import time
from pathlib import Path

from chaos.disks import fill, free, may_mount, small_disk
from chaos.fault import Fault
from chaos.plan import Plan
from chaos.stage import Stage
from chaos.watching import alerts_on_ourselves, came, said_by_readyz, watch_platform

MEBIBYTES = 64
BAD_SHARE = 0.06
"""So that the quarantine is written often; less than what is said as too much."""


class DiskFull(Fault):
    """Everything: the journal, the quarantine, the cursor, the alerts."""

    name = "disk-full"
    touches = frozenset({"disk", "ingestor"})
    hold = (2.0, 4.0)
    alone = True
    rules = frozenset({"platform_disk"})
    """Those that must open, each once, and no other."""
    said = "free some space"
    """Of /readyz and the log: the remedy."""
    patience = 20
    """Seconds until it is noticed."""

    def prepare(self, plan: Plan) -> None:
        plan.bad_share = BAD_SHARE
        plan.data = small_disk(plan.folder / "disk", MEBIBYTES)

    def inject(self, stage: Stage) -> None:
        watch_platform(stage, self.name)
        self.began, self.mark, self.pid = time.time_ns() // 1_000_000, stage.mark(), stage.ingestor.pid
        fill(self.disk(stage))
        if not came(lambda: said_by_readyz(stage, self.said), self.patience):
            stage.complain(self.name, f"/readyz does not say it: {stage.status()}")
        if not came(lambda: self.said in stage.log_since(self.mark)):
            stage.complain(self.name, f"no remedy in the log: {stage.log_since(self.mark)[-800:]}")

    def heal(self, stage: Stage) -> None:
        free(self.disk(stage))
        if stage.ingestor.pid != self.pid:
            stage.complain(self.name, f"it did not go on: {stage.log_since(self.mark)[-2000:]}")
        came(lambda: self.rules <= set(self.found(stage)) and not self.found(stage, opened=False))
        if self.found(stage) != dict.fromkeys(self.rules, 1) or self.found(stage, opened=False):
            stage.complain(
                self.name, f"alerts on ourselves: {self.found(stage)}, open: {self.found(stage, opened=False)}"
            )

    def found(self, stage: Stage, *, opened: bool = True) -> dict[str, int]:
        return dict(alerts_on_ourselves(stage, self.began)[0 if opened else 1])

    def disk(self, stage: Stage) -> Path:
        return stage.data


class OnePlaceFull(DiskFull):
    """One file or folder of data_dir on a disk of its own."""

    place: str
    folder = False

    def prepare(self, plan: Plan) -> None:
        plan.bad_share = BAD_SHARE
        plan.data = plan.folder / "data"
        plan.data.mkdir()
        disk = small_disk(plan.folder / "disk", MEBIBYTES)
        target = disk / self.place
        if self.folder:
            target.mkdir()
        (plan.data / self.place).symlink_to(target)

    def disk(self, stage: Stage) -> Path:
        return (stage.data / self.place).resolve().parent


class JournalDiskFull(OnePlaceFull):
    name, place, folder = "disk-full-journal", "journal", True
    rules = frozenset({"platform_journal"})


class QuarantineDiskFull(OnePlaceFull):
    name, place = "disk-full-quarantine", "quarantine.sqlite"
    rules = frozenset({"platform_files"})
    said = "make room"


class AlertsDiskFull(OnePlaceFull):
    """The alerts cannot be written down, so the one that tells of it comes when they can.

    While nothing happens to alerts, only their state is written, each half minute.
    """

    name, place, patience = "disk-full-alerts", "alerts.sqlite", 70
    rules = frozenset({"platform_files"})
    said = "make room"


FAULTS: list[type[Fault]] = [DiskFull, JournalDiskFull, QuarantineDiskFull, AlertsDiskFull] if may_mount() else []
