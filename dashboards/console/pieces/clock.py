"""What time it is, for pages that show the present."""

import time


def now_ms() -> int:
    """By the wall clock, ms since 1970."""
    return time.time_ns() // 1_000_000
