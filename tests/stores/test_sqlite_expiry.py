"""Old values leave a file that others write: whole days, a little at a time, and the file does not grow for ever."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from devices.reading import Reading, Series
from devices.schema import HOUR_MS, ROLLUP
from stores import sqlite, sqlite_expiry
from stores.port import Point, Rollup
from stores.sqlite import SCHEMA, SCHEMA_VERSION, SqliteStore

DAY = 86_400_000
MIDNIGHT = 1_795_392_000_000
"""23 November 2026, UTC."""
STEP = 600_000
DEVICES = [Series("road", f"level-{n}", "ldds75", "pont", "03190") for n in range(5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    store.ensure_schema()
    yield store
    store.close()


def fill(store: SqliteStore, first: int, days: int) -> int:
    """Readings of two values every ten minutes, so many days from the `first`. Returns how many values."""
    times = range(MIDNIGHT + first * DAY, MIDNIGHT + (first + days) * DAY, STEP)
    store.write([Reading(series, time, {"x": time / 7, "y": 1.0}) for time in times for series in DEVICES])
    return len(times) * len(DEVICES) * 2


def pages(store: SqliteStore) -> tuple[int, int]:
    """In the file, and free among them."""
    connection = store._writing()
    found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")]
    return found[0], found[1]


def times_of(store: SqliteStore, device: str, policy: str = "autogen") -> list[int]:
    return [point.time for point in store.points(device, "x", 0, MIDNIGHT * 2, policy)]


def test_days_that_are_older_go_and_the_rest_stays(store: SqliteStore) -> None:
    per_day = fill(store, 0, 4) // 4
    gone = Series("road", "gone", "ldds75", "pont", "03190")
    store.write([Reading(gone, MIDNIGHT, {"x": 0.0})])
    assert store.expire(MIDNIGHT + 2 * DAY, 0) == 2 * per_day + 1
    assert times_of(store, "level-3") == list(range(MIDNIGHT + 2 * DAY, MIDNIGHT + 4 * DAY, STEP))
    assert {each.series.device for each in store.latest()} == {series.device for series in DEVICES}


def test_a_day_goes_when_all_of_it_is_older(store: SqliteStore) -> None:
    per_day = fill(store, 0, 2) // 2
    assert store.expire(MIDNIGHT + DAY - 1, 0) == 0
    assert store.expire(MIDNIGHT + DAY + 5, 0) == per_day
    assert store.expire(MIDNIGHT + DAY + 6, 0) == 0


def test_roll_ups_go_by_their_own_time(store: SqliteStore) -> None:
    fill(store, 0, 1)
    hours = range(MIDNIGHT, MIDNIGHT + 3 * DAY, HOUR_MS)
    store.write_rollups([Rollup(DEVICES[0], "x", hour, {"x": 1.0, "x_count": 6.0}) for hour in hours])
    assert store.expire(0, MIDNIGHT + 2 * DAY) == 48
    assert store.points("level-0", "x_count", 0, MIDNIGHT * 2, ROLLUP)[0] == Point(MIDNIGHT + 2 * DAY, 6.0)
    assert len(times_of(store, "level-0")) == 144


def test_what_comes_after_its_day_went_goes_with_the_next_day(store: SqliteStore) -> None:
    fill(store, 0, 2)
    store.expire(MIDNIGHT + DAY, 0)
    store.write([Reading(DEVICES[0], MIDNIGHT, {"x": 1.0})])
    assert store.expire(MIDNIGHT + DAY, 0) == 0
    assert store.expire(MIDNIGHT + 2 * DAY, 0) > 0
    assert times_of(store, "level-0") == []


def test_a_series_of_any_length_is_dropped_in_parts(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_expiry, "ROWS", 7)
    values = fill(store, 0, 3)
    assert store.expire(MIDNIGHT + 3 * DAY, 0) == values
    assert store.latest() == []


def test_an_expiry_without_time_is_continued_by_the_next(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    values = fill(store, 0, 3)
    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "EXPIRY_SECONDS", 0.0)
        assert store.expire(MIDNIGHT + 3 * DAY, 0) == 0
    assert store.expire(MIDNIGHT + 3 * DAY, 0) == values


def test_readings_are_written_while_old_ones_expire(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_expiry, "ROWS", 10)
    monkeypatch.setattr(sqlite_expiry, "SLICE_SECONDS", 0.0)
    old = fill(store, 0, 4)
    dropped: list[int] = []
    expiry = Thread(target=lambda: dropped.append(store.expire(MIDNIGHT + 4 * DAY, 0)))
    expiry.start()
    written = during = 0
    while expiry.is_alive():
        store.write([Reading(DEVICES[0], MIDNIGHT + 9 * DAY + written, {"x": 1.0})])
        written += 1
        during += expiry.is_alive()
    expiry.join()
    assert dropped == [old]
    assert during > 5
    assert len(times_of(store, "level-0")) == written


def test_a_file_from_which_goes_what_comes_stops_growing(store: SqliteStore) -> None:
    sizes = []
    for day in range(24):
        fill(store, day, 1)
        store.expire(MIDNIGHT + (day - 3) * DAY, 0)
        sizes.append(pages(store)[0])
    assert max(sizes[12:]) <= max(sizes[:12]) * 1.05


def test_space_is_given_back_when_less_is_kept(store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_expiry, "SMALLEST", 10)
    monkeypatch.setattr(sqlite_expiry, "SLICE_SECONDS", 0.0)
    fill(store, 0, 20)
    before, _ = pages(store)
    store.expire(MIDNIGHT + 18 * DAY, 0)
    after, free = pages(store)
    assert after < before / 4
    assert free <= max(10, after * sqlite_expiry.RESERVE)
    assert len(times_of(store, "level-4")) == 2 * 144
    store.close()
    assert path.stat().st_size == after * 4096
    assert whole(path)


def test_a_file_of_an_older_version_keeps_its_size_and_is_filled_anew(path: Path) -> None:
    with closing(sqlite3.connect(path)) as older:
        older.executescript(f"PRAGMA journal_mode = WAL; {SCHEMA}; PRAGMA user_version = {SCHEMA_VERSION}")
    store = SqliteStore(path)
    store.ensure_schema()
    fill(store, 0, 20)
    before, _ = pages(store)
    store.expire(MIDNIGHT + 18 * DAY, 0)
    assert pages(store)[0] == before
    fill(store, 20, 10)
    assert pages(store)[0] == before
    store.close()
    assert whole(path)


def whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
