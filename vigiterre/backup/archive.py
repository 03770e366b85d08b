"""The archive: a tar of plain files, each compressed by itself, so that damage is found in the file where it is.

Any `tar xzf` reads it. Ours reads it by hand: a header says name and size, and nothing that tar could also do (links,
devices, extended headers of any length, absolute names) is accepted.
"""

import gzip
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from vigiterre.backup.manifest import NAME, FileEntry, Kind
from vigiterre.backup.problems import BackupError

BLOCK = tarfile.BLOCKSIZE
COPY_BYTES = 256 * 1024
LEVEL = 3
"""Of gzip: a third of the time of its default, for a few percent more bytes."""
MOST_FILES = 1_000_000
MOST_MANIFEST = 256 * 2**20
MOST_BYTES = 16 * 2**40
_NAME = re.compile(r"(?:data|config|store|secrets)(?:/[^/\\\x00-\x1f\x7f]+)+")
_UP = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


class Writer:
    """Writes to a file that need not be seekable: `-` is one."""

    def __init__(self, out: BinaryIO, created: int, told: Callable[[int], None]) -> None:
        """`created` is ms; `told` is given the bytes that are done."""
        self._out = out
        self._told = told
        self._seconds = created // 1000
        self.entries: list[FileEntry] = []

    def add(self, path: str, kind: Kind, version: int, size: int, chunks: Iterable[bytes], mode: int = 0o600) -> None:
        """A file of exactly `size` bytes. Raises BackupError when it became shorter meanwhile, OSError."""
        digest = sha256()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=self._out, mtime=0) as part:
            part.write(self._header(path, size, mode))
            rest = size
            for chunk in chunks:
                some = chunk[:rest]
                digest.update(some)
                part.write(some)
                rest -= len(some)
                self._told(len(some))
                if not rest:
                    break
            if rest:
                raise BackupError("became_shorter", path=path)
            part.write(bytes(-size % BLOCK))
        self.entries.append(
            FileEntry(path=path, kind=kind, version=version, size=size, sha256=digest.hexdigest(), mode=mode)
        )

    def finish(self, manifest: bytes) -> None:
        """The manifest and the end of the archive."""
        with gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=self._out, mtime=0) as part:
            part.write(self._header(NAME, len(manifest), 0o600))
            part.write(manifest)
            part.write(bytes(-len(manifest) % BLOCK + 2 * BLOCK))
        self._out.flush()

    def _header(self, path: str, size: int, mode: int) -> bytes:
        info = tarfile.TarInfo(path)
        info.size, info.mode, info.mtime = size, mode, self._seconds
        try:
            return info.tobuf(tarfile.USTAR_FORMAT)
        except ValueError:  # 8 GiB and more
            header = info.tobuf(tarfile.GNU_FORMAT)
        if len(header) != BLOCK:
            raise BackupError("name_too_long", path=path)
        return header


class Member(NamedTuple):
    """One file of the archive, to be read before the next one."""

    name: str
    size: int
    chunks: Iterator[bytes]
    """Its content. Raises BackupError."""


class Reader:
    """Reads an archive from its beginning to its end, once. Nothing in it can make memory or the disk run full."""

    def __init__(self, file: BinaryIO, name: str, most_bytes: int = MOST_BYTES) -> None:
        self._gzip = gzip.GzipFile(fileobj=file, mode="rb")
        self._archive = name
        self._at = ""
        """The file at hand, or the last one."""
        self._left = most_bytes
        self._most = most_bytes

    def members(self) -> Iterator[Member]:
        """Each file; what was not read of it is passed over. Raises BackupError, OSError."""
        names: set[str] = set()
        while (header := self.take(BLOCK)) != bytes(BLOCK):
            member = self._member(header)
            if member.name in names or len(names) >= MOST_FILES:
                raise BackupError("bad_entry", path=member.name, archive=self._archive)
            names.add(member.name)
            yield member
            for _ in member.chunks:
                pass
        self._end()

    def _member(self, header: bytes) -> Member:
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as error:
            raise self._damaged() from error
        fits = info.name == NAME and info.size <= MOST_MANIFEST
        if info.type != tarfile.REGTYPE or info.size < 0 or not (fits or acceptable(info.name)):
            raise BackupError("bad_entry", path=info.name, archive=self._archive)
        if info.size > self._left:
            raise BackupError("too_large", path=info.name, archive=self._archive, most=self._most)
        self._left -= info.size
        self._at = info.name
        return Member(info.name, info.size, self._content(info.size))

    def _content(self, size: int) -> Iterator[bytes]:
        rest = size
        while rest:
            chunk = self.take(min(rest, COPY_BYTES))
            rest -= len(chunk)
            yield chunk
        self.take(-size % BLOCK)

    def take(self, size: int) -> bytes:
        """Exactly so many bytes. Raises BackupError."""
        try:
            block = self._gzip.read(size)
        except EOFError as error:
            raise BackupError("torn", path=self._at or "-", archive=self._archive) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged() from error
        if len(block) < size:
            raise BackupError("torn", path=self._at or "-", archive=self._archive)
        return block

    def _end(self) -> None:
        """The rest is empty, and the last checksum is right."""
        if self.take(BLOCK).strip(b"\0"):
            raise self._damaged()
        try:
            beyond = self._gzip.read(1)
        except EOFError as error:
            raise BackupError("torn", path=self._at, archive=self._archive) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged() from error
        if beyond:
            raise BackupError("goes_on", archive=self._archive)

    def _damaged(self) -> BackupError:
        if not self._at:
            return BackupError("no_archive", archive=self._archive)
        return BackupError("damaged", path=self._at, archive=self._archive)


def acceptable(name: str) -> bool:
    """A path below `data`, `config`, `store` or `secrets`, and nowhere else."""
    return bool(_NAME.fullmatch(name)) and not _UP.search(name)
