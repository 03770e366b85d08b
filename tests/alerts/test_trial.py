"""Tests of rules: what is played, what is compared, and what is said when they differ."""

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from alerts.load import AlertConfig, load_alerts
from alerts.rule import Level
from alerts.trial import Interval, Outcome, Sent, Trial, run, tried
from alerts.trial_file import FOLDER, read_trials
from devices.load import load_registry
from devices.problems import Bilingual, Language, Problem
from devices.reading import Reading
from devices.texts import PROBLEMS
from vigiterre.commands import alerts_test
from vigiterre.shell import Shell

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "alerts"
TERRITORY, TRIALS = DATA / "territory", DATA / "trials"
CONFIG = ROOT / "config"
MINUTE = 60_000
START = 1_768_183_200_000
"""12 January 2026, 03:00 in France."""


REGISTRY = load_registry(TERRITORY)
KNOWN = load_alerts(TERRITORY, REGISTRY)


def trials_of(path: Path) -> tuple[list[Trial], list[Problem]]:
    problems: list[Problem] = []
    return read_trials(path, path.name, KNOWN, REGISTRY, problems), problems


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "trial.toml"
    path.write_text(f'[[tests]]\nname = "x"\nstart = 2026-01-12T03:00:00+01:00\n{text}\n', encoding="utf-8")
    return path


def played(tmp_path: Path, text: str) -> Outcome:
    trials, problems = trials_of(written(tmp_path, text))
    assert [one.text("en") for one in problems] == []
    return run(trials[0], KNOWN, REGISTRY)


# Reading


def bad() -> list[str]:
    return sorted(path.stem for path in (TRIALS / "bad").glob("*.toml"))


@pytest.mark.parametrize("case", bad())
def test_a_bad_file_is_told_all_that_is_wrong_with_it_and_gives_no_test(case: str) -> None:
    trials, problems = trials_of(TRIALS / "bad" / f"{case}.toml")
    assert trials == []
    expected = (TRIALS / "bad" / f"{case}.txt").read_text(encoding="utf-8").splitlines()
    assert [problem.text("en") for problem in problems] == expected
    assert all(problem.text("fr") for problem in problems)
    if case in PROBLEMS:
        assert case in {problem.code for problem in problems}


