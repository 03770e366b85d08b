"""For tests of notices: alerts, an outbox on a real SQLite file, a real mail server and a real web server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from alerts import links, outbox
from alerts.alert import Alert
from alerts.notices.case import Case
from alerts.notices.plan import Channel, ChannelKind
from alerts.outbox import Outbox
from alerts.rule import Kind, Level, Rule
from devices.quantity import Aggregate, Quantity
from devices.quantity import Kind as QuantityKind
from devices.reading import Series
from servers import free_port
from stores.sqlite_file import connect, migrate

NOW = 1_795_608_000_000
"""25 November 2026, 13:00 in Paris, a Wednesday."""
MINUTE, HOUR = 60_000, 3_600_000
SECONDS = 10.0
"""How long a test waits for what must come."""
SURFACE = Quantity(
    "road_surface_temperature",
    {"fr": "Température de surface", "en": "Surface temperature"},
    "Cel",
    -40.0,
    80.0,
    QuantityKind.GAUGE,
    Aggregate.MEAN,
    {},
    "test",
)
ICE = Rule(
    "black_ice",
    Kind.MEASURED,
    {"fr": "Verglas probable", "en": "Black ice likely"},
    {"fr": "Appeler l'astreinte hivernale, faire saler.", "en": "Call the winter team, have it salted."},
    (),
    quantity="road_surface_temperature",
    runbook="docs/ice",
)


def alert(number: int = 1, level: Level = Level.CRITICAL, site: str = "sioule", **given: Any) -> Alert:
    series = Series("road", f"ice-{number}", "road-weather-station", site, "03254")
    found = Alert(
        number, "black_ice", series, level, level, NOW, NOW - MINUTE, quantity=SURFACE.id, value=-0.8, threshold=0.0
    )
    return replace(found, **({"live": True, "found": NOW} | given))


def case(one: Alert, rule: Rule = ICE, **given: Any) -> Case:
    found = Case(one, rule, "D 2009, plaine de la Sioule", "Saint-Pourçain-sur-Sioule", SURFACE)
    return found._replace(**given)


def channel(name: str, kind: ChannelKind, address: str, **given: Any) -> Channel:
    return Channel(name, kind, SecretStr(address), **given)


@contextmanager
def opened(path: Path) -> Iterator[Outbox]:
    """As after a start of the process: nothing is remembered but what is in the file."""
    connection = connect(path)
    try:
        migrate(connection, path, 1, f"{outbox.SCHEMA};{links.SCHEMA}")
        yield Outbox(connection, threading.RLock())
    finally:
        connection.close()


class Inbox:
    """What a mail server took. `refusals` are answers it gives first."""

    def __init__(self) -> None:
        self.messages: Queue[EmailMessage] = Queue()
        self.refusals: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusals:
            return self.refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.put(message)
        return "250 OK"

    def next(self) -> EmailMessage:
        return self.messages.get(timeout=SECONDS)


@contextmanager
def mail_server() -> Iterator[tuple[Inbox, str]]:
    """The inbox, and the address of the channel."""
    inbox = Inbox()
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox, f"smtp://127.0.0.1:{port}/?plain=yes&from=vigiterre@allier.example&to=routes@allier.example"
    finally:
        controller.stop()


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Web:
    url: str = ""
    asked: "Queue[Asked]" = field(default_factory=Queue)
    answers: list[int] = field(default_factory=list)
    """Given first; then 204."""
    hold: threading.Event | None = None
    """Answers only when it is set."""

    def next(self) -> Asked:
        return self.asked.get(timeout=SECONDS)


@contextmanager
def web_server() -> Iterator[Web]:
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            web.asked.put(Asked(self.command, self.path, dict(self.headers), body))
            if web.hold is not None:
                web.hold.wait(SECONDS)
            self.send_response(web.answers.pop(0) if web.answers else 204)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Tests say what they need."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    web.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield web
    finally:
        if web.hold is not None:
            web.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(SECONDS)
