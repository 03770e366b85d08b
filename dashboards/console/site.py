"""What all pages share: templates, language, headers, navigation. A page gives a template its values, no more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboards.console.access import Access, Role, User
from dashboards.console.assets import Assets
from dashboards.console.carried import carried
from dashboards.console.layout import LAYOUT
from dashboards.console.pieces.clock import now_ms
from devices.problems import LANGUAGES, Language

COOKIE_OF_LANGUAGE = "vigiterre_lang"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
"""Nothing of anybody else's, nothing inline. The host of map tiles joins img-src where a setting names one."""


class Entry(NamedTuple):
    """One entry of the navigation."""

    name: str
    """Key of its words in `layout.LAYOUT`."""
    path: str
    role: Role | None = None
    """Who is shown it; None is everybody."""


NAVIGATION = (
    Entry("territory", "/"),
    Entry("devices", "/devices"),
    Entry("alerts", "/alerts"),
    Entry("quarantine", "/quarantine"),
    Entry("platform", "/platform"),
    Entry("report", "/report"),
    Entry("install", "/install", Role.TECHNICIAN),
    Entry("sharing", "/shares", Role.TECHNICIAN),
)


@dataclass(frozen=True)
class Site:
    """One per process. Templates are read once: an upgrade under a running process must not change half of a page."""

    default: Language
    """What a browser that does not choose gets."""
    assets: Assets
    access: Access
    notices: Callable[[Language], Sequence[str]] = lambda _language: ()
    """What stands above every page, such as that nothing of a demonstration was measured."""
    place: Callable[[], str] = lambda: ""
    """Where a page that is made now begins to follow the live feed; "" is: when it asks."""
    tiles: str = ""
    """URL pattern of background map tiles; "" is no background but our outline."""
    environment: Environment = field(
        default_factory=lambda: Environment(
            loader=PackageLoader("dashboards.console"),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    )

    def language(self, request: Request) -> Language:
        """`?lang=en` wins, then the cookie of an earlier choice, then the browser's first, then the installation's."""
        header = request.headers.get("accept-language", "")[:2]
        for wish in (request.query_params.get("lang"), request.cookies.get(COOKIE_OF_LANGUAGE), header):
            if wish in LANGUAGES:
                return "en" if wish == "en" else "fr"
        return self.default

    def page(
        self,
        request: Request,
        template: str,
        texts: Mapping[str, Mapping[str, str]],
        *,
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """A page made of `templates/TEMPLATE`, which extends `layout.html`.

        Its values: those given, `t` (its texts in the language), `w` (the layout's), `language`, `path`, `user` (or
        None), `token` (hidden field `csrf` of forms), `asset(name)`, `navigation`, `notices`, `wall` (asked for by
        `?wall`), `sent` (ms: when the page is made), `place` (in the live feed, then).
        """
        language, user = self.language(request), self.access.user(request)
        body = self.environment.get_template(template).render(
            t=texts[language],
            w=LAYOUT[language],
            language=language,
            path=request.url.path,
            query=carried(request),
            wall="wall" in request.query_params,
            sent=now_ms(),
            place=self.place(),
            user=user,
            token=self.access.token(request),
            asset=self.assets.url,
            navigation=navigation_of(user),
            notices=self.notices(language),
            **values,
        )
        response = HTMLResponse(body, status_code=status, headers=self.headers())
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(COOKIE_OF_LANGUAGE, language, max_age=31_536_000, samesite="lax", httponly=True)
        return response

    def headers(self) -> dict[str, str]:
        policy = POLICY | ({"img-src": f"{POLICY['img-src']} {origin(self.tiles)}"} if self.tiles else {})
        return {
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        }


def navigation_of(user: User | None) -> list[Entry]:
    return [entry for entry in NAVIGATION if entry.role is None or (user is not None and user.role >= entry.role)]


def origin(url: str) -> str:
    """`https://tiles.example.org` of a pattern; a `{s}` for subdomains becomes `*`."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].replace('{s}', '*')}"
