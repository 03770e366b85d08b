"""One device of a list in the words of its reader. Pure: the time it is comes with the call."""

from collections.abc import Mapping
from typing import NamedTuple

from alerts.notices.case import Case
from alerts.notices.texts import LEVELS
from dashboards.console.fleet import DeviceState
from dashboards.console.present import Newest, Value
from dashboards.console.rows import Moment, moment
from devices.model import Model
from devices.problems import Language
from devices.readable import readable, with_sign
from devices.registry import HEALTH, Registry

CELLS_SHOWN = 3
"""Values in a list; the device's own page has them all."""


class Cell(NamedTuple):
    quantity: str
    label: str
    text: str
    """With its unit, or the label of a state."""
    moment: Moment | None
    """None when it is that of the device's newest value."""


class AlertLine(NamedTuple):
    number: int
    level: str
    """`info`, `warning`, `critical`."""
    words: str
    """The level in the language."""
    title: str
    acknowledged: bool
    muted: bool


class Row(NamedTuple):
    id: str
    name: str
    domain: str
    commune: str
    code: str
    """INSEE code of the commune."""
    model: str
    site: str
    origin: str
    """`replayed`, `simulated` or ""."""
    state: str
    """`ok`, `late`, `silent`."""
    level: str
    """The worst of its alerts, or ""."""
    alerts: list[AlertLine]
    moment: Moment | None
    """Of its newest value."""
    cells: list[Cell]
    more: int
    """Values that are not shown."""


def row_of(one: DeviceState, registry: Registry, present: Newest, now: int, language: Language) -> Row:
    card, found = one.card, present.of(one.card.id)
    model = registry.models[card.model]
    ordered = sorted(found, key=lambda quantity: _position(model, quantity))
    shown = ordered[:CELLS_SHOWN]
    return Row(
        card.id,
        card.name,
        card.domain,
        card.commune_name,
        card.commune,
        card.model_name,
        card.site,
        card.origin,
        one.state.value,
        one.level.word if one.level else "",
        [alert_line(case, language) for case in one.cases],
        moment(one.heard, now, language) if one.heard is not None else None,
        [_cell(quantity, found[quantity], one.heard, registry, now, language) for quantity in shown],
        len(ordered) - len(shown),
    )


def alert_line(case: Case, language: Language) -> AlertLine:
    alert, word = case.alert, case.alert.level.word
    return AlertLine(
        alert.id, word, LEVELS[language][word], case.rule.title[language], bool(alert.acknowledged), case.muted
    )


def label_of(quantity: str, registry: Registry, language: Language) -> str:
    """Its id where the catalogue has it no longer."""
    known = registry.quantities.get(quantity)
    return known.label[language] if known else quantity


def value_text(quantity: str, value: float, registry: Registry, language: Language) -> str:
    """`−0,8 °C`, or the label of a state."""
    known = registry.quantities.get(quantity)
    if known is None:
        return readable(value, "", language)
    if value in known.states:
        return known.states[int(value)][language]
    return with_sign(value, known.unit, language)


def _cell(quantity: str, value: Value, heard: int | None, registry: Registry, now: int, language: Language) -> Cell:
    own = None if value.time == heard else moment(value.time, now, language)
    label, text = label_of(quantity, registry, language), value_text(quantity, value.value, registry, language)
    return Cell(quantity, label, text, own)


def _position(model: Model, quantity: str) -> tuple[int, int, str]:
    """What it measures as its model lists it, then its health, then what its model has no longer."""
    order: Mapping[str, int] = {field.quantity: place for place, field in enumerate(model.fields)}
    return (quantity in HEALTH, order.get(quantity, len(order)), quantity)
