"""`vigiterre run --only alerts`: what is different where the readings come from workers."""

import time
from collections.abc import Mapping
from dataclasses import replace

from dashboards.console.sources import Sources
from ingest.broker import Broker
from vigiterre.alert_service import AlertService
from vigiterre.broker import our_broker
from vigiterre.console_sources import sources_of
from vigiterre.metrics import Metrics, counter, gauge
from vigiterre.numbers import alert_numbers, way_in_numbers
from vigiterre.run import Run


class AlertRun(Run):
    """Pages, notices, roll-ups and housekeeping are those of a process that does everything.

    Devices are declared, and refusals run again, where the workers are: the pages offer neither.
    """

    service: AlertService

    def __init__(self, service: AlertService) -> None:
        super().__init__(service)

    def _broker(self) -> Broker:
        settings = self.service.settings
        return our_broker(settings, f"{settings.mqtt.client_id}-alerts", self.service.topics())

    def checks(self) -> Mapping[str, str]:
        return {**super().checks(), "workers": self.service.workers.words().text(self.service.settings.language)}

    def healthy(self) -> bool:
        return super().healthy() and not self.service.workers.words()

    def hearing(self, now: int) -> int | None:
        return self.ear.hearing(self.service.workers.state(self.receiver.state), now, time.monotonic())

    def words(self, now: int) -> Mapping[str, str]:
        """Ours, and those that the workers say of themselves: a rule on the store watches it wherever it is used."""
        workers = self.service.workers
        theirs = workers.checks()
        ours = {**super().words(now), "workers": workers.words().text(self.service.settings.language)}
        theirs["workers"] = theirs.pop("relay", "")
        return {name: "; ".join(filter(None, (words, theirs.get(name)))) for name, words in ours.items()}

    def _sources(self) -> Sources:
        sources = sources_of(self.service, self.metrics, self.checks, self.commands, lambda: list(self.feed.samples))
        return replace(sources, messages=lambda _device, _limit: ())

    def _metrics(self) -> Metrics:
        service, workers = self.service, self.service.workers
        return Metrics(
            service.pipeline.counts,
            [
                *way_in_numbers(service, self.receiver, self.foreign),
                *alert_numbers(service),
                gauge("workers_heard", "Workers that are heard", lambda: workers.heard),
                gauge("workers_missing", "Workers that were heard before", lambda: len(workers.missing)),
                counter(
                    "live_faulty_messages",
                    "Signs of life and late hours that could not be read",
                    lambda: workers.faulty + service.faulty,
                ),
            ],
        )
