"""Readings as line protocol in a backup, and back: what any InfluxDB takes by `POST /write`, and we into any store."""

import re
from collections.abc import Iterable, Iterator

from devices.reading import Reading, Series
from devices.schema import TAGS
from stores.line_protocol import encode

PART_BYTES = 4 * 2**20
"""A file of lines in the archive ends after this much."""
VERSION = 1
_SPACE = re.compile(rb"(?<!\\) ")
_COMMA = re.compile(r"(?<!\\),")
_EQUALS = re.compile(r"(?<!\\)=")
_ESCAPED = re.compile(r"\\([ ,=])")


def parts_of(readings: Iterable[Reading]) -> Iterator[bytes]:
    """Files of about PART_BYTES; the last may be smaller, none is empty."""
    lines: list[bytes] = []
    size = 0
    for reading in readings:
        line = encode(reading) + b"\n"
        lines.append(line)
        size += len(line)
        if size >= PART_BYTES:
            yield b"".join(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines)


def decode(line: bytes) -> Reading:
    """One line as `stores.line_protocol.encode` writes them. Raises ValueError for anything else."""
    head, fields, time = _SPACE.split(line)
    name, *tags = _COMMA.split(head.decode())
    named = dict(_EQUALS.split(tag, maxsplit=1) for tag in tags)
    if not named.keys() <= set(TAGS):
        raise ValueError(f"tags {sorted(named)}")
    series = Series(_plain(name), *(_plain(named.get(tag, "")) for tag in TAGS))
    return Reading(series, int(time), dict(_field(text) for text in fields.decode().split(",")))


def _field(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    return name, float(value)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
