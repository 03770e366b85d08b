"""The sender: for each channel a task that takes the next notice, words it, hands it over and notes the outcome.

Channels share nothing but the outbox, so one that hangs or fails holds nobody else back.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from traceback import extract_tb
from typing import NamedTuple, TypeVar

import structlog

from alerts.notices.compose import Composed, templates
from alerts.notices.courier import LIMIT_SECONDS, Courier
from alerts.notices.heartbeat import Heart
from alerts.notices.letter import Acknowledge, Look, Writer
from alerts.notices.plan import Channel, Plan
from alerts.notices.transport import keep_addresses_out_of_logs, send
from alerts.notices.trial import order_weekly
from alerts.notices.trouble import NotSent
from alerts.notices.waiting import happens_within
from alerts.outbox import Bundle, Outbox

log = structlog.get_logger()
TIDY_SECONDS = 60.0
REST_SECONDS = 5.0
"""After a failure of our own, such as a full disk."""
GRACE_SECONDS = 5.0
"""For what is being sent when we stop."""
LOOK_AGAIN_MS = 60_000
"""For a muted alert whose notice waited already."""
GONE = "-"
"""Channel under which rows of channels that are gone are counted."""
Found = TypeVar("Found")


@dataclass(slots=True)
class Counts:
    """Notices since the start, by channel; `given_up` are rows of the outbox."""

    sent: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)


class Parcel(NamedTuple):
    """A notice that is ready to go."""

    bundle: Bundle
    channel: Channel
    composed: Composed


class Sender:
    """Lives in one event loop; `wake` may be called from any thread."""

    def __init__(
        self,
        outbox: Outbox,
        plan: Plan,
        look: Look,
        clock: Callable[[], int],
        *,
        acknowledge: Acknowledge = lambda _notice, _channel, _now: "",
        healthy: Callable[[], bool] = lambda: True,
        public_url: str = "",
        limit: float = LIMIT_SECONDS,
    ) -> None:
        """`clock` gives ms; `healthy` says whether the heartbeat may go out; `limit` is seconds for one send."""
        self.counts = Counts()
        self._outbox = outbox
        self._plan = plan
        self._clock = clock
        self._writer = Writer(look, acknowledge, public_url)
        self._limit = limit
        self._heart = Heart(healthy)
        self._couriers: dict[str, Courier] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._chores: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = 0
        # One thread for the outbox: its commits wait for the disk, which the event loop must not.
        self._clerk = ThreadPoolExecutor(1, "notices")

    async def run(self) -> None:
        """Until `stop`."""
        keep_addresses_out_of_logs()
        templates()
        self._loop = asyncio.get_running_loop()
        self._started = self._clock()
        self._heart.follow(self._plan.heartbeat)
        self._chores = [
            self._loop.create_task(chore) for chore in (self._keep_house(), self._heart.run(self._stopping))
        ]
        try:
            self._staff()
            await self._stopping.wait()
        finally:
            await self._dismiss()

    def stop(self) -> None:
        """Call it in the event loop. `run` returns when what is being sent has its outcome, or 5 s later."""
        self._stopping.set()
        self._heart.stop()
        self._ring(tuple(self._wakes))

    def wake(self, channels: Iterable[str]) -> None:
        """Something new waits for these channels: what `Outbox.add` returned. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring, tuple(channels))

    def replace_plan(self, plan: Plan) -> None:
        """From now on; what is being sent is not disturbed. Call it in the event loop."""
        self._plan = plan
        self._heart.follow(plan.heartbeat)
        self._staff()
        self._ring(tuple(self._wakes))

    def _ring(self, channels: Iterable[str]) -> None:
        for name in channels:
            if (event := self._wakes.get(name)) is not None:
                event.set()

    def _staff(self) -> None:
        """One task for each channel; those of channels that are gone end by themselves."""
        if self._loop is None or self._stopping.is_set():
            return
        for name in self._plan.channels:
            if name not in self._tasks:
                self._wakes[name] = asyncio.Event()
                self._tasks[name] = self._loop.create_task(self._serve(name), name=f"notices {name}")

    async def _serve(self, name: str) -> None:
        wake = self._wakes[name]
        while not self._stopping.is_set() and name in self._plan.channels:
            wake.clear()
            try:
                await self._serve_once(name, wake)
            except Exception:
                log.exception("notices_failed", channel=name)
                await happens_within(self._stopping, REST_SECONDS)
        del self._tasks[name], self._wakes[name]

    async def _serve_once(self, name: str, wake: asyncio.Event) -> None:
        found = await self._at_desk(self._next, name)
        if isinstance(found, Parcel):
            await self._deliver(found)
        else:
            await happens_within(wake, found)

    def _next(self, name: str) -> Parcel | float | None:
        """The next notice; else the seconds until there is one, None if nothing waits."""
        plan, now = self._plan, self._clock()
        if name not in plan.channels:
            return None
        most = plan.channels[name].max_per_hour
        bundle = self._outbox.take(name, now, most)
        if bundle is None:
            due = self._outbox.next_due(name, now, most)
            return None if due is None else max(0, due - now) / 1000
        channel = plan.resolve(name, now)
        assert channel is not None, f"the reader lets no rota of unknown channels pass: {name}"
        letter = self._writer.write(bundle, channel, now)
        if letter.stale:
            self._outbox.supersede(letter.stale, now)
        if letter.muted:
            self._outbox.postpone(letter.muted, now + LOOK_AGAIN_MS)
        if letter.composed is None:
            return 0.0
        return Parcel(bundle._replace(rows=letter.rows), channel, letter.composed)

    async def _deliver(self, parcel: Parcel) -> None:
        name = parcel.channel.name
        courier = self._couriers.setdefault(name, Courier(name, self._limit))
        try:
            await courier.deliver(partial(send, parcel.channel, parcel.composed))
        except NotSent as error:
            await self._note_failure(parcel, error)
        except Exception as error:  # noqa: BLE001  -- a mistake of ours is an outcome too
            # Not its words: those of a library may quote the address.
            log.error("notice_broken", channel=name, error=type(error).__name__, where=_where(error))  # noqa: TRY400
            await self._note_failure(parcel, NotSent("broken", detail=type(error).__name__))
        else:
            await self._surely(lambda now: self._outbox.sent(parcel.bundle, now))
            self.counts.sent[parcel.bundle.channel] += 1

    async def _note_failure(self, parcel: Parcel, error: NotSent) -> None:
        name, words = parcel.bundle.channel, error.text(parcel.channel.language)
        log.warning("notice_not_sent", channel=name, notice=parcel.bundle.notice, error=str(error))
        jitter = random.uniform(0.5, 1)  # noqa: S311  -- no secret
        give_up = self._plan.give_up
        await self._surely(
            lambda now: self._count_given_up(
                {name: self._outbox.failed(parcel.bundle, words, now, give_up=give_up, jitter=jitter)}
            )
        )
        self.counts.failed[name] += 1

    async def _surely(self, note: Callable[[int], None]) -> None:
        """Note an outcome, again and again while the disk refuses: a notice that was confirmed must not go again."""
        while True:
            try:
                await self._at_desk(lambda: note(self._clock()))
            except Exception:
                log.exception("outcome_not_noted")
                if self._stopping.is_set():
                    return
                await happens_within(self._stopping, REST_SECONDS)
            else:
                return

    async def _keep_house(self) -> None:
        while not self._stopping.is_set():
            try:
                self.wake(await self._at_desk(self._tidy))
            except Exception:
                log.exception("outbox_not_tidied")
            await happens_within(self._stopping, TIDY_SECONDS)

    def _tidy(self) -> set[str]:
        plan, now = self._plan, self._clock()
        self._count_given_up({GONE: self._outbox.tidy(plan.channels, now, give_up=plan.give_up)})
        tested = order_weekly(self._outbox, plan, self._started, now)
        if tested:
            log.info("weekly_test", channels=sorted(tested))
        return tested

    def _count_given_up(self, rows: Mapping[str, int]) -> None:
        for name, count in rows.items():
            if count:
                self.counts.given_up[name] += count
                log.error("notices_given_up", channel=name, count=count)

    async def _at_desk(self, work: Callable[..., Found], *values: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._clerk, work, *values)

    async def _dismiss(self) -> None:
        self.stop()
        tasks = [*self._chores, *self._tasks.values()]
        _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for courier in self._couriers.values():
            courier.close()
        self._clerk.shutdown()


def _where(error: BaseException) -> str:
    frames = extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
