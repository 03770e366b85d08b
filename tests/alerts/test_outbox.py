"""The outbox: what goes together, what goes first, what goes again, and that nothing is told twice or forgotten."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling import NOW, opened

from alerts.dispatch import TOLD, NoticeKind, Order
from alerts.outbox import DAY_MS, SCHEMA, Bundle, Outbox
from alerts.rule import Level
from alerts.turns import GROUP_MS, HOUR_MS, URGENT_MS, Row, Sent, next_turn

GIVE_UP = DAY_MS
FIRING, LEVEL, REOPENED, REMINDER, ESCALATION = (
    NoticeKind.FIRING,
    NoticeKind.LEVEL,
    NoticeKind.REOPENED,
    NoticeKind.REMINDER,
    NoticeKind.ESCALATION,
)
RESOLVED = NoticeKind.RESOLVED


def order(number: int = 1, kind: NoticeKind = FIRING, **given: object) -> Order:
    found = Order(number, kind, TOLD if kind.ends else "mail", Level.WARNING, "site:sioule", NOW)
    return found._replace(**given)  # type: ignore[arg-type]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with opened(tmp_path / "alerts.sqlite") as outbox:
        yield outbox


def taken(box: Outbox, now: int = NOW, channel: str = "mail", most: int = 0) -> Bundle:
    bundle = box.take(channel, now, most)
    assert bundle is not None
    return bundle


def outcomes(box: Outbox) -> list[str]:
    return [line.outcome for line in reversed(box.rows())]


def test_thirty_alerts_of_a_site_are_one_notice(box: Outbox) -> None:
    assert box.add([order(number, due=NOW + number) for number in range(1, 31)], NOW) == {"mail"}
    assert box.take("mail", NOW) is None
    bundle = taken(box, NOW + 1)
    assert bundle.alerts == tuple(range(1, 31))
    box.sent(bundle, NOW + 1)
    assert box.take("mail", NOW + HOUR_MS) is None


def test_sites_and_channels_are_told_apart(box: Outbox) -> None:
    box.add([order(1), order(2, group="site:moulins"), order(1, channel="sms")], NOW)
    first, second = taken(box), None
    box.sent(first, NOW)
    second = taken(box)
    assert (first.alerts, second.alerts) == ((1,), (2,))
    assert taken(box, channel="sms").alerts == (1,)


def test_a_group_that_was_told_waits_a_minute_and_then_tells_all(box: Outbox) -> None:
    box.add([order(1)], NOW)
    box.sent(taken(box), NOW)
    for number in range(2, 31):
        box.add([order(number, due=NOW + number * 1000)], NOW + number * 1000)
    assert box.next_due("mail", NOW + 30_000) == NOW + GROUP_MS
    assert box.take("mail", NOW + GROUP_MS - 1) is None
    assert len(taken(box, NOW + GROUP_MS).alerts) == 29


def test_the_first_critical_alert_of_a_group_goes_at_once_and_the_next_ones_together(box: Outbox) -> None:
    box.add([order(1)], NOW)
    box.sent(taken(box), NOW)
    box.add([order(2, level=Level.CRITICAL), order(3, due=NOW + GROUP_MS)], NOW + 1)
    first = taken(box, NOW + 1)
    assert first.alerts == (2, 3)
    box.sent(first, NOW + 1)
    box.add([order(number, level=Level.CRITICAL) for number in (4, 5, 6)], NOW + 2)
    assert box.take("mail", NOW + GROUP_MS) is None
    assert taken(box, NOW + 1 + GROUP_MS).alerts == (4, 5, 6)


def test_the_gravest_goes_first(box: Outbox) -> None:
    box.add([order(1, group="a"), order(2, group="b", level=Level.CRITICAL)], NOW)
    assert taken(box).alerts == (2,)


def test_a_confirmed_notice_never_goes_again_even_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path / "alerts.sqlite") as box:
        box.add([order()], NOW)
        box.sent(taken(box), NOW)
    with opened(tmp_path / "alerts.sqlite") as box:
        assert box.take("mail", NOW + DAY_MS) is None
        assert outcomes(box) == ["sent"]


def test_a_notice_without_outcome_goes_again_under_the_same_id_and_with_the_same_alerts(tmp_path: Path) -> None:
    with opened(tmp_path / "alerts.sqlite") as box:
        box.add([order(1)], NOW)
        first = taken(box)
        box.add([order(2)], NOW)
    with opened(tmp_path / "alerts.sqlite") as box:
        again = taken(box)
        assert (again.notice, again.alerts) == (first.notice, (1,))


def test_a_process_that_is_killed_between_sending_and_noting_sends_again(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    with opened(path) as box:
        box.add([order(1), order(2, group="other")], NOW)
    program = f"""
