"""Pictures of the pages for docs/screenshots: a demonstration, as people see it.

python tests/support/screenshots.py http://127.0.0.1:8080 docs/screenshots
"""

import sys
from pathlib import Path
from typing import Any

from browsing import DESKTOP, PHONE, chromium

DEVICE = "/devices/d2009-saint-pourcain"
PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "territory": ("/", {"viewport": DESKTOP}),
    "territory-dark": ("/", {"viewport": DESKTOP, "color_scheme": "dark"}),
    "territory-wall": ("/?wall", {"viewport": {"width": 1600, "height": 900}}),
    "devices": ("/devices", {"viewport": DESKTOP}),
    "device": (DEVICE, {"viewport": {"width": 1280, "height": 1800}}),
    "device-phone": (DEVICE, {"viewport": PHONE}),
    "alerts": ("/alerts", {"viewport": DESKTOP}),
    "alerts-phone-dark": ("/alerts", {"viewport": PHONE, "color_scheme": "dark"}),
    "alerts-contrast": ("/alerts", {"viewport": DESKTOP, "contrast": "more"}),
    "alerts-zoom-200": ("/alerts", {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}),
    "alerts-forced-colours": ("/alerts", {"viewport": DESKTOP, "forced_colors": "active"}),
    "quarantine": ("/quarantine", {"viewport": DESKTOP}),
    "platform": ("/platform", {"viewport": DESKTOP}),
    "report": ("/report?kind=day&site=college-moulins", {"viewport": {"width": 1280, "height": 1400}}),
    "shares-zoom-200": ("/shares", {"viewport": {"width": 640, "height": 900}, "device_scale_factor": 2}),
    "device-contrast": (DEVICE, {"viewport": DESKTOP, "contrast": "more"}),
    "install-phone": ("/install", {"viewport": PHONE}),
}


def main(url: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, (path, options) in PICTURES.items():
            context = browser.new_context(base_url=url, locale="fr-FR", timezone_id="Europe/Paris", **options)
            page = context.new_page()
            page.goto(path)
            page.wait_for_timeout(2_000)
            page.screenshot(path=folder / f"{name}.png")
            context.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
