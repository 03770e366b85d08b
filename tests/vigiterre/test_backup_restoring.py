"""A backup becomes the installation it was of, in an empty place, or nothing at all."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import MESSAGES, NOON, SCHOOL, installed

from alerts.book import Book
from devices.errors import StoreUnavailable
from devices.reading import Reading
from ingest.cursor import Cursor
from ingest.journal import Entry, Journal
from ingest.journal_reader import JournalReader
from ingest.quarantine import Quarantine
from stores.sqlite import SqliteStore
from vigiterre.backup.manifest import Manifest
from vigiterre.backup.pinned import Pinned
from vigiterre.backup.problems import BackupError
from vigiterre.backup.restoring import Choice, Restored, Restoring
from vigiterre.backup.sealing import SEALED, Key, Lock
from vigiterre.backup.staging import NAME
from vigiterre.backup.taking import Taking, Wish
from vigiterre.settings import load_settings

ROOT = Path(__file__).parents[2]
PASSPHRASE = "six mots tirés au hasard"


class Place:
    """An installation, its backup, and a second place that is empty."""

    def __init__(self, folder: Path, data: Path, environment: pytest.MonkeyPatch) -> None:
        self.config = folder / "config"
        self.archive = folder / "backup.tar.gz"
        self.first, self.second = folder / "first/data", folder / "second/data"
        self._environment = environment
        self.config.mkdir()
        for name in ("vigiterre.toml", "devices.csv", "secrets.sh"):
            shutil.copy2(ROOT / "config" / name, self.config)
        shutil.copytree(ROOT / "config/reference", self.config / "reference")
        shutil.copytree(data, self.first)

    def here(self, data: Path, store: str = "") -> None:
        self._environment.setenv("VIGITERRE_DATA_DIR", str(data))
        self._environment.setenv("VIGITERRE_STORE__URL", store)

    def back_up(self, wish: Wish = Wish()) -> Manifest:  # noqa: B008  -- a value
        self.here(self.first)
        with self.archive.open("wb") as out:
            beside = self.archive.parent
            return Taking(load_settings(self.config), self.config, out, NOON, beside=beside, wish=wish).run()

    def restore(self, choice: Choice = Choice(), store: str = "") -> Restored:  # noqa: B008  -- a value
        self.here(self.second, store)
        return Restoring(self.archive, self.config, choice, NOON).run()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed") / "data"
    installed(folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, data, monkeypatch)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock" and not path.name.endswith(("-wal", "-shm"))
    }


def test_a_restored_installation_has_all_that_the_first_had(place: Place) -> None:
    place.back_up()
    restored = place.restore()
    assert restored.equal
    assert [one.policy for one in restored.compared] == ["autogen", "rollup_1h"]
    assert restored.compared[0].kept is not None
    assert restored.compared[0].kept.times == 300
    journal = JournalReader(place.second / "journal")
    assert [entry.message for entry in all_of(journal)] == MESSAGES
    assert Cursor(place.second / "store.cursor").load() == 100
    with Quarantine.read_only(place.second / "quarantine.sqlite") as quarantine:
        assert [row.message() for row in quarantine.list()] == [MESSAGES[6]]
    with Book(place.second / "alerts.sqlite", read_only=True) as book:
        assert [alert.rule for alert in book.alerts()] == ["co2_high"]
        assert book.fact("exported") == 1  # a store that is copied whole keeps what was copied into it
    names = set(files_in(place.second))
    assert names == set(files_in(place.first)) - {"link.key"}
    assert not (place.second / NAME).exists()


def test_what_a_worker_has_passed_on_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = tmp_path / "worker"
    installed(worker)
    Cursor(worker / "relay.cursor").save(77)
    place = Place(tmp_path, worker, monkeypatch)
    place.back_up()
    place.restore()
    assert Cursor(place.second / "relay.cursor").load() == 77


def all_of(journal: JournalReader) -> Iterator[Entry]:
    after = 0
    while entries := journal.read(after, 1_000):
        yield from entries
        after = entries[-1].seq


def test_files_of_data_dir_are_for_their_owner_alone(place: Place) -> None:
    place.back_up()
    place.restore()
    for path in place.second.rglob("*"):
        if path.is_file() and path.name != "lock":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_configuration_comes_back_where_it_is_asked_for(place: Place) -> None:
    place.back_up()
    before = files_in(place.config)
    with pytest.raises(BackupError, match="config is not empty"):
        place.restore(Choice(config=True))
    mode = (place.config / "secrets.sh").stat().st_mode
    shutil.rmtree(place.config)
    place.restore(Choice(config=True))
    assert files_in(place.config) == before
    assert (place.config / "secrets.sh").stat().st_mode == mode


def test_secrets_stay_out_unless_they_are_asked_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, table = place.config / "mot-de-passe", place.config / "secrets/broker"
    secret.write_text("hunter2")
    table.parent.mkdir()
    table.write_text("hunter3")
    (place.config / "tls.pem").write_text("-----BEGIN PRIVATE KEY-----\nhunter4\n")
    (place.config / "notify.toml").write_text(f'x = "file:{place.config}/sms"\n')
    (place.config / "sms").write_text("hunter5")
    monkeypatch.setenv("VIGITERRE_MQTT__PASSWORD_FILE", str(secret))
    made = place.back_up()
    kept = {entry.path for entry in made.files}
    names = {"config/mot-de-passe", "config/secrets/broker", "config/tls.pem", "config/sms", "data/link.key"}
    assert set(made.left_out) == names
    assert not names & kept
    everything = place.back_up(Wish(lock=Lock(PASSPHRASE)))
    assert everything.left_out == []
    assert {entry.path for entry in everything.files} == kept | {SEALED}
    place.restore(Choice(key=Key(PASSPHRASE)))
    assert (place.second / "link.key").read_bytes() == (place.first / "link.key").read_bytes()


@pytest.mark.parametrize("name", ["alerts.sqlite", "journal/00000000000000000001.journal", "mine.txt"])
def test_a_place_that_is_not_empty_is_refused_and_stays_as_it_is(place: Place, name: str) -> None:
    place.back_up()
    (place.second / name).parent.mkdir(parents=True)
    (place.second / name).write_text("mine")
    with pytest.raises(BackupError, match=name) as refused:
        place.restore()
    assert "mv" in refused.value.text("fr")
    assert files_in(place.second) == {name: b"mine"}


def test_what_an_interrupted_restore_left_is_not_in_the_way(place: Place) -> None:
    place.back_up()
    (place.second / NAME / "journal").mkdir(parents=True)
    (place.second / NAME / "journal/half").write_text("x")
    assert place.restore().equal
    assert not (place.second / NAME).exists()


def test_a_place_in_use_is_refused(place: Place) -> None:
    place.back_up()
    with (
        Journal(place.second / "journal", max_bytes=2**20, max_age_ms=0),
        pytest.raises(BackupError, match=f"in use by process {os.getpid()}"),
    ):
        place.restore()


def test_an_archive_with_one_changed_byte_restores_nothing(place: Place) -> None:
    made = place.back_up(Wish(lock=Lock(PASSPHRASE)))
    content = bytearray(place.archive.read_bytes())
    content[len(content) // 3] ^= 1
    place.archive.write_bytes(content)
    with pytest.raises(BackupError) as refused:
        place.restore()
    assert any(entry.path in str(refused.value) for entry in made.files)
    assert not place.second.exists()


def test_a_file_that_was_damaged_before_the_backup_is_not_restored(place: Place) -> None:
    def spoil(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[4_096:4_200] = b"\xff" * 104
        path.write_bytes(content)

    spoil(place.first / "rollup.sqlite")
    place.back_up()
    with pytest.raises(StoreUnavailable):
        place.restore()
    assert files_in(place.second) == {}


def test_a_store_that_holds_something_is_refused_and_kept_on_request(place: Place, tmp_path: Path) -> None:
    place.back_up()
    other = SqliteStore(tmp_path / "other.sqlite")
    other.ensure_schema()
    other.close()
    url = f"sqlite:///{tmp_path}/other.sqlite"
    with pytest.raises(BackupError, match="--without-readings"):
        place.restore(store=url)
    assert place.restore(Choice(readings=False), store=url).compared == []
    assert not (place.second / "readings.sqlite").exists()


def test_a_store_elsewhere_comes_back_where_store_url_says(place: Place, tmp_path: Path) -> None:
    place.back_up()
    assert place.restore(store=f"sqlite:///{tmp_path}/far/away.db").equal
    store = SqliteStore(tmp_path / "far/away.db", read_only=True)
    assert len(list(store.readings(0, 10**15))) == 300
    store.close()


def test_an_embedded_store_does_not_go_into_another_kind(place: Place) -> None:
    place.back_up()
    with pytest.raises(BackupError, match="sqlite:///"):
        place.restore(store="memory:")


def test_without_room_nothing_is_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.back_up()
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: shutil._ntuple_diskusage(2, 1, 1))
    with pytest.raises(BackupError, match="1 MiB are needed"):
        place.restore()
    assert files_in(place.second) == {}


def test_segments_that_the_writer_drops_meanwhile_are_in_the_backup(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with Journal(folder, max_bytes=2**20, max_age_ms=0, segment_bytes=4_096) as journal:
        for first in range(0, 500, 50):
            journal.append(MESSAGES[first : first + 50])
        with Pinned(folder) as pinned:
            held = set(pinned.pins)
            journal.append(MESSAGES[:50])
            assert journal.expire(NOON * 2, 450) > 0
            assert pinned.follow()
            assert held <= set(pinned.pins)
            copy = tmp_path / "copy"
            copy.mkdir()
            for name, pin in pinned.pins.items():
                (copy / name).write_bytes(b"".join(pin.chunks()))
    copied = JournalReader(copy)
    assert (copied.first, copied.last) == (1, 550)
    assert len(list(all_of(copied))) == 550


def test_a_hole_in_the_journal_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with Journal(folder, max_bytes=2**20, max_age_ms=0, segment_bytes=4_096) as journal:
        journal.append(MESSAGES[:200])
        with Pinned(folder) as pinned:
            journal.append(MESSAGES[:200])
            journal.append(MESSAGES[:200])
            journal.expire(NOON * 2, 400)
            assert not pinned.follow()
            assert pinned.follow()


def test_a_record_that_is_being_written_is_no_record_yet(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with Journal(folder, max_bytes=2**20, max_age_ms=0) as journal:
        journal.append(MESSAGES[:10])
        [segment] = folder.glob("*.journal")
        with segment.open("ab") as file:
            file.write(segment.read_bytes()[60:90])
        with Pinned(folder) as pinned:
            [pin] = pinned.pins.values()
            (tmp_path / segment.name).write_bytes(b"".join(pin.chunks()))
    found = JournalReader(tmp_path)
    assert (found.last, found.recovered) == (10, [])


def test_a_copy_is_of_one_moment_though_others_write(place: Place) -> None:
    """Each transaction moves two numbers; in the copy they are the same two."""
    store = SqliteStore(place.first / "readings.sqlite")
    count = 0

    def write(_bytes: int) -> None:
        nonlocal count
        count += 1
        store.write([Reading(SCHOOL, NOON - count * 1_000, {"a": float(count), "b": float(count)})])

    place.here(place.first)
    with place.archive.open("wb") as out:
        Taking(load_settings(place.config), place.config, out, NOON, beside=place.archive.parent, told=write).run()
    store.close()
    assert count > 5
    assert place.restore().equal
