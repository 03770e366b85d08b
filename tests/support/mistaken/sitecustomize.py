"""Python imports this at its start where its folder is in PYTHONPATH: mistakes of ours, planted in a real process.

`?mistake=route` fails before the page, `?mistake=user` where anybody's session is looked up, so in the frame around an
error page too. Each raises the worst that a mistake could: an exception that quotes all of the request.
"""

import os
from typing import Any
from urllib.parse import parse_qsl

if os.environ.get("VIGITERRE_MISTAKEN"):
    from starlette.requests import Request
    from starlette.routing import Route

    from dashboards.console.signed_in import SignedIn

    handle, user_of = Route.handle, SignedIn.user

    def quoted(request: Request, body: str = "") -> str:
        form = dict(parse_qsl(body))
        return f"{request.scope['headers']} {request.headers} {request.cookies} {request.url} {body} {form}"

    async def handled(self: Route, scope: Any, receive: Any, send: Any) -> None:
        if b"mistake=route" in scope["query_string"]:
            request = Request(scope, receive)
            raise RuntimeError(quoted(request, (await request.body()).decode()))
        await handle(self, scope, receive, send)

    def found(self: SignedIn, request: Request) -> Any:
        if request.query_params.get("mistake") == "user":
            raise RuntimeError(quoted(request))
        return user_of(self, request)

    Route.handle = handled  # type: ignore[method-assign]
    SignedIn.user = found  # type: ignore[method-assign]