import os, signal, threading
from pathlib import Path
from alerts.outbox import Outbox
from stores.sqlite_file import connect
box = Outbox(connect(Path({str(path)!r})), threading.RLock())
done = box.take("mail", {NOW}); box.sent(done, {NOW})
print(done.notice, box.take("mail", {NOW}).notice, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    found = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=False)
    assert found.returncode == -9
    confirmed, pending = found.stdout.split()
    with opened(path) as box:
        again = taken(box)
        assert again.notice == pending != confirmed
        box.sent(again, NOW)
        assert box.take("mail", NOW + DAY_MS) is None


def test_orders_stand_or_fall_with_the_transaction_of_the_caller(tmp_path: Path) -> None:
    with opened(tmp_path / "alerts.sqlite") as box:
        db = box._db
        db.execute("BEGIN IMMEDIATE")
        box.add([order()], NOW)
        assert db.in_transaction
        db.execute("ROLLBACK")
        assert box.rows() == []


def test_failures_are_tried_again_ever_later_and_given_up_after_a_day(box: Outbox) -> None:
    box.add([order()], NOW)
    now, pauses, ids = NOW, [], set()
    while (due := box.next_due("mail", now)) is not None:
        pauses.append(due - now)
        now = due
        bundle = taken(box, now)
        ids.add(bundle.notice)
        box.failed(bundle, "away", now, give_up=GIVE_UP)
    assert pauses[:5] == [0, 5_000, 10_000, 20_000, 40_000]
    assert pauses == sorted(pauses)
    assert max(pauses) == 600_000
    assert now >= NOW + GIVE_UP
    assert len(ids) == 1
    assert outcomes(box) == ["given_up"]
    assert box.failures(NOW) == {"mail": 1}
    (failing,) = box.failing(now)
    assert (failing.channel, failing.given_up, failing.error) == ("mail", 1, "away")
    assert box.failing(now + 2 * DAY_MS) == []


def test_jitter_shortens_the_pause(box: Outbox) -> None:
    box.add([order()], NOW)
    box.failed(taken(box), "away", NOW, give_up=GIVE_UP, jitter=0.5)
    assert box.next_due("mail", NOW) == NOW + 2_500


def test_a_channel_fails_after_three_tries_and_is_well_again_when_one_passes(box: Outbox) -> None:
    box.add([order()], NOW)
    for _ in range(3):
        assert box.failing(NOW) == []
        box.failed(taken(box, box.next_due("mail", NOW) or 0), "away", NOW, give_up=GIVE_UP)
    assert [one.channel for one in box.failing(NOW)] == ["mail"]
    box.sent(taken(box, NOW + HOUR_MS), NOW + HOUR_MS)
    assert box.failing(NOW + HOUR_MS) == []


def test_new_alerts_do_not_wait_for_a_notice_that_fails(box: Outbox) -> None:
    box.add([order(1)], NOW)
    box.failed(taken(box), "away", NOW, give_up=GIVE_UP)
    box.add([order(2)], NOW)
    assert taken(box).alerts == (2,)


def test_an_alert_that_ended_before_it_was_told_is_not_told(box: Outbox) -> None:
    box.add([order(due=NOW + 60_000)], NOW)
    assert box.add([order(kind=RESOLVED)], NOW + 1000) == set()
    assert outcomes(box) == ["superseded", "superseded"]


