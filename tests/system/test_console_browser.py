"""The pages of a real `vigiterre demo` in Debian's Chromium, as people use them: live, by keyboard, without scripts."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from browsing import ARTEFACTS, COLOURS, DESKTOP, PHONE, chromium, ready, violations, window
from demos import Demo
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from relays import Line

from servers import Mosquitto, publish_lines

DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"
CUT_SECONDS, MOST_READ = 30, 200
PAGES = {
    "territory": "/",
    "wall": "/?wall",
    "devices": "/devices",
    "devices-next": "/devices?size=25&page=2",
    "devices-none": "/devices?text=nothing-like-it",
    "devices-wrong": "/devices?domain=sea",
    "device": f"/devices/{DEVICE}",
    "device-year": f"/devices/{DEVICE}?range=1y",
    "device-wrong": f"/devices/{DEVICE}?from=never",
    "device-unknown": "/devices/nobody",
    "alerts": "/alerts",
    "alerts-none": "/alerts?q=nothing-like-it",
    "alerts-wrong": "/alerts?days=many&q=nothing-like-it",
    "alert": "/alerts/1",
    "alert-unknown": "/alerts/987654",
    "mutes": f"/alerts/mutes?kind=maintenance&device={DEVICE}",
    "quarantine": "/quarantine",
    "quarantine-reason": "/quarantine?reason=schema",
    "quarantine-none": "/quarantine?q=nothing-like-it",
    "quarantine-wrong": "/quarantine?reason=sea",
    "refusal": "/quarantine/1",
    "refusal-unknown": "/quarantine/987654",
    "platform": "/platform",
    "report": "/report",
    "report-made": "/report?kind=day&site=college-moulins",
    "report-english": "/report?lang=en",
    "report-wrong": "/report?day=never",
    "install": "/install",
    "install-new": "/install?code=nothing-like-it",
    "install-device": f"/install/{DEVICE}",
    "install-closed": "/install/_add",
    "install-nobody": "/install/nobody",
    "shares": "/shares",
    "account": "/account",
    "share-unknown": "/share/nothing-like-it",
    "sign-in": "/sign-in",
    "nothing": "/nothing-here",
}
"""Every page, and its states that an address leads to; test_console_keyboard.py looks at those that acts lead to."""
STATUS = {"wrong": 400, "unknown": 404, "nobody": 404, "nothing": 404, "closed": 503}
"""Of the answer, by the last word of the page's name; else 200."""
FIRST_VIEW_BYTES = 150_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def publish(broker: Mosquitto, co2: float) -> None:
    """A reading of a moment later than any that the demonstration sends."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 120))
    publish_lines(broker, TOPIC, [json.dumps({"time": moment, "values": {"co2": co2}})])


def co2(page: Page) -> Locator:
    return page.locator(f'[data-live][data-device="{DEVICE}"][data-quantity="co2"]').first


@pytest.mark.timeout(400)
def test_a_published_reading_appears_on_the_open_page_without_a_reload(demo: Demo, browser: Browser) -> None:
    with window(browser, demo.url, viewport=DESKTOP) as page:
        page.goto(f"/devices/{DEVICE}")
        expect(page.locator('#live [data-part="state"]')).to_contain_text("En direct")
        page.evaluate("window.sameDocument = true")
        publish(demo.broker, 1234)
        expect(co2(page)).to_have_text(re.compile("1234"))
        assert page.evaluate("window.sameDocument") is True


class Cut(NamedTuple):
    """A page of a device whose line is cut, since when, and what was measured meanwhile."""

    page: Page
    line: Line
    since: float
    values: list[int]


@pytest.fixture(scope="module")
def cut(demo: Demo, browser: Browser) -> Iterator[Cut]:
    """The half minute is spent on the other tests of this module."""
    with (
        Line(int(demo.url.rpartition(":")[2])) as line,
        window(browser, line.url, viewport=DESKTOP, quiet=True) as page,
    ):
        page.goto(f"/devices/{DEVICE}?quantity=co2")
        page.locator("#chart-co2").scroll_into_view_if_needed()
        expect(page.locator("#chart-co2 .plot")).to_be_visible()
        expect(page.locator('#live [data-part="state"]')).to_contain_text("En direct")
        line.cut()
        since = time.monotonic()
        moments = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + n)) for n in range(5)]
        values = [1431 + n for n in range(5)]  # more than any of the demonstration's
        sent = zip(moments, values, strict=True)
        publish_lines(demo.broker, TOPIC, [json.dumps({"time": at, "values": {"co2": value}}) for at, value in sent])
        yield Cut(page, line, since, values)


def test_a_page_says_that_its_stream_is_cut(cut: Cut) -> None:
    expect(cut.page.locator('#live [data-part="state"]')).to_contain_text("Connexion perdue")
    assert violations(cut.page, ARTEFACTS / "device-cut.json") == []


def test_what_is_acknowledged_in_one_window_shows_in_another(demo: Demo, browser: Browser) -> None:
    with (
        window(browser, demo.url, viewport=DESKTOP) as one,
        window(browser, demo.url, viewport=DESKTOP) as other,
    ):
        one.goto("/alerts")
        other.goto("/alerts")
        expect(other.locator('#live [data-part="state"]')).to_contain_text("En direct")
        one.locator("tbody input[type=checkbox]").first.check()
        one.get_by_role("button", name="Prendre en charge").first.click()
        expect(one.get_by_role("status").first).to_be_visible()
        expect(other.locator('#live [data-part="changed"]')).not_to_be_empty()
        other.reload()
        expect(other.get_by_text("demo").first).to_be_visible()
        assert other.locator(".state.acknowledged").count() >= 1


@pytest.fixture(scope="module")
def bare(demo: Demo, browser: Browser) -> Iterator[Page]:
    """A telephone without scripts."""
    with window(browser, demo.url, viewport=PHONE, java_script_enabled=False, quiet=True) as page:
        yield page


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_there_without_scripts(bare: Page, name: str) -> None:
    answer = bare.goto(PAGES[name])
    assert answer is not None
    assert answer.status == status(name)
    assert bare.locator("h1").count() == 1
    assert bare.locator("main").count() == 1


def status(name: str) -> int:
    """That a page answers with."""
    return STATUS.get(name.rpartition("-")[2], 200)


def test_an_alert_is_acknowledged_without_scripts(demo: Demo, browser: Browser) -> None:
    with window(browser, demo.url, viewport=PHONE, java_script_enabled=False) as page:
        page.goto("/alerts")
        page.locator("tbody input[type=checkbox]").last.check()
        page.locator("input[name=comment]").fill("sans script")
        page.get_by_role("button", name="Prendre en charge").first.click()
        expect(page.get_by_text("sans script").first).to_be_visible()


class Look(NamedTuple):
    """What was found in one visit to a page."""

    weight: float
    """Bytes over the wire."""
    too_wide: list[int]
    """Widths of the window that the page did not fit in."""
    wrong: list[dict[str, Any]]
    """What axe-core found, in all colours."""


@pytest.fixture(scope="module", params=PAGES)
def look(request: pytest.FixtureRequest, demo: Demo, browser: Browser) -> Look:
    """A first visit by telephone, then on a desk, in dark colours and in colours of the reader's own."""
    name = request.param
    with window(browser, demo.url, viewport=PHONE, quiet=True) as page:
        sizes = sizes_of(page)
        page.goto(PAGES[name])
        ready(page)
        weight = sum(sizes)
        (ARTEFACTS / f"{name}-weight.txt").write_text(f"{weight:.0f}\n")
        too_wide = [width for width in (640, 320) if wider_than(page, width)]  # 1,280 at 200 %, and the narrowest
        page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
        ready(page)
        wrong = violations(page, ARTEFACTS / f"{name}-light.json")
        page.emulate_media(color_scheme="dark")
        wrong += violations(page, ARTEFACTS / f"{name}-dark.json", COLOURS)
        page.emulate_media(color_scheme="light", forced_colors="active")
        wrong += violations(page, ARTEFACTS / f"{name}-forced.json", COLOURS)
    return Look(weight, too_wide, wrong)


