"""Reads the inventory: `devices.csv`, where each device stands now, and `placements.csv`, where it stood before.

A row of `placements.csv` is a stay [from, until): an empty `from` means since ever. The stays of a device must not
overlap. When the last one has an `until`, the row of `devices.csv` holds from then on. Without `until` the last one is
the present stay: it must agree with `devices.csv`, and says since when that holds. Gaps are allowed: an event in a gap
belongs to the next placement, and one before the first to the first, so no event is ever without a placement.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from devices import cells
from devices.device import DOMAINS, Device, Placement
from devices.model import Model
from devices.problems import Problem, near
from devices.registry import OFFSET, SCALE
from devices.schema import LONGEST_TAG, UNSPEAKABLE
from devices.spreadsheet import Row, Sheet, read_sheet

PLACE_COLUMNS = ("site", "name", "commune", "latitude", "longitude", "altitude")
DEVICE_COLUMNS = ("id", "model", "domain", *PLACE_COLUMNS, "owner", "installed", "tags", "params", "eui", "alias")
DEVICE_REQUIRED = ("id", "model", "domain", "site", "commune")
TEXT_COLUMNS = ("site", "name", "owner", "tags")
"""Free text; the others say for themselves what they accept."""
PLACEMENT_COLUMNS = ("device", "from", "until", *PLACE_COLUMNS)
PLACEMENT_REQUIRED = ("device", "until", "site", "commune")
COMMUNE_COLUMNS = ("commune", "name", "latitude", "longitude", "population")

NO_PARAMS: Mapping[str, float | str] = MappingProxyType({})
Placed = tuple[Row, Placement]


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may refer to."""

    models: Mapping[str, Model | None]
    """None: there is such a model, but it is wrong."""
    communes: Collection[str] | None
    """None: any well-formed code will do."""


def read_communes(path: Path, file: str, problems: list[Problem]) -> dict[str, str] | None:
    """Code -> name of `communes.csv`; None when there is no such file, and so nothing to compare with."""
    if not path.exists():
        return None
    sheet = read_sheet(path, file, COMMUNE_COLUMNS, ("commune",), problems)
    if sheet is None:
        return None
    codes = [(row, cells.commune(row.get("commune"))) for row in sheet.rows]
    problems += [row.problem("commune", "bad_commune", value=row.get("commune")) for row, code in codes if not code]
    return {code: row.get("name") for row, code in codes if code}


def read_placements(path: Path, file: str, problems: list[Problem]) -> Sheet:
    """The rows of `placements.csv`, which need not exist."""
    sheet = read_sheet(path, file, PLACEMENT_COLUMNS, PLACEMENT_REQUIRED, problems) if path.exists() else None
    return sheet or Sheet(PLACEMENT_COLUMNS, [])


def inventory(rows: list[Row], stays: list[Row], known: Known, problems: list[Problem]) -> list[Device]:
    """The devices of the rows of `devices.csv`, in their order, each with its stays; rows with problems left out."""
    note_duplicates(rows, problems)
    devices = {row.get("id"): device for row in rows if (device := read_device(row, known, problems))}
    history = _history(stays, {row.get("id") for row in rows}, known, problems)
    for name in history.keys() & devices.keys():
        devices[name] = _placed(devices[name], history[name], problems)
    return list(devices.values())


def read_device(row: Row, known: Known, problems: list[Problem]) -> Device | None:
    """One row of `devices.csv`; None when something in it is wrong."""
    before = len(problems)
    name, model, domain = row.get("id"), row.get("model"), row.get("domain")
    if not name:
        problems.append(row.problem("id", "empty_cell"))
    elif cells.device_id(name) is None:
        problems.append(row.problem("id", "bad_id", value=name))
    if not model:
        problems.append(row.problem("model", "empty_cell"))
    elif model not in known.models:
        problems.append(row.problem("model", "unknown_model", value=model, known=near(model, known.models)))
    if domain not in DOMAINS:
        problems.append(_wrong(row, "domain", "not_one_of", known=near(domain, DOMAINS)))
    place = _placement(row, known, problems)
    _check_texts(row, problems)
    installed = _installed(row, problems)
    params = _params(row, known.models.get(model), problems) or NO_PARAMS
    eui = cells.eui(row.get("eui")) if row.get("eui") else ""
    if eui is None:
        problems.append(row.problem("eui", "bad_eui", value=row.get("eui")))
    if len(problems) > before:
        return None
    tags = tuple(row.get("tags").split())
    return Device(name, model, domain, row.get("owner"), installed, tags, params, (place,), eui or "", row.get("alias"))


def _wrong(row: Row, column: str, code: str, **facts: object) -> Problem:
    """An empty cell is said to be empty, whatever else it ought to have been."""
    value = row.get(column)
    return row.problem(column, code, value=value, **facts) if value else row.problem(column, "empty_cell")


def _placement(row: Row, known: Known, problems: list[Problem]) -> Placement:
    site = row.get("site")
    if not site:
        problems.append(row.problem("site", "empty_cell"))
    commune = cells.commune(row.get("commune"))
    if commune is None:
        problems.append(_wrong(row, "commune", "bad_commune"))
    elif known.communes is not None and commune not in known.communes:
        problems.append(row.problem("commune", "unknown_commune", value=commune, known=near(commune, known.communes)))
    latitude = _degrees(row, "latitude", 90, problems)
    longitude = _degrees(row, "longitude", 180, problems)
    if bool(row.get("latitude")) != bool(row.get("longitude")):
        problems.append(row.problem("longitude" if row.get("latitude") else "latitude", "half_coordinates"))
    altitude = _number(row, "altitude", problems)
    return Placement(site, row.get("name") or site, commune or "", latitude, longitude, altitude)


