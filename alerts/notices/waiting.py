"""Waiting for an event, but not for ever."""

import asyncio
from contextlib import suppress


async def happens_within(event: asyncio.Event, seconds: float | None) -> None:
    """Return when the event is set, or after so many seconds; None is without end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
