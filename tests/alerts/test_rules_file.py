"""Rules and calendars as data: what is right is read, and all that is wrong is said, with its line and a remedy."""

import ast
import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.calendars_file import read_calendars
from alerts.durations import duration
from alerts.limits import written
from alerts.rule import Condition, Kind, Level, Limit, Measure, Rule
from alerts.rules_check import waiting
from alerts.rules_file import PLATFORM_CHECKS, read_rules
from alerts.template import TEMPLATE_NAMES, environment, syntax_error, unknown_names
from devices.load import load_registry
from devices.problems import Problem
from devices.texts import PROBLEMS

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "alerts"
TERRITORY = DATA / "territory"
REGISTRY = load_registry(TERRITORY)
CALENDARS = read_calendars(TERRITORY, [])
READERS = ("calendars_file", "durations", "limits", "rules_check", "rules_file")


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    problems: list[Problem] = []
    found = read_rules(TERRITORY, REGISTRY, CALENDARS, problems)
    assert problems == []
    return found


def cases(kind: str) -> list[str]:
    return sorted(path.name for path in (DATA / f"bad_{kind}").iterdir())


def told(folder: Path, kind: str) -> list[Problem]:
    problems: list[Problem] = []
    if kind == "rules":
        read_rules(folder, REGISTRY, CALENDARS, problems)
    else:
        read_calendars(folder, problems)
    return problems


@pytest.mark.parametrize(
    ("kind", "case"), [(kind, case) for kind in ("rules", "calendars") for case in cases(kind)], ids=str
)
def test_a_bad_file_is_told_all_that_is_wrong_with_it(kind: str, case: str) -> None:
    folder = DATA / f"bad_{kind}" / case
    problems = told(folder, kind)
    assert [problem.text("en") for problem in problems] == (folder / "expected.txt").read_text().splitlines()
    assert all(problem.text("fr") for problem in problems)
    if case in PROBLEMS:
        assert case in {problem.code for problem in problems}


