"""Addresses of Alertes. What is posted answers with a redirection to a page that says what was done."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboards.console.access import Form, Handler, Role, User
from dashboards.console.alerts_page.acting import acknowledge_chosen, acknowledge_one, silence_one
from dashboards.console.alerts_page.listing import show_list
from dashboards.console.alerts_page.muting import add_mute, end_mute, show_mutes
from dashboards.console.alerts_page.one import show_one
from dashboards.console.carried import carried
from dashboards.console.console import Console

Deed = Callable[[Console, Request, User, Form], Awaitable[Response]]


def routes(console: Console) -> list[Route]:
    reading = console.access.reading

    def doing(path: str, deed: Deed) -> Route:
        return Route(path, console.access.acting(Role.TECHNICIAN, partial(deed, console)), methods=["POST"])

    return [
        Route("/alerts", reading(partial(show_list, console))),
        doing("/alerts/acknowledge", acknowledge_chosen),
        Route("/alerts/acknowledge", instead("/alerts")),
        doing("/alerts/mutes", add_mute),
        Route("/alerts/mutes", reading(partial(show_mutes, console))),
        doing("/alerts/mutes/end", end_mute),
        Route("/alerts/mutes/end", instead("/alerts/mutes")),
        Route("/alerts/{number:int}", reading(partial(show_one, console))),
        doing("/alerts/{number:int}/acknowledge", acknowledge_one),
        doing("/alerts/{number:int}/silence", silence_one),
        Route("/alerts/{number:int}/{_deed}", instead("/alerts/{number}")),
    ]


def instead(path: str) -> Handler:
    """Where a reader goes who reloads, or changes the language of, the answer to a form."""

    async def lead(request: Request) -> Response:
        query = f"?{carried(request)}" if carried(request) else ""
        return RedirectResponse(path.format(**request.path_params) + query, 303)

    return lead
