"""`vigiterre shares`: links by which a commune reads its own devices: add, list, revoke."""

import sys
from typing import Annotated, Any

import typer

from dashboards.console.accounts.shares import ADDED, DAY_MS, MOST_DAYS, REVOKED, USUAL_DAYS, Share, address, subject
from dashboards.console.report.bilan import places
from devices.errors import VigiterreError
from devices.load import load_registry
from devices.problems import near
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.users import note, opened, show
from vigiterre.moment import now_ms
from vigiterre.shell import Shell, shown_time
from vigiterre.texts import said

app = typer.Typer(help="Liens de partage avec les communes · links shared with communes", no_args_is_help=True)


@app.command()
def add(
    context: typer.Context,
    commune: Annotated[str, typer.Argument(help="code INSEE · INSEE code")],
    whom: Annotated[str, typer.Option("--for", help="pour qui · for whom", show_default=False)],
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="durée en jours · lifetime in days")] = USUAL_DAYS,
) -> None:
    """Fait un lien et le montre, une fois · Makes a link and shows it, once."""
    shell: Shell = context.obj
    now = now_ms()
    expires = now + days * DAY_MS
    with shell.failing():
        communes, _ = places(load_registry(shell.folder))
        if commune not in communes:
            raise VigiterreError(said("report_unknown_place", value=commune, known=near(commune, communes)))
    with opened(shell) as accounts:
        token = accounts.shares.add(commune, whom, expires, now)
        note(accounts, ADDED, subject(commune, whom))
    console = shell.settings().console
    shell.tell("share_added", commune=communes[commune], expires=shown_time(expires))
    sys.stdout.write(f"{address(console.public_url or console.own_url, token)}\n")


@app.command("list")
def list_shares(context: typer.Context, as_json: JsonOption = False) -> None:
    """Liste les partages, sans leur adresse · Lists the shares, without their address."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        rows = [described(one) for one in accounts.shares.all()]
    show(shell, rows, as_json=as_json, nothing="no_share")


@app.command()
def revoke(context: typer.Context, number: Annotated[int, typer.Argument(help="numéro · number")]) -> None:
    """Retire un partage, aussitôt · Withdraws a share, at once."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        accounts.shares.revoke(number)
        note(accounts, REVOKED, str(number))
    shell.tell("share_revoked", number=number)


def described(one: Share) -> dict[str, Any]:
    """What `list --json` gives."""
    return {
        "id": one.id,
        "commune": one.commune,
        "whom": one.whom,
        "created": shown_time(one.created),
        "expires": shown_time(one.expires),
        "used": shown_time(one.used) if one.used is not None else None,
    }
