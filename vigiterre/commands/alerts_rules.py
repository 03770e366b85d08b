"""`vigiterre alerts list --rules`: what is watched, where, and what keeps a rule from being judged."""

from collections.abc import Sequence
from typing import Any

from alerts.alert import PLATFORM
from alerts.load import load_alerts
from alerts.notices.texts import LEVELS
from alerts.planning import selected
from alerts.rule import Kind, Rule
from alerts.rules_check import waiting
from devices.load import load_registry
from devices.registry import Registry
from vigiterre import control
from vigiterre.commands.alerts_options import Wanted
from vigiterre.commands.ask import final, progress
from vigiterre.moment import now_ms
from vigiterre.shell import Shell, print_json, print_table

COLUMNS = ("rule", "title", "kind", "levels", "devices", "state", "calendar", "source")
KINDS = {Kind.MEASURED: "rule_measured", Kind.SILENT: "rule_silent", Kind.PLATFORM: "rule_platform"}


def list_rules(shell: Shell, wanted: Wanted, *, as_json: bool) -> None:
    """Every rule with the devices it judges, among those that are asked for."""
    now = now_ms()
    with shell.failing():
        registry = load_registry(shell.folder)
        rules = load_alerts(shell.folder, registry).rules
        broken = broken_rules(shell)
    judged = selected(rules, registry, now)
    idle = set(waiting(rules.values(), registry))
    rows = []
    for rule in rules.values():
        devices = [name for name in judged[rule.id] if stands(registry, name, wanted, now)]
        if not asked_for(rule, devices, wanted):
            continue
        rows.append(described(shell, rule, len(devices), waits=rule.id in idle, broken=broken))
    if as_json:
        print_json(rows)
    elif rows:
        lines = [{**row, **worded(shell, row)} for row in rows]
        headings = [shell.say(f"column_{name}") for name in COLUMNS]
        print_table(headings, ([row[name] for name in COLUMNS] for row in lines))
    else:
        shell.tell("no_rule_found")
    if broken is None:
        shell.tell("rules_not_asked")


def described(shell: Shell, rule: Rule, devices: int, *, waits: bool, broken: dict[str, str] | None) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "title": rule.title[shell.language],
        "kind": rule.kind.value,
        "levels": " ".join(one.level.word for one in rule.levels),
        "devices": devices,
        "waiting": waits,
        "broken": broken.get(rule.id, "") if broken is not None else None,
        "calendar": rule.calendar,
        "source": rule.source,
    }


def worded(shell: Shell, row: dict[str, Any]) -> dict[str, str]:
    state = row["broken"] or (shell.say("rule_waiting") if row["waiting"] else "")
    levels = ", ".join(LEVELS[shell.language][word] for word in row["levels"].split())
    return {"kind": shell.say(KINDS[Kind(row["kind"])]), "levels": levels, "state": state}


def asked_for(rule: Rule, devices: Sequence[str], wanted: Wanted) -> bool:
    """By its id and levels; by place or device, when it judges one of those that are asked for."""
    levels = {one.level.word for one in rule.levels}
    if wanted.rule not in (None, rule.id) or wanted.level not in (None, *levels):
        return False
    if rule.kind is Kind.PLATFORM:
        return wanted.domain in (None, PLATFORM) and not (wanted.commune or wanted.site or wanted.device)
    return bool(devices) or not any((wanted.domain, wanted.commune, wanted.site, wanted.device))


def stands(registry: Registry, device: str, wanted: Wanted, now: int) -> bool:
    series = registry.profiles[device].series_at(now)
    given = (series.domain, series.commune, series.site, series.device)
    wishes = (wanted.domain, wanted.commune, wanted.site, wanted.device)
    return all(wish in (None, one) for wish, one in zip(wishes, given, strict=True))


def broken_rules(shell: Shell) -> dict[str, str] | None:
    """Rules that fail while they are judged, as the running process knows; None without one."""
    try:
        with progress() as bar:
            answer = final(control.call(shell.settings().data_dir, "alerts_broken"), bar, bar.add_task(""))
    except control.NotRunning:
        return None
    return dict(answer["broken"])
