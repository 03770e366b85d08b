"""A commune's last days, hour by hour, as a file that a French spreadsheet opens as it is. Pure but for `points`."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from dashboards.console.pieces.spreadsheet import BYTE_ORDER_MARK, number, words
from dashboards.console.rows import PARIS
from dashboards.console.share.texts import TEXTS
from devices.problems import Language
from devices.readable import SIGNS
from devices.registry import Profile, Registry
from devices.schema import MAX, MIN, ROLLUP
from stores.port import Point

COLUMNS = ("local", "iso", "place", "device", "quantity", "unit", "value", "least", "most")
Points = Callable[[str, str, int, int, str], Sequence[Point]]


def history_csv(registry: Registry, commune: str, points: Points, start: int, end: int, language: Language) -> str:
    """Of devices that stood in the commune at each hour: what one measured elsewhere is not the commune's.

    Raises StoreUnavailable.
    """
    lines = io.StringIO()
    write = csv.writer(lines, delimiter=";", lineterminator="\r\n").writerow
    write(TEXTS[language][name] for name in COLUMNS)
    for profile in registry.profiles.values():
        if any(place.commune == commune for place in profile.device.placements):
            for row in _rows(registry, profile, commune, points, start, end, language):
                write(row)
    return BYTE_ORDER_MARK + lines.getvalue()


def _rows(
    registry: Registry, profile: Profile, commune: str, points: Points, start: int, end: int, language: Language
) -> Iterable[Sequence[str]]:
    device = profile.device.id
    for field in profile.model.fields:
        quantity = registry.quantities[field.quantity]
        if quantity.personal is not None:
            continue
        ends = [
            {point.time: point.value for point in points(device, quantity.id + suffix, start, end, ROLLUP)}
            for suffix in (MIN, MAX)
        ]
        for point in points(device, quantity.id, start, end, ROLLUP):
            place = profile.place_at(point.time)
            if place.commune != commune:
                continue
            local = datetime.fromtimestamp(point.time / 1000, PARIS)
            extremes = [number(found[point.time], language) if point.time in found else "" for found in ends]
            state = quantity.states.get(round(point.value)) if quantity.states else None
            value = state[language] if state else number(point.value, language)
            sign = SIGNS.get(quantity.unit, quantity.unit)
            yield (
                local.strftime("%d/%m/%Y %H:%M"),
                local.isoformat(),
                words(place.name),
                device,
                quantity.label[language],
                sign,
                value,
                *extremes,
            )
