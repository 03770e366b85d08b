"""The keys of a TOML table that select devices: `domains`, `models`, `sites`, ..., `except_devices`."""

from collections.abc import Callable, Collection
from dataclasses import fields

from alerts.selector import Selector
from devices.device import DOMAINS
from devices.problems import near
from devices.registry import Registry
from devices.tables import Table

KEYS = [one.name for one in fields(Selector)]


def read_selector(table: Table, registry: Registry, domains: Collection[str] = DOMAINS) -> Selector:
    """What is none of the territory's is a problem, for it would select nothing, silently."""
    devices = registry.devices.values()
    known: dict[str, Callable[[], Collection[str]]] = {
        "domains": lambda: domains,
        "models": lambda: registry.models,
        "sites": lambda: {place.site for device in devices for place in device.placements},
        "communes": lambda: {place.commune for device in devices for place in device.placements},
        "tags": lambda: {tag for device in devices for tag in device.tags},
        "owners": lambda: {device.owner for device in devices},
        "devices": lambda: registry.devices,
    }
    # A hundred rules would otherwise look at all devices five times each.
    sets = {key: known[key.removeprefix("except_")]() if key in table.values else () for key in KEYS}
    return Selector(**{key: read_names(table, key, sets[key]) for key in KEYS})


def read_names(table: Table, key: str, known: Collection[str]) -> frozenset[str]:
    """A list of names that must be known; empty when the key is absent."""
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        table.problem(key, "not_texts", value=values)
        return frozenset()
    if not values and key in table.values:
        table.problem(key, "no_names")
    for value in values:
        if value not in known:
            table.problem(key, "not_one_of", value=value, known=near(value, known))
    return frozenset(values)
