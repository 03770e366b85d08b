"""Reading the journal: what its folder holds, and the entries in it. Touches nothing, so any process may do it."""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import structlog

from devices.errors import NewerFormat
from ingest.segment import (
    HEADER,
    MARKER_BYTES,
    NEVER_NEW,
    NEVER_OLD,
    VERSION,
    Damage,
    Entry,
    Header,
    Segment,
    Walk,
    What,
    find_record,
    first_of,
    newer_version,
    opened,
    path_of,
    read_header,
)

log = structlog.get_logger()

READ_BYTES = 8 * 1024 * 1024
STEP = 4096
"""Entries decoded at a time when a whole segment is walked."""
PLACES = 64
"""Positions remembered, so that each reader that follows the journal goes on where it was."""


class Survey(NamedTuple):
    """What a folder holds."""

    segments: list[Segment]
    """In order of seq; of the last one, `size` ends before its torn tail."""
    damage: list[Damage]
    headless: list[Segment]
    """Those of `segments` whose header is damaged; the first seq of their name stands for it."""
    unreadable: list[Path]
    """Files in which no record can be read."""


def survey(folder: Path) -> Survey:
    """List the segments. Only the last one is read whole, and those whose successor cannot speak for them.

    Raises OSError, and NewerFormat before anything is mended.
    """
    found = Survey([], [], [], [])
    paths = sorted(path for path in folder.iterdir() if first_of(path) is not None)
    known = [(path, first_of(path) or 0, _header(path)) for path in paths]
    markers = list(dict.fromkeys(header.marker for _, _, header in known if header is not None))
    for (path, first, header), (following, successor) in zip(
        known, [*((first, header) for _, first, header in known[1:]), (None, None)], strict=False
    ):
        size, is_last = path.stat().st_size, following is None
        segment = Segment(path, header.marker if header else b"", first, first - 1, size)
        if header is None and is_last and size <= HEADER.size:  # stopped while it was created: it never had a record
            found.damage.append(Damage(What.TORN_TAIL, path.name, 0, size, 0))
            segment = segment._replace(marker=markers[0] if markers else b"", size=HEADER.size)
            found.headless.append(segment)
            found.segments.append(segment)
            continue
        if header is None:
            marker = _marker_by_records(segment, markers)
            if marker is None:
                records = None if following is None else following - first
                found.damage.append(Damage(What.SET_ASIDE, path.name, 0, size, records))
                found.unreadable.append(path)
                continue
            found.damage.append(Damage(What.HEADER, path.name, 0, HEADER.size, 0))
            segment = segment._replace(marker=marker)
        if successor is not None and successor.previous_first == first:
            *_, last, oldest, newest = successor
            segment = segment._replace(last=last, oldest=oldest, newest=newest)
        else:
            segment = _read_whole(segment, found.damage, following)
        found.segments.append(segment)
        if header is None:
            found.headless.append(segment)
        if missing := _missing_after(segment, successor, following):
            found.damage.append(missing)
    return found


def _missing_after(segment: Segment, successor: Header | None, following: int | None) -> Damage | None:
    """The segment that the next one calls its predecessor, when that is not this one and is not there any more."""
    if successor is None or following is None or successor.previous_first in (0, segment.first):
        return None
    path = path_of(segment.path.parent, successor.previous_first)
    if path.with_suffix(".damaged").exists():  # said when it was set aside
        return None
    return Damage(What.MISSING, path.name, 0, 0, following - 1 - segment.last)


def _header(path: Path) -> Header | None:
    with opened(path) as fd:
        block = os.pread(fd, HEADER.size, 0)
        if len(block) == HEADER.size and (found := newer_version(block)):
            raise NewerFormat(path, found, VERSION)
        return read_header(fd, first_of(path) or 0)


def _marker_by_records(segment: Segment, markers: Sequence[bytes]) -> bytes | None:
    """The marker under which a record is found: that of another segment, or what the first record begins with."""
    with opened(segment.path) as fd:
        guess = os.pread(fd, MARKER_BYTES, HEADER.size)
        for marker in (*markers, guess):
            if find_record(fd, segment._replace(marker=marker), HEADER.size - 1, segment.first) is not None:
                return marker
    return None


def _read_whole(segment: Segment, damage: list[Damage], following: int | None) -> Segment:
    """Its last seq, its times, and, when no segment follows, where its last good record ends."""
    oldest, newest, last = NEVER_OLD, NEVER_NEW, segment.first - 1
    with opened(segment.path) as fd:
        walk = Walk(fd, segment) if following is None else Walk(fd, segment, limit=following - 1)
        while entries := walk.take(0, STEP, READ_BYTES):
            times = [entry.message.received for entry in entries]
            oldest, newest, last = min(oldest, *times), max(newest, *times), entries[-1].seq
    size = segment.size
    damage.extend(walk.damage)
    if walk.damage and walk.damage[-1].offset + walk.damage[-1].bytes == size:
        end = damage.pop()
        if following is None:
            size = end.offset
            damage.append(end._replace(what=What.TORN_TAIL, records=0))
        else:
            damage.append(end._replace(records=following - 1 - last))
    return segment._replace(last=last, size=size, oldest=oldest, newest=newest)


