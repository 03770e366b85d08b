"""The quarantine on a real file: what is kept out is found again, once, and can be run again."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from devices.reading import Message, Reason, Refusal
from ingest.quarantine import KEPT_BYTES, Quarantine, Row

BIG = 1 << 40


def row(
    seq: int, item: int = -1, reason: Reason = Reason.SCHEMA, device: str = "air-1", payload: bytes = b"{}", **more: str
) -> Row:
    message = Message(f"vigiterre/environment/{device}/up", payload, seq * 1000)
    return Row(seq, item, message, Refusal(reason, more.get("detail", "no `values`"), device))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "quarantine.sqlite"


def opened(path: Path, max_age_ms: int = BIG, max_bytes: int = BIG) -> Quarantine:
    return Quarantine(path, max_age_ms=max_age_ms, max_bytes=max_bytes)


def test_what_is_refused_is_found_with_its_reason_bytes_topic_and_time(path: Path) -> None:
    message = Message("vigiterre/road/loop-9/up", b"\x00\xffnot json", 1_795_000_000_000, retained=True)
    with opened(path) as quarantine:
        assert quarantine.add([Row(17, 3, message, Refusal(Reason.UNDECODABLE, "byte 0", "loop-9"))]) == 1
        (found,) = quarantine.list()
    assert found == (
        *(1, 1_795_000_000_000, "vigiterre/road/loop-9/up", "loop-9", "undecodable", "byte 0", b"\x00\xffnot json"),
        *(10, hashlib.sha256(b"\x00\xffnot json").hexdigest(), 17, 3, True, ""),
    )
    assert found.whole
    assert found.message() == message


def test_a_foreign_broker_s_message_comes_back_as_its_own(path: Path) -> None:
    message = Message("v3/app/devices/d/up", b"{}", 5, broker="tts")
    with opened(path) as quarantine:
        quarantine.add([Row(1, -1, message, Refusal(Reason.UNDECODABLE, ""))])
        assert quarantine.list()[0].message() == message


def test_a_file_of_before_there_were_foreign_brokers_is_taken_up(path: Path) -> None:
    with opened(path) as quarantine:
        quarantine.add([row(1)])
    old = sqlite3.connect(path)
    columns = "refusal.id AS id, received, topic, device, reason, detail, payload, size, sha256, seq, item, retained"
    old.executescript(
        "DROP VIEW refused; ALTER TABLE message DROP COLUMN broker;"
        f"CREATE VIEW refused AS SELECT {columns} FROM refusal JOIN message ON message.id = refusal.message;"
    )
    old.close()
    with Quarantine(path, BIG, BIG, read_only=True) as quarantine:
        assert [one.broker for one in quarantine.list()] == [""]
    with opened(path) as quarantine:
        quarantine.add([Row(2, -1, row(2).message._replace(broker="tts"), row(2).refusal)])
        assert [one.broker for one in quarantine.list()] == ["tts", ""]


def test_a_crash_s_repetition_doubles_nothing(path: Path) -> None:
    rows = [row(1), row(2, 0), row(2, 1), row(2, 1, Reason.STORE_REFUSED)]
    with opened(path) as quarantine:
        assert quarantine.add(rows[:2]) == 2
        assert quarantine.add(rows) == 2
        assert quarantine.add(rows) == 0
        assert quarantine.add([]) == 0
        assert len(quarantine.list()) == 4


def test_another_message_under_an_old_seq_is_not_taken_for_a_repetition(path: Path) -> None:
    """The journal's folder was removed, and its seqs began again."""
    with opened(path) as quarantine:
        quarantine.add([row(1)])
        later = row(1)
        assert quarantine.add([later._replace(message=later.message._replace(received=5))]) == 1
        assert [found.received for found in quarantine.list()] == [5, 1000]


def test_a_payload_is_kept_once_for_all_its_refused_items(path: Path) -> None:
    with opened(path) as quarantine:
        empty = quarantine.bytes
        quarantine.add([row(1, item, payload=b"x" * 60_000) for item in range(50)])
        assert quarantine.bytes - empty < 2 * 60_000
        quarantine.remove(range(1, 50))
        assert len(quarantine.list()[0].payload) == 60_000
        quarantine.remove([50])
        assert quarantine.bytes < empty + 10_000


@pytest.mark.parametrize(("size", "whole"), [(0, True), (KEPT_BYTES, True), (KEPT_BYTES + 1, False), (10**6, False)])
def test_only_a_payload_kept_whole_can_be_run_again(path: Path, size: int, whole: bool) -> None:
    payload = os.urandom(size)
    with opened(path) as quarantine:
        quarantine.add([row(1, payload=payload)])
        (found,) = quarantine.list()
    assert found.whole is whole
    assert (found.size, found.sha256) == (size, hashlib.sha256(payload).hexdigest())
    assert found.payload == payload[:KEPT_BYTES]


