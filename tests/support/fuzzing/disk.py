"""What is on our own disk, after whatever became of it: the journal, the cursor, the session, the quarantine."""

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

from devices.errors import NewerFormat, VigiterreError
from devices.reading import Message, Reason, Refusal
from fuzzing.mutate import noise, spoiled, spoiled_json
from fuzzing.parcel import pack, unpack
from fuzzing.target import NOW, Tally, Unexplained
from fuzzing.wire import BROKER
from ingest.cursor import Cursor
from ingest.journal import Entry, Journal, JournalReader
from ingest.quarantine import Quarantine, Row
from ingest.segment import Header, What, path_of
from ingest.session_file import remember_session, session_expected, subscribed_before

BIG = 1 << 40
MARKER = b"\x8aVg\x03"
MESSAGES = 24
SEGMENT_BYTES = 700


def message(seq: int) -> Message:
    topic = f"vigiterre/road/d{seq}/up"
    return Message(
        topic, b"%d" % seq * (seq * 5 % 23), NOW + seq, seq % 7 == 0, seq % 5 == 0, "tts" if seq % 6 == 0 else ""
    )


def opened(folder: Path) -> Journal:
    return Journal(folder, segment_bytes=SEGMENT_BYTES, max_bytes=BIG, max_age_ms=BIG, tail_messages=0)


def everything(journal: JournalReader) -> list[Entry]:
    entries: list[Entry] = []
    while part := journal.read(entries[-1].seq if entries else 0, 7):
        entries += part
    return entries


class Journals:
    """Laws, whatever became of the files of a journal:

    - no entry is read that was not written, and what is read is in order;
    - every entry whose bytes, and those before it in its file, are as they were, is read;
    - when an entry is missing, `recovered` says so;
    - the journal takes messages again, under seqs that were never used, and opens without a word the next time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "journal"
        self._whole, self._written = written(folder / "whole")
        self._ends = {name: ends(content, int(name[:20])) for name, content in self._whole.items()}
        self._names = sorted(self._whole)

    def draw(self, chance: Random) -> bytes:
        parts: dict[str, bytes] = {}
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            name = chance.choice(self._names)
            content = parts.get(name, self._whole[name])
            parts[name] = self._spoiled(content, chance)
        if chance.random() < 0.03:
            parts[path_of(Path(), MESSAGES + chance.randrange(1, 60)).name] = noise(chance, 900)
        if chance.random() < 0.02:
            parts[chance.choice(("00000000000000000003.damaged", "lock", "x.journal"))] = noise(chance)
        return pack(parts.items())

    def _spoiled(self, content: bytes, chance: Random) -> bytes:
        kind = chance.random()
        if kind < 0.15:
            return content[: chance.randrange(len(content) + 1)]
        if kind < 0.25:
            start = chance.randrange(len(content) + 1)
            return content[:start] + bytes(chance.randrange(200)) + content[start:]
        if kind < 0.3:
            return chance.choice((b"", noise(chance, 900), content + content, content[:60] * 5))
        return spoiled(content, chance, list(self._whole.values()))

    def run(self, data: bytes) -> Tally:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        given = {**self._whole, **{Path(name).name or "x": content for name, content in unpack(data)}}
        for name, content in given.items():
            if "\0" not in name and len(name.encode()) < 200 and name not in (".", ".."):
                (self._folder / name).write_bytes(content)
        with opened(self._folder) as journal:
            kept = everything(journal)
            self._judge(kept, given, journal)
            tally = Tally(len(kept), Counter(one.what.value for one in journal.recovered))
            last = journal.append([message(99)])
            assert last > max((one.seq for one in kept), default=0)
            assert last > max(self._safe(given), default=0)
            assert everything(journal)[-1] == Entry(last, message(99))
            assert list(journal.scan(0, 2 * NOW))[-1].seq == last
        with opened(self._folder) as journal:
            assert everything(journal) == [*kept, Entry(last, message(99))], "another opening reads other entries"
            assert not [one for one in journal.recovered if one.what in (What.TORN_TAIL, What.HEADER, What.SET_ASIDE)]
        return tally

    def _judge(self, kept: list[Entry], given: dict[str, bytes], journal: Journal) -> None:
        seqs = [one.seq for one in kept]
        assert seqs == sorted(set(seqs)), "out of order"
        assert all(self._written.get(one.seq) == one.message for one in kept), "an entry that nobody wrote"
        missing = self._safe(given) - set(seqs)
        assert not missing, f"entries {sorted(missing)} before any damage are missing"
        if len(kept) < len(self._written) - self._cut_off(given) and not journal.recovered:
            raise Unexplained("entries are missing, and nothing is said")

    def _cut_off(self, given: dict[str, bytes]) -> int:
        """Entries of the last segment after a cut exactly between two of them: nothing on the disk tells of those."""
        last = self._names[-1]
        clean = self._whole[last].startswith(given[last])
        return sum(end > len(given[last]) for end in self._ends[last].values()) if clean else 0

    def _safe(self, given: dict[str, bytes]) -> set[int]:
        """Entries whose file is as it was up to their end."""
        found = set()
        for name, content in self._whole.items():
            same = common(content, given[name])
            found |= {seq for seq, end in self._ends[name].items() if end <= same}
        return found

    def close(self) -> None:
        pass


def written(folder: Path) -> tuple[dict[str, bytes], dict[int, Message]]:
    """Name -> content of the segments of a journal, the same in every process; seq -> message."""
    folder.mkdir(parents=True)
    path_of(folder, 1).write_bytes(Header(MARKER, 1, 0, 0, 0, 0).pack())
    with opened(folder) as journal:
        for seq in range(1, MESSAGES, 3):
            journal.append([message(seq), message(seq + 1), message(seq + 2)])
        entries = everything(journal)
    assert len(entries) == MESSAGES
    return {one.name: one.read_bytes() for one in sorted(folder.glob("*.journal"))}, dict(entries)


def ends(content: bytes, seq: int) -> dict[int, int]:
    """Seq -> where its record ends, by its own length field."""
    found, at = {}, len(Header(MARKER, 1, 0, 0, 0, 0).pack())
    while at < len(content):
        at += int.from_bytes(content[at + 8 : at + 12], "little")
        found[seq] = at
        seq += 1
    return found


def common(one: bytes, other: bytes) -> int:
    """Bytes at the beginning that are the same."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


