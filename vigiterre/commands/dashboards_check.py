"""`vigiterre dashboards check`: what is wrong with dashboards and provisioning, without Grafana."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from vigiterre.shell import FAILED, Shell, print_json, print_table

if TYPE_CHECKING:
    from vigiterre.dashboards_checking import Checked

COLUMNS = ("dashboard", "panel", "target", "setting", "rows", "ms")


def check(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(help="sans lui CONFIG/grafana · without it CONFIG/grafana", show_default=False),
    ] = None,
    store: Annotated[
        str, typer.Option(help="influxdb://user@host:8086/telemetry ; sans elle store.url", show_default=False)
    ] = "",
    password_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="mot de passe de --store · its password")
    ] = None,
    static: Annotated[bool, typer.Option("--static", help="les fichiers seuls · the files alone")] = False,
    table: Annotated[bool, typer.Option("--table", help="toutes les requêtes · every query")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")] = False,
) -> None:
    """Cherche les fautes, dans les fichiers puis dans la base · Looks for faults, in the files and in the store."""
    from vigiterre import dashboards_checking  # noqa: PLC0415  -- the SDK costs 0.2 s that other commands spare

    shell: Shell = context.obj
    settings = shell.settings()
    with shell.failing():
        checked = dashboards_checking.look(shell.folder, folder or shell.folder / "grafana")
        if not static:
            with dashboards_checking.asking(settings, store, password_file) as asker:
                if asker is None:
                    shell.tell("queries_unasked")
                else:
                    now = time.time_ns() // 1_000_000
                    for board in followed(shell, checked.folder.boards):
                        checked.ask(board, asker, now)
    show(shell, checked, table=table, as_json=as_json)
    if checked.faults:
        shell.tell("dashboards_faulty", count=len(checked.faults), **checked.counts())
        raise typer.Exit(FAILED)
    shell.tell("dashboards_checked", **checked.counts())


def followed(shell: Shell, boards: Sequence[Any]) -> Any:
    """With a progress bar on standard error, where somebody watches."""
    console = Console(stderr=True)
    return track(boards, shell.say("queries_asked"), console=console, transient=True, disable=not console.is_terminal)


def show(shell: Shell, checked: "Checked", *, table: bool, as_json: bool) -> None:
    """Faults as sentences on standard error, or all as flat objects; the queries as a table when asked for."""
    queries = [run.row() for run in checked.runs]
    if as_json:
        print_json([*(fault.row(shell.language) for fault in checked.faults), *queries])
        return
    if table:
        headings = [shell.say(f"column_{column}") for column in COLUMNS]
        print_table(headings, [[row[column] for column in COLUMNS] for row in queries])
    for fault in checked.faults:
        typer.echo(fault.text(shell.language), err=True)
