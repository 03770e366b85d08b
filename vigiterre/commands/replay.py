"""`vigiterre replay`: run journaled messages again, through today's codecs and registry."""

from typing import Annotated

import typer

from vigiterre.commands.ask import ask
from vigiterre.shell import Shell, read_time


def replay(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", help="reçus depuis · received since (2026-11-23T06:00Z)")],
    end: Annotated[str, typer.Option("--to", help="reçus avant · received before")],
    device: Annotated[str | None, typer.Option(help="seulement ce capteur · only this device")] = None,
) -> None:
    """Rejoue les messages du journal, jamais comme du direct · Runs journaled messages again, never as live."""
    shell: Shell = context.obj
    result = ask(shell, "replay", start=read_time(start), end=read_time(end), device=device)
    shell.tell("replayed_waiting" if result["waiting"] else "replayed", **result)
