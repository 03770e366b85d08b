"""The live feed: whatever is cut, slow or late, a client ends with the newest values."""

import asyncio
from collections.abc import AsyncGenerator, Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.console.live import ALONE_SECONDS, AT_ONCE, HEARTBEAT_SECONDS, MOST_CLIENTS, Event, Live
from devices.reading import Reading, Series

Feed = AsyncGenerator[list[Event], None]


def reading(device: str, time: int, value: float, quantity: str = "co2") -> Reading:
    return Reading(Series("building", device, "m", "s", "03190"), time, {quantity: value})


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Page:
    """What a page shows: it puts what is not older than what stands there; at a `reset` it reads everything anew."""

    def __init__(
        self, live: Live, stored: dict[str, tuple[int, float]], devices: Collection[str] | None = None
    ) -> None:
        self.live, self.stored, self.devices = live, stored, devices
        self.values: dict[str, tuple[int, float]] = {}
        self.after = live.number
        self.reset()

    def reset(self) -> None:
        wanted = self.stored if self.devices is None else self.devices
        self.values = {device: self.stored[device] for device in wanted if device in self.stored}

    def put(self, events: list[Event]) -> None:
        for event in events:
            assert event.number > self.after or event.kind == "reset", "in order, each once"
            self.after = event.number
            if event.kind == "reset":
                self.reset()
            elif event.kind == "reading":
                time, value = event.data["time"], event.data["value"]
                assert isinstance(time, int)
                assert isinstance(value, float)
                if time >= self.values.get(event.key[0], (0, 0.0))[0]:
                    self.values[event.key[0]] = time, value


async def next_of(feed: Feed) -> list[Event]:
    return await asyncio.wait_for(anext(feed), 5)


async def listening(
    live: Live, devices: Collection[str] | None = None, after: int | None = None
) -> tuple[Feed, asyncio.Future[list[Event]]]:
    feed = live.follow(devices, after)
    task = asyncio.ensure_future(anext(feed))
    await asyncio.sleep(0)
    return feed, task


async def gone(feed: Feed, task: asyncio.Future[list[Event]]) -> None:
    task.cancel()
    await asyncio.wait([task])
    await feed.aclose()


async def test_a_client_gets_the_readings_of_its_devices_only() -> None:
    live = Live()
    feed, first = await listening(live, {"a"})
    live.publish_readings([reading("b", 1, 7.0), reading("a", 1, 5.0)])
    assert [event.data for event in await first] == [{"device": "a", "quantity": "co2", "time": 1, "value": 5.0}]
    await feed.aclose()


async def test_a_newer_value_replaces_the_older_in_the_box_of_a_slow_client() -> None:
    live = Live()
    feed, first = await listening(live)
    live.publish_readings([reading("a", 1, 1.0)])
    await first
    for time in range(2, 1_000):  # the client is busy
        live.publish_readings([reading("a", time, float(time)), reading("b", time, float(time))])
    events = await next_of(feed)
    assert [(event.key[0], event.data["value"]) for event in events] == [("a", 999.0), ("b", 999.0)]
    await feed.aclose()


async def test_late_data_does_not_replace_a_newer_value() -> None:
    live = Live()
    feed, first = await listening(live)
    live.publish_readings([reading("a", 9, 9.0), reading("a", 3, 3.0)])
    assert [event.data["value"] for event in await first] == [9.0]
    await feed.aclose()


async def test_a_long_list_comes_in_parts_and_whole() -> None:
    live = Live()
    feed, first = await listening(live)
    live.publish_readings([reading(f"d{n}", 1, float(n)) for n in range(AT_ONCE + 3)])
    part, rest = await first, await next_of(feed)
    assert (len(part), len(rest)) == (AT_ONCE, 3)
    assert [event.data["value"] for event in (*part, *rest)] == [float(n) for n in range(AT_ONCE + 3)]
    await feed.aclose()


async def test_alerts_that_changed_while_a_client_was_away_are_named_once_each() -> None:
    live = Live()
    feed, first = await listening(live, ())
    live.publish_alerts([7], 1)
    seen = (await first)[0]
    assert seen.data == {"open": 1, "changed": [7]}
    await feed.aclose()
    for alert in (8, 9, 8):
        live.publish_alerts([alert], 2)
    feed, again = await listening(live, (), seen.number)
    assert [event.data for event in await again] == [{"open": 2, "changed": [8, 9]}]
    await feed.aclose()


