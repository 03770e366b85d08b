"""What the forms of the quarantine do."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.console.access import Form, User
from dashboards.console.alerts_page.moments import read_moment
from dashboards.console.alerts_page.muting import refused
from dashboards.console.console import Console
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import query_of
from dashboards.console.pieces.visible import holds, visible
from dashboards.console.quarantine.filters import Filters, read_filters
from dashboards.console.quarantine.listing import NONE, show_list
from dashboards.console.quarantine.one import show_one
from dashboards.console.quarantine.texts import TEXTS
from devices.errors import VigiterreError
from devices.problems import Language

CHUNK = 500
MOST = 5_000
"""Refusals found by text that are run again at once."""


async def replay_one(console: Console, request: Request, user: User, form: Form) -> Response:  # noqa: ARG001
    language = console.site.language(request)
    arguments = {"ids": [request.path_params["number"]], "reason": None, "device": None}
    try:
        result = await console.sources.ask("quarantine_replay", arguments)
    except VigiterreError as error:
        return await show_one(console, request, refused(error, language))
    return RedirectResponse(f"/quarantine?{_outcome(result)}", 303)


async def replay_all(console: Console, request: Request, user: User, form: Form) -> Response:  # noqa: ARG001
    language = console.site.language(request)
    asked = Asked(form, language)
    filters = read_filters(asked)
    if asked.wrong:  # what would be run again is not what was meant
        return await show_list(console, request, (), form)
    ids, trouble = await _found(console, filters, language) if filters.q else (None, "")
    if trouble or ids == []:
        return await show_list(console, request, [Wrong("", trouble or TEXTS[language]["nothing"])], form)
    try:
        result = await console.sources.ask("quarantine_replay", {"ids": ids, **filters.of_command})
    except VigiterreError as error:
        return await show_list(console, request, refused(error, language), form)
    return RedirectResponse(f"/quarantine?{_outcome(result, filters.chosen)}", 303)


async def purge(console: Console, request: Request, user: User, form: Form) -> Response:  # noqa: ARG001
    language, now = console.site.language(request), now_ms()
    asked, t = Asked(form, language), TEXTS[language]
    filters, text = read_filters(asked), asked.text("before")
    if asked.wrong:
        return await show_list(console, request, (), form)
    before, wrong = read_moment(text), []
    if before is None or before > now:
        wrong.append(Wrong("before", t["no_moment"].format(value=visible(text))))
    if "sure" not in form:
        wrong.append(Wrong("sure", t["not_sure"]))
    if filters.q:
        wrong.append(Wrong("q", t["purge_no_text"]))
    if wrong:
        return await show_list(console, request, wrong, form)
    try:
        result = await console.sources.ask("quarantine_purge", {"before": before, **filters.of_command})
    except VigiterreError as error:
        return await show_list(console, request, refused(error, language), form)
    return RedirectResponse(f"/quarantine?{query_of({'done': 'purged', 'purged': result.get('purged', 0)})}", 303)


async def _found(console: Console, filters: Filters, language: Language) -> tuple[list[int], str]:
    """The numbers of all that the filters find, the newest first."""
    found: list[int] = []
    offset = 0
    while len(found) < MOST:
        page, trouble = await asked_in_thread(language, NONE, console.sources.refused, filters.of_source, offset, CHUNK)
        if trouble:
            return [], trouble
        # Looked at again: what is run again must be what was meant, whatever the source makes of a text.
        found += [one.id for one in page.rows if holds(f"{one.topic} {one.device} {one.detail}", filters.q)]
        offset += CHUNK
        if len(page.rows) < CHUNK:
            break
    return list(dict.fromkeys(found)), ""


def _outcome(result: Mapping[str, Any], kept: Mapping[str, str] | None = None) -> str:
    counts = {name: result.get(name, 0) for name in ("messages", "cut", "refused")}
    return query_of({**(kept or {}), "done": "replayed", **counts, "waiting": int(bool(result.get("waiting")))})
