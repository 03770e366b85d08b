"""The form, and what it does. It is for people: programs have tokens."""

from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboards.console.access import Form, Role, User
from dashboards.console.accounts.audit import DONE, REFUSED
from dashboards.console.accounts.checking import Checking, TooSoon
from dashboards.console.accounts.forms import Refusal, read_form
from dashboards.console.accounts.passwords import LONGEST
from dashboards.console.accounts.trust import own_path
from dashboards.console.accounts.users import Account
from dashboards.console.console import Console
from dashboards.console.sign_in.texts import TEXTS
from dashboards.console.signed_in import SignedIn
from devices.errors import StoreUnavailable
from devices.problems import Language

LONGEST_NAME = 64


def routes(console: Console, access: SignedIn, checking: Checking) -> list[Route]:
    """`access` is the console's own, with all it can do."""
    page = SignIn(console, access, checking)
    return [
        Route("/sign-in", page.ask),
        Route("/sign-in", page.take, methods=["POST"]),
        Route("/sign-out", access.acting(Role.VIEWER, page.leave), methods=["POST"]),
    ]


class SignIn:
    def __init__(self, console: Console, access: SignedIn, checking: Checking) -> None:
        self._site = console.site
        self._access = access
        self._checking = checking

    async def ask(self, request: Request) -> Response:
        access = self._access
        if access.trust.misdirected(request):
            return access.refuse(request, 421, "misdirected")
        try:
            await access.visit(request)
            nobody = not await run_in_threadpool(access.accounts.users.any)
        except StoreUnavailable as error:
            return access.unavailable(request, error)
        return self._page(request, own_path(request.query_params.get("next", "/")), nobody=nobody)

    async def take(self, request: Request) -> Response:
        access = self._access
        try:
            access.guard(request)
            return await self._try(request, await read_form(request))
        except Refusal as refusal:
            return access.refuse(request, refusal.status, refusal.code)
        except StoreUnavailable as error:
            return access.unavailable(request, error)

    async def leave(self, request: Request, _user: User, _form: Form) -> Response:
        """End the session; what is left in the browser is worth nothing."""
        session = (await self._access.visit(request)).session
        if session:
            await run_in_threadpool(self._access.accounts.sessions.end, session)
        response = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        self._access.remember(request, response, "")
        return response

    async def _try(self, request: Request, form: Form) -> Response:
        name, password, after = form.get("name", "").strip(), form.get("password", ""), own_path(form.get("next", "/"))
        missing = [field for field, text in (("name", name), ("password", password)) if not text]
        if missing:
            return self._page(request, after, name=name, missing=missing, status=400)
        if len(name) > LONGEST_NAME or len(password) > LONGEST:
            return self._page(request, after, name=name[:LONGEST_NAME], failed=True, status=403)
        try:
            session = await self._check(request, name, password)
        except TooSoon as early:
            return self._wait(request, after, name, early.wait_ms)
        if session is None:
            return self._page(request, after, name=name, failed=True, status=403)
        response = RedirectResponse(after, 303, {"Cache-Control": "no-store"})
        self._access.remember(request, response, session)
        return response

    async def _check(self, request: Request, name: str, password: str) -> str | None:
        """A new session's id, when the password is right. Which names exist is not told, the audit log apart."""
        access = self._access
        old = (await access.visit(request)).session
        account = await self._checking.fitting(name, password, access.trust.client(request), access.now())
        session = await run_in_threadpool(self._begin, request, account, password, old) if account else None
        # who mistakes the fields writes a password as the name: only known names are noted
        known = account or await run_in_threadpool(access.accounts.users.find, name)
        await access.note(request, known.name if known else "", "", DONE if session else REFUSED)
        return session

    def _begin(self, request: Request, account: Account, password: str, old: str) -> str | None:
        """The id is always new: one that somebody planted beforehand stays worth nothing."""
        accounts, now, passwords = self._access.accounts, self._access.now(), self._checking.passwords
        kept = passwords.hash(password) if passwords.outdated(account.hash) else account.hash
        accounts.users.note_sign_in(account, kept, now)
        session = self._access.begin(request, account._replace(hash=kept))
        if old:
            accounts.sessions.end(old)
        return session

    def _wait(self, request: Request, after: str, name: str, wait_ms: int) -> Response:
        words = waiting(wait_ms, self._site.language(request))
        page = self._page(request, after, name=name, wait=words, status=429)
        page.headers["Retry-After"] = str(ceil(wait_ms / 1000))
        return page

    def _page(
        self,
        request: Request,
        after: str,
        *,
        name: str = "",
        missing: list[str] | None = None,
        failed: bool = False,
        wait: str = "",
        nobody: bool = False,
        status: int = 200,
    ) -> Response:
        language: Language = self._site.language(request)
        words = TEXTS[language]
        errors = {field: words[f"{field}_missing"] for field in missing or ()}
        if failed:
            errors = {"name": words["wrong"]}
        return self._site.page(
            request,
            "sign-in.html",
            TEXTS,
            status=status,
            next=after,
            name=name,
            errors=errors,
            failed=failed,
            wait=wait,
            nobody=nobody,
            longest_name=LONGEST_NAME,
            longest_password=LONGEST,
        )


def waiting(wait_ms: int, language: Language) -> str:
    """How long to wait before the next try."""
    seconds = ceil(wait_ms / 1000)
    unit, count = ("wait_minutes", ceil(seconds / 60)) if seconds > 90 else ("wait_seconds", seconds)
    return TEXTS[language][unit].format(count=count)
