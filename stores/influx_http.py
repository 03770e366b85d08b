"""HTTP to one InfluxDB: what every answer means for whoever waits, and nothing about readings.

An answer that says "this request is good or bad" is returned; everything that says "not now" or "a person must act"
raises StoreUnavailable. Passwords go into one header and appear in no message.
"""

import gzip
import time
from base64 import b64encode
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlencode

import urllib3

from devices.errors import StoreUnavailable
from stores import influxql
from stores.texts import Remedy

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
CONNECTIONS = 4
GZIP_LEVEL = 1
PIECES = {"chunked": "true", "chunk_size": "100000"}
DECIDED = (200, 201, 204, 400, 409, 413, 422)
"""The request itself was judged; all other statuses are about the server, the account or the network between."""
WORDS_KEPT = 500
LONGEST_WAIT = 3_600.0
"""Seconds. Whatever Retry-After says, a server is asked again after this."""


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def words(self) -> str:
        """What the server says, cut: an error may repeat the whole line it complains of."""
        return self.body[: 4 * WORDS_KEPT].decode(errors="replace").strip()[:WORDS_KEPT]


class InfluxServer:
    """One InfluxDB and the account we use there. Safe from several threads."""

    def __init__(self, host: str, port: int, user: str, password: str | None, *, tls: bool, database: str) -> None:
        self.host = host
        self.port = port
        self.tls = tls
        self.name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.database = database
        self.token = password or ""
        """The password, which is the API token of InfluxDB 2 and 3. Never for a message."""
        self._zip = not _loopback(host)  # on loopback compressing costs more than the bytes it saves
        account = b64encode(f"{user}:{self.token}".encode()).decode()
        self._basic = {"Authorization": f"Basic {account}"} if user or password is not None else {}
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        if tls:
            self._pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
                host, port, maxsize=CONNECTIONS, timeout=timeout, retries=False, cert_reqs="CERT_REQUIRED"
            )
        else:
            self._pool = urllib3.HTTPConnectionPool(host, port, maxsize=CONNECTIONS, timeout=timeout, retries=False)

    def __repr__(self) -> str:
        return f"InfluxServer({self.name}, database={self.database!r})"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.name}"

    def post(self, path: str, parameters: Mapping[str, str], body: bytes, kind: str = "text/plain") -> Reply:
        """Raises StoreUnavailable unless the server judged the request (DECIDED)."""
        headers = {"Content-Type": kind, **self._account(path)}
        if self._zip and path == "/write":  # the only path where all engines read a compressed body
            body = gzip.compress(body, GZIP_LEVEL)
            headers["Content-Encoding"] = "gzip"
        return self._ask("POST", f"{path}?{urlencode(parameters)}" if parameters else path, body, headers)

    def get(self, path: str) -> Reply:
        """Raises StoreUnavailable unless the server judged the request (DECIDED)."""
        return self._ask("GET", path, b"", self._account(path))

    def _account(self, path: str) -> dict[str, str]:
        """Basic where all engines take it; the API of InfluxDB 3 documents Bearer only."""
        if self.token and path.startswith("/api/v3/"):
            return {"Authorization": f"Bearer {self.token}"}
        return self._basic

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        try:
            answer = self._pool.request(method, path, body=body or None, headers=headers, redirect=False)
        except urllib3.exceptions.SSLError as error:
            raise StoreUnavailable(f"InfluxDB {self.name}: {error}", Remedy("certificate", server=self.name)) from error
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable(
                f"InfluxDB {self.name} does not answer: {type(error).__name__}", Remedy("start", server=self.name)
            ) from error
        reply = Reply(answer.status, self._without_account(answer.status, answer.data), answer.headers)
        if reply.status not in DECIDED:
            raise self._unavailable(reply)
        return reply

    def _without_account(self, status: int, body: bytes) -> bytes:
        """A proxy that refuses may repeat the header it was sent; its words go into logs and onto pages."""
        if status < 400 or not self._basic:
            return body
        for secret in (self._basic["Authorization"].partition(" ")[2], self.token):
            body = body.replace(secret.encode(), b"[redacted]") if secret else body
        return body

    def _unavailable(self, reply: Reply) -> StoreUnavailable:
        message = f"InfluxDB {self.name} answered {reply.status}: {reply.words}"
        if reply.status in (401, 403):
            return StoreUnavailable(message, Remedy("credentials", database=self.database))
        # InfluxDB 1 answers 500, not 404, when the policy is missing; waiting will not create it.
        if reply.status == 404 or "retention policy not found" in reply.words:
            return StoreUnavailable(message, Remedy("missing", database=self.database))
        if reply.status == 429 or reply.status >= 500:
            return StoreUnavailable(message, retry_after=retry_after(reply.headers.get("Retry-After", "")))
        return StoreUnavailable(message, Remedy("request"))

    def close(self) -> None:
        self._pool.close()


def query(
    server: InfluxServer, statements: str, parameters: dict[str, str], count: int = 1, *, pieces: bool = False
) -> list[influxql.Answer]:
    """Answers, one for each of so many statements. Raises StoreUnavailable when any of them failed or was cut short.

    One that is said to be partial is asked for again in pieces: InfluxDB before 1.7.8 says it of every series of more
    than 10,000 rows (https://github.com/influxdata/influxdb/pull/14402), and max-row-limit cuts no pieces.
    """
    body = urlencode({"q": statements}).encode()
    asked = {"epoch": "ms", **parameters, **(PIECES if pieces else {})}
    reply = server.post("/query", asked, body, "application/x-www-form-urlencoded")
    try:
        answers = influxql.parse(reply.body, count, pieces=pieces)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreUnavailable(
            f"{server.name} answered {reply.status} with no InfluxQL result", Remedy("not_influxdb", server=server.name)
        ) from error
    for answer in answers:
        if "not found" in answer.error:
            raise StoreUnavailable(
                f"InfluxDB {server.name}: {answer.error}", Remedy("missing", database=server.database)
            )
        if answer.error:
            raise StoreUnavailable(f"InfluxDB {server.name}: {answer.error}", Remedy("request"))
        if any(table.partial for table in answer.tables):
            if not pieces:
                return query(server, statements, parameters, count, pieces=True)
            raise StoreUnavailable(f"InfluxDB {server.name} cut its answer short", Remedy("row_limit"))
    return answers


def retry_after(header: str) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date (RFC 9110, 10.2.3); None when it is neither."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(float(header), LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(header).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
