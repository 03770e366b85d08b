"""Where connections to the pages come in: so many at a time, and none that only waits keeps another out.

Each costs a file descriptor, which the way in needs too. See docs/adr/0055.
"""

import asyncio
import resource
import socket
import ssl
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import structlog

from vigiterre.http_connection import HttpConnection, Standing, Tell

log = structlog.get_logger(__name__)

MOST = 2_000
"""Connections at a time: a thousand live feeds, and as many that ask for pages."""
HANDSHAKE_SECONDS = 10.0
SAID_SECONDS = 60.0
AGAIN_SECONDS = 1.0

New = Callable[[Tell], HttpConnection]


def most_connections() -> int:
    """At most half of the descriptors this process may have."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if limit == resource.RLIM_INFINITY else min(MOST, limit // 2)


Guest = TypeVar("Guest", bound=Hashable)


class Guests(Generic[Guest]):
    """Who is inside, and who of them only waits."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.inside: set[Guest] = set()
        self.waiting: dict[Guest, None] = {}
        """Those that have not asked anything whole; who has waited longest stands first."""

    @property
    def full(self) -> bool:
        return len(self.inside) >= self.most

    def enter(self, guest: Guest) -> None:
        self.inside.add(guest)
        self.waiting[guest] = None

    def gives_way(self) -> Guest | None:
        """Who leaves for a newcomer, and has left; None when everybody is being answered."""
        guest = next(iter(self.waiting), None)
        if guest is not None:
            self.hear(guest, Standing.LEFT)
        return guest

    def hear(self, guest: Guest, standing: Standing) -> None:
        """What one says of itself; of who has left already, nothing is kept."""
        if standing is Standing.LEFT:
            self.inside.discard(guest)
        if standing is Standing.WAITS and guest in self.inside:
            self.waiting.setdefault(guest)
        else:
            self.waiting.pop(guest, None)


class Door:
    """`new` makes what speaks HTTP on a connection; `context` is that of TLS, None for plain HTTP."""

    def __init__(self, new: New, context: ssl.SSLContext | None, most: int) -> None:
        self._new = new
        self._context = context
        self._guests: Guests[HttpConnection] = Guests(most)
        self._greetings: dict[HttpConnection, asyncio.Task[None]] = {}
        self._said = float("-inf")

    async def let_in(self, listener: socket.socket) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        while True:
            try:
                accepted, _ = await loop.sock_accept(listener)
            except OSError as fault:  # no descriptor is left, or whoever came is gone
                log.warning("connection_not_accepted", detail=fault.strerror)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if self._guests.full and not self._makes_room():
                accepted.close()
            else:
                self._greet(accepted)

    def close(self) -> None:
        """Whoever is still being greeted goes."""
        for greeting in self._greetings.values():
            greeting.cancel()

    def _makes_room(self) -> bool:
        """By sending away who has waited longest."""
        self._say_full()
        connection = self._guests.gives_way()
        if connection is None:
            return False
        greeting = self._greetings.get(connection)
        if greeting is not None:
            greeting.cancel()
        connection.cut()
        return True

    def _greet(self, accepted: socket.socket) -> None:
        connection = self._new(self._guests.hear)
        self._guests.enter(connection)
        greeting = asyncio.create_task(self._shake_hands(accepted, connection))
        self._greetings[connection] = greeting
        greeting.add_done_callback(lambda _: self._greeted(accepted, connection))

    async def _shake_hands(self, accepted: socket.socket, connection: HttpConnection) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if self._context else None,
            )
        except OSError:  # of TLS and of the network alike: whoever came speaks no TLS, or is gone
            self._guests.hear(connection, Standing.LEFT)

    def _greeted(self, accepted: socket.socket, connection: HttpConnection) -> None:
        greeting = self._greetings.pop(connection)
        if greeting.cancelled():  # perhaps before it began, and then nobody else closes this
            accepted.close()

    def _say_full(self) -> None:
        now = time.monotonic()
        if now - self._said >= SAID_SECONDS:
            self._said = now
            log.warning("connections_full", most=self._guests.most, waiting=len(self._guests.waiting))
