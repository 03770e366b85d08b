"""The watchman rules: what Vigiterre cannot say of itself once it is stopped, cut off, or unable to tell anybody.

They read the marks that it writes of itself, measurement `platform`, every 15 seconds. Rules on sensors are not here:
those, with their calendars and silences, are its own.
"""

from dataclasses import dataclass
from typing import Literal

from dashboards.grafana.influxql import raw
from devices.schema import MARK_TAGS, PLATFORM
from stores.influxql import identifier

Severity = Literal["critical", "warning"]
Blind = Literal["Alerting", "KeepLast"]
"""What a rule says when its query fails or finds nothing."""
PREFIX = "vigiterre-watch-"
"""Of the uid of each rule."""
GROUPED = "GROUP BY " + ", ".join(map(identifier, MARK_TAGS[PLATFORM]))


@dataclass(frozen=True)
class Watch:
    """Fires while the number is beyond `fires`, calm again beyond `calms`; the same where wholes are counted."""

    name: str
    """Key of its texts; its uid is `vigiterre-watch-{name}`."""
    field: str
    """Of `platform`: the panel that shows it, or stands for it, is linked."""
    statement: str
    within: int
    """Seconds: the range of time the query looks at."""
    above: bool
    """Fires above `fires`, else below it."""
    fires: float
    calms: float
    lasting: str
    """How long it must last, a multiple of the interval of the group: `2m`."""
    severity: Severity
    reducer: Literal["last", "sum"] = "last"
    blind: Blind = "KeepLast"
    """Only one rule rings when the store is away: the others keep what they said."""

    @property
    def uid(self) -> str:
        return PREFIX + self.name


def newest(field: str) -> str:
    return f"SELECT last({identifier(field)}) AS {identifier(field)} FROM {raw(PLATFORM)} WHERE $timeFilter {GROUPED}"  # noqa: S608  -- our own names


def steps(field: str) -> str:
    """How much a counter grew, minute by minute: one that starts again at zero is no fall, and no growth."""
    return (
        f"SELECT non_negative_difference(last({identifier(field)})) AS {identifier(field)} FROM {raw(PLATFORM)}"  # noqa: S608  -- our own names
        f" WHERE $timeFilter {GROUPED}, time(1m) fill(none)"
    )


def share(part: str, whole: str) -> str:
    """Percent."""
    divided = f"100 * mean({identifier(part)}) / mean({identifier(whole)})"
    return f"SELECT {divided} AS {identifier(part)} FROM {raw(PLATFORM)} WHERE $timeFilter {GROUPED}"  # noqa: S608  -- our own names


def _count(field: str) -> str:
    """Of all instances together: a series that has ended would otherwise be forgotten, not missed."""
    return f"SELECT count({identifier(field)}) AS {identifier(field)} FROM {raw(PLATFORM)} WHERE $timeFilter"  # noqa: S608  -- our own names


AGE, CONNECTED = "ingest_last_message_age_seconds", "mqtt_connected"
LAG, LATE = "journal_lag_messages", "alerts_lag_messages"
FREE, TOTAL = "data_free_bytes", "data_total_bytes"
GIVEN_UP, RETRIES, WORST = "notices_given_up_total", "store_retries_total", "store_write_seconds_worst"
WATCHES = (
    Watch("down", LAG, _count(LAG), 180, False, 1, 1, "1m", "critical", blind="Alerting"),
    Watch("quiet", AGE, newest(AGE), 180, True, 600, 300, "1m", "critical"),
    Watch("broker", CONNECTED, newest(CONNECTED), 180, False, 0.5, 0.5, "2m", "critical"),
    Watch("lag", LAG, newest(LAG), 180, True, 10_000, 5_000, "10m", "warning"),
    Watch("late", LATE, newest(LATE), 180, True, 10_000, 5_000, "5m", "critical"),
    Watch("disk", FREE, share(FREE, TOTAL), 180, False, 10, 12, "5m", "critical"),
    Watch("notices", GIVEN_UP, steps(GIVEN_UP), 3_600, True, 0.5, 0.5, "1m", "critical", reducer="sum"),
    Watch("store", WORST, steps(RETRIES), 300, True, 3, 1, "5m", "warning", reducer="sum"),
)
RETIRED: tuple[str, ...] = ()
"""uids of rules that once were here: Grafana deletes a rule of a file only when it is told to."""
