"""Durations as people write them: "30 s", "10 min", "2 h", "1 d"."""

import re

from devices.tables import REQUIRED, Table

DURATION = re.compile(r"([0-9]{1,9}) ?(s|min|h|d)")
UNITS = {"s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def duration(text: str) -> int | None:
    """The milliseconds of a text such as "10 min"; None when it is no duration. "0 s" is one."""
    found = DURATION.fullmatch(text)
    return int(found[1]) * UNITS[found[2]] if found else None


def read_duration(table: Table, key: str, default: int | object = REQUIRED) -> int:
    """The milliseconds under a key; 0 when it is wrong, with the problem noted."""
    value = table.get(key, default)
    if value is REQUIRED:
        return 0
    if key not in table.values and isinstance(value, int):
        return value
    found = duration(value) if isinstance(value, str) else None
    if found is None:
        table.problem(key, "bad_duration", value=value)
        return 0
    return found
