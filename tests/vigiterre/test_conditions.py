"""Each condition that somebody must act on: said by /readyz and by one check, in both languages, until it is over."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from alerts.alerting import Alerting
from devices.errors import StoreUnavailable
from devices.problems import LANGUAGES, NOTHING, Language
from devices.reading import Message, Reason, Refusal
from ingest.journal import Journal
from ingest.quarantine import Row
from ingest.segment import Damage, What
from ingest.trouble import Trouble
from vigiterre import checks
from vigiterre.checks import EXPLAINED_SECONDS, RECENT_SECONDS
from vigiterre.run import Run
from vigiterre.service import Service
from vigiterre.settings import Settings

CONFIG = Path(__file__).parent.parent.parent / "config"
NOW = 1_795_608_000_000
MESSAGE = Message("vigiterre/building/nobody/up", b"{}", NOW)
Condition = Callable[[Run], AbstractContextManager[None]]


@contextmanager
def full_file(run: Run, connection_of: Callable[[Run], object], use: Callable[[Run], None]) -> Iterator[None]:
    """SQLite's own limit on a file, which it reports as it does a full disk."""
    connection = connection_of(run)
    (most,) = connection.execute("PRAGMA max_page_count").fetchone()  # type: ignore[attr-defined]
    connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]
    use(run)
    yield
    connection.execute(f"PRAGMA max_page_count = {most}")  # type: ignore[attr-defined]
    use(run)


def quarantine(run: Run) -> AbstractContextManager[None]:
    def add(run: Run) -> None:
        kept = run.service.quarantine
        rows = [Row(seq, 0, MESSAGE._replace(payload=bytes(50_000)), Refusal(Reason.SCHEMA, "")) for seq in range(20)]
        with suppress(StoreUnavailable):
            kept.add(rows)
        run.service.pipeline.trouble = kept.trouble  # which waits for it

    return full_file(run, lambda run: run.service.quarantine._connection, add)


@contextmanager
def cursor(run: Run) -> Iterator[None]:
    in_the_way = run.service.pipeline.cursor.path.with_name("store.cursor.tmp")
    in_the_way.mkdir()
    run.service.pipeline.cursor.save(1)
    yield
    in_the_way.rmdir()
    run.service.pipeline.cursor.save(2)


@contextmanager
def journal_unreadable(run: Run) -> Iterator[None]:
    journal: Journal = run.service.journal
    journal.append([MESSAGE])
    journal._tail.entries.clear()
    [segment] = journal.folder.glob("*.journal")
    moved = segment.rename(segment.with_suffix(".moved"))
    segment.symlink_to(segment.name)
    assert journal.read(0, 1) == []
    yield
    segment.unlink()
    moved.rename(segment)
    assert [entry.message for entry in journal.read(0, 1)] == [MESSAGE]


@contextmanager
def journal_disk_full(run: Run) -> Iterator[None]:
    run.receiver._state.journal = Trouble("disk_full")
    yield
    run.receiver._state.journal = None


@contextmanager
def descriptors(_run: Run) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 1, before[1]))  # noqa: PTH208
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def store(run: Run) -> Iterator[None]:
    run.service.pipeline.trouble = StoreUnavailable("it is away").words
    yield
    run.service.pipeline.trouble = NOTHING


@contextmanager
def book(run: Run) -> Iterator[None]:
    alerting: Alerting = run.service.alerting
    alerting.trouble = StoreUnavailable("alerts.sqlite: full").words
    yield
    alerting.trouble = NOTHING


CONDITIONS: dict[str, tuple[Condition, str, str, dict[Language, str]]] = {
    # condition: cause, key of /readyz, check, remedy
    "quarantine": (quarantine, "files", "files", {"fr": "libérez de la place", "en": "make room"}),
    "cursor": (cursor, "files", "files", {"fr": "libérez le disque", "en": "make room"}),
    "journal_unreadable": (journal_unreadable, "files", "files", {"fr": "voyez dmesg", "en": "look at dmesg"}),
    "journal_disk": (journal_disk_full, "disk_full", "journal", {"fr": "libérez de la place", "en": "free some space"}),
    "descriptors": (descriptors, "descriptors", "descriptors", {"fr": "LimitNOFILE", "en": "LimitNOFILE"}),
    "store": (store, "store", "store", {"fr": "rien n’est perdu", "en": "nothing is lost"}),
    "alerts": (book, "alerts", "files", {"fr": "alerts.sqlite", "en": "alerts.sqlite"}),
}


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


def running(folder: Path, language: Language, clock: list[float]) -> Run:
    run = Run(Service(Settings(data_dir=folder, store={"url": "memory:"}, language=language), CONFIG))
    run.receiver._state.connected = True
    run.platform._monotonic = lambda: clock[0]
    return run


def told(run: Run) -> dict[str, str]:
    """Checks of rules on ourselves that say something."""
    now = NOW + round(run.platform._monotonic() * 1000)
    return {name: words for name, words in run.platform.words(now).items() if words}


def ailing(run: Run) -> dict[str, str]:
    """But for the disk: that of this machine may be small."""
    return {name: words for name, words in told(run).items() if name != "disk"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_said_once_with_its_remedy_until_it_is_over(
    condition: str, language: Language, tmp_path: Path, clock: list[float]
) -> None:
    cause, key, check, remedy = CONDITIONS[condition]
    run = running(tmp_path, language, clock)
    assert not any(run.checks().values())
    with cause(run):
        assert remedy[language] in run.checks()[key]
        assert [name for name, words in run.checks().items() if words] == [key]
        assert ailing(run).keys() == {check}
        assert remedy[language] in ailing(run)[check]
    assert not any(run.checks().values())
    assert not ailing(run)
    run.service.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_disk_is_one_alert_whatever_cannot_be_written_for_it(
    language: Language, tmp_path: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = running(tmp_path, language, clock)
    run.receiver._state.journal = Trouble("disk_full")
    monkeypatch.setattr(checks, "DISK_FULL", 1 << 62)
    monkeypatch.setattr(checks, "DISK_FREE", 1 << 62)
    monkeypatch.setattr(checks, "DISK_SHARE", 2)
    with quarantine(run), cursor(run):
        assert told(run).keys() == {"disk"}
        monkeypatch.undo()
        clock[0] += EXPLAINED_SECONDS - 1
        assert not ailing(run)
        clock[0] += 2
        assert ailing(run).keys() == {"files", "journal"}
    run.service.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_damaged_journal_is_said_for_ten_minutes_with_what_was_lost(
    language: Language, tmp_path: Path, clock: list[float]
) -> None:
    run = running(tmp_path, language, clock)
    torn = Damage(What.TORN_TAIL, "1.journal", 0, 10, 0)
    run.service.journal._say(torn, Damage(What.RECORDS, "1.journal", 500, 100, 3))
    run.service.journal._say(Damage(What.MISSING, "2.journal", 0, 100, 4))
    words = ailing(run)["journal"]
    assert "7 acknowledged" in words or "7 message(s) acquitté(s)" in words
    assert "1.journal, 2.journal" in words
    assert "dmesg" in words
    clock[0] += RECENT_SECONDS + 1
    assert not ailing(run)
    run.service.close()
