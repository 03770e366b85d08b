"""`vigiterre broker`: mosquitto's files, derived from what Vigiterre knows, and put in force."""

from pathlib import Path
from typing import Annotated

import typer

from vigiterre.broker_config.render import written_out
from vigiterre.commands import broker_accounts
from vigiterre.commands.broker_plan import apply_now, plan_of
from vigiterre.shell import Shell

app = typer.Typer(help="Le courtier MQTT : qui entre, qui a quel droit · The MQTT broker", no_args_is_help=True)
app.add_typer(broker_accounts.app, name="accounts")


@app.command()
def render(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="dossier pour les fichiers · folder for the files")],
) -> None:
    """Écrit les fichiers de mosquitto ailleurs, pour les voir · Writes mosquitto's files elsewhere, to look at."""
    shell: Shell = context.obj
    plan = plan_of(shell)
    with shell.failing():
        written = written_out(plan.files(), out)
    for path in written:
        typer.echo(path)
    shell.tell("broker_rendered", accounts=len(plan.accounts))


@app.command()
def apply(
    context: typer.Context,
    no_reload: Annotated[bool, typer.Option("--no-reload", help="écrire seulement · write only")] = False,
) -> None:
    """Écrit les fichiers, les fait lire et le prouve · Writes the files, has them read, and proves it."""
    apply_now(context.obj, signal=not no_reload)
