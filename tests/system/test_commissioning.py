"""A device put into service with keys alone: added in the files, taken up by the running process, heard live."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import ARTEFACTS, PHONE, chromium, violations, window
from keyboard import Keyboard
from playwright.sync_api import Browser, Page, expect

from servers import Mosquitto, Vigiterre, publish_lines

CONFIG = Path(__file__).parents[2] / "config"
DEVICE = "college-moulins-s99"
PASSWORD = "a-long-enough-password"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def clean(page: Page, deed: str) -> None:
    assert violations(page, ARTEFACTS / f"install-{deed}.json") == []


@pytest.mark.timeout(200)
def test_an_installer_signs_in_adds_a_device_and_sees_its_first_reading(tmp_path: Path, browser: Browser) -> None:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    before = (config / "devices.csv").read_text()
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    with (
        Mosquitto(tmp_path / "broker") as broker,
        Vigiterre(tmp_path / "run", config, broker.url, f"sqlite:///{tmp_path}/store.db") as service,
    ):
        added = service.cli("users", "add", "anne", "--role", "technician", "--password-file", str(secret))
        assert added.returncode == 0, added.stderr
        with window(browser, f"http://127.0.0.1:{service.port}", viewport=PHONE) as page:
            keys = Keyboard(page)
            page.goto("/install")
            keys.to("#name")
            keys.write("anne")
            keys.to("#password")
            keys.write(PASSWORD)
            keys.enter("/install")
            keys.to("#code")  # signing in led to where she wanted to go
            keys.write(DEVICE)
            keys.enter("code=")
            keys.to("a[href^='/install/_add?']")
            keys.enter("_add")
            keys.to("#model")
            keys.choose("indoor-air")
            keys.to("main .primary")
            keys.enter("model=indoor-air")
            clean(page, "add")
            keys.to("#site")
            keys.write("college-moulins")
            keys.to("#commune")
            keys.choose("03190")
            keys.to("main .primary")
            keys.enter("_add")
            page.wait_for_selector("text=Rien n'est encore écrit")
            assert (config / "devices.csv").read_text() == before
            keys.to("main .primary")
            keys.enter(f"/install/{DEVICE}")
            page.wait_for_selector("[data-state=waiting]")
            publish_lines(broker, f"vigiterre/building/{DEVICE}/up", [json.dumps({"values": {"co2": 612}})])
            page.wait_for_selector("[data-state=well]", timeout=20_000)
            expect(page.locator("main")).to_contain_text("612")
            for deed in ("edit", "move", "replace", "retire"):
                page.goto(f"/install/{DEVICE}")
                keys.to(f"a[href$='/{deed}']")
                keys.enter(deed)
                clean(page, deed)
        after = (config / "devices.csv").read_text()
        assert after.startswith(before)
        assert DEVICE in after
        audit = service.cli("audit", "list", "--json")
        assert any(one["who"] == "anne" and "install" in one["action"] for one in json.loads(audit.stdout))
