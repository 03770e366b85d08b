"""What every command shares: the configuration folder, the language, how things are printed and how errors end."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dashboards.console.pieces.visible import visible
from devices.errors import ConfigError, VigiterreError
from devices.problems import Language
from ingest.journal import JournalLocked
from vigiterre.settings import Settings, load_settings
from vigiterre.texts import said

WIDEST = 100_000
"""Columns of a table that nobody's terminal bounds."""
FAILED, MISUSED = 1, 2
"""Exit codes: an error, which was said; a command that cannot be what was meant."""


def language() -> Language:
    """Before any file is read: what VIGITERRE_LANGUAGE says, else French."""
    return "en" if os.environ.get("VIGITERRE_LANGUAGE", "").lower().startswith("en") else "fr"


class Misuse(VigiterreError):  # noqa: N818  -- the user's, not ours
    """The command contradicts itself or cannot be read."""


@dataclass(frozen=True)
class Shell:
    folder: Path
    """The configuration folder."""
    language: Language

    def say(self, key: str, **facts: object) -> str:
        """A sentence of `vigiterre.texts` in the user's language."""
        return said(key, **facts).text(self.language)

    def tell(self, key: str, **facts: object) -> None:
        """The same, on standard error: standard output is for results."""
        self._print(self.say(key, **facts))

    def settings(self) -> Settings:
        with self.failing():
            return load_settings(self.folder)

    def data_dir(self) -> Path:
        """The folder of a Vigiterre that has run. A misspelt one must not look like one where all is well."""
        folder = self.settings().data_dir
        with self.failing():
            if not folder.is_dir():
                raise VigiterreError(said("no_data_dir", folder=folder.absolute()))
        return folder

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Turns our errors, and files that cannot be used, into words on standard error and an exit code."""
        try:
            yield
        except ConfigError as error:
            self._print(error.text(self.language))
            self.tell("problems", count=len(error.problems))
            raise typer.Exit(FAILED) from error
        except JournalLocked as error:
            self.tell("locked", folder=error.folder, pid=error.pid or "?")
            raise typer.Exit(FAILED) from error
        except VigiterreError as error:
            self._print(error.text(self.language))
            raise typer.Exit(MISUSED if isinstance(error, Misuse) else FAILED) from error
        except OSError as error:
            if error.filename is None:
                raise  # not a file: a mistake of ours
            self.tell("file_refused", path=error.filename, detail=error.strerror)
            raise typer.Exit(FAILED) from error

    def _print(self, text: str) -> None:
        Console(stderr=True, highlight=False, soft_wrap=True).print(escape(visible(text, kept="\n")))


def print_json(rows: Any) -> None:
    """The same JSON to a program, and nothing that moves a cursor to a person: controls are escapes of JSON."""
    sys.stdout.write(visible(json.dumps(rows, ensure_ascii=False, indent=2), kept="\n") + "\n")


def print_table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Nothing is cut: cells fold on a terminal, and lines are as long as they must be in a file or a pipe.

    What strangers wrote moves no cursor: controls are shown as escapes.
    """
    table = Table(show_edge=False, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(escape(visible(str(value), kept="\n")) for value in row))
    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    Console(width=None if told else WIDEST).print(table)


def shown_time(time_ms: int) -> str:
    """RFC 3339 in UTC, to the second: what a person can paste back into --since."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(option: str, text: str) -> int:
    """`2026-11-23`, `2026-11-23T21:14` (both in UTC unless a zone is given) or RFC 3339 -> ms. Raises Misuse."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise Misuse(said("bad_time", option=option, value=text)) from error
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


def read_span(since: tuple[str, str | None], until: tuple[str, str | None]) -> tuple[int | None, int | None]:
    """Two options with what they were given, "from when" and "until when" -> ms.

    Raises Misuse, also when nothing can lie between them.
    """
    start, end = (read_time(option, text) if text else None for option, text in (since, until))
    if start is not None and end is not None and start >= end:
        facts = {"since": since[0], "start": since[1], "until": until[0], "end": until[1]}
        raise Misuse(said("empty_span", **facts))
    return start, end
