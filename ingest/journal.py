"""The journal: every message that was acknowledged, on disk before it was.

Segments of records in one folder (format: `ingest/segment.py`; why not SQLite: docs/adr/0015). One process writes, any
may read. After a crash the torn end of the last segment is dropped, since it was never acknowledged, and said; damage
anywhere else costs the records it touches, which is said too.
"""

import fcntl
import os
import secrets
from collections import deque
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import structlog

from devices.errors import JournalFull, VigiterreError
from devices.files import sync_folder
from devices.problems import NOTHING
from devices.reading import Message
from ingest.journal_reader import READ_BYTES, JournalReader, Survey, survey
from ingest.segment import (
    HEAD,
    HEADER,
    MARKER_BYTES,
    Damage,
    Entry,
    Header,
    Segment,
    What,
    encode,
    first_of,
    path_of,
)
from ingest.trouble import Trouble

__all__ = ["Damage", "Entry", "Journal", "JournalLocked", "JournalReader", "What"]

log = structlog.get_logger()

MEBIBYTE = 1024 * 1024
MARK_BYTES = 256 * 1024
new_entry = partial(tuple.__new__, Entry)  # half of the time of Entry(...)


class JournalLocked(VigiterreError):  # noqa: N818  -- a state, like JournalFull
    """Another process writes this journal."""

    def __init__(self, folder: Path, pid: str) -> None:
        self.folder = folder
        self.pid = pid
        super().__init__(f"{folder} is in use by process {pid or '(unknown)'}: stop it, or choose another data_dir")


