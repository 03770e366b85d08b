"""The secrets sealed in a backup, opened in memory and verified as any backup is, before anything is written."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from vigiterre.backup.archive import Reader
from vigiterre.backup.manifest import Manifest
from vigiterre.backup.problems import BackupError
from vigiterre.backup.sealing import MOST_SEALED, SEALED, Key, unsealed
from vigiterre.backup.verifying import reading, verified
from vigiterre.backup.versions import SECRETS

KINDS = {*SECRETS.values(), "config"}


class Part(NamedTuple):
    """What files are read from: the backup, or the secrets within it."""

    manifest: Manifest
    reading: Callable[[], AbstractContextManager[Reader]]


def holds_secrets(archive: Path) -> bool:
    """Whether its first file seals some. Raises BackupError, OSError."""
    with reading(archive) as reader:
        first = next(reader.members(), None)
        return first is not None and first.name == SEALED


def open_secrets(archive: Path, manifest: Manifest, key: Key | None) -> Part | None:
    """None where there are none. `manifest` is verified. Raises BackupError for a key that opens nothing, OSError."""
    if all(entry.path != SEALED for entry in manifest.files):
        return None
    if key is None:
        raise BackupError("needs_key", archive=archive)
    content = unsealed(_sealed_bytes(archive), key)
    name = f"{archive} ({SEALED})"

    def again() -> AbstractContextManager[Reader]:
        return nullcontext(Reader(BytesIO(content), name, MOST_SEALED))

    with again() as reader:
        found = verified(reader, name)
    outside = {entry.path for entry in manifest.files}
    for entry in found.files:
        if entry.kind not in KINDS or entry.path in outside:
            raise BackupError("bad_entry", path=entry.path, archive=name)
    return Part(found, again)


def _sealed_bytes(archive: Path) -> bytes:
    with reading(archive) as reader:
        for member in reader.members():
            if member.name == SEALED:
                return b"".join(member.chunks)
    raise BackupError("torn", path=SEALED, archive=archive)
