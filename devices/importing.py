"""Imports a spreadsheet of devices into `devices.csv`: an upsert by id, all rows or none; again, it changes nothing.

`plan` only reads; it says of each incoming row what would become of it. `apply` writes the result, whole, in the place
of the file, and only if nobody has changed that file since. Columns the spreadsheet lacks keep their value; a cell that
is there and empty empties it. Rows keep their order, new ones go to the end; the result is UTF-8 with `,`.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from devices import cells
from devices.errors import ConfigError
from devices.files import fingerprint, replace_whole
from devices.inventory import DEVICE_COLUMNS, Known, inventory, note_duplicates, read_communes, read_placements
from devices.load import COMMUNES, PLACEMENTS
from devices.problems import Problem
from devices.registry import Registry
from devices.spreadsheet import Row, Sheet, read_sheet

Outcome = Literal["added", "changed", "unchanged", "refused"]


class ImportRow(NamedTuple):
    """What becomes of one incoming row."""

    row: int
    """As beside the spreadsheet."""
    id: str
    outcome: Outcome
    columns: tuple[str, ...] = ()
    """Those that change."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. A plan with problems is never applied, not even in part."""

    existing: Path
    rows: list[ImportRow]
    problems: list[Problem]
    text: str
    """The whole new file."""
    seen: str
    """Fingerprint of the file the plan was made for."""

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many rows of each outcome, zeros included."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in ("added", "changed", "unchanged", "refused")}

    def check(self) -> None:
        """Raise ConfigError when the plan cannot be applied."""
        if self.problems:
            raise ConfigError(self.problems)


def plan(existing: Path, incoming: Path, registry: Registry) -> ImportPlan:
    """Compare a spreadsheet with `devices.csv`, which need not exist yet. `registry` knows the models.

    The devices as they would become are checked like those of any configuration, with their placements. Raises
    ConfigError when one of the two files cannot be read as a sheet at all.
    """
    if not incoming.exists():
        raise ConfigError([Problem(str(incoming), "", "no_such_file")])
    problems: list[Problem] = []
    new = read_sheet(incoming, str(incoming), DEVICE_COLUMNS, ("id",), problems)
    seen = fingerprint(existing)
    old = read_sheet(existing, existing.name, DEVICE_COLUMNS, ("id",), problems) if existing.exists() else None
    if new is None or (old is None and existing.exists()):
        raise ConfigError(problems)
    old = old or Sheet(DEVICE_COLUMNS, [])
    columns = (*old.columns, *(name for name in new.columns if name not in old.columns and name in DEVICE_COLUMNS))
    merged, rows = _merge(old.rows, new)
    problems += _problems(existing.parent, list(merged.values()), old.rows, new.rows, registry)
    rows = _report(rows, problems, str(incoming), new.header)
    return ImportPlan(existing, rows, problems, _text(columns, merged.values()), seen)


def apply(plan: ImportPlan) -> None:
    """Write the file in one step: readers see the old or the new one, and a crash leaves one of the two.

    Raises ConfigError when the plan has problems or the file is no longer the one it was made for. When nothing is
    added or changed, the file is left as it is.
    """
    plan.check()
    if fingerprint(plan.existing) != plan.seen:
        raise ConfigError([Problem(plan.existing.name, "", "changed_meanwhile")])
    if plan.counts["added"] or plan.counts["changed"]:
        replace_whole(plan.existing, plan.text.encode())


def _merge(old: list[Row], new: Sheet) -> tuple[dict[str, Row], list[ImportRow]]:
    """Every row of the result by id, in its order, and what became of each incoming one."""
    merged = {row.get("id"): row for row in old}
    report: list[ImportRow] = []
    for row in new.rows:
        name = row.get("id")
        before = merged.get(name) if name else None
        if before is None:
            cells_now = {column: _written(column, text) for column, text in row.cells.items()}
            report.append(ImportRow(row.number, name, "added"))
        else:
            changes = {
                column: _written(column, text)
                for column, text in row.cells.items()
                if _meaning(column, text) != _meaning(column, before.get(column))
            }
            cells_now = {**before.cells, **changes}
            report.append(ImportRow(row.number, name, "changed" if changes else "unchanged", tuple(changes)))
        merged[name or f" {row.number}"] = Row(row.file, row.number, cells_now)
    return merged, report


def _problems(folder: Path, rows: list[Row], old: list[Row], new: list[Row], registry: Registry) -> list[Problem]:
    """What would be wrong with the configuration once the import were done."""
    problems: list[Problem] = []
    note_duplicates(old, problems)
    note_duplicates(new, problems)
    communes = read_communes(folder / COMMUNES, COMMUNES, problems)
    stays = read_placements(folder / PLACEMENTS, PLACEMENTS, problems)
    inventory(rows, stays.rows, Known(registry.models, communes), problems)
    return problems


def _report(rows: list[ImportRow], problems: list[Problem], file: str, header: int) -> list[ImportRow]:
    """The rows with those refused marked; rows that could not even be read are among them."""
    found = [re.match(r"row (\d+)", problem.place) for problem in problems if problem.file == file]
    refused = {int(place[1]) for place in found if place} - {header}
    read = {row.row: row for row in rows}
    marked = {number: ImportRow(number, read[number].id if number in read else "", "refused") for number in refused}
    return [row for _, row in sorted({**read, **marked}.items())]


def _meaning(column: str, text: str) -> object:
    """What a cell says, however it is written: `46,50` is `46.5`."""
    if column in ("latitude", "longitude", "altitude"):
        value = cells.number(text)
        return text if value is None else value
    if column == "params":
        try:
            return cells.params(text)
        except ValueError:
            return text
    return _written(column, text)


def _written(column: str, text: str) -> str:
    """A cell as this program writes it; what cannot be read is kept for the problem to show."""
    if column in ("latitude", "longitude", "altitude") and cells.number(text) is not None:
        return text.replace(",", ".")
    if column == "installed":
        return cells.iso_date(text) or text
    if column == "commune":
        return cells.commune(text) or text
    if column == "eui":
        return cells.eui(text) or text
    return text


def _text(columns: Iterable[str], rows: Iterable[Row]) -> str:
    columns = list(columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column) for column in columns] for row in rows)
    return out.getvalue()
