"""Strict-Transport-Security, where it is right: see docs/adr/0055."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.console.accounts.trust import Trust

NAME = "Strict-Transport-Security"
TERM = "max-age=15552000"
"""180 days, and this name alone."""


class StrictTransport:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, trust: Trust) -> None:
        self.app = app
        self.trust = trust

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.trust.strict(Request(scope)):
            await self.app(scope, receive, send)
            return

        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault(NAME, TERM)
            await send(message)

        await self.app(scope, receive, strictly)
