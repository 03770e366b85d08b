"""The status page, /livez, /readyz and /metrics, asked over a real socket."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import uvicorn

from dashboards.console.app import RefusedMessage, Sources, application
from devices.load import load_registry
from devices.reading import Series
from servers import free_port, wait_until
from stores.port import Latest

CONFIG = Path(__file__).parent.parent.parent / "config"
NOW = 1_795_608_000_000
SCRIPT = '<script>alert("x")</script>'


class Outline(HTMLParser):
    """What a screen reader needs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""


def latest() -> list[Latest]:
    room = Series("building", "college-moulins-s12", "indoor-air", "college-moulins", "03190")
    road = Series("road", "d978a-lurcy", "road-weather-station", "d978a-lurcy", "03155")
    return [Latest(room, "co2", NOW, 1612.5), Latest(road, "road_surface_state", NOW, 4.0)]


def sources() -> Sources:
    registry = load_registry(CONFIG)
    return Sources(
        checks=lambda: {"broker": "", "store": ""},
        metrics=lambda: b"vigiterre_devices 55.0\n",
        registry=lambda: registry,
        latest=latest,
        refusals=lambda: [RefusedMessage(NOW, f"vigiterre/{SCRIPT}/up", SCRIPT, "unknown_device", SCRIPT)],
        counts=lambda: {"received": 3, "stored": 2, "refused": 1, "duplicates": 0},
    )


class Page:
    def __init__(self, given: Sources) -> None:
        self.port = free_port()
        configuration = uvicorn.Config(application(given, "fr"), port=self.port, log_config=None, lifespan="off")
        self.server = uvicorn.Server(configuration)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        wait_until(lambda: self.server.started, "the page")

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), dict(error.headers)

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page(sources())
    yield made
    made.close()


def test_the_page_lists_every_device_with_its_last_values_in_french(page: Page) -> None:
    status, body, headers = page.get("/")
    outline = Outline()
    outline.feed(body)
    assert status == 200
    assert outline.language == "fr"
    assert "1612 ppm" in body or "1613 ppm" in body
    assert "verglacé" in body
    assert body.count("aucune mesure") == 53
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script" not in outline.tags
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("caption") == outline.tags.count("table") == 2


def test_the_page_exists_in_english_by_choice_and_by_the_browser(page: Page) -> None:
    assert "no reading" in page.get("/?lang=en")[1]
    assert "no reading" in page.get("/", **{"Accept-Language": "en-GB,en;q=0.9"})[1]
    assert "aucune mesure" in page.get("/?lang=xx", **{"Accept-Language": "de"})[1]


def test_what_a_stranger_sends_is_shown_as_text(page: Page) -> None:
    body = page.get("/")[1]
    assert SCRIPT not in body
    assert "&lt;script&gt;" in body


def test_readyz_is_503_with_the_reason_while_something_is_wrong() -> None:
    page = Page(replace(sources(), checks=lambda: {"broker": "", "store": "the store is away"}))
    try:
        status, body, _ = page.get("/readyz")
        assert status == 503
        assert "the store is away" in body
        assert page.get("/livez")[0] == 200
        assert "the store is away" in page.get("/")[1]
    finally:
        page.close()


def test_the_page_shows_the_devices_even_when_the_store_fails() -> None:
    def broken() -> list[Latest]:
        raise OSError("no route to the store")

    page = Page(replace(sources(), latest=broken))
    try:
        status, body, _ = page.get("/")
        assert status == 200
        assert "no route to the store" in body
        assert body.count("aucune mesure") == 55
    finally:
        page.close()


def test_metrics_are_plain_text(page: Page) -> None:
    status, body, headers = page.get("/metrics")
    assert (status, body) == (200, "vigiterre_devices 55.0\n")
    assert headers["content-type"].startswith("text/plain")
