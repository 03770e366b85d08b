"""`vigiterre quarantine`: list, show, replay, purge."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from devices.errors import VigiterreError
from devices.reading import Reason
from ingest.quarantine import Quarantine, Refused
from stores import sqlite_file
from vigiterre.commands.ask import ask
from vigiterre.shell import Misuse, Shell, print_json, print_table, read_span, read_time, shown_time
from vigiterre.texts import said

LARGEST = 2**63 - 1
"""SQLite counts no further."""
DROPPED_SHOWN = 20

app = typer.Typer(help="Les messages refusés · The refused messages", no_args_is_help=True)

ReasonOption = Annotated[Reason | None, typer.Option(help="seulement ce motif · only this reason")]
DeviceOption = Annotated[str | None, typer.Option(help="seulement ce capteur · only this device")]


@app.command("list")
def list_refused(
    context: typer.Context,
    reason: ReasonOption = None,
    device: DeviceOption = None,
    since: Annotated[str | None, typer.Option(help="reçus depuis · received since (2026-11-23T06:00Z)")] = None,
    until: Annotated[str | None, typer.Option(help="reçus avant · received before")] = None,
    limit: Annotated[int, typer.Option(min=1, help="nombre de lignes · number of rows")] = 1_000,
    as_json: Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")] = False,
) -> None:
    """Liste les refus, le plus récent d'abord · Lists refusals, the newest first."""
    shell: Shell = context.obj
    with shell.failing():
        first, last = read_span(("--since", since), ("--until", until))
    with opened(shell) as quarantine:
        found = quarantine.list(reason=reason, device=device, since=first, until=last, limit=min(limit, LARGEST))
        dropped = [one for one in quarantine.cut if device in (None, one.device) and reason in (None, one.reason)]
    rows = [described(one) for one in found]
    if as_json:
        print_json(rows)
    elif rows:
        names = ("id", "received", "topic", "device", "reason", "detail")
        print_table([shell.say(f"column_{name}") for name in names], ([row[name] for name in names] for row in rows))
    else:
        shell.tell("no_refusal_found" if reason or device or since or until else "no_refusal")
    if len(rows) == limit:
        shell.tell("refusals_cut", limit=limit)
    for one in dropped[:DROPPED_SHOWN]:
        shell.tell("refusals_dropped", **{**one._asdict(), "device": one.device or shell.say("strangers")})


@app.command()
def show(
    context: typer.Context,
    identifier: Annotated[int, typer.Argument(metavar="ID", max=LARGEST)],
    raw: Annotated[bool, typer.Option("--raw", help="les octets seuls · the bytes alone")] = False,
) -> None:
    """Montre un refus et ses octets · Shows one refusal and its bytes."""
    shell: Shell = context.obj
    with opened(shell) as quarantine:
        found = quarantine.get(identifier)
    with shell.failing():
        if found is None:
            raise VigiterreError(said("no_such_refusal", id=identifier))
    if raw:
        typer.get_binary_stream("stdout").write(found.payload)
        return
    row = described(found)
    print_json({**row, "payload": readable(found.payload), "whole": found.whole})


@app.command()
def replay(
    context: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID…", max=LARGEST)] = None,
    reason: ReasonOption = None,
    device: DeviceOption = None,
) -> None:
    """Rejoue des refus, une fois la cause corrigée · Runs refusals again, once their cause is mended."""
    shell: Shell = context.obj
    result = ask(shell, "quarantine_replay", ids=ids or None, reason=reason, device=device)
    if not result["messages"] and not result["cut"]:
        shell.tell("no_refusal_found")
        return
    shell.tell("replayed_waiting" if result["waiting"] else "replayed", **result)
    if result["cut"]:
        shell.tell("replay_cut", cut=result["cut"])


@app.command()
def purge(
    context: typer.Context,
    before: Annotated[str | None, typer.Option(help="reçus avant · received before")] = None,
    reason: ReasonOption = None,
    device: DeviceOption = None,
    everything: Annotated[bool, typer.Option("--all", help="tout · everything")] = False,
) -> None:
    """Efface des refus, pour toujours · Deletes refusals, for ever."""
    shell: Shell = context.obj
    with shell.failing():
        if not (before or reason or device or everything):
            raise Misuse(said("purge_what"))
        limit = read_time("--before", before) if before else None
    result = ask(shell, "quarantine_purge", before=limit, reason=reason, device=device)
    shell.tell("purged" if result["purged"] else "no_refusal_found", **result)


@contextmanager
def opened(shell: Shell) -> Iterator[Quarantine]:
    """The quarantine as it is on disk, beside a running process or without one."""
    path = shell.data_dir() / "quarantine.sqlite"
    with shell.failing(), sqlite_file.said(path), Quarantine.read_only(path) as quarantine:
        yield quarantine


def described(one: Refused) -> dict[str, Any]:
    return {
        "id": one.id,
        "received": shown_time(one.received),
        "topic": one.topic,
        "device": one.device,
        "reason": one.reason,
        "detail": one.detail,
        "size": one.size,
        "sha256": one.sha256,
    }


def readable(payload: bytes) -> str:
    """The payload as text when it is text, else in hexadecimal."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.hex(" ")
