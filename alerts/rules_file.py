"""Reads `rules.toml`, one table per rule. docs/rules.md explains every key.

    [rules.black_ice]
    title = { fr = "Verglas probable", en = "Black ice likely" }
    action = { fr = "...", en = "..." }
    quantity = "road_surface_temperature"
    when = [{ quantity = "road_surface_state", is = [1, 2] }]

    [rules.black_ice.levels.critical]
    below = 0.0
    clear = 0.5
    for = "5 min"
    keep_firing_for = "10 min"

Here a rule is read; alerts/rules_check.py says whether it can do what it says on the devices of the territory.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from alerts.alike import Alike, groups_of
from alerts.calendar import Calendar, instant
from alerts.calendars_file import FILE as CALENDARS_FILE
from alerts.calendars_file import named, read_day
from alerts.durations import read_duration
from alerts.limits import read_limit
from alerts.rule import Condition, Kind, Level, Limit, Measure, Rule, Threshold
from alerts.rules_check import check_rule, note
from alerts.selector import Selector
from alerts.selector_file import read_selector
from alerts.template import TEMPLATE_NAMES, syntax_error, unknown_names
from devices.problems import Problem, near
from devices.quantity import Kind as QuantityKind
from devices.quantity import Quantity
from devices.registry import Registry
from devices.tables import Table, read_table

FILE = "rules.toml"
PLATFORM_CHECKS = (
    "broker",
    "store",
    "journal",
    "disk",
    "files",
    "descriptors",
    "housekeeping",
    "quarantine",
    "session",
    "foreign",
    "workers",
    "rules",
    "notices",
    "clock",
    "certificate",
    "certificate_urgent",
)
"""What a rule may watch of ourselves: `check = "store"`."""
GROUPS = ("site", "device", "commune", "domain", "all")
REOPEN = 900_000
"""ms; the default of `reopen`."""
LEVELS = {level.word: level for level in Level}
SEASON_YEAR = 2024
"""A leap year: a season may begin on 29 February."""


def read_rules(
    folder: Path, registry: Registry, calendars: Mapping[str, Calendar], problems: list[Problem]
) -> dict[str, Rule]:
    """The rules by id, in the order of the file; none when the file, which need not exist, is absent.

    A rule that is wrong is left out, with its problems noted.
    """
    path = folder / FILE
    root = read_table(path, FILE, problems) if path.exists() else None
    if root is None:
        return {}
    groups = groups_of(registry)
    rules = {name: _rule(name, table, registry, groups, calendars) for name, table in named(root, "rules")}
    root.finish()
    return {name: rule for name, rule in rules.items() if rule}


def _rule(
    name: str, table: Table, registry: Registry, groups: Sequence[Alike], calendars: Mapping[str, Calendar]
) -> Rule | None:
    kind = _kind(table)
    check = table.choice("check", PLATFORM_CHECKS) if kind is Kind.PLATFORM else ""
    selector = Selector() if kind is Kind.PLATFORM else read_selector(table, registry)
    quantity = _quantity(table, registry) if kind is Kind.MEASURED else None
    measure = Measure(table.choice("measure", [*Measure], Measure.VALUE)) if quantity else Measure.VALUE
    rule = Rule(
        id=name,
        kind=kind,
        title=table.labels("title"),
        action=table.labels("action"),
        levels=_levels(table, kind, quantity, registry),
        selector=selector,
        quantity=quantity.id if quantity else "",
        measure=measure,
        window=_window(table, measure) if quantity else 0,
        when=_when(table, registry) if quantity else (),
        message=_message(table),
        runbook=table.text("runbook", ""),
        calendar=_calendar(table, calendars) if kind is not Kind.PLATFORM else "",
        season=_season(table) if kind is not Kind.PLATFORM else None,
        valid=_valid(table) if kind is not Kind.PLATFORM else (None, None),
        source=table.text("source", ""),
        check=check,
        group=table.choice("group", GROUPS, "site"),
        wait=read_duration(table, "wait") if "wait" in table.values else None,
        reopen=read_duration(table, "reopen", REOPEN),
    )
    table.read.update({"quantity", "silent", "check", "wait"})
    if kind is not Kind.MEASURED or quantity:  # else the keys of the quantity would all be called unknown
        table.finish()
    if table.sound:
        check_rule(table, rule, registry, groups, calendars)
    return rule if table.sound else None


def _kind(table: Table) -> Kind:
    given = [key for key in ("quantity", "silent", "check") if key in table.values]
    if len(given) != 1:
        table.problem("", "rule_of_one_kind", given=", ".join(given) or "-")
    if "silent" in given and not table.flag("silent", default=True):
        table.problem("silent", "silent_is_true")
    return Kind.PLATFORM if "check" in given else Kind.SILENT if "silent" in given else Kind.MEASURED


def _quantity(table: Table, registry: Registry) -> Quantity | None:
    if "quantity" not in table.values:
        return None  # _kind has said so
    name = table.text("quantity")
    if name and name not in registry.quantities:
        table.problem("quantity", "unknown_quantity", value=name, known=near(name, registry.quantities))
    return registry.quantities.get(name)


def _levels(table: Table, kind: Kind, quantity: Quantity | None, registry: Registry) -> tuple[Threshold, ...]:
    outer = table.table("levels")
    if outer is None:
        return ()
    if not outer.values:
        outer.problem("", "no_levels")
    found = []
    for name in outer.values:
        one = outer.table(name)
        if name not in LEVELS:
            outer.problem(name, "not_one_of", value=name, known=", ".join(LEVELS))
        elif one and (kind is not Kind.MEASURED or quantity):
            found.append(_threshold(LEVELS[name], one, quantity, kind, registry))
    return tuple(sorted(found, key=lambda one: one.level))


def _threshold(level: Level, table: Table, quantity: Quantity | None, kind: Kind, registry: Registry) -> Threshold:
    above = below = clear = None
    states = frozenset[float]()
    if quantity:
        above, below, states = _condition(table, quantity, registry)
        clear = _clear(table, registry, states=bool(states) or "is" in table.values)
    factor = _factor(table) if kind is Kind.SILENT else 0.0
    silent = kind is Kind.SILENT  # which ends with the first reading: there is nothing to keep firing for
    delay = read_duration(table, "for", *([0] if silent else []))
    keep = 0 if silent else read_duration(table, "keep_firing_for")
    table.finish()
    return Threshold(level, above, below, states, clear, factor, delay, keep)


def _condition(
    table: Table, quantity: Quantity, registry: Registry
) -> tuple[Limit | None, Limit | None, frozenset[float]]:
    """`above`, `below` and the states of `is`, exactly one of which is given and suits the quantity."""
    given = [key for key in ("above", "below", "is") if key in table.values]
    if len(given) != 1:
        table.problem("", "one_condition", given=", ".join(given) or "-")
    for key in given:
        if (key == "is") != (quantity.kind is QuantityKind.STATE):
            code = "is_of_no_state" if key == "is" else "limit_of_state"
            table.problem(key, code, quantity=quantity.id, kind=quantity.kind.value)
    above = read_limit(table, "above", registry.quantities, None)
    below = read_limit(table, "below", registry.quantities, None)
    return above, below, _states(table, quantity)


def _states(table: Table, quantity: Quantity) -> frozenset[float]:
    values = table.get("is", None)
    if values is None or quantity.kind is not QuantityKind.STATE:
        return frozenset()
    values = values if isinstance(values, list) else [values]
    if not values:
        table.problem("is", "no_names")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or value not in quantity.states:
            known = ", ".join(f"{number} ({label['en']})" for number, label in quantity.states.items())
            table.problem("is", "not_one_of", value=value, known=known)
    return frozenset(float(value) for value in values if isinstance(value, int | float))


def _clear(table: Table, registry: Registry, *, states: bool) -> Limit | None:
    if states:
        if table.get("clear", None) is not None:
            table.problem("clear", "clear_of_states")
        return None
    if "clear" not in table.values:
        table.problem("", "missing_clear")
    return read_limit(table, "clear", registry.quantities, None)


def _factor(table: Table) -> float:
    factor = table.number("factor")
    if "factor" in table.values and factor <= 1:
        table.problem("factor", "factor_too_small", value=f"{factor:g}")
    return factor


def _window(table: Table, measure: Measure) -> int:
    if measure is Measure.VALUE:
        if table.get("window", None) is not None:
            table.problem("window", "window_unexpected")
        return 0
    if "window" not in table.values:
        table.problem("", "window_missing", measure=measure.value)
        return 0
    window = read_duration(table, "window")
    if window == 0:
        table.problem("window", "window_zero")
    return window


def _when(table: Table, registry: Registry) -> tuple[Condition, ...]:
    found = []
    for one in table.tables("when", named_by="quantity", default=[]):
        quantity = _quantity(one, registry) if one.text("quantity") else None
        if quantity:
            found.append(Condition(quantity.id, *_condition(one, quantity, registry)))
            one.finish()
    return tuple(found)


def _message(table: Table) -> dict[str, str]:
    if "message" not in table.values:
        table.read.add("message")
        return {}
    message = table.labels("message")
    for language, source in message.items():
        key = f"message.{language}"
        if detail := syntax_error(source):
            note(table, key, "bad_template", detail=detail)
            continue
        for name in unknown_names(source):
            note(table, key, "unknown_name", value=name, known=near(name, TEMPLATE_NAMES))
    return message


def _calendar(table: Table, calendars: Mapping[str, Calendar]) -> str:
    name = table.text("calendar", "")
    # A calendar that was left out because it is wrong has been spoken of already.
    if name and name not in calendars and not any(one.file == CALENDARS_FILE for one in table.document.problems):
        table.problem("calendar", "unknown_calendar", value=name, known=near(name, calendars))
    return name


def _season(table: Table) -> tuple[tuple[int, int], tuple[int, int]] | None:
    values = table.get("season", None)
    if values is None:
        return None
    days = [_month_day(one) for one in values] if isinstance(values, list) else []
    if len(days) != 2 or days[0] is None or days[1] is None:
        table.problem("season", "bad_season", value=values)
        return None
    return days[0], days[1]


def _month_day(text: object) -> tuple[int, int] | None:
    try:
        day = date.fromisoformat(f"{SEASON_YEAR}-{text}")
    except ValueError:
        return None
    return day.month, day.day


def _valid(table: Table) -> tuple[int | None, int | None]:
    start, end = (read_day(table, key) if key in table.values else None for key in ("valid_from", "valid_until"))
    table.read.update({"valid_from", "valid_until"})
    if start and end and start >= end:
        table.problem("valid_until", "from_not_before_until", begin=start, end=end)
    return instant(start) if start else None, instant(end) if end else None