async def test_who_missed_more_than_is_kept_is_told_to_begin_again() -> None:
    live = Live(kept=10)
    other, waiting = await listening(live)
    live.publish_readings([reading(f"d{n}", 1, 1.0) for n in range(11)])
    feed, first = await listening(live, None, 0)
    assert [event.kind for event in await first] == ["reset"]
    await feed.aclose()
    await gone(other, waiting)


@pytest.mark.parametrize("after", [-1, 10**12])
async def test_a_number_of_nobody_begins_again(after: int) -> None:
    feed, first = await listening(Live(), None, after)
    assert [event.kind for event in await first] == ["reset"]
    await feed.aclose()


async def test_while_nobody_listens_nothing_is_kept_but_alerts() -> None:
    clock = Clock()
    live = Live(clock)
    feed, first = await listening(live)
    live.publish_readings([reading("a", 1, 1.0)])
    last = (await first)[-1].number
    await feed.aclose()
    live.publish_readings([reading("a", 2, 2.0)])
    assert live.knows(last), "a cut stream may come back"
    clock.now += ALONE_SECONDS + 1
    live.publish_alerts([4], 1)
    live.publish_readings([reading("a", 3, 3.0)])
    assert not live.knows(last)
    assert live.changed_since(last) == [4]


async def test_a_quiet_stream_has_heartbeats() -> None:
    clock = Clock()
    live = Live(clock)
    feed, first = await listening(live)
    clock.now += HEARTBEAT_SECONDS
    assert await first == []
    await feed.aclose()


async def test_closing_ends_every_stream_and_later_ones_at_once() -> None:
    live = Live()
    feed, first = await listening(live)
    live.close()
    with pytest.raises(StopAsyncIteration):
        await first
    with pytest.raises(StopAsyncIteration):
        await next_of(live.follow(None, None))
    await feed.aclose()


async def test_one_client_too_many_is_sent_away() -> None:
    live = Live()
    clients = [await listening(live, ()) for _ in range(MOST_CLIENTS)]
    assert live.full
    with pytest.raises(StopAsyncIteration):
        await next_of(live.follow((), None))
    await gone(*clients.pop())
    assert not live.full
    live.close()
    await asyncio.gather(*(task for _, task in clients), return_exceptions=True)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("store"), st.sampled_from("abcd"), st.integers(1, 9)),
        st.tuples(st.sampled_from(["cut", "join", "read", "wait"]), st.just(""), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=120, deadline=None)
@given(steps, st.sampled_from([None, frozenset("ab"), frozenset("d")]), st.integers(1, 6))
def test_whatever_is_cut_a_page_ends_with_the_newest_values(
    steps: list[tuple[str, str, int]], devices: frozenset[str] | None, kept: int
) -> None:
    """The box may be tiny; lists may be cut before they are read, the wait for them too."""

    async def run() -> None:
        clock = Clock()
        live = Live(clock, kept=kept)
        stored: dict[str, tuple[int, float]] = {}
        page = Page(live, stored, devices)
        feed: Feed | None = None
        for count, (what, device, time) in enumerate(steps):
            if what == "store":
                value = float(count)
                if stored.get(device, (0, 0.0))[0] <= time:
                    stored[device] = time, value
                live.publish_readings([reading(device, time, value)])
            elif what == "cut" and feed is not None:
                await feed.aclose()
                feed = None
            elif what == "join" and feed is None:
                feed = live.follow(devices, page.after)
            elif what == "read" and feed is not None:
                await read_some(feed, page)
            elif what == "wait":
                clock.now += ALONE_SECONDS + 1
        if feed is not None:
            await feed.aclose()
        feed = live.follow(devices, page.after)
        await read_some(feed, page)
        await feed.aclose()
        wanted = {one: stored[one] for one in stored if devices is None or one in devices}
        assert page.values == wanted

    asyncio.run(run())


async def read_some(feed: Feed, page: Page) -> None:
    """All there is now; a wait for more is cut short, which ends an async generator."""
    task = asyncio.ensure_future(anext(feed))
    for _ in range(5):
        await asyncio.sleep(0)
        if task.done():
            break
    else:
        task.cancel()
        await asyncio.wait([task])
        return
    try:
        page.put(task.result())
    except StopAsyncIteration:
        return
    await read_some(feed, page)
