"""What a technician may rely on, rule by rule and minute by minute, on the engine alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from territory import MINUTE, START, device, engine, month_day, reading, registry, rule, threshold

from alerts.alert import Alert, What
from alerts.engine import Engine
from alerts.judge import Season
from alerts.reconcile import Change
from alerts.rule import Condition, Kind, Level, Limit, Measure, Rule
from alerts.selector import Selector
from devices.registry import Registry

HOT = rule("hot", threshold(above=30.0, clear=28.0, delay=10, keep=5))
SILENT = rule("silent", threshold(factor=3.0), kind=Kind.SILENT, quantity="")
STORE = rule("store_away", threshold(Level.CRITICAL, delay=1, keep=1), kind=Kind.PLATFORM, quantity="", check="store")


class Scene:
    """An engine with a clock in minutes; every reading is received when it is measured, unless said."""

    def __init__(self, *rules: Rule, among: Registry | None = None) -> None:
        self.registry = among or registry()
        self.engine: Engine = engine(*rules, among=self.registry)
        self.alerts: dict[int, Alert] = {}
        self.happened: list[tuple[float, What]] = []

    def reads(self, minute: float, value: float, received: float | None = None, **others: object) -> None:
        name, live = str(others.pop("name", "d1")), bool(others.pop("live", True))
        values = {"surface": value, **{key: float(str(one)) for key, one in others.items()}}
        at = START + round((minute if received is None else received) * MINUTE)
        self.engine.take([reading(self.registry, name, START + round(minute * MINUTE), values)], at, live=live)
        self.note(self.engine.changes(at))

    def passes(self, minute: float, checks: Mapping[str, str] | None = None, *, deaf: bool = False) -> None:
        at = START + round(minute * MINUTE)
        self.engine.tick(at, hearing=None if deaf else 0, checks=checks or {})
        self.note(self.engine.changes(at))

    def note(self, changes: Sequence[Change]) -> None:
        for alert, transitions in changes:
            self.alerts[alert.id] = alert
            self.happened += [((one.time - START) / MINUTE, one.what) for one in transitions]

    @property
    def open(self) -> list[Alert]:
        return [one for one in self.alerts.values() if one.open]

    def only(self) -> Alert:
        [alert] = self.alerts.values()
        return alert


def minutes(time: int | None) -> float | None:
    return None if time is None else (time - START) / MINUTE


def test_a_breach_fires_after_for_at_the_minute_and_resolves_after_keep() -> None:
    scene = Scene(HOT)
    for minute, value in ((0, 25.0), (5, 31.0), (12, 32.0), (20, 33.0), (27, 27.0), (33, 27.0)):
        scene.reads(minute, value)
    alert = scene.only()
    assert (minutes(alert.raised), minutes(alert.opened), minutes(alert.resolved)) == (5, 15, 32)
    assert scene.happened == [(15, What.FIRED), (32, What.RESOLVED)]


def test_time_alone_fires_it_while_the_last_reading_holds() -> None:
    scene = Scene(HOT)
    scene.reads(0, 31.0)
    scene.passes(9.9)
    assert not scene.alerts
    scene.passes(10)
    assert minutes(scene.only().opened) == 10
    assert scene.only().live


def test_a_term_that_ends_while_we_are_deaf_waits_half_a_minute_for_what_the_broker_kept() -> None:
    for kept, opened in ((20.0, []), (32.0, [10])):
        scene = Scene(HOT)
        scene.reads(0, 31.0)
        scene.passes(10.1, deaf=True)
        assert not scene.alerts
        scene.reads(9, kept, received=10.2)
        scene.passes(10.3)
        assert [minutes(one.opened) for one in scene.open] == opened
    scene = Scene(HOT)
    scene.reads(0, 31.0)
    for minute in (10.1, 10.5, 10.7):
        scene.passes(minute, deaf=True)
    assert minutes(scene.only().opened) == 10


def test_p10_a_gap_is_no_breach() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0, delay=20),)))
    scene.reads(0, 31.0)
    scene.passes(19)
    scene.passes(21)
    scene.reads(40, 31.0)
    assert not scene.alerts  # 15 minutes after the first reading nobody knew any more
    scene.reads(50, 31.0)
    scene.reads(60, 31.0)
    assert minutes(scene.only().opened) == 60


def test_a_gap_does_not_end_what_fires() -> None:
    scene = Scene(HOT)
    scene.reads(0, 31.0)
    scene.reads(10, 31.0)
    scene.passes(600)
    assert len(scene.open) == 1
    scene.reads(610, 20.0)
    scene.passes(615)
    assert minutes(scene.only().resolved) == 615


def test_p16_a_value_that_swings_around_the_threshold_for_an_hour_is_one_alert() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)))
    for minute in range(61):
        scene.reads(minute, 31.0 if minute % 2 == 0 else 29.0)
        scene.passes(minute + 0.5)
    assert [what for _, what in scene.happened] == [What.FIRED]
    scene.reads(61, 27.0)
    assert [what for _, what in scene.happened] == [What.FIRED, What.RESOLVED]


def test_a_level_that_rises_is_the_same_alert() -> None:
    levels = (threshold(Level.WARNING, above=30.0, clear=28.0), threshold(Level.CRITICAL, above=40.0, clear=38.0))
    scene = Scene(rule("hot", *levels))
    for minute, value in enumerate((31.0, 41.0, 39.0, 37.0, 27.0)):
        scene.reads(minute, value)
    alert = scene.only()
    assert scene.happened == [(0, What.FIRED), (1, What.LEVEL), (3, What.LEVEL), (4, What.RESOLVED)]
    assert (alert.level, alert.peak) == (Level.WARNING, Level.CRITICAL)


def test_late_data_that_says_otherwise_withdraws_the_alert() -> None:
    scene = Scene(HOT)
    scene.reads(0, 31.0)
    scene.reads(10, 31.0)
    assert len(scene.open) == 1
    scene.reads(5, 20.0, received=11)
    assert scene.only().withdrawn
    assert scene.happened[-1] == (10, What.WITHDRAWN)


def test_an_interval_that_is_over_when_it_is_found_is_history_and_nobody_is_told() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)))
    scene.reads(0, 20.0)
    scene.reads(20, 20.0)
    scene.reads(10, 35.0, received=21)
    alert = scene.only()
    assert (minutes(alert.opened), minutes(alert.resolved)) == (10, 20)
    assert alert.late
    assert alert.closed
    assert not alert.live


def test_a_replay_opens_no_alert_that_people_are_told_of() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)))
    scene.reads(0, 35.0, live=False)
    scene.passes(1)
    assert not scene.only().live
    scene.reads(2, 35.0)
    assert scene.only().live


def test_a_backlog_is_told_when_its_last_reading_still_breaches_and_no_earlier() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)))
    for minute in range(0, 60, 10):
        scene.reads(minute, 35.0, received=300)
        scene.passes(300)
        assert not scene.only().live
    scene.passes(300.02)
    assert not scene.only().live
    scene.passes(300.05)
    assert scene.only().live


def test_a_backlog_that_ends_well_tells_nobody() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)))
    for minute, value in ((0, 35.0), (10, 35.0), (20, 20.0)):
        scene.reads(minute, value, received=300)
    scene.passes(301)
    assert not scene.open
    assert not scene.only().live


def test_a_device_whose_clock_is_behind_and_that_never_pauses_is_told_of_too() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)))
    for second in range(0, 40, 2):
        scene.reads(second / 60, 35.0, received=10 + second / 60)
        scene.passes(10 + (second + 1) / 60)
    assert scene.only().live


def test_a_condition_on_another_quantity_is_that_of_the_moment() -> None:
    wet = (Condition("state", states=frozenset({1.0, 2.0})),)
    scene = Scene(rule("ice", threshold(Level.CRITICAL, below=0.0, clear=1.0), when=wet))
    scene.reads(0, -1.0, state=0)
    assert not scene.alerts
    scene.reads(10, -1.0, state=2)
    assert len(scene.open) == 1
    scene.reads(20, -1.0, state=0)
    assert not scene.open


def test_what_a_rule_needs_and_does_not_know_neither_raises_nor_clears() -> None:
    wet = (Condition("state", states=frozenset({2.0})),)
    scene = Scene(rule("ice", threshold(below=0.0, clear=1.0), when=wet))
    scene.reads(0, -1.0)
    assert not scene.alerts
    scene.reads(5, -1.0, state=2)
    scene.reads(30, -1.0)  # the state is 25 minutes old: nobody knows
    assert len(scene.open) == 1


def test_a_limit_may_be_a_parameter_of_the_device() -> None:
    flood = rule("flood", threshold(above=Limit(0.0, "alert_level"), clear=Limit(-0.1, "alert_level")))
    among = registry(device("low", alert_level=0.5), device("high", alert_level=2.0), device("none"))
    scene = Scene(flood, among=among)
    for name in ("low", "high", "none"):
        scene.reads(0, 1.0, name=name)
    assert [(one.series.device, one.threshold) for one in scene.open] == [("low", 0.5)]


def test_a_river_that_rises_fast_is_told_by_its_rate() -> None:
    rising = rule("rising", threshold(above=0.2, clear=0.1), measure=Measure.RATE, window=60 * MINUTE)
    scene = Scene(rising)
    for step in range(7):
        scene.reads(step * 10, 1.0 + step * 0.05)
    alert = scene.only()
    assert minutes(alert.opened) == 30  # half a window must lie between the two values
    assert alert.value == pytest.approx(0.3)


def test_water_that_runs_all_night_is_a_leak_and_a_new_meter_is_not() -> None:
    leak = rule(
        "leak", threshold(above=0.05, clear=0.0), measure=Measure.INCREASE, window=60 * MINUTE, quantity="volume"
    )
    scene = Scene(leak)
    for step in range(7):
        scene.reads(step * 10, 0.0, volume=500.0 + step * 0.01)
    assert len(scene.open) == 1
    scene = Scene(leak)
    for minute, volume in ((0, 500.0), (10, 500.0), (20, 0.0), (30, 0.0)):
        scene.reads(minute, 0.0, volume=volume)
    assert not scene.alerts


def test_p11_silence_is_three_intervals_without_a_reading_and_ends_with_one() -> None:
    scene = Scene(SILENT)
    scene.reads(0, 1.0)
    scene.passes(29.9)
    assert not scene.alerts
    scene.passes(30)
    assert (minutes(scene.only().raised), minutes(scene.only().opened)) == (0, 30)
    scene.reads(31, 1.0)
    assert not scene.open
    scene.passes(62)
    assert len(scene.open) == 1


def test_p11_a_device_that_was_never_heard_is_silent_too() -> None:
    scene = Scene(SILENT)
    scene.passes(0)
    scene.passes(29)
    assert not scene.alerts
    scene.passes(31)
    assert scene.only().series.device == "d1"


def test_while_we_are_deaf_nobody_is_silent_and_afterwards_all_have_their_term() -> None:
    scene = Scene(SILENT)
    scene.reads(0, 1.0)
    scene.passes(29)
    for minute in range(30, 200):
        scene.passes(minute, deaf=True)
    scene.engine.tick(START + 201 * MINUTE, hearing=START + 200 * MINUTE, checks={})
    scene.note(scene.engine.changes(START + 201 * MINUTE))
    assert not scene.alerts
    scene.engine.tick(START + 231 * MINUTE, hearing=START + 200 * MINUTE, checks={})
    scene.note(scene.engine.changes(START + 231 * MINUTE))
    assert minutes(scene.only().opened) == 230


def test_p11_each_silence_is_found_within_a_tick_however_often_it_comes() -> None:
    scene = Scene(replace(SILENT, levels=(threshold(factor=3.0), threshold(Level.CRITICAL, factor=12.0))))
    for begin in range(0, 2_000, 200):
        scene.reads(begin, 1.0)
        scene.passes(begin + 29)
        assert not scene.open
        scene.passes(begin + 30)
        assert [one.level for one in scene.open] == [Level.WARNING]
        scene.passes(begin + 120)
        assert [one.level for one in scene.open] == [Level.CRITICAL]
    assert len(scene.alerts) == 10


def test_a_check_of_ourselves_is_one_alert_with_its_words() -> None:
    scene = Scene(STORE)
    scene.passes(0)
    for second in range(0, 600, 10):
        scene.passes(1 + second / 60, {"store": "nothing listens"})
    assert scene.only().detail == "nothing listens"
    assert minutes(scene.only().opened) == 2
    for second in range(0, 120, 10):
        scene.passes(11 + second / 60)
    assert [what for _, what in scene.happened] == [What.FIRED, What.RESOLVED]


def test_a_rule_that_fails_says_so_and_the_others_go_on() -> None:
    scene = Scene(replace(HOT, id="bad"), replace(HOT, id="good", levels=(threshold(above=30.0, clear=28.0),)))
    scene.engine.seasons["bad"] = Season(Broken(), None, (None, None), month_day)
    scene.reads(0, 35.0)
    assert set(scene.engine.broken) == {"bad"}
    assert [one.rule for one in scene.open] == ["good"]


def test_a_rule_that_is_mended_goes_on_from_its_open_alert() -> None:
    hot = replace(HOT, levels=(threshold(above=30.0, clear=28.0),))
    scene = Scene(hot)
    scene.reads(0, 35.0)
    good, scene.engine.seasons = scene.engine.seasons, {"hot": Season(Broken(), None, (None, None), month_day)}
    scene.engine.desks["d1"].watches["hot"].season = scene.engine.seasons["hot"]
    scene.reads(1, 35.0)
    assert set(scene.engine.broken) == {"hot"}
    scene.engine.reload({"hot": hot}, {}, scene.registry, START + 2 * MINUTE)
    assert good.keys() == scene.engine.seasons.keys()
    scene.reads(2, 20.0)
    assert not scene.open
    assert len(scene.alerts) == 1


class Broken:
    def slot(self, time_ms: int) -> tuple[int, int] | None:
        raise ZeroDivisionError(time_ms)


def test_outside_its_season_and_its_hours_a_rule_is_clear() -> None:
    class Mornings:
        def slot(self, time_ms: int) -> tuple[int, int] | None:
            begin = time_ms - (time_ms - START) % (60 * MINUTE)
            return (begin, begin + 30 * MINUTE) if time_ms < begin + 30 * MINUTE else None

    now = replace(HOT, levels=(threshold(above=30.0, clear=28.0),))
    summer = replace(now, id="summer", season=((6, 1), (8, 31)))
    winter = replace(now, id="winter", season=((11, 15), (3, 15)))
    later = replace(now, id="later", valid=(START + 60 * MINUTE, None))
    early = replace(now, id="early", calendar="mornings")
    rules = {one.id: one for one in (summer, winter, later, early)}
    scene = Scene()
    scene.engine.reload(rules, {"mornings": Mornings()}, scene.registry, START)
    scene.reads(0, 35.0)
    assert {one.rule for one in scene.open} == {"winter", "early"}
    scene.reads(40, 35.0)
    assert {one.rule for one in scene.open} == {"winter"}
    scene.reads(61, 35.0)
    assert {one.rule for one in scene.open} == {"winter", "later", "early"}


def test_a_reload_keeps_what_is_unchanged_and_carries_the_open_alert_of_what_is_changed() -> None:
    other = replace(HOT, id="other", levels=(threshold(above=30.0, clear=28.0),))
    scene = Scene(HOT, other)
    scene.reads(0, 31.0)
    stricter = replace(other, levels=(threshold(above=30.5, clear=29.0),))
    scene.engine.reload({"hot": HOT, "other": stricter}, {}, scene.registry, START + 5 * MINUTE)
    scene.note(scene.engine.changes(START + 5 * MINUTE))
    scene.passes(10)
    assert {one.rule: minutes(one.opened) for one in scene.open} == {"hot": 10, "other": 0}
    looser = replace(other, levels=(threshold(above=40.0, clear=38.0),))
    scene.engine.reload({"hot": HOT, "other": looser}, {}, scene.registry, START + 12 * MINUTE)
    scene.note(scene.engine.changes(START + 12 * MINUTE))
    assert [one.rule for one in scene.open] == ["hot"]


def test_a_rule_or_a_device_that_is_taken_out_ends_its_alerts() -> None:
    among = registry(device("d1"), device("d2"))
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)), among=among)
    scene.reads(0, 31.0)
    scene.reads(0, 31.0, name="d2")
    fewer = registry(device("d1"))
    scene.engine.reload(scene.engine.rules, {}, fewer, START + MINUTE)
    scene.note(scene.engine.changes(START + MINUTE))
    assert [one.series.device for one in scene.open] == ["d1"]
    scene.engine.reload({}, {}, fewer, START + 2 * MINUTE)
    scene.note(scene.engine.changes(START + 2 * MINUTE))
    assert not scene.open
    assert not any(one.withdrawn for one in scene.alerts.values())


def test_a_device_that_is_moved_out_of_a_rule_ends_its_alert() -> None:
    here = replace(HOT, levels=(threshold(above=30.0, clear=28.0),), selector=Selector(sites=frozenset({"site-a"})))
    scene = Scene(here)
    scene.reads(0, 31.0)
    moved = scene.registry.profiles["d1"].series_at(START)._replace(site="site-b")
    scene.engine.take([reading(scene.registry, "d1", START + MINUTE, {"surface": 31.0})._replace(series=moved)], START)
    scene.note(scene.engine.changes(START + MINUTE))
    assert not scene.open


def test_memory_is_given_back() -> None:
    scene = Scene(replace(HOT, levels=(threshold(above=30.0, clear=28.0),)))
    for minute in range(0, 3_000, 10):
        scene.reads(minute, 31.0 if minute == 10 else 20.0)
        scene.engine.forget()
    desk = scene.engine.desks["d1"]
    assert not desk.watches
    assert len(desk.samples["surface"]) <= 9  # an hour of lateness, the hold before it, and what holds still
