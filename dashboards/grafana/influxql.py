"""InfluxQL of panels, with the variables of our dashboards in it. Names come from `devices.schema`.

Only the portable subset: InfluxDB 1.6 to 3 read the same text. `$policy` is the raw policy or that of the roll-ups, by
the range of time on the screen; a roll-up keeps the quantity's name, so nothing else changes.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from devices.quantity import Aggregate, Quantity
from devices.schema import RAW, TAGS
from stores.influxql import identifier, literal

Selector = Literal["mean", "sum", "min", "max", "last", "first", "count", "spread"]
POLICY = "$policy"
SCOPE = " AND ".join(f"{identifier(tag)} =~ /^${tag}$/" for tag in TAGS)
"""The devices that the variables select; a variable at All is `.*`, which also takes a tag that is not there."""
OF_AGGREGATE: dict[Aggregate, Selector] = {
    Aggregate.MEAN: "mean",
    Aggregate.ENERGY_MEAN: "max",
    Aggregate.CIRCULAR_MEAN: "last",
    Aggregate.SUM: "sum",
    Aggregate.LAST: "last",
    Aggregate.DURATION: "last",
}
"""How points that fall on one pixel become one, where InfluxQL has nothing closer: the mean of decibels would be too
low, so the loudest is shown; the mean of 350 and 10 degrees would be south, so the last is."""


def of(quantity: Quantity) -> Selector:
    return OF_AGGREGATE[quantity.aggregate]


def source(measurement: str, policy: str = POLICY) -> str:
    return f"{identifier(policy)}.{identifier(measurement)}"


def where(*conditions: str, scope: str = SCOPE) -> str:
    """`WHERE` the variables' devices, the range of time on the screen, and what else is given."""
    return "WHERE " + " AND ".join(part for part in (scope, *conditions, "$timeFilter") if part)


def equals(tag: str, text: str) -> str:
    return f"{identifier(tag)} = {literal(text)}"


def among(tag: str, texts: Sequence[str]) -> str:
    """The tag is one of them."""
    return "(" + " OR ".join(equals(tag, text) for text in texts) + ")"


def called(selector: Selector, field: str) -> str:
    """`mean("dew_point")`: a part of a formula."""
    return f"{selector}({identifier(field)})"


def history(
    measurement: str,
    fields: Sequence[str],
    selector: Selector,
    *,
    by: Sequence[str] = ("device",),
    conditions: Sequence[str] = (),
    policy: str = POLICY,
    scope: str = SCOPE,
    every: str = "$__interval",
) -> str:
    """One series per field and per value of the tags `by`, a point every `every`."""
    chosen = ", ".join(f"{selector}({identifier(field)}) AS {identifier(field)}" for field in fields)
    grouped = ", ".join([f"time({every})", *map(identifier, by)])
    return (
        f"SELECT {chosen} FROM {source(measurement, policy)} {where(*conditions, scope=scope)}"  # noqa: S608  -- quoted
        f" GROUP BY {grouped} fill(none)"
    )


def present(
    measurement: str,
    fields: Sequence[str],
    *,
    by: Sequence[str] = ("device",),
    conditions: Sequence[str] = (),
    policy: str = POLICY,
    scope: str = SCOPE,
    selector: Selector = "last",
) -> str:
    """One row per value of the tags `by`: the newest value of each field in the range of time. For tables and maps."""
    chosen = ", ".join(f"{selector}({identifier(field)}) AS {identifier(field)}" for field in fields)
    return (
        f"SELECT {chosen} FROM {source(measurement, policy)} {where(*conditions, scope=scope)}"  # noqa: S608  -- quoted
        f" GROUP BY {', '.join(map(identifier, by))}"
    )


def rate_per_hour(measurement: str, field: str, *, by: Sequence[str] = ("device",), every: str = "10m") -> str:
    """Change per hour of the mean over `every`."""
    grouped = ", ".join([f"time({every})", *map(identifier, by)])
    return (
        f"SELECT derivative(mean({identifier(field)}), 1h) AS {identifier(field)} FROM {source(measurement)}"  # noqa: S608  -- quoted
        f" {where()} GROUP BY {grouped} fill(none)"
    )


def growth(
    measurement: str,
    field: str,
    *,
    by: Sequence[str] = ("device",),
    every: str = "1h",
    conditions: Sequence[str] = (),
    scope: str = SCOPE,
    policy: str = POLICY,
) -> str:
    """By how much a counter grew in each `every`; a counter that starts again is no fall."""
    grouped = ", ".join([f"time({every})", *map(identifier, by)])
    return (
        f"SELECT non_negative_difference(last({identifier(field)})) AS {identifier(field)}"  # noqa: S608  -- quoted
        f" FROM {source(measurement, policy)} {where(*conditions, scope=scope)} GROUP BY {grouped} fill(none)"
    )


def raw(measurement: str) -> str:
    """What is never rolled up, whatever the range of time."""
    return source(measurement, RAW)


def calculated(
    measurement: str,
    formulas: Mapping[str, str],
    *,
    by: Sequence[str] = ("device",),
    conditions: Sequence[str] = (),
    policy: str = POLICY,
    scope: str = SCOPE,
    every: str = "",
) -> str:
    """Formulas of `called` parts by the name of their column: a point every `every`, or one row where it is "".

    One row has the time of its value when one selector alone is asked, else the start of the range of time: answers
    of several formulas can therefore be merged in a table.
    """
    chosen = ", ".join(f"{formula} AS {identifier(name)}" for name, formula in formulas.items())
    grouped = ", ".join([*([f"time({every})"] if every else []), *map(identifier, by)])
    statement = f"SELECT {chosen} FROM {source(measurement, policy)} {where(*conditions, scope=scope)}"  # noqa: S608  -- quoted
    return statement + (f" GROUP BY {grouped}" if grouped else "") + (" fill(none)" if every else "")


def across(selector: Selector, statement: str, column: str) -> str:
    """One number over all rows that the statement answers, such as the lowest of the newest values of all devices."""
    return f"SELECT {called(selector, column)} AS {identifier(column)} FROM ({statement}) WHERE $timeFilter"  # noqa: S608  -- quoted
