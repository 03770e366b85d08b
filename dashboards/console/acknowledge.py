"""The page behind the link of a notice: it shows the alert and asks; only its form acknowledges.

Following the link changes nothing, for mail scanners follow links too. No script, nothing of anybody else's.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from alerts.links import BadLink
from alerts.notices.case import Case
from alerts.notices.entry import entry_of, when
from alerts.notices.texts import LEVELS
from dashboards.console.app import SECURITY, preferred
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

    look: Callable[[str], Case | None]
    """The alert of a token; None when it is known no more. May block; called in a thread."""
    acknowledge: Callable[[str, str, str], Awaitable[bool]]
    """Token, who, comment -> whether this acknowledged it: somebody else may have been quicker."""


@dataclass(frozen=True)
class Said:
    """One state of the page."""

    status: int
    heading: str
    words: str
    case: Case | None = None
    asks: bool = False
    """With the form."""
    missing: bool = False
    """The form came without a name."""
    comment: str = ""
    """What was typed already."""
    good: bool = False


def acknowledge_routes(source: Acknowledging, language: Language) -> list[Route]:
    """`/ack/{token}` and its style sheet. `language` is what a browser that does not choose gets."""
    template = Environment(
        loader=PackageLoader("dashboards.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("acknowledge.html")
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
            facts=facts(said.case, chosen) if said.case else (),
            longest_name=LONGEST_NAME,
            longest_comment=LONGEST_COMMENT,
        )
        return HTMLResponse(body, status_code=said.status, headers=HEADERS)

    return [Route("/acknowledge.css", style), Route("/ack/{token}", page, methods=["GET", "POST"])]


async def ask(source: Acknowledging, request: Request, language: Language) -> Said:
    """What the link shows."""
    t = ACKNOWLEDGE[language]
    case = await run_in_threadpool(source.look, request.path_params["token"])
    return settled(case, language) or Said(200, t["question"], t["question_words"], case, asks=True)


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
    case = await run_in_threadpool(source.look, token)
    if (before := settled(case, language)) is not None:
        return before
    if not who:
        return Said(400, t["question"], t["question_words"], case, asks=True, missing=True, comment=comment)
    if await source.acknowledge(token, who, comment):
        return Said(200, t["done"], t["done_words"].format(who=who), case, good=True)
    return settled(case, language) or Said(409, t["changed"], t["changed_words"], case)


def settled(case: Case | None, language: Language) -> Said | None:
    """What the page says when nobody need acknowledge any more; None when somebody should."""
    t = ACKNOWLEDGE[language]
    if case is None:
        return Said(410, t["unknown"], t["unknown_words"])
    alert = case.alert
    if alert.withdrawn:
        return Said(410, t["withdrawn"], t["withdrawn_words"], case, good=True)
    if alert.resolved is not None:
        return Said(
            410, t["resolved"], t["resolved_words"].format(when=when(alert.resolved, language)), case, good=True
        )
    if alert.acknowledged:
        told = {"who": alert.acknowledged_by, "when": when(alert.acknowledged, language)}
        return Said(409, t["acknowledged"].format(**told), t["acknowledged_words"].format(**told), case, good=True)
    return None


def facts(case: Case, language: Language) -> list[tuple[str, str]]:
    """(name, text) of what is known of the alert, where there is something."""
    t, alert = ACKNOWLEDGE[language], case.alert
    entry = entry_of(case, language, "", "")
    commune = f"{case.commune_name} ({alert.series.commune})" if case.commune_name else alert.series.commune
    state = "withdrawn" if alert.withdrawn else alert.status.value
    found = [
        (t["alert"], entry.title),
        (t["level"], LEVELS[language][alert.level.word]),
        (t["place"], ", ".join(part for part in (case.name, commune) if part)),
        (t["finding"], entry.finding),
        (t["value"], "" if entry.value in entry.finding else entry.value),
        (t["since"], when(alert.raised, language)),
        (t["state"], t["state_" + state]),
        (t["comment"], alert.comment),
        (t["action"], entry.action if alert.open else ""),
        (t["device"], alert.series.device),
    ]
    return [(name, text) for name, text in found if text]


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
