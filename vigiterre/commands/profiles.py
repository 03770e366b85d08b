"""`vigiterre devices profiles`: models from a checkout of ChirpStack's device-profiles repository."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from devices.catalogue import QUANTITY_ID, read_quantities
from devices.errors import ConfigError, DecodeError, VigiterreError
from devices.load import MODELS, QUANTITIES
from devices.problems import Problem, near
from devices.quantity import Quantity
from ingest.codecs.job import Outcome
from ingest.device_profiles import DeviceProfile, read_profiles, read_vectors
from ingest.guess import Guess, guess, leaves
from ingest.load import SCRIPTS
from ingest.model_file import model_file
from ingest.sandbox import Sandbox
from ingest.vectors import SUFFIX, Vector, document_of, fault, job_of
from vigiterre.shell import Misuse, Shell, print_table
from vigiterre.texts import said

app = typer.Typer(help="Modèles de dépôts de fabricants · Models from makers' repositories", no_args_is_help=True)


@app.command("list")
def list_profiles(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="copie de · checkout of chirpstack-device-profiles")],
) -> None:
    """Liste les capteurs d'un dépôt · Lists the devices of a repository."""
    shell: Shell = context.obj
    with shell.failing():
        rows = [(one.model, one.maker, one.name, one.codec.name if one.codec else "") for one in read_profiles(folder)]
    print_table([shell.say(f"column_{name}") for name in ("model", "maker", "name", "codec")], rows)


@app.command("import")
def import_profiles(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="copie de · checkout of chirpstack-device-profiles")],
    devices: Annotated[list[str], typer.Argument(help="modèles de la liste · models of the list")],
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="champ=grandeur[:unité] · field=quantity[:unit]")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="sans demander · without asking")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="rapport seulement · report only")] = False,
) -> None:
    """Écrit modèle, codec et vecteurs des capteurs demandés · Writes model, codec and vectors of the devices asked."""
    shell: Shell = context.obj
    with shell.failing():
        quantities = known_quantities(shell.folder)
        known = {one.model: one for one in read_profiles(folder)}
        corrections = [correction(text, quantities) for text in mapping or []]
        for name in devices:
            if name not in known:
                raise VigiterreError(said("no_such_profile", device=name, known=near(name, known)))
            import_one(shell, known[name], quantities, corrections, yes=yes, dry_run=dry_run)


def known_quantities(folder: Path) -> dict[str, Quantity]:
    """The catalogue alone: a device of the inventory may be waiting for the very model that is imported."""
    problems: list[Problem] = []
    found = read_quantities(folder / QUANTITIES, QUANTITIES, problems)
    if problems:
        raise ConfigError(problems)
    return {name: quantity for name, quantity in (found or {}).items() if quantity is not None}


def import_one(
    shell: Shell,
    profile: DeviceProfile,
    quantities: Mapping[str, Quantity],
    corrections: list[Guess],
    *,
    yes: bool,
    dry_run: bool,
) -> None:
    """Run the vectors, show the guess, ask, write."""
    if profile.codec is None:
        raise VigiterreError(said("profile_without_codec", device=profile.model))
    source = profile.codec.read_text(encoding="utf-8-sig")
    vectors = read_vectors(profile)
    outcomes = run(profile.codec.name, source, vectors)
    wrong = [(one.name, fault(one, outcome)) for one, outcome in zip(vectors, outcomes, strict=True)]
    objects = [dict(outcome[0].fields) for outcome in outcomes if not isinstance(outcome, DecodeError) and outcome]
    corrected = {one.field for one in corrections}
    guessed = [one for one in guess(objects, quantities) if one.field not in corrected]
    mapped = {one.quantity: one for one in (*guessed, *corrections)}
    fields = {path: value for one in reversed(objects) for path, value in leaves(one)}
    show(shell, profile, list(mapped.values()), fields)
    for name, words in wrong:
        if words:
            shell.tell("codec_failure", codec=profile.codec.name, model=profile.model, example=name, fault=words)
    shell.tell("profile_vectors", device=profile.model, passed=sum(not w for _, w in wrong), count=len(wrong))
    if not mapped:
        raise VigiterreError(said("profile_unmapped", device=profile.model, fields=", ".join(fields) or "-"))
    if (shell.folder / MODELS / f"{profile.model}.toml").exists():
        shell.tell("profile_replaces", device=profile.model)
    if dry_run or not (yes or typer.confirm(shell.say("profile_confirm", device=profile.model), err=True)):
        shell.tell("import_dry_run")
        return
    codec = f"{profile.model}.js"
    good = [(one, outcome) for one, outcome in zip(vectors, outcomes, strict=True) if not fault(one, outcome)]
    write(shell.folder / SCRIPTS / codec, source)
    if vectors:
        document = json.dumps([document_of(one) for one in vectors], ensure_ascii=False, indent=1)
        write(shell.folder / SCRIPTS / f"{profile.model}{SUFFIX}", document + "\n")
    text = model_file(profile, codec, list(mapped.values()), list(fields), good, quantities)
    write(shell.folder / MODELS / f"{profile.model}.toml", text)
    shell.tell("profile_done", device=profile.model, folder=shell.folder)


def run(codec: str, source: str, vectors: list[Vector]) -> list[Outcome]:
    sandbox = Sandbox({codec: source})
    try:
        return list(sandbox.decode([job_of(codec, vector) for vector in vectors]))
    finally:
        sandbox.close()


def show(shell: Shell, profile: DeviceProfile, mapped: list[Guess], fields: Mapping[str, Any]) -> None:
    by_field = {one.field: one for one in mapped}
    rows = []
    for path, value in fields.items():
        one = by_field.get(path)
        rows.append((path, value, one.quantity if one else "", one.unit if one else ""))
    shell.tell("profile_shown", device=profile.model, maker=profile.maker, name=profile.name)
    print_table([shell.say(f"column_{name}") for name in ("field", "value", "quantity", "unit")], rows)


def correction(text: str, quantities: Mapping[str, Quantity]) -> Guess:
    """`field=quantity[:unit]`. Raises Misuse."""
    field, equals, rest = text.partition("=")
    quantity, _, unit = rest.partition(":")
    if not field or not equals or not QUANTITY_ID.fullmatch(quantity) or quantity not in quantities:
        raise Misuse(said("bad_mapping", value=text, known=near(quantity, quantities)))
    return Guess(field, quantity, unit or quantities[quantity].unit)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
