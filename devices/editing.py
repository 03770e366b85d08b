"""Edits of the inventory: bytes of `devices.csv` and `placements.csv` -> the same with one device's rows changed.

Pure. Whether the result is a right configuration is the loader's to say: `devices.editing_files` asks it. Each function
raises ConfigError for a file that is no sheet.
"""

import csv
import difflib
from collections.abc import Mapping
from typing import NamedTuple

from devices.cells import instant
from devices.editing_sheet import EditedSheet, Line
from devices.errors import ConfigError
from devices.inventory import PLACE_COLUMNS, PLACEMENT_COLUMNS
from devices.load import DEVICES, PLACEMENTS
from devices.problems import Problem
from devices.registry import OFFSET, SCALE
from devices.spreadsheet import decode

CALIBRATIONS = (SCALE, OFFSET)
Cells = Mapping[str, str]
"""Column -> text, as the loader reads them."""


class Inventory(NamedTuple):
    """The two files as they stand, or will."""

    devices: bytes
    placements: bytes | None = None
    """None: there is no such file."""

    @property
    def texts(self) -> dict[str, str]:
        return {DEVICES: _text(self.devices), PLACEMENTS: _text(self.placements)}


class NoSuchDevice(Exception):  # noqa: N818  -- somebody else has removed it
    """No row has this id."""


def row_of(inventory: Inventory, device: str) -> dict[str, str]:
    """The cells of a device as they are written. Raises NoSuchDevice."""
    return _own(_sheet(inventory.devices, DEVICES), device)[1]


def number_of(inventory: Inventory, device: str) -> int:
    """The row of a device; of several with its id, which the loader refuses, the last. 0 where it has none."""
    found = _sheet(inventory.devices, DEVICES).find("id", device)
    return found[-1][0].number if found else 0


def stays_of(inventory: Inventory, device: str) -> list[int]:
    """Its rows in `placements.csv`."""
    if inventory.placements is None:
        return []
    return [line.number for line, _ in _sheet(inventory.placements, PLACEMENTS).find("device", device)]


def add(inventory: Inventory, cells: Cells) -> Inventory:
    """One device more, at the end. The loader refuses an id that is taken."""
    sheet = _sheet(inventory.devices, DEVICES)
    sheet.append(cells)
    return inventory._replace(devices=sheet.content())


def change(inventory: Inventory, device: str, cells: Cells) -> Inventory:
    """These cells of a device. The present stay, where `placements.csv` has it, says the same of the place as before.

    Raises NoSuchDevice.
    """
    sheet = _sheet(inventory.devices, DEVICES)
    line, _ = _own(sheet, device)
    sheet.change(line, cells)
    changed = inventory._replace(devices=sheet.content())
    place = {name: text for name, text in cells.items() if name in PLACE_COLUMNS}
    if changed.placements is None or not place:
        return changed
    stays = _sheet(changed.placements, PLACEMENTS)
    for stay, known in stays.find("device", device):
        if not known.get("until"):
            stays.change(stay, {name: text for name, text in place.items() if known.get(name)})
    return changed._replace(placements=stays.content())


def move(inventory: Inventory, device: str, place: Cells, at: str) -> Inventory:
    """From `at` on, a local time such as `2026-11-10T10:30`, it stands at another place; before, where it stood.

    What `place` does not say of PLACE_COLUMNS is not known of the new place. Raises NoSuchDevice.
    """
    sheet = _sheet(inventory.devices, DEVICES)
    line, known = _own(sheet, device)
    before = {name: known.get(name, "") for name in PLACE_COLUMNS}
    stays = _sheet(inventory.placements or f"{','.join(PLACEMENT_COLUMNS)}\n".encode(), PLACEMENTS)
    _close(stays, device, before, at)
    sheet.change(line, {name: place.get(name, "") for name in PLACE_COLUMNS})
    return Inventory(sheet.content(), stays.content())


def replace_unit(inventory: Inventory, device: str, cells: Cells) -> Inventory:
    """Another unit under the same id, at the same place: the series goes on.

    The old one's address is known no longer, so what it still sends is refused; its calibration goes with it, unless
    `cells` says other `params`. Raises NoSuchDevice.
    """
    known = row_of(inventory, device)
    return change(inventory, device, {"params": without_calibration(known.get("params", "")), **cells})


def retire(inventory: Inventory, device: str) -> Inventory:
    """Its rows go, and what it still sends is refused; what is stored stays stored. Raises NoSuchDevice."""
    sheet = _sheet(inventory.devices, DEVICES)
    sheet.remove(_own(sheet, device)[0])
    if inventory.placements is None:
        return Inventory(sheet.content())
    stays = _sheet(inventory.placements, PLACEMENTS)
    while found := stays.find("device", device):
        stays.remove(found[0][0])
    return Inventory(sheet.content(), stays.content() if stays_of(inventory, device) else inventory.placements)


def without_calibration(params: str) -> str:
    return " ".join(part for part in params.split() if not part.startswith(CALIBRATIONS))


def diff(before: Inventory, after: Inventory) -> str:
    """A unified diff of both files, without context; "" where nothing changes."""
    return "".join(
        f"{line.rstrip()}\n"
        for file in before.texts
        for line in difflib.unified_diff(
            before.texts[file].splitlines(keepends=True),
            after.texts[file].splitlines(keepends=True),
            file,
            file,
            n=0,
        )
    )


def _close(stays: EditedSheet, device: str, before: Cells, at: str) -> None:
    """The stay that ends at `at`: the open one, whose blanks `devices.csv` filled, else one more after the last."""
    known = stays.find("device", device)
    for stay, cells in known:
        if not cells.get("until"):
            blanks = {name: text for name, text in before.items() if text and not cells.get(name)}
            stays.change(stay, {"until": at, **blanks})
            return
    last = max((cells["until"] for _, cells in known), key=_instant, default="")
    stays.append({"device": device, "from": last, "until": at, **before})


def _instant(text: str) -> float:
    found = instant(text)
    return float("-inf") if found is None else found


def _own(sheet: EditedSheet, device: str) -> tuple[Line, dict[str, str]]:
    found = sheet.find("id", device)
    if not found:
        raise NoSuchDevice(device)
    return found[0]


def _sheet(content: bytes, file: str) -> EditedSheet:
    """Raises ConfigError for what is no sheet any more: somebody saved something else in its place."""
    try:
        return EditedSheet(content)
    except (ValueError, csv.Error) as error:
        raise ConfigError([Problem(file, "", "not_csv")]) from error


def _text(content: bytes | None) -> str:
    return (decode(content) or "") if content is not None else ""
