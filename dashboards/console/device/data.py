"""One series of a device as JSON, for the script that draws it, and as CSV, for people."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from alerts.applied import Applied
from alerts.calendar import local
from alerts.planning import Planning
from dashboards.console.console import Console
from dashboards.console.device.asked import Asked, read
from dashboards.console.device.limits import lines
from dashboards.console.device.samples import Track, read_shown
from dashboards.console.device.series import body_of, series
from dashboards.console.device.sheet import sheet
from dashboards.console.device.texts import TEXTS
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.sources import Sources
from devices.quantity import Quantity


async def json_of(request: Request, console: Console, now: int) -> Response:
    """`now` in ms. 404, 400 and 503 say why in `errors`; 304 for what the asker has."""
    found = await _found(request, console, now)
    if isinstance(found, Response):
        return found
    asked, quantity, track = found
    limits = lines(rules_on(asked, console.sources), quantity, asked.registry, asked.language)
    body, tag = body_of(series(track, quantity, asked.span, limits, asked.language))
    headers = console.site.headers() | {
        "Cache-Control": "private, no-cache",
        "ETag": tag,
        "Vary": "Accept-Language, Cookie",
    }
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


async def csv_of(request: Request, console: Console, now: int) -> Response:
    """`now` in ms. A file with every value of the span."""
    found = await _found(request, console, now)
    if isinstance(found, Response):
        return found
    asked, quantity, track = found
    days = "-".join(_day(time) for time in (asked.span.start, asked.span.end - 1))
    name = f"{asked.profile.device.id}-{quantity.id}-{days}.csv"
    headers = console.site.headers() | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(sheet(track, quantity, asked.language), media_type="text/csv; charset=utf-8", headers=headers)


async def _found(request: Request, console: Console, now: int) -> tuple[Asked, Quantity, Track] | Response:
    asked = read(request, console, now)
    if asked is None:
        words = TEXTS[console.site.language(request)]
        return _refused(console, 404, {"device": words["unknown"]})
    words = TEXTS[asked.language]
    if asked.wrong or asked.quantity is None or not request.query_params.get("quantity"):
        wrong = dict(asked.wrong) or {"quantity": "bad_quantity"}
        return _refused(console, 400, {name: words[key] for name, key in wrong.items()})
    track, trouble = await asked_in_thread(asked.language, None, _track, asked, asked.quantity, console.sources)
    if track is None:
        return _refused(console, 503, {"store": trouble})
    return asked, asked.quantity, track


def _track(asked: Asked, quantity: Quantity, sources: Sources) -> Track | None:
    interval = asked.profile.model.interval * 1000
    return read_shown(sources, asked.profile.device.id, quantity, asked.span, interval, asked.sight, asked.policy)


def rules_on(asked: Asked, sources: Sources) -> list[Applied]:
    """The rules that apply to the device where it stands now, with its own limits."""
    return Planning(sources.rules().values(), asked.registry).of(asked.profile.series_at(asked.now))


def _refused(console: Console, status: int, errors: dict[str, str]) -> Response:
    return JSONResponse({"errors": errors}, status_code=status, headers=console.site.headers())


def _day(time: int) -> str:
    at: datetime = local(time)
    return at.strftime("%Y%m%d")
