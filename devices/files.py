"""Files that are replaced whole, and the fingerprints that tell whether somebody changed one meanwhile."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def fingerprint(path: Path) -> str:
    """Empty where there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def replace_whole(path: Path, content: bytes) -> None:
    """In one step: readers see the old or the new file, and a crash leaves one of the two. Raises OSError.

    Mode and, where this process may, owner stay what they were.
    """
    path = path.resolve()  # a link stays a link
    before = path.stat() if path.exists() else None
    put_whole(path, content, lambda descriptor: _look_like(descriptor, before))


def put_whole(path: Path, content: bytes, finish: Callable[[int], None]) -> None:
    """The same for a file whose mode and owner `finish` gives to its descriptor; nobody else reads it before.

    Durable when this returns. Raises OSError, and whatever `finish` raises: the file is then the one before.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as temporary:
        try:
            temporary.write(content)
            temporary.flush()
            finish(temporary.fileno())
            os.fsync(temporary.fileno())
            Path(temporary.name).replace(path)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A new name is found after a power failure only when its folder is on the disk as well. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _look_like(descriptor: int, before: os.stat_result | None) -> None:
    if before is not None:
        for owner, group in ((-1, before.st_gid), (before.st_uid, -1)):
            with contextlib.suppress(PermissionError):  # only root gives files away, and a group only to its members
                os.fchown(descriptor, owner, group)
    os.fchmod(descriptor, before.st_mode & 0o777 if before else 0o644)
