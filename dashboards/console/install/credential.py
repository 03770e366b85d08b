"""`/install/{device}/credential`: what a device gets into the broker with, given once, also as a QR code."""

import segno
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboards.console.access import Form, User
from dashboards.console.console import Console
from dashboards.console.install.first import unknown
from dashboards.console.install.texts import TEXTS
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.visible import visible
from dashboards.console.rows import moment
from dashboards.console.sources import Credential
from devices.errors import VigiterreError

SCALE = 5
"""Pixels of a square of the code."""


async def show_credential(console: Console, request: Request) -> Response:
    """Whether it has one, and the button that gives it one. The secret itself is on no page that can be asked for."""
    return await _page(console, request)


async def give_credential(console: Console, request: Request, _user: User, form: Form) -> Response:
    """The one page that shows it. A form that was filled before somebody else gave one says so, and gives nothing."""
    device, keys = request.path_params["device"], console.sources.keys
    if device not in console.sources.registry().devices or keys is None:
        return unknown(console, request, device)
    try:
        made = await run_in_threadpool(keys.give, device, "again" in form)
    except VigiterreError as error:
        words = visible(error.text(console.site.language(request)))
        return await _page(console, request, trouble=words, status=409)
    return await _page(console, request, made=made)


async def _page(
    console: Console, request: Request, *, made: Credential | None = None, trouble: str = "", status: int = 200
) -> Response:
    device, keys = request.path_params["device"], console.sources.keys
    if device not in console.sources.registry().devices or keys is None:
        return unknown(console, request, device)
    since = None
    if made is None:
        try:
            since = await run_in_threadpool(keys.since, device)
        except VigiterreError as error:
            trouble, status = trouble or visible(error.text(console.site.language(request))), 503
    return console.site.page(
        request,
        "install_credential.html",
        TEXTS,
        status=status,
        device=device,
        made=made,
        code=qr_code(made.url) if made else "",
        since=None if since is None else moment(since, now_ms(), console.site.language(request)),
        trouble=trouble,
    )


def qr_code(text: str) -> Markup:
    """SVG, made here: no other server is told of it."""
    code = segno.make_qr(text, error="m")
    return Markup(code.svg_inline(scale=SCALE, dark="#000", light="#fff"))  # noqa: S704  -- of squares alone
