"""The journal in its normal life: append, read, scan, expire, be full."""

import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from devices.errors import JournalFull
from devices.reading import Message
from ingest.cursor import Cursor
from ingest.journal import Entry, Journal, JournalLocked, JournalReader, What
from ingest.segment import HEAD

BIG = 1 << 40
DAY = 86_400_000

messages = st.builds(
    Message,
    topic=st.text(max_size=20),
    payload=st.binary(max_size=300),
    received=st.integers(0, 2**45),
    retained=st.booleans(),
    replayed=st.booleans(),
    broker=st.sampled_from(["", "tts", "live-objects"]),
)


def message(number: int, size: int = 50, received: int | None = None) -> Message:
    return Message(f"vigiterre/road/d{number % 7}/up", b"%d" % number * size, number if received is None else received)


def opened(
    folder: Path, segment_bytes: int = 1000, max_bytes: int = BIG, max_age_ms: int = BIG, **more: int
) -> Journal:
    return Journal(folder, segment_bytes=segment_bytes, max_bytes=max_bytes, max_age_ms=max_age_ms, **more)


def everything(journal: JournalReader, limit: int = 100, max_bytes: int = BIG) -> list[Entry]:
    entries: list[Entry] = []
    while part := journal.read(entries[-1].seq if entries else 0, limit, max_bytes):
        assert len(part) <= limit
        entries += part
    return entries


@settings(max_examples=60, deadline=None)
@given(
    runs=st.lists(st.lists(st.lists(messages, max_size=5), max_size=4), max_size=3),
    segment_bytes=st.sampled_from([1, 300, 1000, 1 << 20]),
    tail=st.sampled_from([0, 3, 1000]),
    limit=st.sampled_from([1, 2, 7, 1000]),
    max_bytes=st.sampled_from([1, 500, 1 << 20]),
)
def test_what_is_appended_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[list[list[Message]]],
    segment_bytes: int,
    tail: int,
    limit: int,
    max_bytes: int,
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    seqs, expected = count(1), []
    for batches in runs:
        with opened(folder, segment_bytes, tail_messages=tail) as journal:
            for batch in batches:
                expected += [Entry(next(seqs), one) for one in batch]
                assert journal.append(batch) == len(expected)
                assert everything(journal, limit, max_bytes) == expected
            assert journal.last == len(expected)
            assert journal.recovered == []
    with opened(folder, segment_bytes) as journal:
        assert everything(journal, limit, max_bytes) == expected
        assert list(journal.scan(0, 2**46)) == expected
        assert everything(Journal.open_readonly(folder), limit, max_bytes) == expected


def test_reading_begins_anywhere(tmp_path: Path) -> None:
    with opened(tmp_path, tail_messages=10) as journal:
        journal.append([message(number) for number in range(1, 31)])
        journal.append([message(number) for number in range(31, 41)])
        for after in range(45):
            expected = [Entry(seq, message(seq)) for seq in range(after + 1, 41)][:5]
            read = journal.read(after, 5)
            assert read == expected[: len(read)]
            assert bool(read) == bool(expected)


def test_a_message_larger_than_every_bound_is_still_read(tmp_path: Path) -> None:
    large = message(1, 1_000_000)
    with opened(tmp_path, tail_bytes=100) as journal:
        journal.append([large, large, message(3)])
        assert [len(journal.read(after, 10, 100)) for after in range(3)] == [1, 1, 1]
        assert journal.read(0, 1) == [Entry(1, large)]


def test_readers_follow_while_another_thread_appends(tmp_path: Path) -> None:
    with opened(tmp_path, 5_000, tail_messages=50) as journal, ThreadPoolExecutor(3) as threads:

        def follow() -> list[int]:
            seqs: list[int] = []
            while len(seqs) < 3_000:
                seqs += [entry.seq for entry in journal.read(seqs[-1] if seqs else 0, 70)]
            return seqs

        readers = [threads.submit(follow), threads.submit(follow)]
        for start in range(0, 3_000, 30):
            journal.append([message(number) for number in range(start, start + 30)])
        assert [reader.result(60) for reader in readers] == [list(range(1, 3_001))] * 2


