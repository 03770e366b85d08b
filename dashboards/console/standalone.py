"""What a page outside the frame of all others needs: the one behind the link of a notice."""

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.requests import Request

from devices.problems import LANGUAGES, Language

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def template_of(name: str) -> Template:
    """Read now and never again: an upgrade under a running process must not change half of a page."""
    environment = Environment(
        loader=PackageLoader("dashboards.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def preferred(request: Request, default: Language) -> Language:
    """`?lang=en` wins, then the browser's first language if we have it, then the installation's."""
    header = request.headers.get("accept-language", "")[:2]
    for wish in (request.query_params.get("lang"), header, default):
        if wish in LANGUAGES:
            return "en" if wish == "en" else "fr"
    return default
