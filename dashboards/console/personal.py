"""Quantities that may tell of persons: who sees their raw values, and what the others are shown in their stead.

Who may act sees them, for that is what they are measured for; who only reads sees hours or days that are over; a link
of a commune shows nothing of them (docs/adr/0058-personal-data.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from starlette.requests import Request

from dashboards.console.access import Role, User
from dashboards.console.console import Console
from dashboards.console.present import Newest, Value
from devices.quantity import Quantity
from devices.registry import Profile, Registry

SEES_RAW = Role.TECHNICIAN


class Sight(NamedTuple):
    """What somebody may see of a quantity at a moment."""

    raw: bool
    now: int
    """ms"""

    def finest(self, quantity: Quantity) -> int:
        """Minutes of the finest step; 0 for raw values."""
        return 0 if self.raw or quantity.personal is None else quantity.personal.minimum_aggregation


class Discreet:
    """The newest values without those of persons, for a newest value is a raw one."""

    def __init__(self, present: Newest, registry: Callable[[], Registry]) -> None:
        self._present = present
        self._registry = registry

    def of(self, device: str) -> Mapping[str, Value]:
        registry = self._registry()
        return {name: value for name, value in self._present.of(device).items() if not personal(registry, name)}

    def heard(self, device: str) -> int | None:
        return self._present.heard(device)


def sees_raw(user: User | None) -> bool:
    return user is not None and user.role >= SEES_RAW


def discreet(console: Console) -> Console:
    """The console for who sees no raw value of persons."""
    return replace(console, present=Discreet(console.present, console.sources.registry))


def as_seen(console: Console, request: Request) -> Console:
    """The console as who asks may see it."""
    return console if sees_raw(console.access.user(request)) else discreet(console)


def personal(registry: Registry, quantity: str) -> bool:
    known = registry.quantities.get(quantity)
    return known is not None and known.personal is not None


def measures_persons(profile: Profile, registry: Registry) -> bool:
    """Whether its messages hold raw values of persons."""
    return any(personal(registry, field.quantity) for field in profile.model.fields)
