"""The keys of a TOML table that select devices: `domains`, `models`, `sites`, ..., `except_devices`."""

from collections.abc import Collection

from alerts.selector import Selector
from devices.device import DOMAINS
from devices.problems import near
from devices.registry import Registry
from devices.tables import Table


def read_selector(table: Table, registry: Registry, domains: Collection[str] = DOMAINS) -> Selector:
    """What is none of the territory's is a problem, for it would select nothing, silently."""
    devices = registry.devices.values()
    tags = {tag for device in devices for tag in device.tags}
    return Selector(
        domains=read_names(table, "domains", domains),
        models=read_names(table, "models", registry.models),
        sites=read_names(table, "sites", {place.site for device in devices for place in device.placements}),
        communes=read_names(table, "communes", {place.commune for device in devices for place in device.placements}),
        tags=read_names(table, "tags", tags),
        owners=read_names(table, "owners", {device.owner for device in devices}),
        devices=read_names(table, "devices", registry.devices),
        except_tags=read_names(table, "except_tags", tags),
        except_devices=read_names(table, "except_devices", registry.devices),
    )


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
