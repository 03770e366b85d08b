"""`/live` on a real socket, as a browser reads it."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from consoles import REGISTRY, SCRIPT, Served, console_of
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboards.console import live as feed
from dashboards.console import live_routes
from dashboards.console.console import Console
from dashboards.console.live_texts import TEXTS
from dashboards.console.present import Present
from devices.reading import Reading

ROOM = "college-moulins-s12"
PROFILE = REGISTRY.profiles[ROOM]


class Said(NamedTuple):
    kind: str
    data: Any
    id: str


class Stream:
    """What an EventSource does with the bytes."""

    def __init__(self, port: int, path: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.connection.request("GET", path, headers=headers)
        self.answer = self.connection.getresponse()
        self.id = ""
        self.lines: list[str] = []

    def next(self) -> Said:
        """The next event; blocks without data move the id only."""
        kind, data = "message", ""
        while line := self.answer.readline().decode():
            self.lines.append(line)
            name, _, value = line.rstrip("\r\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                data = value
            elif name == "id":
                self.id = value
            elif not name and data:
                return Said(kind, json.loads(data), self.id)
        raise EOFError

    def until(self, kind: str) -> list[Said]:
        found = [self.next()]
        while found[-1].kind != kind:
            found.append(self.next())
        return found

    def beginning(self) -> list[Said]:
        """With the id that follows it."""
        found = self.until("alerts")
        while not self.lines[-1].startswith("id"):
            self.lines.append(line := self.answer.readline().decode())
        self.id = line.strip().partition(": ")[2]
        self.answer.readline()
        return found

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


class Pages(Served):
    """With a way to do things in the loop of the server, as the pipeline does."""

    def __init__(self, console: Console, present: Present) -> None:
        self.console, self.present = console, present
        self.calls: list[Callable[[], None]] = []

        async def call(_request: Request) -> Response:
            self.calls.pop(0)()
            return PlainTextResponse("")

        super().__init__([*live_routes.routes(console), Route("/call", call)])

    def store(self, *readings: Reading) -> None:
        def take() -> None:
            self.present.take(readings)
            self.console.live.publish_readings(readings)

        self.do(take)

    def do(self, what: Callable[[], object]) -> None:
        self.calls.append(lambda: (what(), None)[1])
        assert self.get("/call").status == 200


def reading(at: int, value: float, quantity: str = "co2") -> Reading:
    return Reading(PROFILE.series_at(at), at, {quantity: value})


@contextmanager
def served(present: Present | None = None) -> Iterator[Pages]:
    present = present or Present()
    pages = Pages(console_of(present=present), present)
    with pages:
        yield pages
        pages.do(pages.console.live.close)


def test_p25_a_page_begins_with_the_values_as_they_are_and_is_then_told_of_new_ones() -> None:
    present = Present()
    present.take([reading(1_795_608_000_000, 1612.5)])
    with served(present) as pages:
        stream = Stream(pages.port, f"/live?device={ROOM}")
        first, alerts = stream.beginning()
        assert first.data == {
            "device": ROOM,
            "quantity": "co2",
            "time": 1_795_608_000_000,
            "iso": "2026-11-25T13:00:00+01:00",
            "clock": "25/11/2026 13:00:00",
            "value": 1612.5,
            "text": "1612\N{NO-BREAK SPACE}ppm",
        }
        assert alerts.data == {"open": 0, "changed": []}
        pages.store(reading(1_795_608_060_000, 800.0))
        assert stream.next().data["value"] == 800.0
        assert "retry: 2000\n" in stream.lines
        stream.close()


@pytest.mark.parametrize(("language", "text"), [("fr", "−0,5\N{NO-BREAK SPACE}°C"), ("en", "−0.5\N{NO-BREAK SPACE}°C")])
def test_values_are_in_the_words_of_the_page(language: str, text: str) -> None:
    with served() as pages:
        stream = Stream(pages.port, f"/live?device={ROOM}&lang={language}")
        stream.beginning()
        pages.store(reading(1, -0.5, "air_temperature"))
        assert stream.next().data["text"] == text
        stream.close()


def test_p25_a_cut_stream_goes_on_where_it_was() -> None:
    with served() as pages:
        stream = Stream(pages.port, f"/live?device={ROOM}")
        stream.beginning()
        pages.store(reading(1, 1.0))
        stream.next()
        stream.close()
        pages.store(reading(2, 2.0))
        pages.do(lambda: pages.console.live.publish_alerts([5], 1))
        again = Stream(pages.port, f"/live?device={ROOM}", **{"Last-Event-ID": stream.id})
        missed = again.until("alerts")
        assert [one.kind for one in missed] == ["reading", "alerts"]
        assert (missed[0].data["value"], missed[1].data) == (2.0, {"open": 1, "changed": [5]})
        again.close()


def test_a_page_made_before_the_stream_began_is_told_which_alerts_changed_between() -> None:
    with served() as pages:
        made = pages.console.live.place
        pages.do(lambda: pages.console.live.publish_alerts([5], 1))
        stream = Stream(pages.port, f"/live?after={made}")
        assert stream.until("alerts")[-1].data == {"open": 1, "changed": [5]}
        stream.close()


def test_the_place_of_another_process_begins_again() -> None:
    present = Present()
    present.take([reading(1, 3.0)])
    with served(present) as pages:
        stream = Stream(pages.port, f"/live?device={ROOM}", **{"Last-Event-ID": "00000000-12"})
        assert [(one.kind, one.data.get("changed", one.data.get("value"))) for one in stream.beginning()] == [
            ("reset", None),
            ("reading", 3.0),
            ("alerts", None),
        ]
        stream.close()


def test_headers_keep_proxies_and_caches_out() -> None:
    with served() as pages:
        stream = Stream(pages.port, "/live", **{"Accept-Encoding": "gzip, br"})
        headers = stream.answer.headers
        assert headers["Content-Type"].startswith("text/event-stream")
        assert headers["X-Accel-Buffering"] == "no"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Encoding"] is None
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        stream.close()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("query", "word"),
    [("device=" + SCRIPT.replace('"', "%22"), "device"), ("device=", "device"), ("after=12", "after")],
)
def test_what_is_no_feed_is_said_in_words(query: str, word: str, language: str) -> None:
    with served() as pages:
        answer = pages.get(f"/live?{query}&lang={language}")
        assert answer.status == 400
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.body.startswith(TEXTS[language][word].partition("{")[0])


def test_too_many_devices_are_refused() -> None:
    with served() as pages:
        query = "&".join(f"device=d{n}" for n in range(live_routes.MOST_DEVICES + 1))
        assert pages.get(f"/live?{query}").status == 400


def test_one_stream_too_many_is_told_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_CLIENTS", 1)
    with served() as pages:
        stream = Stream(pages.port, "/live")
        stream.beginning()
        pages.do(lambda: None)  # the stream has joined
        answer = pages.get("/live")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        stream.close()


def test_a_stream_that_is_left_makes_room() -> None:
    with served() as pages:
        stream = Stream(pages.port, "/live")
        stream.beginning()
        stream.close()
        deadline = time.monotonic() + 10
        while pages.console.live._clients and time.monotonic() < deadline:
            pages.do(lambda: None)
        assert not pages.console.live._clients


def test_the_server_stops_with_streams_open_though_one_does_not_read() -> None:
    with served() as pages, socket.socket() as sleeps:
        sleeps.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sleeps.connect(("127.0.0.1", pages.port))
        sleeps.sendall(f"GET /live?device={ROOM} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        reads = Stream(pages.port, f"/live?device={ROOM}")
        reads.beginning()
        pages.do(lambda: None)  # both have joined
        ended = threading.Event()

        def follow() -> None:
            with pytest.raises(EOFError):
                reads.until("never")
            ended.set()

        threading.Thread(target=follow, daemon=True).start()
        long = "x" * 1_000
        deadline = time.monotonic() + 30
        clients = pages.console.live._clients
        # until the buffers on the way are full, and the other was given much more
        while min(client.seen for client in clients) + 2_500 > int(reads.id.rpartition("-")[2]):
            assert time.monotonic() < deadline, "nobody is slow"
            at = time.time_ns() // 1_000_000
            pages.store(Reading(PROFILE.series_at(at), at, {f"{long}{n}": 1.0 for n in range(500)}))
        pages.do(lambda: None)
    assert ended.wait(5)
    assert not pages.thread.is_alive()
    reads.close()
