"""The territory at a glance: how many devices are how, and which come first. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from alerts.rule import Level
from dashboards.console.fleet import Card, Glance, State

ORDER = (State.OK, State.LATE, State.SILENT)
LOOKS = {Level.CRITICAL: "bad", Level.WARNING: "warn", Level.INFO: ""}
LEVELS = (Level.CRITICAL, Level.WARNING, Level.INFO)


class Tile(NamedTuple):
    name: str
    """A State or a level's word: a key of texts, a shape, and what `/devices?state=` takes."""
    number: int
    looks: str
    """`bad` or `warn` where somebody should look, else ""."""


def state_tiles(cards: Iterable[Card], glance: Glance) -> list[Tile]:
    """Each device counts once."""
    counts = Counter(map(glance.state, cards))
    return [_tile(state.value, counts[state], "" if state is State.OK else "warn") for state in ORDER]


def level_tiles(cards: Iterable[Card], glance: Glance) -> list[Tile]:
    """Devices by the worst of their open alerts: one with several counts once."""
    counts = Counter(map(glance.level, cards))
    return [_tile(level.word, counts[level], LOOKS[level]) for level in LEVELS]


def to_be_seen(cards: Iterable[Card], glance: Glance) -> list[Card]:
    """Those a wall screen shows: an alert is open, or they are not heard."""
    return [card for card in cards if glance.level(card) or glance.state(card) is not State.OK]


def unplaced(cards: Iterable[Card]) -> int:
    """How many the map cannot show."""
    return sum(card.latitude is None or card.longitude is None for card in cards)


def _tile(name: str, count: int, looks: str) -> Tile:
    return Tile(name, count, looks if count else "")
