"""Reads the catalogue: `quantities.toml`, one table per quantity, and `models/*.toml`, one file per model.

What is named but wrong is kept as None, so that whoever refers to it is not told that it does not exist.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from devices.device import DEVICE_ID
from devices.model import Example, Field, Model
from devices.problems import Problem, near
from devices.quantity import Aggregate, Kind, Personal, Quantity
from devices.schema import reserved
from devices.tables import Table, read_table
from devices.units import UnitError, conversion, is_valid, suggestion

QUANTITY_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
CLOCKS = ("reliable", "unreliable")

AGGREGATES = {
    Kind.GAUGE: (Aggregate.MEAN, Aggregate.ENERGY_MEAN, Aggregate.CIRCULAR_MEAN, Aggregate.SUM, Aggregate.LAST),
    Kind.COUNTER: (Aggregate.LAST, Aggregate.SUM),
    Kind.STATE: (Aggregate.DURATION, Aggregate.LAST),
}
"""What each kind may become in an hour: the mean of two states is no state."""


def read_quantities(path: Path, file: str, problems: list[Problem]) -> dict[str, Quantity | None] | None:
    """The quantities by id; None when the file itself cannot be read."""
    root = read_table(path, file, problems)
    if root is None:
        return None
    return {name: _quantity(name, table, root.values) for name in root.values if (table := root.table(name))}


def _quantity(name: str, table: Table, names: Mapping[str, object]) -> Quantity | None:
    if not QUANTITY_ID.fullmatch(name):
        table.problem("", "bad_quantity_id", value=name)
    elif reserved(name, (other for other in names if other != name)):
        table.problem("", "reserved_quantity", value=name)
    label = table.labels("label")
    unit = _unit(table, table.text("unit"))
    minimum, maximum = table.number("min"), table.number("max")
    if table.sound and minimum >= maximum:
        table.problem("min", "min_not_below_max", min=minimum, max=maximum)
    kind = Kind(table.choice("kind", [*Kind]))
    aggregate = Aggregate(table.choice("aggregate", [*Aggregate]))
    source = table.text("source")
    personal = _personal(table)
    states = _states(name, table, kind) if table.sound else {}
    if table.sound:
        _check_aggregate(table, kind, aggregate, unit)
        for state in states:
            if not minimum <= state <= maximum:
                table.problem(f"states.{state}", "state_outside", value=state, min=minimum, max=maximum)
    table.get("states", {})
    table.finish()
    if not table.sound:
        return None
    return Quantity(name, label, unit, minimum, maximum, kind, aggregate, states, source, personal)


def _personal(table: Table) -> Personal | None:
    """What follows from `personal = true`: no time and no step is guessed, for both are the controller's decision."""
    given = [key for key in ("minimum_aggregation", "retention_days") if key in table.values]
    if not table.flag("personal", default=False):
        table.read.update(given)
        for key in given if table.values.get("personal", False) is False else ():
            table.problem(key, "personal_unexpected", key=key)
        return None
    steps = (Personal.HOUR, Personal.DAY)
    step, days = table.positive("minimum_aggregation"), table.positive("retention_days")
    if table.sound and step not in steps:
        table.problem("minimum_aggregation", "bad_minimum_aggregation", value=step)
    return Personal(step, days)


def _unit(table: Table, unit: str) -> str:
    if unit and not is_valid(unit):
        table.problem("unit", "bad_unit", value=unit, known=suggestion(unit))
    return unit


def _states(name: str, table: Table, kind: Kind) -> dict[int, dict[str, str]]:
    if kind is not Kind.STATE:
        if "states" in table.values:
            table.problem("states", "states_unexpected", kind=kind.value)
        return {}
    states = table.table("states") if table.get("states", None) else None
    if states is None:
        if table.sound:
            table.problem("", "states_missing", quantity=name)
        return {}
    found: dict[int, dict[str, str]] = {}
    for key in states.values:
        label = states.labels(key)
        if re.fullmatch(r"-?[0-9]{1,9}", key):
            found[int(key)] = label
        else:
            states.problem(key, "bad_state", value=key)
    return found


def _check_aggregate(table: Table, kind: Kind, aggregate: Aggregate, unit: str) -> None:
    if aggregate not in AGGREGATES[kind]:
        known = ", ".join(AGGREGATES[kind])
        table.problem("aggregate", "aggregate_of_kind", aggregate=aggregate.value, kind=kind.value, known=known)
    elif aggregate is Aggregate.CIRCULAR_MEAN and unit != "deg":
        table.problem("aggregate", "aggregate_of_unit", aggregate=aggregate.value, needed="deg", unit=unit)
    elif aggregate is Aggregate.ENERGY_MEAN and not unit.startswith("dB"):
        table.problem("aggregate", "aggregate_of_unit", aggregate=aggregate.value, needed="dB[SPL]", unit=unit)


