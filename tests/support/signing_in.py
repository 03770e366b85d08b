"""A console with users, for tests: the pages of a real SignedIn on a real socket, the clock given."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path

from argon2 import PasswordHasher
from canaries import OF_A_PERSON
from consoles import Answer, Names, Served, sources_of
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboards.console.access import Form, Role, User
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.checking import Checking
from dashboards.console.accounts.passwords import Passwords
from dashboards.console.accounts.trust import Trust
from dashboards.console.assets import Assets
from dashboards.console.console import Console
from dashboards.console.live import Live
from dashboards.console.present import Present
from dashboards.console.sign_in.page import routes
from dashboards.console.signed_in import SignedIn
from dashboards.console.site import Site

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
NOON = 1_790_000_000_000
PASSWORD = OF_A_PERSON
PEOPLE = {"anne": Role.TECHNICIAN, "victor": Role.VIEWER, "Élodie": Role.ADMIN}
TRUST = Trust("127.0.0.1")


More = Callable[[Console, SignedIn, Checking], Sequence[BaseRoute]]
"""Pages beside those of the sign-in, made with what they share."""


def none(_console: Console, _access: SignedIn, _checking: Checking) -> Sequence[BaseRoute]:
    return ()


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


def accounts_of(folder: Path) -> Accounts:
    accounts = Accounts(folder)
    for name, role in PEOPLE.items():
        accounts.users.add(name, role, QUICK.hash(PASSWORD), NOON)
    return accounts


class Guarded(Served):
    """Pages `/page` and `/api/v1/page` that are read, and a form `/act` for technicians that notes who sent what."""

    def __init__(
        self, accounts: Accounts, trust: Trust = TRUST, *, demo: User | None = None, more: More = none
    ) -> None:
        self.accounts = accounts
        self.clock = Clock()
        self.acted: list[tuple[User, Form]] = []
        access = SignedIn(accounts, trust, self.clock, demo=demo)
        self.access = access
        access.site = Site("en", Assets(Names()), access, access.notices)
        console = Console(sources_of(), access.site, access, Present(), Live())
        read = access.reading(self._read)
        paths = ("/page", "/api/v1/page")
        checking = Checking(accounts.users, QUICK)
        super().__init__(
            [
                *routes(console, access, checking),
                *more(console, access, checking),
                *(Route(path, read) for path in paths),
                Route("/act", access.acting(Role.TECHNICIAN, self._act), methods=["POST"]),
                Route("/break", access.acting(Role.VIEWER, self._break), methods=["POST"]),
            ]
        )

    async def _read(self, request: Request) -> Response:
        user = self.access.user(request)
        return PlainTextResponse(f"{user.name if user else 'nobody'} {self.access.token(request)}")

    async def _act(self, _request: Request, user: User, form: Form) -> Response:
        self.acted.append((user, form))
        return PlainTextResponse("done")

    async def _break(self, _request: Request, _user: User, _form: Form) -> Response:
        return PlainTextResponse("not so", status_code=409)

    def sign_in(self, name: str = "anne", password: str = PASSWORD, after: str = "/page", **headers: str) -> Answer:
        return self.post("/sign-in", {"name": name, "password": password, "next": after}, **headers)

    def cookie(self, name: str = "anne", **headers: str) -> str:
        """Of a new session, as a browser sends it back."""
        return cookie_of(self.sign_in(name, **headers))

    def token(self, cookie: str) -> str:
        return self.get("/page", Cookie=cookie).body.partition(" ")[2]


def cookie_of(answer: Answer) -> str:
    [(name, morsel)] = SimpleCookie(answer.headers["Set-Cookie"]).items()
    return f"{name}={morsel.value}"


@contextmanager
def guarded(folder: Path, trust: Trust = TRUST, *, demo: User | None = None, more: More = none) -> Iterator[Guarded]:
    with accounts_of(folder) as accounts, Guarded(accounts, trust, demo=demo, more=more) as served:
        yield served
