"""What dashboards are told of alerts."""

from dataclasses import replace

import pytest
from territory import START, device, registry, rule, threshold

from alerts.alert import OURSELVES, Alert, Mute, MuteKind, Transition, What
from alerts.engine import PLATFORM_SERIES
from alerts.export import LATE_MS, Names, maintenance, marks_of, open_now, overtaken, standing
from alerts.rule import Level
from alerts.selector import Selector
from devices.mark import Mark
from devices.reading import Series

WHERE = Series("road", "d1", "station", "site-a", "03190")
ICE = replace(rule("ice", threshold()), title={"fr": "Verglas", "en": "Ice"})
NAMES = Names(registry(), {"ice": ICE}.get)
ALERT = Alert(1, "ice", WHERE, Level.CRITICAL, Level.CRITICAL, START, START)
TAGS = (
    *(("device", "d1"), ("model", "station"), ("site", "site-a"), ("commune", "03190"), ("domain", "road")),
    *(("label", "Place of d1 (d1)"), ("town", "03190 (03190)"), ("rule", "ice"), ("title", "Verglas")),
)
OVER = {"level": 0.0, "acknowledged": 0.0}
CRITICAL = {"level": 3.0, "acknowledged": 0.0}
FIRED = {**CRITICAL, "opened": 3.0}


def told(*transitions: Transition, alert: Alert = ALERT) -> list[tuple[int, dict[str, float]]]:
    return [(one.time, one.values) for one in marks_of(transitions, {1: alert}.get, NAMES)]


def happened(
    what: What, time: int, level: Level = Level.CRITICAL, detail: str = "", at: int | None = None
) -> Transition:
    return Transition(1, time, time if at is None else at, what, level, None, detail)


def test_level_and_acknowledged_are_said_at_each_transition_so_that_the_last_of_both_is_the_present_state() -> None:
    assert told(
        happened(What.FIRED, START, Level.WARNING),
        happened(What.LEVEL, START + 1_000),
        happened(What.ACKNOWLEDGED, START + 2_000),
        happened(What.NOTICED, START + 3_000),
        happened(What.RESOLVED, START + 4_000),
        happened(What.REOPENED, START + 5_000),
    ) == [
        (START, {"level": 2.0, "acknowledged": 0.0, "opened": 2.0}),
        (START + 1_000, CRITICAL),
        (START + 2_000, {"level": 3.0, "acknowledged": 1.0, "acknowledged_after": 2.0}),
        (START + 4_000, {**OVER, "lasted": 4.0}),
        (START + 5_000, FIRED),
    ]


def test_a_level_that_changes_after_it_was_acknowledged_stays_acknowledged() -> None:
    taken = replace(ALERT, acknowledged=START + 1_000)
    assert told(happened(What.LEVEL, START + 2_000), alert=taken) == [(START + 2_000, {**CRITICAL, "acknowledged": 1})]
    assert told(happened(What.LEVEL, START + 500), alert=taken) == [(START + 500, CRITICAL)]


def test_the_tags_name_device_place_and_rule_as_people_do() -> None:
    assert marks_of([happened(What.FIRED, START)], {1: ALERT}.get, NAMES) == [Mark("alert", TAGS, START, FIRED)]


def test_a_rule_that_is_gone_keeps_its_id_for_a_title() -> None:
    [mark] = marks_of([happened(What.FIRED, START)], {1: ALERT}.get, NAMES._replace(rule=lambda _name: None))
    assert dict(mark.tags)["title"] == "ice"


def test_the_title_is_in_the_language_of_the_installation() -> None:
    [mark] = open_now([ALERT], NAMES._replace(language="en"), START)
    assert dict(mark.tags)["title"] == "Ice"


def test_alerts_about_ourselves_are_marked_without_a_place() -> None:
    ours = replace(ALERT, series=PLATFORM_SERIES)
    [mark] = open_now([ours], NAMES, START)
    assert dict(mark.tags) == {
        "device": OURSELVES,
        "model": OURSELVES,
        "domain": "platform",
        "label": "vigiterre (vigiterre)",
        "rule": "ice",
        "title": "Verglas",
    }


def test_an_edge_that_late_data_moved_is_moved_in_the_store_too() -> None:
    assert told(happened(What.CORRECTED, START - 5, detail=f"opened {START}")) == [
        (START, {**CRITICAL, "opened": 0.0}),  # it stands there still, and did not fire there
        (START - 5, FIRED),
    ]
    assert told(happened(What.CORRECTED, START, detail=f"opened {START - 5}")) == [
        (START - 5, {**OVER, "opened": 0.0}),
        (START, FIRED),
    ]
    assert told(happened(What.CORRECTED, START + 9_000, detail=f"resolved {START + 5_000}")) == [
        (START + 5_000, {**CRITICAL, "lasted": 0.0}),
        (START + 9_000, {**OVER, "lasted": 9.0}),
    ]
    assert told(happened(What.CORRECTED, START + 5_000, detail=f"resolved {START + 9_000}")) == [
        (START + 9_000, {**OVER, "lasted": 0.0}),
        (START + 5_000, {**OVER, "lasted": 5.0}),
    ]


