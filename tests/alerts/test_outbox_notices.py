"""What the outbox knows of a notice: which alerts it told of, for as long as a link may ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from telling import HOUR, NOW, opened

from alerts.dispatch import TOLD, NoticeKind, Order
from alerts.outbox import DAY_MS, Bundle, Outbox
from alerts.outbox_sql import ALERTS_OF
from alerts.rule import Level

GIVE_UP = DAY_MS
END = Order(1, NoticeKind.RESOLVED, TOLD, Level.WARNING, "site:sioule", NOW)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with opened(tmp_path / "alerts.sqlite") as outbox:
        yield outbox


def order(number: int = 1, channel: str = "mail", group: str = "site:sioule") -> Order:
    return Order(number, NoticeKind.FIRING, channel, Level.WARNING, group, NOW)


def taken(box: Outbox) -> Bundle:
    bundle = box.take("mail", NOW)
    assert bundle is not None
    return bundle


def test_a_notice_knows_its_alerts_each_once_and_whatever_became_of_them(box: Outbox) -> None:
    box.add([order(3), order(1), order(2, group="site:moulins"), order(1, "sms")], NOW)
    bundle = taken(box)
    assert box.alerts_of(bundle.notice) == [3, 1]
    box.failed(bundle, "down", NOW, give_up=GIVE_UP)
    box.supersede(bundle.rows[:1], NOW)
    box.sent(bundle, NOW)
    assert box.alerts_of(bundle.notice) == [3, 1]
    assert box.alerts_of("") == box.alerts_of("another") == []


def test_a_test_is_of_no_alert(box: Outbox) -> None:
    box.add([order(0)._replace(kind=NoticeKind.TEST)], NOW)
    assert box.alerts_of(taken(box).notice) == []


def test_the_alerts_of_a_notice_are_found_by_an_index_and_forgotten_with_its_rows(box: Outbox) -> None:
    plan = str(box._db.execute(f"EXPLAIN QUERY PLAN {ALERTS_OF}", ("n",)).fetchall())
    assert "outbox_notice" in plan
    box.add([order()], NOW)
    first = taken(box)
    box.sent(first, NOW)
    box.add([END], NOW)
    box.sent(taken(box), NOW)
    box.tidy({"mail"}, NOW + 89 * DAY_MS, give_up=GIVE_UP)
    assert box.alerts_of(first.notice) == [1], "links last three days"
    box.tidy({"mail"}, NOW + 91 * DAY_MS, give_up=GIVE_UP)
    assert box.alerts_of(first.notice) == []


@pytest.mark.parametrize("tries", [0, 1])
def test_what_is_postponed_leaves_its_notice_unless_it_was_tried(box: Outbox, tries: int) -> None:
    box.add([order(1), order(2)], NOW)
    bundle = taken(box)
    for _ in range(tries):
        box.failed(bundle, "down", NOW, give_up=GIVE_UP)
    box.postpone(bundle.rows[1:], NOW + HOUR)
    assert box.alerts_of(bundle.notice) == ([1, 2] if tries else [1])
