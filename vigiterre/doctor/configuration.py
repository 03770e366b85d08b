"""Settings, territory and examples: what `vigiterre check` looks at."""

from pathlib import Path
from typing import NamedTuple

from vigiterre.configuration import examine
from vigiterre.doctor.finding import Finding, error, of_problem, ok
from vigiterre.settings import Settings

SHOWN = 5


class Examined(NamedTuple):
    settings: Settings | None
    """None when they cannot be read."""
    findings: list[Finding]


def configuration(folder: Path) -> Examined:
    """The first few problems in full, the rest as a number: `vigiterre check` is for reading them all."""
    settings, registry, problems = examine(folder)
    findings: list[Finding] = []
    if registry is not None and not problems:
        facts = {"devices": len(registry.devices), "models": len(registry.models), "n": len(registry.quantities)}
        findings = [ok("config.right", **facts)]
    findings += [error("config.problem", problem=of_problem(problem)) for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        findings.append(error("config.more", count=len(problems) - SHOWN))
    return Examined(settings, findings)
