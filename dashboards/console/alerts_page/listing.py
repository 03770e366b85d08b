"""The list: what is open, worst first, then what was."""

from collections.abc import Collection, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from alerts.notices.case import Case
from dashboards.console.access import Role
from dashboards.console.acknowledge import LONGEST_COMMENT
from dashboards.console.alerts_page.filters import Filters, choices_of, matching, read_filters
from dashboards.console.alerts_page.rows import newest_first, row_of, worst_first
from dashboards.console.alerts_page.texts import TEXTS
from dashboards.console.console import Console
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Asked, Wrong, count_of
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import Paging, paged, query_of
from dashboards.console.pieces.visible import visible
from devices.problems import Language

DAY = 86_400_000
ROWS = 50
"""A page of the list."""
HISTORY = 5_000
"""Alerts of the history that are looked at."""
NAMED = 10
"""Alerts of which is said who acknowledged them first."""


async def show_list(
    console: Console,
    request: Request,
    wrong: Sequence[Wrong] = (),
    chosen: Collection[int] = (),
    comment: str = "",
    query: Mapping[str, str] | None = None,
) -> Response:
    """With mistakes of the form, and what was chosen and typed in it; `query` is then what was listed."""
    language, sources, now = console.site.language(request), console.sources, now_ms()
    user = console.access.user(request)
    asked = Asked(request.query_params if query is None else query, language)
    cases, registry = list(sources.open_alerts()), sources.registry()
    days = asked.text("days")
    since = now - (int(days) if days in ("1", "7", "30", "365") else 7) * DAY
    past, trouble = await asked_in_thread(language, [], sources.alerts, since, "", HISTORY)
    choices = choices_of(registry, sources.rules(), [*cases, *past], language)
    filters = read_filters(asked, choices)
    found, over = matching(worst_first(cases), filters, language), matching(newest_first(past), filters, language)
    there, then = _paged(filters, len(found), len(over))
    mistakes = [*asked.wrong, *wrong]
    return console.site.page(
        request,
        "alerts.html",
        TEXTS,
        status=400 if mistakes else 200,
        p=pieces.TEXTS[language],
        wrong=mistakes,
        choices=choices,
        filters=filters,
        filtered=any(value for name, value in filters.chosen.items() if name != "days"),
        kept=query_of({**filters.chosen, "page": there.page, "past": then.page}),
        rows=[row_of(case, now, language) for case in found[there.offset : there.last]],
        paging=there,
        total=len(cases),
        past=[row_of(case, now, language) for case in over[then.offset : then.last]],
        paging_past=then,
        cut=len(past) >= HISTORY,
        trouble=trouble,
        may=user is not None and user.role >= Role.TECHNICIAN,
        chosen=set(chosen),
        comment=comment,
        longest_comment=LONGEST_COMMENT,
        done=_done(request.query_params, cases, language),
    )


def _paged(filters: Filters, found: int, over: int) -> tuple[Paging, Paging]:
    """Of what is open, and of the history: each keeps the other's page."""
    there = paged(filters.page, found, ROWS, {**filters.chosen, "past": filters.past - 1 and filters.past})
    return there, paged(filters.past, over, ROWS, {**filters.chosen, "page": filters.page - 1 and filters.page}, "past")


def _done(query: Mapping[str, str], cases: Sequence[Case], language: Language) -> list[str]:
    """What was just done: a key and numbers stand in the address, never words."""
    if query.get("done") != "acknowledged":
        return []
    t, count, already = TEXTS[language], count_of(query, "count"), count_of(query, "already")
    said = [t["done_acknowledged" if count != 1 else "done_acknowledged_one"].format(count=count)]
    if already:
        said.append(t["done_already"].format(count=already) + _quicker(query.get("quicker", ""), cases, language))
    if over := count_of(query, "over"):
        said.append(t["done_over"].format(count=over))
    if query.get("unwritten"):
        said.append(t["unwritten"])
    return said


def _quicker(numbers: str, cases: Sequence[Case], language: Language) -> str:
    """` : no 12, Paul ; no 14, Anne`."""
    t, known = TEXTS[language], {str(case.alert.id): case.alert for case in cases if case.alert.acknowledged}
    found = [known[number] for number in numbers.split(",")[:NAMED] if number in known]
    names = (t["quicker"].format(number=one.id, who=visible(one.acknowledged_by)) for one in found)
    return f"{t['colon']} {t['semicolon'].join(names)}." if found else "."
