"""A line between a browser and a server that a test can cut: what is open breaks off, what is new is turned away."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

from servers import free_port


class Line:
    """From a free port to `port`, until the block ends."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._open: set[socket.socket] = set()
        self._whole = True
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        with self._lock:
            self._whole = False
            for end in self._open:
                _break(end)
            self._open.clear()

    def mend(self) -> None:
        with self._lock:
            self._whole = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        _break(self._listening)
        self._listening.close()
        self._thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                ends = self._joined(near) if self._whole else ()
                self._open.update(ends)
            if not ends:
                near.close()
            for one, other in (ends, ends[::-1]) if ends else ():
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _joined(self, near: socket.socket) -> tuple[socket.socket, ...]:
        try:
            return near, socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            return ()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        """Whichever end stops, both do."""
        with one, contextlib.suppress(OSError):
            while piece := one.recv(65_536):
                other.sendall(piece)
        _break(other)
        with self._lock:
            self._open.discard(one)


def _break(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
