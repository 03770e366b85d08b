"""Where the demonstration's page listens: where the user says, or where there is room."""

import errno
import socket

import typer

from devices.errors import VigiterreError
from vigiterre.settings import ConsoleSettings
from vigiterre.shell import Shell

USUAL = "127.0.0.1:8080"
NEIGHBOURS = 20
"""Ports above the usual one that are tried first: they are easier to remember than any free one."""


def page_address(asked: str | None, shell: Shell) -> str:
    """host:port that was free a moment ago; another port than the usual one is said.

    Raises VigiterreError, in the user's language, when `asked` cannot be had: who names an address wants that one.
    """
    if asked is not None:
        return _exactly(asked, shell)
    host, port = ConsoleSettings(bind=USUAL).address()
    for wanted in (*range(port, port + NEIGHBOURS + 1), 0):
        found = _listen(host, wanted)
        if isinstance(found, int):
            if found != port:
                typer.echo(shell.say("demo_port_taken", asked=USUAL, port=found), err=True)
            return f"{host}:{found}"
    raise VigiterreError(shell.say("demo_bind_taken", asked=USUAL))


def _exactly(asked: str, shell: Shell) -> str:
    try:
        host, port = ConsoleSettings(bind=asked).address()
    except ValueError as error:
        raise VigiterreError(shell.say("demo_bind_wrong", asked=asked)) from error
    found = _listen(host, port)
    if isinstance(found, int):
        return f"{asked.rpartition(':')[0]}:{found}"
    if found.errno == errno.EADDRINUSE:
        raise VigiterreError(shell.say("demo_bind_taken", asked=asked)) from found
    # The first of the two sentences: Python adds the address, which we say ourselves.
    why = (found.strerror or str(found)).partition(" (")[0]
    raise VigiterreError(shell.say("demo_bind_refused", asked=asked, why=why)) from found


def _listen(host: str, port: int) -> int | OSError:
    """The port listened on, closed again; 0 is any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as listener:
            return int(listener.getsockname()[1])
    except OSError as error:
        return error
