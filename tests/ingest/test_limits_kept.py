"""A restart gives nobody his bytes of the day anew, and takes none from anybody twice."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from limited import DEVICE, MAX_AGE, NOW, OTHER, said, sieve
from structlog.testing import capture_logs

from ingest.journal import Entry
from ingest.limits import DAY_MS, HOUR_MS, Limits, RateLimits, Use, Used
from ingest.limits_file import LimitsFile
from ingest.sift import Sieve

SIZE = len(said(NOW, 100, NOW).payload)
LIMIT = Limits(bytes_per_day=5 * SIZE)
SENT = st.tuples(st.sampled_from([DEVICE, OTHER]), st.integers(0, 3), st.booleans())
"""(device, days ago, whether it says its time)"""


def messages(sent: list[tuple[str, int, bool]]) -> list[Entry]:
    """All received within the last hour: what the journal gives back after a restart."""
    found = []
    for number, (device, days, dated) in enumerate(sent, 1):
        time = NOW - days * DAY_MS - number if dated else None
        found.append(Entry(number, said(NOW + number, 100 + number % 900, time, device)))
    return found


def accepted(one: Sieve, entries: list[Entry]) -> list[int]:
    batch = one.sift(entries)
    return sorted(entry.seq for entry, _ in batch.origins)


def weighing(one: Sieve) -> RateLimits:
    assert one.limits is not None
    return one.limits


def restarted(file: LimitsFile, before: list[Entry], last: int, limits: Limits = LIMIT) -> Sieve:
    """As `Memory.remind` does with what was judged before."""
    one = sieve(limits)
    used = file.load(last)
    if used is not None:
        weighing(one).resume(used)
    one.remember(before)
    return one


@settings(deadline=None)
@given(st.lists(SENT, max_size=40), st.data())
def test_whenever_it_is_killed_the_same_readings_are_taken(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[str, int, bool]], data: st.DataObject
) -> None:
    """The file may be older than what was judged, as after `kill -9`, or newer than what is judged again."""
    entries = messages(sent)
    whole = accepted(sieve(LIMIT), entries)
    stopped = data.draw(st.integers(0, len(entries)))
    saved = data.draw(st.integers(0, stopped))
    file = LimitsFile(tmp_path_factory.mktemp("limits") / "limits.json")
    first = sieve(LIMIT)
    found = accepted(first, entries[:saved])
    file.save(weighing(first).used()())
    found += accepted(first, entries[saved:stopped])
    found += accepted(restarted(file, entries[:stopped], len(entries)), entries[stopped:])
    assert found == whole


def test_what_is_judged_again_takes_no_bytes_twice(tmp_path: Path) -> None:
    """The cursor may be older than the file: after a crash, messages that were counted are judged again."""
    entries = messages([(DEVICE, 0, True)] * 5)
    file, first = LimitsFile(tmp_path / "limits.json"), sieve(LIMIT)
    assert len(accepted(first, entries)) == 5
    file.save(weighing(first).used()())
    again = restarted(file, entries[:2], 5)
    assert accepted(again, entries[2:]) == [3, 4, 5]
    assert accepted(again, [Entry(6, said(NOW, 7, NOW - 7))]) == []


def test_a_mad_device_stays_refused_after_hours_and_restarts_until_its_day_is_over(tmp_path: Path) -> None:
    """The journal of the last hour would no longer know."""
    file, one = LimitsFile(tmp_path / "limits.json"), sieve(LIMIT)
    assert len(accepted(one, messages([(DEVICE, 0, True)] * 9))) == 5
    for restart in range(3):
        file.save(weighing(one).used()())
        one = restarted(file, [], 100)
        later = NOW + (restart + 1) * HOUR_MS
        assert accepted(one, [Entry(10 + restart, said(later, restart, later - 1))]) == []
    assert NOW % DAY_MS + 3 * HOUR_MS < DAY_MS, "still the same day"
    tomorrow = NOW + DAY_MS
    assert accepted(one, [Entry(20, said(tomorrow, 1, tomorrow - 1))]) == [20]


def test_a_device_that_was_not_heard_is_still_known_after_two_restarts(tmp_path: Path) -> None:
    file, one = LimitsFile(tmp_path / "limits.json"), sieve(LIMIT)
    accepted(one, messages([(DEVICE, 0, True)] * 9))
    file.save(weighing(one).used()())
    second = restarted(file, [], 100)
    accepted(second, [Entry(50, said(NOW, 1, NOW - 1, OTHER))])
    LimitsFile(file.path).save(weighing(second).used()())
    assert accepted(restarted(file, [], 100), [Entry(60, said(NOW, 2, NOW - 2))]) == []


def test_hours_are_counted_from_the_journal_as_before(tmp_path: Path) -> None:
    both = Limits(readings_per_hour=3, bytes_per_day=100 * SIZE)
    file, first = LimitsFile(tmp_path / "limits.json"), sieve(both)
    entries = messages([(DEVICE, 0, True)] * 3)
    assert len(accepted(first, entries)) == 3
    file.save(weighing(first).used()())
    assert accepted(restarted(file, entries, 3, both), [Entry(4, said(NOW, 4, NOW - 4))]) == []


def test_a_smaller_limit_holds_at_once_and_a_larger_one_gives_the_rest(tmp_path: Path) -> None:
    file, first = LimitsFile(tmp_path / "limits.json"), sieve(LIMIT)
    accepted(first, messages([(DEVICE, 0, True)] * 5))
    file.save(weighing(first).used()())
    for limit, left in ((2, 0), (7, 2)):
        one = restarted(file, [], 100, Limits(bytes_per_day=limit * SIZE))
        assert len(accepted(one, [Entry(10 + n, said(NOW, 100 + n, NOW - 50 - n)) for n in range(5)])) == left


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b'{"version": 1}', b'{"version": 1, "seq": -1, "devices": {}}',
        b'{"version": 1, "seq": 1, "devices": {"d": {"newest": 1, "owed": 1, "using_owed": true, "used": {"x": 1}}}}',
        b'{"version": 2, "seq": 1, "devices": {}}', b'{"version": 1, "seq": 8, "devices": {}}', b"\xff\xfe",
        b"[" * 9_999,
    ],
)  # fmt: skip
def test_a_file_that_is_damaged_newer_or_of_another_journal_is_said_and_stops_nothing(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "limits.json").write_bytes(content)
    with capture_logs() as logs:
        assert LimitsFile(tmp_path / "limits.json").load(7) is None
    assert [one["event"] for one in logs] in (["limits_not_read"], ["limits_not_ours"])


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    with capture_logs() as logs:
        assert LimitsFile(tmp_path / "limits.json").load(7) is None
    assert logs == []


def test_days_that_cannot_be_are_not_believed(tmp_path: Path) -> None:
    """Or a device whose file says the year 5000 would be without a limit."""
    file = LimitsFile(tmp_path / "limits.json")
    file.save(Used(1, {DEVICE: Use(10**9, 0, using_owed=False, used={})}))
    one = restarted(file, [], 100)
    assert len(accepted(one, [Entry(10 + n, said(NOW, 100 + n, NOW - 50 - n)) for n in range(9)])) == 5


def test_a_disk_that_refuses_leaves_the_file_before_and_is_said_once(tmp_path: Path) -> None:
    file = LimitsFile(tmp_path / "limits.json")
    file.save(Used(1, {}))
    blocked = tmp_path / "limits.json.new"
    blocked.mkdir()
    with capture_logs() as logs:
        file.save(Used(2, {}))
        file.save(Used(3, {}))
    assert [one["event"] for one in logs] == ["limits_not_saved"]
    assert file.load(9) == Used(1, {})
    blocked.rmdir()
    file.save(Used(4, {}))
    assert file.load(9) == Used(4, {})


async def test_without_a_daily_volume_no_file_is_written(tmp_path: Path) -> None:
    file = LimitsFile(tmp_path / "limits.json")
    await file.keep_once(None)
    await file.keep_once(RateLimits(Limits(readings_per_hour=3), MAX_AGE))
    assert not file.path.exists()


async def test_the_file_is_written_now_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.limits_file.EVERY_SECONDS", 0.01)
    one, file = sieve(LIMIT), LimitsFile(tmp_path / "limits.json")
    accepted(one, messages([(DEVICE, 0, True)] * 3))
    keeping = asyncio.create_task(file.keep(lambda: one.limits))
    async with asyncio.timeout(10):
        while not file.path.exists():  # noqa: ASYNC110  -- it tells nobody
            await asyncio.sleep(0.01)
    keeping.cancel()
    kept = json.loads(file.path.read_text())
    assert kept["seq"] == 3
    assert sum(kept["devices"][DEVICE]["used"].values()) == 3 * SIZE
