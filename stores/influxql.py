"""InfluxQL as InfluxDB 1, 2 and 3 all serve it: statements, and what is read from their answers. No network.

The one place where text becomes part of a statement: `identifier` and `literal`. Retention policies travel beside the
statement (`rp=`), so no statement names one.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from devices.schema import COUNT, DURATION, MAX, MEASUREMENTS, MIN, TAGS
from stores.storable import TIME_LIMIT

FIELD_KEYS = "SHOW FIELD KEYS"
DEVICES = "SHOW TAG VALUES WITH KEY = device"


class Table(NamedTuple):
    """One series of an answer: a measurement, the tags it was grouped by, and rows."""

    name: str
    tags: dict[str, str]
    columns: list[str]
    rows: list[list[Any]]
    """Numbers are floats (times too: whole ms are exact), text is str, nothing is None."""
    partial: bool


class Answer(NamedTuple):
    """What one statement answered."""

    tables: list[Table]
    error: str


def identifier(name: str) -> str:
    """A measurement, field or policy name in double quotes."""
    return '"' + _escape(name, '"') + '"'


def literal(text: str) -> str:
    """A tag value in single quotes."""
    return "'" + _escape(text, "'") + "'"


def _escape(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace(quote, "\\" + quote)


MEASURED = ", ".join(identifier(name) for name in MEASUREMENTS)
GROUPED = "GROUP BY " + ", ".join(identifier(tag) for tag in TAGS)


def within(start: int, end: int, devices: Collection[str] = ()) -> str:
    """`WHERE` of a time range in ms, end excluded, and of devices; no devices means all."""
    clauses = [f"time >= {_clamp(start)}ms", f"time < {_clamp(end)}ms"]
    if devices:
        clauses.append("(" + " OR ".join(f"{identifier('device')} = {literal(each)}" for each in sorted(devices)) + ")")
    return "WHERE " + " AND ".join(clauses)


def _clamp(time: int) -> int:
    return max(-TIME_LIMIT, min(time, TIME_LIMIT))


def points_of(device: str, field: str, start: int, end: int) -> str:
    return f"SELECT {identifier(field)} FROM {MEASURED} {within(start, end, [device])}"  # noqa: S608  -- quoted by `identifier` and `literal`


def hours_of(device: str, quantity: str, start: int, end: int) -> str:
    fields = ", ".join(identifier(quantity + suffix) for suffix in ("", MIN, MAX))
    return f"SELECT {fields} FROM {MEASURED} {within(start, end, [device])}"  # noqa: S608  -- quoted by `identifier` and `literal`


def readings_of(devices: Collection[str], start: int, end: int) -> str:
    return f"SELECT * FROM {MEASURED} {within(start, end, devices)} {GROUPED}"  # noqa: S608  -- quoted by `identifier` and `literal`


def latest_of(measurement: str, field: str) -> str:
    """One field a statement: only a lone selector answers with the time of the value it selected."""
    return f"SELECT LAST({identifier(field)}) FROM {identifier(measurement)} {GROUPED}"  # noqa: S608  -- quoted by `identifier` and `literal`


def quantities_in(answer: Answer) -> list[tuple[str, str]]:
    """(measurement, quantity) of an answer to FIELD_KEYS, without the companions of roll-ups.

    `co2_count` is one where there is `co2`; `vehicle_count` is a quantity, for there is no `vehicle`.
    """
    found = []
    for table in answer.tables:
        names = {row[0] for row in table.rows} if table.name in MEASUREMENTS else set()
        found += [(table.name, name) for name in sorted(names) if not _companion(name, names)]
    return found


def _companion(name: str, names: Collection[str]) -> bool:
    stems = [name.removesuffix(suffix) for suffix in (MIN, MAX, COUNT) if name.endswith(suffix)]
    return DURATION in name or any(stem in names for stem in stems)


def parse(body: bytes) -> list[Answer]:
    """Answers of a `/query` body, one per statement. Raises ValueError for anything else.

    Integers are read as floats: InfluxDB writes the float -0.0 as `-0`, and 612.0 as `612`.
    """
    document = json.loads(body, parse_int=float)
    if not isinstance(document, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  -- foreign input, not a caller's mistake
    if error := document.get("error"):
        return [Answer([], str(error))]
    return [
        Answer([_table(series) for series in result.get("series", ())], str(result.get("error", "")))
        for result in document.get("results", ())
    ]


def _table(series: dict[str, Any]) -> Table:
    return Table(
        series.get("name", ""),
        series.get("tags") or {},
        series["columns"],
        series.get("values") or [],
        bool(series.get("partial")),
    )


def columns_of(table: Table) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, what is None left out."""
    for row in table.rows:
        yield {column: value for column, value in zip(table.columns, row, strict=True) if value is not None}