def test_a_scan_gives_the_messages_received_in_the_interval_whatever_their_order(tmp_path: Path) -> None:
    times = [50, 10, 40, 90, 20, 70, 60, 30, 80]  # a clock that was set back
    with opened(tmp_path, segment_bytes=1) as journal:
        for time in times:
            journal.append([message(0, received=time)])
    with opened(tmp_path) as journal:
        assert [entry.message.received for entry in journal.scan(30, 70)] == [50, 40, 60, 30]
        assert list(journal.scan(91, 1000)) == []


def test_a_second_process_is_refused_and_told_which_one_has_it(tmp_path: Path) -> None:
    with opened(tmp_path):
        script = f"""
            from pathlib import Path
            from ingest.journal import Journal
            Journal(Path({str(tmp_path)!r}), max_bytes=1, max_age_ms=1)
        """
        ended = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )
        assert ended.returncode != 0
        assert f"in use by process {os.getpid()}" in ended.stderr
        with pytest.raises(JournalLocked):
            opened(tmp_path)
    opened(tmp_path).close()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


# -- room ---------------------------------------------------------------------------------------------------------


def test_done_segments_are_dropped_when_old_and_nothing_else(tmp_path: Path) -> None:
    with opened(tmp_path, segment_bytes=500, max_age_ms=DAY) as journal:
        for number in range(1, 21):
            journal.append([message(number, received=number * DAY)])
        assert journal.expire(100 * DAY, done=0) == 0
        assert journal.first == 1
        journal.expire(100 * DAY, done=10)
        assert 2 < journal.first <= 11
        assert [entry.seq for entry in everything(journal) if entry.seq > 10] == list(range(11, 21))
        kept = journal.first
        journal.expire(11 * DAY, done=20)
        assert journal.first == kept
        journal.expire(100 * DAY, done=20)
        assert list(journal.scan(0, BIG)) == []
        assert (journal.first, journal.last) == (21, 20)
        assert journal.append([message(21)]) == 21
    with opened(tmp_path) as journal:
        assert [entry.seq for entry in everything(journal)] == [21]


def test_a_quiet_journal_keeps_nothing_much_longer_than_asked(tmp_path: Path) -> None:
    with opened(tmp_path, segment_bytes=1 << 20, max_age_ms=8 * DAY) as journal:
        for day in range(1, 40):
            journal.append([message(day, received=day * DAY)])
            journal.expire(day * DAY, done=day)
            assert next(iter(journal.scan(0, BIG))).message.received >= (day - 11) * DAY


def test_p06_a_full_journal_says_so_keeps_all_and_goes_on_once_something_is_done(tmp_path: Path) -> None:
    with opened(tmp_path, max_bytes=4_000) as journal:
        written = fill(journal)
        assert journal.bytes <= 4_000
        assert journal.undone_bytes(0) == journal.bytes
        assert [entry.seq for entry in everything(journal)] == list(range(1, written + 1))
        journal.expire(0, done=written // 2)
        for _ in range(3):
            written = journal.append([message(written + 1)])
        assert [entry.seq for entry in everything(journal)][-1] == written
        assert journal.bytes <= 4_000


def fill(journal: Journal) -> int:
    """Append until it is refused; give the last seq."""
    with suppress(JournalFull):
        for number in count(1):
            journal.append([message(number)])
    with pytest.raises(JournalFull, match="4000"):
        journal.append([message(0)])
    return journal.last


def test_a_full_journal_whose_only_segment_is_done_makes_room(tmp_path: Path) -> None:
    with opened(tmp_path, max_bytes=1_000) as journal:
        for number in range(1, 200):
            assert journal.append([message(number, 150)]) == number
            journal.expire(0, done=number)
            assert journal.bytes <= 1_000


def test_a_full_disk_loses_nothing_and_appending_works_again(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: writing stops in the middle of a batch, with EFBIG."""
    script = f"""
        import resource, signal
        from pathlib import Path
        from devices.reading import Message
        from ingest.journal import Journal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        journal = Journal(Path({str(tmp_path)!r}), max_bytes=1 << 30, max_age_ms=1, tail_messages=0)
        batch = [Message("t", b"x" * 1000, number) for number in range(10)]
        journal.append(batch)
        resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, resource.RLIM_INFINITY))
        for _ in range(3):
            try:
                journal.append(batch)
            except OSError as error:
                print(type(error).__name__, error.errno, len(journal.read(0, 100)), journal.last)
        journal.append(batch[:2])
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(journal.append(batch), len(journal.read(0, 100)))
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, env=environment()
    )
    assert ended.stdout.splitlines() == ["OSError 27 10 10"] * 3 + ["22 22"]
    with opened(tmp_path) as journal:
        assert journal.recovered == []
        assert [entry.message.received for entry in everything(journal)] == [*range(10), 0, 1, *range(10)]


