"""The messages of Sparkplug B for the protobuf library, built at run time from a table of field numbers.

Source: Eclipse Sparkplug 3.0.0 specification, section 6.4 (payload) and 6.4.16 (data types). Only what a reading needs
is named; metadata, properties, data sets and templates stay bytes or are skipped, so nothing nests.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError as NotProtobuf  # type: ignore[import-untyped]

from devices.errors import DecodeError

PACKAGE: Final = "vigiterre.sparkplug"
METRIC: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "name": (1, "STRING"),
        "alias": (2, "UINT64"),
        "timestamp": (3, "UINT64"),
        "datatype": (4, "UINT32"),
        "is_historical": (5, "BOOL"),
        "is_null": (7, "BOOL"),
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
PAYLOAD: Mapping[str, tuple[int, str]] = MappingProxyType(
    {"timestamp": (1, "UINT64"), "metrics": (2, "MESSAGE"), "seq": (3, "UINT64")}
)
SIGNED: Mapping[int, int] = MappingProxyType({1: 8, 2: 16, 3: 32, 4: 64})
"""Data type -> bits: Int8 to Int64, sent as two's complement in an unsigned field."""
UNSIGNED: Mapping[int, int] = MappingProxyType({5: 8, 6: 16, 7: 32, 8: 64, 13: 64})
"""UInt8 to UInt64, DateTime."""
BOOLEAN: Final = 11


def read_payload(payload: bytes) -> Any:
    """The Payload message. Raises DecodeError for bytes that are none."""
    try:
        found = _classes()["Payload"].FromString(payload)
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


@cache
def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package=PACKAGE, syntax="proto2")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, fields in (("Metric", METRIC), ("Payload", PAYLOAD)):
        message = file.message_type.add(name=name)
        for field, (number, wire) in fields.items():
            one = message.field.add(name=field, number=number, label=kinds.LABEL_OPTIONAL)
            one.type = getattr(kinds, f"TYPE_{wire}")
            if wire == "MESSAGE":
                one.label, one.type_name = kinds.LABEL_REPEATED, f".{PACKAGE}.Metric"
            if field.endswith("_value"):
                one.oneof_index = 0
        if name == "Metric":
            message.oneof_decl.add(name="value")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))
        for name in ("Metric", "Payload")
    }
