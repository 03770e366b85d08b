"""Sources of marks have their turns, and what goes wrong with one of them costs nobody else anything."""

import asyncio

from marked import Marked
from territory import START

from devices.mark import Mark
from ingest.counts import Counts
from servers import Influxd, influx_rows, wait_until
from stores.open import open_store
from vigiterre.marking.marking import Marking
from vigiterre.marking.platform import Platform
from vigiterre.marking.rhythm import Rhythm
from vigiterre.marking.writing import AT_ONCE, write_marks
from vigiterre.metrics import Metrics


def test_a_clock_that_is_set_back_makes_nobody_wait() -> None:
    rhythm = Rhythm(1_000)
    assert rhythm.due(START)
    rhythm.begin(START)
    assert not rhythm.due(START + 999)
    assert rhythm.due(START + 1_000)
    assert rhythm.due(START - 1)


class Faulty:
    """A mistake of ours."""

    def marks(self, now: int) -> list[Mark]:  # noqa: ARG002  -- as sources are asked
        raise ZeroDivisionError

    def written(self) -> None:
        raise AssertionError("nothing was written")


async def test_a_mistake_in_one_source_stops_neither_the_others_nor_the_process() -> None:
    store = Marked()
    marking = Marking(store, [Faulty(), Platform(Metrics(Counts(), []), "moulins-1")])
    task = asyncio.create_task(marking.run(lambda: START))
    await asyncio.to_thread(wait_until, lambda: bool(store.marks), "a mark")
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
    marking.close()


def test_what_the_store_refuses_is_said_and_the_others_are_written(influxd: Influxd, unique: str) -> None:
    store = open_store(influxd.url(unique), None, raw_days=0)
    store.ensure_schema()
    tags = (("instance", "moulins-1"),)
    good = [Mark("platform", tags, START + number, {"journal_bytes": 1.0}) for number in range(AT_ONCE + 1)]
    write_marks(store, [Mark("platform", tags, START - 1, {"journal_bytes": float("nan")}), *good])
    store.close()
    [row] = influx_rows(influxd, unique, "SELECT COUNT(journal_bytes) FROM platform")
    assert row["count"] == len(good)
