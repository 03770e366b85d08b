"""`vigiterre audit`: who changed what, by the pages and by these commands."""

from typing import Annotated

import typer

from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.quarantine import LARGEST
from vigiterre.commands.users import opened, show
from vigiterre.shell import Shell, read_time, shown_time

app = typer.Typer(help="Le journal des modifications · The log of changes", no_args_is_help=True)
SHORT = {"action": "change", "target": "subject"}
"""What a table calls them."""


@app.command("list")
def list_changes(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="notées depuis · noted since (2026-11-23T06:00Z)")] = None,
    who: Annotated[str | None, typer.Option(help="seulement cette personne · only this person")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="nombre de lignes · number of rows")] = 1_000,
    as_json: JsonOption = False,
) -> None:
    """Liste les modifications, la plus récente d'abord · Lists the changes, the newest first."""
    shell: Shell = context.obj
    with shell.failing():
        start = read_time("--since", since) if since else 0
    with opened(shell) as accounts:
        lines = accounts.audit.lines(start, who, limit)
    rows = [one._asdict() | {"time": shown_time(one.time)} for one in lines]
    if not as_json:
        rows = [{SHORT.get(name, name): cell for name, cell in row.items()} for row in rows]
    show(shell, rows, as_json=as_json, nothing="no_audit")
