"""Cayenne LPP: one byte of channel, one of type, then the value, big-endian; again until the payload ends.

Fields are named `<type>_<channel>` as The Things Stack does: temperature_1, gps_3 {latitude, longitude, altitude},
accelerometer_4 {x, y, z}. Values are numbers in the unit of TYPES. Sources: the myDevices documentation of Cayenne LPP
for the first twelve types, ElectronicCats/CayenneLPP for the others, thethingsindustries.com/docs for the names.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from devices.errors import DecodeError
from ingest.codecs.uplink import Decoded


class Type(NamedTuple):
    name: str
    sizes: tuple[int, ...]
    """Bytes of each part."""
    per_unit: tuple[int, ...]
    """Steps in one unit, for each part; division by it gives the nearest double, multiplying by 0.1 would not."""
    unit: str
    signed: bool = False
    parts: tuple[str, ...] = ()
    """Names of the parts; none for a single number."""


XYZ = ("x", "y", "z")
TYPES: Mapping[int, Type] = MappingProxyType(
    {
        0: Type("digital_in", (1,), (1,), ""),
        1: Type("digital_out", (1,), (1,), ""),
        2: Type("analog_in", (2,), (100,), "", signed=True),
        3: Type("analog_out", (2,), (100,), "", signed=True),
        100: Type("generic", (4,), (1,), ""),
        101: Type("luminosity", (2,), (1,), "lx"),
        102: Type("presence", (1,), (1,), ""),
        103: Type("temperature", (2,), (10,), "Cel", signed=True),
        104: Type("relative_humidity", (1,), (2,), "%"),
        113: Type("accelerometer", (2, 2, 2), (1000, 1000, 1000), "[g]", signed=True, parts=XYZ),
        115: Type("barometric_pressure", (2,), (10,), "hPa"),
        116: Type("voltage", (2,), (100,), "V"),
        117: Type("current", (2,), (1000,), "A"),
        118: Type("frequency", (4,), (1,), "Hz"),
        120: Type("percentage", (1,), (1,), "%"),
        121: Type("altitude", (2,), (1,), "m", signed=True),
        125: Type("concentration", (2,), (1,), "[ppm]"),
        128: Type("power", (2,), (1,), "W"),
        130: Type("distance", (4,), (1000,), "m"),
        131: Type("energy", (4,), (1000,), "kW.h"),
        132: Type("direction", (2,), (1,), "deg"),
        133: Type("unixtime", (4,), (1,), "s"),
        134: Type("gyrometer", (2, 2, 2), (100, 100, 100), "deg/s", signed=True, parts=XYZ),
        136: Type(
            "gps",
            (3, 3, 3),
            (10_000, 10_000, 100),
            "deg, deg, m",
            signed=True,
            parts=("latitude", "longitude", "altitude"),
        ),
        142: Type("switch", (1,), (1,), ""),
    }
)
HEAD = 2
"""Bytes before a value: channel and type."""


def decode(payload: bytes, port: int | None) -> list[Decoded]:  # noqa: ARG001  -- a format of the payload alone
    """All values of a payload as one measurement; none for an empty payload.

    Nothing tells where a value of an unknown type ends, so one makes the whole payload unreadable. Of a channel that
    comes twice with the same type the last value wins, as on The Things Stack.
    """
    fields: dict[str, Any] = {}
    offset = 0
    while offset < len(payload):
        channel, kind = _head(payload, offset)
        fields[f"{kind.name}_{channel}"] = _value(payload, offset + HEAD, channel, kind)
        offset += HEAD + sum(kind.sizes)
    return [Decoded(fields)] if fields else []


def _head(payload: bytes, offset: int) -> tuple[int, Type]:
    if offset + HEAD > len(payload):
        raise DecodeError(
            f"Cayenne LPP: channel {payload[offset]} at byte {offset} is the last byte; expected a type and a value"
        )
    channel, number = payload[offset], payload[offset + 1]
    kind = TYPES.get(number)
    if kind is None:
        raise DecodeError(
            f"Cayenne LPP: byte {offset + 1} says type {number} (0x{number:02x}) for channel {channel}, "
            "which is no type of Cayenne LPP; is this the right codec for the device?"
        )
    return channel, kind


def _value(payload: bytes, start: int, channel: int, kind: Type) -> float | dict[str, float]:
    size, left = sum(kind.sizes), len(payload) - start
    if left < size:
        raise DecodeError(f"Cayenne LPP: {kind.name}_{channel} at byte {start} needs {size} bytes, {left} are left")
    numbers: list[float] = []
    for width, per_unit in zip(kind.sizes, kind.per_unit, strict=True):
        steps = int.from_bytes(payload[start : start + width], "big", signed=kind.signed)
        numbers.append(steps / per_unit if per_unit > 1 else steps)
        start += width
    return dict(zip(kind.parts, numbers, strict=True)) if kind.parts else numbers[0]
