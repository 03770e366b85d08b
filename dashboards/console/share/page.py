"""`/share/{token}`: a commune's own pages. The token alone says what they show; nothing in the address widens it."""

from collections.abc import Callable
from datetime import date, datetime

from babel.dates import format_date
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alerts.notices.case import Case
from dashboards.console.accounts.shares import Share
from dashboards.console.console import Console
from dashboards.console.devices.sheet import csv_of
from dashboards.console.fleet import DeviceState, FleetInForce, states
from dashboards.console.fleet_words import row_of
from dashboards.console.personal import discreet, measures_persons, personal
from dashboards.console.pieces.clock import now_ms
from dashboards.console.report.bilan import Where, bilan
from dashboards.console.report.period import period_of
from dashboards.console.report.texts import TEXTS as REPORT
from dashboards.console.rows import PARIS
from dashboards.console.share.history import history_csv
from dashboards.console.share.texts import TEXTS
from devices.errors import StoreUnavailable
from devices.registry import Registry
from devices.schema import HOUR_MS

WEEK_MS = 7 * 86_400_000
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""The address is the key: no other site may learn it from a link, and no search engine may keep it."""
Find = Callable[[str, int], Share | None]
"""(token, now) -> what it opens. May block; raises StoreUnavailable."""


def routes(console: Console, find: Find) -> list[Route]:
    pages = SharePages(console, find)
    return [
        Route("/share/{token}", pages.devices),
        Route("/share/{token}/values.csv", pages.values),
        Route("/share/{token}/history.csv", pages.history),
        Route("/share/{token}/report", pages.report),
    ]


class SharePages:
    def __init__(self, console: Console, find: Find) -> None:
        self._console = console
        self._find = find
        self._fleet = FleetInForce(console.sources.registry)

    async def devices(self, request: Request) -> Response:
        now = now_ms()
        share = await self._share(request, now)
        if isinstance(share, Response):
            return share
        console, language = self._console, self._console.site.language(request)
        registry = console.sources.registry()
        shown = [row_of(one, registry, discreet(console).present, now, language) for one in self._states(share, now)]
        return self._page(
            request,
            "share.html",
            rows=shown,
            commune=registry.towns.get(share.commune, share.commune),
            until=format_date(_day(share.expires), "long", locale=language),
            address=f"/share/{request.path_params['token']}",
        )

    async def values(self, request: Request) -> Response:
        now = now_ms()
        share = await self._share(request, now)
        if isinstance(share, Response):
            return share
        console, language = self._console, self._console.site.language(request)
        text = csv_of(self._states(share, now), console.sources.registry(), discreet(console).present, language)
        return _file(text, f"{share.commune}.csv")

    async def history(self, request: Request) -> Response:
        now = now_ms()
        share = await self._share(request, now)
        if isinstance(share, Response):
            return share
        sources, language = self._console.sources, self._console.site.language(request)
        try:
            text = await run_in_threadpool(
                history_csv, sources.registry(), share.commune, sources.points, now - WEEK_MS, now, language
            )
        except StoreUnavailable as error:
            return self._trouble(request, TEXTS[language]["store_trouble"], error.text(language), 503)
        return _file(text, f"{share.commune}-7.csv")

    async def report(self, request: Request) -> Response:
        now = now_ms()
        share = await self._share(request, now)
        if isinstance(share, Response):
            return share
        sources, language = self._console.sources, self._console.site.language(request)
        asked = request.query_params
        try:
            period = period_of(asked.get("kind", "week"), asked.get("day", ""), now)
        except ValueError:
            return self._trouble(request, REPORT[language]["title"], TEXTS[language]["bad_choice"], 400)
        where, registry = Where(share.commune), sources.registry()
        try:
            found = await run_in_threadpool(
                bilan,
                registry,
                where,
                period,
                sources.points,
                self._alerts,
                now,
                language,
                persons=False,
            )
        except StoreUnavailable as error:
            return self._trouble(request, TEXTS[language]["store_trouble"], error.text(language), 503)
        address = f"/share/{request.path_params['token']}"
        texts = {each: {**REPORT[each], "back": TEXTS[each]["back"]} for each in TEXTS}
        answer = self._console.site.page(request, "share_report.html", texts, found=found, address=address)
        answer.headers.update(PRIVATE)
        return answer

    def _alerts(self, since: int | None, device: str, limit: int) -> list[Case]:
        """As `Sources.alerts`, without those that tell of persons."""
        sources = self._console.sources
        registry = sources.registry()
        return [case for case in sources.alerts(since, device, limit) if not personal(registry, case.alert.quantity)]

    async def _share(self, request: Request, now: int) -> Share | Response:
        """What the link opens, or why it opens nothing: 404, whatever ails it."""
        language = self._console.site.language(request)
        t = TEXTS[language]
        try:
            found = await run_in_threadpool(self._find, request.path_params["token"], now)
        except StoreUnavailable as error:
            return self._trouble(request, t["store_trouble"], error.text(language), 503)
        return found or self._trouble(request, t["gone"], t["gone_words"], 404)

    def _states(self, share: Share, now: int) -> list[DeviceState]:
        console = self._console
        cards = [card for card in self._fleet.now().cards if card.commune == share.commune]
        registry = console.sources.registry()
        cases = [case for case in console.sources.open_alerts() if not personal(registry, case.alert.quantity)]
        return [_by_the_hour(one, registry) for one in states(cards, console.present, cases, now)]

    def _trouble(self, request: Request, heading: str, words: str, status: int) -> Response:
        return self._page(request, "share_trouble.html", status=status, heading=heading, words=words)

    def _page(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        answer = self._console.site.page(request, template, TEXTS, status=status, **values)
        answer.headers.update(PRIVATE)
        return answer


def _by_the_hour(one: DeviceState, registry: Registry) -> DeviceState:
    """A door that sends only when it moves would tell when it moved by when it was heard."""
    if one.heard is None or not measures_persons(registry.profiles[one.card.id], registry):
        return one
    return one._replace(heard=one.heard - one.heard % HOUR_MS)


def _file(text: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    safe = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers={**PRIVATE, **safe, **disposition})


def _day(time_ms: int) -> date:
    return datetime.fromtimestamp(time_ms / 1000, PARIS).date()
