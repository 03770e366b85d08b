"""Access by local users: a session's cookie for people, a bearer token for programs of the API."""

from collections.abc import Callable
from secrets import token_bytes
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from dashboards.console.access import Action, Form, Handler, Role, Rule, User, ruled
from dashboards.console.accounts import csrf
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.audit import BEGUN, DONE, REFUSED, told
from dashboards.console.accounts.browser import browser_of
from dashboards.console.accounts.forms import Refusal, read_form
from dashboards.console.accounts.texts import NOTICES
from dashboards.console.accounts.texts import REFUSED as WORDS
from dashboards.console.accounts.trust import Trust, own_path
from dashboards.console.accounts.users import Account
from dashboards.console.carried import here
from dashboards.console.layout import LAYOUT
from dashboards.console.site import Site
from devices.errors import StoreUnavailable
from devices.problems import Language

log = structlog.get_logger(__name__)

COOKIE, SECURE_COOKIE = "vigiterre_session", "__Host-vigiterre"
"""The second is for https: no other host, and no page fetched without TLS, can set it."""
API = "/api/"
STREAM = "text/event-stream"
VISITOR = "vigiterre.visitor"
"""Where a request keeps what was found out about it."""


class Visitor(NamedTuple):
    user: User | None = None
    session: str = ""
    """Id of his session."""
    key: bytes = b""
    """Of the tokens of his forms; without it he sends none."""
    rejected: bool = False
    """He showed a token that is worth nothing."""


