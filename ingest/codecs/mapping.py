"""Decoded -> the values of an Item: which of a payload's words are which quantity is data in the model.

Numbers come in many clothes: 21.5, true, "3.384 V", "21,5", {"value": 3.384, "unit": "V"}. What is understood is
understood without guessing: a number that says its unit is converted from that unit or refused, never taken for another
one ([ppb] and ug/m3 measure different things), and a text that is neither number nor known state is refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from devices.model import Field
from devices.units import MISTAKEN, UnitError, conversion, is_valid
from ingest.codecs.uplink import Measured

Values = dict[str, float]
SPACES = " \u00a0\u202f"
NUMBER = re.compile(
    rf"([+-]?)((?:\d{{1,3}}(?:[{SPACES}]\d{{3}})+|\d+)(?:[.,]\d*)?|[.,]\d+)((?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL
)
"""Sign, digits with a decimal point or comma and perhaps spaces between thousands, exponent, unit."""
STATES: Mapping[str, float] = {"true": 1.0, "on": 1.0, "yes": 1.0, "false": 0.0, "off": 0.0, "no": 0.0}
WRITTEN_UNITS = {**MISTAKEN, "C": "Cel", "F": "[degF]", "dBm": "dB{mW}", "l": "L", "lux": "lx", "hrs": "h", "sec": "s"}
"""What makers write beside a number where UCUM says otherwise; tried when the text, taken as UCUM, does not fit."""
NOT_FINITE = {"nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"}
TEXT_CHARACTERS = 80
UNIT_CHARACTERS = 24


class Missing:
    """The type of MISSING: None is something a payload may say."""


MISSING: Final = Missing()


def read_fields(tree: Mapping[str, Any], fields: Iterable[Field]) -> tuple[Values, list[str]]:
    """(field -> number in the field's unit, what could not be read, in words). Absent and null fields are no fault."""
    values: Values = {}
    faults: list[str] = []
    for field in fields:
        found = find(tree, field.field)
        if found is MISSING or found is None:
            continue
        try:
            values[field.field] = number(found, field)
        except (ValueError, OverflowError) as error:
            faults.append(f"{field.field}: {error}")
    return values, faults


def find(tree: object, path: str) -> Any:
    """What stands at a dotted path, through mappings and lists; MISSING when nothing does.

    A key may hold dots itself: the longest key that exists is taken first.
    """
    if isinstance(tree, Sequence) and not isinstance(tree, str | bytes):
        index, _, rest = path.partition(".")
        if not index.isdecimal() or int(index) >= len(tree):
            return MISSING
        return find(tree[int(index)], rest) if rest else tree[int(index)]
    if not isinstance(tree, Mapping):
        return MISSING
    if path in tree:
        return tree[path]
    head = path
    while "." in head:
        head = head.rpartition(".")[0]
        if head in tree:
            found = find(tree[head], path[len(head) + 1 :])
            if found is not MISSING:
                return found
    return MISSING


def number(found: Any, field: Field) -> float:
    """The number in the field's unit. Raises ValueError with words, OverflowError beyond a double."""
    if isinstance(found, str):
        return _from_text(found.strip(), field)
    if isinstance(found, bool | int | float):
        return field.states.get(str(found).casefold(), float(found)) if field.states else float(found)
    if isinstance(found, Measured):
        return _converted(found.value, found.unit, field)
    if isinstance(found, Mapping) and "value" in found and found.keys() <= {"value", "unit"}:
        unit, value = found.get("unit"), number(found["value"], field)
        return _converted(value, unit, field) if isinstance(unit, str) and unit else value
    raise ValueError(f"{_short(found)} is no number")


def _from_text(text: str, field: Field) -> float:
    folded = text.casefold()
    if folded in field.states:
        return field.states[folded]
    if folded in STATES:
        return STATES[folded]
    if folded in NOT_FINITE:
        return float(folded)
    match = NUMBER.fullmatch(text)
    if match is None:
        known = ", ".join(field.states) or "none; add a `states` table to the model"
        raise ValueError(f'"{_short(text)}" is neither a number nor a known state (known: {known})')
    sign, digits, exponent, unit = match.groups()
    value = float(sign + re.sub(rf"[{SPACES}]", "", digits).replace(",", ".") + exponent)
    return _converted(value, unit, field) if unit else value


def _converted(value: float, unit: str, field: Field) -> float:
    if len(unit) > UNIT_CHARACTERS:
        raise ValueError(f'"{_short(unit)}" is no unit')
    candidates = [code for code in (unit, WRITTEN_UNITS.get(unit, "")) if code and is_valid(code)]
    if not candidates:
        raise ValueError(f'"{_short(unit)}" is no unit that is known')
    for code in candidates:
        try:
            scale, offset = conversion(code, field.unit)
        except UnitError:
            continue
        return value * scale + offset
    raise ValueError(f"sent in {_short(unit)}, the model says {field.unit}: they measure different things")


def _short(found: object) -> str:
    text = str(found)
    return text if len(text) <= TEXT_CHARACTERS else text[:TEXT_CHARACTERS] + "…"
