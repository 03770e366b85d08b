"""The journal, held while it goes on: its segments stay readable by us even when the writer drops them."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from ingest.journal_reader import survey
from vigiterre.backup.archive import COPY_BYTES
from vigiterre.backup.problems import BackupError

TRIES = 5


class Pin(NamedTuple):
    """An open segment, up to the end of its last good record: what may be half written after it is no record yet."""

    fd: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        at = 0
        while at < self.size and (chunk := os.pread(self.fd, min(COPY_BYTES, self.size - at), at)):
            at += len(chunk)
            yield chunk


class Pinned:
    """The segments of a journal by name, oldest first. Raises NewerFormat, BackupError, OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pins = _pin(folder)

    def follow(self) -> bool:
        """Take what came since. False when the newest segment we held is gone: there may be a hole after it."""
        newer = _pin(self.folder)
        whole = not self.pins or max(self.pins) in newer
        for name, pin in newer.items():
            if name in self.pins:
                os.close(self.pins[name].fd)
            self.pins[name] = pin
        return whole

    def close(self) -> None:
        for pin in self.pins.values():
            os.close(pin.fd)
        self.pins = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _pin(folder: Path) -> dict[str, Pin]:
    if not folder.is_dir():
        return {}
    for _ in range(TRIES):
        pins: dict[str, Pin] = {}
        try:
            found = survey(folder)
            sizes = {segment.path: segment.size for segment in found.segments}
            for path in sorted([*sizes, *found.unreadable]):
                fd = os.open(path, os.O_RDONLY)
                there = os.fstat(fd).st_size
                pins[path.name] = Pin(fd, min(sizes.get(path, there), there))
        except FileNotFoundError:  # dropped between being listed and being opened
            for pin in pins.values():
                os.close(pin.fd)
        else:
            return pins
    raise BackupError("journal_moves", path=folder)
