"""One thread for one channel: a send that hangs holds nobody else back, and there is never a second one beside it."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue

from alerts.notices.trouble import NotSent

LIMIT_SECONDS = 30.0

Work = Callable[[], None]
Answer = Callable[[BaseException | None], None]


class Courier:
    """The thread starts with the first send. It is a daemon: a send that hangs must not keep the process alive."""

    def __init__(self, name: str, limit: float = LIMIT_SECONDS) -> None:
        self._name = name
        self._limit = limit
        self._tasks: SimpleQueue[tuple[Work, Answer] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stuck = False
        self._one_at_a_time = asyncio.Lock()

    async def deliver(self, work: Work) -> None:
        """Do it in the thread. Raises what it raises, and NotSent after the limit or while the one before is stuck."""
        async with self._one_at_a_time:
            if self._stuck:
                raise NotSent("busy")
            self._start()
            loop = asyncio.get_running_loop()
            done: asyncio.Future[None] = loop.create_future()
            self._tasks.put((work, lambda error: self._answer(loop, done, error)))
            try:
                async with asyncio.timeout(self._limit):
                    await asyncio.shield(done)
            except TimeoutError:
                if done.done():
                    raise
                self._stuck = True
                raise NotSent("slow", seconds=round(self._limit)) from None

    def close(self) -> None:
        """The thread ends after what it does now."""
        self._tasks.put(None)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"notices {self._name}", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            work, answer = task
            try:
                work()
            except BaseException as error:  # noqa: BLE001  -- whoever waits must hear of it
                answer(error)
            else:
                answer(None)

    def _answer(self, loop: asyncio.AbstractEventLoop, done: asyncio.Future[None], error: BaseException | None) -> None:
        def settle() -> None:
            self._stuck = False
            if done.done():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
                done.exception()  # looked at: nobody may wait any more

        if not loop.is_closed():
            loop.call_soon_threadsafe(settle)
