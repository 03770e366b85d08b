"""The map and the list in Debian's Chromium, with the scripts and styles that were built."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browsing import DESKTOP, PHONE, chromium, violations, window
from consoles import CONFIG, REGISTRY, RULES, Served, console_of, sources_of
from playwright.sync_api import Browser, Page

from alerts.alert import Alert
from alerts.notices.case import case_of
from alerts.rule import Level
from dashboards.console import live_routes, static_files
from dashboards.console.assets import load_assets
from dashboards.console.devices import page as devices
from dashboards.console.present import Present
from dashboards.console.static_files import load_static
from dashboards.console.territory import page as territory
from stores.port import Latest

NOW = time.time_ns() // 1_000_000
ICY = "d978a-lurcy"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    rule = next(iter(RULES.values()))
    series = REGISTRY.profiles[ICY].series_at(NOW)
    case = case_of(Alert(7, rule.id, series, Level.CRITICAL, Level.CRITICAL, NOW, NOW), rule, REGISTRY, REGISTRY.towns)
    outline = (CONFIG / "reference/departement-03.geojson").read_bytes()
    latest = [Latest(one.series_at(NOW), "air_temperature", NOW, 1.5) for one in list(REGISTRY.profiles.values())[:9]]
    console = console_of(sources_of(open_alerts=lambda: [case], outline=lambda: outline), Present(latest))
    assets = load_assets()
    console = replace(console, site=replace(console.site, assets=assets))
    static = static_files.routes(load_static(assets.names.values()))
    pages = (*territory.routes(console), *devices.routes(console), *live_routes.routes(console), *static)
    with Served(pages) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def url(served: Served) -> str:
    return f"http://127.0.0.1:{served.port}"


def mapped(page: Page, path: str = "/") -> None:
    page.goto(path)
    page.wait_for_selector(".leaflet-marker-icon")


@contextmanager
def shown(browser: Browser, served: Served, path: str, **options: Any) -> Iterator[Page]:
    """A page whose answer may be an error, which a browser writes to its console."""
    context = browser.new_context(base_url=url(served), locale="fr-FR", **options)
    try:
        page = context.new_page()
        page.goto(path)
        if not path.startswith("/devices"):
            page.wait_for_selector(".leaflet-marker-icon")
        yield page
    finally:
        context.close()


def test_every_marker_is_a_button_that_says_what_it_shows(served: Served, browser: Browser) -> None:
    with window(browser, url(served), viewport=DESKTOP) as page:
        mapped(page)
        markers = page.locator(".leaflet-marker-icon")
        said = [marker.get_attribute("aria-label") or "" for marker in markers.all()]
        assert all(said)
        assert any("en alerte critique" in words for words in said)
        assert {marker.get_attribute("role") for marker in markers.all()} == {"button"}
        boxes = [marker.bounding_box() for marker in markers.all()]
        assert all(box and box["width"] >= 24 and box["height"] >= 24 for box in boxes)
        assert page.locator("path.outline").count() == 1


def test_by_keyboard_a_marker_opens_leads_on_and_gives_the_focus_back(served: Served, browser: Browser) -> None:
    with window(browser, url(served), viewport=DESKTOP, reduced_motion="reduce") as page:
        mapped(page)
        marker = page.locator(".leaflet-marker-icon[aria-label*='Lurcy']")
        marker.focus()
        page.keyboard.press("Enter")
        alert = page.locator(".leaflet-popup a[href='/alerts/7']")
        alert.wait_for()
        assert alert.evaluate("link => link === document.activeElement")
        assert page.locator(f".leaflet-popup a[href='/devices/{ICY}']").count() == 1
        page.keyboard.press("Escape")
        page.locator(".leaflet-popup").wait_for(state="detached")
        assert marker.evaluate("element => element === document.activeElement")


def test_a_cluster_opens_by_keyboard(served: Served, browser: Browser) -> None:
    with window(browser, url(served), viewport=DESKTOP, reduced_motion="reduce") as page:
        mapped(page)
        before = [marker.get_attribute("aria-label") for marker in page.locator(".leaflet-marker-icon").all()]
        page.locator(".leaflet-marker-icon.cluster").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_function(
            "labels => JSON.stringify([...document.querySelectorAll('.leaflet-marker-icon')]"
            ".map((one) => one.getAttribute('aria-label'))) !== JSON.stringify(labels)",
            arg=before,
        )


def test_without_scripts_only_the_list_is_there(served: Served, browser: Browser) -> None:
    with window(browser, url(served), viewport=DESKTOP, java_script_enabled=False) as page:
        page.goto("/")
        assert not page.locator("#mapped").is_visible()
        assert page.locator(".listed tbody tr").count() == len(REGISTRY.devices)


@pytest.mark.parametrize(
    "path", ["/", "/?wall", "/?page=x", "/devices", "/devices?text=zzz&state=ok", "/devices?sort=x"]
)
def test_p24_axe_finds_nothing(served: Served, browser: Browser, tmp_path: Path, path: str) -> None:
    for scheme in ("light", "dark"):
        with shown(browser, served, path, viewport=DESKTOP, color_scheme=scheme) as page:
            assert violations(page, tmp_path / "axe.json") == []


@pytest.mark.parametrize("path", ["/", "/devices", "/devices?sort=state", "/devices?sort=x"])
@pytest.mark.parametrize("width", [320, PHONE["width"], 768])
def test_nothing_is_wider_than_the_screen(served: Served, browser: Browser, path: str, width: int) -> None:
    with shown(browser, served, path, viewport={"width": width, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
