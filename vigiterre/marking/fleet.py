"""Each device as it is now: where it stands, when it was heard, its worst open alert, whether it is silent."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import structlog

from alerts.alert import Alert
from alerts.alerting import Alerting
from alerts.rule import Kind, Rule
from devices.errors import StoreUnavailable
from devices.mark import Mark, placed
from devices.registry import Registry
from devices.schema import FLEET, HEARD, INTERVAL, LATITUDE, LEVEL, LONGITUDE, SILENT
from stores.port import Store
from stores.storable import name_fault
from vigiterre.marking.rhythm import Rhythm

log = structlog.get_logger(__name__)

EVERY_MS = 600_000
CHUNK = 1_000
"""Transitions looked at in one second."""


class Health(NamedTuple):
    """What a device is marked for at once when it changes."""

    level: int = 0
    """The highest of its open alerts, 0 without."""
    silent: bool = False


WELL = Health()


class Round(NamedTuple):
    """What will have been told once the store has it."""

    at: int
    """ms"""
    seen: int
    """Number of the last transition that was looked at."""
    told: dict[str, Health]
    whole: Registry | None
    """That of which all devices are told; None: only those of which there was something new."""


class Fleet:
    """All devices every ten minutes; in between, those of which the history of the alerts has something new."""

    def __init__(self, alerting: Alerting, store: Store) -> None:
        self._alerting = alerting
        self._store = store
        self._rhythm = Rhythm(EVERY_MS)
        self._whole: Registry | None = None
        self._seen = 0
        self._told: dict[str, Health] = {}
        self._stored: dict[str, int] | None = None
        """Device -> event time of its newest value, ms, when the store was asked; None before."""
        self._round = Round(0, 0, {}, None)

    def marks(self, now: int) -> Iterator[Mark]:
        """While nothing happens this costs one look into the book."""
        registry = self._alerting.registry
        if registry is not self._whole or self._rhythm.due(now):
            self._round = self._of_all(registry, now)
        else:
            self._round = self._of_some(registry, now)
        return self._marks_of(self._round.told, registry, now)

    def written(self) -> None:
        at, self._seen, told, whole = self._round
        if whole is None:
            self._told.update(told)
            return
        self._told, self._whole = told, whole
        self._rhythm.begin(at)

    def _of_all(self, registry: Registry, now: int) -> Round:
        seen = self._alerting.book.last_transition()
        health = self._health()
        return Round(now, seen, {one: health.get(one, WELL) for one in registry.profiles}, registry)

    def _of_some(self, registry: Registry, now: int) -> Round:
        """Those that the transitions since the last look are about, if they are not as they were told."""
        news = self._alerting.book.transitions_after(self._seen, CHUNK)
        if not news:
            return Round(now, self._seen, {}, None)
        stirred = {alert.series.device for alert in map(self._alert, {one.transition.alert for one in news}) if alert}
        health = self._health()
        told = {one: health.get(one, WELL) for one in stirred if one in registry.profiles}
        told = {one: found for one, found in told.items() if found != self._told.get(one)}
        return Round(now, news[-1].id, told, None)

    def _alert(self, number: int) -> Alert | None:
        return self._alerting.unclosed.get(number) or self._alerting.book.alert(number)

    def _health(self) -> dict[str, Health]:
        return health_of(list(self._alerting.unclosed.values()), self._alerting.config.rules)

    def _marks_of(self, told: Mapping[str, Health], registry: Registry, now: int) -> Iterator[Mark]:
        """Made as they are written: of a whole territory they would be much."""
        heard = self._heard(told)
        params = parameters_of(self._alerting.config.rules.values()) if told else frozenset()
        return (mark_of(device, health, heard[device], params, registry, now) for device, health in told.items())

    def _heard(self, devices: Collection[str]) -> dict[str, int]:
        """Event time of the newest reading, ms: as the alerts know it, else as the store did; 0 for unknown."""
        desks = self._alerting.engine.desks
        known = {one: desks[one].newest if one in desks else 0 for one in devices}
        if not all(known.values()):
            stored = self._ask()
            known = {one: newest or stored.get(one, 0) for one, newest in known.items()}
        return known

    def _ask(self) -> Mapping[str, int]:
        """What the store knows of before our time: asked once, since it may have to look through all it has."""
        if self._stored is None:
            try:
                latest = self._store.latest()
            except StoreUnavailable as error:
                log.info("fleet_heard_unknown", error=str(error), tried_again=True)
                return {}
            self._stored = {}
            for one in latest:
                self._stored[one.series.device] = max(one.time, self._stored.get(one.series.device, 0))
        return self._stored


def health_of(alerts: Iterable[Alert], rules: Mapping[str, Rule]) -> dict[str, Health]:
    """By device, of the open ones among these alerts."""
    found: dict[str, Health] = {}
    for alert in alerts:
        if alert.open:
            before = found.get(alert.series.device, WELL)
            rule = rules.get(alert.rule)
            silent = rule is not None and rule.kind is Kind.SILENT
            found[alert.series.device] = Health(max(before.level, alert.level), before.silent or silent)
    return found


def parameters_of(rules: Collection[Rule]) -> frozenset[str]:
    """Names of the parameters of devices that these rules compare with, and that a store can call so."""
    limits = [limit for rule in rules for one in rule.levels for limit in (one.above, one.below)]
    limits += [limit for rule in rules for one in rule.when for limit in (one.above, one.below)]
    named = {limit.param for limit in limits if limit is not None}
    return frozenset(name for name in named if name and not name_fault(name))


def mark_of(device: str, health: Health, heard: int, params: Collection[str], registry: Registry, now: int) -> Mark:
    """`heard` is in ms, 0 for unknown; `params` are shown too. What is unknown is left out."""
    profile = registry.profiles[device]
    place = profile.place_at(now)
    limits = {name: profile.device.params.get(name) for name in params}
    values = {
        **{name: limit for name, limit in limits.items() if isinstance(limit, float)},
        LEVEL: float(health.level),
        SILENT: float(health.silent),
        INTERVAL: float(profile.model.interval),
        LATITUDE: place.latitude,
        LONGITUDE: place.longitude,
        HEARD: float(heard) if heard else None,
    }
    told = {name: value for name, value in values.items() if value is not None}
    return Mark(FLEET, placed(FLEET, profile.series_at(now), registry), now, told)
