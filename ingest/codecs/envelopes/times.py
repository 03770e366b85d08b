"""When an uplink was heard, as network servers write it: RFC 3339 with up to nanoseconds, or ms since 1970."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ingest.codecs.envelopes.fields import number

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LORAWAN_MS = 1_420_070_400_000
"""2015, when LoRaWAN 1.0 was published. Times before it are a clock that was never set, or Go's zero time."""
YEAR_9999_MS = 253_402_300_800_000
MILLISECOND = timedelta(milliseconds=1)
CHARACTERS = 40
RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


def instant(found: object, *, utc: bool = False) -> int | None:
    """An RFC 3339 text -> ms, the rest cut off; None for anything else, so that the next best time is taken.

    `utc`: what the server means by a time without zone; else such a time is none.
    """
    if not isinstance(found, str) or len(found) > CHARACTERS:
        return None
    match = RFC3339.fullmatch(found.strip())
    if match is None or not (match[4] or utc):
        return None
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{(match[4] or 'Z').upper()}")
    except ValueError:
        return None
    return _known((moment - EPOCH) // MILLISECOND + int((match[3] or "0").ljust(3, "0")[:3]))


def milliseconds(found: object) -> int | None:
    """A number or text that is already ms since 1970; None for anything else."""
    value = number(found)
    return None if value is None else _known(int(value))


def earliest(times: Iterable[int | None]) -> int | None:
    """The same whatever the order the server lists its gateways in."""
    return min((time for time in times if time is not None), default=None)


def first(*times: int | None) -> int | None:
    """The first that is known: the fallback order."""
    return next((time for time in times if time is not None), None)


def _known(time: int) -> int | None:
    return time if LORAWAN_MS <= time < YEAR_9999_MS else None
