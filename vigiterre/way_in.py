"""The way in of one process: the territory and the codecs, the sieves made of them, and what they must remember.

Used by a process that does everything and by a worker, which stores and passes on (vigiterre/worker.py).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from devices.errors import ConfigError, JournalFull
from devices.problems import Problem
from devices.reading import Message
from devices.registry import Registry
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.cursor import Cursor
from ingest.duplicates import Duplicates
from ingest.frames import WINDOW_MS, Frames
from ingest.journal import Entry, Journal
from ingest.limits import Limits, RateLimits
from ingest.limits_file import LimitsFile
from ingest.load import Territory
from ingest.quarantine import Quarantine
from ingest.sandbox import Sandbox
from ingest.sift import Formats, Sieve
from ingest.sources import Sources
from stores.sqlite_file import said as said_of
from vigiterre.moment import DAY_MS, now_ms
from vigiterre.personal import load_kept
from vigiterre.settings import Settings

log = structlog.get_logger(__name__)

REMEMBERED = 200_000
REMEMBERED_REFUSED = 10_000
CHUNK = 1_000
INCOMPLETE = "what may not have been stored is gone: put the segments back from a backup, and start again"


class WayIn:
    """How messages become readings. Raises ConfigError for a territory that is wrong."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.source_codecs = source_codecs()
        self.registry: Registry
        self.sources: Sources
        self.registry, self.sources, self._scripts = load_kept(folder, settings)
        self._sandbox = Sandbox(self._scripts)

    def new_sieve(self) -> Sieve:
        max_age = self.settings.clock.max_age_days * DAY_MS
        limits = Limits(self.settings.limits.readings_per_hour, self.settings.limits.bytes_per_day)
        return Sieve(
            self.registry,
            Formats(CODECS, self.source_codecs, PAYLOADS, self.sources, self._sandbox.decode),
            Duplicates(),
            Frames(),
            root=self.settings.mqtt.root,
            max_age=max_age,
            max_payload=self.settings.mqtt.max_payload,
            limits=RateLimits(limits, max_age) if any(limits) else None,
        )

    def sieve_like(self, before: Sieve) -> Sieve:
        """One for the territory as it is now, that knows what the one before knew."""
        sieve = self.new_sieve()
        sieve.duplicates, sieve.frames, sieve.limits = before.duplicates, before.frames, before.limits
        return sieve

    def replace(self, territory: Territory, chores: ThreadPoolExecutor) -> None:
        """Another territory from now on; `chores` is where the old sandbox waits for the batch that is in it."""
        self.registry, self.sources, scripts = territory
        if scripts != self._scripts:
            chores.submit(self._sandbox.close)
            self._scripts, self._sandbox = scripts, Sandbox(scripts)

    def topics(self) -> tuple[str, ...]:
        """The topic filters of our broker: our own devices', and those of its sources, shared where they can be.

        A codec with a memory must hear all its messages: in a group, one process has the whole of it.
        """
        mqtt = self.settings.mqtt
        kept = [one.filter for one in self.sources.sources if not one.broker and self._has_memory(one.codec)]
        filters = [f"{mqtt.root}/#", *(one for one in self.sources.filters() if one not in kept)]
        if not mqtt.share:
            return (*filters, *dict.fromkeys(kept))
        shared = tuple(f"$share/{mqtt.share}/{one}" for one in filters)
        return (*shared, *dict.fromkeys(kept)) if mqtt.unshared else shared

    def foreign_sources(self) -> Sources:
        """Those whose brokers we receive from: their sessions cannot be shared."""
        mqtt = self.settings.mqtt
        return self.sources if mqtt.unshared or not mqtt.share else Sources()

    def _has_memory(self, codec: str) -> bool:
        return hasattr(self.source_codecs[codec], "take_requests")

    def take_requests(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of what the codecs with a memory want to ask, each once."""
        asking = [getattr(codec, "take_requests", None) for codec in self.source_codecs.values()]
        return [request for take in asking if take for request in take()]

    def close(self) -> None:
        self._sandbox.close()


class Memory:
    """What a sieve must know of before, taken from the files."""

    def __init__(self, journal: Journal, quarantine: Quarantine, limits: LimitsFile) -> None:
        self._journal = journal
        self._quarantine = quarantine
        self._limits = limits

    def remind(self, sieve: Sieve, judged: int, stored: int) -> None:
        """Of what came in the hour before `judged`, of what was refused up to `stored`, and of the volume used."""
        self._say_until_when(sieve, judged)
        counted = self._resume(sieve)
        for entries in self._recent(judged, counted):
            sieve.remember(entries)
        self._remember_refused(sieve, stored)

    async def remind_slowly(self, sieve: Sieve, done: int) -> Sieve:
        """The same while others work, so a little at a time."""
        self._say_until_when(sieve, done)
        for entries in self._recent(done):
            sieve.remember(entries)
            await asyncio.sleep(0)
        self._remember_refused(sieve, done)
        return sieve

    def _resume(self, sieve: Sieve) -> int | None:
        """Seq up to which the volume is known; None where none is."""
        weighing = sieve.limits is not None and sieve.limits.weighing
        used = self._limits.load(self._journal.last) if weighing else None
        if sieve.limits is None or used is None:
            return None
        sieve.limits.resume(used)
        return used.seq

    def _say_until_when(self, sieve: Sieve, done: int) -> None:
        """So that devices are not refused what they could not send while we were away."""
        if sieve.limits and done and (entries := self._journal.read(done - 1, 1)) and entries[0].seq == done:
            sieve.limits.here_until(entries[0].message.received)

    def _remember_refused(self, sieve: Sieve, done: int) -> None:
        """What a damaged journal has lost may come again, and is in quarantine already.

        Only up to `done`: beyond it, the rest of a message that is refused in part is not yet stored.
        """
        if self._journal.recovered:
            known = self._quarantine.list(since=now_ms() - WINDOW_MS, limit=REMEMBERED_REFUSED)
            sieve.remember_refused((one.device, one.payload, one.item) for one in known if one.seq <= done)

    def _recent(self, done: int, counted: int | None = None) -> Iterator[list[Entry]]:
        """What came in the hour before `done`, so that its copies are told apart, a chunk at a time.

        And whatever came after `counted`, so that its bytes are.
        """
        since = now_ms() - WINDOW_MS
        after = max(0, done - REMEMBERED)
        while after < done and (entries := self._journal.read(after, min(CHUNK, done - after))):
            after = entries[-1].seq
            yield [
                entry
                for entry in entries
                if entry.seq <= done
                and not entry.message.replayed
                and (entry.message.received >= since or (counted is not None and entry.seq > counted))
            ]


class Delivery:
    """Puts what is received into the journal, in a thread of its own."""

    def __init__(
        self,
        journal: Journal,
        undone: Callable[[], int],
        hasten: Callable[[], None],
        keep_pace: Callable[[], Awaitable[None]],
    ) -> None:
        """`undone` is the seq up to which nobody needs the journal; `hasten` asks those who hold it back to hurry.

        `keep_pace` is told that there is more in the journal, and returns when still more is welcome.
        """
        self._journal = journal
        self._undone = undone
        self._hasten = hasten
        self._keep_pace = keep_pace
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="journal")

    async def deliver(self, messages: list[Message]) -> None:
        """What the receiver calls: when it returns, the messages are on disk and may be acknowledged."""
        await self.in_thread(lambda: self.append(messages))
        await self._keep_pace()

    async def in_thread(self, work: Callable[[], None]) -> None:
        """Other work that must be on disk before an acknowledgement."""
        await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def append(self, messages: list[Message]) -> None:
        """Raises JournalFull when nothing of it is done."""
        try:
            self._journal.append(messages)
        except JournalFull:
            self._hasten()
            if not self._journal.expire(now_ms(), self._undone()):
                raise
            self._journal.append(messages)

    def close(self) -> None:
        self._disk.shutdown(wait=True)


def open_files(settings: Settings, name: str = "journal") -> tuple[Journal, Quarantine]:
    """Raises JournalLocked, NewerFormat, and StoreUnavailable where the disk is full or must not be written."""
    journal, quarantine = settings.data_dir / name, settings.data_dir / "quarantine.sqlite"
    keep, refused = settings.journal, settings.quarantine
    with said_of(journal):
        opened = Journal(journal, max_bytes=keep.max_bytes, max_age_ms=keep.max_days * DAY_MS)
    try:
        with said_of(quarantine):
            share = refused.device_share / 100
            return opened, Quarantine(quarantine, refused.max_days * DAY_MS, refused.max_bytes, share)
    except BaseException:
        opened.close()
        raise


def refused(error: ConfigError) -> list[Problem]:
    """Says why another configuration is not taken -> what is wrong with it."""
    for problem in error.problems:
        log.warning("config_rejected", problem=problem.text("en"))
    log.warning("config_kept", reason="the new configuration has errors; the old one stays in force")
    return error.problems


def check_cursor(cursor: Cursor, journal: Journal) -> None:
    """A cursor that does not fit the journal is that of another one: nothing of this one may be passed over for it."""
    done, last = cursor.load(), journal.last
    # A damaged end may have been done: its numbers are not given again, and the cursor is right.
    if done > last and last and not journal.recovered:
        log.warning("cursor_of_another_journal", cursor=done, journal=last, remedy="none needed: all is stored again")
        cursor.save(0)
    elif 0 < done < journal.first - 1:
        log.error("journal_incomplete", missing_from=done + 1, missing_to=journal.first - 1, remedy=INCOMPLETE)
