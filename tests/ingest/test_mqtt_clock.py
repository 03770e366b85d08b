"""The laws of receive times."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.receive_clock import PRUNE_ABOVE, STEP_BACK_MS, ReceiveClock

payloads = st.sampled_from([b"{}", b"x", b"", b" ", b'[{"values":{}}]', b" [{},{},{}]", b"[", b"\n\t[{}]"])
arrivals = st.lists(st.tuples(st.sampled_from("abc"), payloads, st.integers(0, 3)), max_size=60)
START = 1_795_000_000_000


def items(payload: bytes) -> int:
    return max(payload.count(b"{"), 1) if payload.strip().startswith(b"[") else 1


@given(arrivals)
def test_no_two_items_of_a_topic_get_the_same_time(stream: list[tuple[str, bytes, int]]) -> None:
    clock, now, given_times = ReceiveClock(), START, set()
    last: dict[str, int] = {}
    for topic, payload, later in stream:
        now += later
        time = clock.stamp(topic, payload, now)
        assert time >= now
        assert time > last.get(topic, 0)
        last[topic] = time
        for index in range(items(payload)):
            assert (topic, time + index) not in given_times
            given_times.add((topic, time + index))


@given(st.lists(st.integers(-STEP_BACK_MS // 2, 10), max_size=40))
def test_times_increase_while_the_wall_clock_steps_back_a_little(steps: list[int]) -> None:
    clock, now, highest, last = ReceiveClock(), START, START, 0
    for step in steps:
        now = max(now + step, highest - STEP_BACK_MS)
        highest = max(highest, now)
        time = clock.stamp("a", b"{}", now)
        assert time > last
        last = time


def test_a_large_step_back_is_followed() -> None:
    clock = ReceiveClock()
    assert clock.stamp("a", b"{}", START) == START
    set_back = START - STEP_BACK_MS - 1
    assert clock.stamp("a", b"{}", set_back) == set_back
    assert clock.stamp("a", b"{}", set_back) == set_back + 1


def test_a_drained_backlog_of_one_topic_runs_ahead_and_stays_strictly_increasing() -> None:
    clock = ReceiveClock()
    times = [clock.stamp("a", b"{}", START) for _ in range(3 * STEP_BACK_MS)]
    assert times == list(range(START, START + 3 * STEP_BACK_MS))
    assert clock.stamp("b", b"{}", START) == START


def test_what_lies_before_now_is_forgotten() -> None:
    clock = ReceiveClock()
    for number in range(10_000):
        clock.stamp(f"topic {number}", b"{}", START)
    clock.stamp("a", b"{}", START + 1)
    assert len(clock) == 1


def test_a_topic_far_ahead_does_not_keep_the_others() -> None:
    clock = ReceiveClock()
    clock.stamp("ahead", b"[" + b"{}," * 100_000, START)
    for number in range(20_000):
        clock.stamp(f"topic {number}", b"{}", START + number)
    assert len(clock) <= PRUNE_ABOVE + 2
    assert clock.stamp("ahead", b"{}", START + 20_000) == START + 100_000
