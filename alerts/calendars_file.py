"""Reads `calendars.toml`: school holidays as the ministry publishes them, and the calendars that rules name.

    [holidays.zone_a]
    source = "..."
    known_until = 2027-09-01
    periods = [{ name = "Noël", from = 2026-12-19, until = 2027-01-04 }]

    [calendars.school_hours]
    hours = { mon = ["08:00-18:00"], wed = ["08:00-12:00"] }
    school_zone = "zone_a"
    bank_holidays = true

`until` and `known_until` are the first day that no longer counts, as in placements.csv: the day school begins again.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from alerts.calendar import DAYS, Calendar, Holiday, Hours, Week, local, minutes, overlaps
from devices.problems import Problem, near
from devices.tables import Table, read_table

FILE = "calendars.toml"
ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Zone(NamedTuple):
    """The school holidays of one zone."""

    known_until: date
    periods: tuple[Holiday, ...]


def read_calendars(folder: Path, problems: list[Problem]) -> dict[str, Calendar]:
    """The calendars by id; none when the file, which need not exist, is absent.

    What is named but wrong is left out, with its problems noted.
    """
    path = folder / FILE
    root = read_table(path, FILE, problems) if path.exists() else None
    if root is None:
        return {}
    zones = {name: _zone(table) for name, table in named(root, "holidays")}
    calendars = {name: _calendar(name, table, zones) for name, table in named(root, "calendars")}
    root.finish()
    return {name: calendar for name, calendar in calendars.items() if calendar}


def expiring(calendars: Iterable[Calendar], now: int) -> list[Problem]:
    """One problem for every calendar that is, or will be in less than 60 days, without known holidays. `now` is ms."""
    return [
        Problem(FILE, f"calendars.{one.id}", "calendar_expires", {"day": local(end).date().isoformat()})
        for one in calendars
        if (end := one.expires(now)) is not None
    ]


def named(root: Table, key: str) -> Iterator[tuple[str, Table]]:
    """The tables below an optional table, with their names, which are checked.

    One by one: a table is sound when nothing was noted since it was made.
    """
    outer = root.table(key) if key in root.values else None
    root.read.add(key)
    for name in outer.values if outer else ():
        one = outer.table(name) if outer else None
        if one and not ID.fullmatch(name):
            one.problem("", "bad_rule_id", value=name)
        if one:
            yield name, one


def read_day(table: Table, key: str) -> date | None:
    """A TOML date such as 2026-09-01, without time; None when it is missing or wrong, with the problem noted."""
    value = table.get(key)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if key in table.values:
        table.problem(key, "not_day", value=value)
    return None


def _zone(table: Table) -> Zone | None:
    table.text("source")
    known_until = read_day(table, "known_until")
    periods = tuple(period for one in table.tables("periods", named_by="name") if (period := _period(one)))
    if not periods and table.sound:
        table.problem("periods", "no_periods")
    if known_until and any(period.end > known_until for period in periods):
        table.problem("known_until", "known_before_end", value=known_until)
    table.finish()
    return Zone(known_until, periods) if known_until and table.sound else None


def _period(table: Table) -> Holiday | None:
    name, start, end = table.text("name"), read_day(table, "from"), read_day(table, "until")
    if start and end and start >= end:
        table.problem("until", "from_not_before_until", begin=start, end=end)
    table.finish()
    return Holiday(name, start, end) if start and end and table.sound else None


def _calendar(name: str, table: Table, zones: dict[str, Zone | None]) -> Calendar | None:
    week = _week(table)
    zone = _school_zone(table, zones)
    bank_holidays = table.flag("bank_holidays", default=False)
    closed, opened = _days(table, "closed"), _days(table, "opened")
    for both in sorted(closed & opened):
        table.problem("opened", "closed_and_opened", value=both)
    table.finish()
    if not table.sound:
        return None
    if zone is None:
        return Calendar(name, week, (), None, bank_holidays, closed, opened)
    return Calendar(name, week, zone.periods, zone.known_until, bank_holidays, closed, opened)


def _week(table: Table) -> Week:
    hours = table.table("hours")
    if hours is None:
        return ((),) * 7
    week = tuple(_hours(hours, day) for day in DAYS)
    if hours.sound and not any(week):
        hours.problem("", "no_hours")
    if overlaps(week):
        hours.problem("", "hours_overlap")
    hours.finish()
    return week


def _hours(table: Table, day: str) -> tuple[Hours, ...]:
    values = table.get(day, [])
    if not isinstance(values, list):
        values = [values]
    found = [(value, minutes(value) if isinstance(value, str) else None) for value in values]
    for value, hours in found:
        if hours is None:
            table.problem(day, "bad_hours", value=value)
    return tuple(sorted(hours for _, hours in found if hours))


def _school_zone(table: Table, zones: dict[str, Zone | None]) -> Zone | None:
    name = table.text("school_zone", "")
    if name and name not in zones:
        table.problem("school_zone", "unknown_zone", value=name, known=near(name, zones))
    return zones.get(name)


def _days(table: Table, key: str) -> frozenset[date]:
    values = table.get(key, [])
    if isinstance(values, list) and all(isinstance(one, date) and not isinstance(one, datetime) for one in values):
        return frozenset(values)
    table.problem(key, "not_days", value=values)
    return frozenset()
