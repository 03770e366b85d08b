"""How long to wait before trying again."""

import asyncio
import contextlib
import random


class Backoff:
    """Exponential from half a second, capped, with full jitter: clients of a broker that is back do not come as one.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __init__(self, cap: float) -> None:
        self._cap = cap
        self._ceiling = 0.5

    def next(self) -> float:
        delay = random.uniform(0, self._ceiling)  # noqa: S311  -- no secret
        self._ceiling = min(self._cap, self._ceiling * 2)
        return delay

    def reset(self) -> None:
        self._ceiling = 0.5


async def happens_within(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but no longer than this."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
