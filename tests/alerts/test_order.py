"""The intervals in the history are a function of the readings, not of the order they came in."""

from collections.abc import Sequence
from dataclasses import replace
from struct import unpack_from

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from territory import MINUTE, START, engine, reading, registry, rule, threshold

from alerts.alert import Alert
from alerts.engine import Engine
from alerts.rule import Condition, Level, Limit, Measure, Rule

LATENESS = 60 * MINUTE
REGISTRY = registry()
CRITICAL, WARNING = Level.CRITICAL, Level.WARNING
RULES = (
    rule("plain", threshold(above=1.0, clear=0.0)),
    rule("delayed", threshold(above=1.0, clear=0.0, delay=12, keep=7), reopen=10 * MINUTE),
    rule(
        "below", threshold(WARNING, below=1.0, clear=2.0, delay=5), threshold(CRITICAL, below=-1.0, clear=0.0, keep=20)
    ),
    rule("wet", threshold(below=0.0, clear=1.0), when=(Condition("state", states=frozenset({1.0, 2.0})),)),
    rule("hoar", threshold(below=Limit(0.5, quantity="dew_point"), clear=Limit(1.0, quantity="dew_point"), delay=10)),
    rule("open", threshold(states=frozenset({1.0}), delay=10), quantity="state"),
    rule("mean", threshold(above=0.5, clear=0.0), measure=Measure.MEAN, window=30 * MINUTE),
    rule("highest", threshold(above=1.0, clear=0.5), measure=Measure.MAX, window=20 * MINUTE, reopen=30 * MINUTE),
    rule("rate", threshold(above=3.0, clear=1.0, keep=5), measure=Measure.RATE, window=30 * MINUTE),
    rule("sum", threshold(above=5.0, clear=3.0), measure=Measure.SUM, window=40 * MINUTE),
    rule("leak", threshold(above=3.0, clear=1.0), measure=Measure.INCREASE, window=40 * MINUTE, quantity="volume"),
)

Sent = tuple[int, dict[str, float], int]
"""Event time in minutes, values, delay in minutes."""

QUANTITIES = ("surface", "dew_point", "state", "volume")
BYTES_EACH = 6


def sent_of(drawn: bytes) -> list[Sent]:
    """Times from 0 to 300, each once; values from -2 to 3; delays of up to an hour."""
    found: dict[int, Sent] = {}
    for first in range(0, len(drawn) - BYTES_EACH + 1, BYTES_EACH):
        minute, which, values, delay = unpack_from("<HBHB", drawn, first)
        named = {name: float(values // 6**n % 6 - 2) for n, name in enumerate(QUANTITIES) if (which % 15 + 1) >> n & 1}
        found.setdefault(minute % 301, (minute % 301, named, delay % 61))
    return list(found.values())


readings = (
    st.integers(1, 30)
    .map(lambda count: count * BYTES_EACH)
    .flatmap(lambda size: st.binary(min_size=size, max_size=size))
    .map(sent_of)
)
"""Read from bytes, which are drawn at once: one choice for each number takes ten times as long as what is tested."""


def intervals(alerts: Sequence[Alert]) -> set[tuple[str, int, int | None, Level, int]]:
    return {(one.rule, one.opened, one.resolved, one.peak, one.raised) for one in alerts if not one.withdrawn}


def played(sent: Sequence[Sent], rules: Sequence[Rule], chores: int = 0) -> tuple[Engine, dict[int, Alert]]:
    """In the order given; `chores` is how often, in readings, time passes and old state is let go."""
    under_test = engine(*rules, among=REGISTRY, lateness=LATENESS)
    found: dict[int, Alert] = {}
    arrived = START
    for number, (minute, values, delay) in enumerate(sent, start=1):
        arrived = max(arrived, START + (minute + delay) * MINUTE)
        under_test.take([reading(REGISTRY, "d1", START + minute * MINUTE, values)], arrived)
        if chores and number % chores == 0:
            under_test.tick(arrived, hearing=arrived, checks={})
        if chores != 1 or number % 3:
            found.update({change.alert.id: change.alert for change in under_test.changes(arrived)})
            if chores and number % chores == 0:
                under_test.forget()
    under_test.tick(START + 10**9, hearing=START, checks={})
    found.update({change.alert.id: change.alert for change in under_test.changes(START + 10**9)})
    assert not under_test.broken, under_test.broken
    return under_test, found


@pytest.mark.timeout(400)  # a minute of computing, on a busy machine more
@settings(max_examples=10_000, deadline=None)
@given(
    readings, st.integers(0, 3), st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique_by=lambda one: one.id)
)
def test_p10_any_order_within_the_lateness_window_gives_the_same_intervals(
    sent: list[Sent], chores: int, rules: list[Rule]
) -> None:
    in_order = [(minute, values, 0) for minute, values, _ in sorted(sent, key=lambda one: one[0])]
    as_they_came = sorted(sent, key=lambda one: (one[0] + one[2], one[0]))
    _, expected = played(in_order, rules)
    under_test, found = played(as_they_came, rules, chores)
    assert under_test.too_late == 0
    assert intervals(list(found.values())) == intervals(list(expected.values()))


@settings(max_examples=500, deadline=None)
@given(readings, st.integers(1, 3))
def test_a_reading_taken_twice_changes_nothing(sent: list[Sent], every: int) -> None:
    in_order = [(minute, values, 0) for minute, values, _ in sorted(sent, key=lambda one: one[0])]
    twice = [one for n, sent_one in enumerate(in_order) for one in [sent_one] * (2 if n % every == 0 else 1)]
    assert intervals(list(played(twice, RULES)[1].values())) == intervals(list(played(in_order, RULES)[1].values()))


def test_what_comes_later_than_the_window_is_counted_and_changes_nothing() -> None:
    sent: list[Sent] = [(0, {"surface": 0.0}, 0), (200, {"surface": 0.0}, 0), (100, {"surface": 3.0}, 100)]
    under_test, found = played(sent, RULES[:1])
    assert under_test.too_late == 1
    assert not found


def test_rules_that_are_equal_but_for_their_name_agree() -> None:
    sent: list[Sent] = [(n, {"surface": float(n % 4)}, 0) for n in range(60)]
    twin = replace(RULES[1], id="twin")
    _, found = played(sent, (RULES[1], twin))
    ours, theirs = (
        {one[1:] for one in intervals(list(found.values())) if one[0] == name} for name in ("delayed", "twin")
    )
    assert ours == theirs != set()


@settings(deadline=None, max_examples=25)
@given(readings, st.data())
def test_readings_that_are_taken_again_change_nothing(sent: list[Sent], data: st.DataObject) -> None:
    """As after a crash of who passes them on: any stretch of what was taken, once more, at any time after it."""
    again = list(sent)
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(sent) - 1))
        last = data.draw(st.integers(first + 1, len(sent)))
        until = data.draw(st.integers(again.index(sent[last - 1]) + 1, len(again)))
        again[until:until] = sent[first:last]
    for chores in (0, 1):
        _, once = played(sent, RULES, chores)
        _, twice = played(again, RULES, chores)
        assert intervals(list(once.values())) == intervals(list(twice.values()))