def test_a_critical_alert_is_told_although_it_ended_and_then_its_end(box: Outbox) -> None:
    box.add([order(level=Level.CRITICAL)], NOW)
    box.add([order(kind=RESOLVED, level=Level.CRITICAL)], NOW)
    first = taken(box)
    assert [row.kind for row in first.rows] == [FIRING]
    box.failed(first, "away", NOW, give_up=GIVE_UP)
    assert box.take("mail", NOW + 1) is None, "the end must not come before the beginning"
    box.sent(taken(box, NOW + 5_000), NOW + 5_000)
    assert [row.kind for row in taken(box, NOW + 5_000).rows] == [RESOLVED]


def test_an_end_goes_to_the_channels_that_were_told_of_this_opening(box: Outbox) -> None:
    box.add([order(), order(channel="sms")], NOW)
    for name in ("mail", "sms"):
        box.sent(taken(box, channel=name), NOW)
    assert box.add([order(kind=RESOLVED)], NOW) == {"mail", "sms"}
    for name in ("mail", "sms"):
        box.sent(taken(box, channel=name), NOW)
    box.add([order(kind=REOPENED)], NOW)
    box.sent(taken(box, NOW + GROUP_MS), NOW + GROUP_MS)
    assert box.add([order(kind=RESOLVED)], NOW + GROUP_MS) == {"mail"}


def test_an_alert_that_is_back_before_its_end_was_told_goes_on_in_silence(box: Outbox) -> None:
    box.add([order()], NOW)
    box.sent(taken(box), NOW)
    box.add([order(kind=RESOLVED, due=NOW + 500)], NOW)
    assert box.add([order(kind=REOPENED)], NOW + 100) == set()
    assert box.take("mail", NOW + HOUR_MS) is None
    assert box.add([order(kind=RESOLVED)], NOW + HOUR_MS) == {"mail"}


def test_a_rise_before_the_opening_was_told_is_told_as_the_opening(box: Outbox) -> None:
    box.add([order(level=Level.INFO, due=NOW + HOUR_MS)], NOW)
    box.add([order(kind=LEVEL, level=Level.CRITICAL)], NOW)
    assert [(row.kind, row.level) for row in taken(box).rows] == [(FIRING, Level.CRITICAL)]


def test_a_channel_that_is_down_gathers_no_reminders(box: Outbox) -> None:
    box.add([order()], NOW)
    box.failed(taken(box), "away", NOW, give_up=GIVE_UP)
    for hour in range(1, 5):
        assert box.add([order(kind=REMINDER)], NOW + hour * HOUR_MS) == set()
    assert box.waiting() == {"mail": 1}


def test_beyond_its_limit_a_channel_gets_one_digest_when_the_hour_is_over(box: Outbox) -> None:
    for number in (1, 2):
        box.add([order(number, group=f"site:{number}")], NOW)
        box.sent(taken(box, most=2), NOW)
    box.add([order(number, group=f"site:{number}") for number in range(3, 20)], NOW)
    assert box.take("mail", NOW + 1, 2) is None
    assert box.next_due("mail", NOW + 1, 2) == NOW + HOUR_MS
    digest = taken(box, NOW + HOUR_MS, most=2)
    assert digest.digest
    assert len(digest.alerts) == 17


def test_a_storm_over_many_sites_is_one_digest_from_the_first(box: Outbox) -> None:
    box.add([order(number, group=f"site:{number}") for number in range(200)], NOW)
    assert len(taken(box, most=30).alerts) == 200


def test_a_critical_alert_passes_the_limit_within_five_minutes(box: Outbox) -> None:
    box.add([order(1)], NOW)
    box.sent(taken(box, most=1), NOW)
    box.add([order(2, group="other", level=Level.CRITICAL), order(3, group="third")], NOW)
    assert box.next_due("mail", NOW, 1) == NOW + URGENT_MS
    assert taken(box, NOW + URGENT_MS, most=1).alerts == (2, 3)


def test_what_waits_for_a_channel_that_is_gone_is_given_up(box: Outbox) -> None:
    box.add([order(), order(channel="old")], NOW)
    assert box.tidy({"mail"}, NOW + GIVE_UP - 1, give_up=GIVE_UP) == 0
    assert box.tidy({"mail"}, NOW + GIVE_UP, give_up=GIVE_UP) == 1
    assert box.waiting() == {"mail": 1}


