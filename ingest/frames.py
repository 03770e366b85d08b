"""One uplink is one reading, however often a network passes it on.

Several gateways hear it, a server may publish it for each, a device repeats a confirmed one with the same counter. The
copies may carry different times; the first to come gives the time of all, so that storage holds one point.
"""

from hashlib import blake2b
from typing import NamedTuple

from ingest.codecs.uplink import Uplink

WINDOW_MS = 3_600_000
"""Copies come within this, ms received. A device sends its next 65,536 frames in a longer time, and one that joins anew
and counts from 0 again does not send the same bytes under the same number within the hour, but by a rare chance."""
KEPT = 200_000
"""At least; 30 MB at most. A network of 10,000 devices that send every 10 minutes fills a window with 60,000."""


class First(NamedTuple):
    """The first copy of an uplink."""

    time: int
    received: int


class Frames:
    """Remembers the uplinks of the last hour. Filled again from the journal after a restart (`Sieve.remember`)."""

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._young: dict[bytes, First] = {}
        self._old: dict[bytes, First] = {}

    def first(self, device: str, uplink: Uplink, time: int, received: int) -> First | None:
        """The first copy when this is another one of it; None when this is the first, which is remembered.

        `time` is the event time, `received` the time received, ms. Uplinks without a counter are never copies.
        """
        if uplink.counter is None:
            return None
        key = _key(device, uplink)
        known = self._young.get(key) or self._old.get(key)
        if known is not None and abs(received - known.received) < WINDOW_MS:
            return known
        self._young[key] = First(time, received)
        if len(self._young) >= self.kept:
            self._old, self._young = self._young, {}
        return None


def _key(device: str, uplink: Uplink) -> bytes:
    content = uplink.payload if uplink.payload is not None else repr(uplink.fields).encode()
    head = f"{device} {uplink.counter} {uplink.port} ".encode()
    return blake2b(head + content, digest_size=12).digest()
