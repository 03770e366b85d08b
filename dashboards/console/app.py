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
    """"" when it is that of the device's newest value."""


class DeviceRow(NamedTuple):
    id: str
    name: str
    domain: str
    site: str
    commune: str
    simulated: bool
    time: str
    """Of its newest value, "" when there is none."""
    values: list[ValueCell]


def rows(registry: Registry, latest: Sequence[Latest], language: Language) -> list[DeviceRow]:
    """Every device of the registry with its last values, those without any included: a silent device must be seen."""
    by_device: dict[str, list[Latest]] = {}
    for one in latest:
        by_device.setdefault(one.series.device, []).append(one)
    found = []
    for device in registry.devices.values():
        place, simulated = device.placements[-1], registry.models[device.model].simulated
        heard = by_device.get(device.id, [])
        newest = max((one.time for one in heard), default=0)
        values = sorted(cell(registry, one, newest, language) for one in heard)
        time = local(newest) if heard else ""
        found.append(
            DeviceRow(device.id, place.name, device.domain, place.site, place.commune, simulated, time, values)
        )
    return found


def cell(registry: Registry, one: Latest, newest: int, language: Language) -> ValueCell:
    time = "" if one.time == newest else local(one.time)
    quantity = registry.quantities.get(one.quantity)
    if quantity is None:
        return ValueCell(one.quantity, readable(one.value, language), time)
    if one.value in quantity.states:
        text = quantity.states[int(one.value)][language]
    else:
        sign = SIGNS.get(quantity.unit, quantity.unit)
        text = " ".join(part for part in (readable(one.value, language), sign) if part)
    return ValueCell(quantity.label[language], text, time)


def readable(value: float, language: Language) -> str:
    """About four digits, never an exponent: 0.68, 21.4, 1613, 184 230."""
    decimals = next(places for limit, places in ((1_000, 0), (10, 1), (0, 2)) if abs(value) >= limit)
    text = f"{value:_.{decimals}f}" if abs(value) >= 10_000 else f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.replace("_", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if language == "fr" else text


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
    "dB[SPL]": "dB(A)", "m3": "m³", "m3/h": "m³/h", "m3/s": "m³/s", "W/m2": "W/m²", "1": "", "uS/cm": "µS/cm",
    "dB{mW}": "dBm", "[NTU]": "NTU", "[pH]": "pH", "kV.A{reactive}": "kvar", "{vehicle}": "", "{bicycle}": "",
    "{pedestrian}": "", "{person}": "", "{gateway}": "",
}  # fmt: skip
"""UCUM codes that people do not read, and how they are written."""

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 1rem auto; max-width: 75rem;
  padding: 0 1rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: .5rem 0; }
h2, caption { font-size: 1.25rem; font-weight: bold; text-align: left; margin: 1rem 0 .5rem; }
dl { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0; }
dl div { border: 1px solid #767676; border-radius: .3rem; padding: .4rem .9rem; min-width: 7rem; }
dd { margin: 0; font-size: 1.4rem; font-weight: bold; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #c6c6c6; }
tbody th { font-weight: 600; } th[scope=rowgroup] { background: #eef3f1; padding: .35rem .6rem; }
.place { min-width: 12rem; } .long { overflow-wrap: anywhere; min-width: 15rem; }
.when { white-space: nowrap; font-variant-numeric: tabular-nums; }
ul { list-style: none; margin: 0; padding: 0; } td ul { display: flex; flex-wrap: wrap; gap: 0 1.1rem; }
.trouble { border-left: .4rem solid #b00020; padding: .2rem 1rem; background: #fdeef0; }
.note { color: #595959; font-weight: normal; }
.tag { border: 1px solid #767676; border-radius: .6rem; padding: 0 .45rem; font-size: .8125rem; font-weight: normal; }
.scroll { overflow-x: auto; }
a { color: #0b57d0; } a:focus, :focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
@media (prefers-color-scheme: dark) { body { background: #121212; color: #eee; } .note { color: #bbb; }
  .trouble { background: #3a1014; } a { color: #9cc3ff; } th, td { border-color: #444; }
  th[scope=rowgroup] { background: #1f2a26; } }
"""
