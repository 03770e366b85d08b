"""Every version of every file of ours that ever was opens, comes up to date, and shows what it holds.

The samples of tests/data/versions/ were written by the programs of their time. A new version of a file gets one more.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from installation import NOON, installed

from alerts.book import Book
from alerts.rule import Level
from dashboards.console.accounts.accounts import Accounts
from devices.errors import NewerFormat, StoreUnavailable, VigiterreError
from devices.reading import Message
from ingest.broker import Broker
from ingest.cursor import Cursor
from ingest.journal import Journal
from ingest.quarantine import Quarantine
from ingest.segment import HEADER, Header
from ingest.session_file import session_expected, subscribed_before
from stores.memory import MemoryStore
from stores.roller import Roller
from stores.sqlite import SqliteStore
from stores.sqlite_file import user_version
from vigiterre.backup.manifest import Kind
from vigiterre.backup.versions import KNOWN, SQLITE, kind_of, refuse_newer, version_of
from vigiterre.certificates.register import Register
from vigiterre.credentials.file import Credentials
from vigiterre.credentials.file import Kind as AccountKind
from vigiterre.credentials.hashes import fits

SAMPLES = Path(__file__).parents[1] / "data/versions"
NAMES: dict[Kind, str] = {
    "quarantine": "quarantine.sqlite",
    "alerts": "alerts.sqlite",
    "rollup": "rollup.sqlite",
    "console": "console.sqlite",
    "credentials": "credentials.sqlite",
    "store": "readings.sqlite",
    "cursor": "store.cursor",
    "session": "session.json",
    "journal": "journal/00000000000000000001.journal",
}
BROKER = Broker("mqtt://127.0.0.1:1883", "vigiterre-ingest", ("vigiterre/#",))


def sample_kind(sample: Path) -> Kind:
    [kind] = [kind for kind in KNOWN if sample.name.startswith(f"{kind}-")]
    return kind


def thawed(sample: Path, folder: Path) -> Path:
    """The file as it was: from a dump in SQL, from hexadecimal, or itself."""
    path = folder / NAMES[sample_kind(sample)]
    path.parent.mkdir(exist_ok=True)
    if sample.suffix == ".sql":
        with closing(sqlite3.connect(path)) as file:
            file.executescript(sample.read_text())
    else:
        path.write_bytes(bytes.fromhex(sample.read_text()) if sample.suffix == ".hex" else sample.read_bytes())
    return path


def shows_quarantine(path: Path, sample: str) -> None:
    with Quarantine(path, 10**15, 2**30) as quarantine:
        newest, oldest = quarantine.list()
    assert (oldest.payload, oldest.detail, oldest.seq) == (b"{\xff", "détail", 7)
    assert oldest.broker == ("" if sample == "quarantine-1" else "voisin")
    assert newest.message() == Message("vigiterre/road/y/up", b'{"values": {"co2": 1e9}}', NOON + 1, retained=True)


def shows_alerts(path: Path, _sample: str) -> None:
    with Book(path) as book:
        [alert] = book.alerts()
        assert (alert.rule, alert.level, alert.value, alert.series.site) == (
            "co2_high",
            Level.CRITICAL,
            1800.5,
            "ecole",
        )
        assert len(book.transitions(1)) == 1
        assert (book.fact("done"), book.fact("sampled")) == (42, 40)
        assert book.state().watches == [("co2_high", "co2-01", {"a": 1})]
        found = book.connection.execute("SELECT name FROM sqlite_master WHERE name = 'outbox_notice'").fetchall()
        assert found == [("outbox_notice",)]


def shows_rollup(path: Path, _sample: str) -> None:
    roller = Roller(MemoryStore(), path, {}, 0, NOON + 10**9)
    assert roller._watermark == NOON
    assert [device for device, _ in roller._touched_devices(NOON - 3_600_000)] == ["co2-01"]
    roller.close()


def shows_store(path: Path, _sample: str) -> None:
    store = SqliteStore(path)
    store.ensure_schema()
    assert [dict(one.values) for one in store.readings(0, 10**15)] == [{"co2": 612.5, "leak": 1.0}, {"co2": 613.0}]
    [hour] = store.rollups(0, 10**15)
    assert hour.values == {
        "co2": 612.75,
        "co2_min": 612.5,
        "co2_max": 613.0,
        "co2_count": 2.0,
        "leak": 1.0,
        "leak_duration_1": 3600.0,
    }
    store.close()


def shows_console(path: Path, _sample: str) -> None:
    with Accounts(path.parent) as accounts:
        assert [user.name for user in accounts.users.all()] == ["Agnès"]


def shows_credentials(path: Path, sample: str) -> None:
    with closing(Credentials(path.parent)) as credentials:
        bridge, device = credentials.all()
    assert fits("vgc_sample", device.hash)
    assert (device.name, device.kind, device.revoked) == ("co2-01", AccountKind.DEVICE, None)
    assert (bridge.kind, bridge.revoked) == (AccountKind.BRIDGE, NOON + 1)
    assert bridge.bridged == (("chirpstack", "loriot"), ("application/+/device/+/command/down",))
    with closing(Register(path.parent)) as register:
        names = [(one.name, one.revoked) for one in register.all()]
    assert names == ([] if sample == "credentials-1" else [("co2-01", NOON + 1)])


def shows_cursor(path: Path, _sample: str) -> None:
    assert Cursor(path).load() == 123456


def shows_session(path: Path, sample: str) -> None:
    assert session_expected(path, BROKER)
    assert subscribed_before(path, BROKER) == (["vigiterre/#"] if sample == "session-1-filters" else [])


def shows_journal(path: Path, sample: str) -> None:
    with Journal(path.parent, max_bytes=2**20, max_age_ms=10**15) as journal:
        assert journal.recovered == []
        first, second, *more = (entry.message for entry in journal.read(0, 10))
        assert journal.last == journal.first + 1 + len(more)
    assert first[:3] == ("vigiterre/road/x/up", b'{"values": {"co2": 612}}', NOON)
    assert second == Message("t/é", b"\x00\xff", NOON + 1, retained=True, replayed=True)
    assert [message.broker for message in more] == (["voisin"] if sample == "journal-1-brokers" else [])


SHOWS: dict[Kind, Callable[[Path, str], None]] = {
    "quarantine": shows_quarantine,
    "alerts": shows_alerts,
    "rollup": shows_rollup,
    "store": shows_store,
    "console": shows_console,
    "credentials": shows_credentials,
    "cursor": shows_cursor,
    "session": shows_session,
    "journal": shows_journal,
}


@pytest.mark.parametrize("sample", sorted(SAMPLES.iterdir()), ids=lambda sample: sample.stem)
def test_a_file_of_every_version_opens_and_shows_what_it_holds(sample: Path, tmp_path: Path) -> None:
    kind = sample_kind(sample)
    path = thawed(sample, tmp_path)
    refuse_newer(kind, path)
    for _ in range(2):  # what was brought up to date stays so
        SHOWS[kind](path, sample.stem)
        if kind != "journal":
            assert version_of(kind, path) == KNOWN[kind]


def test_every_version_has_a_sample() -> None:
    names = [sample.stem for sample in SAMPLES.iterdir()]
    for kind in SHOWS:
        for version in range(1, KNOWN[kind] + 1):
            assert any(name.startswith(f"{kind}-{version}") for name in names), (kind, version)


def test_a_sample_of_the_version_of_today_has_the_tables_of_today(tmp_path: Path) -> None:
    installed(tmp_path / "data")
    for kind in SQLITE:
        [sample] = SAMPLES.glob(f"{kind}-{KNOWN[kind]}.sql")
        assert tables_of(thawed(sample, tmp_path)) == tables_of(tmp_path / "data" / NAMES[kind]), kind


def tables_of(path: Path) -> tuple[int, list[str]]:
    with closing(sqlite3.connect(path)) as file:
        statements = [str(sql) for (sql,) in file.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL")]
        return user_version(file), sorted(" ".join(sql.replace('"', "").split()) for sql in statements)


def test_every_file_of_an_installation_is_known_by_its_kind(tmp_path: Path) -> None:
    installed(tmp_path / "data")
    names = [
        path.relative_to(tmp_path / "data").as_posix() for path in (tmp_path / "data").rglob("*") if path.is_file()
    ]
    unknown = {name for name in names if kind_of(name) is None}
    assert unknown == {"journal/lock", "readings.sqlite"}  # the second is a store, wherever it is


def open_journal(data: Path) -> None:
    Journal(data / "journal", max_bytes=2**20, max_age_ms=10**15).close()


OPENED: dict[Kind, Callable[[Path], object]] = {
    "quarantine": lambda data: Quarantine(data / "quarantine.sqlite", 10**15, 2**30),
    "alerts": lambda data: Book(data / "alerts.sqlite"),
    "rollup": lambda data: Roller(MemoryStore(), data / "rollup.sqlite", {}, 0, NOON),
    "store": lambda data: SqliteStore(data / "readings.sqlite").ensure_schema(),
    "console": Accounts,
    "credentials": Credentials,
    "cursor": lambda data: Cursor(data / "store.cursor").load(),
    "journal": open_journal,
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", OPENED)
def test_a_file_of_a_newer_version_is_refused_in_words_and_left_as_it_is(kind: Kind, tmp_path: Path) -> None:
    installed(tmp_path / "data")
    path = next((tmp_path / "data").glob(NAMES[kind]))
    later(kind, path)
    before = path.read_bytes()
    for attempt in (OPENED[kind], lambda _data: refuse_newer(kind, path)):
        with pytest.raises((NewerFormat, StoreUnavailable)) as refused:
            attempt(tmp_path / "data")
        error: VigiterreError = refused.value
        assert "upgrade vigiterre" in error.text("en")
        assert "mettez vigiterre à jour" in error.text("fr")
    assert path.read_bytes() == before


def test_a_session_file_of_a_newer_version_expects_nothing(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_text('{"version": 2, "broker": "127.0.0.1:1883", "client_id": "vigiterre-ingest"}')
    assert not session_expected(path, BROKER)
    with pytest.raises(NewerFormat):
        refuse_newer("session", path)


def later(kind: Kind, path: Path) -> None:
    """Makes a file look as if a program of the future had written it."""
    if kind in SQLITE:
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA user_version = 99")
    elif kind == "cursor":
        path.write_bytes(b"v2 what it likes\n")
    else:
        content = path.read_bytes()
        _, _, *fields, _ = HEADER.unpack(content[: HEADER.size])
        path.write_bytes(header_of_version(2, Header(*fields)) + content[HEADER.size :])


def header_of_version(version: int, header: Header) -> bytes:
    from zlib import crc32  # noqa: PLC0415

    from ingest.segment import CRC, MAGIC  # noqa: PLC0415

    fields = HEADER.pack(MAGIC, version, *header, 0)[: -CRC.size]
    return fields + CRC.pack(crc32(fields))
