"""`vigiterre replay`: run journaled messages again, through today's codecs and registry."""

from typing import Annotated

import typer

from vigiterre.commands.ask import ask
from vigiterre.shell import Shell, read_span


def replay(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", help="reçus depuis · received since (2026-11-23T06:00Z)")],
    end: Annotated[str, typer.Option("--to", help="reçus avant · received before")],
    device: Annotated[str | None, typer.Option(help="seulement ce capteur · only this device")] = None,
) -> None:
    """Rejoue les messages du journal, jamais comme du direct · Runs journaled messages again, never as live."""
    shell: Shell = context.obj
    with shell.failing():
        first, last = read_span(("--from", start), ("--to", end))
    result = ask(shell, "replay", start=first, end=last, device=device)
    if not result["messages"]:
        shell.tell("replay_found_nothing", days=shell.settings().journal.max_days)
    else:
        shell.tell("replayed_waiting" if result["waiting"] else "replayed", **result)
