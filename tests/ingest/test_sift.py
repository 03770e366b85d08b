"""Route, decode, validate: what becomes of each message, by the shipped catalogue of the Allier."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.load import load_registry
from devices.reading import Item, Message, Reason
from devices.registry import Registry
from ingest.batch import WHOLE_MESSAGE, Batch
from ingest.codecs import CODECS, Codec
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.sift import Formats, Sieve
from ingest.validate import AHEAD_MS

CONFIG = Path(__file__).parent.parent.parent / "config"
DAY = 86_400_000
NOW = 1_795_608_000_000
DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(CONFIG)


def sift(
    registry: Registry,
    *payloads: object,
    topic: str = TOPIC,
    codecs: Mapping[str, Codec] = CODECS,
    **flags: Any,
) -> Batch:
    """Messages received a second apart; anything but bytes is sent as JSON."""
    messages = [
        Message(topic, body if isinstance(body, bytes) else json.dumps(body).encode(), NOW + 1_000 * n, **flags)
        for n, body in enumerate(payloads)
    ]
    sieve = Sieve(registry, Formats(codecs), Duplicates(), Frames())
    return sieve.sift(Entry(n, one) for n, one in enumerate(messages, 1))


def reasons(batch: Batch) -> list[Reason]:
    return [one.refusal.reason for one in batch.refused]


def test_a_good_reading_carries_the_tags_of_its_device(registry: Registry) -> None:
    [reading] = sift(registry, {"time": NOW // 1000, "values": {"co2": 612}}).readings
    assert reading.series == ("building", DEVICE, "indoor-air", "college-moulins", "03190")
    assert (reading.time, reading.values) == (NOW, {"co2": 612.0})


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("vigiterre/building/nobody/up", Reason.UNKNOWN_DEVICE),
        (f"vigiterre/road/{DEVICE}/up", Reason.WRONG_TOPIC),
        (f"vigiterre/sea/{DEVICE}/up", Reason.WRONG_TOPIC),
        (f"vigiterre/building/{DEVICE}", Reason.WRONG_TOPIC),
        (f"vigiterre/building/{DEVICE}/up/more", Reason.WRONG_TOPIC),
        (f"vigiterre/building/{DEVICE}/upp", Reason.WRONG_TOPIC),
        (f"other/building/{DEVICE}/up", Reason.WRONG_TOPIC),
        ("vigiterre/", Reason.WRONG_TOPIC),
    ],
)
def test_a_topic_that_is_nobodys_is_refused_as_a_whole(registry: Registry, topic: str, reason: Reason) -> None:
    batch = sift(registry, {"values": {"co2": 612}}, topic=topic)
    assert reasons(batch) == [reason]
    assert [one.item for one in batch.refused] == [WHOLE_MESSAGE]


@pytest.mark.parametrize("kind", ["state", "down"])
def test_topics_that_carry_no_readings_are_ignored_and_counted(registry: Registry, kind: str) -> None:
    batch = sift(registry, b"offline", topic=f"vigiterre/building/{DEVICE}/{kind}")
    assert (batch.ignored, batch.readings, batch.refused) == (1, [], [])


def test_a_broken_probe_does_not_take_the_other_values_with_it(registry: Registry) -> None:
    batch = sift(registry, {"values": {"co2": 99_999, "air_temperature": 20, "humidty": 3}})
    [reading] = batch.readings
    assert reading.values == {"air_temperature": 20.0}
    [one] = batch.refused
    assert one.refusal.reason is Reason.OUT_OF_RANGE
    assert "co2 = 99999" in one.refusal.detail
    assert "humidty" in one.refusal.detail
    assert batch.partial == 1


def test_p09_the_clock_policy_accepts_five_minutes_ahead_and_thirty_days_late(registry: Registry) -> None:
    def at(time: int) -> Batch:
        return sift(registry, {"time": time, "values": {"co2": 612}})

    assert len(at(NOW + AHEAD_MS).readings) == 1
    assert reasons(at(NOW + AHEAD_MS + 1)) == [Reason.CLOCK_FUTURE]
    assert len(at(NOW - 30 * DAY).readings) == 1
    assert reasons(at(NOW - 30 * DAY - 1)) == [Reason.TOO_OLD]


def test_p09_a_device_with_an_unreliable_clock_gets_the_time_received(registry: Registry) -> None:
    unreliable = [model.id for model in registry.models.values() if model.clock == "unreliable"]
    device = next(device for device in registry.devices.values() if device.model in unreliable)
    field = registry.models[device.model].fields[0]
    value = registry.quantities[field.quantity].minimum
    topic = f"vigiterre/{device.domain}/{device.id}/up"
    [reading] = sift(registry, {"time": NOW + DAY, "values": {field.quantity: value}}, topic=topic).readings
    assert reading.time == NOW


def test_items_without_time_get_increasing_receive_times(registry: Registry) -> None:
    readings = sift(registry, [{"values": {"co2": 1 + n}} for n in range(3)]).readings
    assert [reading.time for reading in readings] == [NOW, NOW + 1, NOW + 2]


def test_a_retained_message_without_its_own_time_is_no_reading(registry: Registry) -> None:
    batch = sift(registry, {"values": {"co2": 1}}, {"time": NOW - 5, "values": {"co2": 2}}, retained=True)
    assert batch.ignored == 1
    assert [reading.values["co2"] for reading in batch.readings] == [2.0]


def test_a_repetition_is_counted_and_neither_stored_nor_refused(registry: Registry) -> None:
    same = {"time": NOW, "values": {"co2": 612}}
    batch = sift(registry, same, same, {"time": NOW, "values": {"co2": 613}}, {"time": NOW, "values": {"occupancy": 1}})
    assert batch.duplicates == 1
    assert len(batch.readings) == 3


def test_equal_values_without_a_time_are_two_measurements_unless_they_carry_the_same_number(registry: Registry) -> None:
    assert len(sift(registry, {"values": {"co2": 612}}, {"values": {"co2": 612}}).readings) == 2
    numbered = {"seq": 4, "values": {"co2": 612}}
    assert sift(registry, numbered, numbered).duplicates == 1


def test_a_replayed_message_is_never_a_duplicate(registry: Registry) -> None:
    same = {"time": NOW, "values": {"co2": 612}}
    batch = sift(registry, same, same, replayed=True)
    assert (len(batch.readings), batch.duplicates, batch.replayed) == (2, 0, 2)


def test_p05_a_codec_with_a_bug_refuses_its_message_with_the_trace_and_the_next_one_is_stored(
    registry: Registry,
) -> None:
    def buggy(message: Message, device: str) -> list[Item]:
        if b"poison" in message.payload:
            raise KeyError("nobody thought of this")
        return CODECS["native"](message, device)

    batch = sift(registry, b"poison", {"values": {"co2": 612}}, codecs={"native": buggy})
    assert len(batch.readings) == 1
    [one] = batch.refused
    assert one.refusal.reason is Reason.UNDECODABLE
    assert "nobody thought of this" in one.refusal.detail


def test_p05_an_item_that_breaks_what_checks_it_is_refused_with_the_trace_and_its_neighbours_are_stored(
    registry: Registry,
) -> None:
    """A codec with a mistake hands over what no item is; known again after a restart, it stops nothing either."""

    def odd(message: Message, device: str) -> list[Item]:
        items = CODECS["native"](message, device)
        return [items[0]._replace(values={"co2": object()}), *items]  # type: ignore[dict-item]

    entry = Entry(1, Message(TOPIC, b'{"time": %d, "values": {"co2": 612}}' % (NOW // 1000), NOW))
    sieve = Sieve(registry, Formats({"native": odd}), Duplicates(), Frames())
    batch = sieve.sift([entry])
    assert [reading.values for reading in batch.readings] == [{"co2": 612}]
    assert [(one.item, one.refusal.reason) for one in batch.refused] == [(0, Reason.UNDECODABLE)]
    assert "TypeError" in batch.refused[0].refusal.detail
    sieve.remember([entry])


def test_a_calibrated_device_stores_the_corrected_value(registry: Registry) -> None:
    [reading] = sift(registry, {"values": {"no2": 20}}, topic="vigiterre/environment/air-no2-vichy/up").readings
    assert reading.values == {"no2": 18.5}


def test_any_device_may_report_its_battery(registry: Registry) -> None:
    topic = "vigiterre/environment/bruit-moulins/up"
    [reading] = sift(registry, {"battery": 77, "values": {"sound_level": 51}}, topic=topic).readings
    assert reading.values == {"sound_level": 51.0, "battery_level": 77.0}


def test_minus_one_and_minus_two_are_different_values() -> None:
    """Python's own hash takes them for the same."""
    duplicates = Duplicates()
    assert not duplicates.seen(Item("d", 1, {"t": -1.0}))
    assert not duplicates.seen(Item("d", 1, {"t": -2.0}))
    assert duplicates.seen(Item("d", 1, {"t": -1.0}))


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(allow_nan=False)), max_size=40))
def test_duplicates_are_exactly_the_repetitions_within_what_is_kept(given_items: list[tuple[int, float]]) -> None:
    duplicates, known = Duplicates(kept=100), set[str]()
    for time, value in given_items:
        item = Item("d", time, {"t": value})
        assert duplicates.seen(item) == (repr(item) in known)
        known.add(repr(item))


def test_memory_of_duplicates_is_bounded() -> None:
    duplicates = Duplicates(kept=10)
    for time in range(1_000):
        duplicates.seen(Item("d", time, {"t": 1.0}))
    assert len(duplicates._young) + len(duplicates._old) <= 20
