"""A backup becomes an installation again, in empty places: verify, look, write aside, check, compare, move."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from alerts.book import FILE as BOOK
from alerts.book import Book
from devices.schema import RAW, ROLLUP
from stores.open import open_store
from stores.port import Store
from stores.sqlite import SqliteStore
from vigiterre.backup.archive import Member
from vigiterre.backup.manifest import FileEntry, Manifest, SeriesEntry
from vigiterre.backup.problems import BackupError
from vigiterre.backup.refilling import Refilling, held_by, oldest_kept, sooner_kept
from vigiterre.backup.sealing import Key
from vigiterre.backup.staging import Locked, Staging, refuse_full, refuse_small
from vigiterre.backup.taking import tally_all
from vigiterre.backup.tally import Compared, Tally, compare
from vigiterre.backup.unsealing import Part, open_secrets
from vigiterre.backup.verifying import reading, verify
from vigiterre.backup.versions import SQLITE, refuse_damaged, refuse_newer
from vigiterre.personal import own_days_in
from vigiterre.settings import Settings, load_settings, secret

EXPORTED = ("exported", "mutes_exported", "refreshed")
"""Facts of the book: what of it was copied into the store. A store of lines has no marks, so all is copied again."""


class Choice(NamedTuple):
    """What is asked of a restore."""

    config: bool = False
    """The configuration folder too."""
    readings: bool = True
    secrets: bool = True
    """Those sealed in it, where there are any."""
    key: Key | None = None


class Restored(NamedTuple):
    manifest: Manifest
    data_dir: Path
    compared: list[Compared]
    expired: int
    """Readings older than the store's retention, not restored, or without some of their values."""
    refused: int
    """Readings that the store would not take."""

    @property
    def equal(self) -> bool:
        return not self.refused and all(one.equal for one in self.compared)