def test_every_message_of_the_readers_has_its_bad_file() -> None:
    said = {
        problem.code
        for kind in ("rules", "calendars")
        for case in cases(kind)
        for problem in told(DATA / f"bad_{kind}" / case, kind)
    }
    literals = {
        one.value
        for name in READERS
        for one in ast.walk(ast.parse((ROOT / "alerts" / f"{name}.py").read_text()))
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    assert not {code for code in PROBLEMS if code in literals} - said - {"calendar_expires"}  # test_calendar.py


def test_a_wrong_rule_is_left_out_and_takes_no_other_with_it(tmp_path: Path) -> None:
    text = (TERRITORY / "rules.toml").read_text().replace('for = "90 s"', 'for = "soon"')
    (tmp_path / "rules.toml").write_text(text)
    problems: list[Problem] = []
    assert list(read_rules(tmp_path, REGISTRY, CALENDARS, problems)) == ["frost", "door", "silent", "store", "ozone"]
    assert [problem.code for problem in problems] == ["bad_duration"]


def test_a_territory_without_files_has_no_rules_and_no_calendars(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_calendars(tmp_path, problems) == {}
    assert read_rules(tmp_path, REGISTRY, {}, problems) == {}
    assert problems == []


def test_a_calendar_that_is_wrong_is_not_called_unknown_too(tmp_path: Path) -> None:
    (tmp_path / "calendars.toml").write_text('[calendars.school_hours]\nhours = { mon = ["8-12"] }\n')
    (tmp_path / "rules.toml").write_text((TERRITORY / "rules.toml").read_text())
    problems: list[Problem] = []
    read_rules(tmp_path, REGISTRY, read_calendars(tmp_path, problems), problems)
    assert [problem.code for problem in problems] == ["bad_hours"]


def test_levels_are_read_in_order_of_severity_whatever_their_order_in_the_file(rules: dict[str, Rule]) -> None:
    warning, critical = rules["flooded"].levels
    assert (warning.level, critical.level) == (Level.WARNING, Level.CRITICAL)
    assert warning.above == Limit(0.0, param="alert_level")
    assert warning.clear == Limit(-0.05, param="alert_level")
    assert (warning.delay, warning.keep) == (90_000, 86_400_000)
    assert critical.clear == Limit(-0.05, param="danger_level")


def test_what_a_rule_says_beside_its_levels_is_read(rules: dict[str, Rule]) -> None:
    rule = rules["flooded"]
    assert (rule.kind, rule.quantity, rule.measure, rule.window) == (Kind.MEASURED, "water_level", Measure.VALUE, 0)
    assert rule.title == {"fr": "Gué submergé", "en": "Ford under water"}
    assert (rule.season, rule.group, rule.wait, rule.reopen) == (((11, 1), (2, 29)), "commune", 120_000, 1_800_000)
    assert (rule.runbook, rule.source) == ("docs/floods.md", "the operator")


def test_a_validity_begins_and_ends_at_midnight_in_france(rules: dict[str, Rule]) -> None:
    midnights = (datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert rules["flooded"].valid == tuple(round(one.timestamp() * 1000) for one in midnights)


def test_conditions_name_other_quantities_and_their_limits(rules: dict[str, Rule]) -> None:
    rule = rules["frost"]
    assert rule.when == (
        Condition("air_temperature", below=Limit(3.0)),
        Condition("dew_point", above=Limit(-1.0, quantity="air_temperature")),
    )
    assert (rule.measure, rule.window, rule.calendar) == (Measure.MIN, 7_200_000, "school_hours")
    assert rule.selector.as_dict() == {"tags": ["school"], "except_devices": ["room-2"]}


def test_kinds_follow_from_the_key_that_is_given(rules: dict[str, Rule]) -> None:
    assert (rules["silent"].kind, rules["store"].kind, rules["store"].check) == (Kind.SILENT, Kind.PLATFORM, "store")
    assert [(one.factor, one.delay) for one in rules["silent"].levels] == [(3.0, 0), (10.5, 60_000)]
    assert rules["door"].levels[0].states == {1.0}
    assert rules["store"].check in PLATFORM_CHECKS


def test_a_rule_by_quantity_and_domain_waits_for_its_first_device(rules: dict[str, Rule]) -> None:
    assert waiting(rules.values(), REGISTRY) == ["ozone"]


@given(st.integers(0, 10**9), st.sampled_from(["s", "min", "h", "d"]), st.sampled_from(["", " "]))
def test_a_duration_is_its_number_times_its_unit(number: int, unit: str, space: str) -> None:
    found = duration(f"{number}{space}{unit}")
    assert found == (
        number * {"s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}[unit] if number < 10**9 else None
    )


@pytest.mark.parametrize("text", ["", "5", "min", "1.5 h", "-1 s", "1 h 30 min", "1  h", "5 m", "٣ s"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert duration(text) is None


def test_a_limit_is_written_as_its_file_says_it() -> None:
    assert written(Limit(0.5), None) == "0.5"
    assert written(Limit(0.5, quantity="dew_point"), None) == "quantity.dew_point + 0.5"
    assert (
        written(Limit(-0.05, param="alert_level"), REGISTRY.devices["ford-1"])
        == "device.alert_level - 0.05 = 0.05 (ford-1)"
    )


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_a_message_may_use_every_name_it_is_promised(name: str) -> None:
    assert unknown_names(f"{{{{ {name} }}}}") == []


def test_a_message_may_use_what_jinja_knows_and_its_own_variables() -> None:
    assert unknown_names("{% for n in range(3) %}{% set x = n %}{{ x }}{% endfor %}{{ value | upper }}") == []


@pytest.mark.parametrize("source", ["{{ value | uper }}", "{% include 'x' %}{{", "{{ value", "{% if %}"])
def test_a_message_that_does_not_compile_says_why(source: str) -> None:
    assert syntax_error(source)


def test_a_message_cannot_leave_its_sandbox() -> None:
    with pytest.raises(Exception, match="unsafe"):
        environment().from_string("{{ value.__class__.__mro__ }}").render(value="x")


ODD = [
    '"x"',
    "1",
    "-1",
    "true",
    "[]",
    '["a", 1]',
    "{}",
    '{ fr = "x" }',
    "2026-01-01",
    "nan",
    "1979-05-27T07:32:00Z",
    '""',
]


@given(seed=st.integers(0, 10**6), value=st.sampled_from(ODD), kind=st.sampled_from(["rules", "calendars"]))
def test_any_value_anywhere_is_read_or_told(
    seed: int, value: str, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = (TERRITORY / f"{kind}.toml").read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"\w+ = ", line)]
    number = random.Random(seed).choice(keys)
    lines[number] = lines[number].partition(" = ")[0] + f" = {value}"
    folder = tmp_path_factory.mktemp("odd")
    (folder / f"{kind}.toml").write_text("\n".join(lines))
    for problem in told(folder, kind):
        assert problem.text("fr")
        assert problem.text("en")
        assert problem.place.startswith("line ")
