"""A maker's own test vectors: `config/codecs/<codec>.vectors.json` beside `<codec>.js`.

A list of {name, input: {fPort, bytes}, expected: {data, errors}}, as ChirpStack's device repository has them, but in
strict JSON. A vector whose expected errors are not empty asks for a failure; empty errors and warnings mean success.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from devices.errors import DecodeError
from ingest.codecs.job import Job, Outcome

SUFFIX = ".vectors.json"


class Vector(NamedTuple):
    name: str
    payload: bytes
    port: int
    data: Any
    """What the codec must return."""
    fails: bool


def vectors_of(documents: Any) -> list[Vector]:
    """Raises ValueError when the JSON has another shape."""
    try:
        return [_vector(number, one) for number, one in enumerate(documents, start=1)]
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"vectors are a list of objects with name, input and expected ({error!r})") from error


def read_vectors(path: Path) -> list[Vector]:
    """Raises ValueError with the file's name."""
    try:
        return vectors_of(json.loads(path.read_bytes()))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def job_of(codec: str, vector: Vector) -> Job:
    return Job(codec, vector.payload, vector.port, 0, {})


def fault(vector: Vector, outcome: Outcome) -> str:
    """What is wrong with the answer to a vector; "" when it is right."""
    if isinstance(outcome, DecodeError):
        return "" if vector.fails else str(outcome)
    if vector.fails:
        return "expected an error, none was raised"
    found = dict(outcome[0].fields) if outcome else {}
    return "; ".join(differences(vector.data or {}, found))


def differences(expected: Any, found: Any, place: str = "data") -> Iterator[str]:
    """Where two JSON values differ, as JavaScript compares them: 1 is 1.0; null and absent are alike."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in {**expected, **found}:
            yield from differences(expected.get(key), found.get(key), f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(found, Sequence) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{place}.{number}")
    elif not _same(expected, found):
        yield f"{place} is {found!r}, expected {expected!r}"


def _same(expected: Any, found: Any) -> bool:
    numbers = (int, float)
    if isinstance(expected, numbers) and isinstance(found, numbers):
        both = isinstance(expected, bool) is isinstance(found, bool)
        return both and math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-12)
    return bool(expected == found)


def _vector(number: int, one: Any) -> Vector:
    given, expected = one["input"], one.get("expected", one.get("output", {}))
    name = str(one.get("name", one.get("description", number)))
    return Vector(
        name, bytes(given["bytes"]), int(given.get("fPort", 1)), expected.get("data"), bool(expected.get("errors"))
    )


def document_of(vector: Vector) -> dict[str, Any]:
    """A vector as strict JSON."""
    expected = {"errors": ["expected"]} if vector.fails else {"data": vector.data}
    given = {"fPort": vector.port, "bytes": list(vector.payload)}
    return {"name": vector.name, "input": given, "expected": expected}
