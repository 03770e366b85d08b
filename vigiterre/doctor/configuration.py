"""Settings, registry and examples: what `vigiterre check` looks at."""

from pathlib import Path
from typing import NamedTuple

from devices.errors import ConfigError
from devices.load import load_registry
from devices.problems import Problem
from vigiterre.commands.check import examples
from vigiterre.doctor.finding import Finding, error, of_problem, ok
from vigiterre.settings import Settings, load_settings

SHOWN = 5


class Examined(NamedTuple):
    settings: Settings | None
    """None when they cannot be read."""
    findings: list[Finding]


def configuration(folder: Path) -> Examined:
    """The first few problems in full, the rest as a number: `vigiterre check` is for reading them all."""
    settings: Settings | None = None
    problems: list[Problem] = []
    findings: list[Finding] = []
    try:
        settings = load_settings(folder)
    except ConfigError as fault:
        problems += fault.problems
    try:
        registry = load_registry(folder)
    except ConfigError as fault:
        problems += fault.problems
    else:
        problems += examples(registry)
        facts = {"devices": len(registry.devices), "models": len(registry.models), "n": len(registry.quantities)}
        findings = [] if problems else [ok("config.right", **facts)]
    findings += [error("config.problem", problem=of_problem(problem)) for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        findings.append(error("config.more", count=len(problems) - SHOWN))
    return Examined(settings, findings)
