"""The read API before real tokens, over a territory that each example of a test makes anew."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from consoles import Answer, Names, Served, sources_of
from territory import MODEL, QUANTITIES, rule

from alerts.alert import Alert, Transition, What
from alerts.notices.case import Case, case_of
from alerts.rule import Level
from dashboards.console.access import EVERYTHING, Role, Scope
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.trust import Trust
from dashboards.console.api.page import routes
from dashboards.console.assets import Assets
from dashboards.console.console import Console
from dashboards.console.live import Live
from dashboards.console.present import Present, Value
from dashboards.console.signed_in import SignedIn
from dashboards.console.site import Site
from dashboards.console.sources import RefusedPage, Stay
from devices.device import Device, Placement
from devices.reading import Reading
from devices.registry import Registry, registry_of
from stores.memory import MemoryStore
from stores.port import Point, Rollup

API = "/api/v1"
HOUR = 3_600_000
NOW = 1_795_608_000_000
MOVED = NOW - 5 * HOUR - HOUR // 2
"""In the middle of an hour."""
COMMUNES = ("03190", "03185", "03254")
OWNERS = ("departement-03", "Ville de Moulins, Allier", "")
RULE = rule("cold")
CSV = {"Accept": "text/csv"}
GEOJSON = {"Accept": "application/geo+json"}


def device_of(number: int, domain: str, owner: str, *communes: str) -> Device:
    """`communes` in order of time; the last it came to at MOVED."""
    places = [Placement(f"site-{code}", f"Place {number} of {code}", code, 46.5, 3.3, None) for code in communes]
    if len(places) == 2:
        places = [replace(places[0], until=MOVED), replace(places[1], since=MOVED)]
    return Device(f"d{number}", MODEL.id, domain, owner, "", (), {}, tuple(places))


class Refusal(NamedTuple):
    device: str
    reason: str
    received: int = NOW


@dataclass
class World:
    """A territory, which one server shows and another example replaces."""

    registry: Registry = field(default_factory=lambda: registry_of(QUANTITIES, [MODEL], []))
    readings: Sequence[Reading] = ()
    alerts: Sequence[Alert] = ()
    refusals: Sequence[Refusal] = ()
    steps: Mapping[int, list[Transition]] = field(default_factory=dict)
    """Of an alert; without any, it fired."""
    present: Present = field(default_factory=Present)
    store: MemoryStore = field(default_factory=MemoryStore)

    def become(self, devices: Sequence[Device], times: Sequence[int], alerts: Sequence[tuple[int, int]]) -> None:
        """Each device measures at each of these hours before now; `alerts` are (device, hours ago)."""
        self.registry = registry_of(QUANTITIES, [MODEL], devices)
        profiles = self.registry.profiles
        self.readings = [
            Reading(profile.series_at(NOW - hour * HOUR), NOW - hour * HOUR, {"surface": float(hour)})
            for profile in profiles.values()
            for hour in sorted(times, reverse=True)
        ]
        self.alerts = [
            alert_of(number, self.registry, devices[at % len(devices)].id, hour)
            for number, (at, hour) in enumerate(alerts, 1)
            if devices
        ]
        self.refusals = []
        self.present, self.store = Present(), MemoryStore()
        self.present.take(self.readings)
        self.store.write(list(self.readings))
        self.store.write_rollups([Rollup(one.series, "surface", one.time, {"surface": 1.0}) for one in self.readings])

    # What a console is given

    def of(self, device: str) -> Mapping[str, Value]:
        return self.present.of(device)

    def heard(self, device: str) -> int | None:
        return self.present.heard(device)

    def points(self, device: str, name: str, start: int, end: int, policy: str) -> Sequence[Point]:
        return self.store.points(device, name, start, end, policy)

    def cases(self) -> list[Case]:
        return [case_of(one, RULE, self.registry, {}) for one in self.alerts]

    def history(self, number: int) -> tuple[Alert | None, list[Transition]]:
        found = next((one for one in self.alerts if one.id == number), None)
        fired = [Transition(number, found.opened, found.opened, What.FIRED, found.level, 1.0)] if found else []
        return found, self.steps.get(number, fired)

    def refused(self, filters: Mapping[str, str], _offset: int, _limit: int) -> RefusedPage:
        device, reason = filters.get("device"), filters.get("reason")
        counts = dict(Counter(one.reason for one in self.refusals if device in (None, one.device)))
        return RefusedPage([], counts.get(reason, 0) if reason else sum(counts.values()), counts)

    def among(self, stays: Collection[Stay]) -> dict[str, int]:
        return dict(Counter(one.reason for one in self.refusals if any(_within(one, stay) for stay in stays)))


def _within(one: Refusal, stay: Stay) -> bool:
    return one.device == stay.device and stay.start <= one.received < stay.end


def alert_of(number: int, registry: Registry, device: str, hour: int) -> Alert:
    opened = NOW - hour * HOUR
    series = registry.profiles[device].series_at(opened)
    resolved = {"resolved": opened + 1, "ended": opened + 1} if hour % 2 else {}
    return Alert(number, RULE.id, series, Level.WARNING, Level.CRITICAL, opened, opened, quantity="surface", **resolved)  # type: ignore[arg-type]


class Reader(Served):
    """The read API with real tokens."""

    def __init__(self, accounts: Accounts) -> None:
        self.world, self.accounts = World(), accounts
        self.now = NOW
        access = SignedIn(accounts, Trust("127.0.0.1", "signed-in"), lambda: self.now)
        access.site = Site("en", Assets(Names()), access)
        world = self.world
        sources = sources_of(
            registry=lambda: world.registry,
            rules=lambda: {RULE.id: RULE},
            points=world.points,
            open_alerts=lambda: [case for case in world.cases() if case.alert.open],
            alerts=lambda _since, device, limit: [
                case for case in world.cases() if device in ("", case.alert.series.device)
            ][:limit],
            history=world.history,
            refused=world.refused,
            refused_among=world.among,
        )
        console = Console(sources, access.site, access, world, Live())
        super().__init__(routes(console, clock=lambda: NOW))
        self.bearers: dict[Scope, str] = {}

    def with_scope(self, scope: Scope) -> dict[str, str]:
        """The header of a token that has it."""
        if scope not in self.bearers:
            name = f"token {len(self.bearers)}"
            self.bearers[scope] = self.accounts.tokens.add(name, Role.TECHNICIAN, NOW + HOUR, NOW, scope)
        return {"Authorization": f"Bearer {self.bearers[scope]}"}

    def read(self, path: str, scope: Scope = EVERYTHING, **headers: str) -> Answer:
        return self.get(API + path, **self.with_scope(scope), **headers)

    def json(self, path: str, scope: Scope = EVERYTHING, **headers: str) -> Any:
        answer = self.read(path, scope, **headers)
        assert answer.status == 200, (path, answer.body)
        return json.loads(answer.body)
