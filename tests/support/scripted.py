"""A server that gives the answers of InfluxDB 2 and 3, which a 1.6.7 cannot give: scripted answers, a real socket."""

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Scripted(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


Script = Callable[[Request], Scripted]


class ScriptedServer:
    """Answers each request by `script` and remembers it; over TLS when given a context."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.script: Script = lambda _: Scripted(204)
        self.requests: list[Request] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, dict(self.headers.items()), body)
                scripted.requests.append(request)
                status, words, headers = scripted.script(request)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(words)))
                self.end_headers()
                self.wfile.write(words)

            do_GET = do_POST = do_PATCH = answer  # noqa: N815

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client may well hang up
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
