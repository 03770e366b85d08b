"""The forms: their fields, what they are filled with, the edit they ask for, and mistakes at the fields they are of."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from dashboards.console.acknowledge import sentence
from dashboards.console.alerts_page.moments import read_moment, written
from dashboards.console.install.texts import TEXTS
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.pieces.visible import visible
from devices import cells
from devices.editing import (
    Inventory,
    add,
    change,
    move,
    number_of,
    replace_unit,
    retire,
    row_of,
    stays_of,
    without_calibration,
)
from devices.editing_files import Edit
from devices.inventory import PLACE_COLUMNS
from devices.load import DEVICES, PLACEMENTS
from devices.model import Model
from devices.problems import Language, Problem

DEEDS: dict[str, tuple[str, ...]] = {
    "add": ("id", "eui", "alias", "model", "domain", *PLACE_COLUMNS, "owner", "installed", "tags", "params"),
    "edit": ("eui", "alias", "domain", *PLACE_COLUMNS, "owner", "installed", "tags", "params"),
    "move": ("at", *PLACE_COLUMNS),
    "replace": ("model", "eui", "alias", "installed", "params"),
    "retire": (),
}
"""Name of a deed -> the fields of its form."""
PARAM = "param."
"""Prefix of the fields of parameters that the model asks for."""
LONGEST_PARAMS = 1_000
PLACE = re.compile(r"row (\d+), column (\w+)")
COLUMNS = {"from": "at", "until": "at", "device": "id"}
"""Column of placements.csv -> the field that decided it."""


class Wish(NamedTuple):
    """What a form asks for."""

    edit: Edit
    typed: Mapping[str, str]
    """Its fields as they are shown again."""


def filled(deed: str, row: Mapping[str, str], model: Model | None, now: int) -> dict[str, str]:
    """The fields of a form before anybody typed; `row` are the cells of the device, `now` is ms."""
    form = {name: row.get(name, "") for name in DEEDS[deed]}
    if deed == "move":
        return {**dict.fromkeys(form, ""), "at": written(now)}
    if deed == "replace":
        form |= {"eui": "", "alias": "", "installed": written(now)[:10]}
        form["params"] = without_calibration(form["params"])
    if "params" in form and deed != "replace":
        form |= _apart(form["params"], model)
    return form


def required(deed: str, model: Model | None) -> list[str]:
    """Parameters that have a field of their own."""
    return list(model.requires) if model and "params" in DEEDS[deed] and deed != "replace" else []


def read_wish(
    deed: str, device: str, form: Mapping[str, str], model: Model | None, language: Language
) -> tuple[Wish, list[Wrong]]:
    """What is asked, with every mistake that shows without looking at the files."""
    asked = Asked(form, language)
    typed = {name: asked.text(name, LONGEST_PARAMS if name == "params" else 200) for name in DEEDS[deed]}
    apart = {PARAM + name: asked.text(PARAM + name) for name in required(deed, model)}
    columns = {name: text for name, text in typed.items() if name != "at"}
    if apart:
        named = [f"{name.removeprefix(PARAM)}={text}" for name, text in apart.items() if text]
        columns["params"] = " ".join(part for part in (*named, typed["params"]) if part)
        asked.wrong += [_one_word(name, language) for name, text in apart.items() if " " in text]
    if columns.get("eui"):
        columns["eui"] = cells.eui(columns["eui"]) or columns["eui"]
    at = _at(typed, asked, language) if deed == "move" else ""
    edits: dict[str, Callable[[Inventory], Inventory]] = {
        "add": partial(add, cells=columns),
        "edit": partial(_change, device=device, columns=columns),
        "move": partial(move, device=device, place=columns, at=at),
        "replace": partial(replace_unit, device=device, cells=columns),
        "retire": partial(retire, device=device),
    }
    return Wish(edits[deed], typed | apart), asked.wrong


def mistakes(
    problems: Iterable[Problem], after: Inventory, device: str, fields: Mapping[str, str], language: Language
) -> list[Wrong]:
    """What the loader says of the result, at the field that is to blame; of other rows with file and place."""
    rows = {(DEVICES, number_of(after, device)), *((PLACEMENTS, number) for number in stays_of(after, device))}
    return [_mistake(one, rows, fields, language) for one in problems]


def _mistake(problem: Problem, rows: set[tuple[str, int]], fields: Mapping[str, str], language: Language) -> Wrong:
    found = PLACE.match(problem.place)
    if found is None or (problem.file, int(found[1])) not in rows:
        return Wrong("", visible(problem.text(language)))
    field = COLUMNS.get(found[2], found[2])
    for apart in (
        PARAM + str(problem.facts.get("value", "")),
        PARAM + str(problem.facts.get("value", "")).split("=")[0],
    ):
        field = apart if field == "params" and apart in fields else field
    if field not in fields:
        return Wrong("", visible(problem.text(language)))
    words = visible(Problem("", "", problem.code, problem.facts).text(language))
    return Wrong(field, sentence(f"{_label(field, language)}{TEXTS[language]['colon']} {words}"))


def _label(field: str, language: Language) -> str:
    """The list at the top must say which field it is about."""
    return field.removeprefix(PARAM) if field.startswith(PARAM) else TEXTS[language][field].partition(" (")[0]


def _change(inventory: Inventory, device: str, columns: Mapping[str, str]) -> Inventory:
    """An EUI that is only spelled differently stays as it is."""
    known = row_of(inventory, device).get("eui", "")
    same = known and cells.eui(known) == columns.get("eui")
    return change(inventory, device, {name: text for name, text in columns.items() if not (same and name == "eui")})


def _apart(params: str, model: Model | None) -> dict[str, str]:
    """Those the model asks for in fields of their own, the others in `params`."""
    parts = [part.partition("=") for part in params.split()]
    names = model.requires if model else ()
    values = {name: value for name, _, value in parts}
    rest = " ".join("".join(part) for part in parts if part[0] not in names)
    return {"params": rest, **{PARAM + name: values.get(name, "") for name in names}}


def _at(typed: Mapping[str, str], asked: Asked, language: Language) -> str:
    time = read_moment(typed["at"])
    if time is None:
        asked.wrong.append(Wrong("at", TEXTS[language]["no_moment"].format(value=visible(typed["at"]))))
        return ""
    return written(time)


def _one_word(name: str, language: Language) -> Wrong:
    return Wrong(name, TEXTS[language]["one_word"])
