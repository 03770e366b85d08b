"""What every command shares: the configuration folder, the language, how things are printed and how errors end."""

import json
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

from devices.errors import ConfigError, VigiterreError
from devices.problems import Language
from ingest.journal import JournalLocked
from vigiterre.settings import Settings, load_settings
from vigiterre.texts import TEXTS


@dataclass(frozen=True)
class Shell:
    folder: Path
    """The configuration folder."""
    language: Language

    def say(self, key: str, **facts: object) -> str:
        """A sentence of `vigiterre.texts` in the user's language."""
        return TEXTS[key][self.language].format(**facts)

    def tell(self, key: str, **facts: object) -> None:
        """The same, on standard error: standard output is for results."""
        Console(stderr=True, highlight=False).print(escape(self.say(key, **facts)))

    def settings(self) -> Settings:
        with self.failing():
            return load_settings(self.folder)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Turns our errors into words on standard error and exit code 1."""
        errors = Console(stderr=True, highlight=False, soft_wrap=True)
        try:
            yield
        except ConfigError as error:
            for problem in error.problems:
                errors.print(escape(problem.text(self.language)))
            errors.print(escape(self.say("problems", count=len(error.problems))))
            raise typer.Exit(1) from error
        except JournalLocked as error:
            errors.print(escape(self.say("locked", folder=error.folder, pid=error.pid or "?")))
            raise typer.Exit(1) from error
        except VigiterreError as error:
            errors.print(escape(str(error)))
            raise typer.Exit(1) from error


def print_json(rows: Any) -> None:
    sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")


def print_table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    table = Table(*headings, show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row))
    Console().print(table)


def shown_time(time_ms: int) -> str:
    """RFC 3339 in UTC, to the second: what a person can paste back into --since."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str) -> int:
    """`2026-11-23`, `2026-11-23T21:14` (both in UTC unless a zone is given) or RFC 3339 -> ms."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: 2026-11-23, 2026-11-23T21:14 (UTC), 2026-11-23T22:14+01:00") from error
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
