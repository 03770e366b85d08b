"""Files of data_dir that are damaged, lost or another's, while the ingestor is away: killed or stopped, then started.

What is lost here was stored before, or was never acknowledged: a record that was acknowledged and not yet stored has no
other copy, and its damage is beyond the promise: tests/faults/test_hard_faults.py shows that.
"""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

from chaos.fault import Fault
from chaos.plan import Plan
from chaos.stage import Stage
from chaos.store_tap import Reply
from chaos.watching import came

MEBIBYTE = 1 << 20
HEADER_BYTES = 68
SEGMENTS_SECONDS = 30


class Damage(Fault):
    """The ingestor ends, its files are changed, it comes back and says what it found."""

    touches = frozenset({"ingestor", "disk"})
    hold = (0.1, 0.3)
    number: signal.Signals = signal.SIGKILL
    said = "journal_damaged"
    """In the log of the next start."""

    def inject(self, stage: Stage) -> None:
        self.before(stage)
        stage.ingestor.stop(self.number)
        self.mark = stage.mark()
        self.change(stage)

    def heal(self, stage: Stage) -> None:
        self.after(stage)
        stage.ingestor.release()
        if self.said and not came(lambda: self.said in stage.log_since(self.mark)):
            stage.complain(self.name, f"the log does not say {self.said}: {stage.log_since(self.mark)[-1500:]}")

    def before(self, stage: Stage) -> None:
        """While it runs."""

    def change(self, stage: Stage) -> None:
        raise NotImplementedError

    def after(self, stage: Stage) -> None:
        """Before it runs again."""


class TornTail(Damage):
    """Killed, and the first half of a record at the end, as a crash in the middle of a write leaves it."""

    name = "journal-torn"

    def change(self, stage: Stage) -> None:
        newest = segments(stage)[-1]
        record = newest.read_bytes()[HEADER_BYTES:][:40]
        with newest.open("ab") as journal:
            journal.write(record or b"torn")


class FlippedBit(Damage):
    """In the middle of the journal, in a record that was stored long ago. It is read again to know what came before.

    At SIGTERM: after a kill the broker may send that very message again, and nobody would know that it came before.
    """

    name, number = "journal-flipped-bit", signal.SIGTERM

    def before(self, stage: Stage) -> None:
        all_stored(stage)

    def change(self, stage: Stage) -> None:
        flip(segments(stage)[0], stage.random.uniform(0.05, 0.95))

    def heal(self, stage: Stage) -> None:
        super().heal(stage)
        if not came(lambda: stage.vigiterre.metric("vigiterre_journal_damages") >= 1):
            stage.complain(self.name, "vigiterre_journal_damages does not tell")


class CursorLost(Damage):
    name, said = "cursor-lost", ""

    def change(self, stage: Stage) -> None:
        cursor_of(stage).unlink()


class CursorDamaged(Damage):
    name, said = "cursor-damaged", "cursor_damaged"

    def change(self, stage: Stage) -> None:
        cursor = cursor_of(stage)
        content = cursor.read_bytes() if cursor.exists() else b"0 00000000\n"
        cursor.write_bytes(
            stage.random.choice([b"", content[:-4], bytes([content[0] ^ 4]) + content[1:], b"\xff" * 30])
        )


class CursorOfAnother(Damage):
    """That of a journal that was longer, while messages wait to be stored: none of them may be passed over."""

    name, said = "cursor-of-another", "cursor_of_another_journal"
    number = signal.SIGTERM

    def before(self, stage: Stage) -> None:
        stage.store_tap.behave(lambda _tap, _request: Reply(503, b"{}", {"Content-Type": "application/json"}))
        came(lambda: stage.vigiterre.metric("vigiterre_journal_lag_messages") > 2, 10)
        stage.ingestor.kill()  # at SIGTERM it would wait for the store

    def change(self, stage: Stage) -> None:
        cursor_of(stage).write_bytes(b"900000000000 %08x\n" % crc32(b"900000000000"))

    def after(self, stage: Stage) -> None:
        stage.store_tap.heal()


class SegmentMissing(Damage):
    """One that was stored long ago, in the middle. Segments are small here, that there are some. SIGTERM as above."""

    name, alone, number = "journal-segment-missing", True, signal.SIGTERM
    hold = (0.1, 0.3)

    def prepare(self, plan: Plan) -> None:
        plan.rate = max(plan.rate, 800)
        plan.environment["VIGITERRE_JOURNAL__MAX_BYTES"] = str(MEBIBYTE)

    def before(self, stage: Stage) -> None:
        came(lambda: len(segments(stage)) >= 4, SEGMENTS_SECONDS)
        all_stored(stage)

    def change(self, stage: Stage) -> None:
        segments(stage)[1].unlink()


class JournalFull(Fault):
    """The store is away, the journal at its cap: we acknowledge nothing more, the broker keeps, and all comes later."""

    name, alone = "journal-cap", True
    touches = frozenset({"store"})
    hold = (2.0, 3.0)

    def prepare(self, plan: Plan) -> None:
        plan.rate = max(plan.rate, 800)
        plan.environment["VIGITERRE_JOURNAL__MAX_BYTES"] = str(MEBIBYTE)

    def inject(self, stage: Stage) -> None:
        stage.store.stop()
        if not came(lambda: "journal is full" in str(stage.status()[1]), 60):
            stage.complain(self.name, f"/readyz does not say it: {stage.status()}")
        if not came(lambda: nothing_acknowledged(stage)):  # what is small may find room for a while
            stage.complain(self.name, "it acknowledges what it has no room for")

    def heal(self, stage: Stage) -> None:
        stage.store.release()


def segments(stage: Stage) -> Sequence[Path]:
    return sorted((stage.data / "journal").glob("*.journal"))


def nothing_acknowledged(stage: Stage, seconds: float = 1) -> bool:
    """For a while."""
    before = stage.tap.traffic.acknowledgements
    time.sleep(seconds)
    return stage.tap.traffic.acknowledgements == before


def cursor_of(stage: Stage) -> Path:
    return stage.data / "store.cursor"


def all_stored(stage: Stage) -> None:
    """So far; a few messages may come meanwhile, behind the middle of the journal."""
    came(lambda: stage.vigiterre.metric("vigiterre_journal_lag_messages") <= 2)


def flip(path: Path, share: float) -> None:
    """One bit, at a share of the file; the same again would mend it."""
    place = int(path.stat().st_size * share)
    with path.open("r+b") as file:
        byte = os.pread(file.fileno(), 1, place)
        os.pwrite(file.fileno(), bytes([byte[0] ^ 0x10]), place)


FAULTS: list[type[Fault]] = [
    TornTail,
    FlippedBit,
    CursorLost,
    CursorDamaged,
    CursorOfAnother,
    SegmentMissing,
    JournalFull,
]
