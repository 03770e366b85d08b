"""Files are written in a folder of their own inside the place they go to, and moved up when all of them are right."""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.files import sync_folder
from ingest.journal import JournalLocked, take_lock
from vigiterre.backup.problems import BackupError
from vigiterre.backup.versions import CURSORS, JOURNAL

NAME = ".restoring"
LOCK = "lock"
SHOWN = 6
MEBIBYTE = 2**20


class Staging:
    """What an interrupted restore left in it is removed first; what this one leaves, last."""

    def __init__(self, place: Path, ending: str = "") -> None:
        """`ending` tells apart what goes to the same place at the same time."""
        self.place = place
        self.folder = place / f"{NAME}{ending}"

    def __enter__(self) -> Self:
        self.place.mkdir(parents=True, exist_ok=True)
        self._remove()
        self.folder.mkdir(mode=0o700)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._remove()

    def write(self, name: str, chunks: Iterable[bytes], mode: int = 0o600) -> Path:
        """A new file on the disk. `name` is a path below the folder, already judged. Raises OSError."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755 if mode & 0o044 else 0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode | 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode | 0o600)
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(descriptor)
        return path

    def move_up(self) -> None:
        """The journal first, the cursor last: a journal without a cursor is only done again. Raises OSError."""
        _give(self.folder, self.place)
        for path in sorted(self.folder.rglob("*"), key=_turn):
            if path.is_file():
                target = self.place / path.relative_to(self.folder)
                for folder in reversed(target.relative_to(self.place).parents[:-1]):
                    _make_like(self.folder / folder, self.place / folder)
                path.rename(target)
                sync_folder(target.parent)
        sync_folder(self.place)

    def _remove(self) -> None:
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder)


class Locked:
    """No `vigiterre run` has this data_dir, and none will while we do. Raises BackupError, OSError."""

    def __init__(self, data: Path) -> None:
        self._journal = data / JOURNAL

    def __enter__(self) -> Self:
        self._journal.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._fd = take_lock(self._journal)
        except JournalLocked as error:
            raise BackupError("running", folder=self._journal.parent, pid=error.pid or "?") from error
        _give(self._journal, self._journal.parent)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._fd)
        if error is not None:  # the place is as it was
            with suppress(OSError):
                (self._journal / LOCK).unlink()
                self._journal.rmdir()


def refuse_full(place: Path) -> None:
    """Raises BackupError with what is in the way. Empty folders, a free lock and what a restore left are not."""
    if not place.exists():
        return
    found = sorted(
        path.relative_to(place).as_posix()
        for path in place.rglob("*")
        if path.is_symlink() or not path.is_dir()
        if not _passed_over(path.relative_to(place))
    )
    if found:
        more = f", … (+{len(found) - SHOWN})" if len(found) > SHOWN else ""
        raise BackupError("not_empty", folder=place, found=", ".join(found[:SHOWN]) + more)


def _passed_over(path: Path) -> bool:
    return path.parts[0].startswith(NAME) or path.parts[0] == "lost+found" or path.parts == (JOURNAL, LOCK)


def refuse_small(place: Path, needed: int) -> None:
    """Raises BackupError when the disk of a folder has no room for so many bytes."""
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if needed > free:
        raise BackupError("no_room", folder=place, needed=-(-needed // MEBIBYTE), free=free // MEBIBYTE)


def _turn(path: Path) -> tuple[int, Path]:
    return (2 if path.name in CURSORS else 0 if path.parent.name == JOURNAL else 1), path


def _make_like(made: Path, target: Path) -> None:
    if not target.exists():
        target.mkdir(mode=made.stat().st_mode & 0o777)
        _give(target, target.parent)


def _give(path: Path, like: Path) -> None:
    """Root restores for the account of the service, whose folder it is."""
    if os.geteuid() == 0:
        owner = like.stat()
        for each in (path, *path.rglob("*")):
            os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)
