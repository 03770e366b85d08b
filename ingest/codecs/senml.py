"""SenML packs (RFC 8428), JSON or CBOR by the first byte, as the payload of a device and as the messages of a gateway.

A record's name is base name + name, and RFC 8428 leaves open which part is the device. Here, in this order:
1. `urn:dev:mac:` or `urn:dev:ow:` and hexadecimal digits (RFC 9039) are the device, a 64-bit MAC being its EUI;
2. else the base name is the device, without the separators at its end;
3. else, without a base name, what stands before the last `/`; a name without any leaves the device to the topic.
What remains is the field. A record without a name below its device has the field `value`, but for a few units that say
what they measure (UNNAMED): RFC 8428, 5.1.3 tells humidity, latitude, longitude and battery under one name.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import cbor2

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.json_payload import read_json
from ingest.codecs.senml_units import UCUM
from ingest.codecs.uplink import Decoded, Measured, Uplink

LABELS: Mapping[int, str] = MappingProxyType(
    {-1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs"}
    | dict(enumerate(("n", "u", "v", "vs", "vb", "s", "t", "ut", "vd")))
)
"""RFC 8428, table 4: integer keys of CBOR maps."""
VALUES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"v": (int, float, Decimal), "vs": (str,), "vb": (bool,), "vd": (str, bytes)}
)
VERSION: Final = 10
SECONDARY_UNITS: Final = 26
"""RFC 9100: version 10 with the feature "secondary units", which we know."""
RELATIVE_BELOW: Final = 2**28
"""Seconds; RFC 8428, 4.5.3: smaller times count from now."""
TIME_LIMIT: Final = 1e12
"""Seconds: 30 000 years."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9:./_-]*")
DEV_URN = re.compile(r"(urn:dev:(?:mac|ow):([0-9A-Fa-f]+))(.*)")
SEPARATORS: Final = ":/._-"
EUI_DIGITS: Final = 16
VALUE: Final = "value"
UNNAMED: Mapping[str, str] = MappingProxyType({"lat": "latitude", "lon": "longitude", "%EL": "battery_level"})
"""Unit -> field of a record that does not name what it measures; `value` for all other units."""
DEPTH: Final = 4
"""A pack is an array of maps of scalars: two levels, and a tagged number."""
TAGS_REFUSED: Final = (0, 1, 2, 3, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799)
"""What the CBOR library would build on its own: dates, patterns, bigfloats of any size. Only decimal fractions stay."""

Fields = dict[str, Any]


class Wrong(ValueError):  # noqa: N818  -- of one record; it becomes a DecodeError with the record's number
    pass


class Record(NamedTuple):
    """One resolved record."""

    device: str
    field: str
    time: float
    """Seconds since 1970, or below RELATIVE_BELOW from now."""
    unit: str
    value: Any
    """Number, text, bool; None when there is only a sum, or data."""
    sum: float | None


def decode(payload: bytes, port: int | None) -> list[Decoded]:  # noqa: ARG001  -- a format of the payload alone
    """The measurements of one device, by time.

    Raises DecodeError for packs of several devices and for times that count from now: a payload does not know when it
    was received, and values of several such times must not fall on one.
    """
    records = resolve(read_pack(payload))
    devices = sorted({record.device for record in records})
    if len(devices) > 1:
        raise DecodeError(f"SenML: {devices[0]} and {devices[1]} in the payload of one device")
    for record in records:
        if record.time and record.time < RELATIVE_BELOW:
            raise DecodeError(f"SenML: {record.field} at {record.time} s from now, which a payload cannot say; send bt")
    times = {record.time: round(record.time * 1000) if record.time else None for record in records}
    return [Decoded(fields, times[time]) for (_, time), fields in _grouped(records).items()]


def decode_message(message: Message, levels: Mapping[str, str]) -> list[Uplink]:  # noqa: ARG001  -- names are in the pack
    """One uplink for each device and time of the pack.

    Times that count from now count from the time received; a retained message does not say when it was sent, so its
    relative times are none.
    """

    def absolute(time: float) -> int | None:
        if time >= RELATIVE_BELOW:
            return round(time * 1000)
        return message.received + round(time * 1000) if time and not message.retained else None

    groups = _grouped(resolve(read_pack(message.payload)))
    return [Uplink(device, absolute(time), fields=fields) for (device, time), fields in groups.items()]


def read_pack(payload: bytes) -> list[dict[str, Any]]:
    """The records as they came, with the JSON labels. Raises DecodeError with the place."""
    head = payload.lstrip()[:1]
    if head == b"[":
        pack = read_json(payload)
    elif payload and payload[0] >> 5 == 4:  # major type 4, array
        pack = _cbor(payload)
    else:
        found = f"0x{payload[0]:02x}" if payload else "nothing"
        raise DecodeError(f"SenML: byte 0 is {found}; expected an array in JSON ([) or CBOR (0x80 to 0x9f)")
    records = []
    for number, record in enumerate(pack):
        if not isinstance(record, dict):
            raise DecodeError(f"SenML: record {number} is no map")
        records.append({_label(key): value for key, value in record.items()})
        if len(records[-1]) < len(record):
            raise DecodeError(f"SenML: record {number} has a label twice, as a number and as text")
    return records


