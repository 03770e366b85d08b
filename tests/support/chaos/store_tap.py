"""A tap before InfluxDB that speaks HTTP: passes requests on, or answers by itself as a server in trouble would.

A line that was refused once stays refused, for ever, unless it may have been stored before: a store's refusal is about
the line, not about the moment. So a reading is in the store or in the quarantine, and never rightly in both.
"""

import http.client
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

FORWARD_SECONDS = 60
PASSED_ON = ("Content-Type", "Content-Encoding", "Authorization")


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def writes(self) -> bool:
        return urlsplit(self.target).path == "/write"

    @property
    def raw(self) -> bool:
        """Readings, and not their roll-ups."""
        return self.writes and parse_qs(urlsplit(self.target).query).get("rp") == ["autogen"]


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Cut(Exception):  # noqa: N818  -- what happens to the connection
    """The connection ends without an answer."""


Behaviour = Callable[["StoreTap", Request], Reply]
"""Raises Cut for no answer."""


def forward(tap: "StoreTap", request: Request) -> Reply:
    """What a tap does when nothing is wrong."""
    return tap.forward(request)


class StoreTap:
    """`port` is where `vigiterre` finds its store; `store_port` where InfluxDB is."""

    def __init__(self, store_port: int) -> None:
        self._store_port = store_port
        self.behaviour: Behaviour = forward
        self.healed = threading.Event()
        """Set by `heal`; what hangs waits for it."""
        self.statuses: dict[int, int] = {}
        """How often each status was answered; 0 for none at all."""
        self.refused: set[bytes] = set()
        """Lines that this store will never take."""
        self.passed: set[int] = set()
        """Hashes of lines that it may have taken."""
        self.lock = threading.Lock()
        self.sockets: set[socket.socket] = set()
        self._server = Server(self)
        self.port: int = self._server.server_address[1]

    def start(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="store tap", daemon=True).start()
        return self

    def stop(self) -> None:
        self.healed.set()
        self._server.shutdown()
        self._server.server_close()
        with self.lock:
            for one in self.sockets:
                one.close()

    def behave(self, behaviour: Behaviour) -> None:
        self.healed.clear()
        self.behaviour = behaviour

    def heal(self) -> None:
        self.behaviour = forward
        self.healed.set()

    def forward(self, request: Request) -> Reply:
        """To InfluxDB, without the lines it never takes: then the answer is that of a partial write."""
        body, dropped = self._without_refused(request) if request.raw else (request.body, 0)
        reply = self._ask(request, body) if body or not dropped else Reply(204)
        if dropped and reply.status in (200, 204):
            words = b'{"error":"partial write: points beyond retention policy dropped=%d"}' % dropped
            return Reply(400, words, {"Content-Type": "application/json"})
        return reply

    def refuse(self, lines: list[bytes]) -> None:
        """Never take these, but for those that may be stored already."""
        with self.lock:
            self.refused.update(line for line in lines if hash(line) not in self.passed)

    def _without_refused(self, request: Request) -> tuple[bytes, int]:
        lines = request.body.split(b"\n")
        with self.lock:
            good = [line for line in lines if line not in self.refused]
            self.passed.update(hash(line) for line in good)
        return b"\n".join(good), len(lines) - len(good)

    def _ask(self, request: Request, body: bytes) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self._store_port, timeout=FORWARD_SECONDS)
        headers = {name: value for name, value in request.headers.items() if name in PASSED_ON}
        try:
            connection.request(request.method, request.target, body or None, headers)
            answer = connection.getresponse()
            kept = {name: value for name in ("Content-Type", "X-Influxdb-Version") if (value := answer.getheader(name))}
            return Reply(answer.status, answer.read(), kept)
        except (OSError, http.client.HTTPException) as error:
            raise Cut from error
        finally:
            connection.close()

    def count(self, status: int) -> None:
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, tap: StoreTap) -> None:
        self.tap = tap
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what this is for."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        with self.server.tap.lock:
            self.server.tap.sockets.add(self.connection)

    def finish(self) -> None:
        with self.server.tap.lock:
            self.server.tap.sockets.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        try:
            reply = self.server.tap.behaviour(self.server.tap, request)
        except Cut:
            self.server.tap.count(0)
            self.close_connection = True
        else:
            self.server.tap.count(reply.status)
            self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status != 204:
            self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """What was answered is counted."""
