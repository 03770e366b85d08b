"""Several named contents in one input. Any bytes are a parcel, so a parcel can be shortened anywhere."""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

SEAM = re.compile(rb"(?:\A|\n)--8<-- ([^\n]*)\n")

Part = tuple[str, bytes]
"""(name, content)."""


def pack(parts: Iterable[Part]) -> bytes:
    return b"\n".join(b"--8<-- %s\n%s" % (quote(name, safe="/ ._-+").encode(), content) for name, content in parts)


def unpack(data: bytes) -> list[Part]:
    """What stands before the first seam is nobody's."""
    pieces = SEAM.split(data)
    names = [unquote_to_bytes(name).decode("utf-8", "replace") for name in pieces[1::2]]
    return list(zip(names, pieces[2::2], strict=True))
