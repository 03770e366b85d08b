"""The devices of a territory in groups of those that rules tell apart by their place and name alone.

A territory of ten thousand devices has a few dozen of them: a hundred rules are judged against these first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from alerts.selector import Selector
from devices.device import Device
from devices.reading import Series
from devices.registry import Registry


@dataclass(slots=True)
class Alike:
    """Devices of one domain, model, owner and list of tags, which may send the same quantities."""

    quantities: frozenset[str]
    """What they may send, their health included."""
    devices: list[Device] = field(default_factory=list)


def groups_of(registry: Registry) -> list[Alike]:
    """In the order of their first devices."""
    quantities: dict[int, frozenset[str]] = {}
    groups: dict[tuple[object, ...], Alike] = {}
    for profile in registry.profiles.values():
        fields = profile.fields
        if id(fields) not in quantities:
            quantities[id(fields)] = frozenset(one.quantity for one in fields.values())
        measured = quantities[id(fields)]
        key = (profile.domain, profile.model.id, profile.device.owner, profile.device.tags, measured)
        groups.setdefault(key, Alike(measured)).devices.append(profile.device)
    return list(groups.values())


def selected(selector: Selector, groups: Sequence[Alike]) -> Iterator[Alike]:
    """Of each group, the devices it selects where they stand, stood, or will stand; no group without any."""
    narrow = selector.sites or selector.communes or selector.devices or selector.except_devices
    for group in groups:
        if not narrow:
            if _selects(selector, group.devices[0]):
                yield group
        elif found := [device for device in group.devices if _selects(selector, device)]:
            yield Alike(group.quantities, found)


def _selects(selector: Selector, device: Device) -> bool:
    return any(
        selector.matches(
            Series(device.domain, device.id, device.model, place.site, place.commune), device.tags, device.owner
        )
        for place in device.placements
    )
