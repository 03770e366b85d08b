"""The journal after crashes, cut files and flipped bytes."""

import random
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from devices.reading import Message
from ingest.journal import Damage, Entry, Journal, JournalReader, What
from ingest.segment import HEADER

BIG = 1 << 40
MESSAGES = 24


def message(seq: int) -> Message:
    return Message(f"vigiterre/road/d{seq}/up", b"%d" % seq * (seq * 5 % 23), 1_000 + seq)


def opened(folder: Path) -> Journal:
    return Journal(folder, segment_bytes=700, max_bytes=BIG, max_age_ms=BIG, tail_messages=0)


def written(folder: Path) -> list[Entry]:
    """A journal of several segments, and what is in it."""
    with opened(folder) as journal:
        for seq in range(1, MESSAGES, 3):
            journal.append([message(seq), message(seq + 1), message(seq + 2)])
        return everything(journal)


def everything(journal: JournalReader) -> list[Entry]:
    entries: list[Entry] = []
    while part := journal.read(entries[-1].seq if entries else 0, 5):
        entries += part
    return entries


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.journal"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Entry]]:
    folder = tmp_path_factory.mktemp("whole") / "journal"
    entries = written(folder)
    assert len(segments(folder)) >= 3
    return folder, entries


def copy(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(folder, tmp_path_factory.mktemp("copy") / "journal"))


