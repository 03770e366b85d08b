"""A backup, taken while `vigiterre run` works.

The order is what makes it whole:

1. the cursors, before the journal: one beyond what is copied would skip messages, an older one only does work twice;
2. the alerts, before the journal too, for the same reason;
3. the journal, up to its last whole record;
4. quarantine, roll-up state and readings, after the journal: what it has dropped since is in them.

So whatever was acknowledged when the backup began is in the copied journal after the cursor, or else in the copied
store or quarantine. What is in both is written again after a restore, which changes nothing.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alerts.book import FILE as BOOK
from dashboards.console.accounts.file import FILE as ACCOUNTS
from devices.schema import RAW, ROLLUP
from stores.influx import InfluxStore
from stores.open import open_store
from stores.port import Store
from stores.sqlite import SqliteStore
from stores.storable import TIME_LIMIT
from vigiterre.backup.archive import COPY_BYTES, Writer
from vigiterre.backup.config_folder import Sorted, sort_files
from vigiterre.backup.lines import parts_of
from vigiterre.backup.manifest import FORMAT, Kind, Manifest, StoreKind
from vigiterre.backup.pinned import TRIES, Pinned
from vigiterre.backup.problems import BackupError
from vigiterre.backup.sealing import SEALED, Lock, Secret, sealed
from vigiterre.backup.sqlite_copy import copy_sqlite
from vigiterre.backup.tally import Tally
from vigiterre.backup.verifying import STORE_FILE
from vigiterre.backup.versions import (
    CURSORS,
    JOURNAL,
    KNOWN,
    QUARANTINE,
    ROLLUP_STATE,
    SECRETS,
    kind_of,
    refuse_newer,
    version_in,
    version_of,
)
from vigiterre.backup.windows import readings_between
from vigiterre.credentials.file import FILE as CREDENTIALS
from vigiterre.settings import Settings, secret


class Wish(NamedTuple):
    """What is asked of a backup."""

    start: int | None = None
    end: int | None = None
    """ms; of what is exported of an InfluxDB. None: all that it keeps."""
    lock: Lock | None = None
    """Seals the secrets; without one they are left out."""


EVERYTHING = Wish()


class Taking:
    """One backup of one installation, written to `out`."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        out: BinaryIO,
        now: int,
        *,
        beside: Path | None = None,
        wish: Wish = EVERYTHING,
        told: Callable[[int], None] = lambda _bytes: None,
    ) -> None:
        """`folder` is the configuration; `now` is ms; copies of SQLite files rest in `beside` for a moment."""
        self._settings = settings
        self._data = settings.data_dir
        self._folder = folder
        self._beside = beside
        self._wish = wish
        self._created = now
        self._writer = Writer(out, now, told)
        self._tally = Tally()
        self._left_out: list[str] = []

    def run(self) -> Manifest:
        """Raises BackupError, NewerFormat, StoreUnavailable, OSError: then what was written is no backup."""
        with tempfile.TemporaryDirectory(prefix=".vigiterre-backup-", dir=self._beside) as name, ExitStack() as stack:
            self._copies = Path(name)
            pinned = stack.enter_context(Pinned(self._data / JOURNAL))
            self._refuse_newer()
            configuration = self._sorted()
            self._secrets(configuration.secret)
            self._journal_and_its_readers(pinned)
            for file in (QUARANTINE, ROLLUP_STATE, ACCOUNTS, CREDENTIALS):
                self._sqlite(file)
            self._sessions()
            self._configuration(configuration)
            store = self._readings()
        manifest = Manifest(
            format=FORMAT,
            program=version("vigiterre"),
            created=self._created,
            start=self._wish.start,
            end=self._wish.end,
            store=store,
            files=self._writer.entries,
            series=self._tally.entries(),
            left_out=self._left_out,
        )
        self._writer.finish(manifest.to_bytes())
        return manifest

    def _refuse_newer(self) -> None:
        for path in sorted(self._data.iterdir()):
            if kind := kind_of(path.name):
                refuse_newer(kind, path)

    def _journal_and_its_readers(self, pinned: Pinned) -> None:
        for _ in range(TRIES):
            cursors, book = {name: self._read(name) for name in CURSORS}, self._copy(BOOK)
            if pinned.follow():
                break
        else:
            raise BackupError("journal_moves", path=pinned.folder)
        for name, cursor in cursors.items():
            if cursor is not None:
                self._small(name, cursor)
        if book is not None:
            self._file(f"data/{BOOK}", "alerts", book)
        for name, pin in sorted(pinned.pins.items()):
            self._writer.add(f"data/{JOURNAL}/{name}", "journal", KNOWN["journal"], pin.size, pin.chunks())

    def _sorted(self) -> Sorted:
        return sort_files(self._folder, self._settings) if self._folder.is_dir() else Sorted([], [], [])

    def _secrets(self, names: list[str]) -> None:
        """`names` are those of the configuration; the first file of the archive, or left out."""
        own = self._own_secrets()
        if self._wish.lock is None:
            self._left_out += [one.path for one in own]
            self._left_out += [f"config/{name}" for name in names]
            return
        secrets = [
            *own,
            *(Secret(f"config/{name}", "config", *content_and_mode(self._folder / name)) for name in names),
        ]
        content = sealed(secrets, self._created, self._wish.lock)
        self._writer.add(SEALED, "secrets", KNOWN["secrets"], len(content), [content])

    def _own_secrets(self) -> list[Secret]:
        """Those in data_dir; what another account keeps to itself, as root may the authority's key, is left out."""
        found = []
        for name, kind in SECRETS.items():
            try:
                found.append(Secret(f"data/{name}", kind, (self._data / name).read_bytes()))
            except FileNotFoundError:
                continue
            except PermissionError:
                self._left_out.append(f"data/{name}")
        return found

    def _sessions(self) -> None:
        for path in sorted(self._data.iterdir()):
            if kind_of(path.name) == "session":
                self._small(path.name, path.read_bytes())
        self._left_out += [f"data/{name}" for name in set_aside(self._data)]

    def _configuration(self, found: Sorted) -> None:
        self._left_out += [f"config/{name}" for name in found.left_out]
        for name in found.kept:
            content, mode = content_and_mode(self._folder / name)
            self._writer.add(f"config/{name}", "config", KNOWN["config"], len(content), [content], mode)

    def _readings(self) -> StoreKind:
        given = self._settings.store
        store = open_store(self._settings.store_url, secret(given.password, given.password_file), read_only=True)
        try:
            if isinstance(store, SqliteStore):
                self._copy_store(store)
                return "sqlite"
            if isinstance(store, InfluxStore):
                self._export(store)
                return "influxdb"
        finally:
            store.close()
        return "none"

    def _copy_store(self, store: SqliteStore) -> None:
        if not store.path.exists():
            return
        copy = self._copies / "readings.sqlite"
        refuse_newer("store", store.path)
        copy_sqlite(store.path, copy)
        read = SqliteStore(copy, read_only=True)
        try:
            tally_all(read, self._tally)
        finally:
            read.close()
        self._file(STORE_FILE, "store", copy)

    def _export(self, store: Store) -> None:
        start, end = self._wish.start, self._wish.end
        span = (-TIME_LIMIT if start is None else start, TIME_LIMIT if end is None else end)
        kinds: tuple[tuple[str, Kind], ...] = ((RAW, "readings"), (ROLLUP, "rollups"))
        for policy, kind in kinds:
            found = self._tally.counted(policy, readings_between(store, policy, *span))
            for number, part in enumerate(parts_of(found), 1):
                self._writer.add(f"store/{policy}/{number:08d}.lp", kind, KNOWN[kind], len(part), [part])

    def _sqlite(self, name: str) -> None:
        kind = kind_of(name)
        copy = self._copy(name)
        if kind and copy:
            self._file(f"data/{name}", kind, copy)

    def _copy(self, name: str) -> Path | None:
        source, copy = self._data / name, self._copies / name
        if not source.exists():
            return None
        copy.unlink(missing_ok=True)
        copy_sqlite(source, copy)
        return copy

    def _read(self, name: str) -> bytes | None:
        try:
            return (self._data / name).read_bytes()
        except FileNotFoundError:
            return None

    def _small(self, name: str, content: bytes) -> None:
        if kind := kind_of(name):
            self._writer.add(f"data/{name}", kind, version_in(kind, content), len(content), [content])

    def _file(self, path: str, kind: Kind, file: Path) -> None:
        self._writer.add(path, kind, version_of(kind, file), file.stat().st_size, chunks_of(file))
        file.unlink()


def tally_all(store: Store, tally: Tally) -> None:
    """Everything a store holds, both policies."""
    for policy in (RAW, ROLLUP):
        tally.add(policy, readings_between(store, policy, -TIME_LIMIT, TIME_LIMIT))


def content_and_mode(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), path.stat().st_mode & 0o777


def set_aside(data: Path) -> list[str]:
    """Files that were found damaged once and renamed: nothing reads them any more."""
    return sorted(path.relative_to(data).as_posix() for path in data.rglob("*.damaged*") if path.is_file())


def chunks_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(COPY_BYTES):
            yield chunk
