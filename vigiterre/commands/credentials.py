"""`vigiterre devices credentials`: what devices get into the broker with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from dashboards.console.accounts.accounts import Accounts
from devices.load import load_registry
from devices.registry import Registry
from vigiterre.broker_config.passwords import password_file
from vigiterre.broker_config.render import belongs
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.broker_plan import applied_or_due
from vigiterre.commands.options import gathered
from vigiterre.commands.users import note, opened, show
from vigiterre.credentials.file import DEVICES, Account, Credentials, Kind
from vigiterre.credentials.handing_over import handed_over, table, write_new
from vigiterre.credentials.hashes import new_secret
from vigiterre.credentials.selection import Selection
from vigiterre.moment import now_ms
from vigiterre.shell import Shell, shown_time

app = typer.Typer(help="Comptes des capteurs sur le courtier · Devices' accounts on the broker", no_args_is_help=True)

AUDITED = 450
"""Characters of names in one line of the audit log, which cuts longer ones."""

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="ID…")]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="CSV avec une colonne id · CSV with a column id")]
CommuneOption = Annotated[str | None, typer.Option(help="code INSEE")]
ModelOption = Annotated[str | None, typer.Option(help="modèle · model")]
DomainOption = Annotated[Literal["road", "building", "environment"] | None, typer.Option(help="domaine · domain")]
TagOption = Annotated[str | None, typer.Option(help="étiquette · tag")]
AllOption = Annotated[bool, typer.Option("--all", help="tous les capteurs · all devices")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="fichier nouveau, mode 0600 ; sinon le terminal · new file; else the terminal"),
]
ApplyOption = Annotated[bool, typer.Option("--apply", help="puis · then `vigiterre broker apply`")]

Act = Callable[[Credentials, Mapping[str, str]], None]
"""Puts secrets (name -> secret) in force."""


def selection(
    ids: IdsArgument = None,
    csv: CsvOption = None,
    commune: CommuneOption = None,
    model: ModelOption = None,
    domain: DomainOption = None,
    tag: TagOption = None,
    everything: AllOption = False,
) -> Selection:
    """Which devices a command is about."""
    return Selection(tuple(ids or ()), csv, commune, model, domain, tag, everything)


@app.command()
@gathered("wanted", selection)
def create(context: typer.Context, wanted: Selection, out: OutOption = None, apply: ApplyOption = False) -> None:
    """Donne un secret à des capteurs, montré une fois · Gives devices a secret, shown once."""
    give(context.obj, "create", wanted, out, lambda file, made: file.create(made, Kind.DEVICE, now_ms()))
    applied_or_due(context.obj, apply=apply)


@app.command()
@gathered("wanted", selection)
def rotate(context: typer.Context, wanted: Selection, out: OutOption = None, apply: ApplyOption = False) -> None:
    """Remplace des secrets · Replaces secrets."""
    give(context.obj, "rotate", wanted, out, lambda file, made: file.rotate(made, DEVICES, now_ms()))
    applied_or_due(context.obj, apply=apply)


@app.command()
@gathered("wanted", selection)
def revoke(context: typer.Context, wanted: Selection, apply: ApplyOption = False) -> None:
    """Ferme le courtier à des capteurs · Shuts devices out of the broker."""
    shell: Shell = context.obj
    with at_work(shell) as (people, file):
        names = wanted.names(inventory(shell), {one.name for one in file.all()})
        file.revoke(names, DEVICES, now_ms())
        noted(people, "devices credentials revoke", names)
    shell.tell("credentials_revoked", count=len(names))
    applied_or_due(shell, apply=apply)


@app.command("list")
def list_credentials(context: typer.Context, as_json: JsonOption = False) -> None:
    """Liste les comptes des capteurs, sans secret · Lists devices' accounts, without secrets."""
    shell: Shell = context.obj
    registry = inventory(shell)
    with reading(shell) as file:
        rows = [described(one, here=one.name in registry.devices) for one in file.all() if one.kind is Kind.DEVICE]
    if not as_json:
        rows = [{**row, "state": shell.say(f"state_{row['state']}")} for row in rows]
    show(shell, rows, as_json=as_json, nothing="no_credential")


@app.command()
def export(context: typer.Context, out: OutOption = None) -> None:
    """Donne le fichier de mots de passe de mosquitto · Gives mosquitto's password file."""
    shell: Shell = context.obj
    registry = inventory(shell)
    with reading(shell) as file:
        text = password_file(one for one in file.all() if belongs(one, registry))
        if out is None:
            typer.echo(text, nl=False)
            return
        write_new(out, text)
    shell.tell("passwords_exported", file=out, count=text.count("\n"))


def inventory(shell: Shell) -> Registry:
    with shell.failing():
        return load_registry(shell.folder)


def chosen(shell: Shell, wanted: Selection) -> list[str]:
    registry = inventory(shell)
    with shell.failing():
        return wanted.names(registry)


@contextmanager
def at_work(shell: Shell) -> Iterator[tuple[Accounts, Credentials]]:
    """Those who are told of it and those it is done to; the first are opened first, for nothing is done untold."""
    with opened(shell) as people, closing(Credentials(shell.data_dir())) as file:
        yield people, file


@contextmanager
def reading(shell: Shell) -> Iterator[Credentials]:
    with shell.failing(), closing(Credentials(shell.data_dir())) as file:
        yield file


def give(shell: Shell, verb: str, wanted: Selection, out: Path | None, act: Act) -> None:
    """New secrets, on their way before they are in force."""
    names = chosen(shell, wanted)
    secrets = {name: new_secret() for name in names}
    with at_work(shell) as (people, file):
        with handed_over(out, table(secrets)) if out else nullcontext():
            act(file, secrets)
        noted(people, f"devices credentials {verb}", names)
    told(shell, secrets, out)


def told(shell: Shell, secrets: Mapping[str, str], out: Path | None) -> None:
    if out is None:
        shell.tell("secrets_shown", count=len(secrets))
        typer.echo(table(secrets), nl=False)
    else:
        shell.tell("secrets_written", count=len(secrets), file=out)


def noted(people: Accounts, action: str, names: Sequence[str], detail: str = "") -> None:
    """All the names, on as many lines of the audit log as they need."""
    line = ""
    for name in names:
        if line and len(line) + len(name) >= AUDITED:
            note(people, action, f"{line}{detail}")
            line = ""
        line += f"{name} "
    note(people, action, f"{line}{detail}")


def described(one: Account, *, here: bool) -> dict[str, Any]:
    """What `list --json` gives."""
    return {
        "name": one.name,
        "state": "revoked" if one.revoked is not None else "in_force" if here else "gone",
        "created": shown_time(one.created),
        "changed": shown_time(one.changed),
    }