def test_a_cut_at_any_byte_of_the_last_segment_leaves_a_prefix(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    original, entries = whole
    folder = copy(original, tmp_path_factory)
    last = segments(folder)[-1]
    content = last.read_bytes()
    lengths = set()
    for size in range(len(content)):
        shutil.rmtree(folder)
        shutil.copytree(original, folder)
        last.write_bytes(content[:size])
        with opened(folder) as journal:
            kept = everything(journal)
            assert kept == entries[: len(kept)]
            lengths.add(len(kept))
            # A seq that may be behind a cursor is not used again for another message.
            assert journal.append([message(1)]) > kept[-1].seq
            assert everything(journal)[:-1] == kept
        with opened(folder) as journal:
            assert journal.recovered == []
            assert everything(journal)[:-1] == kept
    in_last = len(entries) + 1 - int(last.stem)
    assert lengths == set(range(len(entries) - in_last, len(entries)))


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_a_flipped_byte_costs_at_most_the_record_it_touches_and_is_said(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    original, entries = whole
    folder = copy(original, tmp_path_factory)
    path = data.draw(st.sampled_from(segments(folder)))
    content = bytearray(path.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with opened(folder) as journal:
        kept = everything(journal)
        lost = [entry for entry in entries if entry not in kept]
        assert [entry for entry in entries if entry in kept] == kept
        assert len(lost) == (0 if position < HEADER.size else 1)
        (damage,) = journal.recovered
        assert damage.file == path.name
        assert damage.offset <= position < damage.offset + damage.bytes
        assert damage.records == (0 if damage.what is What.TORN_TAIL else len(lost))
        assert list(journal.scan(0, BIG)) == kept
        assert len(journal.recovered) == 1
        assert everything(Journal.open_readonly(folder)) == kept
        journal.append([message(99)])
        assert everything(journal) == [*kept, Entry(journal.last, message(99))]
    shutil.rmtree(folder)


@settings(max_examples=150, deadline=None)
@given(
    start=st.integers(0, 3_000), length=st.integers(1, 2_000), fill=st.sampled_from([b"\0", b"\xff", b"VGTJ", b"ab"])
)
def test_no_good_record_is_lost_to_an_overwritten_stretch(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory, start: int, length: int, fill: bytes
) -> None:
    original, entries = whole
    folder = copy(original, tmp_path_factory)
    path = segments(folder)[1]
    content = path.read_bytes()
    start %= len(content)
    stretch = (fill * length)[: min(length, len(content) - start)]
    path.write_bytes(content[:start] + stretch + content[start + len(stretch) :])
    untouched = untouched_records(content, start, start + len(stretch), int(path.stem))
    others = [entry for entry in entries if not int(path.stem) <= entry.seq < int(segments(original)[2].stem)]
    with opened(folder) as journal:
        kept = everything(journal)
        said = sum(damage.records or 0 for damage in journal.recovered)
    assert {entry.seq for entry in others} | untouched <= {entry.seq for entry in kept}
    assert all(entry in entries for entry in kept)
    assert said == len(entries) - len(kept)
    shutil.rmtree(folder)


def untouched_records(content: bytes, start: int, end: int, seq: int) -> set[int]:
    untouched, offset = set(), HEADER.size
    while offset < len(content):
        length = int.from_bytes(content[offset + 8 : offset + 12], "little")
        if offset + length <= start or offset >= end:
            untouched.add(seq)
        offset, seq = offset + length, seq + 1
    return untouched


def test_a_removed_stretch_is_said(whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory) -> None:
    original, entries = whole
    folder = copy(original, tmp_path_factory)
    first = segments(folder)[0]
    first.write_bytes(first.read_bytes()[:-200])
    with opened(folder) as journal:
        kept = everything(journal)
        assert 0 < len(kept) < len(entries)
        assert sum(damage.records or 0 for damage in journal.recovered) == len(entries) - len(kept)
        assert kept[-1] == entries[-1]


def test_a_file_that_is_no_segment_is_set_aside_and_kept(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    original, entries = whole
    for index in range(len(segments(original))):
        folder = copy(original, tmp_path_factory)
        path = segments(folder)[index]
        content = b"not a segment at all" * 40
        path.write_bytes(content)
        with capture_logs() as logs, opened(folder) as journal:
            kept = everything(journal)
            (damage,) = journal.recovered
            assert (damage.what, damage.file) == (What.SET_ASIDE, path.name)
            assert damage.records in (None, len(entries) - len(kept))
            assert journal.append([message(1)]) > entries[-1].seq
        assert [(log["event"], log["log_level"]) for log in logs] == [("journal_damaged", "error")]
        assert path.with_suffix(".damaged").read_bytes() == content


def test_a_torn_tail_is_dropped_and_said(tmp_path: Path) -> None:
    entries = written(tmp_path)
    last = segments(tmp_path)[-1]
    size = last.stat().st_size
    with last.open("ab") as file:
        file.write(last.read_bytes()[HEADER.size : HEADER.size + 20])
    with capture_logs() as logs, opened(tmp_path) as journal:
        assert everything(journal) == entries
        assert journal.recovered == [Damage(What.TORN_TAIL, last.name, size, 20, 0)]
    assert [(log["event"], log["what"], log["bytes"]) for log in logs] == [("journal_damaged", "torn_tail", 20)]
    assert last.stat().st_size == size


def test_seqs_of_a_lost_tail_are_not_given_to_other_messages(tmp_path: Path) -> None:
    """They may have been acknowledged and done: then they are behind the cursors, where nothing new is looked for."""
    entries = written(tmp_path)
    last = segments(tmp_path)[-1]
    with last.open("r+b") as file:
        file.seek(HEADER.size)
        file.write(b"\0" * 1_000)
    with opened(tmp_path) as journal:
        assert journal.last < entries[-1].seq
        seq = journal.append([message(1)])
        assert seq > entries[-1].seq
        assert journal.read(entries[-1].seq, 10) == [Entry(seq, message(1))]


def test_what_follows_two_torn_tails_in_a_row_is_read(tmp_path: Path) -> None:
    """Each leaves seqs that nobody has; the first also leaves a segment in which nothing was ever written."""
    entries = written(tmp_path)
    for _ in range(2):
        last = segments(tmp_path)[-1]
        with last.open("ab") as file:
            file.write(last.read_bytes()[: HEADER.size] * 2)
        opened(tmp_path).close()
    with opened(tmp_path) as journal:
        seq = journal.append([message(1)])
        assert seq > entries[-1].seq + 2
        assert everything(journal) == [*entries, Entry(seq, message(1))]
    assert everything(Journal.open_readonly(tmp_path)) == [*entries, Entry(seq, message(1))]


def test_blocks_of_a_later_segment_in_the_place_of_others_hide_nothing(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Their records are good ones, but they stand where they are not looked for: all others are read in their turn."""
    original, entries = whole
    folder = copy(original, tmp_path_factory)
    second, *_, last = segments(folder)[1:]
    second.write_bytes(bytes(HEADER.size + 400) + last.read_bytes()[HEADER.size :])
    lost = range(int(second.stem), int(segments(folder)[2].stem))
    with opened(folder) as journal:
        assert everything(journal) == [entry for entry in entries if entry.seq not in lost]
        assert sum(damage.records or 0 for damage in journal.recovered) == len(lost)


def test_a_payload_cannot_pass_for_a_record(tmp_path: Path) -> None:
    """A device sends a copy of a record, and then the real record around it is damaged."""
    other = tmp_path / "other"
    written(other)
    forged = segments(other)[0].read_bytes()[HEADER.size :]
    folder = tmp_path / "journal"
    with opened(folder) as journal:
        journal.append([Message("t", forged, 0), message(2)])
    path = segments(folder)[0]
    content = bytearray(path.read_bytes())
    content[HEADER.size + 10] ^= 1
    path.write_bytes(content)
    with opened(folder) as journal:
        assert everything(journal) == [Entry(2, message(2))]


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    script = f"""
        from pathlib import Path
        from devices.reading import Message
        from ingest.journal import Journal

        journal = Journal(Path({str(tmp_path)!r}), segment_bytes=20_000, max_bytes=1 << 30, max_age_ms=1 << 50)
        number = journal.last
        while True:
            number = journal.append([Message("t", b"%d" % n * 40, n) for n in range(number + 1, number + 30)])
            print(number, flush=True)
    """
    chance = random.Random(20261123)
    path = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, env=path)
        assert process.stdout is not None
        with process, process.stdout as output:
            acknowledged = [int(output.readline()) for _ in range(chance.randrange(1, 200))]
            process.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in output if line.endswith(b"\n")]
        with opened(tmp_path) as journal:
            entries = everything(journal)
            assert [entry.seq for entry in entries[: acknowledged[-1]]] == list(range(1, acknowledged[-1] + 1))
            assert all(entry.message.payload == b"%d" % entry.message.received * 40 for entry in entries)
            assert {what for what, *_ in journal.recovered} <= {What.TORN_TAIL}
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()


def test_a_segment_that_is_missing_in_the_middle_is_said_and_the_others_are_read(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copy(whole[0], tmp_path_factory)
    before, gone, after = segments(folder)[:3]
    gone.unlink()
    first, following = int(gone.stem), int(after.stem)
    kept = [entry for entry in whole[1] if not first <= entry.seq < following]
    with opened(folder) as journal:
        assert journal.recovered == [Damage(What.MISSING, gone.name, 0, 0, following - first)]
        assert everything(journal) == kept
    before.unlink()  # the oldest ones go by age, which is no damage
    with opened(folder) as journal:
        assert journal.recovered == []


def test_a_segment_that_was_set_aside_is_not_missed_at_the_next_start(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copy(whole[0], tmp_path_factory)
    unreadable = segments(folder)[1]
    unreadable.write_bytes(bytes(unreadable.stat().st_size))
    with opened(folder) as journal:
        assert [one.what for one in journal.recovered] == [What.SET_ASIDE]
    with opened(folder) as journal:
        assert journal.recovered == []


def test_what_is_written_after_a_segment_with_another_marker_is_read_though_both_its_header_and_marker_are_damaged(
    whole: tuple[Path, list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its marker is then told by its first record, and goes on to be that of the records after it."""
    folder = copy(whole[0], tmp_path_factory)
    last = segments(folder)[-1]
    content = bytearray(last.read_bytes())
    length = int.from_bytes(content[HEADER.size + 8 : HEADER.size + 12], "little")
    content[0] ^= 1
    content[HEADER.size] ^= 1
    last.write_bytes(content[: HEADER.size + length])
    with opened(folder) as journal:
        kept = everything(journal)
        seq = journal.append([message(99)])
        assert everything(journal) == [*kept, Entry(seq, message(99))]
    with opened(folder) as journal:
        assert everything(journal) == [*kept, Entry(seq, message(99))]
