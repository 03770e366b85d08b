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
from vigiterre.credentials.errors import CredentialRefused
from vigiterre.credentials.file import SERVICES, Account, Bridged, Kind
from vigiterre.credentials.given import check_another, secret_in, stands
from vigiterre.credentials.handing_over import handed_over
from vigiterre.credentials.hashes import new_secret
from vigiterre.credentials.services import check_bridged, check_name
from vigiterre.moment import now_ms
from vigiterre.shell import Shell, shown_time

app = typer.Typer(help="Comptes des services · Accounts of services", no_args_is_help=True)

KindWord = Literal["ingest", "alerts", "bridge", "health"]
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="fichier nouveau pour le mot de passe, mode 0600 · new file for the password"),
]
FromOption = Annotated[
    Path | None,
    typer.Option("--from", help="fichier qui contient déjà le secret · file that holds the secret already"),
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
    given: FromOption = None,
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
        made = drawn_or_given(given, out)
        there = given is not None and stands(file.all(), name, Kind(kind), bridged, made)
        if not there:
            with handed_over(out, f"{made}\n") if out else nullcontext():
                file.create({name: made}, Kind(kind), now_ms(), bridged)
            noted(people, "broker accounts create", [name], f"kind={kind}")
    if there:
        shell.tell("account_there", name=name, file=given)
    else:
        told(shell, name, made, out, given)
    if apply or not there:
        applied_or_due(shell, apply=apply)


@app.command()
def rotate(
    context: typer.Context,
    name: NameArgument,
    out: OutOption = None,
    given: FromOption = None,
    apply: ApplyOption = False,
) -> None:
    """Remplace le mot de passe d'un service · Replaces the password of a service."""
    shell: Shell = context.obj
    with at_work(shell) as (people, file):
        made = drawn_or_given(given, out)
        check_another(file.in_force(), name, made)
        with handed_over(out, f"{made}\n") if out else nullcontext():
            file.rotate({name: made}, SERVICES, now_ms())
        noted(people, "broker accounts rotate", [name])
    told(shell, name, made, out, given)
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


def drawn_or_given(given: Path | None, out: Path | None) -> str:
    """Raises CredentialRefused, OSError."""
    if given and out:
        raise CredentialRefused("from_or_out")
    return secret_in(given) if given else new_secret()


def told(shell: Shell, name: str, made: str, out: Path | None, given: Path | None) -> None:
    if given is not None:
        shell.tell("secret_taken", name=name, file=given)
    elif out is None:
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
