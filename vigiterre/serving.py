"""What every process of ours does to be reached: signals, a listening socket, pages."""

import asyncio
import gc
import signal
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import uvicorn
from starlette.types import ASGIApp

from devices.errors import VigiterreError
from vigiterre.door import Door, most_connections
from vigiterre.http_connection import HttpConnection, Tell
from vigiterre.texts import said
from vigiterre.tls.shown import Shown

BACKLOG = 1_024


class Pages(uvicorn.Server):
    """Ours are the signals, which uvicorn would take away, and the door: see vigiterre/door.py."""

    def __init__(self, config: uvicorn.Config, context: ssl.SSLContext | None, most: int) -> None:
        super().__init__(config)
        self.door = Door(self._connection, context, most)
        self._listeners: list[socket.socket] = []

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._listeners = sockets or []
        await super().startup(sockets=[])

    async def main_loop(self) -> None:
        """Until told to stop. A door that closes by itself is a mistake of ours, and ends this."""
        tasks = [asyncio.create_task(self.door.let_in(one)) for one in self._listeners]
        tasks.append(asyncio.create_task(super().main_loop()))
        done, going_on = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in going_on:
            task.cancel()
        self.door.close()
        await asyncio.gather(*going_on, return_exceptions=True)
        for task in done:
            task.result()

    def _connection(self, tell: Tell) -> HttpConnection:
        return HttpConnection(tell, self.config, self.server_state, self.lifespan.state)


def pages_of(application: ASGIApp, shown: Shown | None = None, most: int | None = None) -> Pages:
    """`shown` is the certificate of pages by HTTPS; `most` how many connections there may be at a time."""
    config = uvicorn.Config(
        application,
        http="h11",
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
    )
    return Pages(config, shown.context if shown is not None else None, most or most_connections())


def obey_signals(stop: Callable[[], object], reload: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, reload)


def bind(address: tuple[str, int]) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises VigiterreError with the remedy."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        facts = {"host": address[0], "port": address[1], "detail": error.strerror}
        raise VigiterreError(said("bind_refused", **facts)) from error


def address_of(listener: socket.socket, shown: Shown | None) -> str:
    """Of the pages, as their own machine reaches them."""
    host, port = listener.getsockname()[:2]
    bracketed = f"[{host}]" if ":" in host else host
    return f"{'http' if shown is None else 'https'}://{bracketed}:{port}/"


def spare_collections() -> None:
    """The registry lives as long as the process, and what a batch makes holds no cycles: look for those less often.

    With the defaults a reading cost 18.9 us of CPU on the whole way, so 11.0 (`make bench`, 10,000 devices).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
