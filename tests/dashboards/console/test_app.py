"""The pages as one application: health, errors in words, headers, compression."""

import gzip
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from consoles import SCRIPT, Served, console_of, sources_of
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards.console.access import Role, User
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.trust import Trust
from dashboards.console.app import application
from dashboards.console.assets import load_assets
from dashboards.console.console import Console
from dashboards.console.errors import TEXTS, errors_of, failure_of
from dashboards.console.guard import Guard
from dashboards.console.signed_in import SignedIn
from dashboards.console.site import NAVIGATION, Site
from dashboards.console.sources import Sources
from dashboards.console.texts import AGES, DEMONSTRATION, REASONS
from devices.reading import Reason

NOW = 1_795_608_000_000
LOCAL = Trust("127.0.0.1")


@contextmanager
def whole(folder: Path, sources: Sources | None = None, trust: Trust = LOCAL) -> Iterator[Served]:
    """Everything, as it runs; a technician is signed in as in a demonstration."""
    with Accounts(folder) as accounts:
        access = SignedIn(accounts, trust, lambda: NOW, demo=User("demo", Role.TECHNICIAN))
        access.site = Site("fr", load_assets(), access)
        known = console_of(sources)
        console = Console(known.sources, access.site, access, known.present, known.live)
        with Served(application(console, access)) as served:
            yield served


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    given = sources_of(metrics=lambda: b"vigiterre_devices 55.0\n")
    with whole(tmp_path, given) as served:
        yield served


def test_every_entry_of_the_navigation_leads_to_a_page_in_both_languages(site: Served) -> None:
    for entry in NAVIGATION:
        for language in ("fr", "en"):
            status, body, headers = site.get(f"{entry.path}?lang={language}")
            assert status == 200, entry
            assert f'<html lang="{language}"' in body
            assert body.count("<h1") == 1, entry
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert f'<a href="{entry.path}" aria-current="page">' in body


def test_what_a_page_asks_for_is_there_and_ours(site: Served) -> None:
    body = site.get("/")[1]
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', body))
    assert assets
    for path in assets:
        assert site.get(path)[0] == 200
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', body)


def test_readyz_is_503_with_the_reason_while_something_is_wrong(tmp_path: Path) -> None:
    given = sources_of(checks=lambda: {"broker": "", "store": "the store is away"})
    with whole(tmp_path, given) as site:
        status, body, _ = site.get("/readyz")
        assert (status, json.loads(body)["checks"]["store"]) == (503, "the store is away")
        assert site.get("/livez")[0] == 200
        assert "the store is away" in site.get("/platform")[1]


def test_health_and_metrics_need_nobody_to_sign_in(tmp_path: Path) -> None:
    with whole(tmp_path, trust=Trust("0.0.0.0", reading="signed-in")) as site:
        assert site.get("/")[0] == 303
        assert [site.get(path)[0] for path in ("/livez", "/readyz", "/metrics")] == [200, 200, 200]


def test_metrics_are_plain_text(site: Served) -> None:
    status, body, headers = site.get("/metrics")
    assert (status, body) == (200, "vigiterre_devices 55.0\n")
    assert headers["Content-Type"].startswith("text/plain")


def test_an_address_without_a_page_is_said_in_words_and_shown_as_text(site: Served) -> None:
    for language, words in (("fr", "Page introuvable"), ("en", "Page not found")):
        status, body, _ = site.get(f"/nothing?lang={language}&x={urllib.parse.quote(SCRIPT)}")
        assert status == 404
        assert words in body
        assert SCRIPT not in body


def test_a_program_is_told_what_is_wrong_as_a_problem(site: Served) -> None:
    status, body, headers = site.get("/api/v2")
    assert (status, json.loads(body)["status"]) == (404, 404)
    assert headers["Content-Type"] == "application/problem+json"


def test_a_method_that_an_address_does_not_take_is_said_with_those_it_does(site: Served) -> None:
    status, body, headers = site.post("/platform", {})
    assert status == 405
    assert "GET" in headers["Allow"]
    assert "Rien n&#39;a été fait" in body


def test_no_answer_lacks_the_headers_that_protect(site: Served) -> None:
    for path in ("/", "/nothing", "/livez", "/metrics", "/api/v1/devices", "/static/nothing", "/ack/x", "/sign-in"):
        headers = site.get(path)[2]
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "Cache-Control" in headers, path


def test_a_long_page_comes_compressed_and_a_short_answer_as_it_is(site: Served) -> None:
    def asked(path: str) -> tuple[str | None, bytes]:
        request = urllib.request.Request(f"http://127.0.0.1:{site.port}{path}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers["Content-Encoding"], answer.read()

    encoding, body = asked("/devices")
    assert encoding == "gzip"
    assert b"<h1" in gzip.decompress(body)
    assert asked("/livez") == (None, b"ok\n")


async def _broken(_request: Request) -> Response:
    raise ValueError(SCRIPT)


async def _refused(_request: Request) -> Response:
    raise HTTPException(418)


def guarded() -> Starlette:
    site = console_of().site
    return Starlette(
        routes=[Route("/broken", _broken), Route("/api/broken", _broken), Route("/teapot", _refused)],
        middleware=[Middleware(Guard, headers=site.headers(), failed=failure_of(site))],
        exception_handlers={HTTPException: errors_of(site)},
    )


def test_a_mistake_of_ours_is_a_page_in_words_without_its_details() -> None:
    with Served(guarded()) as site:
        status, body, headers = site.get("/broken?lang=en")
        assert status == 500
        assert "Readings and alerts go on" in body
        assert "ValueError" not in body
        assert "script&gt;alert" not in body
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert json.loads(site.get("/api/broken")[1])["status"] == 500
        assert site.get("/teapot")[0] == 418
        assert site.get("/broken")[0] == 500, "the service lives on"


def test_where_the_frame_itself_fails_the_mistake_is_said_without_it() -> None:
    console = console_of()
    object.__setattr__(console.site, "notices", lambda _language: 1 / 0)
    app = Starlette(
        routes=[Route("/broken", _broken)],
        middleware=[Middleware(Guard, headers={}, failed=failure_of(console.site))],
    )
    with Served(app) as site:
        status, body, headers = site.get("/broken")
    assert status == 500
    assert body.startswith("Erreur de notre côté")
    assert headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_of_refusal_has_words(language: str) -> None:
    assert set(REASONS[language]) == {reason.value for reason in Reason}


@pytest.mark.parametrize("texts", [TEXTS, AGES, REASONS, DEMONSTRATION])
def test_both_languages_say_the_same_things(texts: dict[str, dict[str, str]]) -> None:
    assert set(texts["fr"]) == set(texts["en"])
    assert all(texts["fr"].values())
