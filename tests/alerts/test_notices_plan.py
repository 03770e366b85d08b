"""notify.toml: what is read, and that every mistake is told with its place and its remedy."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from alerts.calendar import Calendar, Hours
from alerts.notices.plan import Channel, ChannelKind, Form, Plan
from alerts.notices.plan_file import FILE, read_plan
from alerts.rule import Level
from devices.load import load_registry
from devices.problems import Problem
from devices.texts import PROBLEMS

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests/data/alerts/notify"
CALENDARS = {"office_hours": Calendar("office_hours", ((Hours(480, 1080),),) * 7)}
ENVIRONMENT = {
    "MAIL": "smtps://me:t0ken@smtp.example/?from=vigiterre@allier.example&to=routes@allier.example",
    "SMS": "json://me:t0ken@sms.example/",
    "HOOK": "https://hook.example/t0ken",
    "KEY": "t0ken",
}
WRONG = sorted(path.stem for path in (DATA / "wrong").glob("*.toml"))
APPRISE = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def read(
    text: str, folder: Path, environment: Mapping[str, str] = ENVIRONMENT, **given: object
) -> tuple[Plan, list[Problem]]:
    (folder / FILE).write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    plan = read_plan(folder, CALENDARS, problems, environment=environment, **given)  # type: ignore[arg-type]
    return plan, problems


@APPRISE
def test_a_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("json://martin:t0ken@sms.example/\n", encoding="utf-8")
    text = (DATA / "whole.toml").read_text(encoding="utf-8").replace("{folder}", str(tmp_path))
    plan, problems = read(text, tmp_path)
    assert [problem.text("en") for problem in problems] == []
    assert list(plan.channels) == ["mail-routes", "sms-dupont", "sms-martin", "gmao", "astreinte"]
    assert plan.channels["mail-routes"].form is Form.HTML
    assert plan.channels["sms-martin"].form is Form.SHORT
    assert plan.channels["sms-martin"].address.get_secret_value() == "json://martin:t0ken@sms.example/"
    assert plan.channels["gmao"].key.get_secret_value() == "t0ken"
    assert plan.channels["astreinte"] == Channel("astreinte", ChannelKind.ROTA, rota="routes")
    ice, rest = plan.routes
    assert ice.levels == {Level.CRITICAL}
    assert ice.calendar is CALENDARS["office_hours"]
    assert (ice.remind, ice.escalate[0].after) == (4 * 3_600_000, 900_000)
    assert rest.quiet == Hours(22 * 60, 7 * 60)
    assert plan.grouping == {Level.CRITICAL: 0, Level.WARNING: 2_000, Level.INFO: 60_000}
    assert plan.heartbeat is not None
    assert plan.heartbeat.every == 60_000
    assert plan.weekly == (0, 540)
    assert plan.give_up == 12 * 3_600_000
    assert plan.used == ("astreinte", "mail-routes", "gmao")
    assert len(plan.rotas["routes"].overrides) == 2
    assert "t0ken" not in repr(plan)


def test_without_a_file_there_is_no_channel_and_no_problem(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_plan(tmp_path, {}, problems) == Plan()
    assert problems == []


def test_the_shipped_file_is_right() -> None:
    problems: list[Problem] = []
    read_plan(ROOT / "config", CALENDARS, problems, environment={})
    assert problems == []


@APPRISE
def test_the_examples_of_the_shipped_file_are_right_too(tmp_path: Path) -> None:
    text = (ROOT / "config" / FILE).read_text(encoding="utf-8")
    keys = [
        line.removeprefix("# ")
        for line in text.splitlines()
        if line.startswith("# [") or (line.startswith("# ") and " = " in line)
    ]
    problems: list[Problem] = []
    path = tmp_path / FILE
    path.write_text("\n".join(keys).replace("file:/run/secrets/vigiterre_sms_martin", "env:SMS"), encoding="utf-8")
    environment = {
        "VIGITERRE_NOTIFY_MAIL_ROUTES": ENVIRONMENT["MAIL"],
        "VIGITERRE_NOTIFY_SMS_DUPONT": ENVIRONMENT["SMS"],
        "VIGITERRE_NOTIFY_GMAO_SECRET": "t0ken",
        "VIGITERRE_HEARTBEAT_URL": ENVIRONMENT["HOOK"],
        "SMS": ENVIRONMENT["SMS"],
    }
    plan = read_plan(tmp_path, CALENDARS, problems, environment=environment)
    assert [problem.text("en") for problem in problems] == []
    assert len(plan.channels) == 5
    assert len(plan.routes) == 2


@APPRISE
@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    """The first line of each file says which problems, as `code line` in order."""
    text = (DATA / "wrong" / f"{name}.toml").read_text(encoding="utf-8")
    expected = text.splitlines()[0].removeprefix("# ").split(", ")
    plan, problems = read(text, tmp_path)
    found = [f"{one.code} {one.place.split(',')[0].removeprefix('line ')}" for one in problems]
    assert found == expected
    assert plan == Plan()
    for problem in problems:
        assert "{" not in problem.text("fr") + problem.text("en")
        assert "t0ken" not in problem.text("fr") + problem.text("en")


def test_every_problem_of_the_file_has_its_case() -> None:
    block = list(PROBLEMS)[list(PROBLEMS).index("channel_kind") : list(PROBLEMS).index("too_short") + 1]
    told = {
        part.split()[0]
        for name in WRONG
        for part in (DATA / "wrong" / f"{name}.toml").read_text().splitlines()[0].removeprefix("# ").split(", ")
    }
    assert set(block) <= told


def test_names_of_the_territory_and_of_rules_are_checked_where_they_are_known(tmp_path: Path) -> None:
    text = """
[channels.hook]
webhook = "https://hook.example/"
[[routes]]
channels = ["hook"]
sites = ["nowhere"]
domains = ["platform", "road"]
rules = ["black_ice", "blak_ice"]
"""
    registry = load_registry(ROOT / "config")
    _, problems = read(text, tmp_path, registry=registry, rules={"black_ice"})
    assert [(one.code, one.facts["value"]) for one in problems] == [
        ("not_one_of", "nowhere"),
        ("not_one_of", "blak_ice"),
    ]
    assert read(text, tmp_path)[1] == []


@APPRISE
def test_the_example_of_the_documentation_is_right(tmp_path: Path) -> None:
    text = (ROOT / "docs/notices.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0].replace("file:/run/secrets/vigiterre_sms_martin", "env:SMS")
    environment = {
        "VIGITERRE_NOTIFY_MAIL_ROUTES": ENVIRONMENT["MAIL"],
        "VIGITERRE_NOTIFY_SMS_DUPONT": ENVIRONMENT["SMS"],
        "VIGITERRE_HEARTBEAT_URL": ENVIRONMENT["HOOK"],
        "SMS": ENVIRONMENT["SMS"],
    }
    plan, problems = read(example, tmp_path, environment)
    assert [problem.text("en") for problem in problems] == []
    assert len(plan.routes) == 2


def test_the_documentation_tells_every_key() -> None:
    text = (ROOT / "docs/notices.md").read_text(encoding="utf-8")
    keys = {line.split(" = ")[0].strip() for line in (DATA / "whole.toml").read_text().splitlines() if " = " in line}
    for key in keys:
        assert f"`{key}`" in text, key
