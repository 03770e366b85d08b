"""Routes of the read API: who may read, which format, what became of it."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from dashboards.console.access import EVERYTHING, Handler, rule_of, ruled
from dashboards.console.api.asked import Asked, read
from dashboards.console.api.catalogue import PREFIX
from dashboards.console.api.endpoints import ENDPOINTS, Endpoint
from dashboards.console.api.formats import CSV, GEOJSON, JSON, chosen, csv_text
from dashboards.console.api.openapi import document
from dashboards.console.api.problem import MEDIA_TYPE, STATUSES, Trouble, problem, said, unauthorized, unavailable
from dashboards.console.api.room import Found, Room
from dashboards.console.api.within import Rooms
from dashboards.console.console import Console
from dashboards.console.fleet import FleetInForce
from dashboards.console.personal import as_seen, sees_raw
from dashboards.console.pieces.clock import now_ms
from devices.errors import StoreUnavailable
from devices.problems import Language

HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'"
ANSWERED = "api_answered"
log = structlog.get_logger(__name__)


def routes(
    console: Console,
    raw_days: int = 0,
    clock: Callable[[], int] = now_ms,
) -> list[BaseRoute]:
    """All below /api/v1. `raw_days`: `store.raw_days` of the settings; `clock`: ms."""
    rooms = Rooms(Room(console, FleetInForce(console.sources.registry), raw_days, clock))
    described = json.dumps(document(), ensure_ascii=False).encode()

    async def openapi(request: Request) -> Response:
        read(Asked, request.query_params.multi_items())
        _format(request, [JSON])
        return _answer(request, described, JSON)

    inner = [Route(one.path, _guarded(console, _endpoint(rooms, one))) for one in ENDPOINTS]
    inner.append(Route("/openapi.json", _guarded(console, openapi)))
    application = Starlette(routes=inner, exception_handlers={HTTPException: _of_router(console)})
    application.router.redirect_slashes = False
    below = Mount(PREFIX, application)
    below.path_regex = re.compile(below.path_regex.pattern, re.DOTALL)  # else an address with a line feed is not ours
    return [Route(PREFIX, _guarded(console, _endpoint(rooms, ENDPOINTS[0]))), below]


def _endpoint(rooms: Rooms, endpoint: Endpoint) -> Handler:
    """Of the part of the territory that whoever asks may see."""

    async def answer(request: Request) -> Response:
        user = rooms.whole.console.access.user(request)
        room = rooms.of(user.scope if user is not None else EVERYTHING)
        kind = _format(request, endpoint.formats)
        asked = read(endpoint.asks, request.query_params.multi_items())
        found = await endpoint.find(_seen(room, request), asked, request.path_params.get("id", ""))
        return _answer(request, _written(endpoint, found, kind), kind, _link(request, found), endpoint.name)

    return answer


def _seen(room: Room, request: Request) -> Room:
    """The room as who asks may see it."""
    raw = sees_raw(room.console.access.user(request))
    return replace(room, console=as_seen(room.console, request), raw=raw)


def _guarded(console: Console, answer: Handler) -> Handler:
    """The same for who may read; whatever is wrong becomes a problem, and a way to the sign-in page a 401."""

    async def marked(request: Request) -> Response:
        setattr(request.state, ANSWERED, True)
        return await answer(request)

    reading = console.access.reading(marked)

    async def guarded(request: Request) -> Response:
        language = console.site.language(request)
        try:
            response = await reading(request)
        except StoreUnavailable as error:
            return problem(unavailable(error), request.url.path, language)
        except Trouble as trouble:
            return problem(trouble, request.url.path, language)
        except Exception:
            log.exception("api_failed", path=request.url.path)
            return problem(Trouble("failed", said("failed_detail")), request.url.path, language)
        if getattr(request.state, ANSWERED, False):
            return response
        return _turned_away(request, response, language)

    return ruled(guarded, rule_of(reading))


def _turned_away(request: Request, response: Response, language: Language) -> Response:
    """What is said to somebody who may not read: to a program nobody shows a sign-in page."""
    if response.status_code in (301, 302, 303, 307, 401):
        token = request.headers.get("authorization", "")[:7].lower() == "bearer "
        return problem(unauthorized(token=token), request.url.path, language)
    if response.media_type == MEDIA_TYPE:
        return response
    status = response.status_code if response.status_code >= 400 else STATUSES["forbidden"]
    return problem(Trouble("forbidden", said("forbidden_detail"), status=status), request.url.path, language)


def _of_router(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == 405:
            trouble = Trouble("method_not_allowed", said("method_not_allowed_detail"), headers=error.headers)
        else:
            trouble = Trouble("not_found", said("no_address"))
        return problem(trouble, request.url.path, console.site.language(request))

    return answer


def _format(request: Request, offered: Sequence[str]) -> str:
    kind = chosen(",".join(request.headers.getlist("accept")), offered)
    if kind is None:
        raise Trouble("not_acceptable", said("not_acceptable_detail", formats=", ".join(offered)))
    return kind


def _written(endpoint: Endpoint, found: Found, kind: str) -> bytes:
    if kind == CSV and endpoint.row is not None:
        return csv_text(endpoint.row, found.rows).encode()
    shown = found.map() if kind == GEOJSON and found.map is not None else found.body
    return shown.model_dump_json(by_alias=True).encode()


def _link(request: Request, found: Found) -> str:
    """RFC 8288, relative to the address asked: a proxy may call us by another name."""
    if not found.next:
        return ""
    asked = dict(request.query_params) | dict(found.next)
    return f'<{request.url.path}?{urlencode(asked)}>; rel="next"'


def _answer(request: Request, body: bytes, kind: str, link: str = "", name: str = "") -> Response:
    """With its ETag, or 304 for whoever has it already."""
    tag = f'W/"{hashlib.blake2b(kind.encode() + b" " + body, digest_size=12).hexdigest()}"'
    headers = HEADERS | {"ETag": tag, "Content-Security-Policy": NOTHING_RUNS} | ({"Link": link} if link else {})
    known = [text.strip().removeprefix("W/") for text in request.headers.get("if-none-match", "").split(",")]
    if tag.removeprefix("W/") in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if kind == CSV:
        headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return Response(body, headers=headers | {"Content-Type": "text/csv; charset=utf-8; header=present"})
    return Response(body, headers=headers, media_type=kind)
