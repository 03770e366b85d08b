"""Who a device is and where it stands and stood, and its newest values, in the words of the page."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alerts.calendar import local
from dashboards.console.device.texts import TEXTS
from dashboards.console.personal import Sight
from dashboards.console.present import Value
from dashboards.console.rows import LATE_AFTER, Moment, moment, origin
from devices.device import Placement
from devices.problems import Language
from devices.quantity import Kind, Personal, Quantity
from devices.readable import readable, with_sign
from devices.registry import HEALTH, Profile, Registry


class Place(NamedTuple):
    since: str
    until: str
    """Dates, or "" for one that is open."""
    name: str
    site: str
    commune: str
    position: str
    """`46,5262 ; 3,1923`, or ""."""


class Card(NamedTuple):
    id: str
    name: str
    """What people call the place where it stands."""
    commune: str
    domain: str
    model: str
    maker: str
    owner: str
    installed: str
    eui: str
    origin: str
    """`replayed`, `simulated`, or "" for a real sensor."""
    state: str
    """`ok`, `late`, `silent` (never heard)."""
    heard: Moment | None
    tags: Sequence[str]
    params: Sequence[tuple[str, str]]
    places: Sequence[Place]
    """The newest first."""


class Cell(NamedTuple):
    quantity: str
    label: str
    text: str
    moment: Moment | None
    """None where it was never measured."""
    range: str
    """Plausible range, or the states."""


def card(profile: Profile, registry: Registry, heard: int | None, now: int, language: Language) -> Card:
    """`heard`: event time of its newest value, `now`: ms."""
    device, model = profile.device, profile.model
    here = profile.place_at(now)
    late = heard is not None and now - heard > LATE_AFTER * model.interval * 1000
    return Card(
        device.id,
        here.name or here.site or device.id,
        town(here.commune, registry),
        device.domain,
        model.name,
        model.maker,
        device.owner,
        device.installed,
        device.eui,
        origin(device, model),
        "silent" if heard is None else "late" if late else "ok",
        None if heard is None else moment(heard, now, language),
        device.tags,
        [(name, value if isinstance(value, str) else _plain(value, language)) for name, value in device.params.items()],
        [_place(one, registry, language) for one in reversed(device.placements)],
    )


def shown_quantities(profile: Profile, registry: Registry, present: Mapping[str, Value]) -> list[Quantity]:
    """In the order of the model, then others it sent, but for how it is heard and its battery: they stand apart."""
    names = [field.quantity for field in profile.model.fields]
    names += sorted(name for name in present if name not in names and name not in HEALTH)
    return [registry.quantities[name] for name in dict.fromkeys(names) if name in registry.quantities]


def cells(quantities: Sequence[Quantity], present: Mapping[str, Value], language: Language, sight: Sight) -> list[Cell]:
    return [_cell(quantity, present.get(quantity.id), language, sight) for quantity in quantities]


def value_text(value: float, quantity: Quantity, language: Language) -> str:
    """With its unit, or the word of a state."""
    if value in quantity.states:
        return quantity.states[int(value)][language]
    return with_sign(value, quantity.unit, language)


def town(code: str, registry: Registry) -> str:
    """`Moulins (03190)`, the code alone where nobody says the name."""
    return f"{registry.towns[code]} ({code})" if code in registry.towns else code


def _cell(quantity: Quantity, known: Value | None, language: Language, sight: Sight) -> Cell:
    """Of one whose raw values are not for who asks, where the others are."""
    text = "" if known is None else value_text(known.value, quantity, language)
    if finest := sight.finest(quantity):
        text = TEXTS[language]["personal_days" if finest >= Personal.DAY else "personal_hours"]
    when = None if known is None else moment(known.time, sight.now, language)
    return Cell(quantity.id, quantity.label[language], text, when, _range(quantity, language))


def _range(quantity: Quantity, language: Language) -> str:
    if quantity.kind is Kind.STATE:
        return ", ".join(label[language] for label in quantity.states.values())
    low, high = readable(quantity.minimum, "", language), with_sign(quantity.maximum, quantity.unit, language)
    return TEXTS[language]["range_of"].format(low=low, high=high)


def _place(place: Placement, registry: Registry, language: Language) -> Place:
    position = ""
    if place.latitude is not None and place.longitude is not None:
        position = "; ".join(_plain(one, language) for one in (place.latitude, place.longitude))
    since, until = ("" if time is None else local(time).strftime("%d/%m/%Y") for time in (place.since, place.until))
    return Place(since, until, place.name, place.site, town(place.commune, registry), position)


def _plain(value: float, language: Language) -> str:
    text = f"{value:.6g}".replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if language == "fr" else text
