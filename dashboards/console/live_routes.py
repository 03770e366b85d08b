"""`/live`: the live feed of one page as server-sent events.

/live?device=ID&device=ID    values of these devices, and alerts; without a device, alerts only
/live?all=1                  values of all devices
&after=EPOCH-NUMBER          from there on; `Last-Event-ID`, which browsers send by themselves, wins
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import NamedTuple

from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dashboards.console.console import Console
from dashboards.console.live import Live
from dashboards.console.live_texts import TEXTS
from dashboards.console.live_wire import Wire
from dashboards.console.personal import sees_raw
from dashboards.console.pieces.visible import visible
from devices.device import DEVICE_ID
from devices.problems import Language

POSITION = re.compile(r"([0-9a-f]{8})-([0-9]{1,18})")
MOST_DEVICES = 500
SEND_SECONDS = 60.0
"""A client that takes nothing for so long is gone."""
GRACE_SECONDS = 1.0
"""At the end; who does not read does not keep the process."""
LONGEST_SECONDS = 900.0
"""Then the browser asks anew, from where it stands."""
LOOK_SECONDS = 3.0
"""So often it is looked whether it still may: what is taken from somebody ends in front of him."""
RETRY_AFTER = 30
LAST_BYTES = {"type": "http.response.body", "body": b"", "more_body": False}
"""A whole answer that ends here: the browser asks anew, and is told why not."""


class Wrong(Exception):  # noqa: N818  -- a question of a page, answered in words
    """What was asked is no feed; the words are for people."""


class Asked(NamedTuple):
    devices: frozenset[str] | None
    """None: all."""
    after: str
    """Position, or "" for a page that begins."""
    loaded: bool
    """By a page that knows no more than it was made with, not by a stream that goes on."""


def routes(console: Console) -> list[Route]:
    return [Route("/live", console.access.reading(Feed(console).follow))]


class Feed:
    def __init__(self, console: Console) -> None:
        self.console = console
        self.live = console.live
        self.wire = Wire(console.live, console.present, console.sources.registry)

    async def follow(self, request: Request) -> Response:
        site = self.console.site
        language = site.language(request)
        try:
            asked = read(request, language)
        except Wrong as wrong:
            return PlainTextResponse(str(wrong), status_code=400, headers=site.headers())
        if self.live.full:
            headers = site.headers() | {"Retry-After": str(RETRY_AFTER)}
            return PlainTextResponse(TEXTS[language]["full"], status_code=503, headers=headers)
        raw = sees_raw(self.console.access.user(request))
        still = partial(self.console.access.still, request)
        return Stream(self._lines(asked, language, raw=raw), self.live, still, site.headers())

    async def _lines(self, asked: Asked, language: Language, *, raw: bool) -> AsyncIterator[bytes]:
        live, wire = self.live, self.wire
        until = time.monotonic() + LONGEST_SECONDS
        after = position(asked.after, live.epoch)
        yield wire.beginning()
        if after is None or not live.knows(after):
            begins = wire.reset() if asked.after else b""
            changed = live.changed_since(after or -1) if asked.after else []
            after = live.number
            yield begins + self._everything(asked, changed, language, raw=raw)
        elif asked.loaded:
            yield wire.alerts(self._open_alerts(), live.changed_since(after))
        async with aclosing(live.follow(asked.devices, after)) as lists:
            async for events in lists:
                if not events:
                    yield wire.heartbeat()
                elif events[0].kind == "reset":
                    yield wire.reset() + self._everything(asked, events[0].data["changed"], language, raw=raw)
                else:
                    yield wire.news(events, language, raw=raw)
                if time.monotonic() > until:
                    return

    def _everything(self, asked: Asked, changed: object, language: Language, *, raw: bool) -> bytes:
        return self.wire.everything(asked.devices, {"open": self._open_alerts(), "changed": changed}, language, raw=raw)

    def _open_alerts(self) -> int:
        if self.live.open_alerts is None:
            self.live.open_alerts = len(self.console.sources.open_alerts())
        return self.live.open_alerts


def read(request: Request, language: Language) -> Asked:
    """Raises Wrong."""
    words, query = TEXTS[language], request.query_params
    devices = frozenset(query.getlist("device"))
    if len(devices) > MOST_DEVICES:
        raise Wrong(words["many"].format(count=len(devices), most=MOST_DEVICES))
    for device in devices:
        if not DEVICE_ID.fullmatch(device):
            raise Wrong(words["device"].format(value=visible(device[:80])))
    after = query.get("after", "")
    if after and not POSITION.fullmatch(after):
        raise Wrong(words["after"].format(value=visible(after[:80])))
    last = request.headers.get("last-event-id", "")
    return Asked(None if query.get("all") == "1" else devices, last or after, loaded=not last)


def position(text: str, epoch: str) -> int | None:
    """The number in a position of this process; None for what another process, or nobody, gave."""
    found = POSITION.fullmatch(text)
    return int(found[2]) if found is not None and found[1] == epoch else None


class Stream(EventSourceResponse):
    """Ends when the feed does, though its client may not read, and when its client may not any more.

    The feed has heartbeats of its own.
    """

    def __init__(
        self,
        content: AsyncIterator[bytes],
        live: Live,
        still: Callable[[], Awaitable[bool]],
        headers: dict[str, str],
    ) -> None:
        self.live = live
        self.still = still
        super().__init__(
            content, headers=headers, ping=0, send_timeout=SEND_SECONDS, data_sender_callable=self._cut_at_the_end
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(SendTimeoutError, TimeoutError, _Ended):
            try:
                await super().__call__(scope, receive, send)
            except _Taken:
                await asyncio.wait_for(send(LAST_BYTES), GRACE_SECONDS)

    async def _cut_at_the_end(self) -> None:
        while not self.live.ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.live.ended.wait(), LOOK_SECONDS)
            if not await self.still():
                raise _Taken
        await asyncio.sleep(GRACE_SECONDS)
        raise _Ended


class _Ended(Exception):  # noqa: N818  -- no error
    """The feed has ended, and the client does not read its end."""


class _Taken(Exception):  # noqa: N818  -- no error
    """Who follows it may not any more."""
