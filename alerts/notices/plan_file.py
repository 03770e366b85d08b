"""Reads notify.toml: who is told, by which channel, when. docs/notices.md says what each key means.

The file need not exist: then nobody is told, which `vigiterre doctor` says.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from alerts.alert import PLATFORM
from alerts.calendar import Calendar, Hours, minutes
from alerts.durations import duration, read_duration
from alerts.notices.channels_file import check_url, read_channel
from alerts.notices.named_secret import read_secret
from alerts.notices.plan import GROUPING, Channel, ChannelKind, Heartbeat, Plan, Route, Step
from alerts.notices.rota import WeekMoment
from alerts.notices.rota_file import read_moment, read_names_of_channels, read_rota
from alerts.rule import Level
from alerts.selector import NAMES, Selector
from alerts.selector_file import read_names, read_selector
from devices.device import DOMAINS
from devices.problems import Problem, near
from devices.registry import Registry
from devices.tables import REQUIRED, Table, read_table

FILE = "notify.toml"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LEVELS = {level.word: level for level in Level}
LEAST_MS = 60_000
"""Reminders, steps and beats are no closer."""


def read_plan(
    folder: Path,
    calendars: Mapping[str, Calendar],
    problems: list[Problem],
    registry: Registry | None = None,
    rules: Collection[str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Plan:
    """The plan of a folder, with every mistake noted in `problems`; an empty plan when there are any.

    Without `registry` or `rules`, the names of the territory or of the rules in it are not checked.
    """
    path = folder / FILE
    root = read_table(path, FILE, problems) if path.exists() else None
    if root is None:
        return Plan()
    before = len(problems)
    known = root.values.get("rotas")
    rotas = known if isinstance(known, dict) else {}
    channels = {name: read_channel(name, one, rotas, environment) for name, one in _named(root, "channels")}
    plan = Plan(
        channels,
        {name: read_rota(name, one, channels) for name, one in _named(root, "rotas")},
        tuple(_route(one, channels, calendars, registry, rules) for one in root.tables("routes", default=[])),
        _grouping(root),
        _heartbeat(root, environment),
        _weekly(root),
        _give_up(root),
    )
    root.finish()
    if len(problems) == before:
        _check_cycles(root, plan)
    return plan if len(problems) == before else Plan()


def _named(root: Table, key: str) -> Iterator[tuple[str, Table]]:
    """The tables below an optional table, one by one, for a table is sound when nothing was noted since it was made."""
    outer = root.table(key) if key in root.values else None
    root.read.add(key)
    for name in outer.values if outer else ():
        one = outer.table(name) if outer else None
        if one is None:
            continue
        if not NAME.fullmatch(name):
            one.problem("", "bad_source_id", value=name)
        yield name, one


def _route(
    table: Table,
    channels: Mapping[str, Channel],
    calendars: Mapping[str, Calendar],
    registry: Registry | None,
    rules: Collection[str] | None,
) -> Route:
    route = Route(
        read_names_of_channels(table, "channels", channels),
        frozenset(LEVELS[word] for word in read_names(table, "levels", LEVELS) if word in LEVELS),
        _selector(table, registry),
        _names(table, "rules", rules),
        _calendar(table, "calendar", calendars),
        _calendar(table, "not_calendar", calendars),
        _quiet(table),
        _pause(table, "remind", 0),
        tuple(_step(one, channels) for one in table.tables("escalate", default=[])),
    )
    table.finish()
    return route


def _step(table: Table, channels: Mapping[str, Channel]) -> Step:
    step = Step(_pause(table, "after", REQUIRED), read_names_of_channels(table, "channels", channels))
    table.finish()
    return step


def _selector(table: Table, registry: Registry | None) -> Selector:
    if registry is not None:
        return read_selector(table, registry, (*DOMAINS, PLATFORM))
    keys = (*NAMES, "except_tags", "except_devices")
    return Selector(**{key: _names(table, key, None) for key in keys})


def _names(table: Table, key: str, known: Collection[str] | None) -> frozenset[str]:
    values = table.values.get(key)
    return read_names(table, key, known if known is not None else values if isinstance(values, list) else ())


def _calendar(table: Table, key: str, calendars: Mapping[str, Calendar]) -> Calendar | None:
    name = table.text(key, "")
    if name and name not in calendars:
        table.problem(key, "unknown_calendar", value=name, known=near(name, calendars))
    return calendars.get(name)


def _quiet(table: Table) -> Hours | None:
    text = table.text("quiet", "")
    hours = minutes(text) if text else None
    if text and hours is None:
        table.problem("quiet", "bad_hours", value=text)
    return hours


def _pause(table: Table, key: str, default: int | object) -> int:
    found = read_duration(table, key, default)
    value = table.values.get(key)
    if isinstance(value, str) and duration(value) is not None and found < LEAST_MS:
        table.problem(key, "too_short", value=value)
    return found


def _grouping(root: Table) -> dict[Level, int]:
    table = root.table("grouping") if "grouping" in root.values else None
    root.read.add("grouping")
    if table is None:
        return dict(GROUPING)
    found = {level: read_duration(table, word, GROUPING[level]) for word, level in LEVELS.items()}
    table.finish()
    return found


def _heartbeat(root: Table, environment: Mapping[str, str]) -> Heartbeat | None:
    table = root.table("heartbeat") if "heartbeat" in root.values else None
    root.read.add("heartbeat")
    if table is None:
        return None
    url = read_secret(table, "url", environment, plain=True)
    if text := url.get_secret_value():
        check_url(table, "url", text)
    every = _pause(table, "every", LEAST_MS)
    private = table.flag("allow_private", default=False)
    table.finish()
    return Heartbeat(url, every, private)


def _weekly(root: Table) -> WeekMoment | None:
    table = root.table("test") if "test" in root.values else None
    root.read.add("test")
    if table is None:
        return None
    moment = read_moment(table, "weekly")
    if moment.weekday is None:
        table.problem("weekly", "bad_week_moment", value=table.values["weekly"])
    table.finish()
    return moment


def _give_up(root: Table) -> int:
    return _pause(root, "give_up", Plan().give_up)


def _check_cycles(root: Table, plan: Plan) -> None:
    """A rota may have a rota as a member, but none that leads back to it."""
    for start, channel in plan.channels.items():
        seen: set[str] = set()
        ahead = [channel]
        while ahead:
            one = ahead.pop()
            if one.name in seen or one.kind is not ChannelKind.ROTA:
                continue
            seen.add(one.name)
            rota = plan.rotas[one.rota]
            names = {*rota.members, *(override.member for override in rota.overrides)}
            if start in names:
                place = root.document.place(("channels", start), f"channels.{start}")
                root.document.problems.append(Problem(FILE, place, "rota_cycle", {"value": start}))
                break
            ahead += [plan.channels[name] for name in names]
