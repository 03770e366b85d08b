"""The charts of a device follow the live feed: what came is drawn soon, once, and without a gap after a cut."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, chromium, violations, window
from consoles import REGISTRY, Served, console_of, sources_of
from playwright.sync_api import Browser, Page, expect
from relays import Line
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboards.console import live_routes, static_files
from dashboards.console.assets import load_assets
from dashboards.console.device import page as device
from dashboards.console.live import Live
from dashboards.console.present import Present
from dashboards.console.static_files import load_static
from devices.reading import Reading
from servers import wait_until
from stores.sqlite import SqliteStore

ROOM = "college-moulins-s12"
PAGE = f"/devices/{ROOM}"
NBSP = "\N{NO-BREAK SPACE}"
MINUTE_MS = 60_000
NOW = time.time_ns() // 1_000_000 - MINUTE_MS
"""A minute ago: what the tests measure after it is not ahead of the clock."""
MINUTES = 180
"""Before it there is a value for each, of 400 to 459 ppm, the newest of 401."""
SOON_MS = 15_000


class Platform(Served):
    """The page of one device, a real store, and the live feed: what is measured is stored, then published."""

    def __init__(self, store: SqliteStore) -> None:
        self.store, self.live, self.present = store, Live(), Present(store.latest([ROOM]))
        console = console_of(sources_of(points=store.points, hours=store.hours), self.present)
        assets = load_assets()
        site = replace(console.site, assets=assets, place=lambda: self.live.place)
        console = replace(console, site=site, live=self.live)
        own = [Route("/measured", self._measured), Route("/end", self._end)]
        static = static_files.routes(load_static(assets.names.values()))
        super().__init__([*device.routes(console), *live_routes.routes(console), *static, *own])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def measure(self, values: Mapping[int, float], quantity: str = "co2") -> None:
        """ms after NOW -> value."""
        query = "&".join(f"{after}={value}" for after, value in values.items())
        assert self.get(f"/measured?quantity={quantity}&{query}").status == 200

    async def _measured(self, request: Request) -> Response:
        said = dict(request.query_params)
        quantity = said.pop("quantity")
        for after, value in said.items():
            readings = [reading(NOW + int(after), float(value), quantity)]
            self.store.write(readings)
            self.present.take(readings)
            self.live.publish_readings(readings)
        return PlainTextResponse("")

    async def _end(self, _request: Request) -> Response:
        self.live.close()
        return PlainTextResponse("")


def reading(moment: int, value: float, quantity: str = "co2") -> Reading:
    return Reading(REGISTRY.profiles[ROOM].series_at(moment), moment, {quantity: value})


@contextmanager
def platform(folder: Path, minutes: int = MINUTES) -> Iterator[Platform]:
    store = SqliteStore(folder / "store.db")
    store.ensure_schema()
    store.write([reading(NOW - n * MINUTE_MS, 400.0 + n % 60) for n in range(1, minutes + 1)])
    with Platform(store) as running:
        yield running
        running.get("/end")
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def opened(page: Page, query: str = "?range=24h&quantity=co2") -> None:
    """The chart of what the room's air holds is in view, drawn, and the page follows."""
    page.goto(PAGE + query)
    expect(page.locator("#live [data-part=state]")).to_have_text("En direct")
    page.locator("#chart-co2").scroll_into_view_if_needed()
    page.mouse.move(1, 1)


def drawn(page: Page) -> None:
    expect(page.locator("#chart-co2 .plot canvas")).to_be_visible()


def newest(page: Page, value: str) -> None:
    """The sentence above the chart says it."""
    expect(page.locator("#summary-co2")).to_contain_text(f"dernière valeur {value}{NBSP}ppm", timeout=SOON_MS)


def read_back(page: Page, count: int) -> list[str]:
    """The last `count` values of the chart, the newest first, as a person reads them by the arrow key."""
    plot = page.locator("#chart-co2 .plot")
    plot.focus()
    value = plot.locator(".u-legend .u-series").nth(1).locator(".u-value")
    said = []
    for _ in range(count):
        plot.press("ArrowLeft")
        said.append(value.inner_text().removesuffix(f"{NBSP}ppm").replace("\N{NARROW NO-BREAK SPACE}", ""))
    plot.blur()
    return said


def reads_back(page: Page, values: list[str]) -> None:
    """Soon; a chart is not drawn anew while it is read."""
    seen: list[list[str]] = []

    def same() -> bool:
        seen.append(read_back(page, len(values)))
        page.wait_for_timeout(0 if seen[-1] == values else 700)
        return seen[-1] == values

    wait_until(same, f"{values}, not {seen}", SOON_MS / 1000)


