"""A device put into service from a telephone: added in the files, taken up by the running process, heard live."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, chromium, window
from playwright.sync_api import Browser, expect

from servers import Mosquitto, Vigiterre, publish_lines

CONFIG = Path(__file__).parents[2] / "config"
DEVICE = "college-moulins-s99"
PASSWORD = "a-long-enough-password"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


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
            page.goto("/install")
            page.fill("#name", "anne")
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.fill("#code", DEVICE)  # signing in led to where she wanted to go
            page.press("#code", "Enter")
            page.click("text=Ajouter ce capteur")
            page.select_option("#model", "indoor-air")
            page.click("text=Continuer")
            page.fill("#site", "college-moulins")
            page.select_option("#commune", "03190")
            page.click("main .primary")
            page.wait_for_selector("text=Rien n'est encore écrit")
            assert (config / "devices.csv").read_text() == before
            page.click("text=Écrire ces changements")
            page.wait_for_selector("[data-state=waiting]")
            publish_lines(broker, f"vigiterre/building/{DEVICE}/up", [json.dumps({"values": {"co2": 612}})])
            page.wait_for_selector("[data-state=well]", timeout=20_000)
            expect(page.locator("main")).to_contain_text("612")
        after = (config / "devices.csv").read_text()
        assert after.startswith(before)
        assert DEVICE in after
        audit = service.cli("audit", "list", "--json")
        assert any(one["who"] == "anne" and "install" in one["action"] for one in json.loads(audit.stdout))
