"""`/install/{device}`: its card, and its first reading as it arrives."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboards.console.console import Console
from dashboards.console.device.card import card
from dashboards.console.install.forms import DEEDS
from dashboards.console.install.gate import obstacle
from dashboards.console.install.texts import TEXTS
from dashboards.console.install.waiting import Since, Waiting, waiting
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import query_of
from dashboards.console.pieces.visible import visible
from dashboards.console.sources import RefusedPage
from devices.problems import near
from devices.registry import Profile

REFUSALS = 5
LONGEST_NUMBER = 15


async def show_device(console: Console, request: Request) -> Response:
    device, registry = request.path_params["device"], console.sources.registry()
    profile = registry.profiles.get(device)
    if profile is None:
        return unknown(console, request, device)
    since, language, now = since_of(request), console.site.language(request), now_ms()
    found, trouble = await _waiting(console, request, profile, since or Since(), now)
    return console.site.page(
        request,
        "install_device.html",
        TEXTS,
        status=200 if since else 400,
        card=card(profile, registry, console.present.heard(device), now, language),
        w_state=found,
        device=device,
        trouble=trouble,
        bad_since=since is None,
        state_at=f"/install/{device}/state?{query_of({**(since or Since())._asdict(), 'lang': language})}",
        deeds=[deed for deed in DEEDS if deed != "add"],
        obstacle=await run_in_threadpool(obstacle, console),
        keys=console.sources.keys is not None,
    )


async def show_state(console: Console, request: Request) -> Response:
    """The part of that page that changes, for its script."""
    profile, since = console.sources.registry().profiles.get(request.path_params["device"]), since_of(request)
    if profile is None or since is None:
        return unknown(console, request, request.path_params["device"])
    language = console.site.language(request)
    found, trouble = await _waiting(console, request, profile, since, now_ms())
    body = console.site.environment.get_template("install_state.html").render(
        t=TEXTS[language], w_state=found, trouble=trouble, device=profile.device.id
    )
    return HTMLResponse(body, headers=console.site.headers())


def unknown(console: Console, request: Request, device: str) -> Response:
    registry = console.sources.registry()
    close = [one for one in near(device[:100], registry.devices).split(", ") if one in registry.devices]
    return console.site.page(
        request, "install_unknown.html", TEXTS, status=404, device=visible(device[:100]), near=close
    )


def since_of(request: Request) -> Since | None:
    """None for an address that is miscopied."""
    texts = [request.query_params.get(name, "") or "0" for name in Since._fields]
    if not all(text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER for text in texts):
        return None
    return Since(*map(int, texts))


async def _waiting(console: Console, request: Request, profile: Profile, since: Since, now: int) -> tuple[Waiting, str]:
    language, device = console.site.language(request), profile.device.id
    nothing = RefusedPage([], 0, {})
    refused, trouble = await asked_in_thread(
        language, nothing, console.sources.refused, {"device": device}, 0, REFUSALS
    )
    present, registry = console.present.of(device), console.sources.registry()
    return waiting(profile, registry, present, refused.rows, since, now, language), trouble