def test_no_segment_can_be_begun_on_a_full_disk_and_the_one_in_use_stays(tmp_path: Path) -> None:
    """The next file's name is taken, so that it cannot be created."""
    with opened(tmp_path, segment_bytes=200) as journal:
        journal.append([message(1, 200)])
        obstacle = tmp_path / f"{2:020d}.journal"
        obstacle.mkdir()
        with pytest.raises(OSError, match="exists"):
            journal.append([message(2)])
        assert journal.last == 1
        obstacle.rmdir()
        assert journal.append([message(2)]) == 2
        assert [entry.seq for entry in everything(journal)] == [1, 2]


def test_messages_are_not_confirmed_into_a_file_that_was_removed(tmp_path: Path) -> None:
    with opened(tmp_path, segment_bytes=1 << 20, tail_messages=0) as journal:
        journal.append([message(1)])
        (tmp_path / f"{1:020d}.journal").unlink()
        assert journal.append([message(2)]) == 2
        assert [entry.seq for entry in everything(journal)] == [2]
        assert [damage.what for damage in journal.recovered] == [What.MISSING]
    with opened(tmp_path) as journal:
        assert [entry.seq for entry in everything(journal)] == [2]


def test_a_topic_longer_than_mqtt_allows_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        with pytest.raises(ValueError, match="70000"):
            journal.append([message(1), Message("t" * 70_000, b"", 0)])
        assert journal.last == 0
        assert journal.append([message(1)]) == 1


def test_other_users_cannot_read_the_journal(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with opened(folder) as journal:
        journal.append([message(1)])
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}


def test_a_read_only_opening_of_nothing_is_empty_and_creates_nothing(tmp_path: Path) -> None:
    reader = Journal.open_readonly(tmp_path / "absent")
    assert (reader.read(0, 10), reader.first, reader.last, reader.bytes) == ([], 1, 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_records_cost_no_more_than_their_head(tmp_path: Path) -> None:
    with opened(tmp_path, segment_bytes=1 << 20) as journal:
        before = journal.bytes
        journal.append([Message("abc", b"12345", 0)])
        assert journal.bytes - before == HEAD.size + 8 == 39


# -- cursor -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"12", b"12 00000000\n", b"-1 0\n", b"\xff\xfe", b"9" * 10_000])
def test_a_damaged_cursor_begins_again(tmp_path: Path, content: bytes) -> None:
    cursor = Cursor(tmp_path / "store.cursor")
    cursor.path.write_bytes(content)
    assert cursor.load() == 0
    cursor.save(7)
    assert cursor.load() == 7


def test_a_cursor_that_cannot_be_written_stops_nobody_and_is_said_once(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "store.cursor")
    cursor.save(3)
    in_the_way = tmp_path / "store.cursor.tmp"
    in_the_way.mkdir()
    with capture_logs() as logs:
        cursor.save(4)
        cursor.save(5)
    assert [one["event"] for one in logs] == ["cursor_not_saved"]
    assert "store.cursor" in cursor.trouble
    assert cursor.load() == 3
    in_the_way.rmdir()
    cursor.save(6)
    assert not cursor.trouble
    assert cursor.load() == 6


@given(st.integers(0, 2**63))
def test_a_cursor_is_what_was_saved(tmp_path_factory: pytest.TempPathFactory, seq: int) -> None:
    cursor = Cursor(tmp_path_factory.mktemp("cursor") / "store.cursor")
    assert cursor.load() == 0
    cursor.save(3)
    cursor.save(seq)
    assert cursor.load() == seq


def test_a_reader_behind_the_tail_begins_near_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, segment_bytes=1 << 26, tail_messages=10) as journal:
        for first in range(0, 20_000, 100):
            journal.append([message(number, 40) for number in range(first, first + 100)])
        asked: list[int] = []
        pread = os.pread

        def counted(fd: int, size: int, offset: int) -> bytes:
            asked.append(size)
            return pread(fd, size, offset)

        monkeypatch.setattr(os, "pread", counted)
        assert [entry.seq for entry in journal.read(15_000, 3)] == [15_001, 15_002, 15_003]
        assert sum(asked) < journal.bytes / 4
