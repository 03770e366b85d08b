"""Moments as people type them: the clock on the wall in France."""

import re
from datetime import date

from alerts.calendar import instant, local

ISO = re.compile(
    r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})[T ]+(?P<h>[0-9]{1,2})[:h](?P<min>[0-9]{2})(:00)?"
)
"""What a `datetime-local` field sends, and what is typed where a browser has none."""
FRENCH = re.compile(
    r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})(?: à)? +(?P<h>[0-9]{1,2})[:h](?P<min>[0-9]{2})"
)


def read_moment(text: str) -> int | None:
    """The ms of `2026-11-24T06:00`, `2026-11-24 06:00`, `24/11/2026 06:00` or `24/11/2026 à 6h00`; None for others.

    Of the hour that comes twice in October it is the first.
    """
    found = ISO.fullmatch(text.strip()) or FRENCH.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found["h"]), int(found["min"])
    if hour > 23 or minute > 59:
        return None
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"]))
        return instant(day, hour * 60 + minute)
    except (ValueError, OverflowError):
        return None


def written(time_ms: int) -> str:
    """As a `datetime-local` field has it."""
    return local(time_ms).strftime("%Y-%m-%dT%H:%M")
