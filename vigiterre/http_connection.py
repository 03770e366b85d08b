"""One connection to the pages: a request must be whole in time, and an answer be taken in time.

uvicorn bounds the pause between two requests, and neither the time a request may take to arrive nor the time an answer
may take to leave.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

REQUEST_SECONDS = 10.0
"""From the first byte, or from the connection: forms are 64 KiB at most."""
TAKING_SECONDS = 60.0
"""Whoever takes nothing of an answer for so long is gone."""
COMING = (h11.IDLE, h11.SEND_BODY)
"""States of a client that has not sent a request, or not all of it."""


class Standing(Enum):
    WAITS = auto()
    """It asks nothing, or has not finished asking."""
    ASKED = auto()
    """A whole request is there, and not answered yet."""
    LEFT = auto()


class HttpConnection(H11Protocol):
    def __init__(self, tell: "Tell", config: uvicorn.Config, state: ServerState, app_state: dict[str, Any]) -> None:
        """`tell` is called whenever its standing changes."""
        super().__init__(config, state, app_state)
        self._tell = tell
        self._whole = Deadline(self.cut)
        self._taken = Deadline(self.cut)

    def cut(self) -> None:
        """End it now; nothing is sent any more."""
        if self.transport is not None:
            self.transport.abort()

    # What asyncio and uvicorn call

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in COMING:
            self._expect()
        else:
            self._whole.clear()
            self._tell(self, Standing.ASKED)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE:  # uvicorn's own timer runs until the next request begins
            self._whole.clear()
        if self.conn.their_state in COMING:
            self._tell(self, Standing.WAITS)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taken.set(TAKING_SECONDS)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self._whole.clear()
        super().connection_lost(exc)
        self._taken.clear()
        self._tell(self, Standing.LEFT)

    def _expect(self) -> None:
        """A whole request, from now on."""
        if not self.transport.is_closing():
            self._whole.set(REQUEST_SECONDS)
        self._tell(self, Standing.WAITS)


class Deadline:
    """Until when something must have happened, or `missed` is called."""

    def __init__(self, missed: Callable[[], None]) -> None:
        self._missed = missed
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """From now on; one that is set already stays."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._missed)

    def clear(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


Tell = Callable[[HttpConnection, Standing], None]
