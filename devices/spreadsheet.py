"""Reads CSV as spreadsheets save it, and says what is wrong in the words of the spreadsheet: row and column.

Forgiven: a byte order mark, UTF-8, Windows-1252 or UTF-16, `;` `,` or tab, any line ending, quoted cells, blank rows,
empty columns at the right, Excel's `sep=;` row, a header in any case. Spaces around and between words are made single,
no-break ones included. Rows count from 1, blank ones and the header too: they are the numbers beside the sheet.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from devices.problems import Problem, near

DELIMITERS = (",", ";", "\t")
SEP_ROW = re.compile(r"sep=([,;|\t])\r?\n?", re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"')
NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
"""How .xlsx and .ods, .xls, and PDF files begin."""


class Row(NamedTuple):
    """One row under the header."""

    file: str
    number: int
    """As beside the sheet; the header is usually row 1."""
    cells: dict[str, str]
    """Column name in lower case -> text; "" for an empty cell. A column the sheet lacks is not there."""

    def problem(self, column: str, code: str, **facts: object) -> Problem:
        return Problem(self.file, f"row {self.number}, column {column}", code, facts)

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


class Sheet(NamedTuple):
    columns: tuple[str, ...]
    rows: list[Row]
    header: int = 1
    """The row number of the header."""


def read_sheet(
    path: Path, file: str, columns: Sequence[str], required: Collection[str], problems: list[Problem]
) -> Sheet | None:
    """The rows of a CSV file, with what is wrong noted; None when not even the header can be used.

    `file` is the name used in the problems, `columns` those that exist, `required` those that must be there. Rows with
    more cells than the header has are noted and left out: which cell is which cannot be known.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        problems.append(Problem(file, "", "missing_file"))
        return None
    except OSError as error:
        problems.append(Problem(file, "", "unreadable_file", {"detail": error.strerror}))
        return None
    text = decode(content)
    if text is None:
        problems.append(Problem(file, "", "not_csv"))
        return None
    delimiter = delimiter_of(text)
    records = _records(text, delimiter, file, problems)
    numbered_header = next(records, None)
    if numbered_header is None:
        problems.append(Problem(file, "", "no_header", {"known": delimiter.join(columns)}))
        return None
    header = [name.lower() for name in numbered_header[1]]
    if not _header_is_good(file, numbered_header[0], header, columns, required, problems):
        return None
    rows = [row for record in records if (row := _row(file, record, header, delimiter, problems))]
    return Sheet(tuple(name for name in header if name), rows, numbered_header[0])


def decode(content: bytes) -> str | None:
    """The text of a file, or None when it is no text. Latin letters outside UTF-8 are taken for Windows-1252."""
    if content.startswith(NOT_TEXT):
        return None
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def delimiter_of(text: str) -> str:
    """The separator the header uses most; a header of one column has none, and any will do."""
    said = SEP_ROW.match(text)
    if said:
        return said[1]
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = QUOTED.sub("", header)
    return max(DELIMITERS, key=bare.count)


def _records(text: str, delimiter: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of each row that is not blank, spaces tidied."""
    start = 2 if SEP_ROW.match(text) else 1
    text = SEP_ROW.sub("", text, count=1) if start == 2 else text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = start - 1
    same: dict[str, str] = {}
    """Models, owners, communes: ten thousand rows that name the same one hold it once."""
    try:
        for number, record in enumerate(reader, start):
            cells = [same.setdefault(tidied, tidied) for tidied in [" ".join(cell.split()) for cell in record]]
            if any(cells):
                yield number, cells
    except csv.Error as error:
        problems.append(Problem(file, f"row {number + 1}", "csv_syntax", {"detail": str(error)}))


def _header_is_good(
    file: str,
    number: int,
    header: list[str],
    columns: Sequence[str],
    required: Collection[str],
    problems: list[Problem],
) -> bool:
    """Note what is wrong with the header; an unknown column is noted and can still be read past."""
    known = set(columns)
    if not known.intersection(header):
        problems.append(Problem(file, f"row {number}", "no_header", {"known": ",".join(columns)}))
        return False
    for index, name in enumerate(header):
        facts = {"column": name, "known": near(name, known)}
        if name and name not in known:
            problems.append(Problem(file, f"row {number}", "unknown_column", facts))
        elif name and name in header[:index]:
            problems.append(Problem(file, f"row {number}", "duplicate_column", facts))
    missing = [name for name in columns if name in required and name not in header]
    problems += [Problem(file, f"row {number}", "missing_column", {"column": name}) for name in missing]
    return not missing


def _row(
    file: str, record: tuple[int, list[str]], header: list[str], delimiter: str, problems: list[Problem]
) -> Row | None:
    number, cells = record
    width = len(header)
    if any(cells[width:]) or any(cell and not name for name, cell in zip(header, cells, strict=False)):
        used = max(index for index, cell in enumerate(cells, start=1) if cell)
        facts = {"cells": used, "columns": sum(map(bool, header)), "delimiter": delimiter}
        problems.append(Problem(file, f"row {number}", "too_many_cells", facts))
        return None
    cells = cells[:width] + [""] * (width - len(cells))  # spreadsheets leave out empty cells at the right
    row = Row(file, number, {name: cell for name, cell in zip(header, cells, strict=True) if name})
    unprintable = [name for name, cell in row.cells.items() if not cell.isprintable()]
    for name in unprintable:
        value = next(f"U+{ord(character):04X}" for character in row.get(name) if not character.isprintable())
        problems.append(row.problem(name, "control_character", value=value))
    return None if unprintable else row
