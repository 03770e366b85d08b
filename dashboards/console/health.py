"""`/livez`, `/readyz` and `/metrics`: for supervisors and Prometheus, open to whoever reaches us."""

from collections.abc import Callable, Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


class Told(Protocol):
    """Of the Sources of the pages, or all that a process without pages tells."""

    @property
    def checks(self) -> Callable[[], Mapping[str, str]]: ...
    @property
    def metrics(self) -> Callable[[], bytes]: ...


def routes(sources: Told) -> list[Route]:
    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        checks = sources.checks()
        ready = not any(checks.values())
        return JSONResponse({"ready": ready, "checks": dict(checks)}, status_code=200 if ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(sources.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]