class Restoring:
    """One restore of one archive."""

    def __init__(
        self,
        archive: Path,
        folder: Path,
        choice: Choice,
        now: int,
        told: Callable[[int], None] = lambda _bytes: None,
    ) -> None:
        """`folder` is that of the configuration; `now` is ms."""
        self._now = now
        self._archive = archive
        self._folder = folder
        self._choice = choice
        self._told = told
        self._parts: list[Part] = []

    def run(self) -> Restored:
        """Raises BackupError, ConfigError, StoreUnavailable, OSError: then no file is in its place.

        Only a store that failed while it was written may hold a part of the readings.
        """
        manifest = verify(self._archive, self._told)
        self._parts = self._parts_of(manifest)
        with ExitStack() as stack:
            config = self._staged_config(manifest, stack)
            settings = load_settings(config.folder if config else self._folder)
            data = settings.data_dir
            stack.enter_context(Locked(data))
            refuse_full(data)
            refuse_small(data, manifest.bytes_of("data"))
            lines = self._choice.readings and manifest.store == "influxdb"
            own_days = own_days_in(config.folder if config else self._folder) if lines else {}
            store = self._empty_store(settings, own_days, manifest, stack) if self._choice.readings else None
            staged = Staged(stack.enter_context(Staging(data)), *self._beside(store, manifest, stack))
            oldest, sooner = oldest_kept(settings.store, self._now), sooner_kept(own_days, self._now)
            refilling = Refilling(store, oldest, sooner) if store and lines else None
            self._unpack(staged, refilling)
            for part in self._parts:
                check(part.manifest, staged)
            if refilling:
                forget_exports(staged.data.folder / BOOK)
            expected = refilling.tally.entries() if refilling and refilling.expired else manifest.series
            compared = compare(expected, found_in(store, staged)) if store else []
            for each in (staged.store, staged.data, config):
                if each:
                    each.move_up()
        expired, refused = (refilling.expired, refilling.refused) if refilling else (0, 0)
        return Restored(manifest, data, compared, expired, refused)

    def _parts_of(self, manifest: Manifest) -> list[Part]:
        """The archive, and the secrets in it."""
        choice, whole = self._choice, Part(manifest, partial(reading, self._archive))
        secrets = open_secrets(self._archive, manifest, choice.key) if choice.secrets else None
        return [whole, secrets] if secrets else [whole]

    def _staged_config(self, manifest: Manifest, stack: ExitStack) -> Staging | None:
        if not self._choice.config:
            return None
        refuse_full(self._folder)
        refuse_small(self._folder, manifest.bytes_of("config"))
        staging = stack.enter_context(Staging(self._folder))
        for part in self._parts:
            entries = {entry.path: entry for entry in part.manifest.files if entry.kind == "config"}
            with part.reading() as reader:
                for member in reader.members():
                    if entry := entries.get(member.name):
                        self._write(staging, entry.path.removeprefix("config/"), entry, member)
        return staging

    def _empty_store(
        self, settings: Settings, own_days: Mapping[str, int], manifest: Manifest, stack: ExitStack
    ) -> Store:
        """The store that the readings go to: right for them, and empty."""
        given, url = settings.store, settings.store_url
        if manifest.store == "none":
            raise BackupError("no_readings")
        store = stack.enter_context(
            closing(
                open_store(
                    url,
                    secret(given.password, given.password_file),
                    raw_days=given.raw_days,
                    rollup_days=given.rollup_days,
                    own_days=own_days,
                )
            )
        )
        if manifest.store == "sqlite":
            if not isinstance(store, SqliteStore):
                raise BackupError("other_store", store=url)
            if found := sorted(store.path.parent.glob(f"{store.path.name}*")):
                raise BackupError("store_not_empty", store=url, found=found[0])
            refuse_small(store.path.parent, manifest.bytes_of("store"))
            return store
        store.ensure_schema()
        if held := held_by(store):
            raise BackupError("store_not_empty", store=url, found=held)
        return store

    def _beside(self, store: Store | None, manifest: Manifest, stack: ExitStack) -> tuple[Staging | None, str]:
        """Where a SQLite store is written, on its own disk, and its name there."""
        if not isinstance(store, SqliteStore) or manifest.store != "sqlite":
            return None, ""
        name = store.path.name
        return stack.enter_context(Staging(store.path.parent, f"-{name}")), name

    def _unpack(self, staged: "Staged", refilling: Refilling | None) -> None:
        for part in self._parts:
            entries = {entry.path: entry for entry in part.manifest.files}
            with part.reading() as reader:
                for member in reader.members():
                    if entry := entries.get(member.name):
                        self._unpack_one(entry, member, staged, refilling)

    def _unpack_one(self, entry: FileEntry, member: Member, staged: "Staged", refilling: Refilling | None) -> None:
        staging, name = staged.place_of(entry)
        if staging:
            self._write(staging, name, entry, member)
        elif entry.kind in ("readings", "rollups") and refilling:
            policy = RAW if entry.kind == "readings" else ROLLUP
            refilling.add(policy, entry.path, self._content(entry, member))

    def _write(self, staging: Staging, name: str, entry: FileEntry, member: Member) -> None:
        digest = sha256()

        def passed() -> Iterator[bytes]:
            for chunk in member.chunks:
                digest.update(chunk)
                self._told(len(chunk))
                yield chunk

        staging.write(name, passed(), entry.mode & 0o777)
        self._same(entry, digest.hexdigest())

    def _content(self, entry: FileEntry, member: Member) -> bytes:
        content = b"".join(member.chunks)
        self._told(len(content))
        self._same(entry, sha256(content).hexdigest())
        return content

    def _same(self, entry: FileEntry, found: str) -> None:
        """The archive is still what was verified."""
        if found != entry.sha256:
            raise BackupError("differs", path=entry.path, archive=self._archive, why="SHA-256")


class Staged(NamedTuple):
    """What was unpacked and is not in its place yet."""

    data: Staging
    store: Staging | None
    store_name: str

    def place_of(self, entry: FileEntry) -> tuple[Staging | None, str]:
        """Where a file is, and its name there; none for readings, and for the configuration, which went before."""
        if entry.path.startswith("data/"):
            return self.data, entry.path.removeprefix("data/")
        return (self.store, self.store_name) if entry.kind == "store" else (None, "")


def check(manifest: Manifest, staged: Staged) -> None:
    """What was unpacked is as its kind should be. Raises NewerFormat, StoreUnavailable, OSError."""
    for entry in manifest.files:
        staging, name = staged.place_of(entry)
        if staging:
            refuse_newer(entry.kind, staging.folder / name)
            if entry.kind in SQLITE:
                refuse_damaged(staging.folder / name)


def forget_exports(book: Path) -> None:
    """The store has no marks of alerts and maintenance: `run` writes those of the whole history again."""
    if book.exists():
        with Book(book) as opened, opened.transaction():
            for fact in EXPORTED:
                opened.note(fact, 0)


def found_in(store: Store, staged: Staged) -> list[SeriesEntry]:
    """What is there now, series by series. Raises StoreUnavailable."""
    tally = Tally()
    copy = staged.store.folder / staged.store_name if staged.store else None
    if copy is None:
        tally_all(store, tally)
    elif copy.exists():
        with closing(SqliteStore(copy, read_only=True)) as opened:
            tally_all(opened, tally)
    return tally.entries()
