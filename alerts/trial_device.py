"""Reads the device of a test of rules: one of devices.csv by its id, or one that is invented."""

from collections.abc import Collection

from alerts.durations import read_duration
from alerts.selector_file import read_names
from devices.device import DEVICE_ID, DOMAINS, Device, Placement
from devices.model import Field, Model
from devices.problems import near
from devices.registry import Profile, Registry, profile_of
from devices.tables import Table

INVENTED = "invented"
"""Id of an invented device that is given none, and its model and site."""
COMMUNE = "00000"
"""INSEE code of nowhere."""


def read_profile(table: Table, registry: Registry, step: int, measured: Collection[str]) -> Profile | None:
    """The device under the key `device`, None when it is wrong; `step`: ms between the values of its series.

    `measured` is what it sends: an invented device without a model measures just that.
    """
    if not isinstance(table.values.get("device"), dict):
        name = table.text("device")
        if name and name not in registry.profiles:
            table.problem("device", "not_one_of", value=name, known=near(name, registry.profiles))
        return registry.profiles.get(name)
    inner = table.table("device")
    return _invented(inner, registry, step, measured) if inner else None


def _invented(table: Table, registry: Registry, step: int, measured: Collection[str]) -> Profile | None:
    name = table.text("id", INVENTED)
    if name and not DEVICE_ID.fullmatch(name):
        table.problem("id", "bad_id", value=name)
    model = _model(table, registry, step, measured)
    site = table.text("site", INVENTED)
    place = Placement(site, site, table.text("commune", COMMUNE), None, None, None)
    device = Device(
        id=name,
        model=model.id if model else "",
        domain=table.choice("domain", DOMAINS),
        owner=table.text("owner", INVENTED),
        installed="",
        tags=tuple(sorted(_tags(table, registry))),
        params=_params(table),
        placements=(place,),
    )
    table.finish()
    return profile_of(device, model, registry.quantities) if model and table.sound else None


def _model(table: Table, registry: Registry, step: int, measured: Collection[str]) -> Model | None:
    """One of models/, or one that measures what is sent, every `interval`."""
    if "model" in table.values:
        name = table.text("model")
        if name not in registry.models:
            table.problem("model", "not_one_of", value=name, known=near(name, registry.models))
        return registry.models.get(name)
    table.read.add("model")
    interval = read_duration(table, "interval", step or 60_000)
    unknown = [name for name in sorted(measured) if name not in registry.quantities]
    for name in unknown:
        table.problem("", "unknown_quantity", value=name, known=near(name, registry.quantities))
    fields = tuple(Field(one, one, registry.quantities[one].unit) for one in sorted(measured) if one not in unknown)
    return Model(INVENTED, "", INVENTED, "native", max(1, interval // 1000), fields, ())


def _tags(table: Table, registry: Registry) -> Collection[str]:
    """Of the territory: a tag that no device has yet would make a rule wait for ever."""
    return read_names(table, "tags", {tag for one in registry.devices.values() for tag in one.tags})


def _params(table: Table) -> dict[str, float | str]:
    inner = table.table("params") if "params" in table.values else None
    table.read.add("params")
    return {name: inner.number(name) for name in inner.values} if inner else {}