def test_old_rows_are_forgotten_but_not_who_was_told_of_what_is_still_open(box: Outbox) -> None:
    box.add([order(1), order(2)], NOW)
    box.sent(taken(box), NOW)
    box.add([order(1, kind=RESOLVED)], NOW)
    box.sent(taken(box, NOW + GROUP_MS), NOW + GROUP_MS)
    box.tidy({"mail"}, NOW + 91 * DAY_MS, give_up=GIVE_UP)
    assert [line.alert for line in box.rows()] == [2]
    assert box.add([order(2, kind=RESOLVED)], NOW + 91 * DAY_MS) == {"mail"}


def test_rows_are_listed_newest_first(box: Outbox) -> None:
    box.add([order(1), order(2)], NOW)
    assert [line.alert for line in box.rows()] == [2, 1]
    assert [line.alert for line in box.rows(alert=1)] == [1]
    assert box.rows(since=NOW + 1) == []


ACTIONS = st.lists(
    st.tuples(
        st.integers(0, 20 * 60_000),
        st.sampled_from(["add", "add", "add", "end", "again", "remind", "send", "send", "fail", "lose"]),
        st.integers(1, 3),
        st.sampled_from(list(Level)),
        st.sampled_from(["mail", "sms"]),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=500)
@given(ACTIONS, st.integers(0, 4))
def test_p21_every_order_ends_in_exactly_one_outcome_and_is_confirmed_at_most_once(
    actions: Sequence[tuple[int, str, int, Level, str]], most: int
) -> None:
    db = _memory()
    box = Outbox(db, threading.RLock())
    now, confirmed = NOW, []
    for pause, what, number, level, channel in actions:
        now += pause
        group = f"site:{number % 2}"
        kinds = {"add": FIRING, "again": REOPENED, "remind": REMINDER, "end": RESOLVED}
        if what in kinds:
            told = TOLD if what == "end" else channel
            box.add([Order(number, kinds[what], told, level, group, now + 500)], now)
        elif (bundle := box.take(channel, now, most)) is not None:
            if what == "send":
                confirmed += [row.id for row in bundle.rows]
                box.sent(bundle, now)
            elif what == "fail":
                box.failed(bundle, "away", now, give_up=HOUR_MS)
    for channel in ("mail", "sms"):
        while (due := box.next_due(channel, now, most)) is not None:
            assert due >= now
            now = due
            bundle = taken(box, now, channel, most)
            confirmed += [row.id for row in bundle.rows]
            box.sent(bundle, now)
    lines = box.rows()
    assert {line.outcome for line in lines} <= {"sent", "superseded", "given_up"}
    assert sorted(confirmed) == sorted(line.id for line in lines if line.outcome == "sent")
    db.close()


rows_ = st.lists(
    st.builds(
        Row,
        st.integers(1, 10_000),
        st.integers(1, 9),
        st.sampled_from([FIRING, ESCALATION, RESOLVED]),
        st.sampled_from(list(Level)),
        st.sampled_from(["a", "b", "c"]),
        st.just(NOW),
        st.integers(NOW, NOW + HOUR_MS),
        st.just(""),
        st.just(0),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row.id,
)


@given(rows_, st.integers(0, 3))
def test_notices_of_a_group_are_a_minute_apart_but_for_the_first_critical_one(waiting: list[Row], most: int) -> None:
    sent: list[Sent] = []
    now, left = NOW, list(waiting)
    while left:
        turn = next_turn(left, [one for one in sent if one.at > now - HOUR_MS], now, most)
        assert turn is not None
        now = max(now, turn.at)
        notice = str(len(sent))
        for key in {(row.group, row.ends) for row in turn.rows}:
            mine = [row for row in turn.rows if (row.group, row.ends) == key]
            sent.append(Sent(notice, *key, max(row.level for row in mine), now))
        left = [row for row in left if row not in turn.rows]
    if most:
        return
    for key in {(one.group, one.ends) for one in sent}:
        told = [one for one in sent if (one.group, one.ends) == key]
        for before, after in pairwise(told):
            assert after.at - before.at >= GROUP_MS or (after.level == Level.CRITICAL > before.level)


def _memory() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    db.executescript(SCHEMA)
    return db