def test_what_is_measured_is_in_the_chart_its_sentence_and_its_table_within_seconds(
    browser: Browser, tmp_path: Path
) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=DESKTOP) as page:
        opened(page)
        drawn(page)
        page.evaluate("document.body.dataset.same = 'document'")
        running.measure({0: 1234.0})
        newest(page, "1234")
        reads_back(page, ["1234", "401", "402"])
        expect(page.locator("#rows tbody tr").first).to_contain_text("1234")
        assert page.evaluate("document.body.dataset.same") == "document"


def test_after_a_cut_all_that_came_meanwhile_is_drawn_and_nothing_twice(browser: Browser, tmp_path: Path) -> None:
    with (
        platform(tmp_path) as running,
        Line(running.port) as line,
        window(browser, line.url, viewport=DESKTOP, quiet=True) as page,
    ):
        opened(page)
        drawn(page)
        line.cut()
        expect(page.locator("#live [data-part=state]")).to_contain_text("Connexion perdue")
        running.measure({n * 1000: 1801.0 + n for n in range(5)})
        line.mend()
        expect(page.locator("#live [data-part=state]")).to_have_text("En direct", timeout=15_000)
        newest(page, "1805")
        reads_back(page, ["1805", "1804", "1803", "1802", "1801", "401"])


def test_a_burst_of_readings_costs_a_handful_of_questions(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=DESKTOP) as page:
        opened(page)
        drawn(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for n in range(200):
            running.measure({n * 100: 600.0 + n})
        newest(page, "799")
        reads_back(page, ["799", "798", "797"])
        assert 2 <= len(asked) <= 8, asked


def test_a_chart_is_not_drawn_anew_under_its_reader_but_when_he_leaves(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=DESKTOP) as page:
        opened(page)
        drawn(page)
        plot = page.locator("#chart-co2 .plot")
        plot.focus()
        plot.press("ArrowLeft")
        legend = plot.locator(".u-legend").inner_text()
        running.measure({0: 1500.0})
        newest(page, "1500")
        assert plot.locator(".u-legend").inner_text() == legend
        plot.blur()
        reads_back(page, ["1500", "401"])


def test_a_page_that_nobody_follows_asks_nothing_and_catches_up_when_resumed(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=DESKTOP) as page:
        opened(page)
        drawn(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.get_by_role("button", name="Mettre en pause").press("Enter")
        running.measure({0: 1600.0, 1000: 1601.0})
        page.wait_for_timeout(1_000)
        assert asked == []
        page.get_by_role("button", name="Reprendre").press("Enter")
        page.mouse.move(1, 1)
        newest(page, "1601")
        reads_back(page, ["1601", "1600", "401"])


def test_the_part_that_a_reader_chose_is_kept_when_the_chart_is_drawn_anew(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=DESKTOP) as page:
        opened(page)
        drawn(page)
        box = page.locator("#chart-co2 .u-over").bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.25, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
        page.mouse.up()
        page.locator("#chart-co2 .plot").blur()
        page.mouse.move(1, 1)
        with page.expect_response(lambda answer: "series.json" in answer.url):
            running.measure({0: 1700.0})
        newest(page, "1700")
        # What lies beyond the part is not reached from its right edge.
        page.mouse.move(box["x"] + box["width"] - 2, middle)
        legend = page.locator("#chart-co2 .u-legend .u-series").nth(1).locator(".u-value")
        expect(legend).to_have_text(f"4{legend.inner_text()[1:]}")


def test_the_first_value_of_a_new_device_draws_its_chart(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path, minutes=0) as running, window(browser, running.url, viewport=DESKTOP) as page:
        opened(page)
        expect(page.locator("#summary-co2")).to_have_text("Aucune valeur sur cette période.")
        running.measure({0: 700.0, 1000: 710.0})
        newest(page, "710")
        drawn(page)
        expect(page.locator("#rows tbody tr")).to_have_count(1)


def test_states_that_have_no_curve_are_brought_up_to_date_too(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=DESKTOP) as page:
        opened(page)
        running.measure({0: 1.0}, quantity="occupancy")
        expect(page.locator("#lanes-occupancy .lanes li")).to_have_count(1, timeout=SOON_MS)


def test_a_longer_span_is_not_asked_for_with_every_reading(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=DESKTOP) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        opened(page, "?range=30d&quantity=co2")
        running.measure({0: 1234.0})
        expect(page.locator("#values [data-quantity=co2]")).to_have_text(f"1234{NBSP}ppm")
        page.wait_for_timeout(1_000)
        assert [url for url in asked if "/charts?" in url] == []
        assert sum("series.json" in url and "=co2" in url for url in asked) == 1, asked


def test_axe_finds_nothing_on_a_page_that_was_brought_up_to_date(browser: Browser, tmp_path: Path) -> None:
    with platform(tmp_path) as running, window(browser, running.url, viewport=PHONE) as page:
        opened(page)
        running.measure({0: 1234.0})
        newest(page, "1234")
        assert violations(page, tmp_path / "axe.json") == []
