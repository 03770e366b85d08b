"""The formats of an answer, and which of them is meant by `Accept` (RFC 9110, 12.5.1)."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from dashboards.console.pieces.spreadsheet import words

JSON, CSV, GEOJSON = "application/json", "text/csv", "application/geo+json"


def chosen(accept: str, offered: Sequence[str]) -> str | None:
    """The format liked best, the first offered of those liked alike; None when none will do."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    liked = [(_liking(kind, ranges), kind) for kind in offered]
    best = max(liking for liking, _ in liked)
    return next(kind for liking, kind in liked if liking == best) if best > 0 else None


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return name, min(1.0, max(0.0, float(weight)))
    except ValueError:
        return name, 0.0


def _liking(kind: str, ranges: Iterable[tuple[str, float]]) -> float:
    """The weight of the most exact range that it falls in."""
    exactness = {kind: 3, f"{kind.partition('/')[0]}/*": 2, "*/*": 1}
    matching = [(exactness[name], weight) for name, weight in ranges if name in exactness]
    return max(matching)[1] if matching else 0.0


def csv_text(shape: type[BaseModel], rows: Iterable[BaseModel]) -> str:
    """RFC 4180: `,`, a decimal point, a header. What is nested has a column each (`place_site`), even without rows.

    A text that a spreadsheet would compute begins with an apostrophe; JSON has it as it is.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    names = columns(shape)
    writer.writerow(names)
    for row in rows:
        values = flat(row.model_dump(mode="json"))
        writer.writerow([_cell(values.get(name, "")) for name in names])
    return text.getvalue()


def _cell(value: Any) -> Any:
    return words(value) if isinstance(value, str) else value


def columns(shape: type[BaseModel]) -> list[str]:
    found: list[str] = []
    for name, field in shape.model_fields.items():
        inner = next((kind for kind in (field.annotation, *get_args(field.annotation)) if _nested(kind)), None)
        found += [f"{name}_{column}" for column in columns(inner)] if inner else [name]
    return found


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found[name] = json.dumps(value, ensure_ascii=False)
            found |= {f"{name}_{column}": inner for column, inner in flat(value).items()}
        elif isinstance(value, list):
            found[name] = " ".join(map(str, value))
        else:
            found[name] = str(value).lower() if isinstance(value, bool) else value
    return found


def _nested(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