class SignedIn:
    """`now` gives ms. `demo` is who everybody is without signing in; on this machine only, whatever is asked.

    `site` draws the pages that refuse; it needs this object first, so it is set afterwards.
    """

    def __init__(self, accounts: Accounts, trust: Trust, now: Callable[[], int], *, demo: User | None = None) -> None:
        self.accounts = accounts
        self.trust = trust
        self.now = now
        self.demo = demo
        self.site: Site | None = None
        self._demo_key = token_bytes(csrf.SIZE)

    def user(self, request: Request) -> User | None:
        return self._visitor(request).user

    def token(self, request: Request) -> str:
        key = self._visitor(request).key
        return csrf.token_for(key) if key else ""

    async def api_user(self, request: Request) -> User | None:
        """Of a bearer token, else of a session. A wrong token is nobody, whatever cookie comes with it."""
        return (await self.visit(request)).user

    def notices(self, language: Language) -> list[str]:
        """What every page must say of a demonstration."""
        if self.demo is None:
            return []
        role = LAYOUT[language][self.demo.role.word]
        return [NOTICES[language]["demo"].format(name=self.demo.name, role=role)]

    def reading(self, handler: Handler) -> Handler:
        async def read(request: Request) -> Response:
            if self.trust.misdirected(request):
                return self.refuse(request, 421, "misdirected")
            try:
                visitor = await self.visit(request)
            except StoreUnavailable as error:
                if not self.trust.readable(request):
                    return self.unavailable(request, error)
                log.warning("accounts_unavailable", detail=str(error))
                visitor = request.scope[VISITOR] = Visitor()
            if visitor.rejected or (visitor.user is None and not self.trust.readable(request)):
                return self._ask_who(request)
            return await handler(request)

        return ruled(read, Rule())

    def acting(self, role: Role, action: Action) -> Handler:
        async def act(request: Request) -> Response:
            try:
                self.guard(request)
                visitor = await self.visit(request)
                if visitor.user is None or not visitor.key:
                    return self._ask_who(request)
                form = await self._form(request, visitor.key)
                number = await self._begin(request, visitor.user, role, form)
            except Refusal as refusal:
                return self.refuse(request, refusal.status, refusal.code)
            except StoreUnavailable as error:
                return self.unavailable(request, error)
            return await self._carry_out(number, action, request, visitor.user, form)

        return ruled(act, Rule(role, acts=True))

    async def still(self, request: Request) -> bool:
        """His session has not ended. While the accounts cannot be asked, what goes on goes on."""
        session = (await self.visit(request)).session
        try:
            return not session or await run_in_threadpool(self.accounts.sessions.alive, session, self.now())
        except StoreUnavailable:
            return True

    def begin(self, request: Request, account: Account) -> str | None:
        """A session of whoever was found to be this user, by whichever way -> its id, for `remember`. May block.

        The one way in for people: another proof of who somebody is ends here too. None when the account has changed.
        """
        address, browser = self.trust.client(request), browser_of(request.headers.get("user-agent", ""))
        return self.accounts.sessions.begin(account, self.now(), address, browser)

    def guard(self, request: Request) -> None:
        """Before a form is looked at. Raises Refusal when it was not sent by a page of ours, by a name of ours."""
        if self.trust.misdirected(request):
            raise Refusal(421, "misdirected")
        if not self.trust.same_origin(request):
            raise Refusal(403, "origin")

    async def note(self, request: Request, who: str, target: str, outcome: str, action: str = "") -> int:
        """A line of the audit log about this request; its action is its path, or another. Raises StoreUnavailable."""
        address, action = self.trust.client(request), action or request.url.path
        return await run_in_threadpool(self.accounts.audit.note, self.now(), who, address, action, target, outcome)

    async def note_done(self, request: Request, user: User, action: str, target: str) -> None:
        """What was done, as the command that does the same notes it. The form's own line is in the log already."""
        try:
            await self.note(request, user.name, target, DONE, action)
        except StoreUnavailable as error:  # it is done: the form's line must do
            log.warning("audit_incomplete", action=action, target=target, detail=str(error))

    async def visit(self, request: Request) -> Visitor:
        """Who it is; asked in a thread, once for a request. Raises StoreUnavailable."""
        if VISITOR not in request.scope:
            request.scope[VISITOR] = await run_in_threadpool(self._find, request)
        found: Visitor = request.scope[VISITOR]
        return found

    def cookie(self, request: Request) -> str:
        """Its name."""
        return SECURE_COOKIE if self.trust.secure(request) else COOKIE

    def remember(self, request: Request, response: Response, session: str) -> None:
        """Give the browser a session's id; "" takes it away."""
        secure = self.trust.secure(request)
        age = None if session else 0
        response.set_cookie(
            self.cookie(request), session, max_age=age, path="/", secure=secure, httponly=True, samesite="lax"
        )

    def refuse(self, request: Request, status: int, code: str, **headers: str) -> Response:
        """Says why: a page, or RFC 9457 to a program."""
        language: Language = self.site.language(request) if self.site else "fr"
        words = WORDS[language]
        if request.url.path.startswith(API):
            problem = {"type": "about:blank", "status": status, "title": words[code], "detail": words[f"{code}_words"]}
            headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **headers}
            return JSONResponse(problem, status, headers, media_type="application/problem+json")
        if self.site is None or STREAM in request.headers.get("accept", ""):
            return PlainTextResponse(f"{words[code]}\n{words[f'{code}_words']}\n", status, headers)
        request.scope.setdefault(VISITOR, Visitor())
        page = self.site.page(request, "refused.html", WORDS, status=status, code=code)
        page.headers.update(headers)
        return page

    def unavailable(self, request: Request, error: StoreUnavailable) -> Response:
        log.warning("accounts_unavailable", detail=str(error))
        return self.refuse(request, 503, "unavailable")

    async def _form(self, request: Request, key: bytes) -> Form:
        form = await read_form(request)
        if not csrf.is_right(request.headers.get("x-csrf-token") or form.get("csrf", ""), key):
            raise Refusal(403, "token")
        return form

    async def _begin(self, request: Request, user: User, role: Role, form: Form) -> int:
        """The line of the audit log; that of a refusal too."""
        enough = user.role >= role
        number = await self.note(request, user.name, told(form), BEGUN if enough else REFUSED)
        if not enough:
            raise Refusal(403, "role")
        return number

    def _ask_who(self, request: Request) -> Response:
        """Lead a person to the sign-in page, and tell a program."""
        path = request.url.path
        if path.startswith(API) or STREAM in request.headers.get("accept", ""):
            return self.refuse(request, 401, "sign_in", **{"WWW-Authenticate": "Bearer"})
        reading = request.method in ("GET", "HEAD")
        # a form's own path shows nothing: after the sign-in one goes on at the page it stood on
        before = own_path(here(request) if reading else self._page_before(request))
        return RedirectResponse(f"/sign-in?next={quote(before, safe='/')}", 303, {"Cache-Control": "no-store"})

    def _page_before(self, request: Request) -> str:
        before = urlsplit(request.headers.get("referer", ""))
        if before.netloc.lower() != self.trust.host(request):
            return "/"
        return f"{before.path}?{before.query}" if before.query else before.path

    def _visitor(self, request: Request) -> Visitor:
        """The same as `visit`, for who cannot wait; nobody when the accounts do not answer."""
        if VISITOR not in request.scope:
            try:
                request.scope[VISITOR] = self._find(request)
            except StoreUnavailable as error:
                log.warning("accounts_unavailable", detail=str(error))
                request.scope[VISITOR] = Visitor()
        found: Visitor = request.scope[VISITOR]
        return found

    def _find(self, request: Request) -> Visitor:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if request.url.path.startswith(API) and scheme.lower() == "bearer":
            user = self.accounts.tokens.user(shown.strip(), self.now())
            return Visitor(user, rejected=user is None)
        session = request.cookies.get(self.cookie(request), "")
        user = self.accounts.sessions.user(session, self.now()) if session else None
        if user is not None:
            return Visitor(user, session, session.encode())
        if self.demo is not None and self.trust.local(request):
            return Visitor(self.demo, key=self._demo_key)
        return Visitor()

    async def _carry_out(self, number: int, action: Action, request: Request, user: User, form: Form) -> Response:
        """The line of the log is there before anything is done; what came of it is added."""
        outcome = BEGUN
        try:
            response = await action(request, user, form)
            outcome = DONE if response.status_code < 400 else str(response.status_code)
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            await self._end(number, outcome)
        return response

    async def _end(self, number: int, outcome: str) -> None:
        try:
            await run_in_threadpool(self.accounts.audit.end, self.now(), number, outcome)
        except StoreUnavailable as error:
            log.warning("audit_incomplete", line=number, outcome=outcome, detail=str(error))
