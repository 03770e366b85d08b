"""Rates, sizes and times as people read them."""

from dashboards.console.texts import AGES
from devices.problems import Language
from devices.readable import readable, whole

SPACE = "\N{NO-BREAK SPACE}"
NONE = "—"
STEPS = {"fr": ("o", "ko", "Mo", "Go", "To"), "en": ("B", "kB", "MB", "GB", "TB")}
UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))


def rate(per_second: float | None, language: Language) -> str:
    """`12,5/s`; below one in ten seconds by the hour; `—` when it is not known yet."""
    if per_second is None:
        return NONE
    if 0 < per_second < 0.1:
        return f"{readable(per_second * 3600, '', language)}/h"
    return f"{readable(per_second, '', language)}/s"


def count(number: float | None) -> str:
    return NONE if number is None else whole(round(number))


def size(octets: float | None, language: Language) -> str:
    """`1,2 Go`: by thousands."""
    if octets is None:
        return NONE
    step = 0
    while octets >= 1000 and step < len(STEPS[language]) - 1:
        octets, step = octets / 1000, step + 1
    return f"{readable(octets, '', language)}{SPACE}{STEPS[language][step]}"


def lasting(seconds: float | None, language: Language) -> str:
    """`3 j 4 h`: the two largest units, rounded down; below a second in thousandths."""
    if seconds is None:
        return NONE
    if seconds < 1:
        return f"{readable(max(0.0, seconds) * 1000, '', language)}{SPACE}ms"
    left, parts = int(seconds), []
    for length, unit in UNITS:
        if left >= length:
            parts.append(f"{left // length}{SPACE}{AGES[language][unit]}")
            left %= length
    return SPACE.join(parts[:2])
