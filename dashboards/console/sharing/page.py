"""The page of links for communes, and what its forms do. A link is shown once: it answers the form that made it."""

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboards.console.access import Form, Role, User
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.shares import (
    ADDED,
    DAY_MS,
    LONGEST,
    MOST_DAYS,
    REVOKED,
    USUAL_DAYS,
    Share,
    address,
    subject,
)
from dashboards.console.accounts.trust import LOOPBACK, bare
from dashboards.console.console import Console
from dashboards.console.install.gate import for_technicians
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Wrong, count_of
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.paging import query_of
from dashboards.console.report.bilan import places
from dashboards.console.sharing.rows import commune_choices, day, share_row, share_rows, shown_of
from dashboards.console.sharing.texts import TEXTS
from dashboards.console.sharing.wish import LENGTHS, OTHER, Wish, read_wish
from dashboards.console.signed_in import SignedIn
from devices.errors import StoreUnavailable

PAGE = "/shares"


def routes(console: Console, access: SignedIn) -> list[Route]:
    """`access` is the console's own, with all it can do. Only technicians see the list: it names people."""
    acting = partial(console.access.acting, Role.TECHNICIAN)
    revoked = f"{PAGE}/{{number}}/revoke"
    return [
        Route(PAGE, for_technicians(console, partial(show, access)), methods=["GET"]),
        Route(PAGE, acting(partial(make, access, console)), methods=["POST"]),
        Route(revoked, for_technicians(console, partial(ask, access)), methods=["GET"]),
        Route(revoked, acting(partial(revoke, access, console)), methods=["POST"]),
    ]


async def show(
    access: SignedIn,
    console: Console,
    request: Request,
    wrong: Sequence[Wrong] = (),
    form: Mapping[str, str] | None = None,
    status: int = 400,
) -> Response:
    """The list and the form, as it was sent if it was; `status` is that of what is wrong."""
    language, registry = console.site.language(request), console.sources.registry()
    shares, trouble = await asked_in_thread(language, None, access.accounts.shares.all)
    known = shares or []
    revoked = count_of(request.query_params, "revoked")
    return console.site.page(
        request,
        "sharing.html",
        TEXTS,
        status=status if wrong else 503 if trouble else 200,
        p=pieces.TEXTS[language],
        wrong=wrong,
        trouble=trouble,
        rows=share_rows(known, registry, access.now(), language),
        choices=commune_choices(registry, language),
        form={"length": str(USUAL_DAYS)} if form is None else form,
        lengths=LENGTHS,
        other=OTHER,
        most_days=MOST_DAYS,
        longest=LONGEST,
        seen=max((one.id for one in known), default=0),
        done=TEXTS[language]["revoked"].format(number=revoked) if revoked and not wrong else "",
    )


async def make(access: SignedIn, console: Console, request: Request, user: User, form: Form) -> Response:
    language, registry, now = console.site.language(request), console.sources.registry(), access.now()
    wish, wrong = read_wish(form, places(registry)[0], language)
    if wrong:
        return await show(access, console, request, wrong, form)
    expires = now + wish.days * DAY_MS
    try:
        token = await run_in_threadpool(_added, access, wish, count_of(form, "seen"), expires, now)
    except StoreUnavailable as error:
        return await show(access, console, request, [Wrong("", error.text(language))], form, 503)
    if token is None:
        return await show(access, console, request, [Wrong("", TEXTS[language]["made_before"])], form, 409)
    await access.note_done(request, user, ADDED, subject(wish.commune, wish.whom))
    site = access.trust.address(request)
    return console.site.page(
        request,
        "sharing_made.html",
        TEXTS,
        status=201,
        link=address(site, token),
        here_only=bare(urlsplit(site).netloc) in LOOPBACK,
        whom=wish.whom,
        until=day(expires, language),
        shown=shown_of(registry, wish.commune),
    )


def _added(access: SignedIn, wish: Wish, seen: int, expires: int, now: int) -> str | None:
    """The token; None where the form was sent twice, as by loading its answer again. `seen` is the newest it knew."""
    shares = access.accounts.shares
    if any(one.id > seen and (one.commune, one.whom) == (wish.commune, wish.whom) for one in shares.all()):
        return None
    return shares.add(wish.commune, wish.whom, expires, now)


async def ask(access: SignedIn, console: Console, request: Request) -> Response:
    """Whether to withdraw it, with what it is."""
    language, registry = console.site.language(request), console.sources.registry()
    found, trouble = await asked_in_thread(language, None, _found, access, count_of(request.path_params, "number"))
    if found is None:
        return await (show(access, console, request) if trouble else _unknown(access, console, request))
    row = share_row(found, registry, access.now(), language)
    return console.site.page(request, "sharing_revoke.html", TEXTS, row=row)


def _found(access: SignedIn, number: int) -> Share | None:
    return next((one for one in access.accounts.shares.all() if one.id == number), None)


async def revoke(access: SignedIn, console: Console, request: Request, user: User, form: Form) -> Response:  # noqa: ARG001
    number = count_of(request.path_params, "number")
    try:
        await run_in_threadpool(access.accounts.shares.revoke, number)
    except AccountRefused:
        return await _unknown(access, console, request)
    except StoreUnavailable as error:
        wrong = [Wrong("", error.text(console.site.language(request)))]
        return await show(access, console, request, wrong, status=503)
    await access.note_done(request, user, REVOKED, str(number))
    return RedirectResponse(f"{PAGE}?{query_of({'revoked': number})}", 303, {"Cache-Control": "no-store"})


async def _unknown(access: SignedIn, console: Console, request: Request) -> Response:
    wrong = [Wrong("", TEXTS[console.site.language(request)]["unknown"])]
    return await show(access, console, request, wrong, status=404)
