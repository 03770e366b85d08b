"""Refusals as numbers: each once, and no more of them than there are devices."""

from territory import MINUTE, START, device, registry

from devices.reading import Reason, Refusal
from ingest.counts import RefusalCounts
from vigiterre.marking.refusals import Refusals

REGISTRY = registry(device("d1"), device("d2"))


def test_refusals_are_counted_by_device_and_reason_and_once() -> None:
    counts, reason = RefusalCounts(), Reason.SCHEMA
    refusals = Refusals(counts, lambda: REGISTRY)
    counts.add([Refusal(reason, "", "d1"), Refusal(reason, "", "eui-1"), Refusal(reason, "", "?")], {"eui-1": "d1"})
    counts.add([Refusal(Reason.TOO_OLD, "", "d1"), Refusal(reason, "")], REGISTRY.addresses)
    found = {dict(mark.tags).get("device", ""): mark.values for mark in refusals.marks(START)}
    assert found == {"d1": {"schema": 1.0, "too_old": 1.0}, "": {"schema": 3.0}}
    refusals.written()
    assert refusals.marks(START + MINUTE) == []


def test_refusals_are_said_at_once_and_then_once_a_minute() -> None:
    counts = RefusalCounts()
    refusals = Refusals(counts, lambda: REGISTRY)
    assert refusals.marks(START) == []
    for at, count in ((1_000, 1), (2_000, 0), (60_999, 0), (61_000, 3)):
        counts.add([Refusal(Reason.SCHEMA, "")], {})
        assert sum(mark.values["schema"] for mark in refusals.marks(START + at)) == count
        refusals.written()


def test_a_minute_that_was_not_written_is_written_as_it_was() -> None:
    counts = RefusalCounts()
    refusals = Refusals(counts, lambda: REGISTRY)
    counts.add([Refusal(Reason.SCHEMA, "")], {})
    before = refusals.marks(START)
    counts.add([Refusal(Reason.SCHEMA, "")], {})
    assert refusals.marks(START + 9 * MINUTE) == before
    refusals.written()
    [mark] = refusals.marks(START + 9 * MINUTE)
    assert (mark.time, mark.values) == (START + 9 * MINUTE, {"schema": 1.0})


def test_made_up_names_do_not_grow_what_is_counted() -> None:
    counts = RefusalCounts()
    counts.add([Refusal(Reason.UNKNOWN_DEVICE, "", f"x{number}") for number in range(1_000)], REGISTRY.addresses)
    assert counts.take() == {("", Reason.UNKNOWN_DEVICE): 1_000}


def test_refusals_of_a_device_that_was_removed_are_those_of_nobody() -> None:
    counts = RefusalCounts()
    counts.add([Refusal(Reason.SCHEMA, "", "d2"), Refusal(Reason.SCHEMA, "")], REGISTRY.addresses)
    [mark] = Refusals(counts, lambda: registry(device("d1"))).marks(START)
    assert (mark.tags, mark.values) == ((), {"schema": 2.0})
