"""InfluxQL as InfluxDB 1, 2 and 3 all serve it: statements, and what is read from their answers. No network.

The one place where text becomes part of a statement: `identifier` and `literal`. Retention policies travel beside the
statement (`rp=`), so no statement names one.
"""

import json
import re
from collections.abc import Collection, Iterator
from itertools import chain
from math import isfinite
from typing import Any, NamedTuple

from devices.schema import COUNT, DURATION, MAX, MEASUREMENTS, MIN, TAGS
from stores.storable import TIME_LIMIT

FIELD_KEYS = "SHOW FIELD KEYS"
DEVICES = "SHOW TAG VALUES WITH KEY = device"
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""May be one: two of them in the right order are a whole character."""


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


def oldest_after(start: int) -> str:
    """The first row of each measurement."""
    return f"SELECT * FROM {MEASURED} WHERE time >= {_clamp(start)}ms ORDER BY time LIMIT 1"  # noqa: S608  -- names of ours


def latest_of(measurement: str, field: str) -> str:
    """One field a statement: only a lone selector answers with the time of the value it selected."""
    return f"SELECT LAST({identifier(field)}) FROM {identifier(measurement)} {GROUPED}"  # noqa: S608  -- quoted by `identifier` and `literal`


def newest_of(field: str) -> str:
    """One row for each measurement that has the field."""
    return f"SELECT LAST({identifier(field)}) FROM {MEASURED}"  # noqa: S608  -- quoted by `identifier`


def quantities_in(answer: Answer) -> list[tuple[str, str]]:
    """(measurement, quantity) of an answer to FIELD_KEYS, without the companions of roll-ups.

    `co2_count` is one where there is `co2`; `vehicle_count` is a quantity, for there is no `vehicle`.
    """
    found = []
    for table in answer.tables:
        keys = table.rows if table.name in MEASUREMENTS else []
        names = {row[0] for row in keys if row and isinstance(row[0], str)}
        found += [(table.name, name) for name in sorted(names) if not _companion(name, names)]
    return found


def _companion(name: str, names: Collection[str]) -> bool:
    stems = [name.removesuffix(suffix) for suffix in (MIN, MAX, COUNT) if name.endswith(suffix)]
    return DURATION in name or any(stem in names for stem in stems)


def parse(body: bytes, count: int = 1, *, pieces: bool = False) -> list[Answer]:
    """Answers of a `/query` body, one for each of so many statements; fewer where one of them is an error.

    `pieces`: it was asked for with `chunked=true`, and is a document a line.

    Raises ValueError, KeyError, TypeError, AttributeError or RecursionError for anything else.

    Integers are read as floats: InfluxDB writes the float -0.0 as `-0`, and 612.0 as `612`.
    """
    document = _joined(body) if pieces else json.loads(body, parse_int=float)
    if HALF_CHARACTER.search(body):
        json.dumps(document, ensure_ascii=False).encode()  # half a character is no text, and no store takes it back
    if not isinstance(document, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  -- foreign input, not a caller's mistake
    if error := document.get("error"):
        return [Answer([], str(error))]
    answers = [
        Answer([_table(series) for series in result.get("series", ())], str(result.get("error", "")))
        for result in document.get("results", ())
    ]
    if len(answers) != count and not any(answer.error for answer in answers):
        raise ValueError(f"{len(answers)} answers to {count} statements")
    return answers


def _joined(body: bytes) -> dict[str, Any]:
    """The pieces as one document: a series that is partial goes on in the next piece."""
    results: dict[float, dict[str, Any]] = {}
    for line in body.splitlines():
        document = json.loads(line, parse_int=float)
        if "error" in document:
            return {"error": document["error"]}
        for result in document["results"]:
            known = results.setdefault(result.get("statement_id", 0.0), {"series": []})
            known |= {"error": result["error"]} if "error" in result else {}
            for series in result.get("series", ()):
                last = known["series"][-1] if known["series"] else {}
                if last.get("partial"):
                    last["values"] += series["values"]
                    last["partial"] = series.get("partial", False)
                else:
                    known["series"].append(series)
    return {"results": [results[number] for number in sorted(results)]}


def _table(series: dict[str, Any]) -> Table:
    name, tags, columns = series.get("name", ""), series.get("tags") or {}, series["columns"]
    rows = series.get("values") or []
    if not all(isinstance(text, str) for text in (name, *tags, *tags.values(), *columns)):
        raise ValueError("names and tags are texts")
    if not (isinstance(columns, list) and isinstance(rows, list) and _are_rows(rows, columns)):
        raise ValueError("a row has one value for each column, and its time")
    return Table(name, tags, columns, rows, bool(series.get("partial")))


def _are_rows(rows: list[Any], columns: list[str]) -> bool:
    """Asked of all at once: a year of hours is 35,000 values."""
    if not set(map(type, rows)) <= {list} or not set(map(len, rows)) <= {len(columns)}:
        return False
    if not {list, dict}.isdisjoint(map(type, chain.from_iterable(rows))):
        return False
    times = [row[0] for row in rows] if columns[:1] == ["time"] else []
    return set(map(type, times)) <= {float} and all(map(isfinite, times))


def columns_of(table: Table) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, what is None left out."""
    for row in table.rows:
        yield {column: value for column, value in zip(table.columns, row, strict=True) if value is not None}
