"""The page behind the link of a notice: it shows the alerts and asks; only its form acknowledges.

Following the link changes nothing, for mail scanners follow links too. No script, nothing of anybody else's.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from alerts.alert import Alert
from alerts.links import BadLink
from alerts.notices.case import Case, gravest_first
from dashboards.console.answers import LISTED, Said, done, facts, listed, name_missing, overtaken, question
from dashboards.console.standalone import SECURITY, preferred, template_of
from dashboards.console.texts import ACKNOWLEDGE
from devices.errors import StoreUnavailable
from devices.problems import Language

HEADERS = SECURITY | {"Content-Security-Policy": SECURITY["Content-Security-Policy"] + "; form-action 'self'"}
LONGEST_BODY = 8_192
"""Bytes; a name and a comment at their longest, each byte of them escaped, are less."""
LONGEST_NAME, LONGEST_COMMENT = 80, 500
"""Characters."""
FORM = "application/x-www-form-urlencoded"
STATUS_OF_LINK = {"forged": 400, "expired": 410, "used": 410}


@dataclass(frozen=True)
class Acknowledging:
    """Where the page takes what it shows, and what its form does. Both raise BadLink and StoreUnavailable."""

    look: Callable[[str], Collection[Case]]
    """The alerts of a token's notice, without those that are known no more. May block; called in a thread."""
    acknowledge: Callable[[str, str, str], Awaitable[Collection[Alert]]]
    """Token, who, comment -> those that this acknowledged: of others somebody may have been quicker."""


def acknowledge_routes(source: Acknowledging, language: Language) -> list[Route]:
    """`/ack/{token}` and its style sheet. `language` is what a browser that does not choose gets."""
    template = template_of("acknowledge.html")
    stylesheet = files("dashboards.console").joinpath("acknowledge.css").read_text(encoding="utf-8")

    async def style(_request: Request) -> Response:
        return Response(stylesheet, media_type="text/css")

    async def page(request: Request) -> Response:
        chosen = preferred(request, language)
        answer = ask if request.method in ("GET", "HEAD") else take
        try:
            said = await answer(source, request, chosen)
        except BadLink as error:
            said = Said(STATUS_OF_LINK[error.code], ACKNOWLEDGE[chosen]["bad_link"], sentence(error.text(chosen)))
        except StoreUnavailable as error:
            said = Said(503, ACKNOWLEDGE[chosen]["not_now"], sentence(error.text(chosen)))
        body = template.render(
            t=ACKNOWLEDGE[chosen],
            language=chosen,
            said=said,
            facts=facts(said.cases[0], chosen) if len(said.cases) == 1 else (),
            listed=[listed(case, chosen) for case in said.cases[:LISTED]] if len(said.cases) > 1 else (),
            more=max(0, len(said.cases) - LISTED),
            longest_name=LONGEST_NAME,
            longest_comment=LONGEST_COMMENT,
        )
        return HTMLResponse(body, status_code=said.status, headers=HEADERS)

    return [Route("/acknowledge.css", style), Route("/ack/{token}", page, methods=["GET", "POST"])]


async def ask(source: Acknowledging, request: Request, language: Language) -> Said:
    """What the link shows."""
    return question(await run_in_threadpool(source.look, request.path_params["token"]), language)


async def take(source: Acknowledging, request: Request, language: Language) -> Said:
    """What its form does."""
    t, token = ACKNOWLEDGE[language], request.path_params["token"]
    body = await read_body(request)
    if body is None:
        return Said(413, t["too_long"], t["too_long_words"])
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return Said(415, t["no_form"], t["no_form_words"])
    form = fields(body)
    who, comment = form["who"][:LONGEST_NAME], form["comment"][:LONGEST_COMMENT]
    cases = await run_in_threadpool(source.look, token)
    asked = question(cases, language)
    if not asked.asks:
        return asked
    if not who:
        return name_missing(asked, comment)
    answered = {alert.id: alert for alert in await source.acknowledge(token, who, comment)}
    if not answered:
        return overtaken(gravest_first(cases), language)
    told = [case._replace(alert=answered[case.alert.id]) for case in gravest_first(cases) if case.alert.id in answered]
    return done(told, who, language)


async def read_body(request: Request) -> bytes | None:
    """None when it is longer than a form of ours can be; the rest is not read."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    return body


def fields(body: bytes) -> Mapping[str, str]:
    """`who` and `comment` as one line each: they go into histories, tables and notices."""
    found = parse_qs(body.decode("ascii", "replace"), max_num_fields=10) if body.count(b"&") < 10 else {}
    return {name: one_line(found.get(name, [""])[0]) for name in ("who", "comment")}


def one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
