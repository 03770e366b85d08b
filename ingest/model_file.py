"""Writes the TOML of a model: what a person would have written, with what could not be guessed as comments."""

import json
from collections.abc import Mapping, Sequence

from devices.errors import DecodeError
from devices.model import Field
from devices.quantity import Quantity
from devices.units import conversion
from ingest.codecs.job import Outcome
from ingest.codecs.mapping import read_fields
from ingest.device_profiles import DeviceProfile
from ingest.guess import Guess
from ingest.vectors import Vector

INTERVAL = 3600
EXAMPLES = 3


def model_file(
    profile: DeviceProfile,
    codec: str,
    mapped: Sequence[Guess],
    fields: Sequence[str],
    vectors: Sequence[tuple[Vector, Outcome]],
    quantities: Mapping[str, Quantity],
) -> str:
    """The text of `models/<model>.toml`, whose examples are the maker's vectors."""
    known = {one.field for one in mapped}
    unmapped = [name for name in fields if name not in known]
    parts = [
        _comment(f"Imported from ChirpStack's device-profiles, vendors/{profile.vendor}/devices/{profile.id}.toml."),
        *([_comment(profile.url)] if profile.url else []),
        *([_comment(f"Fields that are not mapped: {', '.join(unmapped)}")] if unmapped else []),
        f"maker = {_text(profile.maker)}",
        f"name = {_text(profile.name)}",
        f"codec = {_text(codec)}",
        f"interval = {INTERVAL}  # seconds; what the device is configured to is not in the repository: correct it",
    ]
    for one in mapped:
        parts += ["", "[[quantities]]", f"quantity = {_text(one.quantity)}", f"field = {_text(one.field)}"]
        parts += [f"unit = {_text(one.unit)}"] if one.unit != quantities[one.quantity].unit else []
        words = ", ".join(f"{_text(word)} = {number!r}" for word, number in one.states.items())
        parts += [f"states = {{ {words} }}"] if words else []
    for vector, outcome in vectors[:EXAMPLES]:
        values = _values(outcome, mapped, quantities)
        if values:
            shown = ", ".join(f"{name} = {value!r}" for name, value in values.items())
            parts += ["", "[[examples]]", f"description = {_text(vector.name)}", f'hex = "{vector.payload.hex()}"']
            parts += [f"port = {vector.port}", f"values = {{ {shown} }}"]
    return "\n".join(parts) + "\n"


def _comment(text: str) -> str:
    """One line, whatever a stranger's codec calls its fields: what begins another line would be read as TOML."""
    return "# " + "".join(letter if letter.isprintable() else " " for letter in text)


def _values(outcome: Outcome, mapped: Sequence[Guess], quantities: Mapping[str, Quantity]) -> dict[str, float]:
    if isinstance(outcome, DecodeError) or not outcome:
        return {}
    found: dict[str, float] = {}
    for one in mapped:
        values, _ = read_fields(outcome[0].fields, [Field(one.field, one.quantity, one.unit, states=one.states)])
        scale, offset = conversion(one.unit, quantities[one.quantity].unit)
        if one.field in values:
            found[one.quantity] = values[one.field] * scale + offset
    return found


def _text(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
