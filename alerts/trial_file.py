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
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from alerts.alert import OURSELVES
from alerts.calendar import instant
from alerts.durations import duration, read_duration
from alerts.load import AlertConfig
from alerts.rule import Kind, Level
from alerts.rules_file import PLATFORM_CHECKS
from alerts.selector_file import read_names
from alerts.trial import Failing, Interval, Sent, Trial
from alerts.trial_device import read_profile
from alerts.trial_series import series
from devices.problems import Bilingual, Problem, near
from devices.reading import Reading
from devices.registry import Profile, Registry
from devices.tables import REQUIRED, Table, read_table

FOLDER = "rule-tests"
"""In the configuration folder, for the tests of the rules that ship with it."""


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
    trials = [_trial(table, _Known(config, registry)) for table in root.tables("tests")]
    if not trials and root.sound:
        root.problem("tests", "no_tests")
    root.finish()
    return trials if len(problems) == before else []


def _trial(table: Table, known: _Known) -> Trial:
    start = _instant(table, "start")
    rules = _rules(table, known)
    profiles, sent = _devices(table, start, known)
    failing = tuple(_failing(one, start) for one in table.tables("checks", named_by="check", default=[]))
    if not profiles and not failing and table.sound:
        table.problem("", "test_of_nothing")
    expected = _expected(table, start, rules, profiles, known)
    moments = [start, *(one.received for one in sent), *(one.end for one in failing if one.end)]
    moments += [moment for one in expected for moment in (one.start, one.end) if moment is not None]
    end = _moment(table, "end", start, max(moments))
    if end < max(moments) and table.sound:
        table.problem("end", "test_ends_early")
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
    several = table.tables("devices", named_by="device", default=[])
    step = read_duration(table, "interval", 0)
    if "interval" in table.values and step == 0:
        table.problem("interval", "interval_zero")
    profiles: list[Profile] = []
    sent: list[Sent] = []
    for one in several or ([table] if "device" in given else []):
        values, late = _steps(one, step), one.tables("readings", default=[])
        measured = {*values, *(name for extra in late for name in _inner(extra))}
        profile = read_profile(one, known.registry, step, measured)
        if profile is not None:
            profiles.append(profile)
            sent += _in_step(one, values, start, step, profile)
            sent += [reading for extra in late if (reading := _extra(extra, start, profile))]
        if one is not table:
            one.finish()
    ids = [one.device.id for one in profiles]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        table.problem("devices", "device_twice", value=twice)
    return tuple(profiles), sent


def _steps(table: Table, step: int) -> dict[str, list[float | None]]:
    """Quantity -> the value of every step."""
    inner = table.table("series") if "series" in table.values else None
    table.read.add("series")
    if inner is None:
        return {}
    if not step:
        table.problem("series", "series_without_interval")
    found: dict[str, list[float | None]] = {}
    for name in inner.values:
        try:
            found[name] = series(inner.text(name))
        except ValueError as wrong:
            inner.problem(name, "bad_series", value=wrong)
    return found


def _in_step(
    table: Table, values: dict[str, list[float | None]], start: int, step: int, profile: Profile
) -> list[Sent]:
    """All values of a step are one reading."""
    inner = table.table("series") if values else None
    for name, numbers in values.items():
        if inner is not None:
            _plausible(inner, name, [one for one in numbers if one is not None], profile)
    found = []
    for number in range(max((len(one) for one in values.values()), default=0)):
        time = start + number * step
        together = {name: one[number] for name, one in values.items() if number < len(one)}
        known = {name: value for name, value in together.items() if value is not None}
        if known:
            found.append(Sent(time, Reading(profile.series_at(time), time, known)))
    return found


def _inner(table: Table) -> Sequence[str]:
    values = table.values.get("values")
    return list(values) if isinstance(values, dict) else []


def _extra(table: Table, start: int, profile: Profile) -> Sent | None:
    """One reading by itself, that may come late."""
    time = _moment(table, "at", start)
    received = _moment(table, "received", start, time)
    if received < time:
        table.problem("received", "received_before")
    inner = table.table("values")
    values = {name: inner.number(name) for name in inner.values} if inner else {}
    for name, value in values.items():
        if inner is not None:
            _plausible(inner, name, [value], profile)
    table.finish()
    return Sent(received, Reading(profile.series_at(time), time, values)) if values else None


def _plausible(table: Table, quantity: str, values: Sequence[float], profile: Profile) -> None:
    """What the way in would refuse never comes to a rule."""
    rule = profile.fields.get(quantity)
    if rule is None or rule.quantity != quantity:
        known = near(quantity, {one.quantity for one in profile.fields.values()})
        table.problem(quantity, "not_measured", value=quantity, device=profile.device.id, known=known)
        return
    wrong = next((one for one in values if not rule.minimum <= one <= rule.maximum), None)
    if wrong is not None:
        table.problem(
            quantity, "value_implausible", value=f"{wrong:g}", min=f"{rule.minimum:g}", max=f"{rule.maximum:g}"
        )


def _failing(table: Table, start: int) -> Failing:
    """`end` is 0 when it is not given."""
    check = table.choice("check", PLATFORM_CHECKS)
    begin = _moment(table, "at", start)
    end = _moment(table, "until", start, 0)
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
    begin = _moment(table, "from", start)
    end = _moment(table, "until", start, 0)
    if end and end < begin:
        table.problem("until", "until_not_after", key="from")
    names = [one.device.id for one in profiles] if rule and rule.kind is not Kind.PLATFORM else [OURSELVES]
    device = table.choice("device", names, *(names if len(names) == 1 else [REQUIRED])) if names else ""
    table.finish()
    return Interval(rule.id if rule else "", device, Level[level.upper()] if levels else Level.INFO, begin, end or None)


def _moment(table: Table, key: str, start: int, default: int | None = None) -> int:
    """`"25 min"` after the start, or a date with time -> ms."""
    if key not in table.values and default is not None:
        table.read.add(key)
        return default
    value = table.get(key)
    if isinstance(value, datetime):
        return _ms(value)
    found = duration(value) if isinstance(value, str) else None
    if found is None and value is not REQUIRED:
        table.problem(key, "bad_moment", value=value)
    return start + (found or 0)


def _instant(table: Table, key: str) -> int:
    value = table.get(key)
    if isinstance(value, datetime):
        return _ms(value)
    if value is not REQUIRED:
        table.problem(key, "bad_instant", value=value)
    return 0


def _ms(moment: datetime) -> int:
    """Without a zone it is what the clock on the wall shows in France."""
    if moment.tzinfo is not None:
        return round(moment.timestamp() * 1000)
    return instant(moment.date(), moment.hour * 60 + moment.minute) + moment.second * 1000
