"""The commands of `vigiterre`, each loaded when it is called, and one misspelt said in French.

Typer speaks English alone, and French is what a technician gets by default. A command that loads all the others first
takes twice its time to answer.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from vigiterre.shell import language

FRENCH = (
    (r"Missing (?:option|argument) '(.+?)'\..*", "il manque {0}"),
    (r"No such option: (\S+?)(?: \(Possible options?: (.+)\))?", "l'option {0} n'existe pas ; voisines : {1}"),
    (r"No such command '(.+?)'\..*", "la commande {0} n'existe pas"),
    (r"Option '(.+)' requires an argument\.", "{0} attend une valeur"),
    (r"Got unexpected extra argument\S* \((.+)\)", "{0} est de trop"),
    (
        r"Invalid value for '(.+?)': (?:Value error, )?'(.*)' is not one of (.+)\.",
        "{0} : « {1} » ne convient pas ; choisissez parmi {2}",
    ),
    (r"Invalid value for '(.+?)': .*valid integer.*", "{0} : écrivez un nombre entier"),
    (r"Invalid value for '(.+?)': .*valid number.*", "{0} : écrivez un nombre"),
    (r"Invalid value for '(.+?)': Input should be greater than or equal to (.+)", "{0} : {1} au moins"),
    (r"Invalid value for '(.+?)': Input should be less than or equal to (.+)", "{0} : {1} au plus"),
    (r"Invalid value for '(.+?)': (.+)", "{0} : valeur refusée ({1})"),
)
"""What Typer says -> the same in French. What is not here stays English."""


COMMANDS: Mapping[str, str] = {
    "demo": "demo:demo",
    "run": "run:run",
    "check": "check:check",
    "doctor": "doctor:doctor",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "replay": "replay:replay",
    "simulate": "simulate:simulate",
    "report": "report:report",
    "alerts": "alerts:app",
    "dashboards": "dashboards:app",
    "shares": "shares:app",
    "devices": "devices:app",
    "quarantine": "quarantine:app",
    "codecs": "codecs:app",
    "users": "users:app",
    "tokens": "tokens:app",
    "audit": "audit:app",
    "broker": "broker:app",
}
"""Name -> module of `vigiterre.commands`, and its function or its commands; in the order of `--help`."""


class Commands(TyperGroup):
    """The commands of `vigiterre`; errors of usage in the user's language, exit code 2."""

    def list_commands(self, _context: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: Any, name: str) -> Any:
        """None: there is no such command."""
        if name not in self.commands and name in COMMANDS:
            self.commands[name] = loaded(name)
        return self.commands.get(name)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        given = (args, prog_name, complete_var)
        if not standalone_mode or language() == "en":
            return super().main(*given, standalone_mode, windows_expand_args, **extra)
        try:
            code = super().main(*given, False, windows_expand_args, **extra)
        except TyperException as error:
            show(error)
            code = error.exit_code
        except typer.Abort:
            code = 1
        sys.exit(code or 0)


def loaded(name: str) -> Any:
    module, _, inside = COMMANDS[name].partition(":")
    found = getattr(import_module(f"vigiterre.commands.{module}"), inside)
    around = typer.Typer(rich_markup_mode=None, add_completion=False)
    around.callback()(lambda: None)  # so that it is a group, even of one command
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    group: Any = typer.main.get_command(around)
    return group.commands[name]


def show(error: TyperException) -> None:
    """The usage line, what is wrong, where help is; on standard error."""
    words = in_french(error.format_message())
    context: typer.Context | None = getattr(error, "ctx", None)
    if words is None:
        error.show()  # type: ignore[attr-defined]  # every error of usage has it; the public class does not say so
        return
    if context is None:
        typer.echo(words, err=True)
    else:
        typer.echo(f"{words} ; aide : {context.command_path} --help\n{context.get_usage()}", err=True)


def in_french(message: str) -> str | None:
    for pattern, french in FRENCH:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return french.format(*(part or "-" for part in found.groups()))
    return None
