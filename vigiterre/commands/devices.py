"""`vigiterre devices`: list, show, import."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from devices import cells, importing
from devices.errors import VigiterreError
from devices.load import load_registry
from devices.problems import near
from devices.registry import Registry
from vigiterre.commands import certificates, credentials, profiles
from vigiterre.shell import Shell, print_json, print_table
from vigiterre.texts import said

Domain = Literal["road", "building", "environment"]

app = typer.Typer(help="Les capteurs du territoire · The devices of the territory", no_args_is_help=True)
app.add_typer(profiles.app, name="profiles")
app.add_typer(credentials.app, name="credentials")
app.add_typer(certificates.app, name="certificates")


@app.command("list")
def list_devices(
    context: typer.Context,
    domain: Annotated[Domain | None, typer.Option(help="domaine · domain")] = None,
    commune: Annotated[str | None, typer.Option(help="code INSEE")] = None,
    model: Annotated[str | None, typer.Option(help="modèle · model")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")] = False,
) -> None:
    """Liste les capteurs · Lists the devices."""
    shell: Shell = context.obj
    registry = load(shell)
    with shell.failing():
        if model is not None and model not in registry.models:
            raise VigiterreError(said("no_such_model", model=model, known=near(model, registry.models)))
        if commune is not None and cells.commune(commune) is None:
            raise VigiterreError(said("no_such_commune", commune=commune))
    wanted = {"domain": domain, "commune": cells.commune(commune or ""), "model": model}
    rows = [row for row in described(registry) if all(v is None or row[k] == v for k, v in wanted.items())]
    if as_json:
        print_json(rows)
        return
    if not rows:
        shell.tell("no_device_found")
        return
    print_table(
        [shell.say(f"column_{name}") for name in ("id", "model", "domain", "site", "commune", "quantities")],
        ([*list(row.values())[:-1], " ".join(row["quantities"])] for row in rows),
    )


@app.command()
def show(context: typer.Context, device: str) -> None:
    """Montre tout d'un capteur, en JSON · Shows all about one device, as JSON."""
    shell: Shell = context.obj
    registry = load(shell)
    with shell.failing():
        if device not in registry.devices:
            raise VigiterreError(said("no_such_device", device=device))
    found = registry.devices[device]
    model = registry.models[found.model]
    rules = registry.profiles[device].fields
    print_json(
        {
            **next(row for row in described(registry) if row["id"] == device),
            "maker": model.maker,
            "model_name": model.name,
            "simulated": model.simulated,
            "codec": model.codec,
            "interval": model.interval,
            "eui": found.eui,
            "alias": found.alias,
            "owner": found.owner,
            "installed": found.installed,
            "tags": list(found.tags),
            "params": dict(found.params),
            "fields": {name: rule._asdict() for name, rule in rules.items()},
            "placements": [{slot: getattr(place, slot) for slot in place.__slots__} for place in found.placements],
        }
    )


@app.command("import")
def import_devices(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV d'un tableur · CSV of a spreadsheet")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="rapport seulement · report only")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")] = False,
) -> None:
    """Ajoute ou met à jour des capteurs : tout ou rien · Adds or updates devices: all or nothing."""
    shell: Shell = context.obj
    registry = load(shell)
    with shell.failing():
        plan = importing.plan(shell.folder / "devices.csv", file, registry)
    rows = [
        {"row": row.row, "id": row.id, "outcome": row.outcome, "columns": " ".join(row.columns)} for row in plan.rows
    ]
    if as_json:
        print_json(rows)
    else:
        headings = [shell.say(f"column_{name}") for name in ("row", "id", "outcome", "columns")]
        changes = [row for row in rows if row["outcome"] != "unchanged"]
        said_of = [{**row, "outcome": shell.say(f"outcome_{row['outcome']}")} for row in changes]
        print_table(headings, (row.values() for row in said_of))
    shell.tell("import_summary", **plan.counts)
    with shell.failing():
        plan.check()
        if dry_run:
            shell.tell("import_dry_run")
        else:
            importing.apply(plan)
            shell.tell("import_done", file=shell.folder / "devices.csv")


def load(shell: Shell) -> Registry:
    with shell.failing():
        return load_registry(shell.folder)


def described(registry: Registry) -> list[dict[str, Any]]:
    """What `list --json` gives: where each device stands now, and what it may send."""
    return [
        {
            "id": device.id,
            "model": device.model,
            "domain": device.domain,
            "site": device.placements[-1].site,
            "commune": device.placements[-1].commune,
            "quantities": [field.quantity for field in registry.models[device.model].fields],
        }
        for device in registry.devices.values()
    ]
