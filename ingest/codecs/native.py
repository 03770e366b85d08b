"""The native JSON codec: `{"time": ..., "values": {...}}`, or an array of such objects.

`time` is RFC 3339 with a zone, or a number: below 1e11 seconds since 1970, else milliseconds; missing means the time
received. `seq` (integer) and `battery` (percent, stored as `battery_level`) are optional. Of a duplicate key the last
wins. A number written as text is refused here: tolerance belongs to the codecs of other makers' formats.

The good case is one call of pydantic on the bytes (0.55 us for a TypedDict; a model costs twice that). Only when it
fails is the payload read again, item by item and value by value, to keep what is good and say what is not.
"""

import re
from datetime import datetime
from typing import Any, NotRequired

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json
from typing_extensions import TypedDict

from devices.errors import DecodeError
from devices.reading import Item, Message, Reason, Refusal

BATTERY = "battery_level"
SECONDS_BELOW = 1e11
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class Envelope(TypedDict):
    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]

    values: dict[str, float]
    time: NotRequired[str | int | float]
    seq: NotRequired[int]
    battery: NotRequired[float]


ONE = TypeAdapter(Envelope)
MANY = TypeAdapter(list[Envelope])


def decode(message: Message, device: str) -> list[Item]:
    """All items of a native payload, in order; raises DecodeError when it is not JSON of the right shape at all."""
    payload = message.payload
    try:
        if payload[:1] == b"{":
            return [_item(device, ONE.validate_json(payload))]
        items = [_item(device, envelope) for envelope in MANY.validate_json(payload)]
    except ValueError:  # pydantic's ValidationError is one; a wrong time is another
        return _salvage(payload, device)
    if not items:
        raise DecodeError("an empty array holds no reading")
    return items


def parse_time(time: str | float) -> int:
    """Milliseconds since 1970. Raises ValueError with words for the quarantine."""
    if isinstance(time, str):
        if not RFC3339.fullmatch(time):
            raise ValueError(f"time {time[:40]!r} is not RFC 3339 with a zone, such as 2026-11-23T21:14:00Z")
        return round(datetime.fromisoformat(time.upper()).timestamp() * 1000)
    if not -1e15 < time < 1e15:  # also false for NaN
        raise ValueError(f"time {time} is no date")
    return round(time * 1000 if abs(time) < SECONDS_BELOW else time)


def _item(device: str, envelope: Envelope) -> Item:
    values = envelope["values"]
    if not values:
        raise ValueError("values is empty")
    if "battery" in envelope:
        values[BATTERY] = envelope["battery"]
    time = envelope.get("time")
    return Item(device, None if time is None else parse_time(time), values, None, envelope.get("seq"))


def _salvage(payload: bytes, device: str) -> list[Item]:
    if not payload:
        raise DecodeError("the payload is empty")
    try:
        document = from_json(payload)
    except ValueError as error:
        raise DecodeError(f"not JSON: {error}") from error
    return [_salvage_item(device, found) for found in (document if isinstance(document, list) else [document])]


def _salvage_item(device: str, found: Any) -> Item:
    """What can be read of one object, with a refusal that names everything that cannot."""
    try:
        return _item(device, ONE.validate_python(found))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'][:2])) or 'item'}: {e['msg']}" for e in error.errors(include_url=False)]
    except (ValueError, OverflowError) as error:
        faults = [str(error)]
    refusal = Refusal(Reason.SCHEMA, "; ".join(dict.fromkeys(faults)), device)
    return Item(device, *_readable(found), refusal)


def _readable(found: Any) -> tuple[int | None, dict[str, float]]:
    """Time and good values of a faulty object; no values when its time or its shape cannot be trusted."""
    if not isinstance(found, dict) or not isinstance(found.get("values"), dict):
        return None, {}
    try:
        head = {key: value for key, value in found.items() if key in ("time", "seq")}
        envelope = ONE.validate_python({**head, "values": {"any": 0.0}})
        time = None if "time" not in envelope else parse_time(envelope["time"])
    except (ValueError, OverflowError):
        return None, {}
    candidates = {**found["values"], **({BATTERY: found["battery"]} if "battery" in found else {})}
    good = {key: float(value) for key, value in candidates.items() if type(value) in (int, float) and _fits(value)}
    return time, good


def _fits(value: float) -> bool:
    try:
        float(value)
    except OverflowError:
        return False
    return True
