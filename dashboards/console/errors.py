"""What cannot be shown, said in words: pages for people, RFC 9457 for programs that ask below `/api/`."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from dashboards.console.site import Site

PROGRAMS = "/api/"
TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "404": "Page introuvable",
        "404_words": "Il n'y a rien à cette adresse : elle est peut-être mal recopiée, ou ce qu'elle montrait n'existe "
        "plus.",
        "405": "Demande impossible",
        "405_words": "Cette adresse ne prend pas de demande de cette sorte. Rien n'a été fait.",
        "400": "Demande illisible",
        "400_words": "L'adresse ou le formulaire ne peut pas être lu. Rien n'a été fait.",
        "500": "Erreur de notre côté",
        "500_words": "La page n'a pas pu être établie. Les mesures et les alertes continuent ; le détail est dans le "
        "journal du service. Réessayez dans un instant.",
        "home": "Aller au territoire",
    },
    "en": {
        "404": "Page not found",
        "404_words": "There is nothing at this address: it may be copied wrongly, or what it showed is no more.",
        "405": "Not possible here",
        "405_words": "This address takes no request of this kind. Nothing was done.",
        "400": "The request cannot be read",
        "400_words": "The address or the form cannot be read. Nothing was done.",
        "500": "A mistake of ours",
        "500_words": "The page could not be made. Readings and alerts go on; the details are in the log of the "
        "service. Try again in a moment.",
        "home": "Go to the territory",
    },
}


def errors_of(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    """For what a route or a page raised on purpose (HTTPException)."""

    async def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = told(site, request, status)
        for name, value in (getattr(error, "headers", None) or {}).items():
            response.headers[name] = value
        return response

    return answer


def failure_of(site: Site) -> Callable[[Request], Awaitable[Response]]:
    """For mistakes of ours. What fails here too is said without any frame: the frame may be what fails."""

    async def answer(request: Request) -> Response:
        try:
            return told(site, request, 500)
        except Exception:  # noqa: BLE001  -- the first mistake is in the log, and is most likely this one
            language = site.default
            return PlainTextResponse(f"{TEXTS[language]['500']}. {TEXTS[language]['500_words']}\n", status_code=500)

    return answer


def told(site: Site, request: Request, status: int) -> Response:
    if request.url.path.startswith(PROGRAMS):
        problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
        return JSONResponse(problem, status_code=status, media_type="application/problem+json")
    kind = str(status) if str(status) in TEXTS["fr"] else "400" if status < 500 else "500"
    return site.page(request, "error.html", TEXTS, status=status, kind=kind)
