"""Where storing begins when cursor and journal do not belong together."""

from pathlib import Path

from structlog.testing import capture_logs

from devices.reading import Message
from ingest.cursor import Cursor
from ingest.journal import Journal
from vigiterre.service import check_cursor

BIG = 1 << 40


def journal_of(folder: Path, messages: int) -> Journal:
    journal = Journal(folder / "journal", segment_bytes=700, max_bytes=BIG, max_age_ms=BIG, tail_messages=0)
    for seq in range(1, messages + 1):
        journal.append([Message(f"vigiterre/road/d{seq}/up", bytes(50), seq)])
    return journal


def checked(cursor: Cursor, journal: Journal) -> tuple[int, list[str]]:
    with capture_logs() as logs:
        check_cursor(cursor, journal)
    return cursor.load(), [one["event"] for one in logs]


def test_a_cursor_of_another_journal_passes_over_nothing_of_this_one(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "cursor")
    with journal_of(tmp_path, 20) as journal:
        cursor.save(1_000)
        assert checked(cursor, journal) == (0, ["cursor_of_another_journal"])


def test_a_cursor_within_its_journal_stays(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "cursor")
    with journal_of(tmp_path, 20) as journal:
        for seq in (0, 7, 20):
            cursor.save(seq)
            assert checked(cursor, journal) == (seq, [])


def test_a_cursor_behind_a_damaged_end_stays(tmp_path: Path) -> None:
    """What was there may have been stored: its numbers are not given again."""
    cursor = Cursor(tmp_path / "cursor")
    journal_of(tmp_path, 20).close()
    newest = max((tmp_path / "journal").glob("*.journal"))
    newest.write_bytes(newest.read_bytes()[:-10])
    cursor.save(20)
    with journal_of(tmp_path, 0) as journal:
        assert journal.last == 19
        assert checked(cursor, journal) == (20, [])


def test_segments_that_are_gone_before_they_were_stored_are_said(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "cursor")
    journal_of(tmp_path, 20).close()
    for oldest in sorted((tmp_path / "journal").glob("*.journal"))[:2]:
        oldest.unlink()
    cursor.save(1)
    with journal_of(tmp_path, 0) as journal:
        assert checked(cursor, journal) == (1, ["journal_incomplete"])
