"""A model's examples, run: each payload must decode and validate to exactly the values beside it."""

import json
import math
from collections.abc import Iterator

from devices.device import Device, Placement
from devices.errors import DecodeError
from devices.model import Example, Model
from devices.reading import Item, Message
from devices.registry import HEARD, Profile, Registry, profile_of
from ingest.codecs.job import Job
from ingest.codecs.uplink import Event, Uplink
from ingest.decoding import OBJECT, SCRIPT, Heard, decode, items
from ingest.sift import Formats
from ingest.validate import validate

EXAMPLE = "example"
CENTURY_MS = 100 * 365 * 86_400_000


def run_examples(model: Model, registry: Registry, formats: Formats) -> Iterator[tuple[int, str]]:
    """(index, what is wrong) of each example that fails."""
    known = {*formats.native, *formats.payloads, OBJECT}
    if model.codec not in known and not model.codec.endswith(SCRIPT):
        yield 0, f"codec {model.codec!r} does not exist; known: {', '.join(sorted(known))}, or a file *.js of codecs"
        return
    profile = example_profile(model, registry)
    for index, example in enumerate(model.examples):
        fault = _fault(example, profile, formats)
        if fault:
            yield index, fault


def example_profile(model: Model, registry: Registry) -> Profile:
    """A device of this model that stands nowhere."""
    place = Placement(EXAMPLE, EXAMPLE, "03190", None, None, None)
    return profile_of(Device(EXAMPLE, model.id, "building", "", "", (), {}, (place,)), model, registry.quantities)


def _fault(example: Example, profile: Profile, formats: Formats) -> str:
    try:
        found = list(read_example(example, profile, formats))
    except DecodeError as error:
        return str(error)
    values: dict[str, float] = {}
    for item in found:
        reading, refusal = validate(_undated(item), profile, 0, CENTURY_MS)
        if refusal is not None:
            return f"{refusal.reason}: {refusal.detail}"
        values |= reading.values if reading else {}
    wrong = [
        f"{name} is {values.get(name)}, expected {value}"
        for name, value in example.values.items()
        if name not in values or not math.isclose(values[name], value, rel_tol=1e-9, abs_tol=1e-9)
    ]
    return "; ".join([*wrong, *(f"{name} is not expected" for name in values if name not in example.values)])


def read_example(example: Example, profile: Profile, formats: Formats) -> Iterator[Item]:
    """The items of an example, read as a message of its format would be. Raises DecodeError."""
    if example.format:
        yield from _read_format(example, profile, formats)
    elif (codec := formats.native.get(profile.model.codec)) is not None:
        yield from codec(Message(EXAMPLE, example.payload, received=0), EXAMPLE)
    else:
        fields = _object(example.payload) if profile.model.codec == OBJECT else None
        payload = None if fields is not None else example.payload
        yield from read_uplink(Uplink(EXAMPLE, port=example.port, payload=payload, fields=fields), profile, formats)


def read_uplink(uplink: Uplink, profile: Profile, formats: Formats) -> list[Item]:
    """The items of one uplink, the sandbox included. Raises DecodeError."""
    decoded = decode(uplink, profile, formats.payloads, 0)
    if isinstance(decoded, Job):
        (outcome,) = formats.scripts([decoded])
        if isinstance(outcome, DecodeError):
            raise outcome
        decoded = outcome
    return items(Heard(uplink, profile, 0), decoded)


def _read_format(example: Example, profile: Profile, formats: Formats) -> Iterator[Item]:
    codec = formats.sources.get(example.format)
    if codec is None:
        raise DecodeError(f"format {example.format!r} does not exist; known: {', '.join(sorted(formats.sources))}")
    topics = [source for source in formats.topics.sources if source.codec == example.format]
    levels = next((found for source in topics if (found := source.match(example.topic)) is not None), {})
    for heard in codec(Message(example.topic, example.payload, received=0), levels):
        if not isinstance(heard, Event):
            for item in read_uplink(heard, profile, formats):
                yield item._replace(values={k: v for k, v in item.values.items() if not k.startswith(HEARD)})


def _object(payload: bytes) -> dict[str, object]:
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"the example's payload is not the JSON object a server would make: {error}") from error
    if not isinstance(found, dict):
        raise DecodeError("the example's payload is not a JSON object")
    return found


def _undated(item: Item) -> Item:
    """An example keeps its date for ever: the clock policy is not what it shows."""
    return item._replace(time=None)