def read_models(
    folder: Path, file: str, quantities: Mapping[str, Quantity | None] | None, problems: list[Problem]
) -> dict[str, Model | None]:
    """The models by id, which is the name of their file."""
    if not folder.is_dir():
        problems.append(Problem(file, "", "missing_file"))
        return {}
    return {
        path.stem: _model(path, f"{file}/{path.name}", quantities, problems) for path in sorted(folder.glob("*.toml"))
    }


def _model(
    path: Path, file: str, quantities: Mapping[str, Quantity | None] | None, problems: list[Problem]
) -> Model | None:
    before = len(problems)
    if not DEVICE_ID.fullmatch(path.stem):
        problems.append(Problem(file, "", "bad_id", {"value": path.stem}))
    table = read_table(path, file, problems)
    if table is None:
        return None
    maker, name, codec = table.text("maker"), table.text("name"), table.text("codec")
    interval = table.positive("interval")
    clock = cast("Literal['reliable', 'unreliable']", table.choice("clock", CLOCKS, "reliable"))
    simulated = table.flag("simulated", default=False)
    requires = _requires(table)
    fields = _fields(table, quantities)
    known = [field.quantity for field in fields]
    examples = tuple(_example(one, path.stem, known) for one in table.tables("examples", default=[]))
    table.finish()
    if len(problems) > before:
        return None
    return Model(path.stem, maker, name, codec, interval, fields, examples, clock, requires, simulated)


def _requires(table: Table) -> tuple[str, ...]:
    names = table.get("requires", [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        table.problem("requires", "not_names", value=names)
        return ()
    return tuple(names)


def _fields(table: Table, quantities: Mapping[str, Quantity | None] | None) -> tuple[Field, ...]:
    fields: list[Field] = []
    for one in table.tables("quantities", named_by="quantity"):
        field = _field(one, quantities)
        if any(field.field == other.field for other in fields):
            one.problem("field", "duplicate_field", value=field.field)
        elif any(field.quantity == other.quantity for other in fields):
            one.problem("quantity", "duplicate_quantity", value=field.quantity)
        fields.append(field)
    if table.values.get("quantities") == []:
        table.problem("quantities", "no_quantities")
    return tuple(fields)


def _field(table: Table, quantities: Mapping[str, Quantity | None] | None) -> Field:
    name = table.text("quantity")
    field = table.text("field", name)
    if "channel" in table.values:
        field = f"{field}_{table.whole('channel')}"
    quantity = None
    if quantities is not None and name:
        quantity = quantities.get(name)
        if name not in quantities:
            table.problem("quantity", "unknown_quantity", value=name, known=near(name, quantities))
    unit = table.text("unit", quantity.unit if quantity else "")
    scale, offset = 1.0, 0.0
    if quantity and _unit(table, unit) and table.sound:
        try:
            scale, offset = conversion(unit, quantity.unit)
        except UnitError:
            facts = {"source": unit, "target": quantity.unit, "quantity": name}
            table.problem("unit", "not_convertible", **facts)
    states = table.table("states") if "states" in table.values else None
    numbers = {text.casefold(): states.number(text) for text in states.values} if states else {}
    table.read.add("states")
    table.finish()
    return Field(field, name, unit, scale, offset, numbers)


def _example(table: Table, model: str, known: list[str]) -> Example:
    description = table.text("description")
    payload = b""
    if ("payload" in table.values) == ("hex" in table.values):
        table.problem("", "example_payload")
    elif "payload" in table.values:
        payload = table.text("payload").encode()
    else:
        payload = _hex(table)
    table.read |= {"payload", "hex"}
    port = table.whole("port") if "port" in table.values else None
    form, topic = table.text("format", ""), table.text("topic", "")
    expected = table.table("values")
    values = {name: expected.number(name) for name in expected.values} if expected else {}
    for name in values:
        if expected and name not in known:
            expected.problem(name, "quantity_not_in_model", value=name, model=model, known=near(name, known))
    table.finish()
    return Example(description, payload, values, port, form, topic)


def _hex(table: Table) -> bytes:
    text = table.text("hex")
    try:
        return bytes.fromhex(text)
    except ValueError:
        table.problem("hex", "bad_hex", value=text)
        return b""
