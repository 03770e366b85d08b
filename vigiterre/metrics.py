"""`/metrics` in Prometheus' text format. Every counter is there at 0 from the start: a rate never begins in a gap.

The numbers live where the work is done (Counts, Receiver.state, Journal); this only reads them when asked.
docs/metrics.md lists every name; a test compares.
"""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ingest.counts import Counts

PREFIX = "vigiterre_"
WRITE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Number(NamedTuple):
    """One exported number and where to read it."""

    name: str
    kind: type[CounterMetricFamily] | type[GaugeMetricFamily]
    help: str
    read: Callable[[], float]


class Numbers(Collector):
    def __init__(self, counts: Counts, numbers: list[Number]) -> None:
        self.counts = counts
        self.numbers = numbers

    def collect(self) -> Iterator[Metric]:
        for name, kind, text, read in self.numbers:
            yield kind(name, text, value=read())
        refused = CounterMetricFamily(
            "vigiterre_readings_refused", "Readings kept out, by reason; each is in quarantine", labels=["reason"]
        )
        for reason, count in self.counts.refused.items():
            refused.add_metric([reason.value], count)
        yield refused
        events = CounterMetricFamily(
            "vigiterre_source_events", "Joins, acknowledgements, logs and the like of sources, by kind", labels=["kind"]
        )
        for event, count in self.counts.events.items():
            events.add_metric([event], count)
        yield events


class Metrics:
    """What one process exports."""

    def __init__(self, counts: Counts, numbers: list[Number]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(Numbers(counts, [*of_counts(counts), *numbers]))
        self.write_seconds = Histogram(
            "vigiterre_store_write_seconds",
            "Time of one write of a batch to the store",
            buckets=WRITE_BUCKETS,
            registry=self.registry,
        )

        self._worst: float | None = None
        self._lock = Lock()

    def observe_write(self, seconds: float) -> None:
        """One write of a batch took so long. Called in the store's thread."""
        self.write_seconds.observe(seconds)
        with self._lock:
            self._worst = max(seconds, self._worst or 0.0)

    def take_worst_write(self) -> float | None:
        """The slowest since this was asked last, seconds; None when nothing was written."""
        with self._lock:
            worst, self._worst = self._worst, None
        return worst

    def text(self) -> bytes:
        return generate_latest(self.registry)


def counter(name: str, text: str, read: Callable[[], float]) -> Number:
    return Number(PREFIX + name, CounterMetricFamily, text, read)


def gauge(name: str, text: str, read: Callable[[], float]) -> Number:
    return Number(PREFIX + name, GaugeMetricFamily, text, read)


def of_counts(counts: Counts) -> list[Number]:
    return [
        counter("messages_processed", "Messages taken from the journal", lambda: counts.messages),
        counter("readings_received", "Readings stored or refused; duplicates apart", lambda: counts.received),
        counter("readings_stored", "Readings stored whole", lambda: counts.stored),
        counter("readings_duplicate", "Readings that had come before", lambda: counts.duplicates),
        counter("messages_ignored", "Messages that are no readings by design", lambda: counts.ignored),
        counter("messages_replayed", "Messages run again from journal or quarantine", lambda: counts.replayed),
        counter("store_writes", "Batches the store confirmed", lambda: counts.store_writes),
        counter("store_retries", "Writes repeated because the store did not confirm", lambda: counts.store_retries),
    ]
