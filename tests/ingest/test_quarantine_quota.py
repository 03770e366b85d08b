"""One mad sensor neither fills the quarantine nor hides what others were refused for."""

import sqlite3
from pathlib import Path

import pytest

from devices.reading import Message, Reason, Refusal
from ingest.quarantine import STRANGER_PART, STRANGERS, Cut, Quarantine, Row

BIG = 1 << 40
ROOM = 16 * 2**20
SHARE = 0.1


def row(seq: int, device: str, payload: bytes = b"{}") -> Row:
    message = Message(f"vigiterre/road/{device}/up", payload, 1_000 + seq)
    return Row(seq, -1, message, Refusal(Reason.SCHEMA, "no `values`", device), device)


def stranger(seq: int, claimed: str) -> Row:
    message = Message(f"vigiterre/road/{claimed}/up", b"?" * 50, 1_000 + seq)
    return Row(seq, -1, message, Refusal(Reason.UNKNOWN_DEVICE, f"{claimed} is not in devices.csv", claimed))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "quarantine.sqlite"


def opened(path: Path, max_bytes: int = ROOM) -> Quarantine:
    return Quarantine(path, BIG, max_bytes, SHARE)


def kept(quarantine: Quarantine, device: str) -> int:
    return sum(quarantine.count(device).values())


def test_fifty_thousand_refusals_of_one_device_leave_the_three_of_each_of_a_hundred_others(path: Path) -> None:
    with opened(path) as quarantine:
        others = [row(seq, f"good-{seq % 100}") for seq in range(300)]
        quarantine.add(others[:150])
        for start in range(1_000, 51_000, 2_000):
            quarantine.add([row(seq, "mad", b"?" * 50) for seq in range(start, start + 2_000)])
        quarantine.add([one._replace(seq=60_000 + one.seq) for one in others[150:]])
        assert [kept(quarantine, f"good-{n}") for n in range(100)] == [3] * 100
        left = kept(quarantine, "mad")
        assert 1_000 < left < 50_000
        assert quarantine.list(device="mad", limit=1)[0].seq == 50_999, "its newest are there"
        assert quarantine.bytes < 2 * SHARE * ROOM
        assert quarantine.cut == [Cut("mad", "schema", 50_000 - left)]
        assert quarantine.dropped == 50_000 - left
    with Quarantine.read_only(path) as reader:
        assert reader.cut == [Cut("mad", "schema", 50_000 - left)]


def test_made_up_names_find_no_more_room_than_all_strangers_have(path: Path) -> None:
    with opened(path) as quarantine:
        quarantine.add([row(seq, f"good-{seq}") for seq in range(100)])
        for start in range(1_000, 41_000, 2_000):
            quarantine.add([stranger(seq, f"x{seq}") for seq in range(start, start + 2_000)])
        assert all(kept(quarantine, f"good-{n}") == 1 for n in range(100))
        assert quarantine.bytes < 2 * STRANGERS / STRANGER_PART * SHARE * ROOM
        [cut] = quarantine.cut
        assert (cut.device, cut.reason) == ("", "unknown_device")
        with sqlite3.connect(path) as file:
            assert file.execute("SELECT count(*) FROM bucket").fetchone()[0] == 100 + STRANGERS


def test_one_mad_stranger_does_not_hide_a_device_that_is_new(path: Path) -> None:
    """Of sixteen buckets it fills one."""
    with opened(path) as quarantine:
        quarantine.add([stranger(seq, f"new-{seq}") for seq in range(160)])
        for start in range(1_000, 21_000, 2_000):
            quarantine.add([stranger(seq, "mad") for seq in range(start, start + 2_000)])
        assert sum(kept(quarantine, f"new-{n}") for n in range(160)) > 120


def test_ten_mad_devices_that_fill_it_together_do_not_hide_the_others(path: Path) -> None:
    """When all is full, those who hold more than the average give way."""
    with opened(path, 4 * 2**20) as quarantine:
        quarantine.add([row(seq, f"good-{seq % 20}") for seq in range(60)])
        for start in range(1_000, 61_000, 2_000):
            quarantine.add([row(seq, f"mad-{seq % 12}", b"?" * 50) for seq in range(start, start + 2_000)])
        assert [kept(quarantine, f"good-{n}") for n in range(20)] == [3] * 20
        assert quarantine.bytes <= 4 * 2**20


def held(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as file:
        return {name: count for name, count in file.execute("SELECT name, bytes FROM bucket") if count}


def weighed(path: Path) -> dict[str, int]:
    """The same, by weighing all that is there."""
    query = """
        SELECT bucket, sum(length(payload) + length(topic) + 300
            + (SELECT sum(length(detail) + 120) FROM refusal WHERE refusal.message = message.id))
        FROM message GROUP BY bucket
    """
    with sqlite3.connect(path) as file:
        return dict(file.execute(query))


def test_what_each_holds_is_counted_right_whatever_is_added_repeated_removed_and_purged(path: Path) -> None:
    with opened(path) as quarantine:
        rows = [row(seq, f"d{seq % 4}", b"x" * seq) if seq % 3 else stranger(seq, "d2") for seq in range(200)]
        rows += [one._replace(item=5) for one in rows[::7]]
        for _ in range(2):
            quarantine.add(rows)
            assert held(path) == weighed(path)
        quarantine.remove(range(1, 60))
        quarantine.purge(device="d2")
        quarantine.purge(before=1_120)
        assert held(path) == weighed(path)
        quarantine.purge()
        assert held(path) == {}


def test_a_file_of_before_keeps_what_it_holds_and_counts_it(path: Path) -> None:
    with Quarantine(path, BIG, BIG) as quarantine:
        quarantine.add([row(seq, "old", b"x" * 5_000) for seq in range(1_000)])
    with sqlite3.connect(path) as file:
        file.executescript(
            "DROP TRIGGER message_comes; DROP TRIGGER message_goes;"
            "DROP TRIGGER refusal_comes; DROP TRIGGER refusal_goes;"
            "DROP INDEX message_bucket; DROP TABLE bucket; DROP TABLE cut; ALTER TABLE message DROP COLUMN bucket;"
        )
    with Quarantine.read_only(path) as reader:
        assert reader.cut == []
        assert kept(reader, "old") == 1_000
    with opened(path) as quarantine:
        before = kept(quarantine, "old")
        quarantine.add([row(2_000, "old")])
        assert kept(quarantine, "old") == before + 1
        assert held(path) == weighed(path)


def test_without_a_share_one_device_may_hold_all(path: Path) -> None:
    with Quarantine(path, BIG, ROOM) as quarantine:
        quarantine.add([row(seq, "only", b"x" * 1_000) for seq in range(5_000)])
        assert (kept(quarantine, "only"), quarantine.cut) == (5_000, [])
