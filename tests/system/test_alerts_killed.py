"""Alerts on real processes, killed where it hurts."""

import json
from collections.abc import Callable

import pytest
from alarms import S12, Alarm
from sinks import MINUTE, now_ms
from stale_air import rule

from alerts.alert import What

Kills = Callable[[Alarm], None]


def never(_alarm: Alarm) -> None:
    """For comparison."""


def by_force(alarm: Alarm) -> None:
    alarm.kill()


def after_its_state_was_written_down(alarm: Alarm) -> None:
    """Then the samples of before come from the book, and those after it from the journal."""
    alarm.run.stop()
    alarm.again()
    alarm.kill()


@pytest.mark.parametrize("interrupted", [never, by_force, after_its_state_was_written_down])
def test_p13_killed_in_the_middle_of_ten_minutes_it_fires_once_and_at_the_right_minute(
    alarm: Alarm, interrupted: Kills
) -> None:
    began = now_ms()
    alarm.start(rule(delay="10 min"))
    due_in = 12_000 + 4 * (now_ms() - began)  # two starts before it is due, and more of them on a busy machine
    raised = now_ms() - 10 * MINUTE + due_in
    for minute in (0, 3, 6):
        alarm.devices.say(S12, raised + minute * MINUTE, co2=1600 + minute)
    alarm.judged(3)
    interrupted(alarm)
    assert alarm.alerts() == []
    assert now_ms() < raised + 10 * MINUTE, "the machine was too slow for this test"
    alarm.devices.say(S12, raised + 9 * MINUTE, co2=1610)
    interrupted(alarm)
    alarm.hook.wait_for(S12, "firing", seconds=30 + due_in / 1000)
    [one] = alarm.alerts()
    assert (one.raised, one.opened, one.value) == (raised, raised + 10 * MINUTE, 1610)
    assert alarm.hook.notices[0].at >= one.opened
    listed = json.loads(alarm.run.cli("alerts", "list", "--json").stdout)
    assert [row["rule"] for row in listed] == ["co2"]
    alarm.kill()
    alarm.devices.say(S12, raised + 10 * MINUTE + 5_000, co2=900)
    alarm.hook.wait_for(S12, "firing", "resolved")
    assert alarm.happened(one.id) == [What.FIRED, What.NOTICED, What.RESOLVED]
