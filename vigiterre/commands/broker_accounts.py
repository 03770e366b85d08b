"""`vigiterre broker accounts`: what services get into the broker with."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ingest.load import load_territory
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.broker_plan import applied_or_due
from vigiterre.commands.credentials import ApplyOption, at_work, noted, reading
from vigiterre.commands.users import show
from vigiterre.credentials.file import SERVICES, Account, Bridged, Kind
from vigiterre.credentials.handing_over import handed_over
from vigiterre.credentials.hashes import new_secret
from vigiterre.credentials.services import check_bridged, check_name
from vigiterre.service import now_ms
from vigiterre.shell import Shell, shown_time

app = typer.Typer(help="Comptes des services · Accounts of services", no_args_is_help=True)

KindWord = Literal["ingest", "alerts", "bridge", "health"]
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="fichier nouveau pour le mot de passe, mode 0600 · new file for the password"),
]


@app.command()
def create(
    context: typer.Context,
    kind: Annotated[KindWord, typer.Argument(metavar="KIND", help="ingest, alerts, bridge, health")],
    name: NameArgument,
    source: Annotated[
        list[str] | None, typer.Option(help="pont : source qu'il écrit · bridge: source it writes")
    ] = None,
    downlink: Annotated[
        list[str] | None, typer.Option(help="pont : filtre qu'il lit · bridge: filter it reads")
    ] = None,
    out: OutOption = None,
    apply: ApplyOption = False,
) -> None:
    """Fait le compte d'un service · Makes the account of a service."""
    shell: Shell = context.obj
    bridged = Bridged(tuple(source or ()), tuple(downlink or ()))
    settings = shell.settings()
    with at_work(shell) as (people, file):
        territory = load_territory(shell.folder, settings.mqtt.root)
        check_name(name, territory.registry)
        check_bridged(Kind(kind), bridged, territory.sources, settings.mqtt.root)
        made = new_secret()
        with handed_over(out, f"{made}\n") if out else nullcontext():
            file.create({name: made}, Kind(kind), now_ms(), bridged)
        noted(people, "broker accounts create", [name], f"kind={kind}")
    told(shell, name, made, out)
    applied_or_due(shell, apply=apply)


@app.command()
def rotate(context: typer.Context, name: NameArgument, out: OutOption = None, apply: ApplyOption = False) -> None:
    """Remplace le mot de passe d'un service · Replaces the password of a service."""
    shell: Shell = context.obj
    with at_work(shell) as (people, file):
        made = new_secret()
        with handed_over(out, f"{made}\n") if out else nullcontext():
            file.rotate({name: made}, SERVICES, now_ms())
        noted(people, "broker accounts rotate", [name])
    told(shell, name, made, out)
    applied_or_due(shell, apply=apply)


@app.command()
def revoke(context: typer.Context, name: NameArgument, apply: ApplyOption = False) -> None:
    """Ferme le courtier à un service · Shuts a service out of the broker."""
    shell: Shell = context.obj
    with at_work(shell) as (people, file):
        file.revoke([name], SERVICES, now_ms())
        noted(people, "broker accounts revoke", [name])
    shell.tell("credentials_revoked", count=1)
    applied_or_due(shell, apply=apply)


@app.command("list")
def list_accounts(context: typer.Context, as_json: JsonOption = False) -> None:
    """Liste les comptes des services, sans secret · Lists services' accounts, without secrets."""
    shell: Shell = context.obj
    with reading(shell) as file:
        rows = [described(one) for one in file.all() if one.kind in SERVICES]
    if not as_json:
        rows = [{**row, "state": shell.say(f"state_{row['state']}")} for row in rows]
    show(shell, rows, as_json=as_json, nothing="no_broker_account")


def told(shell: Shell, name: str, made: str, out: Path | None) -> None:
    if out is None:
        shell.tell("secret_shown", name=name)
        typer.echo(made)
    else:
        shell.tell("secret_written", name=name, file=out)


def described(one: Account) -> dict[str, Any]:
    """What `list --json` gives."""
    return {
        "name": one.name,
        "kind": one.kind.value,
        "state": "revoked" if one.revoked is not None else "in_force",
        "sources": " ".join(one.bridged.sources),
        "downlinks": " ".join(one.bridged.downlinks),
        "changed": shown_time(one.changed),
    }
