"""Debian's Chromium by Playwright, and axe-core on what it shows."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from servers import program

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


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


def violations(page: Page, kept: Path) -> list[dict[str, Any]]:
    """What axe-core finds on the page; its raw answer is kept in a file."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found.response, ensure_ascii=False, indent=1))
    return [
        {"rule": one["id"], "help": one["help"], "where": [node["target"] for node in one["nodes"]][:3]}
        for one in found.response["violations"]
    ]
