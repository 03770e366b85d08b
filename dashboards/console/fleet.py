"""All devices of the territory as pages list them: whether each is heard, and the alerts open on it. Pure.

What does not change while the registry does not (names, ranks, folded text to search) is made once per registry, so
that a page of ten thousand devices costs one pass over them.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from alerts.notices.case import Case, gravest_first
from alerts.rule import Level
from dashboards.console.pieces.visible import fold
from dashboards.console.present import Newest
from dashboards.console.rows import LATE_AFTER, origin
from devices.device import Device
from devices.registry import Registry


class State(StrEnum):
    """Whether a device is heard, the worst first."""

    LATE = "late"
    """Heard before, but not for LATE_AFTER intervals of its model."""
    SILENT = "silent"
    """Never heard."""
    OK = "ok"


MANY = 1 << 32
"""More than there are devices: what is worth more than any name's place."""
GRAVITY = {state: place for place, state in enumerate(State)}


class Card(NamedTuple):
    """What the registry says of one device, where it stands now."""

    id: str
    name: str
    """What people call the place, else its site, else its id."""
    model: str
    model_name: str
    domain: str
    site: str
    commune: str
    """INSEE code."""
    commune_name: str
    """The code where the name is not known."""
    owner: str
    latitude: float | None
    longitude: float | None
    """Degrees WGS 84."""
    origin: str
    """`replayed`, `simulated`, or "" for a real sensor."""
    patience: int
    """ms without a value after which it is late."""
    searched: str
    """Its texts, folded."""
    by_name: int = 0
    by_commune: int = 0
    by_model: int = 0
    """Rank in each order; the name decides between equals."""


@dataclass(frozen=True)
class Fleet:
    """The devices of one registry."""

    registry: Registry
    cards: tuple[Card, ...]
    """By name."""
    communes: Mapping[str, str]
    """Codes of those where a device stands -> name, by name."""
    sites: tuple[str, ...]
    models: Mapping[str, str]
    """Those in use -> maker and name, by name."""


class DeviceState(NamedTuple):
    card: Card
    state: State
    heard: int | None
    """Event time of its newest value, ms."""
    cases: tuple[Case, ...]
    """Its open alerts, the gravest first."""

    @property
    def level(self) -> Level | None:
        """The worst of its open alerts."""
        return self.cases[0].alert.level if self.cases else None


class FleetInForce:
    """The fleet of the registry that is in force, made anew when another was read."""

    def __init__(self, registry: Callable[[], Registry]) -> None:
        self._registry = registry
        self._fleet: Fleet | None = None

    def now(self) -> Fleet:
        registry, fleet = self._registry(), self._fleet
        if fleet is None or fleet.registry is not registry:
            fleet = self._fleet = fleet_of(registry)
        return fleet


def fleet_of(registry: Registry) -> Fleet:
    cards = [_card(device, registry) for device in registry.devices.values()]
    ranks = [_ranks(cards, text) for text in ("name", "commune_name", "model_name")]
    ranked = [
        card._replace(by_name=ranks[0][card.id], by_commune=ranks[1][card.id], by_model=ranks[2][card.id])
        for card in cards
    ]
    return Fleet(
        registry,
        tuple(sorted(ranked, key=lambda card: card.by_name)),
        _by_name({card.commune: card.commune_name for card in ranked}),
        tuple(sorted({card.site for card in ranked if card.site})),
        _by_name({card.model: card.model_name for card in ranked}),
    )


class Glance:
    """The devices at one moment.

    Its answers are numbers and words already made: ten thousand objects made and thrown away at each request would
    make the garbage collector walk the whole process again and again.
    """

    def __init__(self, present: Newest, cases: Iterable[Case], now: int) -> None:
        """`now` is the wall clock, ms."""
        self.heard = present.heard
        self._cases = _by_device(cases)
        self._now = now

    def state(self, card: Card) -> State:
        heard = self.heard(card.id)
        if heard is None:
            return State.SILENT
        return State.LATE if self._now - heard > card.patience else State.OK

    def level(self, card: Card) -> Level | None:
        """The worst of its open alerts."""
        cases = self._cases.get(card.id)
        return cases[0].alert.level if cases else None

    def place(self, card: Card) -> int:
        """A key to sort by, the worst first: alerts by level, then those not heard, then names."""
        grade = (max(Level) - (self.level(card) or 0)) * len(State) + GRAVITY[self.state(card)]
        return grade * MANY + card.by_name

    def of(self, card: Card) -> DeviceState:
        return DeviceState(card, self.state(card), self.heard(card.id), self._cases.get(card.id, ()))


def states(cards: Iterable[Card], present: Newest, cases: Iterable[Case], now: int) -> list[DeviceState]:
    """The state of each, in the order given; `now` is the wall clock, ms."""
    glance = Glance(present, cases, now)
    return [glance.of(card) for card in cards]


def _card(device: Device, registry: Registry) -> Card:
    model, place = registry.models[device.model], device.placements[-1]
    name = place.name or place.site or device.id
    town = registry.towns.get(place.commune) or place.commune
    called = " ".join(part for part in (model.maker, model.name) if part) or model.id
    texts = (device.id, device.eui, device.alias, name, place.site, town, place.commune, device.owner, model.id, called)
    return Card(
        device.id,
        name,
        model.id,
        called,
        device.domain,
        place.site,
        place.commune,
        town,
        device.owner,
        place.latitude,
        place.longitude,
        origin(device, model),
        LATE_AFTER * model.interval * 1000,
        fold(" ".join((*texts, *device.tags))),
    )


def _ranks(cards: Iterable[Card], text: str) -> dict[str, int]:
    """Device -> its place in the order of that text, then of names, then of ids."""
    ordered = sorted(cards, key=lambda card: (_order(getattr(card, text)), _order(card.name), card.id))
    return {card.id: place for place, card in enumerate(ordered)}


def _order(text: str) -> list[tuple[int, str]]:
    """As people sort: room 2 before room 10, accents or none."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", fold(text))]


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda one: (_order(one[1]), one[0])))


def _by_device(cases: Iterable[Case]) -> dict[str, tuple[Case, ...]]:
    found: dict[str, list[Case]] = {}
    for case in gravest_first(cases):
        found.setdefault(case.alert.series.device, []).append(case)
    return {device: tuple(several) for device, several in found.items()}
