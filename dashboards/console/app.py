"""All pages of one process as one web application."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from dashboards.console import health, live_routes, static_files
from dashboards.console.account import page as account
from dashboards.console.accounts.checking import Checking
from dashboards.console.alerts_page import page as alerts_page
from dashboards.console.api import page as api
from dashboards.console.console import Console
from dashboards.console.device import page as device
from dashboards.console.devices import page as devices
from dashboards.console.errors import errors_of, failure_of
from dashboards.console.guard import Guard
from dashboards.console.install import page as install
from dashboards.console.platform_page import page as platform_page
from dashboards.console.quarantine import page as quarantine
from dashboards.console.report import page as report
from dashboards.console.share import page as share
from dashboards.console.sharing import page as sharing
from dashboards.console.sign_in import page as sign_in
from dashboards.console.signed_in import SignedIn
from dashboards.console.strict_transport import StrictTransport
from dashboards.console.territory import page as territory

PAGES = (
    territory.routes,
    devices.routes,
    device.routes,
    alerts_page.routes,
    quarantine.routes,
    platform_page.routes,
    report.routes,
    live_routes.routes,
)
SMALL = 1_000
"""Bytes; below them compressing saves nothing."""


def application(console: Console, access: SignedIn, raw_days: int = 0, more: Sequence[BaseRoute] = ()) -> Starlette:
    """`access` is the console's own, with all it can do; `raw_days` is how long raw values are kept (0: for ever).

    `more` are routes outside the console, such as those behind the links of notices. FileNotFoundError when the assets
    were not built.
    """
    site = console.site
    checking = Checking(access.accounts.users)
    static = static_files.load_static(site.assets.names.values())
    return Starlette(
        routes=[
            *health.routes(console.sources),
            *more,
            *static_files.routes(static),
            *sign_in.routes(console, access, checking),
            *account.routes(console, access, checking),
            *api.routes(console, raw_days),
            *install.routes(console, access.note),
            *sharing.routes(console, access),
            *share.routes(console, access.accounts.shares.of),
            *(route for routes in PAGES for route in routes(console)),
        ],
        # A page and its secrets are compressed together, which leaks only to who can send our cookies: SameSite=Lax.
        middleware=[
            Middleware(StrictTransport, trust=access.trust),
            Middleware(Guard, headers=site.headers(), failed=failure_of(site)),
            Middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=6),
        ],
        exception_handlers={HTTPException: errors_of(site)},
    )
