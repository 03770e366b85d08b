"""Pages of errors show no secret of whoever asked, nor does what is logged of them: in HTML and as a problem in JSON.

Our own answer to a request that is understood and wrong is 400, never 422; both are asked for. A 500 is made by
mistakes that are planted in the real process and quote the whole request (tests/support/mistaken/).
"""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from canaries import files_below, leaks

from servers import Vigiterre, free_port

ROOT = Path(__file__).parents[2]
SECRETS = {
    name: f"c4n4ry+{name}/Er7=93" for name in ("password", "new", "session", "csrf", "query", "header", "basic")
} | {"token": "vgt_c4n4ryT0kenOfNobodyEr793"}
HEADERS = {
    "Cookie": f"vigiterre_session={SECRETS['session']}; language=fr",
    "X-CSRF-Token": SECRETS["csrf"],
    "Proxy-Authorization": f"Basic {SECRETS['basic']}",
    "X-Api-Key": SECRETS["header"],
}
FORM = {
    "name": "elodie",
    "password": SECRETS["password"],
    "current_password": SECRETS["password"],
    "new_password": SECRETS["new"],
    "csrf": SECRETS["csrf"],
    "token": SECRETS["token"],
    "next": "/",
}
QUERY = urlencode({"token": SECRETS["query"], "password": SECRETS["query"], "access_token": SECRETS["token"]})
PAGES = ("/", "/devices/nothing", "/alerts", "/account", "/sign-in", "/install", "/report", "/platform", "/nothing")
PROGRAMS = ("/api/v1/devices", "/api/v1/readings", "/api/v1/devices/nothing/series", "/api/v1/nothing", "/api/nothing")
MISTAKES = ("", "mistake=route", "mistake=user")


class Answer(NamedTuple):
    where: str
    status: int
    kind: str
    """Its Content-Type."""
    shown: bytes
    """Headers and body."""


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vigiterre]:
    folder = tmp_path_factory.mktemp("mistaken")
    process = Vigiterre(
        folder / "vigiterre",
        ROOT / "config",
        f"mqtt://127.0.0.1:{free_port()}",
        "memory:",
        PYTHONPATH=os.pathsep.join((str(ROOT / "tests/support/mistaken"), str(ROOT))),
        VIGITERRE_MISTAKEN="1",
        VIGITERRE_LOG__LEVEL="debug",
    )
    with process:
        yield process


def ask(process: Vigiterre, path: str, body: dict[str, str] | None, headers: dict[str, str]) -> Answer:
    """One request, as it is; redirections are answers."""
    data = None if body is None else urlencode(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{process.port}{path}", data, headers)
    try:
        answer = urllib.request.build_opener(NoRedirect).open(request, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        shown = str(answer.headers).encode() + answer.read()
        return Answer(
            f"{path.partition('?')[0]} {answer.status}", answer.status, answer.headers.get_content_type(), shown
        )


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """The answer itself is looked at."""


def asked(process: Vigiterre) -> Iterator[Answer]:
    """Every page and address for programs, well and with each mistake, read and written."""
    bearer = {"Authorization": f"Bearer {SECRETS['token']}"}
    basic = {"Authorization": f"Basic {SECRETS['basic']}"}
    for path, mistake, extra in product((*PAGES, *PROGRAMS), MISTAKES, ({}, bearer, basic)):
        address = f"{path}?{'&'.join(filter(None, (QUERY, mistake)))}"
        for body in (None, FORM):
            yield ask(process, address, body, HEADERS | extra)


@pytest.mark.timeout(300)
def test_no_page_of_an_error_and_no_log_of_it_says_a_secret(mistaken: Vigiterre) -> None:
    answers = list(asked(mistaken))
    log = mistaken.log.read_bytes()
    seen = [(one.where, one.shown) for one in answers] + [*files_below(mistaken.log.parent)]
    assert sorted(set(leaks(seen, SECRETS))) == []
    found = {(one.status, one.kind) for one in answers}
    assert found >= {(500, "text/html"), (500, "text/plain"), (500, "application/problem+json")}
    assert found >= {(404, "text/html"), (404, "application/problem+json"), (401, "application/problem+json")}
    assert any(status in (400, 403) and kind == "text/html" for status, kind in found)
    assert 422 not in {one.status for one in answers}
    assert log.count(b"RuntimeError") > 100
    assert b"[redacted]" in log


@pytest.mark.parametrize(
    ("path", "form", "kind"),
    [
        (f"/api/v1/devices?limit=x&{QUERY}", None, "application/problem+json"),
        (f"/api/v1/alerts?since=x&{QUERY}", None, "application/problem+json"),
        (f"/devices/college-moulins-s12?range=x&{QUERY}", None, "text/html"),
        (f"/sign-in?{QUERY}", FORM | {"name": ""}, "text/html"),
    ],
)
def test_what_is_understood_and_wrong_is_400_never_422_and_quotes_no_secret(
    mistaken: Vigiterre, path: str, form: dict[str, str] | None, kind: str
) -> None:
    answer = ask(mistaken, path, form, HEADERS)
    assert (answer.status, answer.kind) == (400, kind)
    assert leaks([(answer.where, answer.shown), *files_below(mistaken.log.parent)], SECRETS) == []
