"""`vigiterre audit`: who changed what, by the pages and by these commands, and whether the log is what it was."""

import re
import sys
from typing import Annotated

import typer

from dashboards.console.accounts.chain import Head, Verdict
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.quarantine import LARGEST
from vigiterre.commands.users import opened, show
from vigiterre.shell import FAILED, Misuse, Shell, read_time, shown_time
from vigiterre.texts import said

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


@app.command()
def head(context: typer.Context) -> None:
    """Donne la dernière ligne et son empreinte, à noter ailleurs · Gives the last line and its hash, to keep."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        found = accounts.audit.head()
    sys.stdout.write(f"{found}\n")


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(metavar="ID:HASH", help="une tête notée auparavant · a head that was noted before")
    ] = None,
) -> None:
    """Vérifie que rien n'a été changé ni retiré · Verifies that nothing was changed or taken away."""
    shell: Shell = context.obj
    with shell.failing():
        noted = read_head(head) if head is not None else None
    with opened(shell) as accounts:
        verdict = accounts.audit.verify(noted)
    tell(shell, verdict, noted)
    if verdict.broken is not None or verdict.noted:
        raise typer.Exit(FAILED)


def read_head(text: str) -> Head:
    """Raises Misuse."""
    number, _, digest = text.strip().partition(":")
    if not re.fullmatch("[0-9]{1,18}", number, re.ASCII) or not re.fullmatch("[0-9a-f]{64}", digest):
        raise Misuse(said("audit_no_head", value=text))
    return Head(int(number), digest)


def tell(shell: Shell, verdict: Verdict, noted: Head | None) -> None:
    if verdict.broken is not None:
        shell.tell("audit_broken", line=verdict.broken, good=verdict.head.id)
        return
    shell.tell("audit_whole", lines=verdict.lines, head=verdict.head)
    if verdict.anchor.id:
        shell.tell("audit_dropped_before", line=verdict.anchor.id)
    if verdict.chained is not None:
        line, time = verdict.chained
        shell.tell("audit_chained", line=line, time=shown_time(time))
    if noted is not None:
        shell.tell(f"audit_head_{verdict.noted or 'there'}", line=noted.id, last=verdict.head.id)
