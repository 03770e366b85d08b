"""A Receiver run for the time of a test, and where its messages land."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from devices.reading import Message
from ingest.mqtt import Broker, Receiver, State


class Landing:
    """A `deliver` that keeps everything, stalls while `open` is cleared, and raises what is queued in `failures`."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.entered = 0
        self.failures: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, messages: list[Message]) -> None:
        self.entered += 1
        await self.open.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.messages += messages

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]


def wall() -> int:
    return time.time_ns() // 1_000_000


@contextlib.asynccontextmanager
async def receiving(
    broker: Broker, deliver: Callable[[list[Message]], Awaitable[None]], folder: Path
) -> AsyncIterator[Receiver]:
    """A running receiver; stopped at the end, with little patience."""
    receiver = Receiver(broker, deliver, wall, folder / "session.json")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(receiver.run())
        try:
            yield receiver
        finally:
            await receiver.stop(0.5)


async def until(reached: Callable[[], bool], what: str, seconds: float = 20) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not reached():  # noqa: ASYNC110  -- what is waited for has no event
                await asyncio.sleep(0.01)
    assert reached(), f"waited {seconds} s for {what}"


async def connected(receiver: Receiver) -> State:
    await until(lambda: receiver.state.connected, f"a connection; {receiver.state.troubles}")
    return receiver.state
