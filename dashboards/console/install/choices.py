"""What the forms offer: models, communes and the sites there are. Pure, but for `positions`."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from dashboards.console.pieces.visible import fold, holds
from devices import cells
from devices.inventory import COMMUNE_COLUMNS
from devices.load import COMMUNES
from devices.registry import Registry
from devices.spreadsheet import read_sheet

Choice = tuple[str, str]
"""(Value, words.)"""
NEAREST = 5
MOST_SITES = 2_000
"""In a list of suggestions; a page must not weigh a megabyte for them."""


def models(registry: Registry, words: str = "") -> list[Choice]:
    """Those whose id, maker or name hold all the words."""
    found = [(model.id, f"{model.maker} {model.name} ({model.id})") for model in registry.models.values()]
    return sorted((one for one in found if holds(one[1], words)), key=lambda one: fold(one[1]))


def communes(registry: Registry) -> list[Choice]:
    """Empty where there is no list of them."""
    found = [(code, f"{name} ({code})") for code, name in registry.towns.items()]
    return sorted(found, key=lambda one: fold(one[1]))


def sites(registry: Registry) -> list[str]:
    found = {place.site for device in registry.devices.values() for place in device.placements[-1:]}
    return sorted(found, key=fold)[:MOST_SITES]


def usual_domain(registry: Registry, model: str) -> str:
    """That of most devices of a model, or ""."""
    counted = Counter(device.domain for device in registry.devices.values() if device.model == model)
    return counted.most_common(1)[0][0] if counted else ""


def positions(folder: Path) -> dict[str, tuple[float, float]]:
    """Code of a commune -> latitude and longitude of its middle, degrees; empty where there is no list. May block."""
    sheet = read_sheet(folder / COMMUNES, COMMUNES, COMMUNE_COLUMNS, ("commune",), [])
    found = {}
    for row in sheet.rows if sheet else []:
        code = cells.commune(row.get("commune"))
        latitude, longitude = cells.number(row.get("latitude")), cells.number(row.get("longitude"))
        if code and latitude is not None and longitude is not None:
            found[code] = (latitude, longitude)
    return found


def nearest(latitude: float, longitude: float, middles: Mapping[str, tuple[float, float]]) -> Sequence[str]:
    """The communes whose middle is nearest, the nearest first: one of them, most likely, is the right one."""
    narrow = math.cos(math.radians(latitude))

    def far(code: str) -> float:
        there = middles[code]
        return math.hypot(there[0] - latitude, (there[1] - longitude) * narrow)

    return sorted(middles, key=far)[:NEAREST]
