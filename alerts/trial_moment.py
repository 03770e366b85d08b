"""Moments in the tests of rules: `"25 min"` after the start, or a date with its time."""

from datetime import datetime

from alerts.calendar import instant
from alerts.durations import duration
from devices.tables import REQUIRED, Table


def read_moment(table: Table, key: str, start: int, default: int | None = None) -> int:
    """The ms of `"25 min"` after `start`, or of a date with its time; `start` when it is wrong."""
    if key not in table.values and default is not None:
        table.read.add(key)
        return default
    value = table.get(key)
    if isinstance(value, datetime):
        return _ms(value)
    found = duration(value) if isinstance(value, str) else None
    if found is None and value is not REQUIRED:
        table.problem(key, "bad_moment", value=value)
    return start + (found or 0)


def read_start(table: Table, key: str) -> int:
    """The ms of a date with its time; 0 when it is wrong."""
    value = table.get(key)
    if isinstance(value, datetime):
        return _ms(value)
    if value is not REQUIRED:
        table.problem(key, "bad_instant", value=value)
    return 0


def _ms(moment: datetime) -> int:
    """Without a zone it is what the clock on the wall shows in France."""
    if moment.tzinfo is not None:
        return round(moment.timestamp() * 1000)
    return instant(moment.date(), moment.hour * 60 + moment.minute) + moment.second * 1000
