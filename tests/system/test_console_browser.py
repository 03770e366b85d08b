"""The pages of a real `vigiterre demo` in Debian's Chromium, as people use them: live, by keyboard, without scripts."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, chromium, violations, window
from playwright.sync_api import Browser, Locator, Page, expect

from servers import Mosquitto, free_port, publish_lines, wait_until

CONFIG = Path(__file__).parents[2] / "config"
DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"
CUT_SECONDS = 30
ARTEFACTS = Path(os.environ.get("VIGITERRE_ARTEFACTS", "/tmp/vigiterre-axe"))
"""Raw answers of axe-core are kept here."""
PAGES = {
    "territory": "/",
    "wall": "/?wall",
    "devices": "/devices",
    "devices-none": "/devices?q=nothing-like-it",
    "devices-wrong": "/devices?domain=sea",
    "device": f"/devices/{DEVICE}",
    "device-year": f"/devices/{DEVICE}?range=1y",
    "device-unknown": "/devices/nobody",
    "alerts": "/alerts",
    "alert": "/alerts/1",
    "mutes": "/alerts/mutes",
    "quarantine": "/quarantine",
    "refusal": "/quarantine/1",
    "platform": "/platform",
    "report": "/report",
    "report-made": "/report?kind=day&site=college-moulins",
    "sign-in": "/sign-in",
    "nothing": "/nothing-here",
}
FIRST_VIEW_BYTES = 150_000


class Demo:
    """`vigiterre demo` on a real broker: its week is played, then it sends live values."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "demo.log"
        command = [
            sys.executable,
            "-m",
            "vigiterre",
            "--config",
            str(folder / "config"),
            "demo",
            "--broker",
            broker.url,
        ]
        bind = self.url.removeprefix("http://")
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--bind", bind, "--data-dir", str(folder / "data")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def wait(self) -> None:
        """Until the week is played and what follows is live."""
        wait_until(lambda: "100" in self.log.read_text() or self.process.poll() is not None, "the week", 180)
        assert self.process.poll() is None, self.log.read_text()
        time.sleep(2)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.log.read_text()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path_factory.mktemp("broker"), durable=False) as running:
        yield running


@pytest.fixture(scope="module")
def demo(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(CONFIG, folder / "config")
    running = Demo(folder, broker)
    running.wait()
    yield running
    running.close()


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
def test_a_published_reading_appears_on_the_open_page_without_a_reload(
    demo: Demo, broker: Mosquitto, browser: Browser
) -> None:
    with window(browser, demo.url, viewport=DESKTOP) as page:
        page.goto(f"/devices/{DEVICE}")
        expect(page.locator('#live [data-part="state"]')).to_contain_text("En direct")
        page.evaluate("window.sameDocument = true")
        publish(broker, 1234)
        expect(co2(page)).to_have_text(re.compile("1234"))
        assert page.evaluate("window.sameDocument") is True


@pytest.mark.timeout(200)
def test_a_stream_cut_for_half_a_minute_resumes_with_what_came_meanwhile(
    demo: Demo, broker: Mosquitto, browser: Browser
) -> None:
    with ExitStack() as stack:
        page = stack.enter_context(window(browser, demo.url, viewport=DESKTOP, quiet=True))
        page.goto(f"/devices/{DEVICE}")
        expect(page.locator('#live [data-part="state"]')).to_contain_text("En direct")
        page.context.set_offline(True)
        publish(broker, 1333)
        page.wait_for_timeout(CUT_SECONDS * 1000)
        page.context.set_offline(False)
        expect(co2(page)).to_have_text(re.compile("1333"), timeout=30_000)


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


def test_an_alert_is_acknowledged_by_keyboard_alone(demo: Demo, browser: Browser) -> None:
    with window(browser, demo.url, viewport=DESKTOP) as page:
        page.goto("/alerts")
        before = page.locator(".state.acknowledged").count()
        tab_to(page, lambda name: name == "checkbox")
        page.keyboard.press("Space")
        tab_to(page, lambda name: name == "comment")
        page.keyboard.type("vu au clavier")
        page.keyboard.press("Enter")
        expect(page.get_by_text("vu au clavier").first).to_be_visible()
        assert page.locator(".state.acknowledged").count() > before


FOCUS = """() => { const at = document.activeElement;
return {type: at.type || '', name: at.name || '', outline: getComputedStyle(at).outlineStyle} }"""


def tab_to(page: Page, wanted: Callable[[str], bool]) -> None:
    """By the Tab key; each stop on the way shows where the focus is."""
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        assert stop["outline"] != "none", stop
        if wanted(stop["type"]) or wanted(stop["name"]):
            return
    raise AssertionError("not reached by the Tab key")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_there_without_scripts(demo: Demo, browser: Browser, name: str) -> None:
    with window(browser, demo.url, viewport=PHONE, java_script_enabled=False, quiet=True) as page:
        answer = page.goto(PAGES[name])
        assert answer is not None
        assert answer.status < 500
        assert page.locator("h1").count() == 1
        assert page.locator("main").count() == 1


def test_an_alert_is_acknowledged_without_scripts(demo: Demo, browser: Browser) -> None:
    with window(browser, demo.url, viewport=PHONE, java_script_enabled=False) as page:
        page.goto("/alerts")
        page.locator("tbody input[type=checkbox]").last.check()
        page.locator("input[name=comment]").fill("sans script")
        page.get_by_role("button", name="Prendre en charge").first.click()
        expect(page.get_by_text("sans script").first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        *((name, "light") for name in PAGES),
        *((name, "dark") for name in ("wall", "devices", "device", "alert", "refusal")),
    ],
)
def test_axe_finds_nothing(demo: Demo, browser: Browser, name: str, scheme: str) -> None:
    size = DESKTOP if scheme == "light" else PHONE
    with window(browser, demo.url, viewport=size, color_scheme=scheme, quiet=True) as page:
        page.goto(PAGES[name])
        page.wait_for_timeout(300)
        assert violations(page, ARTEFACTS / f"{name}-{scheme}.json") == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_phone_or_than_half_a_screen_at_double_size(
    demo: Demo, browser: Browser, name: str
) -> None:
    with window(browser, demo.url, viewport=PHONE, quiet=True) as page:
        page.goto(PAGES[name])
        for width in (640, 320):  # 1,280 at 200 %, and the narrowest
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width


@pytest.mark.parametrize("name", ["territory", "devices", "device", "alerts", "platform"])
def test_a_first_view_weighs_at_most_150_kilobytes_over_the_wire(demo: Demo, browser: Browser, name: str) -> None:
    with window(browser, demo.url, viewport=PHONE) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(PAGES[name])
        page.wait_for_timeout(2_000)
        assert 0 < sum(sizes) <= FIRST_VIEW_BYTES
