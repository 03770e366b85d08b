"""One quantity of one device over time: raw values, or hours and days of the roll-ups."""

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from dashboards.console.api.answers import Point as PointShape
from dashboards.console.api.answers import Series, Value, iso
from dashboards.console.api.asked import FAR, OfSeries
from dashboards.console.api.devices import card_of
from dashboards.console.api.problem import Trouble, Wrong, said, wrong
from dashboards.console.api.room import Found, Room
from dashboards.console.api.spans import KEPT, OWN, joined, whole_days
from dashboards.console.personal import Sight
from dashboards.console.pieces.days import by_day, day_of
from devices.problems import near
from devices.quantity import Aggregate, Personal, Quantity
from devices.schema import RAW, ROLLUP
from stores.port import Point

DAY_MS = 86_400_000
LONGEST_DAYS = {"raw": 31, "1h": 400, "1d": 4_000}
POINTS = 20_000
"""In one answer; raw values go on with `next`."""
SLICE_MS = 2 * DAY_MS
"""Raw values are read so much at a time, and no further than the answer needs."""

Points = Callable[[str, str, int, int, str], Sequence[Point]]


async def series(room: Room, asked: OfSeries, name: str) -> Found:
    card_of(room, name)
    quantity = _quantity(room, asked)
    start, end = _finest(room, asked, quantity, *_range(room, asked))
    how = _aggregate(asked, quantity)
    points = room.console.sources.points
    if asked.step == "raw":
        found = await run_in_threadpool(_raw, points, name, quantity.id, start, end)
    else:
        found = await run_in_threadpool(_spans, points, name, quantity, asked.step, how, start, end)
    shown, following = found[:POINTS], found[POINTS].time if len(found) > POINTS else None
    kept = quantity.personal.retention_days if quantity.personal else room.raw_days
    oldest = room.clock() - kept * DAY_MS if kept and asked.step == "raw" else None
    body = Series(
        device=name,
        quantity=quantity.id,
        unit=quantity.unit,
        step=asked.step,
        aggregate=how or None,
        start=start,
        end=end,
        kept_since=oldest if oldest is not None and start < oldest else None,
        items=[PointShape(time=one.time, value=one.value) for one in shown],
        next=following,
    )
    rows = (
        Value(device=name, quantity=quantity.id, time=one.time, value=one.value, unit=quantity.unit) for one in shown
    )
    return Found(body, rows, next={"from": iso(following), "to": iso(end)} if following is not None else {})


def _quantity(room: Room, asked: OfSeries) -> Quantity:
    known = room.console.sources.registry().quantities
    if asked.quantity not in known:
        facts = {"name": asked.quantity[:64], "known": near(asked.quantity[:64], known)}
        raise wrong(Wrong("quantity", said("no_quantity", **facts)))
    return known[asked.quantity]


def _range(room: Room, asked: OfSeries) -> tuple[int, int]:
    """[from, to) in ms. Raises Trouble when it is empty or too long."""
    end = min(room.clock(), FAR) if asked.end is None else asked.end
    start = max(0, end - DAY_MS) if asked.start is None else asked.start
    days = LONGEST_DAYS[asked.step]
    if start >= end:
        raise wrong(Wrong("to", said("order")))
    if end - start > days * DAY_MS:
        raise wrong(Wrong("from", said("too_wide", days=days, step=asked.step)))
    return start, end


def _finest(room: Room, asked: OfSeries, quantity: Quantity, start: int, end: int) -> tuple[int, int]:
    """The same range, or what of it is over. Raises Trouble where the step is finer than who asks may see."""
    sight = Sight(room.raw, room.clock())
    finest = sight.finest(quantity)
    if finest and asked.step not in ("1h", "1d")[finest >= Personal.DAY :]:
        step = "1d" if finest >= Personal.DAY else "1h"
        raise Trouble("forbidden", said("personal_step", name=quantity.id, step=step))
    if finest >= Personal.DAY:
        end = max(start, min(end, day_of(sight.now)))
    return start, end


def _aggregate(asked: OfSeries, quantity: Quantity) -> str:
    """What an hour or a day is to say; "" for raw values."""
    if asked.step == "raw":
        if asked.aggregate is not None:
            raise wrong(Wrong("aggregate", said("raw_aggregate")))
        return ""
    kept = KEPT[quantity.aggregate]
    if asked.aggregate is not None and asked.aggregate not in kept:
        raise wrong(Wrong("aggregate", said("not_kept", known=", ".join(kept))))
    return asked.aggregate or OWN[quantity.aggregate]


def _raw(points: Points, device: str, quantity: str, start: int, end: int) -> list[Point]:
    """At least one more than an answer holds, if there are so many."""
    found: list[Point] = []
    for first in range(start, end, SLICE_MS):
        found += points(device, quantity, first, min(end, first + SLICE_MS), RAW)
        if len(found) > POINTS:
            break
    return _once(found)


def _once(points: Sequence[Point]) -> list[Point]:
    """One value a moment, whatever its placement, so that `next` never stands between two of one time."""
    return [Point(time, value) for time, value in {point.time: point.value for point in points}.items()]


def _spans(points: Points, device: str, quantity: Quantity, step: str, how: str, start: int, end: int) -> list[Point]:
    if step == "1d":
        start, end = whole_days(start, end)
    elif how == OWN[quantity.aggregate] and quantity.aggregate is not Aggregate.DURATION:
        found = [*points(device, quantity.id, start, end, ROLLUP)]
        if len({hour for hour, _ in found}) == len(found):
            return found  # they are what is asked for, as long as the device was not moved within an hour
    key = by_day() if step == "1d" else _same
    return joined(quantity, how, lambda field: points(device, field, start, end, ROLLUP), key)


def _same(hour: int) -> int:
    return hour
