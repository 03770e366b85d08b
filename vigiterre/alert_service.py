"""The Service of the process that judges what several workers accept. It stores no readings: they have.

receiver -> journal (live/) -> alerts -> feed of the pages        late hours -> roller        signs of life -> workers
"""

import os
from functools import partial
from pathlib import Path

import structlog
from pydantic import ValidationError

from devices.reading import Message
from ingest.forerunner import Forerunner
from ingest.journal import Journal, take_lock
from ingest.live import LATE, READINGS, WORKERS, lates, live_root
from ingest.pipeline import Hours, Sink
from ingest.quarantine import Quarantine
from ingest.relayed import RelayedSieve, StoredElsewhere
from ingest.sift import Sieve
from ingest.sources import Sources
from vigiterre.moment import now_ms
from vigiterre.service import Service
from vigiterre.settings import Settings
from vigiterre.way_in import open_files
from vigiterre.workers import Workers

log = structlog.get_logger(__name__)

LIVE = "live"
"""Folder of the journal of what workers pass on."""
BATCH, READY = 100, 400
"""Messages; each holds up to 400 readings."""


class AlertService(Service):
    def __init__(self, settings: Settings, folder: Path) -> None:
        self._live = live_root(settings.mqtt.root)
        super().__init__(settings, folder)
        self.workers = Workers(settings.data_dir / "workers.json", now_ms)
        self.faulty = 0
        """Messages about late hours that could not be read."""

    def _open_files(self) -> tuple[Journal, Quarantine]:
        """The lock is that of all processes on this data_dir, whatever part of the work they do."""
        journal = self.settings.data_dir / "journal"
        journal.mkdir(exist_ok=True, mode=0o700)
        self._lock = take_lock(journal)
        return open_files(self.settings, LIVE)

    def close(self) -> None:
        super().close()
        os.close(self._lock)

    def _new_sieve(self) -> RelayedSieve:
        return RelayedSieve(self.registry, self.settings.mqtt.root)

    def _forerunner(self) -> Forerunner:
        return Forerunner(self.journal, self._new_sieve(), self.alerting, now_ms, batch=BATCH, ready=READY)

    def _resting_place(self) -> tuple[Sink, Hours]:
        elsewhere = StoredElsewhere()
        return elsewhere, elsewhere

    async def _informed_sieve(self, done: int) -> Sieve:  # noqa: ARG002
        return self._new_sieve()

    def _remind(self) -> None:
        """What comes twice changes nothing."""

    def _renew_sieve(self) -> None:
        self.ahead.sieve = self._new_sieve()

    def topics(self) -> tuple[str, ...]:
        return tuple(f"{self._live}/{kind}/#" for kind in (READINGS, LATE, WORKERS))

    def foreign_sources(self) -> Sources:
        return Sources()

    def take_requests(self) -> list[tuple[str, bytes]]:
        return []

    async def deliver(self, messages: list[Message]) -> None:
        """Signs of life are heard, late hours noted, the rest journaled: all may be acknowledged then."""
        readings = []
        for message in messages:
            kind, _, name = message.topic.removeprefix(f"{self._live}/").partition("/")
            if kind == WORKERS:
                self.workers.hear(name, message.payload)
            elif kind == LATE:
                await self.delivery.in_thread(partial(self._note_late, message.payload))
            else:
                readings.append(message)
        if readings:
            await self.delivery.deliver(readings)

    def _note_late(self, payload: bytes) -> None:
        try:
            hours = lates.validate_json(payload)["hours"]
        except ValidationError as error:
            self.faulty += 1
            log.warning("late_hours_not_understood", detail=str(error).replace("\n", " ")[:300])
            return
        self.roller.touch_hours(hours)
