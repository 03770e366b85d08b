"""A sheet as bytes, of which single rows can be changed: all others keep every byte, and so does the rest of the row.

Rows are found by the same reader that loads them, which says how many lines each one took.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from devices.spreadsheet import SEP_ROW, decode, delimiter_of

ENDINGS = ("\r\n", "\n", "\r")
NUMBERS = ("latitude", "longitude", "altitude")
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One row, blank ones and the header included."""

    number: int
    """As beside the sheet, from 1."""
    raw: str
    """With its line ending."""
    cells: list[str]
    """Spaces tidied, as the loader sees them."""

    @property
    def blank(self) -> bool:
        return not any(self.cells)


class EditedSheet:
    """What a file holds and will hold. ValueError for bytes that are no sheet: what is edited was loaded before."""

    def __init__(self, content: bytes) -> None:
        text = decode(content)
        if text is None:
            raise ValueError("no text")
        self._mark, self._encoding = _encoding(content)
        self.delimiter = delimiter_of(text)
        said = SEP_ROW.match(text)
        self._prefix = said[0] if said else ""
        self._start = 2 if said else 1
        self.lines = list(self._read(text[len(self._prefix) :]))
        self._ending = next((end for end in ENDINGS if self._header.raw.endswith(end)), "\n")

    @property
    def columns(self) -> list[str]:
        """Those of the header, in lower case; "" for one without a name."""
        return [name.lower() for name in self._header.cells]

    def content(self) -> bytes:
        """UnicodeEncodeError for letters that the file's encoding does not have."""
        text = self._prefix + "".join(line.raw for line in self.lines)
        return self._mark + text.encode(self._encoding)

    def rows(self) -> Iterator[tuple[Line, dict[str, str]]]:
        """Every row under the header that is not blank, with its cells by column."""
        columns = self.columns
        for line in self.lines:
            if line is not self._header and not line.blank:
                cells = [*line.cells, *[""] * len(columns)]
                yield line, {name: cell for name, cell in zip(columns, cells, strict=False) if name}

    def find(self, column: str, text: str) -> list[tuple[Line, dict[str, str]]]:
        return [(line, cells) for line, cells in self.rows() if cells.get(column) == text]

    def change(self, line: Line, cells: Mapping[str, str]) -> None:
        """These cells of a row; those that say so already keep their bytes."""
        place = self.lines.index(line)
        self._need(name for name, text in cells.items() if text)
        columns, raw = self.columns, self._cut(self.lines[place].raw)
        known = self.lines[place].cells
        for name, text in cells.items():
            if name not in columns:
                continue
            at = columns.index(name)
            if (known[at] if at < len(known) else "") == text:
                continue
            raw += [""] * (at + 1 - len(raw))
            raw[at] = self._written(name, text)
        self.lines[place] = self._line(line.number, raw, _ending(line.raw))

    def append(self, cells: Mapping[str, str]) -> None:
        """A row after the last one that is not blank."""
        self._need(name for name, text in cells.items() if text)
        last = max(at for at, line in enumerate(self.lines) if not line.blank)
        if not _ending(self.lines[last].raw):
            self.lines[last] = self.lines[last]._replace(raw=self.lines[last].raw + self._ending)
        raw = [self._written(name, cells.get(name, "")) if name else "" for name in self.columns]
        self.lines.insert(last + 1, self._line(0, raw, self._ending))
        self._count()

    def remove(self, line: Line) -> None:
        self.lines.remove(line)
        self._count()

    @property
    def _header(self) -> Line:
        header = next((line for line in self.lines if not line.blank), None)
        if header is None:
            raise ValueError("no header")
        return header

    def _need(self, names: Iterator[str]) -> None:
        """Columns the header lacks are added at its right; rows without them are as good as before."""
        missing = [name for name in names if name not in self.columns]
        if missing:
            header = self._header
            place = self.lines.index(header)
            raw = [*self._cut(header.raw), *missing]
            self.lines[place] = self._line(header.number, raw, _ending(header.raw))

    def _read(self, text: str) -> Iterator[Line]:
        source = list(io.StringIO(text, newline=""))
        reader, before = csv.reader(source, delimiter=self.delimiter, strict=True), 0
        for number, record in enumerate(reader, self._start):
            cells = [" ".join(cell.split()) for cell in record]
            yield Line(number, "".join(source[before : reader.line_num]), cells)
            before = reader.line_num

    def _line(self, number: int, raw: Sequence[str], ending: str) -> Line:
        text = self.delimiter.join(raw) + ending
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter), [])
        return Line(number, text, [" ".join(cell.split()) for cell in cells])

    def _count(self) -> None:
        self.lines = [line._replace(number=number) for number, line in enumerate(self.lines, self._start)]

    def _cut(self, raw: str) -> list[str]:
        """The cells of a row as they are written, quotes and all."""
        text, cells, start, at = raw.removesuffix(_ending(raw)), [], 0, 0
        while at < len(text):
            if at == start and text[at] == '"':
                at = _closing(text, at)
            elif text[at] == self.delimiter:
                cells.append(text[start:at])
                start = at = at + 1
            else:
                at += 1
        return [*cells, text[start:]]

    def _written(self, column: str, text: str) -> str:
        if self.delimiter == ";" and column in NUMBERS:
            text = text.replace(".", ",")  # a French spreadsheet would take 3.12 for the third of December
        if any(sign in text for sign in (self.delimiter, '"', "\r", "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text


def _encoding(content: bytes) -> tuple[bytes, str]:
    """(Its mark, the name of its encoding)."""
    if content[:2] in UTF16:
        return content[:2], UTF16[content[:2]]
    if content.startswith(BOM):
        return BOM, "utf-8"
    try:
        content.decode()
    except UnicodeDecodeError:
        return b"", "cp1252"
    return b"", "utf-8"


def _ending(raw: str) -> str:
    return next((end for end in ENDINGS if raw.endswith(end)), "")


def _closing(text: str, at: int) -> int:
    """Behind the quote that closes the one at `at`; two in a row are one letter."""
    at = text.find('"', at + 1)
    while at >= 0 and text[at + 1 : at + 2] == '"':
        at = text.find('"', at + 2)
    return len(text) if at < 0 else at + 1
