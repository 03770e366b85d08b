"""`/`, `/territory.geojson` and `/territory/devices.geojson`: the map and its twin, the list."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alerts.notices.case import Case
from dashboards.console.console import Console
from dashboards.console.devices.query import LONGEST, is_page
from dashboards.console.devices.texts import LISTED
from dashboards.console.fleet import Fleet, FleetInForce, Glance
from dashboards.console.fleet_words import Row, row_of
from dashboards.console.personal import as_seen
from dashboards.console.pieces.clock import now_ms
from dashboards.console.rows import moment
from dashboards.console.territory.geojson import devices_geojson, etag_of
from dashboards.console.territory.texts import OF_SCRIPT, TEXTS
from dashboards.console.territory.view import Tile, level_tiles, state_tiles, to_be_seen, unplaced
from devices.problems import Language
from devices.readable import whole

Cases = Sequence[Case]
"""Asked for in the event loop, which the alerts live in; the rest is computed in a thread."""
ROWS = 100
ROWS_OF_WALL = 8
"""What a screen on a wall shows without anybody there to scroll."""
WALL_SECONDS = 60
GEOJSON = "application/geo+json"


class Shown(NamedTuple):
    rows: Sequence[Row]
    total: int
    """Of the list the rows are of."""
    page: int
    pages: int
    tiles: Sequence[tuple[str, Sequence[Tile]]]
    """(key of the group's words, its tiles)"""
    unplaced: int


def routes(console: Console) -> list[Route]:
    in_force, sources, reading = FleetInForce(console.sources.registry), console.sources, console.access.reading

    async def territory(request: Request) -> Response:
        wish = request.query_params.get("page", "").strip() or "1"
        wall, language, now = "wall" in request.query_params, console.site.language(request), now_ms()
        page, cases = int(wish) if is_page(wish) else 1, sources.open_alerts()
        seen = as_seen(console, request)
        shown = await run_in_threadpool(lambda: _shown(seen, in_force.now(), cases, page, now, language, wall=wall))
        words = TEXTS[language]
        return console.site.page(
            request,
            "territory.html",
            TEXTS,
            status=200 if is_page(wish) else 400,
            l=LISTED[language],
            wrong="" if is_page(wish) else words["wrong_page"].format(given=wish[:LONGEST]),
            shown=shown,
            seconds=WALL_SECONDS,
            now=moment(now, now, language),
            checks={name: said for name, said in sources.checks().items() if said},
            has_outline=await run_in_threadpool(sources.outline) is not None,
            tiles_host=urlsplit(console.site.tiles).hostname or "",
            tiles=console.site.tiles,
            script={name: words[name] for name in OF_SCRIPT} | _listed(language),
            whole=whole,
        )

    async def outline(_request: Request) -> Response:
        body = await run_in_threadpool(sources.outline)
        if body is None:
            return Response(status_code=404, headers=console.site.headers())
        return _cached(_request, console, body)

    async def devices(request: Request) -> Response:
        language, cases = console.site.language(request), sources.open_alerts()
        body = await run_in_threadpool(lambda: _devices(console, in_force.now(), cases, language))
        return _cached(request, console, body)

    return [
        Route("/", reading(territory)),
        Route("/territory.geojson", reading(outline)),
        Route("/territory/devices.geojson", reading(devices)),
    ]


def _shown(
    console: Console, fleet: Fleet, cases: Cases, page: int, now: int, language: Language, *, wall: bool
) -> Shown:
    glance = Glance(console.present, cases, now)
    found = sorted(fleet.cards, key=glance.place)
    listed, size = (to_be_seen(found, glance), ROWS_OF_WALL) if wall else (found, ROWS)
    pages = max(1, -(-len(listed) // size))
    page = 1 if wall else min(page, pages)
    rows = [
        row_of(glance.of(card), fleet.registry, console.present, now, language)
        for card in listed[(page - 1) * size : page * size]
    ]
    tiles = (("tallies_levels", level_tiles(found, glance)), ("tallies_states", state_tiles(found, glance)))
    return Shown(rows, len(listed), page, pages, tiles, unplaced(found))


def _devices(console: Console, fleet: Fleet, cases: Cases, language: Language) -> bytes:
    glance = Glance(console.present, cases, now_ms())
    return devices_geojson(map(glance.of, sorted(fleet.cards, key=glance.place)), language)


def _listed(language: Language) -> dict[str, str]:
    words = LISTED[language]
    return {name: words[name] for name in ("ok", "late", "silent", "critical", "warning", "info")}


def _cached(request: Request, console: Console, body: bytes) -> Response:
    """The browser keeps it, and asks each time whether it is still so."""
    headers = console.site.headers() | {
        "Cache-Control": "private, no-cache",
        "ETag": etag_of(body),
        "Vary": "Cookie, Accept-Language",
    }
    known = request.headers.get("if-none-match", "")
    if headers["ETag"] in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=GEOJSON)
