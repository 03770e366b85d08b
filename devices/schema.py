"""How stored readings are called. The writer, the queries and the dashboards take every name from here.

Measurement = domain; tags = TAGS; fields = quantity ids; time = event time in ms. A roll-up keeps the quantity's own
field name in policy ROLLUP, with the suffixes below beside it, so that a query changes only the policy.
"""

import re
from collections.abc import Iterable

from devices.device import DOMAINS

MEASUREMENTS = DOMAINS
ALERT, MAINTENANCE = "alert", "maintenance"
"""Measurements of ours beside those of the domains: they are no readings of devices, and are never rolled up."""
TAGS = ("device", "model", "site", "commune")
RAW = "autogen"
ROLLUP = "rollup_1h"
MIN, MAX, COUNT = "_min", "_max", "_count"
DURATION = "_duration_"
"""`{quantity}_duration_{state}`: seconds of the hour spent in that state."""
HOUR_MS = 3_600_000
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
