"""The list as a file that a French spreadsheet opens as it is: `;`, BOM, local time, decimal comma. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.notices.texts import LEVELS
from dashboards.console.devices.texts import LISTED, TEXTS
from dashboards.console.fleet import DeviceState
from dashboards.console.fleet_words import label_of
from dashboards.console.pieces.spreadsheet import BYTE_ORDER_MARK, number, words
from dashboards.console.pieces.visible import fold
from dashboards.console.present import Newest
from dashboards.console.rows import PARIS
from devices.problems import Language
from devices.readable import SIGNS
from devices.registry import Registry

COLUMNS = ("id", "device", "domain", "commune", "code", "site", "model", "owner", "latitude", "longitude", "origin",
           "state", "level", "alerts", "time", "iso")  # fmt: skip


def csv_of(found: Sequence[DeviceState], registry: Registry, present: Newest, language: Language) -> str:
    """A row per device; after what it is, a column per quantity that any of them has."""
    values = [present.of(one.card.id) for one in found]
    names = {name for heard in values for name in heard}
    quantities = sorted(names, key=lambda name: fold(label_of(name, registry, language)))
    lines = io.StringIO()
    write = csv.writer(lines, delimiter=";", lineterminator="\r\n").writerow
    write([*(TEXTS[language][name] for name in COLUMNS), *(_heading(name, registry, language) for name in quantities)])
    for one, heard in zip(found, values, strict=True):
        measured = [_value(name, heard[name].value, registry, language) if name in heard else "" for name in quantities]
        write([*_of(one, language), *measured])
    return BYTE_ORDER_MARK + lines.getvalue()


def _of(one: DeviceState, language: Language) -> Iterable[str]:
    card, said = one.card, LISTED[language]
    local = datetime.fromtimestamp(one.heard / 1000, PARIS) if one.heard is not None else None
    texts = (
        card.id,
        card.name,
        said[card.domain],
        card.commune_name,
        card.commune,
        card.site,
        card.model_name,
        card.owner,
    )
    return (
        *(words(text) for text in texts),
        *("" if degrees is None else number(degrees, language) for degrees in (card.latitude, card.longitude)),
        said[card.origin] if card.origin else "",
        said[one.state],
        LEVELS[language][one.level.word] if one.level else "",
        words(" | ".join(case.rule.title[language] for case in one.cases)),
        local.strftime("%d/%m/%Y %H:%M:%S") if local else "",
        local.isoformat() if local else "",
    )


def _heading(quantity: str, registry: Registry, language: Language) -> str:
    known, label = registry.quantities.get(quantity), label_of(quantity, registry, language)
    sign = SIGNS.get(known.unit, known.unit) if known and not known.states else ""
    return words(f"{label} ({sign})" if sign else label)


def _value(quantity: str, value: float, registry: Registry, language: Language) -> str:
    known = registry.quantities.get(quantity)
    if known and value in known.states:
        return words(known.states[int(value)][language])
    return number(value, language)
