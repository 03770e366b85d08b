"""What people are told of an alert, and when."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telling import HOUR, ICE, MINUTE, NOW, alert

from alerts.alert import Alert
from alerts.calendar import Calendar, Hours
from alerts.dispatch import TOLD, NoticeKind, Order, decide, group_of
from alerts.notices.plan import Plan, Route, Step
from alerts.rule import Kind, Level
from alerts.selector import Selector
from devices.reading import Series

DAY = Calendar("office", ((Hours(8 * 60, 18 * 60),),) * 7)
PLAN = Plan(
    routes=(
        Route(
            ("mail", "duty"),
            frozenset({Level.CRITICAL}),
            remind=4 * HOUR,
            escalate=(Step(15 * MINUTE, ("chief",)), Step(30 * MINUTE, ("prefect", "mail"))),
        ),
        Route(("mail",), frozenset({Level.INFO, Level.WARNING}), quiet=Hours(22 * 60, 7 * 60)),
    )
)
NIGHT = NOW + 11 * HOUR
"""Midnight in Paris."""


def told(one: Alert, now: int = NOW, plan: Plan = PLAN, *, muted: bool = False) -> list[Order]:
    return decide(one, ICE, plan, muted, now)


def names(orders: list[Order]) -> list[tuple[str, str]]:
    return [(order.kind.value, order.channel) for order in orders]


def test_an_opening_is_told_once_on_each_channel_of_all_routes() -> None:
    one = alert()
    plan = replace(PLAN, routes=(*PLAN.routes, Route(("mail", "gmao"))))
    assert names(told(one, plan=plan)) == [("firing", "mail"), ("firing", "duty"), ("firing", "gmao")]
    assert told(one, plan=plan) == []
    assert told(one, NOW + 1000, plan) == []


def test_the_order_is_due_after_the_wait_of_its_level_or_of_its_rule() -> None:
    assert {order.due for order in told(alert())} == {NOW}
    assert {order.due for order in told(alert(level=Level.WARNING))} == {NOW + 500}
    slow = replace(ICE, wait=5 * MINUTE)
    assert {order.due for order in decide(alert(), slow, PLAN, False, NOW)} == {NOW + 5 * MINUTE}


@pytest.mark.parametrize("given_", [{"live": False}, {"late": True}])
def test_what_is_not_live_or_late_is_never_told(given_: dict[str, Any]) -> None:
    one = alert(**given_)
    assert told(one) == []
    one.resolved, one.ended = NOW, NOW
    assert told(one) == []
    assert one.closed


def test_a_muted_alert_that_is_still_open_is_told_when_the_silence_ends() -> None:
    one = alert()
    assert told(one, muted=True) == []
    assert names(told(one, NOW + HOUR)) == [("firing", "mail"), ("firing", "duty")]


def test_a_muted_alert_that_ends_in_the_silence_is_never_told() -> None:
    one = alert()
    told(one, muted=True)
    one.resolved = NOW
    assert told(one, muted=True) == []
    assert one.closed
    assert told(one, NOW + HOUR) == []


def test_a_rise_of_level_is_told_even_when_acknowledged_and_a_fall_is_not() -> None:
    one = alert(level=Level.WARNING)
    told(one)
    one.acknowledged = NOW
    one.level = Level.CRITICAL
    assert names(told(one)) == [("level", "mail"), ("level", "duty")]
    one.level = Level.INFO
    assert told(one, NOW + HOUR) == []
    one.level = Level.CRITICAL
    assert told(one, NOW + 2 * HOUR) == []


def test_each_step_is_taken_once_when_nobody_acknowledges() -> None:
    one = alert()
    told(one)
    assert told(one, NOW + 15 * MINUTE - 1) == []
    assert names(told(one, NOW + 15 * MINUTE)) == [("escalation", "chief")]
    assert told(one, NOW + 16 * MINUTE) == []
    assert names(told(one, NOW + 31 * MINUTE)) == [("escalation", "mail"), ("escalation", "prefect")]
    assert told(one, NOW + HOUR) == []


def test_steps_missed_while_we_were_down_are_taken_at_once() -> None:
    one = alert()
    told(one)
    assert len(told(one, NOW + HOUR)) == 3


def test_a_rise_of_level_begins_the_escalation_anew() -> None:
    one = alert(level=Level.WARNING)
    told(one)
    one.level = Level.CRITICAL
    assert names(told(one, NOW + HOUR)) == [("level", "mail"), ("level", "duty")]
    assert names(told(one, NOW + HOUR + 15 * MINUTE)) == [("escalation", "chief")]


def test_an_acknowledged_alert_has_no_steps_and_no_reminders() -> None:
    one = alert()
    told(one)
    one.acknowledged = NOW + MINUTE
    assert told(one, NOW + 9 * HOUR) == []


def test_reminders_come_at_their_interval_and_not_in_a_burst() -> None:
    one = alert()
    plan = Plan(routes=(replace(PLAN.routes[0], escalate=()),))
    told(one, plan=plan)
    assert told(one, NOW + 4 * HOUR - 1, plan) == []
    assert names(told(one, NOW + 4 * HOUR, plan)) == [("reminder", "mail"), ("reminder", "duty")]
    assert told(one, NOW + 5 * HOUR, plan) == []
    assert len(told(one, NOW + 17 * HOUR, plan)) == 2
    assert told(one, NOW + 17 * HOUR + 1, plan) == []


def test_two_routes_remind_each_at_its_own_interval() -> None:
    plan = Plan(routes=(Route(("often",), remind=HOUR), Route(("seldom",), remind=3 * HOUR)))
    one = alert()
    told(one, plan=plan)
    found = [(hour, channel) for hour in range(1, 7) for _, channel in names(told(one, NOW + hour * HOUR, plan))]
    assert [hour for hour, channel in found if channel == "often"] == [1, 2, 3, 4, 5, 6]
    assert [hour for hour, channel in found if channel == "seldom"] == [3, 6]


def test_an_end_goes_to_whoever_was_told_and_closes_the_alert() -> None:
    one = alert()
    told(one)
    one.resolved = NOW + HOUR
    assert names(told(one, NOW + HOUR)) == [("resolved", TOLD)]
    assert one.closed
    assert told(one, NOW + HOUR) == []


def test_late_data_that_withdraws_an_alert_is_said_to() -> None:
    one = alert()
    told(one)
    one.withdrawn = True
    assert names(told(one)) == [("withdrawn", TOLD)]


def test_an_alert_nobody_was_told_of_ends_without_words() -> None:
    one = alert(resolved=NOW)
    assert told(one) == []
    assert one.closed


def test_an_alert_that_is_opened_again_is_said_to_be() -> None:
    one = alert()
    told(one)
    one.resolved = NOW
    told(one)
    one.resolved, one.reopened, one.noticed, one.closed = None, 1, 0, False
    assert names(told(one, NOW + MINUTE)) == [("reopened", "mail"), ("reopened", "duty")]


def test_info_waits_until_the_quiet_hours_end() -> None:
    one = alert(level=Level.INFO)
    (order,) = told(one, NIGHT)
    assert order.due == NIGHT + 7 * HOUR
    (order,) = told(alert(level=Level.WARNING), NIGHT)
    assert order.due == NIGHT + 500


def test_no_route_no_words_until_its_hours_come() -> None:
    plan = Plan(routes=(Route(("office",), calendar=DAY),))
    one = alert()
    assert told(one, NIGHT, plan) == []
    assert names(told(one, NIGHT + 8 * HOUR, plan)) == [("firing", "office")]


def test_the_hours_of_a_route_say_who_is_told() -> None:
    plan = Plan(routes=(Route(("office",), calendar=DAY), Route(("duty",), not_calendar=DAY)))
    assert names(told(alert(), NOW, plan)) == [("firing", "office")]
    assert names(told(alert(), NIGHT, plan)) == [("firing", "duty")]


def test_the_steps_of_a_route_go_on_when_its_hours_are_over() -> None:
    plan = Plan(routes=(Route(("office",), calendar=DAY, escalate=(Step(15 * MINUTE, ("chief",)),)),))
    evening = NOW + 5 * HOUR - MINUTE
    one = alert()
    told(one, evening, plan)
    assert names(told(one, evening + 15 * MINUTE, plan)) == [("escalation", "chief")]


def test_a_route_selects_by_place_tag_and_rule() -> None:
    one = alert()
    tagged = Plan(routes=(Route(("mail",), selector=Selector(tags=frozenset({"winter"}))),))
    assert decide(one, ICE, tagged, False, NOW) == []
    assert len(decide(one, ICE, tagged, False, NOW, ("winter",))) == 1
    other = Plan(routes=(Route(("mail",), rules=frozenset({"flood"})),))
    assert told(alert(), plan=other) == []


def test_alerts_of_a_site_share_a_group_and_silence_is_a_group_of_its_own() -> None:
    silent = replace(ICE, id="silent", kind=Kind.SILENT, group="commune")
    assert group_of(alert(1), ICE) == group_of(alert(2), replace(ICE, id="hoar_frost")) == "site:sioule"
    assert group_of(alert(), silent) == "commune:03254:silent"
    assert group_of(alert(), replace(ICE, group="all")) == "all:"
    ours = alert()
    ours.series = Series("platform", "vigiterre", "", "", "")
    assert group_of(ours, ICE) == "platform"


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * HOUR), st.sampled_from(["rise", "fall", "end", "again", "mute", "ack", "tick"]))
    )
)
def test_whatever_happens_asking_again_gives_nothing_new(happenings: list[tuple[int, str]]) -> None:
    one, now, muted, openings, firsts = alert(level=Level.INFO), NOW, False, 1, 0
    for pause, what in happenings:
        now += pause
        if what == "rise":
            one.level = Level.CRITICAL
        elif what == "fall":
            one.level = Level.INFO
        elif what == "end" and one.open:
            one.resolved = now
        elif what == "again" and not one.open:
            one.resolved, one.reopened, one.noticed, one.closed, one.acknowledged = None, openings, 0, False, 0
            openings += 1
        elif what == "mute":
            muted = not muted
        elif what == "ack":
            one.acknowledged = now
        orders = decide(one, ICE, PLAN, muted, now)
        kinds = {order.kind for order in orders}
        firsts += bool(kinds & {NoticeKind.FIRING, NoticeKind.REOPENED})
        assert not (muted and orders)
        assert len({(order.kind, order.channel) for order in orders}) == len(orders)
        assert decide(one, ICE, PLAN, muted, now) == []
    assert firsts <= openings
