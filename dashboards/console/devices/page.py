"""`/devices` and `/devices.csv`: all devices, filtered, sorted, paged."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alerts.notices.case import Case
from dashboards.console.console import Console
from dashboards.console.devices.query import (
    DIRECTIONS,
    SIZES,
    SORTS,
    STATES,
    Query,
    Wrong,
    in_order,
    in_state,
    read_query,
    standing,
)
from dashboards.console.devices.sheet import csv_of
from dashboards.console.devices.texts import LISTED, TEXTS
from dashboards.console.fleet import Card, Fleet, FleetInForce, Glance
from dashboards.console.fleet_words import Row, row_of
from dashboards.console.personal import as_seen
from dashboards.console.pieces.clock import now_ms
from devices.device import DOMAINS
from devices.problems import Language
from devices.readable import whole

Cases = Sequence[Case]
"""Asked for in the event loop, which the alerts live in; the rest is computed in a thread."""
PATH = "/devices"
SITES_OFFERED = 200
"""A longer list of suggestions would weigh more than the page."""


class Shown(NamedTuple):
    """One page of the result."""

    rows: Sequence[Row]
    total: int
    page: int
    """The last one where the page asked for is beyond."""
    pages: int
    first: int
    """Number of its first row, from 1."""


def routes(console: Console) -> list[Route]:
    in_force = FleetInForce(console.sources.registry)

    async def devices(request: Request) -> Response:
        fleet = await run_in_threadpool(in_force.now)
        query, wrong = read_query(request.query_params, fleet)
        language, cases = console.site.language(request), console.sources.open_alerts()
        found = (
            Shown([], 0, 1, 1, 1)
            if wrong
            else await run_in_threadpool(_shown, as_seen(console, request), fleet, cases, query, language)
        )
        return console.site.page(
            request,
            "devices.html",
            TEXTS,
            status=400 if wrong else 200,
            l=LISTED[language],
            asked=query._replace(page=found.page),
            shown=found,
            count=_count(found.total, language),
            wrong=[(one.name, _said(one, language)) for one in wrong],
            sites=fleet.sites if len(fleet.sites) <= SITES_OFFERED else (),
            choices=_choices(fleet, language),
        )

    async def devices_csv(request: Request) -> Response:
        fleet = await run_in_threadpool(in_force.now)
        query, wrong = read_query(request.query_params, fleet)
        if wrong:
            return await devices(request)
        language, cases = console.site.language(request), console.sources.open_alerts()
        body = await run_in_threadpool(_csv, as_seen(console, request), fleet, cases, query, language)
        headers = console.site.headers() | {
            "Content-Disposition": f'attachment; filename="{TEXTS[language]["file"]}.csv"'
        }
        return Response(body, headers=headers, media_type="text/csv; charset=utf-8")

    reading = console.access.reading
    return [Route(PATH, reading(devices)), Route(f"{PATH}.csv", reading(devices_csv))]


def _shown(console: Console, fleet: Fleet, cases: Cases, query: Query, language: Language) -> Shown:
    now = now_ms()
    glance = Glance(console.present, cases, now)
    found = _found(fleet, query, glance)
    pages = max(1, -(-len(found) // query.size))
    page = min(query.page, pages)
    start = (page - 1) * query.size
    rows = [
        row_of(glance.of(card), fleet.registry, console.present, now, language)
        for card in found[start : start + query.size]
    ]
    return Shown(rows, len(found), page, pages, start + 1)


def _csv(console: Console, fleet: Fleet, cases: Cases, query: Query, language: Language) -> str:
    glance = Glance(console.present, cases, now_ms())
    found = [glance.of(card) for card in _found(fleet, query, glance)]
    return csv_of(found, fleet.registry, console.present, language)


def _found(fleet: Fleet, query: Query, glance: Glance) -> list[Card]:
    return in_order(in_state(standing(fleet, query), query.state, glance), query, glance)


def _choices(fleet: Fleet, language: Language) -> dict[str, list[tuple[object, str]]]:
    """What each list of the form offers: (value, words)."""
    words, listed = TEXTS[language], LISTED[language]
    communes = fleet.communes.items()
    return {
        "domain": [(domain, listed[domain]) for domain in DOMAINS],
        "commune": [(code, name if name == code else f"{name} ({code})") for code, name in communes],
        "model": list(fleet.models.items()),
        "state": [(state, listed[state]) for state in STATES],
        "sort": [(sort, words[f"by_{sort}"]) for sort in SORTS],
        "direction": [(direction, words[direction]) for direction in DIRECTIONS],
        "size": [(size, str(size)) for size in SIZES],
    }


def _count(total: int, language: Language) -> str:
    words = TEXTS[language]
    return words["count_n" if total > 1 else f"count_{total}"].format(count=whole(total))


def _said(wrong: Wrong, language: Language) -> str:
    words = TEXTS[language]
    form = words.get(f"wrong_{wrong.name}", words["wrong_value"])
    return form.format(name=words[wrong.name], given=wrong.given, known=wrong.known)
