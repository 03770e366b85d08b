"""Addresses of the commissioning pages. No id begins with `_`, so `_add` is no device."""

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboards.console.access import Role
from dashboards.console.console import Console
from dashboards.console.install.codes import device_of, read_code
from dashboards.console.install.credential import give_credential, show_credential
from dashboards.console.install.deeds import Note, do, not_noted, show_deed
from dashboards.console.install.first import show_device, show_state
from dashboards.console.install.gate import for_technicians, obstacle
from dashboards.console.install.texts import TEXTS
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.pieces.paging import query_of
from dashboards.console.pieces.visible import visible
from devices import cells
from devices.problems import near

LONGEST_CODE = 300


def routes(console: Console, note: Note = not_noted) -> list[Route]:
    """`note` writes a line of the audit log: request, who, what, outcome."""
    acting = partial(console.access.acting, Role.TECHNICIAN)
    doing = acting(partial(do, console, note))
    return [
        Route("/install", for_technicians(console, find)),
        Route("/install/_add", for_technicians(console, show_deed), methods=["GET"]),
        Route("/install/_add", doing, methods=["POST"]),
        Route("/install/{device}", for_technicians(console, show_device)),
        Route("/install/{device}/state", for_technicians(console, show_state)),
        Route("/install/{device}/credential", for_technicians(console, show_credential), methods=["GET"]),
        Route("/install/{device}/credential", acting(partial(give_credential, console)), methods=["POST"]),
        Route("/install/{device}/{deed}", for_technicians(console, show_deed), methods=["GET"]),
        Route("/install/{device}/{deed}", doing, methods=["POST"]),
    ]


async def find(console: Console, request: Request) -> Response:
    """The one field: a known device leads to its page, an unknown one to the form that adds it."""
    language, query = console.site.language(request), request.query_params
    t, registry = TEXTS[language], console.sources.registry()
    asked = Asked(query, language)
    text, retired = asked.text("code", LONGEST_CODE), asked.text("retired")
    code = read_code(text)
    if device := device_of(code, registry.addresses):
        return RedirectResponse(f"/install/{device}", 303)
    if "code" in query and not text and not asked.wrong:
        asked.wrong.append(Wrong("code", t["no_code"]))
    given = code._asdict() if code.eui else {"id": cells.device_id(code.name.lower()) or ""}
    close = near(code.name.lower(), registry.devices).split(", ") if code.name else []
    return console.site.page(
        request,
        "install.html",
        TEXTS,
        status=400 if asked.wrong else 200,
        p=pieces.TEXTS[language],
        wrong=asked.wrong,
        code=visible(text),
        unknown=visible(code.eui or code.name),
        add=query_of(given),
        near=[one for one in close if one in registry.devices],
        obstacle=await run_in_threadpool(obstacle, console),
        retired=visible(retired),
    )
