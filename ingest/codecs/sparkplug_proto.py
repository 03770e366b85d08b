"""The messages of Sparkplug B for the protobuf library, built at run time from a table of field numbers.

Source: Eclipse Sparkplug 3.0.0 specification, section 6.4 (payload) and 6.4.16 (data types). Only what a reading needs
is named: data sets and templates stay bytes, metadata is skipped, and properties are read for the quality alone.
The library is imported with the first message: its 5 MB are spared where nobody speaks Sparkplug.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from devices.errors import DecodeError

PACKAGE: Final = "vigiterre.sparkplug"
METRIC: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "name": (1, "STRING"),
        "alias": (2, "UINT64"),
        "timestamp": (3, "UINT64"),
        "datatype": (4, "UINT32"),
        "is_historical": (5, "BOOL"),
        "is_transient": (6, "BOOL"),
        "is_null": (7, "BOOL"),
        "properties": (9, "PropertySet"),
        "int_value": (10, "UINT32"),
        "long_value": (11, "UINT64"),
        "float_value": (12, "FLOAT"),
        "double_value": (13, "DOUBLE"),
        "boolean_value": (14, "BOOL"),
        "string_value": (15, "STRING"),
        "bytes_value": (16, "BYTES"),
        "dataset_value": (17, "BYTES"),
        "template_value": (18, "BYTES"),
    }
)
"""Field -> (number, wire type). Those that end in `_value` are one of a kind."""
MESSAGES: Mapping[str, Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "PropertyValue": {"is_null": (2, "BOOL"), "int_value": (3, "UINT32"), "long_value": (4, "UINT64")},
        "PropertySet": {"keys": (1, "BYTES*"), "values": (2, "PropertyValue*")},
        "Metric": METRIC,
        "Payload": {"timestamp": (1, "UINT64"), "metrics": (2, "Metric*"), "seq": (3, "UINT64")},
    }
)
"""Message -> fields; a star is for repeated ones."""
SIGNED: Mapping[int, int] = MappingProxyType({1: 8, 2: 16, 3: 32, 4: 64})
"""Data type -> bits: Int8 to Int64, sent as two's complement in an unsigned field."""
UNSIGNED: Mapping[int, int] = MappingProxyType({5: 8, 6: 16, 7: 32, 8: 64, 13: 64})
"""UInt8 to UInt64, DateTime."""
BOOLEAN: Final = 11
QUALITY: Final = b"Quality"
GOOD: Final = 192
"""OPC quality: 192 good, 0 bad, 500 stale."""


def read_payload(payload: bytes) -> Any:
    """The Payload message. Raises DecodeError for bytes that are none."""
    classes = _classes()
    from google.protobuf.message import DecodeError as NotProtobuf  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        found = classes["Payload"].FromString(payload)
    except (NotProtobuf, UnicodeDecodeError) as error:
        raise DecodeError(f"Sparkplug B: {len(payload)} bytes that are no protobuf payload: {error}") from None
    for number, metric in enumerate(found.metrics):
        # proto2 does not check texts: the library then gives their bytes
        if isinstance(metric.name, bytes) or isinstance(metric.string_value, bytes):
            raise DecodeError(f"Sparkplug B: a text of metric {number} is not UTF-8")
    return found


def write_payload(timestamp: int, metrics: list[dict[str, Any]], seq: int | None = None) -> bytes:
    """The bytes of a Payload; for requests, and for tests."""
    classes = _classes()
    payload = classes["Payload"](timestamp=timestamp, metrics=[classes["Metric"](**metric) for metric in metrics])
    if seq is not None:
        payload.seq = seq
    return bytes(payload.SerializeToString(deterministic=True))


def quality_of(metric: Any) -> int:
    """The OPC quality of a metric, GOOD where nothing is said."""
    for key, said in zip(metric.properties.keys, metric.properties.values, strict=False):
        if key == QUALITY and not said.is_null:
            return int(said.long_value or said.int_value)
    return GOOD


@cache
def _classes() -> dict[str, Any]:
    from google.protobuf import (  # type: ignore[import-untyped]  # noqa: PLC0415
        descriptor_pb2,
        descriptor_pool,
        message_factory,
    )

    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package=PACKAGE, syntax="proto2")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, wire) in fields.items():
            _declare(descriptor_pb2.FieldDescriptorProto, message, field, number, wire)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in MESSAGES}


def _declare(kinds: Any, message: Any, field: str, number: int, wire: str) -> None:
    one = message.field.add(name=field, number=number)
    one.label = kinds.LABEL_REPEATED if wire.endswith("*") else kinds.LABEL_OPTIONAL
    kind = wire.rstrip("*")
    if kind in MESSAGES:
        one.type, one.type_name = kinds.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
    else:
        one.type = getattr(kinds, f"TYPE_{kind}")
    if message.name == "Metric" and field.endswith("_value"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
        one.oneof_index = 0
