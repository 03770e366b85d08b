"""`/devices/{device}`: all that is known of one device."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alerts.applied import Applied
from dashboards.console.console import Console
from dashboards.console.device import data
from dashboards.console.device.alert_rows import open_rows, past_rows
from dashboards.console.device.asked import Asked, read
from dashboards.console.device.card import card, cells
from dashboards.console.device.figures import figures, read_tracks
from dashboards.console.device.health import health, read_day
from dashboards.console.device.raw import raw_rows
from dashboards.console.device.samples import Track
from dashboards.console.device.span import LENGTHS, Span
from dashboards.console.device.texts import TEXTS
from dashboards.console.device.times import clock, typed
from dashboards.console.device.twin import twin
from dashboards.console.personal import measures_persons
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import query_of
from dashboards.console.pieces.visible import visible
from dashboards.console.rows import Moment, moment
from dashboards.console.sources import RawMessage, RefusedPage, Sources
from dashboards.console.texts import REASONS
from devices.problems import Language, near
from devices.quantity import Quantity

ALERTS, REFUSALS, MESSAGES = 50, 20, 10
"""So many of each are shown."""
Clock = Callable[[], int]


class RefusalRow(NamedTuple):
    id: int
    received: Moment
    reason: str
    code: str
    detail: str
    topic: str


def routes(console: Console, now: Clock = now_ms) -> list[Route]:
    """`now`: wall clock, ms."""
    reading = console.access.reading

    async def page(request: Request) -> Response:
        asked = read(request, console, now())
        return unknown(request, console) if asked is None else await show(request, console, asked)

    async def anew(request: Request) -> Response:
        asked = read(request, console, now())
        return unknown(request, console) if asked is None else await show_charts(request, console, asked)

    async def json(request: Request) -> Response:
        return await data.json_of(request, console, now())

    async def csv(request: Request) -> Response:
        return await data.csv_of(request, console, now())

    return [
        Route("/devices/{device}", reading(page)),
        Route("/devices/{device}/charts", reading(anew)),
        Route("/devices/{device}/series.json", reading(json)),
        Route("/devices/{device}/series.csv", reading(csv)),
    ]


def unknown(request: Request, console: Console) -> Response:
    """404, with names that look like it."""
    name = visible(request.path_params["device"][:100])
    close = near(name, console.sources.registry().devices).split(", ")
    known = [one for one in close if one in console.sources.registry().devices]
    return console.site.page(request, "device_unknown.html", TEXTS, status=404, device=name, near=known)


async def show(request: Request, console: Console, asked: Asked) -> Response:
    """What cannot be read is said in its place; the rest is shown. 400 for a wrong question."""
    sources, device, language, now = console.sources, asked.profile.device, asked.language, asked.now
    rules = data.rules_on(asked, sources)
    tracks, trouble = await _tracks(sources, asked)
    day, day_trouble = await asked_in_thread(language, {}, read_day, sources.points, device.id, asked.present, now)
    past, past_trouble = await asked_in_thread(language, [], sources.alerts, None, device.id, ALERTS)
    refused, refused_trouble = await asked_in_thread(
        language, RefusedPage([], 0, {}), sources.refused, {"device": device.id}, 0, REFUSALS
    )
    messages, raw_trouble = await _messages(sources, asked)
    open_alerts = open_rows(sources.open_alerts(), device.id, now, language)
    return console.site.page(
        request,
        "device.html",
        TEXTS,
        status=400 if asked.wrong else 200,
        card=card(asked.profile, asked.registry, console.present.heard(device.id), now, language),
        cells=cells(asked.shown, asked.present, language, asked.sight),
        **await run_in_threadpool(charts, asked, tracks, rules),
        store_trouble=trouble,
        open_alerts=open_alerts,
        past_alerts=past_rows(past, open_alerts, now, language),
        past_trouble=past_trouble,
        health=health(asked.present, asked.registry.quantities, day, now, language),
        health_trouble=day_trouble,
        refusals=refusal_rows(refused, now, language),
        refused_total=refused.total,
        refused_trouble=refused_trouble,
        messages=raw_rows(messages, now, language),
        raw_trouble=raw_trouble,
    )


async def show_charts(request: Request, console: Console, asked: Asked) -> Response:
    """The charts and the table alone, for the script that puts them in the place of older ones."""
    sources = console.sources
    tracks, trouble = await _tracks(sources, asked)
    status = 400 if asked.wrong else 503 if trouble else 200
    values = await run_in_threadpool(charts, asked, tracks, data.rules_on(asked, sources))
    response = console.site.page(request, "device_figures.html", TEXTS, status=status, **values)
    del response.headers["Set-Cookie"]  # a page that is still open in one language does not choose it anew
    return response


async def _tracks(sources: Sources, asked: Asked) -> tuple[list[tuple[Quantity, Track]], str]:
    return await asked_in_thread(
        asked.language, [], read_tracks, sources, asked.profile, asked.shown, asked.span, asked.sight
    )


async def _messages(sources: Sources, asked: Asked) -> tuple[Sequence[RawMessage], str]:
    """Those of a device that measures persons are for who may see raw values of them."""
    if not asked.sight.raw and measures_persons(asked.profile, asked.registry):
        return [], TEXTS[asked.language]["personal_messages"]
    return await asked_in_thread(asked.language, [], sources.messages, asked.profile.device.id, MESSAGES)


def charts(asked: Asked, tracks: Sequence[tuple[Quantity, Track]], rules: Sequence[Applied]) -> Mapping[str, Any]:
    """What the template needs of curves and of the table beside them."""
    chosen = next(((quantity, track) for quantity, track in tracks if quantity is asked.quantity), None)
    return {
        "device": asked.profile.device.id,
        "span": asked.span,
        "span_ends": [clock(asked.span.start, asked.language), clock(asked.span.end - 1, asked.language)],
        "span_words": span_words(asked.span, asked.language),
        "asked": period(asked.span),
        "query_of": query_of,
        "ranges": list(LENGTHS),
        "typed": asked.typed or {"from": typed(asked.span.start), "to": typed(asked.span.end - 1)},
        "wrong": asked.wrong,
        "figures": figures(tracks, asked.span, rules, asked.registry, asked.language),
        "chosen": asked.quantity,
        "table": twin(chosen[1], chosen[0], asked.span, asked.page, asked.language) if chosen else None,
        "table_hourly": bool(chosen and chosen[1].hourly),
    }


def period(span: Span) -> dict[str, object]:
    """The span as the parameters that ask for it."""
    return {"range": span.name} if span.name else {"from": span.start, "to": span.end - 1}


def span_words(span: Span, language: Language) -> str:
    ends = {"start": clock(span.start, language), "end": clock(span.end - 1, language)}
    return TEXTS[language]["from_to"].format(**ends)


def refusal_rows(refused: RefusedPage, now: int, language: Language) -> list[RefusalRow]:
    return [
        RefusalRow(
            one.id,
            moment(one.received, now, language),
            REASONS[language].get(one.reason, ""),
            visible(one.reason),
            visible(one.detail),
            visible(one.topic),
        )
        for one in refused.rows
    ]
