"""Addresses of the quarantine."""

from functools import partial

from starlette.routing import Route

from dashboards.console.access import Role
from dashboards.console.alerts_page.page import instead
from dashboards.console.console import Console
from dashboards.console.quarantine.acting import purge, replay_all, replay_one
from dashboards.console.quarantine.listing import show_list
from dashboards.console.quarantine.one import download, show_one


def routes(console: Console) -> list[Route]:
    reading, acting = console.access.reading, console.access.acting
    one = "/quarantine/{number:int}"
    return [
        Route("/quarantine", reading(partial(show_list, console))),
        Route("/quarantine/replay", acting(Role.TECHNICIAN, partial(replay_all, console)), methods=["POST"]),
        Route("/quarantine/replay", instead("/quarantine")),
        Route("/quarantine/purge", acting(Role.ADMIN, partial(purge, console)), methods=["POST"]),
        Route("/quarantine/purge", instead("/quarantine")),
        Route(one, reading(partial(show_one, console))),
        Route(f"{one}/bytes", reading(partial(download, console))),
        Route(f"{one}/replay", acting(Role.TECHNICIAN, partial(replay_one, console)), methods=["POST"]),
        Route(f"{one}/replay", instead("/quarantine/{number}")),
    ]