def test_refusals_are_listed_by_reason_device_and_time_newest_first_page_by_page(path: Path) -> None:
    with opened(path) as quarantine:
        quarantine.add(
            [row(seq, reason=[Reason.SCHEMA, Reason.TOO_OLD][seq % 2], device=f"d{seq % 3}") for seq in range(1, 31)]
        )
        assert [one.seq for one in quarantine.list()] == list(range(30, 0, -1))
        assert [one.seq for one in quarantine.list(reason="too_old", limit=3)] == [29, 27, 25]
        assert [one.seq for one in quarantine.list(device="d2", reason=Reason.SCHEMA)] == [26, 20, 14, 8, 2]
        assert [one.seq for one in quarantine.list(since=5_000, until=8_000)] == [7, 6, 5]
        pages, after = [], None
        while page := quarantine.list(limit=7, after=after):
            pages += page
            after = page[-1].id
        assert [one.seq for one in pages] == list(range(30, 0, -1))
        assert quarantine.count() == {"schema": 15, "too_old": 15}
        assert quarantine.count_between(10, 14) == 5
        assert [one.id for one in quarantine.matching(ids=[3, 9, 99])] == [9, 3]
        assert quarantine.matching(ids=[]) == []
        assert quarantine.get(4) == quarantine.list(since=4_000, until=4_001)[0]
        assert quarantine.get(99) is None


def test_what_is_removed_or_purged_is_gone_and_its_id_is_never_given_again(path: Path) -> None:
    with opened(path) as quarantine:
        quarantine.add([row(seq, reason=[Reason.SCHEMA, Reason.TOO_OLD][seq % 2], device="a") for seq in range(1, 11)])
        quarantine.add([row(11, device="b")])
        assert quarantine.remove([10, 11, 12]) == 2
        assert quarantine.purge(before=3_000, reason="schema") == 1
        assert quarantine.purge(device="b") == 0
        assert quarantine.purge(reason="too_old") == 5
        assert [one.seq for one in quarantine.list()] == [8, 6, 4]
        assert quarantine.purge() == 3
        assert quarantine.dropped == 0
        quarantine.add([row(12)])
        assert quarantine.list()[0].id == 12


def test_text_is_never_part_of_a_query(path: Path) -> None:
    evil = "x' OR '1'='1'; DROP TABLE refusal; --"
    with opened(path) as quarantine:
        quarantine.add([row(1), row(2, device=evil, detail=evil)])
        assert [one.detail for one in quarantine.list(device=evil)] == [evil]
        assert quarantine.purge(reason=evil) == 0
        assert len(quarantine.list()) == 2


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=()), max_size=50),
    payload=st.binary(max_size=100),
    seq=st.integers(0, 2**62),
)
def test_every_refusal_can_be_kept_whatever_text_is_in_it(
    tmp_path_factory: pytest.TempPathFactory, text: str, payload: bytes, seq: int
) -> None:
    with opened(tmp_path_factory.mktemp("quarantine") / "quarantine.sqlite") as quarantine:
        message = Message(text, payload, seq)
        rows = [Row(seq, 0, message, Refusal(Reason.UNDECODABLE, text + "\ud800", text))]
        assert quarantine.add(rows) == 1
        assert quarantine.add(rows) == 0
        assert quarantine.list()[0].payload == payload


# -- room and age -------------------------------------------------------------------------------------------------


def test_what_is_too_old_is_dropped_and_counted_for_good(path: Path) -> None:
    with opened(path, max_age_ms=100_000) as quarantine:
        quarantine.add([row(seq, item) for seq in range(1, 201) for item in (0, 1)])
        assert quarantine.expire(200_000) == 198
        assert [one.seq for one in quarantine.list()][-1] == 100
        assert quarantine.expire(200_000) == 0
        assert quarantine.dropped == 198
    with opened(path) as quarantine:
        assert quarantine.dropped == 198


def test_beyond_its_size_the_oldest_are_dropped_and_said(path: Path) -> None:
    with opened(path, max_bytes=2_000_000) as quarantine, capture_logs() as logs:
        for start in range(0, 300, 20):
            quarantine.add([row(seq, payload=os.urandom(10_000)) for seq in range(start, start + 20)])
            assert quarantine.bytes <= 2_000_000
        kept = [one.seq for one in quarantine.list()]
        assert kept == list(range(299, 299 - len(kept), -1))
        assert 100 < len(kept) < 200
        assert quarantine.dropped == 300 - len(kept)
        assert sum(log["refusals"] for log in logs if log["event"] == "quarantine_dropped") == quarantine.dropped
        quarantine.expire(0)
    assert path.stat().st_size <= 2_100_000  # the room is given back to the disk


