"""The quarantine by reason, and the page of it that was asked for."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from dashboards.console.access import Role
from dashboards.console.alerts_page.moments import written
from dashboards.console.console import Console
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Asked, Wrong, count_of
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import paged, query_of
from dashboards.console.quarantine.filters import LAST_PAGE, read_filters
from dashboards.console.quarantine.rows import dropped, row_of, tallies
from dashboards.console.quarantine.texts import TEXTS
from dashboards.console.sources import RefusedPage
from dashboards.console.texts import REASONS
from devices.problems import Language

ROWS = 50
NONE = RefusedPage([], 0, {})


async def show_list(
    console: Console, request: Request, wrong: Sequence[Wrong] = (), form: Mapping[str, str] | None = None
) -> Response:
    """With the mistakes of a form, which listed what its own fields say."""
    language, now = console.site.language(request), now_ms()
    user, given = console.access.user(request), request.query_params if form is None else form
    asked = Asked(given, language)
    filters, number = read_filters(asked), asked.number("page", 1, LAST_PAGE)
    look, ask = console.sources.refused, filters.of_source
    found, trouble = await asked_in_thread(language, NONE, look, ask, (number - 1) * ROWS, ROWS)
    paging = paged(number, found.total, ROWS, filters.chosen)
    if paging.page != number and found.total:  # beyond the last one
        found, trouble = await asked_in_thread(language, NONE, look, ask, paging.offset, ROWS)
    mistakes = [*asked.wrong, *wrong]
    role = user.role if user else 0
    return console.site.page(
        request,
        "quarantine.html",
        TEXTS,
        status=400 if mistakes else 200,
        p=pieces.TEXTS[language],
        wrong=mistakes,
        filters=filters,
        kept=query_of(filters.chosen),
        reasons=list(REASONS[language].items()),
        tallies=tallies(found.by_reason, language),
        dropped=dropped(found.dropped, language),
        rows=[row_of(one, now, language) for one in found.rows],
        paging=paging,
        trouble=trouble,
        may_replay=role >= Role.TECHNICIAN,
        may_purge=role >= Role.ADMIN,
        before=(form or {}).get("before") or written(now),
        done=said_of(request.query_params, language),
    )


def said_of(query: Mapping[str, str], language: Language) -> list[str]:
    """What was just done: a key and numbers stand in the address, never words."""
    t = TEXTS[language]
    facts = {name: count_of(query, name) for name in ("messages", "cut", "refused", "purged")}
    if query.get("done") == "purged":
        return [t["done_purged"].format(**facts)]
    if query.get("done") != "replayed":
        return []
    more = [name for name in ("cut", "refused") if facts[name]] + (["waiting"] if query.get("waiting") else [])
    return [t[f"done_{name}"].format(**facts) for name in ("replayed", *more)]
