"""A worker: takes its share of the messages, stores what is good, and passes it on to the process of the alerts.

journal -> forerunner -> pipeline -> store        relay and late hours -> vigiterre-live/...
"""

from pathlib import Path

import structlog

from devices.errors import ConfigError
from devices.problems import Bilingual, Problem
from devices.quantity import own_retention
from devices.reading import Message
from devices.registry import Registry
from ingest.cursor import Cursor
from ingest.forerunner import Forerunner
from ingest.limits_file import FILE as LIMITS
from ingest.limits_file import LimitsFile
from ingest.live import LATE, READINGS, WORKERS, Sign, lates, live_root, signs
from ingest.outlet import Outlet
from ingest.pipeline import Pipeline
from ingest.relay import Relay
from ingest.sift import Sieve
from stores.late_hours import LateHours
from stores.port import Store
from vigiterre.backup.versions import RELAY_CURSOR
from vigiterre.broker import our_broker
from vigiterre.chores import Chores
from vigiterre.marking.marking import Marking
from vigiterre.marking.refusals import Refusals
from vigiterre.moment import now_ms
from vigiterre.operations import Operations
from vigiterre.personal import load_kept
from vigiterre.service import opened_store
from vigiterre.settings import Settings, load_settings
from vigiterre.way_in import Delivery, Memory, WayIn, check_cursor, open_files, refused

log = structlog.get_logger(__name__)


class Worker:
    """Everything one worker needs, wired. `folder` is the configuration folder."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.started = now_ms()
        self.settings = settings
        self.folder = folder
        self.way_in = WayIn(settings, folder)
        data = settings.data_dir
        data.mkdir(parents=True, exist_ok=True)
        self.journal, self.quarantine = open_files(settings)
        self.limits = LimitsFile(data / LIMITS)
        self.memory = Memory(self.journal, self.quarantine, self.limits)
        self.store: Store = opened_store(settings, self.registry)
        self.late = LateHours(data / "rollup.sqlite", now_ms)
        cursor = Cursor(data / "store.cursor")
        check_cursor(cursor, self.journal)
        self.outlet = Outlet(our_broker(settings, f"{settings.mqtt.client_id}-live", (self._topic(READINGS),)))
        self.relay = Relay(
            self.outlet,
            self._topic(READINGS),
            Cursor(data / RELAY_CURSOR),
            self.journal,
            self._informed_sieve,
            begin=min(cursor.load(), self.journal.last),
        )
        self.ahead = Forerunner(self.journal, self.way_in.new_sieve(), self.relay, now_ms)
        self.pipeline = Pipeline(
            self.journal, cursor, self.ahead, self._informed_sieve, self.quarantine, self.store, self.late
        )
        self.marking = Marking(self.store, [Refusals(self.pipeline.refusals, lambda: self.registry)])
        self.journal.expire(now_ms(), self.undone)
        self.memory.remind(self.ahead.sieve, self.relay.done, self.pipeline.done)
        self.operations = Operations(self.journal, self.quarantine, self.pipeline)
        self.delivery = Delivery(self.journal, lambda: self.undone, lambda: None, self.pipeline.keep_pace)
        self.chores = Chores()

    def _topic(self, kind: str) -> str:
        mqtt = self.settings.mqtt
        return f"{live_root(mqtt.root)}/{kind}/{mqtt.client_id}"

    async def _informed_sieve(self, done: int) -> Sieve:
        """One that knows what came in the hour before."""
        return await self.memory.remind_slowly(self.way_in.new_sieve(), done)

    @property
    def registry(self) -> Registry:
        return self.way_in.registry

    @property
    def chores_trouble(self) -> Bilingual:
        return self.chores.trouble

    @property
    def undone(self) -> int:
        """Seq up to which neither the store nor the alerts need the journal any more."""
        return min(self.pipeline.done, self.relay.told)

    async def deliver(self, messages: list[Message]) -> None:
        """What the receiver calls: when it returns, the messages are on disk and may be acknowledged."""
        await self.delivery.deliver(messages)

    def reload(self) -> list[Problem]:
        """Read the configuration folder again -> what is wrong with it. A broken one changes nothing."""
        try:
            territory = load_kept(self.folder, self.settings)
            load_settings(self.folder)
        except ConfigError as error:
            return refused(error)
        self.way_in.replace(territory, self.chores.thread)
        self.store.keep_apart(own_retention(self.registry.quantities))
        self.ahead.sieve = self.way_in.sieve_like(self.ahead.sieve)
        self.pipeline.forget_sieve()
        self.relay.forget_sieve()
        log.info("config_reloaded", devices=len(self.registry.devices))
        return []

    def housekeep(self) -> None:
        """Once a minute. The store's retention and the roll-ups are the alerts process's."""
        now = now_ms()
        self.journal.expire(now, self.undone)
        self.quarantine.expire(now)

    async def tell_late_hours(self) -> bool:
        """Some of them, to who rolls up. False when there are none. Raises LinkDown, StoreUnavailable."""
        some = self.late.some()
        if not some:
            return False
        told = lates.dump_json({"hours": [(one.hour, one.device) for one in some]})
        if await self.outlet.publish(self._topic(LATE), told):
            self.late.clear(some)
            return True
        return False

    def give_sign(self, connected: bool, checks: dict[str, str]) -> None:
        """That we live, and how we are."""
        now = now_ms()
        sign: Sign = {
            "time": now,
            "connected": connected,
            "waiting": self.journal.last - self.relay.told,
            "lag": self.relay.lag(now),
            "checks": {name: words for name, words in checks.items() if words},
        }
        self.outlet.say(self._topic(WORKERS), signs.dump_json(sign))

    def close(self) -> None:
        self.pipeline.close()
        self.relay.close()
        self.marking.close()
        self.way_in.close()
        self.chores.close()
        self.delivery.close()
        self.journal.close()
        self.quarantine.close()
        self.late.close()
        self.store.close()
