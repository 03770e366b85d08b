"""Pages that only some roles see, and whether the files can be written at all."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.console.access import Handler, Role, Rule, ruled
from dashboards.console.accounts.texts import REFUSED
from dashboards.console.carried import here
from dashboards.console.console import Console

Page = Callable[[Console, Request], Awaitable[Response]]


def for_technicians(console: Console, page: Page) -> Handler:
    return for_role(console, Role.TECHNICIAN, page)


def for_role(console: Console, role: Role, page: Page) -> Handler:
    """Whoever is not signed in is led to the sign-in page, whoever may not is told so."""

    async def show(request: Request) -> Response:
        user = console.access.user(request)
        if user is None:
            return RedirectResponse(
                f"/sign-in?next={quote(here(request), safe='/')}", 303, {"Cache-Control": "no-store"}
            )
        if user.role < role:
            return console.site.page(request, "refused.html", REFUSED, status=403, code="role")
        return await page(console, request)

    return ruled(console.access.reading(show), Rule(role))


def obstacle(console: Console) -> str:
    """Key of the words that say why nothing can be changed here; "" when it can. May block for a moment."""
    files = console.sources.inventory
    return "no_files" if files is None else files.obstacle()
