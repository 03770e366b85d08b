"""How long what may tell of persons is kept, against the settings: what `check` refuses, what the doctor warns of."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from devices.catalogue import read_quantities
from devices.errors import ConfigError
from devices.problems import Problem
from devices.quantity import Quantity, own_retention
from devices.tables import read_table
from ingest.load import Territory, load_territory
from vigiterre.settings import Settings

CATALOGUE = "quantities.toml"


class Longer(NamedTuple):
    """Messages as they came, which hold raw values too, are kept longer than the raw values of a personal quantity."""

    setting: str
    days: int
    quantity: str
    """The one with the shortest retention."""
    retention: int


def load_kept(folder: Path, settings: Settings) -> Territory:
    """The territory, if what it says of retention can be kept. Raises ConfigError."""
    territory = load_territory(folder, settings.mqtt.root)
    if problems := unkept(folder, settings, territory.registry.quantities):
        raise ConfigError(problems)
    return territory


def unkept(folder: Path, settings: Settings, quantities: Mapping[str, Quantity]) -> list[Problem]:
    """Retentions that are none, for all raw values go before; each with its line."""
    raw = settings.store.raw_days
    long = {name: days for name, days in own_retention(quantities).items() if 0 < raw < days}
    problems: list[Problem] = []
    root = read_table(folder / CATALOGUE, CATALOGUE, []) if long else None
    for name, days in long.items():
        table = root.table(name) if root else None
        place = table.document.place((name, "retention_days"), f"{name}.retention_days") if table else name
        problems.append(Problem(CATALOGUE, place, "personal_retention", {"days": days, "raw": raw}))
    return problems


def own_days_in(folder: Path) -> dict[str, int]:
    """Quantity -> days of those with a retention of their own, by the catalogue of a folder; none without one.

    Raises ConfigError for a catalogue that cannot be read: what tells of persons would go where all values go.
    """
    path = folder / CATALOGUE
    if not path.exists():
        return {}
    problems: list[Problem] = []
    quantities = read_quantities(path, CATALOGUE, problems)
    if problems:
        raise ConfigError(problems)
    return own_retention({name: one for name, one in (quantities or {}).items() if one is not None})


def longer(settings: Settings, quantities: Mapping[str, Quantity]) -> list[Longer]:
    """Settings by which raw values of persons outlive their retention elsewhere than in the store."""
    own = own_retention(quantities)
    if not own:
        return []
    name = min(own, key=lambda each: (own[each], each))
    kept = {"journal.max_days": settings.journal.max_days, "quarantine.max_days": settings.quarantine.max_days}
    return [Longer(setting, days, name, own[name]) for setting, days in kept.items() if days > own[name]]
