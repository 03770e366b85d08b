"""Copies alerts and maintenance windows into the store, so that dashboards show them. Late is fine; lost is not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import structlog

from alerts.alerting import Alerting
from alerts.export import Names, maintenance, marks_of, open_now, overtaken, standing
from devices.errors import StoreUnavailable
from devices.mark import Mark
from devices.problems import Language
from stores.port import Store
from vigiterre.marking.writing import write_marks

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
AWAY_SECONDS = 30.0
CHUNK = 1_000
"""Transitions."""
AGAIN_MS = 600_000
"""Open alerts are written again so often."""


class Exporting:
    """One per process; `run` until it is cancelled.

    What was copied last is in the book: each transition goes once, or, after a crash, again, which changes nothing.
    """

    def __init__(self, alerting: Alerting, store: Store, language: Language = "fr") -> None:
        """`language` is that of the titles of rules."""
        self._alerting = alerting
        self._book = alerting.book
        self._store = store
        self._language = language
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._away = False

    async def run(self, clock: Callable[[], int]) -> None:
        """`clock` gives ms."""
        loop = asyncio.get_running_loop()
        while True:
            pause = EVERY_SECONDS
            try:
                await loop.run_in_executor(self._thread, self.export, clock())
                self._away = False
            except StoreUnavailable as error:
                if not self._away:
                    log.warning("alerts_not_exported", error=str(error), tried_again=True)
                self._away, pause = True, AWAY_SECONDS
            except Exception:  # dashboards are not worth a process
                log.exception("alerts_not_exported")
                pause = AWAY_SECONDS
            await asyncio.sleep(pause)

    def close(self) -> None:
        self._thread.shutdown(wait=True)

    def export(self, now: int) -> None:
        """All that is new. Raises StoreUnavailable."""
        refreshed = self._book.fact("refreshed")
        names = Names(self._alerting.registry, self._alerting.rule, self._language)
        while waiting := self._book.transitions_after(self._book.fact("exported"), CHUNK):
            transitions = [one.transition for one in waiting]
            alert_of = lru_cache(CHUNK)(self._book.alert)
            self._write(marks_of(transitions, alert_of, names))
            if doubtful := overtaken(transitions, alert_of, refreshed):
                open_alerts = list(self._alerting.unclosed.values())
                self._write(standing(doubtful, open_alerts, names, now))
            self._note("exported", waiting[-1].id)
        last = self._book.fact("mutes_exported")
        if mutes := [mute for mute in self._book.mutes(last) if mute.created > last or mute.end <= now]:
            self._write([mark for mute in mutes for mark in maintenance(mute, names.registry)])
            self._note("mutes_exported", now)
        if not 0 <= now - refreshed < AGAIN_MS:  # also when the clock was set back
            self._write(open_now(self._book.alerts(open_only=True), names, now))
            self._note("refreshed", now)

    def _write(self, marks: list[Mark]) -> None:
        write_marks(self._store, marks)

    def _note(self, name: str, value: int) -> None:
        with self._book.transaction():
            self._book.note(name, value)
