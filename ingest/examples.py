"""A model's examples, run: each payload must decode and validate to exactly the values beside it."""

import math
from collections.abc import Iterator, Mapping

from devices.device import Device, Placement
from devices.errors import DecodeError
from devices.model import Example, Model
from devices.reading import Item, Message
from devices.registry import Profile, Registry, profile_of
from ingest.codecs import Codec
from ingest.validate import validate

EXAMPLE = "example"
CENTURY_MS = 100 * 365 * 86_400_000


def run_examples(model: Model, registry: Registry, codecs: Mapping[str, Codec]) -> Iterator[tuple[int, str]]:
    """(index, what is wrong) of each example that fails."""
    codec = codecs.get(model.codec)
    if codec is None:
        known = ", ".join(sorted(codecs))
        yield 0, f"codec {model.codec!r} does not exist; known: {known}"
        return
    place = Placement(EXAMPLE, EXAMPLE, "03190", None, None, None)
    device = Device(EXAMPLE, model.id, "building", "", "", (), {}, (place,))
    profile = profile_of(device, model, registry.quantities)
    for index, example in enumerate(model.examples):
        fault = _fault(example, profile, codec)
        if fault:
            yield index, fault


def _fault(example: Example, profile: Profile, codec: Codec) -> str:
    try:
        items = codec(Message(EXAMPLE, example.payload, received=0), EXAMPLE)
    except DecodeError as error:
        return str(error)
    found: dict[str, float] = {}
    for item in items:
        reading, refusal = validate(_undated(item), profile, 0, CENTURY_MS)
        if refusal is not None:
            return f"{refusal.reason}: {refusal.detail}"
        found.update(reading.values if reading else {})
    wrong = [
        f"{name} is {found.get(name)}, expected {value}"
        for name, value in example.values.items()
        if name not in found or not math.isclose(found[name], value, rel_tol=1e-9, abs_tol=1e-9)
    ]
    return "; ".join([*wrong, *(f"{name} is not expected" for name in found if name not in example.values)])


def _undated(item: Item) -> Item:
    """An example keeps its date for ever: the clock policy is not what it shows."""
    return item._replace(time=None)