class Journal(JournalReader):
    """The writer's end. Appends take turns; any number of threads may read meanwhile."""

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = 64 * MEBIBYTE,
        max_bytes: int,
        max_age_ms: int,
        tail_messages: int = 6_000,
        tail_bytes: int = 16 * MEBIBYTE,
    ) -> None:
        """Open or create; recover what a crash left (`recovered`).

        The newest `tail_messages` of this run, up to `tail_bytes`, are also kept in memory for readers near the end.
        What is done stays for replays until max_age_ms have passed or max_bytes need its room.
        Raises JournalLocked, NewerFormat, OSError.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.max_bytes = max_bytes
        self.max_age_ms = max_age_ms
        # Only whole segments are dropped: with few of them, dropping one would empty half of a small journal.
        self.segment_bytes = min(segment_bytes, max_bytes // 8)
        self.trouble = NOTHING
        """Why nothing can be read at the moment; empty when all is well."""
        self._tail = Tail(tail_messages, tail_bytes)
        self._writing = Lock()
        self._cut_pending = False
        self._done = 0
        self._fd = -1
        self._lock_fd = take_lock(folder)
        try:
            found = survey(folder)
            self._begin(folder, found)
            self._recover(found)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def open_readonly(folder: Path) -> JournalReader:
        """The journal as it is now, for a command beside a running process."""
        return JournalReader(folder)

    def append(self, messages: Sequence[Message]) -> int:
        """Write the messages and wait for the disk. When this returns the seq of the last one, all are durable.

        All or nothing: on an error none of them is in the journal, and a later call may succeed. Raises JournalFull
        (it holds max_bytes, all of it still to be done), OSError (disk full or failing), ValueError (encode).
        """
        with self._writing:
            if not messages:
                return self.last
            records = encode(messages, self._used() + 1, self._marker)
            self._make_room(len(records) + HEADER.size)
            active = self._active_for(len(records))
            self._write(active, records)
            times = [message.received for message in messages]
            grown = active._replace(
                last=active.last + len(messages),
                size=active.size + len(records),
                oldest=min(active.oldest, *times),
                newest=max(active.newest, *times),
            )
            with self._lock:
                self._mark(active)
                self._segments[-1] = grown
                self._tail.extend(grown.last - len(messages) + 1, messages, len(records))
            return grown.last

    def read(self, after: int, limit: int, max_bytes: int = READ_BYTES) -> list[Entry]:
        """As JournalReader.read; entries of the tail come from memory, without touching the disk.

        A disk that refuses gives none, and `trouble`: whoever follows the journal asks again in a moment.
        """
        with self._lock:
            entries = self._tail.read(after, limit, max_bytes)
        if entries is not None:
            return entries
        try:
            entries = super().read(after, limit, max_bytes)
        except OSError as error:
            words = Trouble("journal_unreadable", {"detail": error.strerror}).words
            if words != self.trouble:
                log.error("journal_unreadable", detail=str(words))  # noqa: TRY400  -- a state of the disk
            self.trouble = words
            return []
        self.trouble = NOTHING
        return entries

    def expire(self, now_ms: int, done: int) -> int:
        """Delete whole segments that are done and too old, or whose room is needed; return how many.

        `done` is the lowest cursor: nothing after it is ever deleted. It is remembered: append makes room by the same
        rule, so call this whenever the cursors have moved. The tail in memory is not affected. Raises OSError.
        """
        with self._writing:
            self._done = done
            before = now_ms - self.max_age_ms
            dropped = self._drop_done(before)
            active = self._segments[-1]
            # A quiet journal takes months to fill a segment; this way nothing stays an eighth longer than max_age.
            if active.last >= active.first and active.oldest < now_ms - self.max_age_ms // 8:
                self._roll(active.last + 1)
                dropped += self._drop_done(before)
            return dropped

    def close(self) -> None:
        """Release the files and the lock. Everything appended is already durable."""
        with self._writing:
            for fd in (self._fd, self._lock_fd):
                if fd >= 0:
                    os.close(fd)
            self._fd = self._lock_fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _recover(self, found: Survey) -> None:
        """Repair the headers, set unreadable files aside, cut the torn tail, and find the next seq."""
        self._say(*found.damage)
        # That of the segment which is written to: a damaged one may have another than those before it.
        known = [one.marker for one in reversed(self._segments) if one.marker]
        self._marker = known[0] if known else secrets.token_bytes(MARKER_BYTES)
        for segment in found.headless:
            self._restore_header(segment)
        following = self._used() + 1
        # Seqs that were in lost bytes may be behind a cursor already: a message that got one again would be skipped.
        for path in found.unreadable:
            following = max(following, (first_of(path) or 0) + path.stat().st_size // HEAD.size)
            path.rename(path.with_suffix(".damaged"))
        for damage in found.damage:
            if damage.what is What.TORN_TAIL:
                following = max(following, self._used() + 1 + damage.bytes // HEAD.size)
        if self._segments:
            active = self._segments[-1]
            self._fd = os.open(active.path, os.O_RDWR)
            self._cut(active.size)
        if not self._segments or following > self._used() + 1:
            self._roll(following)

    def _restore_header(self, segment: Segment) -> None:
        index = self._segments.index(segment)
        restored = segment._replace(marker=self._marker) if not segment.marker else segment
        fd = os.open(segment.path, os.O_RDWR)
        try:
            _write_all(fd, _header_of(restored, self._segments[index - 1] if index else None), 0)
            os.fdatasync(fd)
        finally:
            os.close(fd)
        self._segments[index] = restored

    def _make_room(self, size: int) -> None:
        """Drop what is done, oldest first, until `size` more bytes fit. Raises JournalFull."""
        while (held := self.bytes) + size > self.max_bytes:
            oldest = self._segments[0]
            if not oldest.first <= oldest.last <= self._done:
                raise JournalFull(
                    f"{self.folder} holds {held} bytes of {self.max_bytes}, none of them done; {size} more asked"
                )
            if len(self._segments) == 1:
                self._roll(oldest.last + 1)
            self._drop_oldest()

    def _drop_done(self, before_ms: int) -> int:
        """Drop done segments whose newest message is from before this time, or that leave no room for another one."""
        dropped = 0
        while len(self._segments) > 1 and self._segments[0].last <= self._done:
            crowded = self.bytes + self.segment_bytes > self.max_bytes
            if not crowded and self._segments[0].newest >= before_ms:
                break
            self._drop_oldest()
            dropped += 1
        return dropped

    def _drop_oldest(self) -> None:
        with self._lock:
            segment = self._segments.pop(0)
            self._marks.pop(segment.first, None)
        segment.path.unlink(missing_ok=True)

    def _active_for(self, size: int) -> Segment:
        """The segment to append to. A batch is never divided, so one larger than segment_bytes has its own segment."""
        active = self._segments[-1]
        full = active.last >= active.first and active.size + size > self.segment_bytes
        # A file that somebody removed would take messages, confirm them, and be gone with the process.
        if full or os.fstat(self._fd).st_nlink == 0:
            self._roll(active.last + 1)
        return self._segments[-1]

    def _roll(self, first: int) -> None:
        """Begin a new segment. On OSError there is none, and the one before stays in use."""
        path = path_of(self.folder, first)
        previous = self._segments[-1] if self._segments else None
        segment = Segment(path, self._marker, first, first - 1, HEADER.size)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_all(fd, _header_of(segment, previous), 0)
            os.fdatasync(fd)
            sync_folder(self.folder)
        except OSError:
            os.close(fd)
            path.unlink(missing_ok=True)
            raise
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = fd
        with self._lock:
            self._segments.append(segment)

    def _write(self, active: Segment, records: bytes) -> None:
        if self._cut_pending:
            self._cut(active.size)
        try:
            _write_all(self._fd, records, active.size)
            os.fdatasync(self._fd)
        except OSError:
            self._cut(active.size)
            raise

    def _mark(self, active: Segment) -> None:
        """Remember where the next record is, now and then: a reader that fell behind the tail begins near its place."""
        marks = self._marks.setdefault(active.first, [])
        if active.last >= active.first and active.size - (marks[-1][1] if marks else 0) >= MARK_BYTES:
            marks.append((active.last + 1, active.size))

    def _cut(self, size: int) -> None:
        """Remove what is after the last good record, now or, if the disk refuses that too, before the next one."""
        self._cut_pending = True
        os.ftruncate(self._fd, size)
        self._cut_pending = False


class Tail:
    """The newest entries, in memory. Not safe in several threads by itself."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self.max_messages = max_messages
        self.max_bytes = max_bytes
        self.entries: list[Entry] = []
        self.size = 0
        self.batches: deque[tuple[int, int]] = deque()
        """Count and bytes of each batch, oldest first: they leave as they came."""

    def extend(self, first: int, messages: Sequence[Message], size: int) -> None:
        self.entries += map(new_entry, zip(count(first), messages, strict=False))
        self.batches.append((len(messages), size))
        self.size += size
        surplus = 0
        while self.batches and (len(self.entries) - surplus > self.max_messages or self.size > self.max_bytes):
            length, gone = self.batches.popleft()
            surplus += length
            self.size -= gone
        del self.entries[:surplus]

    def read(self, after: int, limit: int, max_bytes: int) -> list[Entry] | None:
        """None when the next entry is not, or no longer, here."""
        if not self.entries or after + 1 < self.entries[0].seq:
            return None
        start = after + 1 - self.entries[0].seq
        entries = self.entries[start : start + limit]
        if self.size > max_bytes:
            room = max_bytes
            for index, (_, message) in enumerate(entries):
                room -= len(message.topic) + len(message.payload)
                if room < 0 and index:
                    return entries[:index]
        return entries


def _header_of(segment: Segment, previous: Segment | None) -> bytes:
    before = (0, 0, 0, 0) if previous is None else (previous.first, previous.last, previous.oldest, previous.newest)
    return Header(segment.marker, segment.first, *before).pack()


def _write_all(fd: int, block: bytes, offset: int) -> None:
    """A disk that fills up takes the beginning of a write, and refuses only the next one."""
    rest = memoryview(block)
    while rest:
        written = os.pwrite(fd, rest, offset)
        rest, offset = rest[written:], offset + written


def take_lock(folder: Path) -> int:
    """An open file by which this process alone has the journal, until it is closed. Raises JournalLocked, OSError."""
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        pid = os.pread(fd, 20, 0).decode("ascii", "replace").strip()
        os.close(fd)
        if isinstance(error, BlockingIOError):
            raise JournalLocked(folder, pid) from None
        raise
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
    return fd
