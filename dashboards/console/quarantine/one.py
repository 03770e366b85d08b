"""One refusal with its bytes, to be looked at and to be taken away."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboards.console.access import Role
from dashboards.console.console import Console
from dashboards.console.personal import sees_raw
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import paged
from dashboards.console.quarantine.bytes_shown import PAGE, lines, pretty
from dashboards.console.quarantine.rows import row_of
from dashboards.console.quarantine.texts import REMEDIES, TEXTS
from dashboards.console.sources import Refused
from devices.problems import Language

LARGEST = 2**63 - 1
LAST_PAGE = 1_000


async def show_one(console: Console, request: Request, wrong: Sequence[Wrong] = (), *, status: int = 200) -> Response:
    """Its bytes are what nobody understood, and may tell of anybody: they are for who may see raw values of persons."""
    language, now = console.site.language(request), now_ms()
    one, trouble = await _refusal(console, request, language)
    if one is None:
        return _absent(console, request, trouble)
    asked, user = Asked(request.query_params, language), console.access.user(request)
    shown = one.kept if sees_raw(user) else b""
    paging = paged(asked.number("page", 1, LAST_PAGE), len(shown), PAGE, {})
    mistakes = [*asked.wrong, *wrong]
    return console.site.page(
        request,
        "quarantine_one.html",
        TEXTS,
        status=400 if mistakes else status,
        p=pieces.TEXTS[language],
        wrong=mistakes,
        row=row_of(one, now, language),
        remedy=REMEDIES[language].get(one.reason, ""),
        sha256=one.sha256,
        known=one.device in console.sources.registry().devices,
        lines=lines(shown, paging.offset),
        pretty=await run_in_threadpool(pretty, shown),
        withheld=not sees_raw(user),
        paging=paging,
        kept=len(one.kept),
        may_replay=user is not None and user.role >= Role.TECHNICIAN,
    )


async def download(console: Console, request: Request) -> Response:
    """Its bytes as nothing that a browser would open."""
    one, trouble = await _refusal(console, request, console.site.language(request))
    if one is None:
        return _absent(console, request, trouble)
    if not sees_raw(console.access.user(request)):
        return await show_one(console, request, status=403)
    headers = {
        "Content-Disposition": f'attachment; filename="vigiterre-{one.id}.bin"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(one.kept, media_type="application/octet-stream", headers=headers)


async def _refusal(console: Console, request: Request, language: Language) -> tuple[Refused | None, str]:
    number = request.path_params["number"]
    if number > LARGEST:
        return None, ""
    return await asked_in_thread(language, None, console.sources.refused_one, number)


def _absent(console: Console, request: Request, trouble: str) -> Response:
    status = 503 if trouble else 404
    return console.site.page(request, "quarantine_absent.html", TEXTS, status=status, trouble=trouble)