def test_every_message_of_the_readers_has_its_bad_file() -> None:
    said = {one.code for case in bad() for one in trials_of(TRIALS / "bad" / f"{case}.toml")[1]}
    literals = {
        one.value
        for name in ("trial_file", "trial_device", "trial_moment", "trial_readings")
        for one in ast.walk(ast.parse((ROOT / "alerts" / f"{name}.py").read_text(encoding="utf-8")))
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    assert not {code for code in PROBLEMS if code in literals} - said


def test_all_quantities_of_a_step_are_one_reading_and_a_step_without_any_is_none(tmp_path: Path) -> None:
    text = 'device = "room-1"\ninterval = "5 min"\nnone = true\nrules = ["silent"]\nhearing = false\n'
    text += 'series = { air_temperature = "1 _ _ 4", dew_point = "0 2" }'
    trials, _ = trials_of(written(tmp_path, text))
    assert [(one.reading.time - START, one.reading.values) for one in trials[0].sent] == [
        (0, {"air_temperature": 1, "dew_point": 0}),
        (5 * MINUTE, {"dew_point": 2}),
        (15 * MINUTE, {"air_temperature": 4}),
    ]
    assert all(one.received == one.reading.time for one in trials[0].sent)


def test_moments_are_since_the_start_or_dates_and_dates_without_zone_are_of_france(tmp_path: Path) -> None:
    text = 'device = "door-1"\nrules = ["door"]\n'
    text += 'readings = [{ at = "1 min", values = { door_open = 1 } }, { at = 2026-01-12T03:20:30, values = '
    text += '{ door_open = 0 } }]\nexpect = [{ rule = "door", level = "warning", from = 2026-01-12T02:11:00Z, '
    text += 'until = "1230 s" }]'
    assert played(tmp_path, text).passed


# Playing


def test_what_is_open_at_the_end_is_expected_without_until(tmp_path: Path) -> None:
    text = 'device = "door-1"\nrules = ["door"]\ninterval = "5 min"\nseries = { door_open = "0 1x4" }\n'
    expect = 'expect = [{ rule = "door", level = "warning", from = "15 min"'
    assert played(tmp_path, f"{text}{expect} }}]").passed
    outcome = played(tmp_path, f'{text}{expect}, until = "20 min" }}]')
    assert [one.end for one in outcome.surplus] == [None]
    assert [one.end for one in outcome.missing] == [START + 20 * MINUTE]


def test_an_alert_that_nobody_expects_fails_unless_its_rule_is_left_out(tmp_path: Path) -> None:
    text = 'device = "ford-1"\ninterval = "15 min"\nseries = { water_level = "0x3" }\nend = "90 min"\n'
    outcome = played(tmp_path, f"{text}none = true")
    silent = Interval("silent", "ford-1", Level.WARNING, START + 75 * MINUTE, None)
    assert (outcome.missing, outcome.surplus) == ((), (silent,))
    assert played(tmp_path, f'{text}none = true\nrules = ["flooded"]').passed


def test_an_invented_device_measures_what_it_sends_as_often_as_it_sends(tmp_path: Path) -> None:
    text = 'interval = "5 min"\ndevice = { domain = "environment", id = "new" }\nseries = { ozone = "100 181 100" }\n'
    text += 'rules = ["ozone", "silent"]\nend = "40 min"\nexpect = [\n'
    text += '{ rule = "ozone", level = "info", from = "5 min" },\n'
    text += '{ rule = "silent", device = "new", level = "warning", from = "25 min" },\n]'
    assert played(tmp_path, text).passed


def test_parameters_and_tags_of_an_invented_device_count(tmp_path: Path) -> None:
    text = 'interval = "15 min"\nrules = ["flooded"]\nseries = { water_level = "0 1.2x2" }\n'
    text += 'device = { model = "gauge", domain = "road", tags = ["ford"], params = '
    expect = 'expect = [{ rule = "flooded", level = "critical", from = "15 min" }]'
    assert played(tmp_path, text + "{ alert_level = 0.5, danger_level = 1.2 } }\n" + expect).passed
    assert played(tmp_path, text + "{ alert_level = 1.5, danger_level = 2 } }\nnone = true").passed


def test_a_late_reading_corrects_what_was_found(tmp_path: Path) -> None:
    text = 'device = "door-1"\nrules = ["door"]\ninterval = "10 min"\nseries = { door_open = "0 1 1 1 0" }\n'
    late = 'readings = [{ at = "15 min", received = "39 min", values = { door_open = 0 } }]\n'
    expect = 'expect = [{ rule = "door", level = "warning", from = "%s", until = "40 min" }]'
    assert played(tmp_path, text + expect % "20 min").passed
    assert played(tmp_path, text + late + expect % "30 min").passed


def test_nobody_is_silent_while_nobody_can_be_heard(tmp_path: Path) -> None:
    text = 'device = "door-1"\nrules = ["silent"]\nend = "4 h"\n'
    assert played(tmp_path, f"{text}hearing = false\nnone = true").passed
    assert played(tmp_path, f'{text}expect = [{{ rule = "silent", level = "warning", from = "3 h" }}]').passed


def test_a_check_fires_to_the_second_and_two_failures_are_two_alerts(tmp_path: Path) -> None:
    text = 'checks = [{ check = "store", at = "95 s", until = "10 min" }, { check = "store", at = "40 min" }]\n'
    text += 'rules = ["store"]\nend = "1 h"\nexpect = [\n'
    text += '{ rule = "store", level = "critical", from = "155 s", until = "11 min" },\n'
    text += '{ rule = "store", level = "critical", from = "41 min" },\n]'
    assert played(tmp_path, text).passed


class Unreadable:
    """A calendar with a mistake in it."""

    def slot(self, _time_ms: int) -> tuple[int, int] | None:
        raise ArithmeticError("no such hour")


def test_a_rule_that_cannot_be_judged_fails_the_test(tmp_path: Path) -> None:
    text = 'device = "room-1"\nrules = ["frost"]\ninterval = "5 min"\nnone = true\n'
    text += 'series = { air_temperature = "1x3", dew_point = "1x3" }'
    trials, _ = trials_of(written(tmp_path, text))
    config = AlertConfig(KNOWN.rules, {"school_hours": Unreadable()})  # type: ignore[dict-item]
    outcome = run(trials[0], config, REGISTRY)
    assert not outcome.passed
    assert "no such hour" in outcome.broken["frost"]
    tests = alerts_test.Tests(config, REGISTRY, trials)
    assert "rule frost failed: ArithmeticError: no such hour" in alerts_test.fault(
        Shell(TERRITORY, "en"), outcome, tests
    )


levels = st.lists(st.sampled_from([0.0, 0.08, 0.1, 0.2, 0.26, 0.3, 0.5]), min_size=1, max_size=30)
PROFILE = REGISTRY.profiles["ford-1"]


@settings(max_examples=150, deadline=None)
@given(levels, st.integers(1, 20))
def test_expecting_just_what_comes_passes_and_anything_else_fails(values: list[float], step: int) -> None:
    times = [START + number * step * MINUTE for number in range(len(values))]
    sent = tuple(
        Sent(time, Reading(PROFILE.series_at(time), time, {"water_level": value}))
        for time, value in zip(times, values, strict=True)
    )
    trial = Trial(
        *(Bilingual("x", "x"), "x.toml", 1, START, times[-1] + 120 * MINUTE, ("flooded", "silent"), (PROFILE,)),
        *(sent, (), True, ()),
    )
    found = run(trial, KNOWN, REGISTRY).surplus
    assert run(replace(trial, expected=found), KNOWN, REGISTRY).passed
    for one in found:
        others = tuple(other for other in found if other is not one)
        late = one._replace(start=one.start + 1000)
        assert run(replace(trial, expected=(*others, late)), KNOWN, REGISTRY).missing == (late,)
        assert run(replace(trial, expected=others), KNOWN, REGISTRY).surplus == (one,)
        assert run(replace(trial, expected=(*found, one)), KNOWN, REGISTRY).missing == (one,)


# The tests that ship


SHIPPED_REGISTRY = load_registry(CONFIG)
SHIPPED_CONFIG = load_alerts(CONFIG, SHIPPED_REGISTRY)
RULES = SHIPPED_CONFIG.rules
PROBLEMS_FOUND: list[Problem] = []
SHIPPED = {
    f"{one.file}:{one.line}": one
    for path in sorted((CONFIG / FOLDER).glob("*.toml"))
    for one in read_trials(path, path.name, SHIPPED_CONFIG, SHIPPED_REGISTRY, PROBLEMS_FOUND)
}
TRIED = tried(SHIPPED.values(), SHIPPED_CONFIG, SHIPPED_REGISTRY)


def test_the_shipped_tests_can_be_read() -> None:
    assert [problem.text("en") for problem in PROBLEMS_FOUND] == []
    assert len(SHIPPED) >= 2 * len(RULES)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_test_passes(name: str) -> None:
    outcome = run(SHIPPED[name], SHIPPED_CONFIG, SHIPPED_REGISTRY)
    assert outcome.passed, (outcome.missing, outcome.surplus, outcome.broken)


@pytest.mark.parametrize("tick", [11_000, 600_000])
def test_what_comes_does_not_depend_on_the_steps_in_which_time_passes(
    tick: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.trial.TICK_MS", tick)
    for name, trial in SHIPPED.items():
        assert run(trial, SHIPPED_CONFIG, SHIPPED_REGISTRY).passed, name


@pytest.mark.parametrize("rule", RULES)
def test_every_shipped_rule_fires_in_one_shipped_test_and_rests_in_another(rule: str) -> None:
    assert TRIED[rule].fires
    assert TRIED[rule].rests


@pytest.mark.parametrize("rule", RULES)
def test_every_level_of_every_shipped_rule_is_reached(rule: str) -> None:
    reached = {one.level for trial in SHIPPED.values() for one in trial.expected if one.rule == rule}
    assert reached == {one.level for one in RULES[rule].levels}


def test_the_names_of_the_shipped_tests_are_in_two_languages_and_in_french_typography() -> None:
    for trial in SHIPPED.values():
        french, english = trial.name.text("fr"), trial.name.text("en")
        assert french != english
        assert not re.search(r"[^\u00a0][:;?!»]|«[^\u00a0]|'", french), french


# The command

app = typer.Typer()
app.command("test")(alerts_test.test)


@app.callback()
def shell(context: typer.Context, config: Path, language: str) -> None:
    spoken: Language = "fr" if language == "fr" else "en"
    context.obj = Shell(config, spoken)


def invoked(folder: Path, language: str, *arguments: str) -> Result:
    result = CliRunner().invoke(app, [str(folder), language, "test", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_wrong_expectation_is_shown_beside_what_came_with_the_values_around(language: str) -> None:
    result = invoked(TERRITORY, language, str(TRIALS / "wrong.toml"))
    assert result.exit_code == 1
    said = result.stderr.replace(str(TRIALS) + "/", "")
    assert said == (TRIALS / f"wrong.{language}.txt").read_text(encoding="utf-8")
    assert (
        result.stdout.splitlines()[-1]
        == {
            "fr": "Total : 1 fichier(s), 0 test(s) réussi(s), 5 échoué(s).",
            "en": "Total: 1 file(s), 0 test(s) passed, 5 failed.",
        }[language]
    )


def test_without_a_file_all_shipped_tests_are_run_and_pass() -> None:
    result = invoked(CONFIG, "fr")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1].endswith(f"{len(SHIPPED)} test(s) réussi(s), 0 échoué(s).")


def test_json_is_an_array_of_one_flat_object_a_test() -> None:
    result = invoked(TERRITORY, "en", "--json", str(TRIALS / "wrong.toml"))
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert [(row["line"], row["test"]) for row in rows][:2] == [
        (3, "Ends earlier than expected"),
        (12, "Not expected · Pas attendue"),
    ]
    assert all(set(row) == {"file", "line", "test", "fault"} and "\n" in row["fault"] for row in rows)


def folder_with(tmp_path: Path, text: str) -> Path:
    for path in TERRITORY.rglob("*.*"):
        if path.is_file():
            target = tmp_path / path.relative_to(TERRITORY)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    (tmp_path / FOLDER).mkdir()
    if text:
        (tmp_path / FOLDER / "mine.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_rules_that_no_test_has_seen_fire_or_rest_are_named(tmp_path: Path) -> None:
    text = '[[tests]]\nname = "x"\nstart = 2026-01-12T03:00:00+01:00\ndevice = "door-1"\nrules = ["door"]\n'
    text += 'interval = "5 min"\nseries = { door_open = "0 1 0 0" }\nnone = true\n'
    result = invoked(folder_with(tmp_path, text), "en")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "No test expects an alert of these rules: flooded, frost, door, silent, store, ozone.",
        "No test shows these rules at rest: flooded, frost, silent, store, ozone.",
    ]


def test_a_folder_without_tests_is_no_success(tmp_path: Path) -> None:
    result = invoked(folder_with(tmp_path, ""), "en")
    assert result.exit_code == 1
    assert "no tests of rules here" in result.stderr


def test_a_file_that_is_wrong_is_told_whole_and_nothing_is_run(tmp_path: Path) -> None:
    result = invoked(TERRITORY, "en", str(TRIALS / "bad" / "unknown_key.toml"), str(tmp_path / "none.toml"))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "expects" in result.stderr
    assert "file is missing" in result.stderr
