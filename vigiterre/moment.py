"""What time it is, ms since 1970."""

import time

MINUTE_MS = 60_000
DAY_MS = 86_400_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000
