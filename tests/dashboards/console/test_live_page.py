"""The live feed in a browser: values change where they stand, lists do not, and the reader can stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from consoles import REGISTRY, Served, console_of
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboards.console import live_routes
from dashboards.console.assets import load_assets
from dashboards.console.console import Console
from dashboards.console.present import Present
from devices.reading import Reading
from servers import program

ROOM = "college-moulins-s12"
PAGE = """{% extends "layout.html" %}{% block title %}Essai{% endblock %}{% block content %}<h1>Essai</h1>
<p data-live-alerts=""><span data-live data-device="college-moulins-s12" data-quantity="co2">aucune</span>
<time data-age data-live-time="college-moulins-s12">jamais</time></p>{% endblock %}"""


class Shown(Served):
    """A page with one value on it, and what happens in the process meanwhile."""

    def __init__(self, console: Console) -> None:
        assert isinstance(console.present, Present)
        self.live, self.present = console.live, console.present
        site = replace(console.site, assets=load_assets(), place=lambda: console.live.place)
        site.environment.loader = ChoiceLoader([site.environment.loader or DictLoader({}), DictLoader({"try": PAGE})])

        async def page(request: Request) -> Response:
            return site.page(request, "try", {"fr": {}, "en": {}})

        async def store(request: Request) -> Response:
            time, value = int(request.query_params["time"]), float(request.query_params["value"])
            readings = [Reading(REGISTRY.profiles[ROOM].series_at(time), time, {"co2": value})]
            self.present.take(readings)
            self.live.publish_readings(readings)
            return PlainTextResponse("")

        async def alert(request: Request) -> Response:
            self.live.publish_alerts([int(request.query_params["id"])], 2)
            return PlainTextResponse("")

        async def end(_request: Request) -> Response:
            self.live.close()
            return PlainTextResponse("")

        static = Mount("/static", StaticFiles(packages=[("dashboards.console", "static")]))
        own = [Route("/", page), Route("/store", store), Route("/alert", alert), Route("/end", end), static]
        super().__init__([*live_routes.routes(replace(console, site=site)), *own])


@contextmanager
def shown() -> Iterator[Shown]:
    with Shown(console_of()) as pages:
        yield pages
        pages.get("/end")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(browser: Browser, pages: Shown, locale: str = "fr-FR") -> Page:
    page = browser.new_page(locale=locale)
    page.goto(f"http://127.0.0.1:{pages.port}/")
    expect(page.locator("[data-part=state]")).to_have_text("En direct" if locale == "fr-FR" else "Live")
    return page


def test_a_value_changes_where_it_stands_and_late_data_does_not_change_it_back(browser: Browser) -> None:
    with shown() as pages:
        page = opened(browser, pages)
        pages.get("/store?time=2000&value=500")
        expect(page.locator("span[data-live]")).to_have_text("500\N{NO-BREAK SPACE}ppm")
        expect(page.locator("time")).to_have_attribute("datetime", "1970-01-01T01:00:02+01:00")
        pages.live._newest.clear()  # as after very many others
        pages.get("/store?time=1000&value=1")
        pages.get("/store?time=3000&value=501")
        expect(page.locator("span[data-live]")).to_have_text("501\N{NO-BREAK SPACE}ppm")
        page.close()


def test_a_reader_pauses_by_keyboard_and_then_gets_the_newest_value(browser: Browser) -> None:
    with shown() as pages:
        page = opened(browser, pages)
        page.get_by_role("button", name="Mettre en pause").press("Enter")
        expect(page.locator("[data-part=state]")).to_contain_text("En pause depuis")
        pages.get("/store?time=1000&value=500")
        pages.get("/store?time=2000&value=600")
        expect(page.locator("span[data-live]")).to_have_text("aucune")
        page.get_by_role("button", name="Reprendre").press("Space")
        expect(page.locator("span[data-live]")).to_have_text("600\N{NO-BREAK SPACE}ppm")
        page.close()


def test_alerts_are_counted_and_their_list_is_offered_anew_without_moving(browser: Browser) -> None:
    with shown() as pages:
        page = opened(browser, pages, "en-GB")
        for number in (4, 5, 5):
            pages.get(f"/alert?id={number}")
        expect(page.get_by_role("link", name="2 alerts have changed: reload the page")).to_be_visible()
        expect(page.get_by_role("link", name="Alerts (2 open alerts)")).to_be_visible()
        expect(page).to_have_title("(2) Essai · Vigiterre")
        page.close()


def test_a_lost_connection_is_said_and_another_process_takes_over(browser: Browser) -> None:
    with shown() as pages:
        page = opened(browser, pages)
        port = pages.port
    expect(page.locator("[data-part=state]")).to_contain_text("Connexion perdue à")
    again = Shown(console_of())
    again.port = again.server.config.port = port
    with again:
        again.get("/store?time=1000&value=700")
        expect(page.locator("span[data-live]")).to_have_text("700\N{NO-BREAK SPACE}ppm", timeout=15_000)
        expect(page.get_by_role("link", name="Des alertes ont pu changer")).to_be_visible()
        page.close()
        again.get("/end")
