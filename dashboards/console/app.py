"""`/livez`, `/readyz`, `/metrics` and the status page: devices, last values, refusals.

The pages know no other room's objects: what they show comes from the functions of `Sources`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboards.console.texts import STATUS
from devices.problems import Language
from devices.registry import Registry
from stores.port import Latest

PARIS = ZoneInfo("Europe/Paris")
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


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


def application(sources: Sources, language: Language) -> Starlette:
    """The web application of one process. `language` is what a browser that does not choose gets."""
    templates = Environment(
        loader=PackageLoader("dashboards.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        checks = sources.checks()
        ready = not any(checks.values())
        return JSONResponse({"ready": ready, "checks": dict(checks)}, status_code=200 if ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(sources.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def style(_request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    async def status(request: Request) -> Response:
        chosen = preferred(request, language)
        trouble = ""
        try:
            latest = await run_in_threadpool(sources.latest)
        except Exception as error:  # noqa: BLE001  -- whatever ails the store, the page says it and shows the rest
            latest, trouble = [], str(error)
        page = templates.get_template("status.html").render(
            t=STATUS[chosen],
            language=chosen,
            devices=rows(sources.registry(), latest, chosen),
            refusals=[(local(one.received), one) for one in await run_in_threadpool(sources.refusals)],
            counts=sources.counts(),
            checks={name: words for name, words in sources.checks().items() if words},
            store_trouble=trouble,
            now=local(round(datetime.now(UTC).timestamp() * 1000)),
        )
        return HTMLResponse(page, headers=SECURITY)

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/style.css", style),
            Route("/", status),
        ]
    )


class ValueCell(NamedTuple):
    label: str
    text: str
    """With its unit, or the label of a state."""
    time: str


class DeviceRow(NamedTuple):
    id: str
    name: str
    domain: str
    site: str
    commune: str
    simulated: bool
    values: list[ValueCell]


def rows(registry: Registry, latest: Sequence[Latest], language: Language) -> list[DeviceRow]:
    """Every device of the registry with its last values, those without any included: a silent device must be seen."""
    by_device: dict[str, list[ValueCell]] = {}
    for one in latest:
        by_device.setdefault(one.series.device, []).append(cell(registry, one, language))
    found = []
    for device in registry.devices.values():
        place = device.placements[-1]
        simulated = registry.models[device.model].simulated
        values = sorted(by_device.get(device.id, []))
        found.append(DeviceRow(device.id, place.name, device.domain, place.site, place.commune, simulated, values))
    return found


def cell(registry: Registry, one: Latest, language: Language) -> ValueCell:
    quantity = registry.quantities.get(one.quantity)
    if quantity is None:
        return ValueCell(one.quantity, f"{one.value:g}", local(one.time))
    if one.value in quantity.states:
        text = quantity.states[int(one.value)][language]
    else:
        text = f"{one.value:.4g} {SIGNS.get(quantity.unit, quantity.unit)}"
        text = text.replace(".", ",") if language == "fr" else text
    return ValueCell(quantity.label[language], text, local(one.time))


def preferred(request: Request, default: Language) -> Language:
    """`?lang=en` wins, then the browser's first language if we have it, then the installation's."""
    header = request.headers.get("accept-language", "")[:2]
    for wish in (request.query_params.get("lang"), header, default):
        if wish in STATUS:
            return "en" if wish == "en" else "fr"
    return default


def local(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, PARIS).strftime("%d/%m/%Y %H:%M:%S")


SIGNS = {
    "Cel": "°C", "[ppm]": "ppm", "[ppb]": "ppb", "ug/m3": "µg/m³", "mg/m3": "mg/m³", "deg": "°", "kW.h": "kWh",
    "dB[SPL]": "dB(A)", "m3": "m³", "m3/h": "m³/h", "m3/s": "m³/s", "W/m2": "W/m²", "1": "", "{vehicle}": "véh.",
    "uS/cm": "µS/cm", "dB[mW]": "dBm",
}  # fmt: skip
"""UCUM codes that people do not read, and how they are written."""

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 1rem auto; max-width: 75rem;
  padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; font-size: 1.25rem; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #767676; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0; }
dt { font-weight: bold; } dd { margin: 0; }
ul { list-style: none; margin: 0; padding: 0; }
.trouble { border-left: .4rem solid #b00020; padding: .2rem 1rem; background: #fdeef0; }
.note { color: #595959; }
.scroll { overflow-x: auto; }
a:focus, :focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
@media (prefers-color-scheme: dark) { body { background: #121212; color: #eee; } .note { color: #bbb; }
  .trouble { background: #3a1014; } a { color: #9cc3ff; } }
"""