def resolve(pack: Iterable[Mapping[str, Any]]) -> list[Record]:
    """RFC 8428, 4.5 and 4.6: each record on its own, with what the base fields before it add. Order is kept."""
    base: dict[str, Any] = {}
    records = []
    for number, record in enumerate(pack):
        try:
            _check(record, base)
            base |= {key: value for key, value in record.items() if key.startswith("b")}
            if not all(key.startswith("b") for key in record) or not record:
                records.append(_resolved(record, base))
        except Wrong as error:
            raise DecodeError(f"SenML: record {number}: {error}") from None
    return records


def _grouped(records: Iterable[Record]) -> dict[tuple[str, float], Fields]:
    """(device, time) -> field -> value with its unit; a sum is the field `<name>_sum`, in the unit times seconds."""
    groups: dict[tuple[str, float], Fields] = {}
    for record in records:
        unit = UCUM.get(record.unit, record.unit)
        found: Fields = {}
        if record.value is not None:
            measured = unit and not isinstance(record.value, bool | str)
            found[record.field] = Measured(record.value, unit) if measured else record.value
        if record.sum is not None:
            found[f"{record.field}_sum"] = Measured(record.sum, f"{unit}.s") if unit else record.sum
        if found:
            groups.setdefault((record.device, record.time), {}).update(found)
    return groups


def _cbor(payload: bytes) -> list[Any]:
    stream = BytesIO(payload)
    try:
        pack = cbor2.CBORDecoder(
            stream,
            max_depth=DEPTH,
            allow_duplicate_keys=False,
            semantic_decoders=dict.fromkeys(TAGS_REFUSED, _refuse_tag),
        ).decode()
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise DecodeError(f"SenML: not CBOR near byte {stream.tell()} of {len(payload)}: {error}") from None
    if not isinstance(pack, list):
        raise DecodeError("SenML: expected an array")
    if stream.tell() < len(payload):
        raise DecodeError(f"SenML: the pack ends at byte {stream.tell()} of {len(payload)}")
    return pack


def _refuse_tag(*_: object) -> None:
    raise ValueError("tags other than decimal fractions have no place in SenML")


def _label(key: object) -> str:
    """The JSON label; numbers that have none are from the future and are left alone, as unknown text labels are."""
    if isinstance(key, int) and not isinstance(key, bool):
        return LABELS.get(key, str(key))
    return key if isinstance(key, str) else "?"


def _check(record: Mapping[str, Any], base: Mapping[str, Any]) -> None:
    unknown = next((key for key in record if key.endswith("_")), None)
    if unknown is not None:
        raise Wrong(f"{unknown[:40]!r} must be understood, and is not")
    version = record.get("bver", VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or not 0 < version <= SECONDARY_UNITS:
        raise Wrong(f"version {str(version)[:40]} is not known")
    if VERSION < version < SECONDARY_UNITS:
        raise Wrong(f"version {version} is not known; {VERSION} and {SECONDARY_UNITS} are")
    if "bver" in record and base.get("bver", version) != version:
        raise Wrong(f"version {version} after {base['bver']}")


def _resolved(record: Mapping[str, Any], base: Mapping[str, Any]) -> Record:
    device, field = _place(_text(base, "bn"), _text(record, "n"))
    time = _number(base, "bt") + _number(record, "t")
    if not -TIME_LIMIT < time < TIME_LIMIT:
        raise Wrong(f"{time} s is no time")
    unit = _text(record, "u") or _text(base, "bu")
    field = field or UNNAMED.get(unit, VALUE)
    total = _number(base, "bs") + _number(record, "s") if "s" in record or "bs" in base else None
    return Record(device, field, time, unit, _value(record, base, has_sum=total is not None), total)


def _value(record: Mapping[str, Any], base: Mapping[str, Any], *, has_sum: bool) -> Any:
    kinds = [key for key in VALUES if key in record]
    if len(kinds) > 1 or (not kinds and not has_sum and "bv" not in base):
        raise Wrong(f"expected one of v, vs, vb, vd; found {' and '.join(kinds) or 'none'}")
    if not kinds:
        return _number(base, "bv") if "bv" in base else None
    kind = kinds[0]
    if kind == "v":
        return _number(record, "v") + _number(base, "bv")
    if not isinstance(record[kind], VALUES[kind]):
        raise Wrong(f"{kind} is of the wrong type")
    return None if kind == "vd" else record[kind]


def _place(base: str, name: str) -> tuple[str, str]:
    """(device, field, "" for a record without a name of its own): see the top of this file."""
    whole = base + name
    if not NAME.fullmatch(whole):
        raise Wrong(f"{whole[:80]!r} is no name")
    urn = DEV_URN.fullmatch(whole)
    if urn:
        eui = urn[1].startswith("urn:dev:mac:") and len(urn[2]) == EUI_DIGITS
        return urn[2].lower() if eui else urn[1], urn[3].strip(SEPARATORS)
    if base:
        return base.rstrip(SEPARATORS), name.strip(SEPARATORS)
    device, _, field = name.rstrip(SEPARATORS).rpartition("/")
    return device, field


def _text(fields: Mapping[str, Any], key: str) -> str:
    found = fields.get(key, "")
    if not isinstance(found, str):
        raise Wrong(f"{key} is no text")
    return found


def _number(fields: Mapping[str, Any], key: str) -> float:
    """The number, 0 when there is none; an integer stays one."""
    found = fields.get(key, 0)
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        raise Wrong(f"{key} is no number")
    try:
        real = float(found)
    except OverflowError:
        raise Wrong(f"{key} is too large") from None
    return found if isinstance(found, int) else real
