"""The page of the account, and what its form does."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboards.console.access import Form, Role, User
from dashboards.console.account.secret import read_passwords
from dashboards.console.account.sessions import ALL, PAGE, SessionsPage, done_words, session_rows
from dashboards.console.account.texts import TEXTS
from dashboards.console.accounts.checking import Checking, TooSoon
from dashboards.console.accounts.passwords import DIFFERENT, LONGEST, SHORTEST
from dashboards.console.accounts.sessions import Session
from dashboards.console.accounts.users import PASSWORD_CHANGED, Account
from dashboards.console.console import Console
from dashboards.console.device.times import clock
from dashboards.console.install.gate import for_role
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Wrong
from dashboards.console.pieces.blocking import asked_in_thread
from dashboards.console.sign_in.page import waiting
from dashboards.console.signed_in import SignedIn
from devices.errors import StoreUnavailable


def routes(console: Console, access: SignedIn, checking: Checking) -> list[Route]:
    """`access` is the console's own, with all it can do; `checking` that of the sign-in page."""
    page, sessions = AccountPage(console, access, checking), SessionsPage(console, access)
    return [
        Route(PAGE, access.reading(page.show), methods=["GET"]),
        Route(PAGE, access.acting(Role.VIEWER, page.change), methods=["POST"]),
        Route(f"{PAGE}/sessions/end", access.acting(Role.VIEWER, sessions.end_own), methods=["POST"]),
        Route(ALL, for_role(console, Role.ADMIN, sessions.show), methods=["GET"]),
        Route(f"{ALL}/end", access.acting(Role.ADMIN, sessions.end_any), methods=["POST"]),
    ]


class Known(NamedTuple):
    """What is kept of who is signed in with a password."""

    account: Account
    sessions: Sequence[Session]
    """His, this one among them."""


class AccountPage:
    def __init__(self, console: Console, access: SignedIn, checking: Checking) -> None:
        self._site = console.site
        self._access = access
        self._checking = checking

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def change(self, request: Request, user: User, form: Form) -> Response:
        """The new password, when the current one was given. All sessions end, and this one goes on under a new id."""
        language = self._site.language(request)
        if not (await self._access.visit(request)).session:  # signed in without a password, as in a demonstration
            return await self._page(request, [Wrong("", TEXTS[language]["no_password"])], 403)
        wish, wrong = read_passwords(form, user.name, language)
        if wrong:
            return await self._page(request, wrong, 400)
        try:
            account = await self._checked(request, user, wish.current)
            if account is None:
                return await self._page(request, [Wrong("current_password", TEXTS[language]["wrong"])], 403)
            return await self._changed(request, account, wish.new)
        except TooSoon as early:
            page = await self._page(request, [Wrong("", waiting(early.wait_ms, language))], 429)
            page.headers["Retry-After"] = str(ceil(early.wait_ms / 1000))
            return page
        except StoreUnavailable as error:
            return await self._page(request, [Wrong("", error.text(language))], 503)

    async def _checked(self, request: Request, user: User, password: str) -> Account | None:
        if len(password) > LONGEST:
            return None
        address, now = self._access.trust.client(request), self._access.now()
        return await self._checking.fitting(user.name, password, address, now)

    async def _changed(self, request: Request, account: Account, password: str) -> Response:
        session = await run_in_threadpool(self._replace, request, account, await self._checking.hash(password))
        if session is None:  # somebody else changed the account meanwhile, which ended all sessions: his change stands
            return self._access.refuse(request, 409, "token")
        await self._access.note_done(request, account.user, PASSWORD_CHANGED, account.name)
        response = RedirectResponse(f"{PAGE}?done=password", 303, {"Cache-Control": "no-store"})
        self._access.remember(request, response, session)
        return response

    def _replace(self, request: Request, account: Account, password_hash: str) -> str | None:
        """Id of the session that goes on; None where nothing was changed."""
        if not self._access.accounts.users.change_password(account, password_hash):
            return None
        return self._access.begin(request, account._replace(hash=password_hash))

    async def _page(self, request: Request, wrong: Sequence[Wrong] = (), status: int = 200) -> Response:
        language, visitor = self._site.language(request), await self._access.visit(request)
        known, trouble = await asked_in_thread(language, None, self._known, visitor.user, visitor.session)
        return self._site.page(
            request,
            "account.html",
            TEXTS,
            status=503 if trouble and status == 200 else status,
            p=pieces.TEXTS[language],
            wrong=[*wrong, *([Wrong("", trouble)] if trouble else [])],
            why=_why(visitor.user, visitor.session),
            facts=[(TEXTS[language]["since"], clock(known.account.created, language))] if known else [],
            rules=TEXTS[language]["rules"].format(shortest=SHORTEST, different=DIFFERENT),
            sessions=session_rows(known.sessions, visitor.session, language) if known else [],
            every=ALL if visitor.user and visitor.user.role >= Role.ADMIN else "",
            done="" if wrong else done_words(request.query_params, language),
        )

    def _known(self, user: User | None, session: str) -> Known | None:
        accounts = self._access.accounts
        account = accounts.users.find(user.name) if user and session else None
        return Known(account, accounts.sessions.living(self._access.now(), account.name)) if account else None


def _why(user: User | None, session: str) -> str:
    """Key of the words that say why there is no password here; "" where there is one."""
    if user is None:
        return "nobody"
    return "" if session else "demonstration"
