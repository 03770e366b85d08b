"""What the forms of the list and of one alert do."""

from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.console.access import Form, User
from dashboards.console.acknowledge import LONGEST_COMMENT
from dashboards.console.alerts_page.filters import Filters
from dashboards.console.alerts_page.listing import show_list
from dashboards.console.alerts_page.mutes import read_silence
from dashboards.console.alerts_page.muting import refused
from dashboards.console.alerts_page.one import alert_of, show_one
from dashboards.console.alerts_page.texts import FORMS
from dashboards.console.console import Console
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import query_of
from devices.errors import VigiterreError

MARK = "alert_"
"""Prefix of the boxes that choose alerts: `alert_12`."""


async def acknowledge_chosen(console: Console, request: Request, user: User, form: Form) -> Response:
    language = console.site.language(request)
    asked, listed = Asked(form, language), _listed(form)
    chosen, comment = numbers_of(form), asked.text("comment", LONGEST_COMMENT)
    if not chosen:
        asked.wrong.append(Wrong("choose", FORMS[language]["none_chosen"]))
    if asked.wrong:
        return await show_list(console, request, asked.wrong, chosen, form.get("comment", ""), listed)
    before = _acknowledged(console, chosen)
    arguments = {"ids": chosen, "who": user.name, "comment": comment}
    try:
        result = await console.sources.ask("alerts_ack", arguments)
    except VigiterreError as error:
        return await show_list(console, request, refused(error, language), chosen, comment, listed)
    after = _acknowledged(console, chosen)
    quicker = [number for number, who in after.items() if number in before or who != user.name]
    facts = {
        "done": "acknowledged",
        "count": result.get("acknowledged", 0),
        "already": result.get("already", 0),
        "over": result.get("over", 0),
        "unwritten": int(bool(result.get("unwritten"))),
        "quicker": ",".join(map(str, quicker)) if result.get("already") else "",
    }
    return RedirectResponse(f"/alerts?{query_of({**listed, **facts})}", 303)


async def acknowledge_one(console: Console, request: Request, user: User, form: Form) -> Response:
    language, number = console.site.language(request), request.path_params["number"]
    asked = Asked(form, language)
    comment = asked.text("comment", LONGEST_COMMENT)
    if asked.wrong:
        return await show_one(console, request, asked.wrong, form, "ack")
    try:
        arguments = {"ids": [number], "who": user.name, "comment": comment}
        result = await console.sources.ask("alerts_ack", arguments)
    except VigiterreError as error:
        return await show_one(console, request, refused(error, language), form, "ack")
    key = next((key for key in ("already", "over") if result.get(key)), "acknowledged")
    facts = {"done": key, "unwritten": int(bool(result.get("unwritten")))}
    return RedirectResponse(f"/alerts/{number}?{query_of(facts)}", 303)


async def silence_one(console: Console, request: Request, user: User, form: Form) -> Response:
    language, number = console.site.language(request), request.path_params["number"]
    alert, _, _ = await alert_of(console, number, language)
    if alert is None:
        return await show_one(console, request)
    wish, wrong = read_silence(form, alert, now_ms(), language)
    if wish is None:
        return await show_one(console, request, wrong, form, "silence")
    try:
        result = await console.sources.ask("alerts_mute", wish.arguments(user.name))
    except VigiterreError as error:
        return await show_one(console, request, refused(error, language), form, "silence")
    facts = {"done": "muted", **{name: result.get(name, 0) for name in ("id", "devices", "alerts")}}
    return RedirectResponse(f"/alerts/{number}?{query_of(facts)}", 303)


def numbers_of(form: Mapping[str, str]) -> list[int]:
    """The alerts whose boxes are ticked."""
    texts = [name.removeprefix(MARK) for name in form if name.startswith(MARK)]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18]


def _acknowledged(console: Console, numbers: Collection[int]) -> dict[int, str]:
    """Of these alerts that are open, those that somebody acknowledged, and who."""
    alerts = (case.alert for case in console.sources.open_alerts() if case.alert.id in set(numbers))
    return {alert.id: alert.acknowledged_by for alert in alerts if alert.acknowledged}


def _listed(form: Mapping[str, str]) -> dict[str, str]:
    """What the page of the form listed; only names that are filters."""
    return {name: value for name, value in parse_qsl(form.get("kept", "")[:2_000]) if name in Filters._fields}
