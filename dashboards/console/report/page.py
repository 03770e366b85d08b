"""`/report`: a form, and the Bilan that it asks for."""

from collections.abc import Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards.console.console import Console
from dashboards.console.pieces.clock import now_ms
from dashboards.console.report.bilan import Bilan, Where, bilan, places
from dashboards.console.report.period import KINDS, Period, period_of
from dashboards.console.report.texts import TEXTS
from devices.errors import StoreUnavailable


def routes(console: Console) -> list[Route]:
    async def report(request: Request) -> Response:
        return await show(console, request, now_ms())

    return [Route("/report", console.access.reading(report))]


async def show(console: Console, request: Request, now: int) -> Response:
    """A request that cannot be read gets the form and says so (400)."""
    sources, site = console.sources, console.site
    language, registry = site.language(request), sources.registry()
    asked = request.query_params
    communes, sites = places(registry)
    where = Where(asked.get("commune", ""), asked.get("site", ""))
    found: Bilan | None = None
    problem = trouble = ""
    period = period_of("day", "", now)
    if any(name in asked for name in ("commune", "site", "day", "kind")):
        try:
            period = chosen(asked.get("kind", "day"), asked.get("day", ""), where, communes, sites, now)
        except ValueError:
            problem = TEXTS[language]["bad_choice"]
        else:
            try:
                found = await run_in_threadpool(
                    bilan, registry, where, period, sources.points, sources.alerts, now, language
                )
            except StoreUnavailable as error:
                trouble = error.text(language)
    return site.page(
        request,
        "report.html",
        TEXTS,
        status=400 if problem else 503 if trouble else 200,
        found=found,
        problem=problem,
        trouble=trouble,
        period=period,
        where=where,
        kinds=KINDS,
        communes=communes,
        sites=sites,
    )


def chosen(kind: str, day: str, where: Where, communes: Mapping[str, str], sites: Sequence[str], now: int) -> Period:
    """Raises ValueError for what is none of the form's."""
    if not (where.commune or where.site):
        raise ValueError("no place")
    if (where.commune and where.commune not in communes) or (where.site and where.site not in sites):
        raise ValueError("unknown place")
    return period_of(kind, day, now)
