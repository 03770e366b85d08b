"""Only public addresses, for what a library connects to by itself: whoever resolved the name, and whenever.

The interpreter tells of each connection before it is made, with the address it goes to (audit events, PEP 578). What
is refused there is a connection that failed, for the library. It holds in the context of who asked, and in threads
that were given a copy of that context, as Apprise's are; other work of this process connects where it likes.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from alerts.notices.web import public

CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


@dataclass
class Attempts:
    """What was tried meanwhile."""

    private: bool = False
    """A connection into a network of our own was, and was refused."""


_watched: ContextVar[Attempts | None] = ContextVar("watched", default=None)


@contextmanager
def public_only() -> Iterator[Attempts]:
    _listen()
    attempts = Attempts()
    before = _watched.set(attempts)
    try:
        yield attempts
    finally:
        _watched.reset(before)


@cache
def _listen() -> None:
    """For as long as the process lives: what listens to audit events cannot be taken away."""
    sys.addaudithook(_look)


def _look(event: str, told: tuple[object, ...]) -> None:
    if event not in CONNECTING or (attempts := _watched.get()) is None:
        return
    address = told[1]  # None: where the socket is connected to already
    if address is not None and not _leads_out(address):
        attempts.private = True
        raise PermissionError(errno.EACCES, "not a public address")


def _leads_out(address: object) -> bool:
    """A number, and public. A name would be resolved beside us, and a path is of this machine."""
    try:
        return isinstance(address, tuple) and public(str(address[0]))
    except ValueError:
        return False
