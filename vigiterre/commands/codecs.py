"""`vigiterre codecs`: try one payload, and run every example and vector there is."""

import json
import sys
from collections import Counter
from contextlib import AbstractContextManager
from typing import Annotated, Any, NamedTuple

import typer

from devices.errors import DecodeError, VigiterreError
from devices.problems import near
from devices.reading import Reason
from devices.registry import Profile
from ingest.codecs.job import Job
from ingest.codecs.uplink import Decoded, Uplink
from ingest.decoding import Heard, decode, items
from ingest.examples import example_profile, run_examples
from ingest.load import SCRIPTS
from ingest.sift import Formats
from ingest.validate import validate
from ingest.vectors import SUFFIX, fault, job_of, read_vectors
from vigiterre.formats import Opened, open_formats
from vigiterre.shell import Misuse, Shell, print_json, print_table
from vigiterre.texts import said

CENTURY_MS = 100 * 365 * 86_400_000

app = typer.Typer(help="Les codecs et leurs exemples · Codecs and their examples", no_args_is_help=True)


class Outcome(NamedTuple):
    """How one example or vector went."""

    codec: str
    model: str
    """Empty for a vector of a codec."""
    example: str
    fault: str


@app.command("try")
def try_codec(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="modèle · model")],
    port: Annotated[int | None, typer.Option(min=0, max=255, help="LoRaWAN FPort")] = None,
    hexadecimal: Annotated[
        str, typer.Option("--hex", help="charge utile en hexadécimal · payload in hexadecimal")
    ] = "",
    text: Annotated[str, typer.Option("--json", help="objet décodé par le serveur · object the server decoded")] = "",
) -> None:
    """Montre ce que devient une charge utile : objet, mesures, refus · Shows what becomes of a payload."""
    shell: Shell = context.obj
    with shell.failing(), formats_of(shell) as opened:
        known = opened.registry.models
        if model not in known:
            raise VigiterreError(said("no_such_model", model=model, known=near(model, known)))
        uplink = Uplink("try", port=port, payload=_bytes(hexadecimal) if hexadecimal else None, fields=_object(text))
        if uplink.payload is None and uplink.fields is None:
            raise Misuse(said("codec_needs_payload"))
        shown = tried(uplink, example_profile(known[model], opened.registry), opened.formats)
    print_json(shown)
    if shown["refusals"]:
        raise typer.Exit(1)


@app.command("test")
def run_all(
    context: typer.Context,
    models: Annotated[list[str] | None, typer.Argument(help="modèles ; tous sinon · models; else all")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")] = False,
) -> None:
    """Exécute tous les exemples et vecteurs · Runs every example and vector."""
    shell: Shell = context.obj
    with shell.failing(), formats_of(shell) as opened:
        unknown = [name for name in models or [] if name not in opened.registry.models]
        if unknown:
            known = near(unknown[0], opened.registry.models)
            raise VigiterreError(said("no_such_model", model=unknown[0], known=known))
        outcomes = [*examples(opened, models), *([] if models else vectors(shell, opened.formats))]
    failed = [one for one in outcomes if one.fault]
    for one in failed:
        shell.tell("codec_failure", **one._asdict())
    if as_json:
        print_json([one._asdict() for one in outcomes])
    else:
        _print_by_codec(shell, outcomes)
        codecs, passed = len({one.codec for one in outcomes}), len(outcomes) - len(failed)
        sys.stdout.write(shell.say("codec_totals", codecs=codecs, passed=passed, failed=len(failed)) + "\n")
    if failed:
        raise typer.Exit(1)


def formats_of(shell: Shell) -> AbstractContextManager[Opened]:
    """Registry and codecs of the configuration folder. Raises ConfigError."""
    return open_formats(shell.folder, shell.settings().mqtt.root)


def tried(uplink: Uplink, profile: Profile, formats: Formats) -> dict[str, Any]:
    """{objects: as the codec found them, readings: quantity -> value, refusals: in words}."""
    shown: dict[str, Any] = {"objects": [], "readings": [], "refusals": []}
    try:
        decoded = decode(uplink, profile, formats.payloads, 0)
        if isinstance(decoded, Job):
            (outcome,) = formats.scripts([decoded])
            if isinstance(outcome, DecodeError):
                raise outcome
            decoded = outcome
    except DecodeError as error:
        shown["refusals"].append({"reason": Reason.UNDECODABLE.value, "detail": str(error)})
        return shown
    shown["objects"] = [_shown(one) for one in decoded]
    for item in items(Heard(uplink, profile, 0), decoded):
        reading, refusal = validate(item._replace(time=None), profile, 0, CENTURY_MS)
        if reading:
            shown["readings"].append(reading.values)
        if refusal:
            shown["refusals"].append({"reason": refusal.reason.value, "detail": refusal.detail})
    return shown


def examples(opened: Opened, models: list[str] | None) -> list[Outcome]:
    """Every example of these models, or of all."""
    found = []
    for model in opened.registry.models.values():
        if models and model.id not in models:
            continue
        faults = dict(run_examples(model, opened.registry, opened.formats))
        for index, example in enumerate(model.examples):
            found.append(Outcome(model.codec, model.id, example.description, faults.get(index, "")))
    return found


def vectors(shell: Shell, formats: Formats) -> list[Outcome]:
    """Every vector beside a codec."""
    found = []
    for path in sorted((shell.folder / SCRIPTS).glob(f"*{SUFFIX}")):
        codec = path.name.removesuffix(SUFFIX) + ".js"
        try:
            known = read_vectors(path)
        except ValueError as error:
            found.append(Outcome(codec, "", path.name, str(error)))
            continue
        answers = formats.scripts([job_of(codec, vector) for vector in known])
        found += [Outcome(codec, "", one.name, fault(one, answer)) for one, answer in zip(known, answers, strict=True)]
    return found


def _print_by_codec(shell: Shell, outcomes: list[Outcome]) -> None:
    count = Counter((one.codec, one.model or shell.say("codec_vectors"), bool(one.fault)) for one in outcomes)
    rows = sorted({(codec, model) for codec, model, _ in count})
    print_table(
        [shell.say(f"column_{name}") for name in ("codec", "model", "passed", "failed")],
        ((codec, model, count[codec, model, False], count[codec, model, True]) for codec, model in rows),
    )


def _shown(decoded: Decoded) -> dict[str, Any]:
    return json.loads(json.dumps({"time": decoded.time, **decoded.fields}, default=str))  # type: ignore[no-any-return]


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Misuse(said("bad_hex_option", value=text)) from error


def _object(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Misuse(said("bad_json_option", detail=error)) from error
    if not isinstance(found, dict):
        raise Misuse(said("bad_json_option", detail=type(found).__name__))
    return found
