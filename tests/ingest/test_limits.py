"""What one device may send: counted in event time, and never against a backlog."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from limited import DEVICE, NOW, OTHER, careful, registry, said, sieve, sifted
from structlog.testing import capture_logs

from devices.reading import Message, Reason
from ingest.codecs.native import decode
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.limits import DAY_MS, HOUR_MS, MADE_UP_MS, Limits, RateLimits
from ingest.sift import Formats, Sieve


def test_beyond_its_readings_an_hour_a_device_is_refused_and_its_neighbour_is_not() -> None:
    one = sieve(Limits(readings_per_hour=3))
    messages = [said(NOW + n, n, NOW - 1_000 + n) for n in range(5)]
    batch = sifted(one, [*messages, said(NOW, 9, NOW - 1, OTHER)])
    assert [reading.values["co2"] for reading in batch.readings] == [400.0, 401.0, 402.0, 409.0]
    assert [(each.entry.seq, each.refusal.reason, each.refusal.device) for each in batch.refused] == [
        (4, Reason.TOO_OFTEN, DEVICE),
        (5, Reason.TOO_OFTEN, DEVICE),
    ]
    assert "limits.readings_per_hour" in batch.refused[0].refusal.detail
    assert [entry.seq for entry, _ in batch.origins] == [1, 2, 3, 6]


def test_beyond_its_bytes_a_day_a_device_is_refused() -> None:
    size = len(said(NOW, 100, NOW).payload)
    batch = sifted(sieve(Limits(bytes_per_day=2 * size + 1)), [said(NOW, 100 + n, NOW - 1_000 + n) for n in range(3)])
    assert len(batch.readings) == 2
    assert "limits.bytes_per_day" in batch.refused[0].refusal.detail


def test_the_bytes_of_a_message_are_shared_by_its_readings() -> None:
    array = json.dumps([{"time": NOW - n, "values": {"co2": 400 + n}} for n in range(10)]).encode()
    message = Message(f"vigiterre/building/{DEVICE}/up", array, NOW)
    assert len(sifted(sieve(Limits(bytes_per_day=len(array) + 10)), [message]).readings) == 10


def test_without_limits_nothing_is_counted() -> None:
    one = Sieve(registry(), Formats({"native": decode}), Duplicates(), Frames())
    assert one.limits is None
    assert len(sifted(one, [said(NOW, n, NOW - n) for n in range(1_000)]).readings) == 1_000


def test_a_month_of_backlog_at_the_limit_is_taken_whole_whenever_it_comes() -> None:
    """A device that had no network sends 30 days at once, each hour full."""
    messages = [
        said(NOW, number % 100, NOW - hour * HOUR_MS - number) for hour in range(1, 30 * 24) for number in range(1, 4)
    ]
    for order in (messages, messages[::-1]):
        batch = sifted(sieve(Limits(readings_per_hour=3)), order)
        assert (len(batch.readings), batch.refused) == (len(messages), [])


def test_made_up_times_of_a_mad_device_are_no_way_around() -> None:
    one = sieve(Limits(readings_per_hour=2))
    hours = 30 * 24
    messages = [said(NOW, n % 90, NOW - 1_000 * n) for n in range(hours * 3_600 // 60)]
    assert len(sifted(one, messages).readings) <= 2 * (hours // 60 + 1)


def test_what_devices_without_a_clock_sent_while_we_were_away_is_taken() -> None:
    """One reading a minute, of 100 an hour; we come back after six hours, and the broker sends what it kept."""
    one = sieve(Limits(readings_per_hour=100), here_until=NOW)
    back = NOW + 6 * HOUR_MS + 1
    kept = [said(back + n, n % 90) for n in range(360)]
    live = [said(back + n * 60_000, n % 90) for n in range(1, 59)]
    batch = sifted(one, [*kept, *live])
    assert batch.refused == []
    assert len(batch.readings) == 360 + 58


def test_what_devices_without_a_clock_sent_while_the_broker_was_away_is_taken() -> None:
    one = sieve(Limits(readings_per_hour=100))
    live = [said(NOW + n * 60_000, n) for n in range(60)]
    back = NOW + 3 * HOUR_MS
    kept = [said(back + n, n % 90) for n in range(120)]
    assert sifted(one, [*live, *kept]).refused == []


def test_a_backlog_that_takes_hours_to_come_is_taken_to_its_end() -> None:
    one = sieve(Limits(readings_per_hour=100), here_until=NOW)
    back = NOW + 10 * HOUR_MS
    messages = [said(back + hour * HOUR_MS + n, n % 90) for hour in range(3) for n in range(350)]
    assert len(sifted(one, messages).readings) == 1_050


def test_what_is_owed_ends_with_the_backlog() -> None:
    one = sieve(Limits(readings_per_hour=100), here_until=NOW)
    back = NOW + 24 * HOUR_MS
    quiet = [said(back + n * 60_000, n) for n in range(60)]
    mad = [said(back + HOUR_MS + n, n % 90) for n in range(1_000)]
    assert len(sifted(one, [*quiet, *mad]).readings) == 60 + 100 + 40


def test_no_more_is_made_up_for_than_a_broker_can_have_kept() -> None:
    one = sieve(Limits(readings_per_hour=1), here_until=NOW - 60 * DAY_MS)
    weeks = MADE_UP_MS // HOUR_MS
    assert len(sifted(one, [said(NOW + n, n % 90) for n in range(1_000)]).readings) == weeks + 1


def test_a_mad_device_that_is_heard_all_the_time_is_owed_nothing() -> None:
    one = sieve(Limits(readings_per_hour=100))
    batch = sifted(one, [said(NOW + n * 1_000, n % 90) for n in range(6 * 3_600)])
    assert len(batch.readings) == 600


def test_a_replay_is_never_refused_and_uses_nothing() -> None:
    one = sieve(Limits(readings_per_hour=2))
    batch = sifted(one, [said(NOW, n, NOW - n, replayed=True) for n in range(50)])
    assert len(batch.readings) == 50
    assert len(sifted(one, [said(NOW, 60 + n, NOW - n) for n in range(2)]).readings) == 2


def test_a_repetition_uses_nothing() -> None:
    batch = sifted(sieve(Limits(readings_per_hour=2)), [said(NOW, 1, NOW - 5)] * 9 + [said(NOW, 2, NOW - 4)])
    assert (len(batch.readings), batch.duplicates, batch.refused) == (2, 8, [])


def test_a_reading_that_is_refused_in_part_is_refused_once() -> None:
    body = json.dumps({"time": NOW, "values": {"co2": 500, "air_temperature": 999}}).encode()
    one = sieve(Limits(readings_per_hour=1))
    batch = sifted(one, [said(NOW, 1, NOW - 1), Message(f"vigiterre/building/{DEVICE}/up", body, NOW)])
    # `NOW` is the next hour: the first of it
    assert (len(batch.readings), batch.partial) == (2, 1)
    again = sifted(one, [Message(f"vigiterre/building/{DEVICE}/up", body.replace(b"500", b"501"), NOW)])
    assert (len(again.readings), again.partial, len(again.refused)) == (0, 0, 1)
    assert again.refused[0].refusal.reason is Reason.OUT_OF_RANGE
    assert "more than 1 readings in an hour" in again.refused[0].refusal.detail


def test_it_is_said_once_an_hour_which_device_it_is() -> None:
    with capture_logs() as logs:
        sifted(sieve(Limits(readings_per_hour=1)), [said(NOW, n % 90, NOW - 1 - n) for n in range(100)])
    assert [(line["event"], line["device"]) for line in logs] == [("device_over_limit", DEVICE)]


def test_what_came_before_a_restart_counts() -> None:
    one = sieve(Limits(readings_per_hour=3))
    one.remember([Entry(n, said(NOW + n, n)) for n in range(1, 3)])
    assert len(sifted(one, [said(NOW + 10 + n, 10 + n) for n in range(5)]).readings) == 1


messages = st.builds(
    said,
    received=st.integers(NOW, NOW + 3 * HOUR_MS),
    value=st.integers(0, 5_000),
    time=st.one_of(st.none(), st.integers(NOW - 2 * HOUR_MS, NOW)),
    device=st.sampled_from([DEVICE, OTHER]),
    replayed=st.booleans(),
)


@given(
    given_messages=st.lists(messages, max_size=30).map(lambda found: sorted(found, key=lambda one: one.received)),
    hourly=st.integers(0, 4),
    daily=st.integers(0, 400),
)
@settings(max_examples=300, deadline=None)
def test_both_ways_judge_alike_with_limits(given_messages: list[Message], hourly: int, daily: int) -> None:
    fast, slow = (sifted(sieve(Limits(hourly, daily), codec=codec), given_messages) for codec in (decode, careful))
    assert fast == slow


@given(given_messages=st.lists(messages, max_size=40), hourly=st.integers(1, 5))
@settings(max_examples=200, deadline=None)
def test_no_device_that_keeps_its_limit_is_ever_refused_in_whatever_order_it_comes(
    given_messages: list[Message], hourly: int
) -> None:
    """The law of a backlog: no more than the limit in each hour of event time."""
    dated = [one for one in given_messages if b"time" in one.payload]
    hours: dict[tuple[str, int], int] = {}
    within = []
    for one in dated:
        key = one.topic, json.loads(one.payload)["time"] // HOUR_MS
        hours[key] = hours.get(key, 0) + 1
        if hours[key] <= hourly:
            within.append(one)
    batch = sifted(sieve(Limits(readings_per_hour=hourly)), within)
    assert [each for each in batch.refused if each.refusal.reason is Reason.TOO_OFTEN] == []


@pytest.mark.parametrize("days", [1, 30, 400])
def test_however_late_readings_may_come_a_device_costs_four_bytes_an_hour(days: int) -> None:
    rates = RateLimits(Limits(readings_per_hour=5), days * DAY_MS)
    one = Sieve(registry(), Formats({"native": decode}), Duplicates(), Frames(), max_age=days * DAY_MS, limits=rates)
    messages = [said(NOW, n % 90, NOW - n * HOUR_MS) for n in range(days * 24)]
    assert len(sifted(one, messages).readings) == days * 24
    [[allowance]] = rates._devices.values()
    assert len(allowance._used) == days * 24 + 3
