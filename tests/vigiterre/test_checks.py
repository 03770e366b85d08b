"""What rules on ourselves are told, and from when silence counts."""

from pathlib import Path

import pytest

from alerts.rules_file import PLATFORM_CHECKS
from ingest.mqtt import State
from ingest.trouble import Trouble
from vigiterre.checks import BACKLOG_MS, BRIEF_MS, Checks, Ear
from vigiterre.run import Run
from vigiterre.service import Service
from vigiterre.settings import Settings
from vigiterre.tls.terms import Terms

CONFIG = Path(__file__).parent.parent.parent / "config"
NOW = 1_795_608_000_000


def service_in(folder: Path) -> Service:
    return Service(Settings(data_dir=folder, store={"url": "memory:"}), CONFIG)


def test_every_check_that_a_rule_may_name_is_made(tmp_path: Path) -> None:
    service = service_in(tmp_path)
    words = Checks(service, lambda: State(connected=True), dict, Terms(Settings(), None)).words(NOW)
    assert set(words) == set(PLATFORM_CHECKS)
    assert {name for name, said in words.items() if said} <= {"disk"}
    service.close()


def test_what_is_wrong_is_said_in_words(tmp_path: Path) -> None:
    service = service_in(tmp_path)
    state = State(link=Trouble("unreachable", {"address": "mqtt://b", "section": "mqtt"}), session_lost=0)
    clock = [0.0]
    checks = Checks(service, lambda: state, lambda: {"broker far": "away"}, Terms(Settings(), None), lambda: clock[0])
    service.pipeline.trouble = Trouble("write_failed", {"what": "store", "detail": "x"}).words
    service.alerting.engine.broken["ice"] = "trace"
    words = checks.words(NOW)
    assert "rien n'écoute" in words["broker"]
    assert words["foreign"] == "away"
    assert "store" in words["store"]
    assert "ice" in words["rules"]
    service.close()


def test_a_lost_session_and_a_clock_that_jumps_are_said_for_ten_minutes(tmp_path: Path) -> None:
    service = service_in(tmp_path)
    state, clock = State(connected=True), [0.0]
    checks = Checks(service, lambda: state, dict, Terms(Settings(), None), lambda: clock[0])
    assert not checks.words(NOW)["session"]
    state.session_lost = 1
    assert checks.words(NOW + 3_600_000)["clock"]
    assert checks.words(NOW + 3_600_000)["session"]
    clock[0] = 601
    words = checks.words(NOW + 3_600_000 + 601_000)
    assert not words["clock"]
    assert not words["session"]
    service.close()


def test_many_refusals_are_said_and_few_are_not(tmp_path: Path) -> None:
    service = service_in(tmp_path)
    clock = [0.0]
    checks = Checks(service, lambda: State(connected=True), dict, Terms(Settings(), None), lambda: clock[0])
    assert not checks.words(NOW)["quarantine"]
    counts = service.pipeline.counts
    counts.stored, counts.refused["schema"] = 1_000, 30  # type: ignore[index]
    assert not checks.words(NOW)["quarantine"]
    counts.refused["schema"] = 300  # type: ignore[index]
    assert "300" in checks.words(NOW)["quarantine"]
    clock[0] = 700
    checks.words(NOW + 700_000)
    assert not checks.words(NOW + 700_000)["quarantine"]
    service.close()


def heard(ear: Ear, state: State, now: int, set_by: int = 0) -> int | None:
    """`set_by`: how far the wall clock was set, ms."""
    return ear.hearing(state, now + set_by, now / 1000)


def listening() -> tuple[Ear, State]:
    """Connected, and what the broker had kept for us is here at NOW."""
    ear, state = Ear(), State(connected=True)
    assert heard(ear, state, NOW - BACKLOG_MS) is None
    assert heard(ear, state, NOW) == 0
    return ear, state


def test_silence_counts_anew_when_the_broker_was_away_for_long() -> None:
    ear, state = listening()
    state.connected = False
    assert heard(ear, state, NOW) is None
    state.connected = True
    assert heard(ear, state, NOW + 2 * BRIEF_MS) == NOW + 2 * BRIEF_MS
    assert heard(ear, state, NOW + 2 * BRIEF_MS + 1) == NOW + 2 * BRIEF_MS


def test_after_a_short_absence_of_the_broker_the_devices_have_as_long_to_come_back() -> None:
    ear, state = listening()
    state.connected = False
    assert heard(ear, state, NOW) is None
    state.connected = True
    assert heard(ear, state, NOW + 40_000) is None
    assert heard(ear, state, NOW + 79_999) is None
    assert heard(ear, state, NOW + 80_000) == 0


def test_silence_counts_anew_when_the_broker_kept_nothing_for_us() -> None:
    ear, state = listening()
    state.session_lost = 1
    assert heard(ear, state, NOW + 5) == NOW + 5


def test_before_the_first_connection_nobody_is_heard_and_once_the_backlog_came_all_were() -> None:
    ear, state = Ear(), State()
    assert heard(ear, state, NOW) is None
    state.connected = True
    assert heard(ear, state, NOW + BRIEF_MS) is None
    assert heard(ear, state, NOW + BRIEF_MS + BACKLOG_MS) == 0


@pytest.mark.parametrize("step", [3_600_000, -3_600_000])
def test_no_device_is_silent_because_the_clock_was_set(step: int) -> None:
    ear, state = listening()
    assert heard(ear, state, NOW + 1_000, step) is None
    now = NOW + 2_000 + BACKLOG_MS
    assert heard(ear, state, now, step) == NOW + 1_000 + step
    assert heard(ear, state, now + 1_000) is None
    assert heard(ear, state, now + 2_000 + BACKLOG_MS) == now + 1_000


async def test_a_mistake_of_ours_at_a_tick_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_in(tmp_path)
    run = Run(service)
    monkeypatch.setattr(run.platform, "words", lambda _now: 1 // 0)
    await run.pass_time(NOW, 0)
    assert "ZeroDivisionError" in run.checks()["alerts"]
    assert not run.healthy()
    monkeypatch.undo()
    await run.pass_time(NOW, 0)
    assert not run.checks()["alerts"]
    service.close()
