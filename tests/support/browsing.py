"""Debian's Chromium by Playwright, and axe-core on what it shows."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from servers import program

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""What another scheme of colours can change of what axe-core finds."""
ARTEFACTS = Path(os.environ.get("VIGITERRE_ARTEFACTS", "/tmp/vigiterre-axe"))
"""Raw answers of axe-core are kept here."""
READY = """() => {
  const live = document.getElementById('live');
  const map = document.getElementById('map');
  const chart = document.querySelector('.charts [data-series]:has(svg)');
  chart?.scrollIntoView();
  return (!live || document.documentElement.dataset.feed === 'on')
    && (!map || map.querySelector('.leaflet-marker-icon'))
    && (!chart || chart.querySelector('.plot'));
}"""
READY_MS = 20_000


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, url: str, *, quiet: bool = False, **options: Any) -> Iterator[Page]:
    """A page of a fresh session. What it asks of other machines, and errors of its scripts, fail the block.

    `quiet`: what the browser says of answers that are no 200, or of a cut, is no error here.
    """
    context: BrowserContext = browser.new_context(base_url=url, locale="fr-FR", timezone_id="Europe/Paris", **options)
    page = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith((url, "data:", "blob:")) else strangers.append(request.url),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(10_000)
    try:
        yield page
        assert strangers == []
        assert quiet or errors == []
    finally:
        context.close()


def ready(page: Page) -> None:
    """Until the scripts have put what they show: the live feed, the map, the first chart."""
    page.wait_for_function(READY, timeout=READY_MS)


def violations(page: Page, kept: Path, rules: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What axe-core finds on the page, by all rules or these; its raw answer is kept in a file.

    The answer holds all that is wrong or must be looked at by a person, and one example of each rule that passed.
    """
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": WCAG}
    found = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations", "incomplete"]})
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found.response, ensure_ascii=False, indent=1))
    return [
        {"rule": one["id"], "help": one["help"], "where": [node["target"] for node in one["nodes"]][:3]}
        for one in found.response["violations"]
    ]
