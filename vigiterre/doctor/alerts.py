"""Alerts: will somebody be told, by which way, and does every rule count that should."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from alerts.calendars_file import expiring
from alerts.engine import PLATFORM_SERIES
from alerts.load import AlertConfig, load_alerts
from alerts.notices.plan import Route
from alerts.planning import selected
from alerts.rule import Kind, Level, Rule
from alerts.rules_check import waiting
from devices.errors import ConfigError
from devices.load import load_registry
from devices.registry import Profile, Registry
from vigiterre.doctor.finding import Finding, of_problem, ok, warning

SHOWN = 5


def alerts(folder: Path, public_url: str, now: int) -> list[Finding]:
    """`now` is ms. Nothing is said of a configuration with errors: the part `config` says them."""
    try:
        registry = load_registry(folder)
        config = load_alerts(folder, registry)
    except ConfigError:
        return []
    return judge(config, registry, public_url, now)


def judge(config: AlertConfig, registry: Registry, public_url: str, now: int) -> list[Finding]:
    if not config.rules:
        return [warning("alerts.no_rules")]
    return [
        ok("alerts.rules", count=len(config.rules)),
        *_waiting(config.rules.values(), registry),
        *_calendars(config, now),
        *_notices(config, registry, public_url, now),
    ]


def _waiting(rules: Iterable[Rule], registry: Registry) -> list[Finding]:
    names = waiting(rules, registry)
    if not names:
        return []
    return [ok("alerts.waiting", count=len(names), rules=_few(names))]


def _calendars(config: AlertConfig, now: int) -> list[Finding]:
    """Those that a rule or a route follows."""
    followed = {rule.calendar for rule in config.rules.values()}
    followed |= {one.id for route in config.plan.routes for one in (route.calendar, route.not_calendar) if one}
    known = [calendar for name, calendar in config.calendars.items() if name in followed]
    return [warning("alerts.calendar", problem=of_problem(problem)) for problem in expiring(known, now)]


def _notices(config: AlertConfig, registry: Registry, public_url: str, now: int) -> list[Finding]:
    plan = config.plan
    if not plan.channels:
        return [warning("alerts.no_channels")]
    findings = [ok("alerts.channels", channels=len(plan.channels), routes=len(plan.routes))]
    if untold := _untold(config.rules, registry, plan.routes, now):
        findings.append(warning("alerts.critical_untold", count=len(untold), rules=_few(untold)))
    if not public_url:
        findings.append(warning("alerts.no_public_url"))
    if plan.heartbeat is None:
        findings.append(ok("alerts.no_heartbeat"))
    return findings


def _untold(rules: Mapping[str, Rule], registry: Registry, routes: Sequence[Route], now: int) -> list[str]:
    """`black_ice (d2009-saint-pourcain)`: rules that can be critical, with a device of which nobody may be told."""
    critical = {name: rule for name, rule in rules.items() if rule.levels[-1].level is Level.CRITICAL}
    found = []
    for name, devices in selected(critical, registry, now).items():
        taking = [one for one in routes if Level.CRITICAL in (one.levels or Level) and name in (one.rules or rules)]
        if critical[name].kind is Kind.PLATFORM:
            matching = [one for one in taking if one.selector.matches(PLATFORM_SERIES, (), "")]
            found += [] if _always(matching) else [name]
        elif device := next((one for one in devices if not _told(registry.profiles[one], taking, now)), ""):
            found.append(f"{name} ({device})")
    return found


def _told(profile: Profile, routes: Iterable[Route], now: int) -> bool:
    device, series = profile.device, profile.series_at(now)
    return _always([one for one in routes if one.selector.matches(series, device.tags, device.owner)])


def _always(routes: Sequence[Route]) -> bool:
    """Whether one of them counts at any hour: alone, or one within a calendar and another outside it."""
    within = {one.calendar.id for one in routes if one.calendar and not one.not_calendar}
    outside = {one.not_calendar.id for one in routes if one.not_calendar and not one.calendar}
    return bool(within & outside) or any(not one.calendar and not one.not_calendar for one in routes)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names if len(names) <= SHOWN else [*names[:SHOWN], "…"])
