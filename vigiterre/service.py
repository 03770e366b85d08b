"""The composition root: builds what every process needs from the settings.

journal -> forerunner -> pipeline -> store        quarantine, roll-ups and housekeeping beside them
           alerting -> outbox -> sender           alerts, told by the forerunner
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import structlog

from alerts.alerting import Alerting
from alerts.book import FILE as BOOK
from alerts.book import Book
from alerts.links import Links, read_key
from alerts.load import AlertConfig, load_alerts
from alerts.notices.case import Case
from alerts.notices.plan import Plan
from alerts.notices.sender import Sender
from dashboards.console.accounts.accounts import Accounts
from devices.errors import ConfigError, JournalFull, StoreUnavailable
from devices.problems import NOTHING, Problem
from devices.reading import Message
from devices.registry import Registry
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.cursor import Cursor
from ingest.duplicates import Duplicates
from ingest.forerunner import Forerunner
from ingest.frames import WINDOW_MS, Frames
from ingest.journal import Entry, Journal
from ingest.load import load_territory
from ingest.pipeline import Pipeline
from ingest.quarantine import Quarantine
from ingest.sandbox import Sandbox
from ingest.sift import Formats, Sieve
from stores.open import open_store
from stores.port import Store
from stores.roller import Roller
from stores.sqlite_file import said as said_of
from vigiterre.exporting import Exporting
from vigiterre.marking.fleet import Fleet
from vigiterre.marking.marking import Marking
from vigiterre.marking.refusals import Refusals
from vigiterre.marking.resolution import Resolution
from vigiterre.operations import Operations
from vigiterre.settings import Settings, load_settings, secret
from vigiterre.texts import said

log = structlog.get_logger(__name__)

DAY_MS = 86_400_000
HOUSEKEEPING_SECONDS = 60
MINUTE_MS = 60_000
REMEMBERED = 200_000
REMEMBERED_REFUSED = 10_000
CHUNK = 1_000
INCOMPLETE = "what may not have been stored is gone: put the segments back from a backup, and start again"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Service:
    """Everything one process needs, wired. `folder` is the configuration folder; `telling=False` tells nobody."""

    def __init__(self, settings: Settings, folder: Path, *, telling: bool = True) -> None:
        self.started = now_ms()
        self.settings = settings
        self.folder = folder
        self.telling = telling
        self.source_codecs = source_codecs()
        self.registry, self.sources, self.scripts = load_territory(folder, settings.mqtt.root)
        config = self._load_alerts(self.registry)
        data = settings.data_dir
        data.mkdir(parents=True, exist_ok=True)
        self.journal, self.quarantine = open_files(settings)
        self.store: Store = open_store(
            settings.store_url,
            secret(settings.store.password, settings.store.password_file),
            raw_days=settings.store.raw_days,
            rollup_days=settings.store.rollup_days,
        )
        self.roller = Roller(
            self.store, data / "rollup.sqlite", self.registry.quantities, settings.store.raw_days * DAY_MS, now_ms()
        )
        self.sandbox = Sandbox(self.scripts)
        cursor = Cursor(data / "store.cursor")
        check_cursor(cursor, self.journal)
        self.alerting = self._alerting(config, min(cursor.load(), self.journal.last))
        self.links = Links(self.alerting.book.connection, self.alerting.book.lock, read_key(data))
        self.sender = Sender(
            self.alerting.outbox,
            config.plan,
            lambda numbers: self.alerting.look(numbers, now_ms()),
            now_ms,
            acknowledge=self._acknowledge_url,
            healthy=self._healthy,
            public_url=settings.console.public_url,
        )
        self.alerting.wake = self.sender.wake
        self.healthy: Callable[[], bool] = lambda: True
        """Whether the heartbeat may say that all is well."""
        self.ahead = Forerunner(self.journal, self._sieve(), self.alerting, now_ms)
        self.pipeline = Pipeline(
            self.journal, cursor, self.ahead, self._informed_sieve, self.quarantine, self.store, self.roller
        )
        self.exporting = Exporting(self.alerting, self.store, settings.language)
        self.marking = Marking(
            self.store,
            [
                Resolution(settings.store.raw_days),
                Fleet(self.alerting, self.store),
                Refusals(self.pipeline.refusals, lambda: self.registry),
            ],
        )
        self.journal.expire(now_ms(), self.undone)
        for entries in self._recent(self.alerting.done):
            self.ahead.sieve.remember(entries)
        self._remember_refused(self.ahead.sieve, self.pipeline.done)
        self.accounts = Accounts(data, settings.console.session_hours)
        self.operations = Operations(self.journal, self.quarantine, self.pipeline)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._chores = ThreadPoolExecutor(1, thread_name_prefix="chores")
        self.chores_trouble = NOTHING
        self._store_ready = False
        self._reloading: asyncio.Task[None] | None = None

    def _sieve(self) -> Sieve:
        return Sieve(
            self.registry,
            Formats(CODECS, self.source_codecs, PAYLOADS, self.sources, self.sandbox.decode),
            Duplicates(),
            Frames(),
            root=self.settings.mqtt.root,
            max_age=self.settings.clock.max_age_days * DAY_MS,
            max_payload=self.settings.mqtt.max_payload,
        )

    def _load_alerts(self, registry: Registry) -> AlertConfig:
        config = load_alerts(self.folder, registry)
        return config if self.telling else replace(config, plan=Plan())

    def _alerting(self, config: AlertConfig, begin: int) -> Alerting:
        """`begin`: what was stored before there were alerts is history."""
        alerting = Alerting(
            Book(self.settings.data_dir / BOOK),
            config,
            self.registry,
            now_ms(),
            begin=begin,
            lateness=self.settings.alerts.lateness_minutes * MINUTE_MS,
        )
        alerting.begin_within(self.journal.last)
        return alerting

    def _acknowledge_url(self, notice: str, channel: str, now: int) -> str:
        address = self.settings.console.public_url
        return f"{address}/ack/{self.links.make(notice, channel, now)}" if address else ""

    def _healthy(self) -> bool:
        return self.healthy()

    @property
    def undone(self) -> int:
        """Seq up to which neither the store nor the alerts need the journal any more."""
        return min(self.pipeline.done, self.alerting.sampled)

    async def _informed_sieve(self, done: int) -> Sieve:
        """One that knows what came in the hour before; made while others work, so a little at a time."""
        sieve = self._sieve()
        for entries in self._recent(done):
            sieve.remember(entries)
            await asyncio.sleep(0)
        self._remember_refused(sieve, done)
        return sieve

    def _remember_refused(self, sieve: Sieve, done: int) -> None:
        """What a damaged journal has lost may come again, and is in quarantine already.

        Only up to `done`: beyond it, the rest of a message that is refused in part is not yet stored.
        """
        if self.journal.recovered:
            known = self.quarantine.list(since=now_ms() - WINDOW_MS, limit=REMEMBERED_REFUSED)
            sieve.remember_refused((one.device, one.payload, one.item) for one in known if one.seq <= done)

    def _recent(self, done: int) -> Iterator[list[Entry]]:
        """What came in the hour before `done`, so that its copies are told apart, a chunk at a time."""
        since = now_ms() - WINDOW_MS
        after = max(0, done - REMEMBERED)
        while after < done and (entries := self.journal.read(after, min(CHUNK, done - after))):
            after = entries[-1].seq
            yield [
                entry
                for entry in entries
                if entry.seq <= done and entry.message.received >= since and not entry.message.replayed
            ]

    def topics(self) -> tuple[str, ...]:
        """The topic filters of our broker: our own devices', and those of its sources."""
        return (f"{self.settings.mqtt.root}/#", *self.sources.filters())

    def take_requests(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of what the codecs with a memory want to ask, each once."""
        asking = [getattr(codec, "take_requests", None) for codec in self.source_codecs.values()]
        return [request for take in asking if take for request in take()]

    async def deliver(self, messages: list[Message]) -> None:
        """What the receiver calls: when it returns, the messages are on disk and may be acknowledged."""
        await asyncio.get_running_loop().run_in_executor(self._disk, self._append, messages)
        self.pipeline.wake()

    def _append(self, messages: list[Message]) -> None:
        try:
            self.journal.append(messages)
        except JournalFull:
            if self.alerting.sampled < self.pipeline.done:
                self.alerting.hasten()
            if not self.journal.expire(now_ms(), self.undone):
                raise
            self.journal.append(messages)

    def check(self, folder: Path) -> None:
        """Raises ConfigError with what would keep this process from running on a configuration folder."""
        load_alerts(folder, load_territory(folder, self.settings.mqtt.root).registry)
        load_settings(folder)

    def reload(self) -> list[Problem]:
        """Read the configuration folder again -> what is wrong with it. A broken one changes nothing."""
        try:
            registry, sources, scripts = load_territory(self.folder, self.settings.mqtt.root)
            config = self._load_alerts(registry)
            load_settings(self.folder)
        except ConfigError as error:
            for problem in error.problems:
                log.warning("config_rejected", problem=problem.text("en"))
            log.warning("config_kept", reason="the new configuration has errors; the old one stays in force")
            return error.problems
        self.registry, self.sources, self.scripts = registry, sources, scripts
        if scripts != self.sandbox.sources:
            self._chores.submit(self.sandbox.close)  # waits for the batch that is in it
            self.sandbox = Sandbox(scripts)
        sieve = self._sieve()
        sieve.duplicates, sieve.frames = self.ahead.sieve.duplicates, self.ahead.sieve.frames
        self.ahead.sieve = sieve
        self.pipeline.forget_sieve()
        self.roller.quantities = registry.quantities
        self.sender.replace_plan(config.plan)
        self._reloading = asyncio.create_task(self.alerting.reload(config, registry, now_ms()))
        self._reloading.add_done_callback(_say_failure)
        log.info("config_reloaded", devices=len(registry.devices), rules=len(config.rules))
        return []

    async def housekeep(self) -> None:
        """Roll-ups and retention, once a minute, for ever. A store that is away is tried again the next minute."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._chores, self._housekeep_once)
                self.chores_trouble = NOTHING
            except StoreUnavailable as error:
                log.warning("housekeeping_waits", error=str(error))
            except Exception as error:  # the next minute may be better, and ingest must not die of this
                self.chores_trouble = said("housekeeping_failed", detail=f"{type(error).__name__}: {error}")
                log.exception("housekeeping_failed")
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    def _housekeep_once(self) -> None:
        now = now_ms()
        self.journal.expire(now, self.undone)  # first: it needs no store, and makes the room that is asked for
        if not self._store_ready:  # nothing may have been written since the start, and the database may be new
            self.store.ensure_schema()
            self._store_ready = True
        while self.roller.run(now).remaining:
            pass
        self.quarantine.expire(now)
        with self.alerting.book.transaction():
            self.alerting.book.expire(now - self.settings.alerts.history_days * DAY_MS)
        self.accounts.expire(now, self.settings.console.audit_days * DAY_MS)
        keep = self.settings.store
        self.store.expire(
            now - keep.raw_days * DAY_MS if keep.raw_days else 0,
            now - keep.rollup_days * DAY_MS if keep.rollup_days else 0,
        )

    def open_alerts(self) -> list[Case]:
        alerting = self.alerting
        return list(alerting.look([one.id for one in list(alerting.unclosed.values()) if one.open], now_ms()).values())

    def look_at_link(self, token: str) -> list[Case]:
        """The alerts behind an acknowledge link. Raises BadLink, StoreUnavailable."""
        now = now_ms()
        with said_of(self.alerting.book.path):
            numbers = self.alerting.outbox.alerts_of(self.links.read(token, now).notice)
        return list(self.alerting.look(numbers, now).values())

    def close(self) -> None:
        self.pipeline.close()
        self.exporting.close()
        self.marking.close()
        self.alerting.close()
        self.sandbox.close()
        self._chores.shutdown(wait=True)
        self._disk.shutdown(wait=True)
        self.accounts.close()
        self.journal.close()
        self.quarantine.close()
        self.roller.close()
        self.store.close()


def open_files(settings: Settings) -> tuple[Journal, Quarantine]:
    """Raises JournalLocked, NewerFormat, and StoreUnavailable where the disk is full or must not be written."""
    journal, quarantine = settings.data_dir / "journal", settings.data_dir / "quarantine.sqlite"
    keep, refused = settings.journal, settings.quarantine
    with said_of(journal):
        opened = Journal(journal, max_bytes=keep.max_bytes, max_age_ms=keep.max_days * DAY_MS)
    try:
        with said_of(quarantine):
            return opened, Quarantine(quarantine, refused.max_days * DAY_MS, refused.max_bytes)
    except BaseException:
        opened.close()
        raise


def check_cursor(cursor: Cursor, journal: Journal) -> None:
    """A cursor that does not fit the journal is that of another one: nothing of this one may be passed over for it."""
    done, last = cursor.load(), journal.last
    # A damaged end may have been done: its numbers are not given again, and the cursor is right.
    if done > last and last and not journal.recovered:
        log.warning("cursor_of_another_journal", cursor=done, journal=last, remedy="none needed: all is stored again")
        cursor.save(0)
    elif 0 < done < journal.first - 1:
        log.error("journal_incomplete", missing_from=done + 1, missing_to=journal.first - 1, remedy=INCOMPLETE)


def _say_failure(task: "asyncio.Task[None]") -> None:
    """Nobody waits for it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("alerts_not_reloaded", exc_info=error)
