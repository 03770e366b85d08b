"""Days as people in France have them: from midnight to midnight by the clock on the wall."""

from collections.abc import Callable
from datetime import datetime, timedelta

from dashboards.console.rows import PARIS


def day_of(time_ms: int) -> int:
    """The midnight of Paris that begins the day of a time, ms."""
    at = datetime.fromtimestamp(time_ms / 1000, PARIS)
    return round(at.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def day_after(midnight: int) -> int:
    """The next midnight of Paris: 23, 24 or 25 hours later."""
    at = datetime.fromtimestamp(midnight / 1000, PARIS)
    following = at.replace(tzinfo=None) + timedelta(days=1)
    return round(following.replace(tzinfo=PARIS).timestamp() * 1000)


def by_day() -> Callable[[int], int]:
    """`day_of` for many times: the calendar is asked once a day where they come in order."""
    first = following = 0

    def day(time_ms: int) -> int:
        nonlocal first, following
        if not first <= time_ms < following:
            first = day_of(time_ms)
            following = day_after(first)
        return first

    return day
