"""Mise en service in Debian's Chromium: by keyboard, by camera, without scripts, the first reading as it arrives."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, chromium, violations, window
from consoles import CONFIG, Served, console_of, sources_of
from playwright.sync_api import Browser, Page

from dashboards.console import live_routes, static_files
from dashboards.console.assets import load_assets
from dashboards.console.install.page import routes
from dashboards.console.present import Present
from dashboards.console.static_files import load_static
from devices.editing_files import InventoryFiles
from devices.load import load_registry
from devices.problems import Problem
from devices.reading import Reading, Series

QR = "LW:D0:1122334455667788:70B3D54999F0552D:AABB1122"
CAMERA = f"""
window.BarcodeDetector = class {{ detect() {{ return Promise.resolve([{{ rawValue: "{QR}" }}]); }} }};
navigator.mediaDevices.getUserMedia = () => {{
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return Promise.resolve(canvas.captureStream());
}};
"""
"""A stand-in for the detector that Android has and Debian's Chromium has not."""


class Site:
    """Pages of a folder of its own, as a running process serves them."""

    def __init__(self, folder: Path) -> None:
        for name in ("models", "reference"):
            shutil.copytree(CONFIG / name, folder / name)
        for name in ("quantities.toml", "devices.csv", "placements.csv"):
            shutil.copy(CONFIG / name, folder / name)
        self.folder, self.registry, self.present = folder, load_registry(folder), Present()
        assets = load_assets()
        sources = sources_of(registry=lambda: self.registry, inventory=InventoryFiles(folder), reload=self.reload)
        console = console_of(sources, self.present)
        console = replace(console, site=replace(console.site, assets=assets))
        static = static_files.routes(load_static(assets.names.values()))
        self.served = Served((*routes(console), *live_routes.routes(console), *static))

    async def reload(self) -> list[Problem]:
        self.registry = load_registry(self.folder)
        return []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.served.port}"

    def hear(self, device: str) -> None:
        series = Series("building", device, "indoor-air", "college-moulins", "03190")
        values = {"co2": 612.0, "rssi": -90.0, "snr": 8.0, "gateways": 3.0}
        self.present.take([Reading(series, time.time_ns() // 1_000_000, values)])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("config"))
    with site.served:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def clean(page: Page, kept: Path, name: str) -> None:
    assert violations(page, kept / f"{name}.json") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_device_is_added_and_its_first_reading_shows_itself(
    site: Site, browser: Browser, size: dict[str, int], tmp_path: Path
) -> None:
    device = f"neuf-{size['width']}"
    permitted = {"permissions": ["geolocation"], "geolocation": {"latitude": 46.5662, "longitude": 3.3333}}
    with window(browser, site.url, quiet=True, viewport=size, **permitted) as page:
        page.goto("/install")
        clean(page, tmp_path, "home")
        page.fill("#code", device)
        page.press("#code", "Enter")
        page.click("text=Ajouter ce capteur")
        page.select_option("#model", "indoor-air")
        clean(page, tmp_path, "model")
        page.click("text=Continuer")
        page.click("#here")
        page.wait_for_function("() => document.getElementById('latitude').value === '46.56620'")
        page.click("text=Trouver la commune")
        assert page.input_value("#commune") == "03190"
        page.press("#id", "Enter")  # the site is missing
        page.wait_for_selector("#site-wrong")
        clean(page, tmp_path, "wrong")
        page.fill("#site", "college-moulins")
        page.press("#site", "Enter")
        page.wait_for_selector("text=Rien n'est encore écrit")
        clean(page, tmp_path, "summary")
        page.keyboard.press("Tab")
        page.focus("main button.primary")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-state=waiting]")
        clean(page, tmp_path, "waiting")
        page.evaluate("document.querySelector('[data-state]').mark = true")
        site.hear(device)
        page.wait_for_selector("[data-state=well]")
        assert page.evaluate("document.querySelector('[data-state]').mark"), "a new live region is not read out"
        assert "612\N{NO-BREAK SPACE}ppm" in page.inner_text("main")
        assert page.is_hidden("#refreshes")
        clean(page, tmp_path, "well")
    assert device in (site.folder / "devices.csv").read_text()


def test_the_camera_reads_the_code_and_asks_for_it(site: Site, browser: Browser) -> None:
    with window(browser, site.url, viewport=PHONE) as page:
        page.add_init_script(CAMERA)
        page.goto("/install")
        page.click("#scan")
        page.wait_for_selector("text=70b3d54999f0552d")
        assert page.input_value("#code") == QR


def test_a_browser_without_camera_or_permission_is_not_offered_any(site: Site, browser: Browser) -> None:
    with window(browser, site.url, viewport=PHONE) as page:
        page.goto("/install")
        assert page.is_hidden("#scan")
        page.goto("/install/college-moulins-s12/move")
        page.click("#here")
        page.wait_for_selector("text=Position indisponible")


def test_all_of_it_works_without_scripts(site: Site, browser: Browser) -> None:
    with window(browser, site.url, quiet=True, viewport=PHONE, java_script_enabled=False) as page:
        page.goto("/install/_add?id=sans-script&model=indoor-air")
        assert page.is_hidden("#here")
        page.fill("#site", "college-moulins")
        page.select_option("#commune", "03190")
        page.click("main .primary")
        page.click("text=Écrire ces changements")
        assert "En attente" in page.inner_text("#state")
        site.hear("sans-script")
        page.click("text=Actualiser")
        assert "tout est bon" in page.inner_text("#state")
        for button in ("a.danger", "button.primary", "button.danger"):
            page.click(f"main {button}")
        assert "sans-script est retiré" in page.inner_text("main")
