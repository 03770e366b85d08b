"""Copies alerts and maintenance windows into the store, so that dashboards show them. Late is fine; lost is not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from alerts.alerting import Alerting
from alerts.export import maintenance, open_now, readings_of
from devices.errors import StoreRefused, StoreUnavailable
from devices.reading import Reading
from stores.port import Store

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
AWAY_SECONDS = 30.0
CHUNK = 1_000
AGAIN_MS = 600_000
"""Open alerts are written again so often."""


class Exporting:
    """One per process; `run` until it is cancelled.

    What was copied last is in the book: each transition goes once, or, after a crash, again, which changes nothing.
    """

    def __init__(self, alerting: Alerting, store: Store) -> None:
        self._alerting = alerting
        self._book = alerting.book
        self._store = store
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
        while waiting := self._book.transitions_after(self._book.fact("exported"), CHUNK):
            self._write(readings_of((one.transition for one in waiting), self._book.alert))
            self._note("exported", waiting[-1].id)
        last = self._book.fact("mutes_exported")
        if mutes := [mute for mute in self._book.mutes(last) if mute.created > last or mute.end <= now]:
            self._write([reading for mute in mutes for reading in maintenance(mute, self._alerting.registry)])
            self._note("mutes_exported", now)
        if now - self._book.fact("refreshed") >= AGAIN_MS:
            self._write(open_now(self._book.alerts(open_only=True), now))
            self._note("refreshed", now)

    def _write(self, readings: list[Reading]) -> None:
        if not readings:
            return
        try:
            self._store.write(readings)
        except StoreRefused as error:
            log.error("alerts_refused_by_store", first=error.refused[0][1])  # noqa: TRY400  -- said once, others are in

    def _note(self, name: str, value: int) -> None:
        with self._book.transaction():
            self._book.note(name, value)
