"""A console for tests: pages served on a real socket, with everything they are shown given by the test."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from alerts.load import load_alerts
from dashboards.console.access import Action, Handler, Role, User
from dashboards.console.assets import Assets
from dashboards.console.console import Console
from dashboards.console.live import Live
from dashboards.console.present import Present
from dashboards.console.site import Site
from dashboards.console.sources import RefusedPage, Sources
from devices.load import load_registry
from servers import free_port, wait_until

CONFIG = Path(__file__).parents[2] / "config"
REGISTRY = load_registry(CONFIG)
RULES = load_alerts(CONFIG, REGISTRY).rules
SCRIPT = '<script>alert("x")</script>'
"""What a stranger may call a topic, a place or himself."""


class Names(dict[str, str]):
    """Every asset is there, under its own name."""

    def __missing__(self, name: str) -> str:
        return name


class Open:
    """Everybody is this user; the only right token is `right`."""

    def __init__(self, user: User | None = None) -> None:
        self.me = user

    def user(self, _request: Request) -> User | None:
        return self.me

    def token(self, _request: Request) -> str:
        return "right" if self.me else ""

    async def still(self, _request: Request) -> bool:
        return True

    def reading(self, handler: Handler) -> Handler:
        return handler

    def acting(self, role: Role, action: Action) -> Handler:
        async def act(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            if self.me is None or self.me.role < role or form.get("csrf") != "right":
                return PlainTextResponse("forbidden", status_code=403)
            return await action(request, self.me, form)

        return act


TECHNICIAN = User("anne", Role.TECHNICIAN)


async def _ask(_command: str, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


def sources_of(**given: Any) -> Sources:
    """Nothing is there but the registry and the rules of config/, and what is given."""
    nothing = Sources(
        registry=lambda: REGISTRY,
        rules=lambda: RULES,
        checks=lambda: {"broker": "", "store": ""},
        metrics=lambda: b"",
        numbers=dict,
        points=lambda *_: [],
        hours=lambda *_: [],
        open_alerts=list,
        alerts=lambda *_: [],
        history=lambda _: (None, []),
        mutes=list,
        refused=lambda *_: RefusedPage([], 0, {}),
        refused_one=lambda _: None,
        refused_among=lambda _: {},
        ask=_ask,
        versions=dict,
    )
    return replace(nothing, **given)


def console_of(
    sources: Sources | None = None, present: Present | None = None, user: User | None = TECHNICIAN
) -> Console:
    access = Open(user)
    site = Site("fr", Assets(Names()), access)
    return Console(sources or sources_of(), site, access, present or Present(), Live())


class Answer(NamedTuple):
    status: int
    body: str
    headers: Message


class Served:
    """Routes, or a whole application, on a free port, until the block ends."""

    def __init__(self, routes: Iterable[BaseRoute] | Starlette) -> None:
        self.port = free_port()
        application = routes if isinstance(routes, Starlette) else Starlette(routes=list(routes))
        self.server = uvicorn.Server(
            uvicorn.Config(application, port=self.port, log_config=None, lifespan="off", proxy_headers=False)
        )
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> Self:
        self.thread.start()
        wait_until(lambda: self.server.started, "the pages")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers))

    def post(self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]], **headers: str) -> Answer:
        """A form; redirects are not followed."""
        body = urllib.parse.urlencode(fields).encode()
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers))

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=10) as answer:
                return Answer(answer.status, answer.read().decode(), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), error.headers)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


Routes = Callable[[Console], Sequence[BaseRoute]]
