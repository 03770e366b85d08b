"""`vigiterre demo`: everything at once, without sensors and without servers."""

import asyncio
import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from devices.errors import VigiterreError
from vigiterre.demo.address import page_address
from vigiterre.demo.demonstration import Outcome, demonstrate
from vigiterre.demo.players import FOLDER, SERIES
from vigiterre.demo.screen import Screen
from vigiterre.demo.settings import Plan
from vigiterre.shell import Shell


def demo(
    context: typer.Context,
    duration: Annotated[
        float, typer.Option(min=0, help="secondes ; 0 : jusqu'à Ctrl-C · seconds; 0: until Ctrl-C")
    ] = 0,
    broker: Annotated[
        str, typer.Option(help="un vrai courtier · a real broker: mqtt://user@host:1883", show_default=False)
    ] = "",
    password_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="mot de passe du courtier · broker password")
    ] = None,
    bind: Annotated[
        str | None,
        typer.Option(
            help="adresse de la page ; sans elle 127.0.0.1:8080, ou un port libre · "
            "address of the page; without it 127.0.0.1:8080, or a free port",
            show_default=False,
        ),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(file_okay=False, help="garde les données ici · keeps the data here")
    ] = None,
) -> None:
    """Joue une semaine de mesures, puis du direct · Plays a week of readings, then live ones."""
    shell: Shell = context.obj
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the service takes both
    with shell.failing(), folder_for(data_dir) as data:
        check_folder(shell)
        address = page_address(bind, shell)
        plan = Plan(shell.folder, data, data_dir is not None, address, duration or None, broker, password_file)
        try:
            with Screen(shell) as screen:
                outcome = asyncio.run(demonstrate(plan, screen))
        except KeyboardInterrupt:  # before the service took the signals: nothing was received
            outcome = Outcome()
        typer.echo(shell.say("demo_done", **outcome.as_dict(), repeated=outcome.repeated), err=True)
    typer.echo(json.dumps(outcome.as_dict()))  # not print: standard output may be closed


@contextmanager
def folder_for(data_dir: Path | None) -> Iterator[Path]:
    """The folder asked for, kept; else a temporary one, removed at the end."""
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        yield data_dir
        return
    with tempfile.TemporaryDirectory(prefix="vigiterre-demo-") as folder:
        yield Path(folder)


def check_folder(shell: Shell) -> None:
    """Raises VigiterreError when there is nothing to play."""
    if not (shell.folder / FOLDER / SERIES).is_file():
        raise VigiterreError(shell.say("demo_no_config", folder=shell.folder))
