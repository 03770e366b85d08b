"""The composition root: builds what every process needs from the settings.

journal -> forerunner -> pipeline -> store        quarantine, roll-ups and housekeeping beside them
           alerting -> outbox -> sender           alerts, told by the forerunner
"""

import asyncio
from collections.abc import Callable
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
from devices.errors import ConfigError
from devices.problems import Bilingual, Problem
from devices.quantity import own_retention
from devices.reading import Message
from devices.registry import Registry
from ingest.cursor import Cursor
from ingest.forerunner import Forerunner
from ingest.journal import Journal
from ingest.limits_file import FILE as LIMITS
from ingest.limits_file import LimitsFile
from ingest.pipeline import Hours, Pipeline, Sink
from ingest.quarantine import Quarantine
from ingest.sift import Sieve
from ingest.sources import Sources
from stores.open import open_store
from stores.port import Store
from stores.roller import Roller
from stores.sqlite_file import said as said_of
from vigiterre.chores import Chores
from vigiterre.exporting import Exporting
from vigiterre.marking.fleet import Fleet
from vigiterre.marking.marking import Marking
from vigiterre.marking.refusals import Refusals
from vigiterre.marking.resolution import Resolution
from vigiterre.moment import DAY_MS, MINUTE_MS, now_ms
from vigiterre.operations import Operations
from vigiterre.personal import load_kept
from vigiterre.settings import Settings, load_settings, secret
from vigiterre.way_in import Delivery, Memory, WayIn, check_cursor, open_files, refused

__all__ = ["Service", "check_cursor", "open_files", "opened_store"]

log = structlog.get_logger(__name__)


class Service:
    """Everything one process needs, wired. `folder` is the configuration folder; `telling=False` tells nobody."""

    def __init__(self, settings: Settings, folder: Path, *, telling: bool = True) -> None:
        self.started = now_ms()
        self.settings = settings
        self.folder = folder
        self.telling = telling
        self.way_in = WayIn(settings, folder)
        config = self._load_alerts(self.registry)
        data = settings.data_dir
        data.mkdir(parents=True, exist_ok=True)
        self.journal, self.quarantine = self._open_files()
        self.limits = LimitsFile(data / LIMITS)
        self.memory = Memory(self.journal, self.quarantine, self.limits)
        self.store: Store = opened_store(settings, self.registry)
        self.roller = Roller(
            self.store, data / "rollup.sqlite", self.registry.quantities, settings.store.raw_days * DAY_MS, now_ms()
        )
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
        self.ahead = self._forerunner()
        sink, hours = self._resting_place()
        self.pipeline = Pipeline(self.journal, cursor, self.ahead, self._informed_sieve, self.quarantine, sink, hours)
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
        self._remind()
        self.accounts = Accounts(data, settings.console.session_hours)
        self.operations = Operations(self.journal, self.quarantine, self.pipeline)
        self.delivery = Delivery(self.journal, lambda: self.undone, self._hasten, self.pipeline.keep_pace)
        self.chores = Chores()
        self._store_ready = False
        self._reloading: asyncio.Task[None] | None = None

    @property
    def registry(self) -> Registry:
        return self.way_in.registry

    @property
    def sources(self) -> Sources:
        return self.way_in.sources

    @property
    def chores_trouble(self) -> Bilingual:
        return self.chores.trouble

    # What differs where the alerts run apart: vigiterre/alert_service.py

    def _open_files(self) -> tuple[Journal, Quarantine]:
        return open_files(self.settings)

    def _forerunner(self) -> Forerunner:
        return Forerunner(self.journal, self.way_in.new_sieve(), self.alerting, now_ms)

    def _resting_place(self) -> tuple[Sink, Hours]:
        """Who stores readings, and who is told of the hours they touched."""
        return self.store, self.roller

    async def _informed_sieve(self, done: int) -> Sieve:
        """One that knows what came in the hour before."""
        return await self.memory.remind_slowly(self.way_in.new_sieve(), done)

    def _remind(self) -> None:
        self.memory.remind(self.ahead.sieve, self.alerting.done, self.pipeline.done)

    def _renew_sieve(self) -> None:
        self.ahead.sieve = self.way_in.sieve_like(self.ahead.sieve)

    def topics(self) -> tuple[str, ...]:
        """The topic filters of our broker."""
        return self.way_in.topics()

    def foreign_sources(self) -> Sources:
        """Those whose foreign brokers are received from."""
        return self.way_in.foreign_sources()

    def take_requests(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of what the codecs with a memory want to ask, each once."""
        return self.way_in.take_requests()

    async def deliver(self, messages: list[Message]) -> None:
        """What the receiver calls: when it returns, the messages are on disk and may be acknowledged."""
        await self.delivery.deliver(messages)

    # What does not

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

    def _append(self, messages: list[Message]) -> None:
        self.delivery.append(messages)

    def _hasten(self) -> None:
        if self.alerting.sampled < self.pipeline.done:
            self.alerting.hasten()

    def check(self, folder: Path) -> None:
        """Raises ConfigError with what would keep this process from running on a configuration folder."""
        load_alerts(folder, load_kept(folder, self.settings).registry)
        load_settings(folder)

    def reload(self) -> list[Problem]:
        """Read the configuration folder again -> what is wrong with it. A broken one changes nothing."""
        try:
            territory = load_kept(self.folder, self.settings)
            config = self._load_alerts(territory.registry)
            load_settings(self.folder)
        except ConfigError as error:
            return refused(error)
        self.way_in.replace(territory, self.chores.thread)
        self.roller.quantities = self.registry.quantities
        self.store.keep_apart(own_retention(self.registry.quantities))
        self._store_ready = False
        self._renew_sieve()
        self.pipeline.forget_sieve()
        self.sender.replace_plan(config.plan)
        self._reloading = asyncio.create_task(self.alerting.reload(config, self.registry, now_ms()))
        self._reloading.add_done_callback(_say_failure)
        log.info("config_reloaded", devices=len(self.registry.devices), rules=len(config.rules))
        return []

    async def housekeep(self) -> None:
        """Roll-ups and retention, once a minute, for ever."""
        await self.chores.run(self._housekeep_once)

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
            {name: now - days * DAY_MS for name, days in own_retention(self.registry.quantities).items()},
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
        self.way_in.close()
        self.chores.close()
        self.delivery.close()
        self.accounts.close()
        self.journal.close()
        self.quarantine.close()
        self.roller.close()
        self.store.close()


def opened_store(settings: Settings, registry: Registry) -> Store:
    return open_store(
        settings.store_url,
        secret(settings.store.password, settings.store.password_file),
        raw_days=settings.store.raw_days,
        rollup_days=settings.store.rollup_days,
        own_days=own_retention(registry.quantities),
    )


def _say_failure(task: "asyncio.Task[None]") -> None:
    """Nobody waits for it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("alerts_not_reloaded", exc_info=error)
