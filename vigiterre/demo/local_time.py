"""Wall-clock time of the territory. Schools open and roads freeze by it, so series are laid along it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001  -- wall-clock time
"""Minute 0 of every series (config/demo/README.md)."""
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS


def wall(time_ms: int) -> datetime:
    """The clock on the wall. It never goes back: while an autumn hour comes a second time it stands at its end."""
    local = datetime.fromtimestamp(time_ms / 1000, PARIS)
    if local.fold:
        local = local.replace(minute=59, second=59, microsecond=999_000)
    return local.replace(tzinfo=None, fold=0)


def wall_minutes(time_ms: int) -> int:
    """Whole wall-clock minutes since MONDAY; never falls as time goes on."""
    return (wall(time_ms) - MONDAY) // timedelta(minutes=1)


def instant(minutes: int) -> int | None:
    """The time, ms, at which the wall shows these minutes since MONDAY; None in the hour that spring leaves out."""
    local = (MONDAY + timedelta(minutes=minutes)).replace(tzinfo=PARIS)
    there = local.astimezone(UTC)
    if there.astimezone(PARIS).replace(tzinfo=None) != local.replace(tzinfo=None):
        return None
    return round(there.timestamp() * 1000)