def _check_texts(row: Row, problems: list[Problem]) -> None:
    """Note what no store could hold; control characters have been noted as the sheet was read."""
    for column in TEXT_COLUMNS:
        text = row.get(column)
        if found := UNSPEAKABLE.search(text):
            problems.append(row.problem(column, "unspeakable", value=found[0]))
        if len(text) > LONGEST_TAG:
            problems.append(row.problem(column, "too_long", length=len(text), longest=LONGEST_TAG))


def _number(row: Row, column: str, problems: list[Problem]) -> float | None:
    text = row.get(column)
    value = cells.number(text) if text else None
    if text and value is None:
        problems.append(row.problem(column, "not_number", value=text))
    return value


def _degrees(row: Row, column: str, limit: int, problems: list[Problem]) -> float | None:
    value = _number(row, column, problems)
    if value is not None and abs(value) > limit:
        problems.append(row.problem(column, "out_of_bounds", value=row.get(column), min=-limit, max=limit))
    return value


def _installed(row: Row, problems: list[Problem]) -> str:
    text = row.get("installed")
    day = cells.iso_date(text) if text else ""
    if day is None:
        problems.append(row.problem("installed", "bad_date", value=text))
    return day or ""


def _params(row: Row, model: Model | None, problems: list[Problem]) -> dict[str, float | str]:
    text = row.get("params")
    try:
        params = cells.params(text) if text else {}
    except ValueError as error:
        part, code = error.args
        problems.append(row.problem("params", code, value=part))
        return {}
    problems += [
        row.problem("params", "missing_param", value=name, model=row.get("model"))
        for name in (model.requires if model else ())
        if name not in params
    ]
    measured = [field.quantity for field in model.fields] if model else None
    for name, value in params.items():
        if name.startswith((SCALE, OFFSET)):
            problems += _calibration_problems(row, name, value, measured)
    return params


def _calibration_problems(row: Row, name: str, value: float | str, measured: list[str] | None) -> list[Problem]:
    quantity = name.removeprefix(SCALE).removeprefix(OFFSET)
    problems = []
    if measured is not None and quantity not in measured:
        facts = {"value": quantity, "model": row.get("model"), "known": near(quantity, measured)}
        problems.append(row.problem("params", "quantity_not_in_model", **facts))
    if isinstance(value, str):
        problems.append(row.problem("params", "not_number", value=f"{name}={value}"))
    elif name.startswith(SCALE) and value == 0:
        problems.append(row.problem("params", "zero_scale", value=f"{name}=0"))
    return problems


def note_duplicates(rows: list[Row], problems: list[Problem]) -> None:
    """Note every row whose id, EUI or alias an earlier row has: a message must lead to one device."""
    first: dict[str, int] = {}
    for row in rows:
        name = row.get("id")
        if name and first.setdefault(name, row.number) != row.number:
            problems.append(row.problem("id", "duplicate_id", value=name, row=first[name]))
    for row in rows:
        for column in ("eui", "alias"):
            text = row.get(column)
            name = (cells.eui(text) if column == "eui" else text) or ""
            if name and name != row.get("id") and first.setdefault(name, row.number) != row.number:
                problems.append(row.problem(column, "duplicate_address", value=text, row=first[name]))


def _history(
    stays: list[Row], names: Collection[str], known: Known, problems: list[Problem]
) -> dict[str, list[Placed]]:
    """The stays of each device in order of time, those with problems left out."""
    history: dict[str, list[Placed]] = {}
    for row in stays:
        name = row.get("device")
        before = len(problems)
        if name not in names:
            problems.append(_wrong(row, "device", "unknown_device", known=near(name, names)))
        begin, end = _instant(row, "from", problems), _instant(row, "until", problems)
        if begin is not None and end is not None and begin >= end:
            facts = {"begin": row.get("from"), "end": row.get("until")}
            problems.append(row.problem("from", "from_not_before_until", **facts))
        place = _placement(row, known, problems)
        _check_texts(row, problems)
        if len(problems) == before:
            history.setdefault(name, []).append((row, replace(place, since=begin, until=end)))
    for stays_of_one in history.values():
        stays_of_one.sort(key=_start)
    return history


def _start(placed: Placed) -> float:
    since = placed[1].since
    return float("-inf") if since is None else since


def _instant(row: Row, column: str, problems: list[Problem]) -> int | None:
    text = row.get(column)
    value = cells.instant(text) if text else None
    if text and value is None:
        problems.append(row.problem(column, "bad_time", value=text))
    return value


def _placed(device: Device, history: list[Placed], problems: list[Problem]) -> Device:
    """The device with its stays and, last, where it stands now."""
    for (earlier_row, earlier), (row, later) in pairwise(history):
        if earlier.until is None or later.since is None or later.since < earlier.until:
            problems.append(row.problem("from", "overlap", device=device.id, row=earlier_row.number))
            return device
    now = device.placements[0]
    row, last = history[-1]
    past = [place for _, place in history]
    if last.until is None:
        problems += _disagreement(row, last, device)
        return replace(device, placements=(*past[:-1], replace(now, since=last.since)))
    return replace(device, placements=(*past, replace(now, since=last.until)))


def _disagreement(row: Row, last: Placement, device: Device) -> list[Problem]:
    now = device.placements[0]
    columns = [name for name in PLACE_COLUMNS if row.get(name) and getattr(last, name) != getattr(now, name)]
    if not columns:
        return []
    return [row.problem("until", "placement_disagrees", device=device.id, columns=", ".join(columns))]
