"""Sessions: one's own on the page of the account, everybody's for administrators; and their end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.console.access import Form, User
from dashboards.console.account.texts import TEXTS
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.sessions import ENDED, Session, Sessions, name_of
from dashboards.console.console import Console
from dashboards.console.device.times import clock
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Wrong, count_of
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.pieces.paging import query_of
from dashboards.console.pieces.visible import visible
from dashboards.console.signed_in import SignedIn
from devices.errors import StoreUnavailable
from devices.problems import Language

PAGE, ALL = "/account", "/sessions"


class SessionRow(NamedTuple):
    id: str
    user: str
    since: str
    seen: str
    address: str
    browser: str
    this: bool
    """By which the page was asked for."""


class Wish(NamedTuple):
    """What a form asks to end."""

    session: str
    of: str
    """Only if it is his; "" is anybody's."""
    everything_of: str
    """Name of a user, or "" for the one session."""
    but: str
    """Id of the session that goes on."""


class SessionsPage:
    def __init__(self, console: Console, access: SignedIn) -> None:
        self._site = console.site
        self._access = access

    async def show(self, _console: Console, request: Request) -> Response:
        """Everybody's."""
        language, visitor = self._site.language(request), await self._access.visit(request)
        known, trouble = await asked_in_thread(language, [], self._access.accounts.sessions.living, self._access.now())
        counts = Counter(one.user for one in known)
        return self._site.page(
            request,
            "sessions.html",
            TEXTS,
            status=503 if trouble else 200,
            p=pieces.TEXTS[language],
            wrong=[Wrong("", trouble)] if trouble else [],
            rows=session_rows(known, visitor.session, language),
            several=sorted(user for user, count in counts.items() if count > 1),
            done=done_words(request.query_params, language),
        )

    async def end_own(self, request: Request, user: User, form: Form) -> Response:
        """One of one's own, or all but this one. Somebody else's is none, whatever the form names."""
        own = (await self._access.visit(request)).session
        wish = Wish(form.get("session", ""), user.name, user.name if form.get("all") == "1" else "", own)
        return await self._end(request, user, wish, PAGE)

    async def end_any(self, request: Request, user: User, form: Form) -> Response:
        """One of anybody's, or all of a user."""
        return await self._end(request, user, Wish(form.get("session", ""), "", form.get("user", ""), ""), ALL)

    async def _end(self, request: Request, user: User, wish: Wish, page: str) -> Response:
        if not wish.session and not wish.everything_of:
            return self._access.refuse(request, 400, "unreadable")
        try:
            target, told = await run_in_threadpool(_ended, self._access.accounts.sessions, wish)
        except AccountRefused:
            return _onwards(page, {"done": "gone"})
        except StoreUnavailable as error:
            return self._access.unavailable(request, error)
        await self._access.note_done(request, user, ENDED, target)
        return _onwards(page, told)


def _ended(sessions: Sessions, wish: Wish) -> tuple[str, Mapping[str, object]]:
    """(what the audit log says, what the page is told). Raises AccountRefused."""
    if wish.everything_of:
        count = sessions.revoke_all(wish.everything_of, wish.but)
        return f"{wish.everything_of} count={count}", {"done": "sessions", "count": str(count)}
    return f"{sessions.revoke(wish.session, wish.of)} {wish.session}", {"done": "session"}


def session_rows(sessions: Sequence[Session], own: str, language: Language) -> list[SessionRow]:
    return [
        SessionRow(
            one.id,
            visible(one.user),
            clock(one.since, language),
            clock(one.seen, language),
            visible(one.address),
            visible(one.browser),
            one.id == name_of(own),
        )
        for one in sessions
    ]


def done_words(told: Mapping[str, str], language: Language) -> str:
    """What our own redirect says was done; "" where nothing was."""
    words = {"password": "changed", "session": "ended_one", "sessions": "ended_many", "gone": "gone"}
    key = words.get(told.get("done", ""))
    return TEXTS[language][key].format(count=count_of(told, "count")) if key else ""


def _onwards(page: str, told: Mapping[str, object]) -> Response:
    return RedirectResponse(f"{page}?{query_of(told)}", 303, {"Cache-Control": "no-store"})
