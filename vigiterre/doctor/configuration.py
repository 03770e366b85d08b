"""Settings, territory and examples: what `vigiterre check` looks at."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from devices.quantity import own_retention
from devices.registry import Registry
from vigiterre.configuration import examine
from vigiterre.doctor.finding import Finding, error, of_problem, ok, warning
from vigiterre.personal import longer
from vigiterre.settings import Settings

SHOWN = 5


class Examined(NamedTuple):
    settings: Settings | None
    """None when they cannot be read."""
    findings: list[Finding]
    own_days: Mapping[str, int]
    """Quantities with a retention of their own -> days; none when the configuration is wrong."""


def configuration(folder: Path) -> Examined:
    """The first few problems in full, the rest as a number: `vigiterre check` is for reading them all."""
    settings, registry, problems = examine(folder)
    findings: list[Finding] = []
    own_days: Mapping[str, int] = {}
    if registry is not None and not problems:
        facts = {"devices": len(registry.devices), "models": len(registry.models), "n": len(registry.quantities)}
        findings = [ok("config.right", **facts)]
        findings += _personal(settings, registry) if settings is not None else []
        own_days = own_retention(registry.quantities)
    findings += [error("config.problem", problem=of_problem(problem)) for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        findings.append(error("config.more", count=len(problems) - SHOWN))
    return Examined(settings, findings, own_days)


def _personal(settings: Settings, registry: Registry) -> list[Finding]:
    """Raw values of quantities that may tell of persons, where they outlive their retention."""
    return [warning("config.personal_kept", **one._asdict()) for one in longer(settings, registry.quantities)]
