"""The bytes of a stranger's message, made safe to look at. Pure."""

import json
from typing import NamedTuple

from dashboards.console.pieces.visible import visible

LINE = 16
PAGE = 2_048
"""Bytes shown at once."""
LONGEST_JSON = 200_000
"""Characters of JSON set out on lines: deep nesting makes spaces."""
SPACE, DELETE, PICTURES = 0x20, 0x7F, 0x2400


class Line(NamedTuple):
    offset: str
    """Hexadecimal, of the first byte."""
    octets: str
    """`7b 22 63 ...`."""
    text: str
    """ASCII as it is, controls as their symbols, all else as a dot."""


def lines(payload: bytes, start: int = 0) -> list[Line]:
    """A page of lines from a multiple of LINE."""
    return [
        Line(f"{at:05x}", chunk.hex(" "), "".join(map(symbol, chunk)))
        for at in range(start, min(len(payload), start + PAGE), LINE)
        if (chunk := payload[at : min(at + LINE, start + PAGE)])
    ]


def symbol(octet: int) -> str:
    """One character that is seen: `␊` for a new line, `␣` for a space."""
    if octet == SPACE:
        return "\N{OPEN BOX}"
    if octet < SPACE:
        return chr(PICTURES + octet)
    if octet == DELETE:
        return "\N{SYMBOL FOR DELETE}"
    return chr(octet) if octet < DELETE else "\N{MIDDLE DOT}"


def pretty(payload: bytes) -> str:
    """The JSON of the payload on lines of its own, nothing in it invisible; "" when it is no JSON object or array.

    Its numbers are those we read: the bytes are the evidence.
    """
    if payload.lstrip()[:1] not in (b"{", b"["):
        return ""
    try:
        text = json.dumps(json.loads(payload.decode()), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError, OverflowError):
        return ""
    return visible(text, kept="\n") if len(text) <= LONGEST_JSON else ""
