"""`vigiterre dashboards push` and `diff`: what the code renders, into a running Grafana by its HTTP API.

What they need is imported when they run, as in `dashboards.py`.
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from devices.problems import Language
from vigiterre.shell import Shell, print_json

if TYPE_CHECKING:
    from dashboards.grafana.pushing.change import Change
    from vigiterre.grafana_push import Comparison

DIFFERENT = 3
"""Exit code of `diff`: something differs. 1 and 2 are errors, as everywhere."""

Url = Annotated[str, typer.Option(help="adresse de Grafana · address of Grafana (grafana.url)", show_default=False)]
Lang = Annotated[Language | None, typer.Option("--lang", help="fr ou en · fr or en", show_default=False)]
Policies = Annotated[
    bool,
    typer.Option("--policies", help="remplace tout l'arbre des notifications · replaces the whole policy tree"),
]
AsJson = Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")]


def push(
    context: typer.Context,
    url: Url = "",
    lang: Lang = None,
    policies: Policies = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="montre sans écrire · shows, writes nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Écrit tableaux de bord et règles de veille dans Grafana · Writes dashboards and watchman rules into Grafana."""
    shell: Shell = context.obj
    found = _compared(shell, url, lang, policies=policies)

    def tell(change: "Change") -> None:
        if not as_json:
            typer.echo("  ".join(change.words(shell.language)).rstrip())

    if dry_run:
        for change in found.todo:
            tell(change)
    else:
        with shell.failing():
            found.write(tell)
    if as_json:
        _print_rows(found)
    shell.tell("push_planned" if dry_run else "pushed", changed=len(found.todo), kept=found.kept)


def diff(
    context: typer.Context, url: Url = "", lang: Lang = None, policies: Policies = False, as_json: AsJson = False
) -> None:
    """Compare Grafana avec le code, sans rien écrire · Compares Grafana with the code, writes nothing."""
    shell: Shell = context.obj
    found = _compared(shell, url, lang, policies=policies)
    if as_json:
        _print_rows(found, lines=True)
    else:
        sys.stdout.writelines(f"{line}\n" for change in found.todo for line in change.lines())
    shell.tell("diffed", changed=len(found.todo), kept=found.kept)
    if found.todo:
        raise typer.Exit(DIFFERENT)


def _compared(shell: Shell, url: str, lang: Language | None, *, policies: bool) -> "Comparison":
    from vigiterre.grafana_push import compare  # noqa: PLC0415

    settings = shell.settings().grafana
    with shell.failing():
        return compare(shell.folder, settings, url, lang or shell.language, policies=policies)


def _print_rows(found: "Comparison", *, lines: bool = False) -> None:
    from vigiterre.grafana_push import described  # noqa: PLC0415

    print_json([described(one) | ({"diff": list(one.lines())} if lines else {}) for one in found.todo])
