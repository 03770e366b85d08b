"""The status page, /livez, /readyz and /metrics, asked over a real socket."""

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import uvicorn

from alerts.alert import Alert
from alerts.notices.case import Case
from alerts.rule import Kind, Level, Rule
from dashboards.console.app import RefusedMessage, Sources, application
from dashboards.console.texts import AGES, REASONS, STATUS
from devices.load import load_registry
from devices.reading import Reason, Series
from devices.registry import registry_of
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
        self.roles: dict[str, set[str | None]] = {}
        self.unscoped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.roles.setdefault(tag, set()).add(dict(attrs).get("role"))
        self.unscoped += tag == "th" and "scope" not in dict(attrs)
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""


def latest() -> list[Latest]:
    room = Series("building", "college-moulins-s12", "indoor-air", "college-moulins", "03190")
    road = Series("road", "d978a-lurcy", "road-weather-station", "d978a-lurcy", "03155")
    return [Latest(room, "co2", NOW, 1612.5), Latest(road, "road_surface_state", NOW, 4.0)]


def open_alerts() -> list[Case]:
    """One acknowledged, one muted; the gravest came last."""
    words = {"fr": SCRIPT, "en": SCRIPT}
    ice = Rule("ice", Kind.MEASURED, {"fr": "Verglas", "en": "Black ice"}, {"fr": "Saler", "en": "Spread salt"}, ())
    odd = Rule("odd", Kind.MEASURED, words, words, ())
    where = Series("road", "d978a-lurcy", "road-weather-station", "d978a-lurcy", "03155")
    known = Alert(1, "odd", where, Level.INFO, Level.INFO, NOW, NOW, acknowledged=NOW, acknowledged_by=SCRIPT)
    grave = Alert(2, "ice", where, Level.CRITICAL, Level.CRITICAL, NOW - 60_000, NOW - 60_000)
    return [Case(known, odd, SCRIPT), Case(grave, ice, "Lisière de forêt", muted=True)]


def sources() -> Sources:
    registry = load_registry(CONFIG)
    return Sources(
        checks=lambda: {"broker": "", "store": ""},
        metrics=lambda: b"vigiterre_devices 55.0\n",
        registry=lambda: registry,
        latest=latest,
        refusals=lambda: [RefusedMessage(NOW, f"vigiterre/{SCRIPT}/up", SCRIPT, "unknown_device", SCRIPT)],
        counts=lambda: {"received": 3, "stored": 2, "refused": 1, "duplicates": 0},
        alerts=open_alerts,
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
    assert "1612\N{NO-BREAK SPACE}ppm" in body
    assert "verglacé" in body
    assert body.count("aucune mesure") == 53
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script" not in outline.tags
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("caption") == outline.tags.count("table") == 3


def test_the_page_exists_in_english_by_choice_and_by_the_browser(page: Page) -> None:
    assert "no reading" in page.get("/?lang=en")[1]
    assert "no reading" in page.get("/", **{"Accept-Language": "en-GB,en;q=0.9"})[1]
    assert "aucune mesure" in page.get("/?lang=xx", **{"Accept-Language": "de"})[1]


def test_what_a_stranger_sends_is_shown_as_text(page: Page) -> None:
    body = page.get("/")[1]
    assert SCRIPT not in body
    assert "&lt;script&gt;" in body


def test_the_page_asks_nothing_of_other_machines(page: Page) -> None:
    for path in ("/", "/style.css"):
        assert not re.findall(r"https?:|//[a-z]|@import|url\(", page.get(path)[1])


def test_nobody_can_take_the_demonstration_for_measurements(page: Page) -> None:
    french, english = page.get("/?lang=fr")[1], page.get("/?lang=en")[1]
    assert "aucune de ces valeurs n&#39;a été mesurée ici" in french
    assert "none of these values was measured here" in english
    assert english.count('<span class="tag">simulated</span>') == 25
    assert english.count('<span class="tag">replayed</span>') == 30


def test_a_territory_of_real_sensors_shows_no_such_notice() -> None:
    known = load_registry(CONFIG)
    devices = {device.id: replace(device, tags=()) for device in known.devices.values()}
    models = {model.id: replace(model, simulated=False) for model in known.models.values()}
    real = registry_of(known.quantities.values(), models.values(), devices.values())
    page = Page(replace(sources(), registry=lambda: real))
    try:
        body = page.get("/?lang=en")[1]
        assert "none of these values was measured here" not in body
        assert 'class="tag">' not in body
    finally:
        page.close()


def test_a_refusal_is_shown_with_its_reason_in_words_and_as_a_code(page: Page) -> None:
    assert "capteur inconnu" in page.get("/?lang=fr")[1]
    body = page.get("/?lang=en")[1]
    assert "unknown device" in body
    assert "unknown_device" in body


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_of_refusal_has_words(language: str) -> None:
    assert set(REASONS[language]) == {reason.value for reason in Reason}


def test_both_languages_say_the_same_things() -> None:
    assert set(STATUS["fr"]) == set(STATUS["en"])
    assert set(AGES["fr"]) == set(AGES["en"])


def test_the_page_changes_by_itself_only_for_who_asks(page: Page) -> None:
    assert "http-equiv" not in page.get("/")[1]
    body = page.get("/?lang=en&refresh=on")[1]
    assert '<meta http-equiv="refresh" content="10">' in body
    assert "/?lang=fr&amp;refresh=on" in body, "the other language keeps it"


def test_every_table_says_its_roles_so_that_a_telephone_reads_it_as_a_table(page: Page) -> None:
    outline = Outline()
    outline.feed(page.get("/")[1])
    wanted = {"table": {"table"}, "tr": {"row"}, "td": {"cell"}, "th": {"columnheader", "rowheader"}}
    for tag, roles in wanted.items():
        assert outline.roles[tag] == roles, tag
    assert outline.unscoped == 0


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_both_colour_schemes(page: Page, scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", page.get("/style.css")[1], re.DOTALL)
    colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", blocks[scheme]))
    for text, paper in [
        ("text", "page"), ("quiet", "page"), ("link", "page"), ("note", "page"), ("bad", "page"),
        ("text", "group"), ("text", "note-page"), ("text", "bad-page"),
    ]:  # fmt: skip
        assert contrast(colour[text], colour[paper]) >= 4.5, (text, paper)
    assert contrast(colour["frame"], colour["page"]) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05)."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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


def test_open_alerts_come_first_the_gravest_above_with_what_to_do(page: Page) -> None:
    french = page.get("/?lang=fr")[1]
    assert french.index("Alertes ouvertes (2)") < french.index("Mesures depuis le démarrage")
    assert french.index("Verglas") < french.index("prise en charge par")
    for words in ("critique", "Saler", "Lisière de forêt", "en silence ou en maintenance"):
        assert words in french
    assert SCRIPT not in french
    assert "Spread salt" in page.get("/?lang=en")[1]
