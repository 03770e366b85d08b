"""Reads the tests of rules, TOML files with `[[tests]]`. docs/rules.md explains every key.

[[tests]]
name = "A wet road freezes"
device = "d2009-saint-pourcain"
rules = ["black_ice"]
start = 2026-01-12T03:00:00+01:00
interval = "10 min"
series = { road_surface_temperature = "1-0.5x4 1x6", road_surface_state = "2x11" }
expect = [{ rule = "black_ice", level = "critical", from = "25 min", until = "60 min" }]
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from alerts.alert import OURSELVES
from alerts.durations import read_duration
from alerts.load import AlertConfig
from alerts.rule import Kind, Level
from alerts.rules_file import PLATFORM_CHECKS
from alerts.selector_file import read_names
from alerts.trial import TICK_MS, Failing, Interval, Sent, Trial
from alerts.trial_device import read_profile
from alerts.trial_moment import read_moment, read_start
from alerts.trial_readings import in_step, named_in, read_extra, read_steps
from devices.problems import Bilingual, Problem
from devices.registry import Profile, Registry
from devices.tables import REQUIRED, Table, read_table

FOLDER = "rule-tests"
"""In the configuration folder, for the tests of the rules that ship with it."""
DAY_MS = 86_400_000
LONGEST_MS = 100 * DAY_MS
"""Of one test: its time passes in steps, and nobody should wait for years of them."""


class _Known(NamedTuple):
    """What a test may name."""

    config: AlertConfig
    registry: Registry


def read_trials(path: Path, file: str, config: AlertConfig, registry: Registry, problems: list[Problem]) -> list[Trial]:
    """The tests of one file, in its order. None at all when anything in it is wrong, with the problems noted.

    `file` is the name used in the problems.
    """
    before = len(problems)
    root = read_table(path, file, problems)
    if root is None:
        return []
    trials = [_trial(table, _Known(config, registry)) for table in root.tables("tests", default=[])]
    if not trials and root.sound:
        root.problem("", "no_tests")
    root.finish()
    return trials if len(problems) == before else []


def _trial(table: Table, known: _Known) -> Trial:
    start = read_start(table, "start")
    rules = _rules(table, known)
    profiles, sent = _devices(table, start, known)
    failing = tuple(_failing(one, start) for one in table.tables("checks", named_by="check", default=[]))
    if not profiles and not failing and table.sound:
        table.problem("", "test_of_nothing")
    expected = _expected(table, start, rules, profiles, known)
    moments = [start, *(one.received for one in sent), *(one.end for one in failing if one.end)]
    moments += [moment for one in expected for moment in (one.start, one.end) if moment is not None]
    end = read_moment(table, "end", start, max(moments))
    if end < max(moments) and table.sound:
        table.problem("end", "test_ends_early")
    if end - start > LONGEST_MS and table.sound:
        table.problem("end", "test_too_long", days=LONGEST_MS // DAY_MS)
    trial = Trial(
        name=_name(table),
        file=table.document.file,
        line=table.document.lines.get(table.path, 0),
        start=start,
        end=end,
        rules=rules,
        profiles=profiles,
        sent=tuple(sorted(sent, key=lambda one: one.received)),
        failing=tuple(one._replace(end=one.end or end + 1) for one in failing),
        hearing=table.flag("hearing", default=True),
        expected=expected,
    )
    table.finish()
    return trial


def _name(table: Table) -> Bilingual:
    """A text, or one in each language."""
    if isinstance(table.values.get("name"), dict):
        labels = table.labels("name")
        return Bilingual(labels["fr"], labels["en"])
    text = table.text("name")
    return Bilingual(text, text)


def _rules(table: Table, known: _Known) -> tuple[str, ...]:
    """In the order of rules.toml; all when none are named."""
    named = read_names(table, "rules", known.config.rules)
    return tuple(name for name in known.config.rules if not named or name in named)


def _devices(table: Table, start: int, known: _Known) -> tuple[tuple[Profile, ...], list[Sent]]:
    """Those of `[[tests.devices]]`, each with its series, or the one of the test itself."""
    given = [key for key in ("device", "devices") if key in table.values]
    if len(given) == 2:
        table.problem("device", "device_and_devices")
        table.read.add("device")
    several = table.tables("devices", named_by="device", default=[])
    step = _step(table)
    profiles: list[Profile] = []
    sent: list[Sent] = []
    for one in several or ([table] if "device" in given else []):
        values, late = read_steps(one, step), one.tables("readings", default=[])
        measured = {*values, *(name for extra in late for name in named_in(extra))}
        profile = read_profile(one, known.registry, step, measured)
        if profile is not None:
            profiles.append(profile)
            sent += in_step(one, values, start, step, profile)
            sent += [reading for extra in late if (reading := read_extra(extra, start, profile))]
        if one is not table:
            one.finish()
    ids = [one.device.id for one in profiles]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        table.problem("devices", "device_twice", value=twice)
    return tuple(profiles), sent


def _step(table: Table) -> int:
    """Between the values of a series, ms; 0 when none is given, a minute when it is wrong."""
    if "interval" not in table.values:
        table.read.add("interval")
        return 0
    before = len(table.document.problems)
    step = read_duration(table, "interval")
    if step == 0 and len(table.document.problems) == before:
        table.problem("interval", "interval_zero")
    return step or TICK_MS


def _failing(table: Table, start: int) -> Failing:
    """`end` is 0 when it is not given."""
    check = table.choice("check", PLATFORM_CHECKS)
    begin = read_moment(table, "at", start)
    end = read_moment(table, "until", start, 0)
    if end and end <= begin:
        table.problem("until", "until_not_after", key="at")
    words = table.text("words", check)
    table.finish()
    return Failing(check, words, begin, end)


def _expected(
    table: Table, start: int, rules: Sequence[str], profiles: Sequence[Profile], known: _Known
) -> tuple[Interval, ...]:
    tables = table.tables("expect", named_by="rule", default=[])
    if bool(tables) == table.flag("none", default=False):
        table.problem("", "expect_or_none")
    return tuple(_expect(one, start, rules, profiles, known) for one in tables)


def _expect(table: Table, start: int, rules: Sequence[str], profiles: Sequence[Profile], known: _Known) -> Interval:
    rule = known.config.rules.get(table.choice("rule", rules))
    levels = [one.level.word for one in rule.levels] if rule else []
    level = table.choice("level", levels) if rule else table.text("level")
    begin = read_moment(table, "from", start)
    end = read_moment(table, "until", start, 0)
    if end and end < begin:
        table.problem("until", "until_not_after", key="from")
    names = [one.device.id for one in profiles] if rule and rule.kind is not Kind.PLATFORM else [OURSELVES]
    device = table.choice("device", names, *(names if len(names) == 1 else [REQUIRED])) if names else ""
    table.finish()
    return Interval(rule.id if rule else "", device, Level[level.upper()] if levels else Level.INFO, begin, end or None)
