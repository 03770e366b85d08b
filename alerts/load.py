"""Reads what a configuration folder says of alerts: calendars, rules, notices. All mistakes at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alerts.calendar import Calendar
from alerts.calendars_file import read_calendars
from alerts.notices.plan import Plan
from alerts.notices.plan_file import read_plan
from alerts.rule import Rule
from alerts.rules_file import read_rules
from devices.errors import ConfigError
from devices.problems import Problem
from devices.registry import Registry


@dataclass(frozen=True)
class AlertConfig:
    rules: Mapping[str, Rule] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    communes: Mapping[str, str] = field(default_factory=dict)
    """INSEE code -> name."""


def load_alerts(folder: Path, registry: Registry) -> AlertConfig:
    """Raises ConfigError with every Problem of rules.toml, calendars.toml and notify.toml. Each file may be absent."""
    problems: list[Problem] = []
    calendars = read_calendars(folder, problems)
    rules = read_rules(folder, registry, calendars, problems)
    plan = read_plan(folder, calendars, problems, registry, rules)
    if problems:
        raise ConfigError(problems)
    return AlertConfig(rules, calendars, plan, registry.towns)
