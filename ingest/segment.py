"""One segment of the journal: the format of the file, and how it is read past damage.

    header   magic, version, marker, first seq, what the segment before holds (seqs and times), CRC-32
    record   marker, CRC-32, length, seq, received, length of the topic, flags | topic | payload
    record   ...

Integers are little-endian. A record's length counts the whole record, its CRC covers all that follows the CRC. Seqs are
contiguous inside a segment, and the file is named after its first one, so a damaged header costs nothing but itself.

A later version keeps the header's length, its first eight bytes and the CRC at its end, so that this one can tell a
newer journal from a damaged one.

The marker is four random bytes, drawn when the journal began. After damage the reader looks for it to find the next
record. As no device knows it, no payload can pass for a record; nor can old blocks of the disk from another journal.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from devices.reading import Message

MAGIC, VERSION = b"VGTJ", 1
MARKER_BYTES = 4
NAME = re.compile(r"(\d{20})\.journal")
HEADER = Struct("<4sI4sQQQqqI")
HEAD = Struct("<4sIIQqHB")
MARK = Struct("<4sI")
BODY = Struct("<IQqHB")
"""HEAD is MARK and BODY."""
CRC = Struct("<I")
UNCOVERED = 8
"""Bytes of a record before what its CRC covers: marker and CRC."""
RETAINED, REPLAYED, FOREIGN = 1, 2, 4
"""Flags. The topic of a foreign broker's message begins with the broker's name and NUL, which no topic may hold."""
CHUNK = 256 * 1024
"""Read from the disk at a time: about 2,000 messages of 100 bytes."""
NEVER_OLD, NEVER_NEW = 2**63 - 1, -(2**63)
"""Oldest and newest of a segment without records."""


class Entry(NamedTuple):
    """A message in the journal, and its number there."""

    seq: int
    message: Message


class What(StrEnum):
    """What was found damaged."""

    TORN_TAIL = "torn_tail"
    """The end of the last segment, written when the process or the machine stopped: never acknowledged."""
    RECORDS = "records"
    """Records that cannot be read; good ones after them are kept."""
    HEADER = "header"
    """The header of a segment; its records are readable."""
    SET_ASIDE = "set_aside"
    """No record of this file is readable: it was renamed to `.damaged`."""
    MISSING = "missing"
    """The file was removed while it was in use."""


class Damage(NamedTuple):
    """What could not be read of one file, and what was lost with it."""

    what: What
    file: str
    offset: int
    bytes: int
    records: int | None
    """Lost records that had been acknowledged, as far as that is known; None when it cannot be."""


class Segment(NamedTuple):
    """What is known of one file. A value: the writer replaces it, readers keep theirs."""

    path: Path
    marker: bytes
    first: int
    last: int
    """Seqs; last = first - 1 while it is empty."""
    size: int
    """Up to the end of its last good record."""
    oldest: int = NEVER_OLD
    newest: int = NEVER_NEW
    """Least and greatest time of receipt, ms."""


class Header(NamedTuple):
    marker: bytes
    first: int
    previous_first: int
    previous_last: int
    previous_oldest: int
    previous_newest: int
    """Of the segment before, which is complete by then: opening the journal need not read it."""

    def pack(self) -> bytes:
        fields = HEADER.pack(MAGIC, VERSION, *self, 0)[: -CRC.size]
        return fields + CRC.pack(crc32(fields))


def path_of(folder: Path, first: int) -> Path:
    return folder / f"{first:020d}.journal"


def first_of(path: Path) -> int | None:
    """The first seq of a segment by its name; None when the file is no segment."""
    match = NAME.fullmatch(path.name)
    return int(match[1]) if match else None


def read_header(fd: int, first: int) -> Header | None:
    """None when it is damaged, cut, or not that of the segment with this first seq."""
    block = os.pread(fd, HEADER.size, 0)
    if len(block) < HEADER.size:
        return None
    magic, version, *fields, crc = HEADER.unpack(block)
    header = Header(*fields)
    intact = (magic, version, header.first, crc32(block[: -CRC.size])) == (MAGIC, VERSION, first, crc)
    return header if intact else None


def newer_version(header: bytes) -> int:
    """The version of a whole header that a newer program wrote; 0 for any other, damaged ones included."""
    magic, version, *_, crc = HEADER.unpack(header)
    intact = magic == MAGIC and crc32(header[: -CRC.size]) == crc
    return int(version) if intact and version > VERSION else 0


def encode(messages: Sequence[Message], seq: int, marker: bytes) -> bytes:
    """The records of these messages, numbered from seq.

    Raises ValueError when a topic is longer than MQTT allows (65,535 bytes) or a payload is beyond 4 GiB.
    """
    records: list[bytes] = []
    pack, mark, fixed = BODY.pack, MARK.pack, HEAD.size
    for number, (topic, payload, received, retained, replayed, broker) in enumerate(messages, seq):
        name = (f"{broker}\0{topic}" if broker else topic).encode("utf-8", "surrogatepass")
        named, length = len(name), len(payload)
        if named > 0xFFFF or length > 0xFFFF0000:
            raise ValueError(f"topic of {named} bytes, payload of {length}: longer than MQTT allows")
        flags = (RETAINED if retained else 0) | (REPLAYED if replayed else 0) | (FOREIGN if broker else 0)
        body = pack(fixed + named + length, number, received, named, flags) + name + payload
        records.append(mark(marker, crc32(body)) + body)
    return b"".join(records)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


class Walk:
    """Reads the records of one segment in order, from a place on; steps over damage and tells of it.

    `offset` and `seq` are always the place of the next record, so that a later walk can begin there.
    """

    def __init__(
        self, fd: int, segment: Segment, offset: int = HEADER.size, seq: int | None = None, limit: int = NEVER_OLD
    ) -> None:
        """`limit`: no seq beyond it is one of this segment, for a segment whose `last` is not known yet."""
        self.fd = fd
        self.segment = segment
        self.limit = segment.last if segment.last >= segment.first else limit
        self.offset = offset
        self.seq = segment.first if seq is None else seq
        self.damage: list[Damage] = []

    def take(self, after: int, limit: int, max_bytes: int) -> list[Entry]:
        """At most `limit` entries with seq > after and about max_bytes of topic and payload; [] only at the end."""
        entries: list[Entry] = []
        room, want, end = max_bytes, CHUNK, self.segment.size
        while len(entries) < limit and self.offset < end:
            block = os.pread(self.fd, min(want, end - self.offset), self.offset)
            used, room, need = self._decode(block, entries, after, limit, room)
            if room <= 0:
                break
            if used:
                want = CHUNK
            elif len(block) < need <= end - self.offset and len(block) == min(want, end - self.offset):
                want = need
            elif len(entries) < limit:
                self._step_over_damage()
        if not entries and self.offset >= end:
            self._miss_the_rest()
        return entries

    def _decode(self, block: bytes, entries: list[Entry], after: int, limit: int, room: int) -> tuple[int, int, int]:
        """Append what is whole and right in the block; give bytes used, room left, bytes the next record needs."""
        marker, seq, size = self.segment.marker, self.seq, len(block)
        unpack, head, position, need = HEAD.unpack_from, HEAD.size, 0, HEAD.size
        while position + head <= size and len(entries) < limit:
            mark, crc, length, number, received, named, flags = unpack(block, position)
            if mark != marker or number != seq or length < head + named:
                need = 0
                break
            end = position + length
            if end > size:
                need = length
                break
            if crc32(block[position + UNCOVERED : end]) != crc:
                need = 0
                break
            if seq > after:
                if entries and room < length - head:
                    room = 0
                    break
                room -= length - head
                cut = position + head + named
                topic = block[position + head : cut].decode("utf-8", "surrogatepass")
                message = Message(topic, block[cut:end], received, flags & RETAINED != 0, flags & REPLAYED != 0)
                entries.append(Entry(seq, _foreign(message) if flags & FOREIGN else message))
            seq += 1
            position = end
        self.seq = seq
        self.offset += position
        return position, room, need

    def _step_over_damage(self) -> None:
        """Go to the next good record, or to the end."""
        found = find_record(self.fd, self.segment, self.offset, self.seq, self.limit)
        if found is not None:
            offset, seq = found
            self._lost(offset - self.offset, seq - self.seq)
            self.offset, self.seq = found
        else:
            self._miss_the_rest()

    def _miss_the_rest(self) -> None:
        end = self.segment.size
        records = self.segment.last + 1 - self.seq
        if self.offset < end or records > 0:
            self._lost(end - self.offset, max(records, 0))
            self.offset, self.seq = end, self.segment.last + 1

    def _lost(self, size: int, records: int) -> None:
        self.damage.append(Damage(What.RECORDS, self.segment.path.name, self.offset, size, records))


def _foreign(message: Message) -> Message:
    broker, _, topic = message.topic.partition("\0")
    return message._replace(topic=topic, broker=broker)


def find_record(fd: int, segment: Segment, start: int, seq: int, limit: int = NEVER_OLD) -> tuple[int, int] | None:
    """Offset and seq of the first good record after `start`, where record `seq` should have been; None without one.

    A record beyond `limit` is of another segment, whose blocks the disk has put here: whoever believed it would pass
    over those that stand in their right place.
    """
    position = start + 1
    while position + HEAD.size <= segment.size:
        block = os.pread(fd, min(CHUNK, segment.size - position), position)
        hit = block.find(segment.marker)
        while hit >= 0:
            offset = position + hit
            number = _good_record(fd, segment, offset)
            # Only so many records fit between: a seq beyond that is no seq.
            if number is not None and number <= limit and 0 <= number - seq <= (offset - start) // HEAD.size:
                return offset, number
            hit = block.find(segment.marker, hit + 1)
        if len(block) < HEAD.size:
            return None
        position += len(block) - len(segment.marker) + 1
    return None


def _good_record(fd: int, segment: Segment, offset: int) -> int | None:
    head = os.pread(fd, HEAD.size, offset)
    if len(head) < HEAD.size:
        return None
    _, crc, length, seq, _, named, _ = HEAD.unpack(head)
    if length < HEAD.size + named or offset + length > segment.size or seq < segment.first:
        return None
    record = os.pread(fd, length, offset)
    return int(seq) if len(record) == length and crc32(record[UNCOVERED:]) == crc else None
