"""The page behind the link of a notice, over a real socket, on a real book; and what a screen reader needs of it."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from telling import HOUR, ICE, MINUTE, NOW, SURFACE, alert

from alerts.alert import Alert
from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.dispatch import NoticeKind, Order
from alerts.links import Links
from alerts.load import AlertConfig
from alerts.notices.case import Case
from alerts.rule import Level
from dashboards.console.acknowledge import Acknowledging, acknowledge_routes
from devices.registry import Registry
from servers import free_port, wait_until

GROUP = range(101, 136)
"""35 open alerts."""


class Outline(HTMLParser):
    """What a screen reader needs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.language = ""
        self.labels: set[str | None] = set()
        self.ids: set[str | None] = set()
        self.fields: dict[str, dict[str, str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids.add(given.get("id"))
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "label":
            self.labels.add(given.get("for"))
        if tag in ("input", "textarea"):
            self.fields[given.get("name") or ""] = given


@dataclass
class Site:
    """The page on a port of its own; `now` is what its clock shows."""

    alerting: Alerting
    links: Links
    now: int = NOW
    source: Acknowledging = field(init=False)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.source = Acknowledging(self._look, self._acknowledge)

    def _look(self, token: str) -> list[Case]:
        numbers = self.alerting.outbox.alerts_of(self.links.read(token, self.now).notice)
        return list(self.alerting.look(numbers, self.now).values())

    async def _acknowledge(self, token: str, who: str, comment: str) -> list[Alert]:
        return await self.alerting.acknowledge_by_link(self.links, token, who, comment, self.now)

    def start(self) -> None:
        """`source` may be another one at each request."""

        def look(token: str) -> Collection[Case]:
            return self.source.look(token)

        async def acknowledge(token: str, who: str, comment: str) -> Collection[Alert]:
            return await self.source.acknowledge(token, who, comment)

        routes = acknowledge_routes(Acknowledging(look, acknowledge), "fr")
        self.server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=routes), port=self.port, log_config=None, lifespan="off")
        )
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        wait_until(lambda: self.server.started, "the page")

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    def notice(self, *numbers: int) -> str:
        """The id of one that told of these alerts."""
        outbox = self.alerting.outbox
        outbox.add([Order(one, NoticeKind.LEVEL, "sms-dupont", Level.CRITICAL, "", self.now) for one in numbers], 0)
        bundle = outbox.take("sms-dupont", self.now + HOUR)
        assert bundle is not None
        outbox.sent(bundle, self.now)
        return bundle.notice

    def token(self, *numbers: int, made: int = NOW) -> str:
        """A link of a notice of its own; without numbers it is of the first alert."""
        return self.links.make(self.notice(*numbers or (1,)), "sms-dupont", made)

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), dict(error.headers)

    def post(self, token: str, language: str = "fr", **form: str) -> tuple[int, str]:
        return self.ask(f"/ack/{token}?lang={language}", urllib.parse.urlencode(form).encode())[:2]

    def alert(self, number: int = 1) -> Alert:
        found = self.alerting.book.alert(number)
        assert found is not None
        return found


def outline(body: str) -> Outline:
    found = Outline()
    found.feed(body)
    return found


@contextmanager
def acknowledge_site(folder: Path) -> Iterator[Site]:
    """The page, on a book with alerts of every kind; `GROUP` are open warnings."""
    book = Book(folder / FILE)
    with book.transaction():
        book.write_alerts(
            [
                alert(1),
                alert(2, resolved=NOW + MINUTE, noticed=NOW),
                alert(3, withdrawn=True, noticed=NOW),
                replace(alert(4), rule="gone"),
                alert(6, withdrawn=True, noticed=NOW),
                alert(7, resolved=NOW + MINUTE, noticed=NOW),
                alert(8, acknowledged=NOW, acknowledged_by="Paul"),
                *(alert(number, Level.WARNING) for number in GROUP),
            ]
        )
    config = AlertConfig({"black_ice": ICE}, communes={"03254": "Saint-Pourçain-sur-Sioule"})
    alerting = Alerting(book, config, Registry({SURFACE.id: SURFACE}, {}, {}, {}, {}), NOW, begin=0)
    made = Site(alerting, Links(book.connection, book.lock, b"k" * 32))
    made.start()
    try:
        yield made
    finally:
        made.stop()
        alerting.close()