class SmallFiles:
    """Laws: a cursor is what was saved or 0, never more; a session file is read, or expects nothing, and is mended."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._cursor, self._session = Cursor(folder / "store.cursor"), folder / "session.json"
        saved = []
        for seq in (0, 1, 77, 123_456_789, 2**63):
            self._cursor.save(seq)
            saved.append(self._cursor.path.read_bytes())
        self._cursors = dict(zip(saved, (0, 1, 77, 123_456_789, 2**63), strict=True))
        remember_session(self._session, BROKER)
        self._sessions = [
            self._session.read_bytes(),
            b'{"broker": "127.0.0.1:1883", "client_id": "fuzz", "filters": ["a/#", 1]}',
        ]

    def draw(self, chance: Random) -> bytes:
        if chance.random() < 0.6:
            content = chance.choice(sorted(self._cursors))
            return pack(
                [
                    (
                        "cursor",
                        spoiled(content, chance, sorted(self._cursors)) if chance.random() < 0.9 else noise(chance),
                    )
                ]
            )
        content = chance.choice(self._sessions)
        return pack([("session", spoiled_json(content, chance) if chance.random() < 0.6 else spoiled(content, chance))])

    def run(self, data: bytes) -> Tally:
        tally = Tally()
        for name, content in unpack(data):
            tally.add(self._cursor_of(content) if name == "cursor" else self._session_of(content))
        return tally

    def _cursor_of(self, content: bytes) -> Tally:
        self._cursor.path.write_bytes(content)
        try:
            seq = self._cursor.load()
        except NewerFormat:
            assert content.startswith(b"v"), "a file of today is taken for one of a newer version"
            return Tally(0, Counter({"NewerFormat": 1}))
        assert seq == self._cursors.get(content, seq), "a good cursor is not believed"
        if seq == 0:
            return Tally(0, Counter({"begins_again": 1}))
        assert content.startswith(b"%d " % seq), "a cursor that nobody saved"
        self._cursor.save(seq)
        assert self._cursor.path.read_bytes() == content, "a cursor that is not as we write it"
        return Tally(1)

    def _session_of(self, content: bytes) -> Tally:
        self._session.write_bytes(content)
        expected, filters = session_expected(self._session, BROKER), subscribed_before(self._session, BROKER)
        assert all(isinstance(one, str) for one in filters)
        assert expected or not filters
        remember_session(self._session, BROKER)
        assert session_expected(self._session, BROKER), "it is not mended"
        return Tally(expected, Counter({"not_expected": not expected}))

    def close(self) -> None:
        pass


class Quarantines:
    """Law: whatever the file holds, what is added next is kept, or SQLite's own error says why not.

    SQLite has no checksums: a page that is damaged in a way it does not look for can swallow a row. Those are counted.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._path = folder, folder / "quarantine.sqlite"
        refusal = Refusal(Reason.SCHEMA, "values.t: Input should be a valid number", "d1")
        with Quarantine(self._path, BIG, BIG) as quarantine:
            quarantine.add([Row(seq, -1, message(seq), refusal) for seq in range(1, 40)])
        self._row = Row(1_000, -1, message(1_000), refusal)
        self._whole = self._path.read_bytes()

    def draw(self, chance: Random) -> bytes:
        content = bytearray(self._whole)
        for _ in range(chance.choice((1, 3, 30))):
            at = chance.randrange(100) if chance.random() < 0.3 else chance.randrange(len(content))
            content[at] ^= 1 << chance.randrange(8)
        kind = chance.random()
        if kind < 0.2:
            del content[chance.randrange(len(content)) :]
        elif kind < 0.4:
            page = 4096 * chance.randrange(len(content) // 4096)
            content[page : page + 4096] = chance.choice((bytes(4096), chance.randbytes(4096)))
        return bytes(content)

    def run(self, data: bytes) -> Tally:
        for one in self._folder.glob("quarantine.sqlite*"):
            one.unlink()
        self._path.write_bytes(data)
        try:
            with Quarantine(self._path, BIG, BIG) as quarantine:
                quarantine.add([self._row])
                found = quarantine.list()
        except (sqlite3.DatabaseError, VigiterreError) as error:  # of a newer version, it must not be touched
            if not str(error):
                raise Unexplained("an error of SQLite without a word") from error
            return Tally(0, Counter({type(error).__name__: 1}))
        aside = len([*self._folder.glob("*.damaged*")])
        if any(one.seq == self._row.seq and one.payload == self._row.message.payload for one in found):
            return Tally(1, Counter({"set_aside": aside}))
        assert self._is_broken(), "it is not kept, and the file is sound"
        return Tally(0, Counter({"damage_that_sqlite_does_not_see": 1}))

    def _is_broken(self) -> bool:
        with closing(sqlite3.connect(self._path)) as connection:
            return bool(connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)])

    def close(self) -> None:
        pass
