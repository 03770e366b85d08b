"""The heartbeat: a request to an outside service while all is well. When it stays away, that service tells people.

It is the one alert that works when this machine does not: a dead man's switch.
"""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from alerts.notices.courier import Courier
from alerts.notices.plan import Heartbeat
from alerts.notices.trouble import NotSent
from alerts.notices.waiting import happens_within
from alerts.notices.web import ask

log = structlog.get_logger()


class Heart:
    def __init__(self, healthy: Callable[[], bool]) -> None:
        self._healthy = healthy
        self._heartbeat: Heartbeat | None = None
        self._changed = asyncio.Event()
        self._courier = Courier("heartbeat")
        self.beating = False
        """The last one arrived."""
        self._said = False

    def follow(self, heartbeat: Heartbeat | None) -> None:
        """From now on this one, the first at once."""
        self._heartbeat = heartbeat
        self._changed.set()

    def stop(self) -> None:
        self._changed.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set; `stop` ends the wait for the next beat."""
        while not stopping.is_set():
            self._changed.clear()
            heartbeat = self._heartbeat
            if heartbeat is not None and self._healthy():
                await self._beat(heartbeat)
            await happens_within(self._changed, None if heartbeat is None else heartbeat.every / 1000)
        self._courier.close()

    async def _beat(self, heartbeat: Heartbeat) -> None:
        url, private = heartbeat.url.get_secret_value(), heartbeat.allow_private
        try:
            await self._courier.deliver(partial(ask, "GET", url, body=None, headers={}, allow_private=private))
        except Exception as error:  # noqa: BLE001  -- a mistake of ours must not end the beats
            self._note(error)
        else:
            if self._said:
                log.info("heartbeat_arrives_again")
            self.beating, self._said = True, False

    def _note(self, error: Exception) -> None:
        self.beating = False
        if not self._said:
            log.warning("heartbeat_failed", error=str(error) if isinstance(error, NotSent) else type(error).__name__)
        self._said = True
