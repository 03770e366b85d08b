"""Loads a territory's configuration folder into a Registry, or says everything that is wrong with it at once."""

from pathlib import Path

from devices.catalogue import read_models, read_quantities
from devices.errors import ConfigError
from devices.inventory import (
    DEVICE_COLUMNS,
    DEVICE_REQUIRED,
    Known,
    inventory,
    read_communes,
    read_placements,
)
from devices.problems import Problem
from devices.registry import Registry, registry_of
from devices.spreadsheet import read_sheet

QUANTITIES, MODELS = "quantities.toml", "models"
DEVICES, PLACEMENTS, COMMUNES = "devices.csv", "placements.csv", "reference/communes.csv"


def load_registry(folder: Path) -> Registry:
    """Read quantities, models, devices and placements, in that order, each checked against those before.

    Raises ConfigError with every Problem of every file; files are named as they are below `folder`.
    """
    problems: list[Problem] = []
    quantities = read_quantities(folder / QUANTITIES, QUANTITIES, problems)
    models = read_models(folder / MODELS, MODELS, quantities, problems)
    communes = read_communes(folder / COMMUNES, COMMUNES, problems)
    sheet = read_sheet(folder / DEVICES, DEVICES, DEVICE_COLUMNS, DEVICE_REQUIRED, problems)
    stays = read_placements(folder / PLACEMENTS, PLACEMENTS, problems)
    devices = inventory(sheet.rows, stays.rows, Known(models, communes), problems) if sheet else []
    if problems:
        raise ConfigError(problems)
    return registry_of(
        filter(None, (quantities or {}).values()), filter(None, models.values()), devices, communes or {}
    )
