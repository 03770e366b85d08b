"""Laws over the rules that ship in `config/`: adding one needs no test of its own, but a row in docs/rules.md."""

import re
from pathlib import Path

import pytest

from alerts.calendars_file import read_calendars
from alerts.rule import Kind, Level, Rule
from alerts.rules_check import waiting
from alerts.rules_file import PLATFORM_CHECKS, read_rules
from alerts.template import TEMPLATE_NAMES, environment
from devices.load import load_registry
from devices.problems import Problem

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
REGISTRY = load_registry(CONFIG)
PROBLEMS: list[Problem] = []
CALENDARS = read_calendars(CONFIG, PROBLEMS)
RULES = read_rules(CONFIG, REGISTRY, CALENDARS, PROBLEMS)
MEASURED = [rule for rule in RULES.values() if rule.kind is Kind.MEASURED]
LEGAL = re.compile(r"\b(Arrêté|Code de|décret)")
FORBIDDEN = re.compile(
    r"réglementaire|indice\s+ATMO|ATMO index|dépassement|infraction|illégal|non[- ]conforme|legal breach|illegal|"
    r"exceedance|violation",
    re.IGNORECASE,
)
UNTOLD = {"snow", "mains_power_lost", "smoke", "o3_hour", "so2_hour", "strong_gust", "cloudburst"}
"""No device of the Allier measures these yet; the rules are there for the first that does."""


def texts(rule: Rule) -> list[str]:
    return [text for table in (rule.title, rule.action, rule.message) for text in table.values()]


def each(rules: list[Rule]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", rules, ids=lambda rule: rule.id)


def test_the_shipped_rules_and_calendars_are_right() -> None:
    assert [problem.text("en") for problem in PROBLEMS] == []
    assert len(RULES) >= 30
    assert {"school_hours", "office_hours", "night"} <= CALENDARS.keys()


@each([*RULES.values()])
def test_every_rule_says_in_two_languages_what_is_and_what_to_do(rule: Rule) -> None:
    for language in ("fr", "en"):
        assert 0 < len(rule.title[language]) <= 60
        assert len(rule.action[language]) >= 20, "what to do, at 3 in the morning"
        assert rule.action[language].endswith(".")
    assert rule.title["fr"] != rule.title["en"]
    assert rule.action["fr"] != rule.action["en"]


@each([*RULES.values()])
def test_no_rule_calls_a_measurement_a_breach_of_law_or_an_official_index(rule: Rule) -> None:
    for text in texts(rule):
        assert not FORBIDDEN.search(text), text
    assert not re.search(r"indice\s+ATMO", rule.source, re.IGNORECASE)


@each([*RULES.values()])
def test_french_texts_follow_french_typography(rule: Rule) -> None:
    for table in (rule.title, rule.action, rule.message):
        text = re.sub(r"\{[{%].*?[%}]\}", "x", table.get("fr", ""))
        assert not re.search(r"[^\u00a0][;?!»]|«[^\u00a0]|[^\u00a0]:(?!//|\d)", text), text
        assert "'" not in text, text


@each([rule for rule in RULES.values() if rule.kind is not Kind.PLATFORM])
def test_every_threshold_says_where_it_comes_from(rule: Rule) -> None:
    assert rule.source


@each([rule for rule in RULES.values() if LEGAL.search(rule.source)])
def test_a_threshold_taken_from_a_text_of_law_is_dated(rule: Rule) -> None:
    assert rule.valid[0] is not None
    assert rule.valid[1] is None or rule.valid[1] > rule.valid[0]


@each([rule for rule in MEASURED if rule.quantity in ("pm10", "no2", "o3", "so2")])
def test_what_our_sensors_say_of_the_air_is_called_indicative(rule: Rule) -> None:
    assert "indicative" in rule.title["fr"]
    assert "indicative" in rule.title["en"]
    assert rule.levels[-1].level < Level.CRITICAL, "the alert of the public is the prefect's"


@each(MEASURED)
def test_p16_every_limit_of_value_has_its_hysteresis(rule: Rule) -> None:
    for one in rule.levels:
        assert (one.clear is None) == bool(one.states)


@each([rule for rule in RULES.values() if rule.message])
def test_every_message_speaks_with_the_names_it_is_given(rule: Rule) -> None:
    given = {name: f"<{name}>" for name in TEMPLATE_NAMES}
    for source in rule.message.values():
        assert "<name>" in environment().from_string(source).render(given)


def test_every_check_of_the_platform_has_its_rule() -> None:
    assert {rule.check for rule in RULES.values() if rule.check} == set(PLATFORM_CHECKS)


def test_every_device_is_watched_for_silence_by_one_rule() -> None:
    silent = [rule for rule in RULES.values() if rule.kind is Kind.SILENT]
    for device in REGISTRY.devices.values():
        series = REGISTRY.profiles[device.id].series_at(2**62)
        assert sum(one.selector.matches(series, device.tags, device.owner) for one in silent) == 1, device.id


def test_only_the_rules_we_know_of_wait_for_a_device() -> None:
    assert set(waiting(RULES.values(), REGISTRY)) == UNTOLD


def test_critical_is_kept_for_what_endangers_people_or_all_of_our_work() -> None:
    critical = {rule.id for rule in RULES.values() if rule.levels[-1].level is Level.CRITICAL}
    assert len(critical) < 0.5 * len(RULES)
    assert {"black_ice", "ford_flooded", "river_high", "water_leak", "platform_store"} <= critical


@each([*RULES.values()])
def test_the_documentation_lists_every_rule_with_its_title_and_levels(rule: Rule) -> None:
    levels = ", ".join(one.level.word for one in rule.levels)
    assert f"| `{rule.id}` | {rule.title['fr']} | {levels} |" in (ROOT / "docs" / "rules.md").read_text()


def test_the_documentation_lists_no_rule_that_is_gone() -> None:
    table = (ROOT / "docs" / "rules.md").read_text().partition("## Shipped rules")[2]
    assert table.count("\n| `") == len(RULES)


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_the_documentation_lists_every_name_of_a_message(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "rules.md").read_text()
