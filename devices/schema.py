"""How stored readings are called. The writer, the queries and the dashboards take every name from here.

Measurement = domain; tags = TAGS; fields = quantity ids; time = event time in ms. A roll-up keeps the quantity's own
field name in policy ROLLUP, with the suffixes below beside it, so that a query changes only the policy.
"""

import re
from collections.abc import Iterable

from devices.device import DOMAINS

MEASUREMENTS = DOMAINS
TAGS = ("device", "model", "site", "commune")
RAW = "autogen"
ROLLUP = "rollup_1h"
MIN, MAX, COUNT = "_min", "_max", "_count"
DURATION = "_duration_"
"""`{quantity}_duration_{state}`: seconds of the hour spent in that state."""
HOUR_MS = 3_600_000
# What dashboards are shown beside the readings: measurements of ours, raw policy only, never rolled up.
ALERT, MAINTENANCE, FLEET, REFUSAL, PLATFORM, RESOLUTION = (
    "alert",
    "maintenance",
    "fleet",
    "refusal",
    "platform",
    "resolution",
)
PLACED = (*TAGS, "domain", "label", "town")
"""Tags of a device there. `label`: `D 2009, plaine de la Sioule (d2009-saint-pourcain)`, `town`: `Moulins (03190)`, so
that a dashboard's variable shows the name and filters by what stands in the parentheses. `title` of an alert is that of
its rule, in the language of the installation."""
MARK_TAGS = {
    ALERT: (*PLACED, "rule", "title"),
    MAINTENANCE: PLACED,
    FLEET: PLACED,
    REFUSAL: PLACED,
    PLATFORM: ("instance",),
    RESOLUTION: ("policy",),
}
LEVEL, ACKNOWLEDGED = "level", "acknowledged"
OPENED, ACKNOWLEDGED_AFTER, LASTED = "opened", "acknowledged_after", "lasted"
"""Fields of `alert`. `level`: 1 info, 2 warning, 3 critical from this moment on, 0 when it is over; `acknowledged`: 0
or 1; these two are written again while it is open. Once each: `opened`, the level with which it fired, at that moment;
`acknowledged_after`, seconds from its opening, when it was acknowledged; `lasted`, seconds, at its end. Where late data
moved such a moment or took it away, its point is overwritten with 0: count what is above 0."""
ACTIVE = "active"
"""Field of `maintenance`: 1 at its start, 0 at its end."""
LATITUDE, LONGITUDE, HEARD, INTERVAL, SILENT = "latitude", "longitude", "heard", "interval", "silent"
"""Fields of `fleet`, with LEVEL, the highest of its open alerts: degrees; `heard`: event time of its newest reading, ms
since 1970; `interval`: expected seconds between two readings; `silent`: 1 for a device that the rule of silence fires
on; besides, each parameter of the device that a rule compares with (`alert_level`). Written for each device every ten
minutes, and at once when `level` or `silent` changes.

Fields of `refusal`: reason codes, how many since the mark before; without `device` where nobody knows the device.
Fields of `platform`: names of /metrics without `vigiterre_`, the value of a label appended
(`readings_refused_total_schema`).
"""
LONGEST, SINCE = "longest", "since"
"""Fields of `resolution`: a range of time no longer than `longest`, ms, that begins at `since` or later, ms since 1970,
is shown from `policy`. That of raw data is the newer of the two marks: it is asked first."""
RAW_LONGEST_MS = 7 * 86_400_000 + HOUR_MS
"""Above this a dashboard reads roll-ups; a week and one hour, so that "the last week" is raw whatever a clock says."""
UNSPEAKABLE = re.compile(r"[\\\x00-\x1f\x7f\ud800-\udfff]")
"""What the text of a tag may not hold: a backslash before a comma, a space or the end of a tag has no spelling that
InfluxDB 1, 2 and 3 read alike, a line feed ends the line, and a lone surrogate has no UTF-8."""
LONGEST_TAG = 255
"""Characters; far below the 65,535 bytes that InfluxDB grants to all tags of a series together."""


def reserved(quantity: str, others: Iterable[str] = ()) -> bool:
    """True when a quantity of this name would clash with a tag, a roll-up suffix or another quantity's roll-up."""
    return (
        quantity in TAGS
        or quantity in ("time", "domain")
        or quantity.endswith((MIN, MAX))
        or DURATION in quantity
        or any(quantity == other + COUNT for other in others)  # `vehicle_count` is fine while there is no `vehicle`
    )
