"""Whether a backup is whole, before anything of it is used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from devices.schema import RAW, ROLLUP
from vigiterre.backup.archive import MOST_BYTES, Reader, acceptable
from vigiterre.backup.manifest import NAME, FileEntry, Manifest, read_manifest
from vigiterre.backup.problems import BackupError
from vigiterre.backup.sealing import MOST_SEALED, SEALED
from vigiterre.backup.versions import KNOWN, kind_of

STORE_FILE = "store/readings.sqlite"
LINES = {f"store/{RAW}/": "readings", f"store/{ROLLUP}/": "rollups"}
MOST_LINES = 64 * 2**20
"""Bytes of a file of lines: it is held in memory."""


class _Seen(NamedTuple):
    size: int
    sha256: str


@contextmanager
def reading(archive: Path, most_bytes: int = MOST_BYTES) -> Iterator[Reader]:
    """Raises OSError."""
    with archive.open("rb") as file:
        yield Reader(file, str(archive), most_bytes)


def verify(archive: Path, told: Callable[[int], None] = lambda _bytes: None) -> Manifest:
    """Reads all of it, writes nothing. Raises BackupError with the name of the file at fault, OSError."""
    with reading(archive) as reader:
        return verified(reader, str(archive), told)


def verified(reader: Reader, archive: str, told: Callable[[int], None] = lambda _bytes: None) -> Manifest:
    """The same of one that is open already. `archive` is its name, for whoever reads what is wrong."""
    seen: dict[str, _Seen] = {}
    manifest = b""
    for member in reader.members():
        if manifest:
            raise BackupError("goes_on", archive=archive)
        digest, content = sha256(), []
        for chunk in member.chunks:
            digest.update(chunk)
            told(len(chunk))
            content += [chunk] if member.name == NAME else []
        manifest = b"".join(content)
        if member.name != NAME:
            seen[member.name] = _Seen(member.size, digest.hexdigest())
    if not manifest:
        raise BackupError("no_archive", archive=archive)
    found = read_manifest(manifest)
    _compare(found, seen, archive)
    _refuse_newer(found)
    return found


def _compare(manifest: Manifest, seen: dict[str, _Seen], archive: str) -> None:
    expected = {entry.path: _Seen(entry.size, entry.sha256) for entry in manifest.files}
    if len(expected) != len(manifest.files):
        raise BackupError("bad_entry", path=NAME, archive=archive)
    for path in sorted(expected.keys() | seen.keys()):
        if path not in seen or path not in expected:
            raise BackupError("differs", path=path, archive=archive, why="-" if path in seen else "?")
        if seen[path] != expected[path]:
            raise BackupError("differs", path=path, archive=archive, why="SHA-256")
    for entry in manifest.files:
        if not _rightly_placed(entry):
            raise BackupError("bad_entry", path=entry.path, archive=archive)


def _refuse_newer(manifest: Manifest) -> None:
    for entry in manifest.files:
        if entry.version > KNOWN[entry.kind]:
            raise BackupError("newer_file", path=entry.path, found=entry.version, known=KNOWN[entry.kind])


def _rightly_placed(entry: FileEntry) -> bool:
    """Each kind has its place: a file of a backup becomes nothing but what its kind is."""
    part, _, rest = entry.path.partition("/")
    if not acceptable(entry.path):
        return False
    if part == "data":
        return kind_of(rest) == entry.kind
    if part == "config":
        return entry.kind == "config"
    if part == "secrets":
        return entry.kind == "secrets" and entry.path == SEALED and entry.size <= MOST_SEALED
    if entry.path == STORE_FILE:
        return entry.kind == "store"
    kind = next((kind for place, kind in LINES.items() if entry.path.startswith(place)), None)
    return kind == entry.kind and entry.size <= MOST_LINES
