"""The rotas of notify.toml, and the moments of the week and names of channels in it."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise

from alerts.calendar import DAYS, instant
from alerts.notices.plan import Channel
from alerts.notices.rota import Override, Rota, WeekMoment
from devices.problems import near
from devices.tables import REQUIRED, Table

MOMENT = re.compile(r"(?:(mon|tue|wed|thu|fri|sat|sun) )?([01][0-9]|2[0-3]):([0-5][0-9])")
TURN = re.compile(r"(?:([1-9][0-9]?) )?(day|week)s?")
ANY_DAY = date(2026, 1, 1)
"""In the place of a date that is missing or wrong."""


def read_rota(name: str, table: Table, channels: Mapping[str, Channel]) -> Rota:
    members = read_names_of_channels(table, "members", channels)
    turn = TURN.fullmatch(table.text("turn", "week") or "week")
    handover = read_moment(table, "handover")
    if turn is None:
        table.problem("turn", "bad_turn", value=table.values["turn"])
    elif MOMENT.fullmatch(str(table.values.get("handover"))) and (turn[2] == "week") == (handover.weekday is None):
        table.problem("handover", "handover_of_turn", value=table.values["handover"])
    since = table.get("since")
    if since is not REQUIRED and (not isinstance(since, date) or isinstance(since, datetime)):
        table.problem("since", "not_day", value=since)
    overrides = tuple(_override(one, channels) for one in table.tables("overrides", default=[]))
    ordered = sorted(overrides, key=lambda one: one.start)
    if any(after.start < one.end for one, after in pairwise(ordered)):
        table.problem("overrides", "overrides_overlap")
    table.finish()
    first = since if isinstance(since, date) else ANY_DAY
    return Rota(name, members or (name,), handover, first, int((turn and turn[1]) or 1), overrides)


def _override(table: Table, channels: Mapping[str, Channel]) -> Override:
    member = table.text("member")
    if member and member not in channels:
        table.problem("member", "unknown_channel", value=member, known=near(member, channels))
    start, end = _instant(table, "from"), _instant(table, "until")
    if start and end and start >= end:
        table.problem("until", "from_not_before_until", begin=table.values["from"], end=table.values["until"])
    table.finish()
    return Override(member, start, end)


def _instant(table: Table, key: str) -> int:
    """A TOML date, which is its first instant, or a date with time, without zone by the clocks of France."""
    value = table.get(key)
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return round(value.timestamp() * 1000)
        return instant(value.date(), value.hour * 60 + value.minute)
    if isinstance(value, date):
        return instant(value)
    if value is not REQUIRED:
        table.problem(key, "not_day", value=value)
    return 0


def read_moment(table: Table, key: str) -> WeekMoment:
    text = table.text(key)
    found = MOMENT.fullmatch(text)
    if not found:
        if text:
            table.problem(key, "bad_week_moment", value=text)
        return WeekMoment(0, 0)
    return WeekMoment(DAYS.index(found[1]) if found[1] else None, int(found[2]) * 60 + int(found[3]))


def read_names_of_channels(table: Table, key: str, channels: Mapping[str, Channel]) -> tuple[str, ...]:
    names = table.get(key)
    if names is REQUIRED:
        return ()
    if not isinstance(names, list) or not names or not all(isinstance(one, str) for one in names):
        table.problem(key, "no_channels", value=names)
        return ()
    for name in names:
        if name not in channels:
            table.problem(key, "unknown_channel", value=name, known=near(name, channels))
    return tuple(dict.fromkeys(names))