def test_a_beginning_that_moved_changes_how_long_it_lasted() -> None:
    ended = replace(ALERT, opened=START - 1_000, resolved=START + 9_000)
    moved = happened(What.CORRECTED, START - 1_000, detail=f"opened {START}")
    assert told(moved, alert=ended)[-1] == (START + 9_000, {**OVER, "lasted": 10.0})


def test_what_is_withdrawn_never_fired_and_lasted_no_time() -> None:
    ended = replace(ALERT, resolved=START + 9_000, withdrawn=True)
    assert told(happened(What.WITHDRAWN, START), alert=ended) == [
        (START, {**OVER, "opened": 0.0}),
        (START + 9_000, {**OVER, "lasted": 0}),
    ]


def test_of_two_transitions_at_one_time_the_later_known_is_told() -> None:
    assert told(happened(What.FIRED, START, Level.WARNING), happened(What.LEVEL, START)) == [
        (START, {**CRITICAL, "opened": 2.0})
    ]


def test_an_alert_that_is_forgotten_is_left_out() -> None:
    assert marks_of([Transition(2, START, START, What.FIRED, Level.INFO)], {1: ALERT}.get, NAMES) == []
    assert overtaken([Transition(2, START, START, What.RESOLVED, Level.INFO)], {1: ALERT}.get, START) == []


def test_what_is_open_is_said_again() -> None:
    over = replace(ALERT, id=2, resolved=START)
    taken = replace(ALERT, acknowledged=START)
    assert open_now([ALERT, over], NAMES, START + 7) == [Mark("alert", TAGS, START + 7, CRITICAL)]
    assert open_now([taken], NAMES, START + 7)[0].values == {"level": 3.0, "acknowledged": 1.0}


@pytest.mark.parametrize(
    ("one", "refreshed", "again"),
    [
        (happened(What.FIRED, START), START - 1, False),
        (happened(What.LEVEL, START, at=START + 2), START + 1, True),
        (happened(What.FIRED, START, at=START + LATE_MS), 0, True),
        (happened(What.RESOLVED, START), 0, False),
        (happened(What.RESOLVED, START, at=START + 1), 0, True),
        (happened(What.WITHDRAWN, START), 0, True),
        (happened(What.CORRECTED, START), START, True),
        (happened(What.NOTICED, START), START, False),
        (happened(What.ACKNOWLEDGED, START), START, False),
    ],
    ids=str,
)
def test_what_was_known_late_is_said_again_for_now_since_newer_marks_say_otherwise(
    one: Transition, refreshed: int, again: bool
) -> None:
    assert bool(overtaken([one], {1: ALERT}.get, refreshed)) is again


def test_what_ended_before_somebody_acknowledged_it_is_said_to_be_over_now() -> None:
    taken = replace(ALERT, acknowledged=START + 5, resolved=START + 1)
    assert overtaken([happened(What.CORRECTED, START + 1)], {1: taken}.get, 0) == [taken]
    assert standing([taken], [], NAMES, START + 9) == [Mark("alert", TAGS, START + 9, OVER)]


def test_a_rule_that_fires_again_on_the_device_is_not_said_to_be_over() -> None:
    ended, again = replace(ALERT, resolved=START + 1), replace(ALERT, id=2, opened=START + 5, level=Level.INFO)
    elsewhere = replace(ALERT, id=3, series=WHERE._replace(device="d2"))
    [mark] = standing([ended], [elsewhere, again], NAMES, START + 9)
    assert mark.values == {"level": 1.0, "acknowledged": 0.0}


def test_a_maintenance_window_is_on_each_device_that_it_selects_and_a_silence_on_none() -> None:
    among = registry(device("d1"), device("d2"), device("d3", site="site-b"))
    window = Mute(
        1, MuteKind.MAINTENANCE, Selector(sites=frozenset({"site-a"})), frozenset(), START, START + 9, "", "", 0
    )
    found = [(one.measurement, dict(one.tags)["device"], one.time, one.values) for one in maintenance(window, among)]
    assert found == [
        ("maintenance", "d1", START, {"active": 1.0}),
        ("maintenance", "d1", START + 9, {"active": 0.0}),
        ("maintenance", "d2", START, {"active": 1.0}),
        ("maintenance", "d2", START + 9, {"active": 0.0}),
    ]
    assert maintenance(window._replace(kind=MuteKind.SILENCE), among) == []
