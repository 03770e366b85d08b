"""`/platform`."""

from collections.abc import Callable, Mapping

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards.console.console import Console
from dashboards.console.pieces.clock import now_ms
from dashboards.console.platform_page.rows import checks, flows, installation, refusals, room, waiting
from dashboards.console.platform_page.texts import TEXTS
from dashboards.console.rows import moment
from dashboards.console.sources import Sources
from devices.errors import VigiterreError
from devices.problems import Language

log = structlog.get_logger(__name__)


async def _numbers(sources: Sources, language: Language) -> tuple[Mapping[str, float], str]:
    """And why there are none: some are counted in files that may be locked: the checks are shown all the same."""
    try:
        return await run_in_threadpool(sources.numbers), ""
    except Exception as error:
        log.exception("numbers_failed")
        return {}, error.text(language) if isinstance(error, VigiterreError) else str(error)


def routes(console: Console, clock: Callable[[], int] = now_ms) -> list[Route]:
    """`clock` gives the wall clock, ms."""
    sources, site = console.sources, console.site

    async def platform(request: Request) -> Response:
        language, now = site.language(request), clock()
        samples = sources.samples()
        numbers, trouble = await _numbers(sources, language)
        found = checks(sources.checks(), language)
        return site.page(
            request,
            "platform.html",
            TEXTS,
            now=moment(now, now, language),
            checks=found,
            trouble=trouble,
            wrong=sum(bool(one.trouble) for one in found),
            flows=flows(samples, numbers, language),
            refusals=refusals(samples, numbers, language),
            groups=[
                ("waiting", waiting(samples, numbers, language)),
                ("room", room(numbers, language)),
                ("installation", installation(numbers, sources.versions(), now, language)),
            ],
        )

    return [Route("/platform", console.access.reading(platform))]
