"""What dashboards are told of alerts."""

from territory import START, device, registry

from alerts.alert import Alert, Mute, MuteKind, Transition, What
from alerts.export import maintenance, open_now, readings_of
from alerts.rule import Level
from alerts.selector import Selector
from devices.reading import Reading, Series

WHERE = Series("road", "d1", "station", "site-a", "03190")
ALERT = Alert(1, "ice", WHERE, Level.CRITICAL, Level.CRITICAL, START, START)


def told(*transitions: Transition) -> list[tuple[int, dict[str, float]]]:
    return [(one.time, one.values) for one in readings_of(transitions, {1: ALERT}.get)]


def happened(what: What, time: int, level: Level = Level.CRITICAL, detail: str = "") -> Transition:
    return Transition(1, time, time, what, level, None, detail)


def test_a_field_holds_the_level_from_each_transition_on_and_zero_after_the_end() -> None:
    assert told(
        happened(What.FIRED, START, Level.WARNING),
        happened(What.LEVEL, START + 1),
        happened(What.ACKNOWLEDGED, START + 2),
        happened(What.NOTICED, START + 3),
        happened(What.RESOLVED, START + 4),
        happened(What.REOPENED, START + 5),
    ) == [
        (START, {"ice": 2.0}),
        (START + 1, {"ice": 3.0}),
        (START + 2, {"ice": 3.0, "ice_acknowledged": 1.0}),
        (START + 4, {"ice": 0.0, "ice_acknowledged": 0.0}),
        (START + 5, {"ice": 3.0}),
    ]


def test_the_measurement_is_alert_with_the_tags_of_the_device() -> None:
    [reading] = readings_of([happened(What.FIRED, START)], {1: ALERT}.get)
    assert reading.series == WHERE._replace(domain="alert")


def test_an_edge_that_late_data_moved_is_moved_in_the_store_too() -> None:
    assert told(happened(What.CORRECTED, START - 5, detail=f"opened {START}")) == [
        (START, {"ice": 0.0}),
        (START - 5, {"ice": 3.0}),
    ]
    assert told(happened(What.CORRECTED, START + 9, detail=f"resolved {START + 5}")) == [
        (START + 5, {"ice": 3.0}),
        (START + 9, {"ice": 0.0}),
    ]


def test_an_alert_that_is_forgotten_is_left_out() -> None:
    assert readings_of([Transition(2, START, START, What.FIRED, Level.INFO)], {1: ALERT}.get) == []


def test_what_is_open_is_said_again() -> None:
    over = Alert(2, "ice", WHERE, Level.INFO, Level.INFO, START, START, resolved=START)
    assert open_now([ALERT, over], START + 7) == [Reading(WHERE._replace(domain="alert"), START + 7, {"ice": 3.0})]


def test_a_maintenance_window_is_on_each_device_that_it_selects_and_a_silence_on_none() -> None:
    among = registry(device("d1"), device("d2"), device("d3", site="site-b"))
    window = Mute(
        1, MuteKind.MAINTENANCE, Selector(sites=frozenset({"site-a"})), frozenset(), START, START + 9, "", "", 0
    )
    found = [
        (one.series.domain, one.series.device, one.time, one.values["active"]) for one in maintenance(window, among)
    ]
    assert found == [
        ("maintenance", "d1", START, 1.0),
        ("maintenance", "d1", START + 9, 0.0),
        ("maintenance", "d2", START, 1.0),
        ("maintenance", "d2", START + 9, 0.0),
    ]
    assert maintenance(window._replace(kind=MuteKind.SILENCE), among) == []
