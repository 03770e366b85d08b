"""What only a file can do: be locked, full, damaged, foreign, newer, read by others, and survive kill -9."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from devices.errors import StoreUnavailable
from devices.reading import Reading, Series
from devices.schema import RAW
from stores import sqlite_file
from stores.port import Point
from stores.sqlite import SqliteStore
from stores.texts import Remedy

SERIES = Series("road", "level-7", "ldds75", "pont", "03190")
NOON = 1_795_435_200_000
ONE = [Reading(SERIES, NOON, {"water_level": 1.2})]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "store.db"


@pytest.fixture
def store(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    store.ensure_schema()
    return store


def remedy_of(action: object) -> str:
    assert callable(action)
    with pytest.raises(StoreUnavailable) as unavailable:
        action()
    assert unavailable.value.remedy
    return unavailable.value.remedy


def test_a_reader_sees_what_is_written_after_it_opened(store: SqliteStore, path: Path) -> None:
    reader = SqliteStore(path, read_only=True)
    reader.ensure_schema()
    assert reader.latest() == []
    store.write(ONE)
    assert [each.value for each in reader.latest()] == [1.2]
    assert list(reader.readings(NOON, NOON + 1)) == ONE
    assert reader.points("level-7", "water_level", NOON, NOON + 1) == [Point(NOON, 1.2)]
    assert "cannot be opened" in remedy_of(lambda: reader.write(ONE))
    store.close()
    reader.close()


def test_two_writers_share_series(store: SqliteStore, path: Path) -> None:
    """`vigiterre replay` may write beside `vigiterre run`."""
    other = SqliteStore(path)
    other.ensure_schema()
    for n in range(5):
        store.write([Reading(SERIES._replace(device=f"a{n}"), NOON, {"x": 1.0})])
        other.write([Reading(SERIES._replace(device=f"a{n}"), NOON + 1, {"x": 2.0})])
    assert [each.value for each in store.latest()] == [2.0] * 5
    store.close()
    other.close()


def test_a_locked_file_is_unavailable_and_the_same_write_succeeds_later(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_MS", 10)
    patient = SqliteStore(path)
    patient.ensure_schema()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert remedy_of(lambda: patient.write(ONE)) == Remedy("locked", path=path)
    holder.execute("ROLLBACK")
    patient.write(ONE)
    assert list(patient.readings(NOON, NOON + 1)) == ONE
    holder.close()
    patient.close()
    store.close()


def test_a_full_disk_undoes_the_whole_batch(store: SqliteStore, path: Path) -> None:
    store.write(ONE)
    pages = store._writing().execute("PRAGMA page_count").fetchone()[0]
    store._writing().execute(f"PRAGMA max_page_count = {pages}")
    batch = [Reading(SERIES._replace(device=f"d{n}"), NOON, {"x": 1.0}) for n in range(2000)]
    assert remedy_of(lambda: store.write(batch)) == Remedy("disk_full", path=path)
    assert list(store.readings(NOON, NOON + 1)) == ONE
    store._writing().execute("PRAGMA max_page_count = 1000000")
    store.write(batch)
    assert len(list(store.readings(NOON, NOON + 1))) == 2001
    store.close()


def test_a_damaged_file_says_what_to_do(store: SqliteStore, path: Path) -> None:
    store.write([Reading(SERIES, NOON + n, {"x": float(n)}) for n in range(5000)])
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    again = SqliteStore(path)
    assert "recover" in remedy_of(lambda: list(again.readings(NOON, NOON + 5000)))
    again.close()


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, " * 1000)
    store = SqliteStore(path)
    assert remedy_of(store.ensure_schema) == Remedy("corrupt", path=path)
    store.close()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE points (x)")
    other.close()
    store = SqliteStore(path)
    assert remedy_of(store.ensure_schema) == Remedy("foreign", path=path)
    store.close()


def test_a_newer_schema_is_refused(store: SqliteStore, path: Path) -> None:
    store._writing().execute("PRAGMA user_version = 7")
    assert remedy_of(store.ensure_schema) == Remedy("newer", path=path, found=7, known=1)
    store.close()


def test_a_reader_of_nothing_says_what_to_start(tmp_path: Path) -> None:
    reader = SqliteStore(tmp_path / "missing.db", read_only=True)
    assert remedy_of(reader.ensure_schema) == Remedy("open", path=tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = SqliteStore(tmp_path / "file" / "store.db")
    assert remedy_of(store.ensure_schema) == Remedy("open", path=tmp_path / "file" / "store.db")


def test_threads_share_one_store(store: SqliteStore) -> None:
    def write(number: int) -> None:
        for n in range(20):
            store.write([Reading(SERIES._replace(device=f"d{number}"), NOON + n, {"x": float(n)})])
            store.latest()

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store.readings(NOON, NOON + 99))) == 80
    assert all(len(store.points(f"d{number}", "x", NOON, NOON + 99, RAW)) == 20 for number in range(4))
    store.close()


WRITER = """
import sys
from pathlib import Path
from devices.reading import Reading, Series
from stores.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
store.ensure_schema()
series = Series("road", "level-7", "m", "s", "03190")
for batch in range(10**6):
    store.write([Reading(series, batch * 100 + n, {"x": 1.0, "y": 2.0}) for n in range(100)])
    print(batch, flush=True)
"""


def test_kill_9_loses_nothing_confirmed_and_leaves_no_half_batch(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        confirmed = 0
        while confirmed < 20:
            confirmed = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
        confirmed = int(rest[-1]) if rest and rest[-1].isdigit() else confirmed
    store = SqliteStore(path)
    store.ensure_schema()
    found = list(store.readings(0, 10**9))
    assert len(found) % 100 == 0
    assert len(found) >= (confirmed + 1) * 100
    assert all(len(reading.values) == 2 for reading in found)
    store.close()