def test_a_storm_of_refusals_is_kept_whole(path: Path) -> None:
    with opened(path) as quarantine:
        assert quarantine.add([row(seq // 4, seq % 4, payload=b"%d" % (seq // 4)) for seq in range(10_000)]) == 10_000
        assert quarantine.count() == {"schema": 10_000}


# -- other processes, crashes, damage ---------------------------------------------------------------------------


def test_reading_commands_see_what_is_there_and_change_nothing(path: Path) -> None:
    with Quarantine.read_only(path) as nothing:
        assert (nothing.list(), nothing.count(), nothing.dropped, nothing.get(1)) == ([], {}, 0, None)
    assert not path.exists()
    with opened(path) as quarantine:
        quarantine.add([row(1)])
        with Quarantine.read_only(path) as reader:
            assert reader.list() == quarantine.list()
            quarantine.add([row(2)])
            assert reader.count() == {"schema": 2}
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.purge()
    path.with_name("empty").touch()
    with Quarantine.read_only(path.with_name("empty")) as nothing:
        assert nothing.list() == []


def test_other_users_cannot_read_the_quarantine(path: Path) -> None:
    with opened(path) as quarantine:
        quarantine.add([row(1)])
        assert {file.stat().st_mode & 0o077 for file in path.parent.glob("quarantine.sqlite*")} == {0}


def test_a_file_that_is_no_database_is_set_aside_and_said(path: Path) -> None:
    for number in (1, 2):
        path.write_bytes(b"this is no database" * 100)
        with capture_logs() as logs, opened(path) as quarantine:
            assert quarantine.add([row(1)]) == 1
        assert [log["event"] for log in logs] == ["quarantine_damaged"]
        assert path.with_name(f"quarantine.sqlite.damaged-{number}").read_bytes().startswith(b"this is no")


def test_a_database_whose_columns_have_no_readable_name_is_set_aside(path: Path) -> None:
    with opened(path) as quarantine:
        quarantine.add([row(1)])
    path.write_bytes(path.read_bytes().replace(b"topic TEXT", b"t\xc2pic TEXT"))
    with capture_logs() as logs, opened(path) as quarantine:
        assert quarantine.add([row(2)]) == 1
        assert quarantine.count() == {"schema": 1}
    assert [log["event"] for log in logs] == ["quarantine_damaged"]


def test_a_database_damaged_while_in_use_does_not_stop_the_stream(path: Path) -> None:
    with opened(path) as quarantine:
        quarantine.add([row(seq, payload=b"x" * 1000) for seq in range(500)])
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)
    with capture_logs() as logs, opened(path) as quarantine:
        assert quarantine.add([row(seq) for seq in range(500, 600)]) == 100
        assert quarantine.count() == {"schema": 100}
    assert "quarantine_damaged" in {log["event"] for log in logs}


def test_a_full_disk_is_an_error_that_keeps_nothing_of_the_call_and_the_next_one_succeeds(path: Path) -> None:
    """A limit on the size of files stands for the disk."""
    script = f"""
        import resource, signal, sqlite3
        from pathlib import Path
        from devices.errors import StoreUnavailable
        from devices.reading import Message, Reason, Refusal
        from ingest.quarantine import Quarantine, Row

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        quarantine = Quarantine(Path({str(path)!r}), 1 << 50, 1 << 50)
        rows = [Row(seq, 0, Message("t", bytes(10_000), seq), Refusal(Reason.SCHEMA, "")) for seq in range(100)]
        quarantine.add(rows[:3])
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        for _ in range(2):
            try:
                quarantine.add(rows)
            except StoreUnavailable as error:
                assert quarantine.trouble == error.words
                print(len(quarantine.list()))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(quarantine.add(rows), len(quarantine.list()), not quarantine.trouble)
    """
    assert run(script).splitlines() == ["3", "3", "97 100 True"]


def test_what_was_added_survives_kill_9(path: Path) -> None:
    script = f"""
        import os, signal
        from pathlib import Path
        from devices.reading import Message, Reason, Refusal
        from ingest.quarantine import Quarantine, Row

        quarantine = Quarantine(Path({str(path)!r}), 1 << 50, 1 << 50)
        quarantine.add([Row(seq, 0, Message("t", b"", seq), Refusal(Reason.SCHEMA, "")) for seq in range(50)])
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with pytest.raises(subprocess.CalledProcessError) as killed:
        run(script)
    assert killed.value.returncode == -signal.SIGKILL
    with opened(path) as quarantine:
        assert len(quarantine.list()) == 50


def run(script: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
