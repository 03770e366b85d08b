"""Around all pages: headers that no answer may lack, and mistakes of ours told in words, not by a cut connection."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

Failed = Callable[[Request], Awaitable[Response]]


class Guard:
    """ASGI middleware. `headers` are added where an answer has none of that name; `failed` makes the page of a 500."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], failed: Failed) -> None:
        self.app = app
        self.headers = headers
        self.failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                found = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    found.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, guarded)
        except Exception:
            log.exception("page_failed", path=scope["path"])
            if started:  # half an answer is out: the connection must end, so that nobody takes it for a whole one
                raise
            answer = await self.failed(Request(scope, receive))
            await answer(scope, receive, guarded)
