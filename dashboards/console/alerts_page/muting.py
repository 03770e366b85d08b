"""The page of silences and maintenance windows, and what its forms do."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.alert import MuteKind
from dashboards.console.access import Form, Role, User
from dashboards.console.acknowledge import LONGEST_COMMENT
from dashboards.console.alerts_page.moments import written
from dashboards.console.alerts_page.mutes import WHOM, mute_choices, mute_rows, read_wish
from dashboards.console.alerts_page.texts import FORMS, TEXTS
from dashboards.console.console import Console
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Asked, Wrong, count_of
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import query_of
from dashboards.console.pieces.visible import visible
from devices.errors import VigiterreError
from devices.problems import Language

PAGE = "/alerts/mutes"
TWO_HOURS = 7_200_000


async def show_mutes(
    console: Console, request: Request, wrong: Sequence[Wrong] = (), form: Mapping[str, str] | None = None
) -> Response:
    """With the form as it was sent, if it was; an address may fill it in: `?kind=maintenance&site=...`."""
    language, sources, now = console.site.language(request), console.sources, now_ms()
    user, registry, rules = console.access.user(request), sources.registry(), sources.rules()
    choices = mute_choices(registry, rules, language)
    asked = Asked(request.query_params if form is None else {}, language)
    filled = {"start": "", "end": written(now + TWO_HOURS), **_filled(asked)}
    return console.site.page(
        request,
        "alerts_mutes.html",
        TEXTS,
        status=400 if wrong or asked.wrong else 200,
        p=pieces.TEXTS[language],
        f=FORMS[language],
        wrong=[*asked.wrong, *wrong],
        form=filled if form is None else form,
        choices=choices,
        rows=mute_rows(sources.mutes(), rules, registry, now, language),
        may=user is not None and user.role >= Role.TECHNICIAN,
        longest_comment=LONGEST_COMMENT,
        done=_done(request.query_params, language),
    )


async def add_mute(console: Console, request: Request, user: User, form: Form) -> Response:
    language, now = console.site.language(request), now_ms()
    registry, rules = console.sources.registry(), console.sources.rules()
    wish, wrong = read_wish(form, registry, mute_choices(registry, rules, language), now, language)
    if wish is None:
        return await show_mutes(console, request, wrong, form)
    try:
        result = await console.sources.ask("alerts_mute", wish.arguments(user.name))
    except VigiterreError as error:
        return await show_mutes(console, request, refused(error, language), form)
    facts = {name: result.get(name, 0) for name in ("id", "devices", "alerts")}
    return RedirectResponse(f"{PAGE}?{query_of({'done': wish.kind, **facts})}", 303)


async def end_mute(console: Console, request: Request, user: User, form: Form) -> Response:  # noqa: ARG001
    language = console.site.language(request)
    asked = Asked(form, language)
    number, kind = asked.number("id", 0, 999_999_999), asked.one_of("kind", [one.value for one in MuteKind])
    if not number or not kind:
        return await show_mutes(console, request, [Wrong("", FORMS[language]["no_mute"])])
    try:
        await console.sources.ask("alerts_unmute", {"id": number, "kind": kind})
    except VigiterreError as error:
        return await show_mutes(console, request, refused(error, language))
    return RedirectResponse(f"{PAGE}?{query_of({'done': 'ended', 'id': number})}", 303)


def refused(error: VigiterreError, language: Language) -> list[Wrong]:
    """What the running process says, line by line."""
    return [Wrong("", visible(line)) for line in error.text(language).splitlines() if line.strip()]


def _filled(asked: Asked) -> dict[str, str]:
    given = {"kind": asked.one_of("kind", [one.value for one in MuteKind])}
    return {name: value for name, value in {**given, **{one: asked.text(one) for one in WHOM}}.items() if value}


def _done(query: Mapping[str, str], language: Language) -> str:
    key = query.get("done", "")
    if key not in ("silence", "maintenance", "ended"):
        return ""
    facts = {name: count_of(query, name) for name in ("id", "devices", "alerts")}
    return TEXTS[language][f"done_{key}"].format(**facts)
