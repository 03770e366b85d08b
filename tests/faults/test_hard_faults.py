"""Full disks, damaged files, mistakes in codecs: a few of these faults at once, to be short; `make chaos` has all."""

from pathlib import Path

import pytest
from chaos.act import judge, play
from chaos.disks import may_mount, unmount
from chaos.fault import Fault
from chaos.faults.damage import CursorOfAnother, FlippedBit, TornTail, segments
from chaos.faults.disk import DiskFull
from chaos.faults.poison import Poison
from chaos.plan import Plan
from chaos.stage import Stage
from chaos.store_tap import Reply
from chaos.watching import came

LAG = "vigiterre_journal_lag_messages"
WITHIN = 700
"""Bytes before the end of the journal: some records."""


def said(words: str) -> None:
    """Shown when a test fails."""
    print(words)  # noqa: T201


def played(plan: Plan, faults: list[type[Fault]]) -> None:
    """All of these on one stage, and nothing lost, nothing twice, nothing to complain of."""
    for fault in faults:
        fault().prepare(plan)
    with Stage(plan) as stage:
        verdict = judge(stage, [play(stage, (fault,), said) for fault in faults], said)
    assert verdict.good, verdict.whole.words + verdict.complaints
    assert verdict.whole.acknowledged == verdict.whole.published > 100


@pytest.mark.timeout(300)
@pytest.mark.skipif(not may_mount(), reason="only root may mount a small disk")
def test_p06_p07_a_full_disk_and_a_codec_with_mistakes_lose_nothing_and_say_so(tmp_path: Path) -> None:
    plan = Plan(tmp_path, seed=5, rate=100, devices=10)
    try:
        played(plan, [DiskFull, Poison])
    finally:
        if plan.data is not None:
            unmount(plan.data)


@pytest.mark.timeout(300)
def test_a_torn_end_a_flipped_bit_and_a_cursor_of_another_journal_lose_nothing(tmp_path: Path) -> None:
    played(Plan(tmp_path, seed=5, rate=100, devices=10), [TornTail, CursorOfAnother, FlippedBit])


@pytest.mark.timeout(300)
def test_a_bit_flipped_in_what_was_not_yet_stored_loses_that_record_alone_and_it_is_said(tmp_path: Path) -> None:
    """The limit of the promise: the only copy of an acknowledged reading is damaged on the disk."""
    plan = Plan(tmp_path, seed=6, rate=100, devices=10, bad_share=0)
    with Stage(plan) as stage:
        stage.store_tap.behave(lambda _tap, _request: Reply(503, b"{}", {"Content-Type": "application/json"}))
        assert came(lambda: stage.vigiterre.metric(LAG) > 100)
        stage.fleet.pause()
        assert came(lambda: len(set(map(len, stage.tap.traffic.keys()))) == 1 and not stage.fleet.unconfirmed)
        stage.ingestor.stop()  # so that the broker has every acknowledgement; nothing more is stored
        mark = stage.mark()
        newest = segments(stage)[-1]
        damaged = bytearray(newest.read_bytes())
        damaged[-WITHIN] ^= 0x10
        newest.write_bytes(damaged)
        stage.store_tap.heal()
        stage.ingestor.release()
        assert came(lambda: stage.status()[0] == 200 and stage.vigiterre.metric(LAG) == 0), stage.log_since(mark)
        verdict = judge(stage, [], said)
        assert (verdict.whole.lost, verdict.whole.twice, verdict.whole.wrong) == (1, 0, 0), verdict.whole.words
        assert verdict.whole.stored == verdict.whole.published - 1
        assert stage.vigiterre.metric("vigiterre_journal_damages") == 1
        log = stage.log_since(mark)
        assert "journal_damaged" in log
        assert "records=1" in log
