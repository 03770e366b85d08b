"""JSON objects: as the payload of a device, and for the formats of this folder that are made of JSON."""

from typing import Any

from pydantic_core import from_json

from devices.errors import DecodeError
from ingest.codecs.native import parse_time
from ingest.codecs.uplink import Decoded

CLOCK_SET = 1_000_000_000_000
"""ms, September 2001. Devices without a clock count from 1970 at each start: an earlier time is no time."""


def decode(payload: bytes, port: int | None) -> list[Decoded]:  # noqa: ARG001  -- a format of the payload alone
    """The object as it came, nested, as one measurement; none for an empty object."""
    fields = read_object(payload)
    return [Decoded(fields)] if fields else []


def read_json(payload: bytes) -> Any:
    """Any JSON. Raises DecodeError with line and column."""
    if not payload.strip():
        raise DecodeError("the payload is empty; expected JSON")
    try:
        return from_json(payload)
    except ValueError as error:
        raise DecodeError(f"not JSON: {error}") from None


def read_object(payload: bytes) -> dict[str, Any]:
    """A JSON object. Raises DecodeError with line and column, or with what came instead."""
    found = read_json(payload)
    if not isinstance(found, dict):
        raise DecodeError(f"expected a JSON object, found {kind(found)}")
    return found


def kind(found: object) -> str:
    """What JSON calls a value, for a message to people."""
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(found), "a number")


def clock(time: object) -> int | None:
    """The device's time in ms, from RFC 3339 with a zone or seconds or milliseconds since 1970.

    None when it says nothing or its clock is not set yet. Raises DecodeError for what is no time.
    """
    if time is None:
        return None
    if isinstance(time, bool) or not isinstance(time, str | int | float):
        raise DecodeError(f"expected a time, found {kind(time)}")
    try:
        found = parse_time(time)
    except (ValueError, OverflowError) as error:
        raise DecodeError(str(error)) from None
    return found if found >= CLOCK_SET else None


def number(found: object) -> float | None:
    """The number, if it is one that can be stored; texts and booleans are none."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        return float(found)
    except OverflowError:
        return None
