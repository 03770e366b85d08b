"""Who may use which route: every route of the application says so, the documentation shows it, and it is so.

Run as a program (`python tests/dashboards/console/test_routes.py`), this writes the table of the documentation anew.
"""

import re
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":  # as pytest finds them
    sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parents[2] / "support")]

import pytest
from consoles import Answer, Served, sources_of
from signing_in import NOON, accounts_of
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from alerts.links import BadLink
from dashboards.console.access import Role, Scope
from dashboards.console.accounts.trust import Trust
from dashboards.console.acknowledge import Acknowledging, acknowledge_routes
from dashboards.console.app import application
from dashboards.console.assets import load_assets
from dashboards.console.console import Console
from dashboards.console.live import Live
from dashboards.console.present import Present
from dashboards.console.route_table import IN, PART, ROLE, SIGN_IN, TOLD, VISITORS, NoRuleError, Row, markdown, rows
from dashboards.console.signed_in import SignedIn
from dashboards.console.site import Site

DOCUMENT = Path(__file__).parents[3] / "docs/console-access.md"
BEGIN, END = "<!-- table of routes: begin -->\n", "<!-- table of routes: end -->\n"
ANEW = "python tests/dashboards/console/test_routes.py"
DEVICE = "d2009-saint-pourcain"
KNOWN = {"device": DEVICE, "id": DEVICE, "number": "1", "token": "unknown", "name": "none.css", "deed": "retire"}
WEEK = 7 * 86_400_000
PEOPLE = {"viewer": "victor", "technician": "anne", "admin": "Élodie"}


def nothing_known(_token: str) -> list[object]:
    raise BadLink("forged")


async def nothing_done(_token: str, _who: str, _comment: str) -> list[object]:
    raise BadLink("forged")


@contextmanager
def whole(folder: Path, trust: Trust) -> Iterator[tuple[Starlette, SignedIn]]:
    """The application as `vigiterre run` makes it, with users."""
    with accounts_of(folder) as accounts:
        access = SignedIn(accounts, trust, lambda: NOON)
        access.site = Site("en", load_assets(), access)
        console = Console(sources_of(), access.site, access, Present(), Live())
        links = acknowledge_routes(Acknowledging(nothing_known, nothing_done), "en")  # type: ignore[arg-type]
        yield application(console, access, 0, links), access


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return made(tmp_path_factory.mktemp("table"))


def made(folder: Path) -> list[Row]:
    with whole(folder, Trust("127.0.0.1")) as (found, _):
        return rows(found.routes)


def test_the_documentation_shows_the_table_of_the_router(table: list[Row]) -> None:
    shown = DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == markdown(table).strip(), f"the routes have changed; see whether that is meant, then: {ANEW}"


def test_a_route_without_a_rule_is_refused() -> None:
    async def bare(_request: Request) -> Response:
        return PlainTextResponse("everything")

    for routes in ([Route("/new", bare)], [Mount("/api/v2", routes=[Route("/new", bare)])]):
        with pytest.raises(NoRuleError, match=r"GET .*/new"):
            rows(routes)


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_route_answers_each_visitor_as_the_table_says(visitor: str, table: list[Row], tmp_path: Path) -> None:
    trust = Trust("127.0.0.1", "all" if visitor == "anybody" else "signed-in")
    with whole(tmp_path, trust) as (found, access), Served(found) as served:
        for row in table:
            answer = asked(served, row, credentials(access, visitor))
            assert became(answer) == wanted(row.answer(visitor)), (visitor, row, answer.status, answer.body[:300])


def credentials(access: SignedIn, visitor: str) -> dict[str, str]:
    """Headers that say who it is; a session of his own each time, for some routes end it."""
    accounts = access.accounts
    if visitor in PEOPLE:
        account = accounts.users.find(PEOPLE[visitor])
        assert account
        return {"Cookie": f"vigiterre_session={accounts.sessions.begin(account, NOON)}"}
    if "token" in visitor:
        scope = Scope(domains=frozenset({"road"})) if visitor == "scoped token" else Scope()
        if any(one.name == visitor for one in accounts.tokens.all()):
            accounts.tokens.revoke(visitor)
        return {"Authorization": f"Bearer {accounts.tokens.add(visitor, Role.ADMIN, NOON + WEEK, NOON, scope)}"}
    return {}


def asked(served: Served, row: Row, headers: dict[str, str]) -> Answer:
    path = re.sub(r"\{(\w+)[^}]*\}", lambda found: KNOWN.get(found[1], "x"), row.path)
    path += "?quantity=road_surface_temperature" if path.endswith("/series") else ""
    path += "?device=UPPER" if path == "/live" else ""  # is no feed: a feed would not end
    if row.method == "GET":
        return served.get(path, **headers)
    page = served.get("/account", **headers).body
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    return served.post(path, {"csrf": token[1]} if token else {}, **headers)


def became(answer: Answer) -> str:
    if answer.status == 303 and urllib.parse.urlsplit(answer.headers["Location"]).path == "/sign-in":
        return SIGN_IN
    return {401: TOLD, 403: ROLE}.get(answer.status, IN)


def wanted(cell: str) -> str:
    return IN if cell == PART else cell


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        new = markdown(made(Path(folder)))
    text = DOCUMENT.read_text()
    before, _, rest = text.partition(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}{new}{END}{rest.partition(END)[2]}")
