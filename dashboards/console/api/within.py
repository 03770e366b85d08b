"""A territory made smaller for a token that may see a part of it.

Endpoints are given the part instead of the whole, and filter nothing: what is not there is not listed, not counted, not
suggested and not found. A device is in it that stands within the scope today. Of what it measured, of its alerts and of
its refusals only what is of a time when it stood within it, by the placements as they are known now (docs/adr/0056).
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from alerts.alert import Alert, Transition
from alerts.notices.case import Case
from dashboards.console.access import EVERYTHING, Scope
from dashboards.console.api.room import Room
from dashboards.console.fleet import FleetInForce
from dashboards.console.present import Newest, Value
from dashboards.console.sources import RefusedPage, Sources, Stay
from devices.device import Device
from devices.registry import Profile, Registry, registry_of
from devices.schema import HOUR_MS, ROLLUP
from stores.port import Point

REMEMBERED = 100
"""Scopes whose part is kept made."""
ALWAYS = 2**62
"""ms; after all times, and within what SQLite and JSON say exactly enough."""


class Rooms:
    """The whole territory, and its parts as they are asked for."""

    def __init__(self, whole: Room) -> None:
        self.whole = whole
        self._parts: OrderedDict[Scope, Room] = OrderedDict()

    def of(self, scope: Scope) -> Room:
        if scope == EVERYTHING:
            return self.whole
        room = self._parts.get(scope) or _part(self.whole, scope)
        self._parts[scope] = room
        self._parts.move_to_end(scope)
        while len(self._parts) > REMEMBERED:
            self._parts.popitem(last=False)
        return room


def _part(whole: Room, scope: Scope) -> Room:
    part = Part(whole.console.sources, scope)
    console = replace(whole.console, sources=part.sources(), present=NewestWithin(whole.console.present, part))
    return replace(whole, console=console, fleet=FleetInForce(part.registry))


class Part:
    """What the whole's sources say of devices within a scope."""

    def __init__(self, whole: Sources, scope: Scope) -> None:
        self._whole = whole
        self._scope = scope
        self._made: tuple[Registry, Registry] | None = None

    def sources(self) -> Sources:
        """Those of the whole where they tell of no device."""
        return replace(
            self._whole,
            registry=self.registry,
            points=self.points,
            open_alerts=self.open_alerts,
            alerts=self.alerts,
            history=self.history,
            refused=self.refused,
        )

    def registry(self) -> Registry:
        """Made anew when another was read."""
        whole = self._whole.registry()
        if self._made is None or self._made[0] is not whole:
            devices = (self._narrowed(device) for device in whole.devices.values() if self._holds(device))
            made = registry_of(whole.quantities.values(), whole.models.values(), devices, whole.towns)
            self._made = whole, made
        return self._made[1]

    def points(self, device: str, field: str, start: int, end: int, policy: str) -> Sequence[Point]:
        if device not in self.registry().devices:
            return []
        found = self._whole.points(device, field, start, end, policy)
        length = HOUR_MS if policy == ROLLUP else 1
        return [point for point in found if self.stood(device, point.time, point.time + length)]

    def open_alerts(self) -> Sequence[Case]:
        return [case for case in self._whole.open_alerts() if self._concerns(case.alert)]

    def alerts(self, since: int | None, device: str, limit: int) -> Sequence[Case]:
        return [case for case in self._whole.alerts(since, device, limit) if self._concerns(case.alert)]

    def history(self, number: int) -> tuple[Alert | None, Sequence[Transition]]:
        alert, steps = self._whole.history(number)
        if alert is None or not self._concerns(alert):
            return None, ()
        device = alert.series.device
        return alert, [step for step in steps if step.value is None or self.stood(device, step.time, step.time + 1)]

    def refused(self, filters: Mapping[str, str], _offset: int, _limit: int) -> RefusedPage:
        """Counts alone: no endpoint shows a refusal."""
        named = filters.get("device", "")
        devices = self.registry().devices
        stays = [stay for one in devices if named in ("", one) for stay in self._stays(one)]
        by_reason = self._whole.refused_among(stays)
        reason = filters.get("reason", "")
        total = by_reason.get(reason, 0) if reason else sum(by_reason.values())
        return RefusedPage([], total, by_reason)

    def stood(self, device: str, start: int, end: int) -> bool:
        """In a commune of the scope all the while, [start, end) in ms."""
        profile = self._whole.registry().profiles.get(device)
        return profile is not None and all(self._in_communes(at) for at in _communes(profile, start, end))

    def _stays(self, device: str) -> list[Stay]:
        """When it stood there: a stay begins where the one before is over, as `Profile.place_at` says."""
        places = self._whole.registry().devices[device].placements
        ends = [ALWAYS if place.until is None else place.until for place in places[:-1]] + [ALWAYS]
        begins = [-ALWAYS, *ends[:-1]]
        spans = zip(places, begins, ends, strict=True)
        return [Stay(device, start, end) for place, start, end in spans if self._in_communes(place.commune)]

    def _holds(self, device: Device) -> bool:
        return self._scope.holds(device.domain, device.placements[-1].commune, device.owner)

    def _narrowed(self, device: Device) -> Device:
        places = tuple(place for place in device.placements if self._in_communes(place.commune))
        return device if len(places) == len(device.placements) else replace(device, placements=places)

    def _concerns(self, alert: Alert) -> bool:
        """It stood there from the breach to the last value: one that went on elsewhere tells of elsewhere."""
        series, times = alert.series, _times(alert)
        here = series.device in self.registry().devices and self._in_communes(series.commune)
        return here and self.stood(series.device, min(times), max(times) + 1)

    def _in_communes(self, commune: str) -> bool:
        return not self._scope.communes or commune in self._scope.communes


class NewestWithin:
    """The newest values that were measured within the scope."""

    def __init__(self, whole: Newest, part: Part) -> None:
        self._whole = whole
        self._part = part

    def of(self, device: str) -> Mapping[str, Value]:
        found = self._whole.of(device)
        return {name: one for name, one in found.items() if self._part.stood(device, one.time, one.time + 1)}

    def heard(self, device: str) -> int | None:
        return max((one.time for one in self.of(device).values()), default=None)


def _times(alert: Alert) -> list[int]:
    """Event times of all that is told of it, ms."""
    return [alert.opened, *(time for time in (alert.raised, alert.seen, alert.resolved) if time)]


def _communes(profile: Profile, start: int, end: int) -> set[str]:
    """Where a device stood in [start, end)."""
    if profile.settled is not None:
        return {profile.settled.commune}
    moved = [place.until for place in profile.device.placements if place.until is not None]
    return {profile.place_at(at).commune for at in (start, *(one for one in moved if start < one < end))}


def unknown(scope: Scope, registry: Registry) -> list[tuple[str, str, list[str]]]:
    """(`domain`, what was named, what there is) of each name that no device has."""
    devices = registry.devices.values()
    there = (
        sorted({one.domain for one in devices}),
        sorted({one.placements[-1].commune for one in devices}),
        sorted({one.owner for one in devices if one.owner}),
    )
    kinds = zip(("domain", "commune", "owner"), scope, there, strict=True)
    return [(kind, name, known) for kind, named, known in kinds for name in sorted(named) if name not in known]


def held(scope: Scope, registry: Registry) -> int:
    """How many devices are within it."""
    devices = registry.devices.values()
    return sum(scope.holds(one.domain, one.placements[-1].commune, one.owner) for one in devices)
