"""`/livez`, `/readyz`, `/metrics` and the status page: devices, last values, refusals.

The pages know no other room's objects: what they show comes from the functions of `Sources`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from alerts.notices.case import Case
from dashboards.console.alerts import alert_rows
from dashboards.console.rows import REPLAYED, SIMULATED, DeviceRow, moment, rows
from dashboards.console.texts import REASONS, STATUS
from devices.errors import VigiterreError
from devices.problems import Language
from devices.readable import whole
from devices.registry import Registry
from stores.port import Latest

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
ALERTS_SHOWN = 100
REFRESH_SECONDS = 10
"""For a reader who asks for it: a page that changes by itself loses the place of whoever magnifies it or hears it."""


class RefusedMessage(NamedTuple):
    """A row of the quarantine as the page shows it."""

    received: int
    topic: str
    device: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Sources:
    """Where the pages take what they show."""

    checks: Callable[[], Mapping[str, str]]
    """Name of a check -> "" when well, else what is wrong in plain words."""
    metrics: Callable[[], bytes]
    registry: Callable[[], Registry]
    latest: Callable[[], Sequence[Latest]]
    """May block; called in a thread."""
    refusals: Callable[[], Sequence[RefusedMessage]]
    """The newest first; may block."""
    counts: Callable[[], Mapping[str, int]]
    """received, stored, refused, duplicates."""
    alerts: Callable[[], Sequence[Case]] = tuple
    """Those that are open."""


def application(sources: Sources, language: Language, more: Sequence[Route] = ()) -> Starlette:
    """The web application of one process, `more` pages included.

    `language` is what a browser that does not choose gets.
    """
    template = template_of("status.html")
    stylesheet = files("dashboards.console").joinpath("style.css").read_text(encoding="utf-8")

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        checks = sources.checks()
        ready = not any(checks.values())
        return JSONResponse({"ready": ready, "checks": dict(checks)}, status_code=200 if ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(sources.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def style(_request: Request) -> Response:
        return Response(stylesheet, media_type="text/css")

    async def status(request: Request) -> Response:
        chosen = preferred(request, language)
        trouble = ""
        try:
            latest = await run_in_threadpool(sources.latest)
        except Exception as error:  # noqa: BLE001  -- whatever ails the store, the page says it and shows the rest
            latest, trouble = [], error.text(chosen) if isinstance(error, VigiterreError) else str(error)
        now = time.time_ns() // 1_000_000
        devices = rows(sources.registry(), latest, now, chosen)
        page = template.render(
            t=STATUS[chosen],
            language=chosen,
            every=REFRESH_SECONDS,
            refresh="refresh" in request.query_params,
            now=moment(now, now, chosen),
            devices=devices,
            tally=tally(devices),
            refusals=[
                (moment(one.received, now, chosen), REASONS[chosen].get(one.reason, ""), one)
                for one in await run_in_threadpool(sources.refusals)
            ],
            counts={name: whole(count) for name, count in sources.counts().items()},
            shown=ALERTS_SHOWN,
            alerts=alert_rows(sources.alerts(), now, chosen),
            checks={name: words for name, words in sources.checks().items() if words},
            store_trouble=trouble,
        )
        return HTMLResponse(page, headers=SECURITY)

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/style.css", style),
            Route("/", status),
            *more,
        ]
    )


def template_of(name: str) -> Template:
    """Read now and never again: an upgrade under a running process must not change half of a page."""
    environment = Environment(
        loader=PackageLoader("dashboards.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def tally(devices: Sequence[DeviceRow]) -> Mapping[str, int]:
    """How many devices are on time, late and unheard of; and how many of them are no sensors at all."""
    return {
        "on_time": sum(bool(one.moment) and not one.late for one in devices),
        "late": sum(one.late for one in devices),
        "silent": sum(one.moment is None for one in devices),
        REPLAYED: sum(one.origin == REPLAYED for one in devices),
        SIMULATED: sum(one.origin == SIMULATED for one in devices),
    }


def preferred(request: Request, default: Language) -> Language:
    """`?lang=en` wins, then the browser's first language if we have it, then the installation's."""
    header = request.headers.get("accept-language", "")[:2]
    for wish in (request.query_params.get("lang"), header, default):
        if wish in STATUS:
            return "en" if wish == "en" else "fr"
    return default
