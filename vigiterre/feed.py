"""What keeps the pages up to date: the newest values, the live feed, and the numbers of the last minutes."""

import asyncio
import time
from collections import deque
from collections.abc import Collection, Sequence

import structlog

from dashboards.console.live import Live
from dashboards.console.present import Present
from dashboards.console.sources import Sample
from devices.reading import Reading
from vigiterre.marking.platform import numbers
from vigiterre.metrics import Metrics
from vigiterre.service import Service

log = structlog.get_logger(__name__)

SAMPLE_SECONDS = 5.0
SAMPLES = 61
"""Five minutes, both ends included."""
AGAIN_SECONDS = 10.0


class Feed:
    """One per process. `run` for ever."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self.present = Present()
        self.live = Live()
        self.samples: deque[Sample] = deque(maxlen=SAMPLES)
        self._service = service
        self._metrics = metrics
        service.pipeline.stored = self.stored
        service.alerting.changed = self.changed

    def stored(self, readings: Sequence[Reading]) -> None:
        """What the store has just confirmed."""
        self.present.take(readings)
        self.live.publish_readings(readings)

    def changed(self, alerts: Collection[int]) -> None:
        """Alerts whose change is in the book."""
        self.live.publish_alerts(alerts, sum(one.open for one in self._service.alerting.unclosed.values()))

    async def run(self) -> None:
        """Pages are served meanwhile: what is not known yet is shown as not known."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._fill(), name="newest values")
            tasks.create_task(self._sample(), name="samples")

    async def _fill(self) -> None:
        """What the store knew before we started; one that is away is asked again."""
        while True:
            try:
                self.present.fill(await asyncio.to_thread(self._service.store.latest))
            except Exception as error:  # noqa: BLE001  -- whatever ails the store, readings that come now are shown
                log.warning("newest_values_wait", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def _sample(self) -> None:
        while True:
            try:
                found = await asyncio.to_thread(numbers, self._metrics)
            except Exception as error:  # noqa: BLE001  -- a file that is locked for a moment; there is a next sample
                log.warning("numbers_failed", error=f"{type(error).__name__}: {error}")
            else:
                self.samples.append(Sample(time.monotonic_ns() // 1_000_000, found))
            await asyncio.sleep(SAMPLE_SECONDS)
