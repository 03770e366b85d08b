"""Devices and their newest values."""

from collections.abc import Iterable, Sequence

from dashboards.console.api.answers import (
    Device,
    Devices,
    DeviceWhole,
    Feature,
    Features,
    Geometry,
    Latest,
    Place,
    Value,
    Values,
)
from dashboards.console.api.asked import Asked, OfDevices, OfValues
from dashboards.console.api.problem import Trouble, said
from dashboards.console.api.room import Found, Room
from dashboards.console.fleet import Card, DeviceState, states
from dashboards.console.pieces.visible import fold
from devices.device import Device as Installed
from devices.device import Placement
from devices.problems import near
from devices.registry import Registry


async def list_devices(room: Room, asked: OfDevices, _name: str) -> Found:
    page, total, following = _page(room, asked)
    registry = room.console.sources.registry()
    items = [Device(**_facts(registry, one)) for one in page]
    return Found(
        Devices(items=items, total=total, next=following),
        items,
        lambda: Features(type="FeatureCollection", features=[_feature(one) for one in items]),
        {"cursor": following} if following else {},
    )


async def show_device(room: Room, _asked: Asked, name: str) -> Found:
    card, registry = card_of(room, name), room.console.sources.registry()
    one = _states(room, [card])[0]
    device, model = registry.devices[name], registry.models[card.model]
    facts = _facts(registry, one)
    whole = DeviceWhole(
        **facts,
        interval=model.interval,
        quantities=list(dict.fromkeys(field.quantity for field in model.fields)),
        params=device.params,
        placements=[_place(place, registry) for place in device.placements],
    )
    return Found(whole, map=lambda: _feature(Device(**facts)))


async def latest_of_device(room: Room, _asked: Asked, name: str) -> Found:
    items = _values(room, [card_of(room, name)], "")
    return Found(Latest(items=items), items)


async def latest(room: Room, asked: OfValues, _name: str) -> Found:
    page, total, following = _page(room, asked)
    items = _values(room, [one.card for one in page], asked.quantity or "")
    body = Values(items=items, total=total, next=following)
    return Found(body, items, next={"cursor": following} if following else {})


def card_of(room: Room, name: str) -> Card:
    """Raises Trouble when no device is called so."""
    cards = room.fleet.now().cards
    found = next((card for card in cards if card.id == name), None)
    if found is None:
        known = near(name[:64], [card.id for card in cards])
        raise Trouble("not_found", said("no_device", name=name[:64], known=known))
    return found


def _page(room: Room, asked: OfDevices) -> tuple[Sequence[DeviceState], int, str | None]:
    """Those of the page by id, how many there are on all pages, and the cursor of the next."""
    cards = sorted(_chosen(room.fleet.now().cards, asked), key=lambda card: card.id)
    if asked.state is None:
        page = [card for card in cards if card.id > (asked.cursor or "")]
        shown, total, left = _states(room, page[: asked.limit]), len(cards), len(page)
    else:
        fitting = [one for one in _states(room, cards) if one.state == asked.state]
        rest = [one for one in fitting if one.card.id > (asked.cursor or "")]
        shown, total, left = rest[: asked.limit], len(fitting), len(rest)
    return shown, total, shown[-1].card.id if left > len(shown) else None


def _chosen(cards: Iterable[Card], asked: OfDevices) -> list[Card]:
    words = fold(asked.q or "").split()
    return [
        card
        for card in cards
        if asked.domain in (None, card.domain)
        and asked.commune in (None, card.commune)
        and asked.site in (None, card.site)
        and asked.model in (None, card.model)
        and all(word in card.searched for word in words)
    ]


def _states(room: Room, cards: Sequence[Card]) -> list[DeviceState]:
    console = room.console
    return states(cards, console.present, console.sources.open_alerts(), room.clock())


def _facts(registry: Registry, one: DeviceState) -> dict[str, object]:
    device: Installed = registry.devices[one.card.id]
    return {
        "id": device.id,
        "model": device.model,
        "domain": device.domain,
        "owner": device.owner,
        "installed": device.installed,
        "tags": list(device.tags),
        "eui": device.eui,
        "alias": device.alias,
        "origin": one.card.origin,
        "place": _place(device.placements[-1], registry),
        "state": one.state.value,
        "heard": one.heard,
        "level": one.level.word if one.level is not None else None,
    }


def _place(place: Placement, registry: Registry) -> Place:
    return Place(
        site=place.site,
        name=place.name,
        commune=place.commune,
        commune_name=registry.towns.get(place.commune, ""),
        latitude=place.latitude,
        longitude=place.longitude,
        altitude=place.altitude,
        since=place.since,
        until=place.until,
    )


def _values(room: Room, cards: Iterable[Card], quantity: str) -> list[Value]:
    known, present = room.console.sources.registry().quantities, room.console.present
    return [
        Value(
            device=card.id,
            quantity=name,
            time=value.time,
            value=value.value,
            unit=known[name].unit if name in known else "",
        )
        for card in cards
        for name, value in sorted(present.of(card.id).items())
        if quantity in ("", name)
    ]


def _feature(device: Device) -> Feature:
    """RFC 7946; without coordinates its geometry is null."""
    place = device.place
    geometry = None
    if place.latitude is not None and place.longitude is not None:
        height = [] if place.altitude is None else [place.altitude]
        geometry = Geometry(type="Point", coordinates=[place.longitude, place.latitude, *height])
    return Feature(type="Feature", id=device.id, geometry=geometry, properties=device)