class JournalReader:
    """The journal as it was when opened, for commands beside a running process. Safe in several threads."""

    def __init__(self, folder: Path) -> None:
        """A folder that does not exist is an empty journal. Raises OSError."""
        found = survey(folder) if folder.is_dir() else Survey([], [], [], [])
        self._begin(folder, found)
        for damage in found.damage:
            if damage.what is not What.TORN_TAIL:  # at the end, a record may be being written right now
                self._say(damage)

    def _begin(self, folder: Path, found: Survey) -> None:
        self.folder = folder
        self.recovered: list[Damage] = []
        """What could not be read, at opening and since."""
        self._lock = Lock()
        self._segments = found.segments
        self._places: dict[int, tuple[int, int]] = {}
        """Seq to read next -> first seq of its segment, and where in it."""
        self._marks: dict[int, list[tuple[int, int]]] = {}
        """First seq of a segment -> (seq, where in it) of some of its records, in order."""

    @property
    def first(self) -> int:
        """Seq of the oldest entry kept; that of the next one when there is none."""
        with self._lock:
            return next((one.first for one in self._segments if one.last >= one.first), self._used() + 1)

    @property
    def last(self) -> int:
        """Seq of the newest entry kept; the last one used when there is none, 0 in a new journal."""
        with self._lock:
            return next((one.last for one in reversed(self._segments) if one.last >= one.first), self._used())

    @property
    def bytes(self) -> int:
        """Size of the segments."""
        with self._lock:
            return sum(segment.size for segment in self._segments)

    def undone_bytes(self, done: int) -> int:
        """Size of the segments that hold an entry after `done`: what may not be dropped."""
        with self._lock:
            return sum(segment.size for segment in self._segments if segment.last > done)

    def _used(self) -> int:
        return self._segments[-1].last if self._segments else 0

    def read(self, after: int, limit: int, max_bytes: int = READ_BYTES) -> list[Entry]:
        """The next entries with seq > after, in order: at least one if there is any, at most `limit`.

        Stops before topics and payloads exceed max_bytes, and at the end of a segment. Seqs of damaged records are
        missing; `recovered` and the log tell of them. Raises OSError.
        """
        while (segment := self._segment_with(after + 1)) is not None:
            entries = self._read_from(segment, after, limit, max_bytes)
            if entries:
                return entries
            after = max(after, segment.last)
        return []

    def scan(self, start_ms: int, end_ms: int) -> Iterator[Entry]:
        """Entries received in [start, end), in order of seq. What is appended meanwhile may be missing."""
        with self._lock:
            segments = [one for one in self._segments if one.oldest < end_ms and one.newest >= start_ms]
        for segment in segments:
            try:
                with opened(segment.path) as fd:
                    walk = Walk(fd, segment)
                    while entries := walk.take(0, STEP, READ_BYTES):
                        yield from (entry for entry in entries if start_ms <= entry.message.received < end_ms)
            except FileNotFoundError:  # expired since
                continue
            self._say(*walk.damage)

    def _segment_with(self, seq: int) -> Segment | None:
        """The segment of this seq, or the first one after it that has an entry."""
        with self._lock:
            index = bisect_left(self._segments, seq, key=lambda segment: segment.last)
            # An empty one is not the end: it is where writing stopped once, and began again after a gap.
            return next((one for one in self._segments[index:] if one.last >= one.first), None)

    def _read_from(self, segment: Segment, after: int, limit: int, max_bytes: int) -> list[Entry]:
        offset, seq = self._place_before(segment, after + 1)
        try:
            with opened(segment.path) as fd:
                walk = Walk(fd, segment, offset, seq)
                entries = walk.take(after, limit, max_bytes)
        except FileNotFoundError:
            self._forget(segment)
            return []
        self._say(*walk.damage)
        with self._lock:
            self._places[walk.seq] = (segment.first, walk.offset)
            if len(self._places) > PLACES:
                del self._places[next(iter(self._places))]
        return entries

    def _place_before(self, segment: Segment, seq: int) -> tuple[int, int]:
        """Offset and seq of the record to begin with, to get to `seq`: the nearest that is known."""
        with self._lock:
            first, offset = self._places.get(seq, (0, 0))
            if first == segment.first:
                return offset, seq
            marks = self._marks.get(segment.first, [])
            index = bisect_right(marks, seq, key=lambda mark: mark[0])
            known, offset = marks[index - 1] if index else (segment.first, HEADER.size)
            return offset, known

    def _forget(self, segment: Segment) -> None:
        """The file is gone: expired a moment ago, or else somebody removed it."""
        with self._lock:
            known = [one for one in self._segments if one.first == segment.first]
            for one in known:
                self._segments.remove(one)
        if known:
            records = segment.last - segment.first + 1
            self._say(Damage(What.MISSING, segment.path.name, 0, segment.size, records))

    def _say(self, *damages: Damage) -> None:
        """Log each damage once, however many readers meet it."""
        for damage in damages:
            with self._lock:
                known = any((one.file, one.offset) == (damage.file, damage.offset) for one in self.recovered)
                if not known:
                    self.recovered.append(damage)
            if not known:
                level = log.warning if damage.what is What.TORN_TAIL else log.error
                level("journal_damaged", folder=str(self.folder), **damage._asdict())
