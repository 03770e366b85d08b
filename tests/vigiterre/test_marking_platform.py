"""The numbers of /metrics as marks."""

from territory import START

from devices.reading import Reason
from ingest.counts import Counts
from stores.storable import name_fault
from vigiterre.marking.platform import WORST, Platform
from vigiterre.metrics import Metrics, counter, gauge


def test_the_numbers_of_metrics_are_one_mark_every_quarter_of_a_minute() -> None:
    counts = Counts()
    counts.refused[Reason.SCHEMA] = 2
    metrics = Metrics(counts, [gauge("journal_bytes", "", lambda: 7), counter("mqtt_reconnects", "", lambda: 1)])
    platform = Platform(metrics, "moulins-1")
    [mark] = platform.marks(START)
    assert mark.tags == (("instance", "moulins-1"),)
    shown = {"journal_bytes": 7, "mqtt_reconnects_total": 1, "readings_refused_total_schema": 2}
    assert mark.values.items() >= {**shown, "source_events_total_join": 0, "store_write_seconds_count": 0}.items()
    assert all(name_fault(name) == "" for name in mark.values)
    assert platform.marks(START + 14_999) == []
    assert platform.marks(START + 15_000)


def test_the_slowest_write_is_that_since_the_mark_before() -> None:
    metrics = Metrics(Counts(), [])
    platform = Platform(metrics, "moulins-1")
    found = []
    for number, writes in enumerate(((0.5, 2.0, 1.0), (), (0.25,))):
        for seconds in writes:
            metrics.observe_write(seconds)
        found += [mark.values.get(WORST) for mark in platform.marks(START + number * 15_000)]
    assert found == [2.0, None, 0.25]
