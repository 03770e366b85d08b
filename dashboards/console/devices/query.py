"""What a reader asks of the list of devices: read from the address, checked, and written back into links. Pure."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from alerts.rule import Level
from dashboards.console.fleet import Card, Fleet, Glance, State
from dashboards.console.pieces.visible import fold
from devices.device import DOMAINS
from devices.problems import near

SIZES = (25, 50, 100)
SORTS = ("name", "commune", "model", "state", "newest")
DIRECTIONS = ("asc", "desc")
ALERT = "alert"
"""The state of a device on which any alert is open."""
STATES = (*(state.value for state in State), ALERT, *(level.word for level in reversed(Level)))
LONGEST = 200
"""Characters of a search; what is longer is no search."""
LAST_PAGE = 1_000_000
FILTERS = ("domain", "commune", "site", "model", "state", "text")


class Query(NamedTuple):
    """What is wished; "" filters nothing."""

    domain: str = ""
    commune: str = ""
    """INSEE code."""
    site: str = ""
    model: str = ""
    state: str = ""
    """One of STATES."""
    text: str = ""
    """Words that a device must all have, anywhere."""
    sort: str = "name"
    direction: str = "asc"
    page: int = 1
    size: int = SIZES[0]

    def link(self, **changed: object) -> str:
        """`?...` of the same list but for what is changed; what is as by default is left out."""
        wished = self._asdict() | changed
        return "?" + urlencode({name: value for name, value in wished.items() if value != DEFAULTS[name]})

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of those that are used."""
        return tuple(name for name in FILTERS if getattr(self, name))


DEFAULTS = Query()._asdict()


class Wrong(NamedTuple):
    """A parameter that cannot be used."""

    name: str
    given: str
    known: str
    """What it may be, or what looks like it."""


def read_query(given: Mapping[str, str], fleet: Fleet) -> tuple[Query, list[Wrong]]:
    """What is asked, as far as it is right, and everything that is wrong. Other parameters are not looked at."""
    known = {
        "domain": DOMAINS,
        "commune": fleet.communes,
        "site": fleet.sites,
        "model": fleet.models,
        "state": STATES,
        "sort": SORTS,
        "direction": DIRECTIONS,
        "size": [str(size) for size in SIZES],
    }
    found: dict[str, str] = {}
    wrong = []
    for name, names in known.items():
        value = given.get(name, "").strip()
        if value and value not in names:
            wrong.append(Wrong(name, value[:LONGEST], near(value[:LONGEST], names)))
        elif value:
            found[name] = value
    text, page = given.get("text", "").strip(), given.get("page", "").strip() or "1"
    if len(text) > LONGEST:
        wrong.append(Wrong("text", text[:LONGEST], f"1 – {LONGEST}"))
    if not is_page(page):
        wrong.append(Wrong("page", page[:LONGEST], f"1 – {LAST_PAGE}"))
    size = int(found.pop("size", SIZES[0]))
    return Query(**found, text=text[:LONGEST], page=int(page) if is_page(page) else 1, size=size), wrong


def standing(fleet: Fleet, query: Query) -> list[Card]:
    """The devices that the registry alone lets through, by name."""
    words = fold(query.text).split()
    asked = [(name, getattr(query, name)) for name in ("domain", "commune", "site", "model") if getattr(query, name)]
    return [
        card
        for card in fleet.cards
        if all(getattr(card, name) == value for name, value in asked) and all(word in card.searched for word in words)
    ]


def in_state(cards: list[Card], wish: str, glance: Glance) -> list[Card]:
    """Those in a state of STATES; all for ""."""
    if not wish:
        return cards
    if wish == ALERT:
        return [card for card in cards if glance.level(card)]
    if wish in GRADES:
        return [card for card in cards if glance.level(card) is GRADES[wish]]
    return [card for card in cards if glance.state(card) == wish]


def in_order(cards: list[Card], query: Query, glance: Glance) -> list[Card]:
    """`newest` ascending is the newest first, and those never heard come last in either direction."""
    backwards = query.direction == "desc"
    if query.sort == "newest":
        heard = [card for card in cards if glance.heard(card.id) is not None]
        silent = [card for card in cards if glance.heard(card.id) is None]
        return sorted(heard, key=lambda card: -(glance.heard(card.id) or 0), reverse=backwards) + silent
    return sorted(cards, key=glance.place if query.sort == "state" else RANKS[query.sort], reverse=backwards)


GRADES = {level.word: level for level in Level}
RANKS: dict[str, Callable[[Card], int]] = {
    "name": lambda card: card.by_name,
    "commune": lambda card: card.by_commune,
    "model": lambda card: card.by_model,
}


def is_page(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE)) and 1 <= int(text) <= LAST_PAGE
