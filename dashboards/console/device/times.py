"""Moments as the page writes them: by the clocks of France, in the words of a language."""

from babel.dates import format_date, format_datetime

from alerts.calendar import local
from devices.problems import Language

LOCALES: dict[Language, str] = {"fr": "fr_FR", "en": "en_GB"}


def clock(time_ms: int, language: Language) -> str:
    """`24 nov. 2026, 06:12`."""
    return str(format_datetime(local(time_ms), "d MMM y, HH:mm", locale=LOCALES[language]))


def day(time_ms: int, language: Language) -> str:
    """`mar. 24 nov. 2026`."""
    return str(format_date(local(time_ms).date(), "EEE d MMM y", locale=LOCALES[language]))


def iso(time_ms: int) -> str:
    """`2026-11-24T06:12:00+01:00`."""
    return local(time_ms).isoformat()


def typed(time_ms: int) -> str:
    """What a `datetime-local` field holds."""
    return local(time_ms).strftime("%Y-%m-%dT%H:%M")
