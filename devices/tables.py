"""Reads TOML tables and notes everything that is wrong, with its line, instead of stopping at the first mistake.

Every getter of `Table` returns something of the right type even when the key is missing or wrong; `sound` says whether
the whole table, its sub-tables included, was right, and so whether what was read may be used.
"""

import math
import re
import tomllib
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path

from devices.problems import Problem, near

Keys = tuple[str, ...]
HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
KEY = re.compile(rf"\s*({NAME}(?:\s*\.\s*{NAME})*)\s*=(.*)$")
SYNTAX_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
REQUIRED = object()
"""Default of a key that must be there."""


class Document:
    """One TOML file: its name for people, its text for the line numbers, its problems so far."""

    def __init__(self, file: str, text: str, problems: list[Problem]) -> None:
        self.file = file
        self.text = text
        self.problems = problems

    @cached_property
    def lines(self) -> dict[Keys, int]:
        return key_lines(self.text)

    def place(self, path: Keys, key: str) -> str:
        """`line 7, co2.unit`; a missing key is said at the line of its table."""
        while path and path not in self.lines:
            path = path[:-1]
        return ", ".join(part for part in (f"line {self.lines[path]}" if path else "", key) if part)


class Table:
    """One table of a document, read key by key."""

    def __init__(self, document: Document, values: dict[str, object], path: Keys = (), name: str = "") -> None:
        self.document = document
        self.values = values
        self.path = path
        self.name = name
        """The path as people say it: `quantities.co2` where `path` says `quantities.2`."""
        self.read: set[str] = set()
        self.problems_before = len(document.problems)

    @property
    def sound(self) -> bool:
        return len(self.document.problems) == self.problems_before

    def problem(self, key: str, code: str, /, **facts: object) -> None:
        path = (*self.path, key) if key else self.path
        name = ".".join(part for part in (self.name, key) if part)
        self.document.problems.append(Problem(self.document.file, self.document.place(path, name), code, facts))

    def get(self, key: str, default: object = REQUIRED) -> object:
        self.read.add(key)
        if key not in self.values and default is REQUIRED:
            self.problem("", "missing_key", key=key)
        return self.values.get(key, default)

    def text(self, key: str, default: str | object = REQUIRED) -> str:
        value = self.get(key, default)
        if value is REQUIRED:
            return ""
        if not isinstance(value, str) or (not value.strip() and value != default):
            self.problem(key, "not_text", value=value)
            return ""
        return value

    def number(self, key: str, default: float | object = REQUIRED) -> float:
        """A finite number."""
        value = self.get(key, default)
        if value is REQUIRED:
            return 0.0
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.problem(key, "not_number", value=value)
            return 0.0
        return float(value)

    def positive(self, key: str) -> int:
        """A whole number above zero."""
        value = self.get(key)
        if value is REQUIRED:
            return 1
        if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
            self.problem(key, "not_positive", value=value)
            return 1
        return value

    def whole(self, key: str) -> int:
        """A whole number, zero included."""
        value = self.get(key)
        if value is REQUIRED:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.problem(key, "not_whole", value=value)
            return 0
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.get(key, default)
        if not isinstance(value, bool):
            self.problem(key, "not_flag", value=value)
            return default
        return value

    def choice(self, key: str, choices: Collection[str], default: str | object = REQUIRED) -> str:
        """One of `choices`; the first of them when it is none, "" when there are none."""
        value = self.text(key, default)
        if value and value not in choices:
            self.problem(key, "not_one_of", value=value, known=near(value, choices))
        return value if value in choices else next(iter(choices), "")

    def table(self, key: str) -> "Table | None":
        value = self.get(key)
        if value is REQUIRED:
            return None
        if not isinstance(value, dict):
            self.problem(key, "not_table", value=value)
            return None
        return Table(self.document, value, (*self.path, key), ".".join(part for part in (self.name, key) if part))

    def tables(self, key: str, named_by: str = "", default: object = REQUIRED) -> "list[Table]":
        """The tables of `[[key]]`; people know each by its key `named_by`, else by its number from 1."""
        value = self.get(key, default)
        if value is REQUIRED:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.problem(key, "not_tables", value=key)
            return []
        return [
            Table(self.document, one, (*self.path, key, str(number)), f"{key}.{one.get(named_by, number)}")
            for number, one in enumerate(value, start=1)
        ]

    def labels(self, key: str) -> dict[str, str]:
        """Texts for people: `{ fr = "...", en = "..." }`."""
        table = self.table(key)
        if table is None:
            return {"fr": "", "en": ""}
        labels = {"fr": table.text("fr"), "en": table.text("en")}
        table.finish()
        return labels

    def finish(self) -> None:
        """Note the keys nobody asked for: most are spelling mistakes, and would silently do nothing."""
        for key in self.values:
            if key not in self.read:
                self.problem(key, "unknown_key", key=key, known=near(key, self.read))


def read_table(path: Path, file: str, problems: list[Problem]) -> Table | None:
    """The root table of a TOML file, or None when it cannot be read, with the problem noted.

    `file` is the name used in the problems. A byte order mark is forgiven: Windows editors write one.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        values = tomllib.loads(text)
    except FileNotFoundError:
        problems.append(Problem(file, "", "missing_file"))
    except OSError as error:
        problems.append(Problem(file, "", "unreadable_file", {"detail": error.strerror}))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, f"line {line}", "not_utf8"))
    except tomllib.TOMLDecodeError as error:
        problems.append(_syntax_problem(file, text, str(error)))
    except (ValueError, RecursionError) as error:  # tomllib lets through: too many digits, too many brackets
        problems.append(Problem(file, "", "toml_syntax", {"detail": str(error)}))
    else:
        return Table(Document(file, text, problems), values)
    return None


def _syntax_problem(file: str, text: str, message: str) -> Problem:
    found = SYNTAX_PLACE.search(message)
    line = found[1] if found and found[1] else str(len(text.splitlines()))
    return Problem(file, f"line {line}", "toml_syntax", {"detail": SYNTAX_PLACE.sub("", message)})


def key_lines(text: str) -> dict[Keys, int]:
    """Line number of every table and key that starts a line; those of `[[name]]` are numbered `name.1`, `name.2`, ...

    tomllib does not say where a key stood. The text is known to be valid TOML, so tables, keys and the ends of
    multi-line strings are all there is to look for; keys inside inline tables are found by their parent.
    """
    found: dict[Keys, int] = {}
    table: Keys = ()
    counts: dict[Keys, int] = {}
    for number, line in _outside_strings(text):
        if header := HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, 0) + 1
            table = _numbered(table, counts)
            found.setdefault(table, number)
        elif key := KEY.match(line):
            path = (*table, *_names(key[1]))
            for length in range(len(table) + 1, len(path) + 1):
                found.setdefault(path[:length], number)
    return found


def _outside_strings(text: str) -> Iterator[tuple[int, str]]:
    closing = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if closing:
            if closing in line:
                closing = ""
            continue
        yield number, line.rstrip("\r")
        for quotes in ("'''", '"""'):
            if line.count(quotes) % 2:
                closing = quotes


def _names(dotted: str) -> Keys:
    return tuple(part.strip("\"'") for part in re.findall(NAME, dotted))


def _numbered(table: Keys, counts: dict[Keys, int]) -> Keys:
    numbered: list[str] = []
    for length in range(1, len(table) + 1):
        numbered.append(table[length - 1])
        if table[:length] in counts:
            numbered.append(str(counts[table[:length]]))
    return tuple(numbered)
