"""What one cell of a spreadsheet may say: numbers, dates and times, INSEE codes, parameters.

Every function returns None for a text it cannot read; nothing is guessed, except that `,` is a decimal comma and that
23/11/2026 is day/month/year, because that is how a French spreadsheet saves the number and the ISO date it was given.
"""

import math
import re
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from devices.device import DEVICE_ID

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
COMMUNE = re.compile(r"[0-9][0-9AB][0-9]{3}")
FRENCH_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(
    rf"{ISO_DATE.pattern}[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)


def number(text: str) -> float | None:
    """A finite number, with a decimal point or comma."""
    if not NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def device_id(text: str) -> str | None:
    return text if DEVICE_ID.fullmatch(text) else None


def commune(text: str) -> str | None:
    """An INSEE code, five characters: `03190`, `2A004`. `1001` is not completed: it may be 01001 or a wrong number."""
    return next(filter(COMMUNE.fullmatch, (text, text.upper())), None)


def iso_date(text: str) -> str | None:
    """A day as `2026-11-23`."""
    french = FRENCH_DATE.fullmatch(text)
    if french:
        text = f"{french[3]}-{int(french[2]):02}-{int(french[1]):02}"
    if not ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def instant(text: str) -> int | None:
    """An instant in ms. A bare date is its first instant, and a time without zone is told, by the clocks of France."""
    day = iso_date(text)
    if day is None and not TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(day or text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_france())
    return round((moment - EPOCH).total_seconds() * 1000)


def params(text: str) -> dict[str, float | str]:
    """`offset.co2=-12 alert_level=1.8`; raises ValueError(part, code) for the first part that is wrong."""
    found: dict[str, float | str] = {}
    for part in text.split():
        key, equals, value = part.partition("=")
        if not (key and equals and value):
            raise ValueError(part, "bad_param")
        if key in found:
            raise ValueError(key, "duplicate_param")
        parsed = number(value)
        found[key] = value if parsed is None else parsed
    return found


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _france() -> ZoneInfo:
    return ZoneInfo("Europe/Paris")


def eui(text: str) -> str | None:
    """A LoRaWAN EUI as 16 lower-case hex digits: `70B3D5-49:99F0.552D` with any of these separators, or none."""
    digits = re.sub(r"[\s:.-]", "", text).lower()
    return digits if re.fullmatch(r"[0-9a-f]{16}", digits) else None