def sizes_of(page: Page) -> list[float]:
    """Grows by the bytes of each answer."""
    sizes: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    return sizes


def wider_than(page: Page, width: int) -> bool:
    """For good: charts follow the window a few frames later."""
    page.set_viewport_size({"width": width, "height": 700})
    try:
        page.wait_for_function("(width) => document.documentElement.scrollWidth <= width", arg=width, timeout=5_000)
    except PlaywrightTimeout:
        return True
    return False


def test_axe_finds_nothing(look: Look) -> None:
    assert look.wrong == []


def test_no_page_is_wider_than_a_phone_or_than_half_a_screen_at_double_size(look: Look) -> None:
    assert look.too_wide == []


def test_a_first_view_weighs_at_most_150_kilobytes_over_the_wire(look: Look) -> None:
    assert 0 < look.weight <= FIRST_VIEW_BYTES


@pytest.mark.timeout(200)
def test_a_stream_cut_for_half_a_minute_resumes_with_what_came_meanwhile(demo: Demo, cut: Cut) -> None:
    page, plot = cut.page, cut.page.locator("#chart-co2 .plot")
    page.wait_for_timeout(max(0, cut.since + CUT_SECONDS - time.monotonic()) * 1000)
    publish(demo.broker, 1399)
    cut.line.mend()
    expect(page.locator('#live [data-part="state"]')).to_contain_text("En direct", timeout=30_000)
    expect(co2(page)).to_have_text(re.compile("1399"))
    expect(page.locator("#summary-co2")).to_contain_text(str(cut.values[-1]))  # the chart was drawn again
    plot.focus()
    read: list[int] = []
    while cut.values[0] not in read and len(read) < MOST_READ:  # the demonstration's own are among them
        plot.press("ArrowLeft")
        said = plot.locator(".u-legend .u-value").nth(1).inner_text()
        read.append(int(re.sub(r"[^0-9,]", "", said).partition(",")[0] or 0))
    assert [value for value in read if value in cut.values] == cut.values[::-1]
