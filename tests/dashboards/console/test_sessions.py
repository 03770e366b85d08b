"""Sessions: who sees which, who ends which, and that what is ended is over at once, for open streams too."""

import http.client
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from signing_in import NOON, TRUST, Guarded, guarded
from starlette.routing import BaseRoute

from dashboards.console import live_routes
from dashboards.console.account.page import routes as account_routes
from dashboards.console.account.texts import TEXTS
from dashboards.console.accounts.browser import browser_of
from dashboards.console.accounts.checking import Checking
from dashboards.console.accounts.sessions import Session, name_of
from dashboards.console.accounts.trust import Trust
from dashboards.console.console import Console
from dashboards.console.signed_in import SignedIn
from devices.errors import StoreUnavailable

CLOSED = Trust("127.0.0.1", "signed-in")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131 Safari/537.36 Edg/131"
)
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18 Safari/605.1.15"
)


def pages(console: Console, access: SignedIn, checking: Checking) -> Sequence[BaseRoute]:
    return [*account_routes(console, access, checking), *live_routes.routes(console)]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guarded]:
    monkeypatch.setattr(live_routes, "LOOK_SECONDS", 0.05)
    with guarded(tmp_path, CLOSED, more=pages) as found:
        yield found


def living(served: Guarded, name: str = "") -> list[Session]:
    return served.accounts.sessions.living(served.clock.now, name)


def identifier(cookie: str) -> str:
    """What people call the session of a cookie."""
    return name_of(cookie.partition("=")[2])


def end(served: Guarded, cookie: str, path: str, **fields: str) -> int:
    return served.post(path, {"csrf": served.token(cookie), **fields}, Cookie=cookie).status


def is_in(served: Guarded, cookie: str) -> bool:
    return served.get("/page", Cookie=cookie).status == 200


@pytest.mark.parametrize(
    ("said", "short"),
    [
        (FIREFOX, "Firefox, Linux"),
        (PHONE, "Chrome, Android"),
        (EDGE, "Edge, Windows"),
        (SAFARI, "Safari, macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 400, "x" * 40),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_in_short(said: str, short: str) -> None:
    assert browser_of(said) == short


def test_a_session_says_who_since_when_whence_and_by_what(served: Guarded) -> None:
    cookie = served.cookie(**{"User-Agent": FIREFOX})
    [one] = living(served)
    assert one == Session(identifier(cookie), "anne", NOON, NOON, "127.0.0.1", "Firefox, Linux")
    served.clock.now += 3_600_000
    assert is_in(served, cookie)
    assert living(served)[0].seen == NOON + 3_600_000
    assert identifier(cookie) not in cookie, "its name opens nothing"


def test_a_session_that_is_over_is_not_listed(served: Guarded) -> None:
    served.cookie()
    served.clock.now += 13 * 3_600_000
    assert living(served) == []


def test_the_account_lists_ones_own_sessions_alone(served: Guarded) -> None:
    here, there, other = served.cookie(**{"User-Agent": PHONE}), served.cookie(), served.cookie("victor")
    page = served.get("/account", Cookie=here).body
    assert identifier(here) in page
    assert identifier(there) in page
    assert identifier(other) not in page
    assert "Chrome, Android" in page
    assert page.count(TEXTS["en"]["this"]) == 1
    assert "/sessions" not in re.findall(r'href="([^"]+)"', page), "not for technicians"


def test_one_ends_ones_own_session_and_nobody_elses(served: Guarded) -> None:
    here, there, other = served.cookie(), served.cookie(), served.cookie("victor")
    assert end(served, here, "/account/sessions/end", session=identifier(other)) == 303
    assert is_in(served, other)
    assert end(served, here, "/account/sessions/end", session=identifier(there)) == 303
    assert (is_in(served, there), is_in(served, here)) == (False, True)
    line = next(line for line in served.accounts.audit.lines() if line.action == "users revoke")
    assert (line.who, line.target) == ("anne", f"anne {identifier(there)}")


def test_one_ends_all_ones_other_sessions(served: Guarded) -> None:
    cookies, other = [served.cookie() for _ in range(3)], served.cookie("victor")
    assert end(served, cookies[0], "/account/sessions/end", all="1") == 303
    assert [is_in(served, cookie) for cookie in (*cookies, other)] == [True, False, False, True]


def test_an_administrator_sees_and_ends_everybodys(served: Guarded) -> None:
    chief, one, two, other = served.cookie("Élodie"), served.cookie(), served.cookie(), served.cookie("victor")
    page = served.get("/sessions", Cookie=chief)
    assert page.status == 200
    assert page.body.count("<h1") == 1
    assert all(identifier(cookie) in page.body for cookie in (chief, one, two, other))
    assert "End all sessions of anne" in page.body
    assert end(served, chief, "/sessions/end", session=identifier(other)) == 303
    assert not is_in(served, other)
    assert end(served, chief, "/sessions/end", user="anne") == 303
    assert not is_in(served, one)
    assert not is_in(served, two)
    assert "Sessions ended: 2." in served.get("/sessions?done=sessions&count=2", Cookie=chief).body


@pytest.mark.parametrize("name", ["victor", "anne"])
def test_others_neither_see_nor_end_everybodys(served: Guarded, name: str) -> None:
    cookie, chief = served.cookie(name), served.cookie("Élodie")
    assert served.get("/sessions", Cookie=cookie).status == 403
    assert end(served, cookie, "/sessions/end", session=identifier(chief)) == 403
    assert end(served, cookie, "/sessions/end", user="Élodie") == 403
    assert is_in(served, chief)


def test_a_form_without_its_token_ends_nothing(served: Guarded) -> None:
    cookie, other = served.cookie(), served.cookie()
    answer = served.post("/account/sessions/end", {"session": identifier(other)}, Cookie=cookie)
    assert answer.status == 403
    assert is_in(served, other)


def test_a_form_that_names_no_session_is_refused_and_one_that_is_gone_is_said(served: Guarded) -> None:
    cookie = served.cookie()
    assert end(served, cookie, "/account/sessions/end") == 400
    assert served.get("/account?done=gone", Cookie=cookie).body.count("has ended already") == 1
    token = served.token(cookie)
    gone = served.post("/account/sessions/end", {"csrf": token, "session": "0" * 12}, Cookie=cookie)
    assert gone.headers["Location"] == "/account?done=gone"


class Following(threading.Thread):
    """A page that follows the live feed; `over` once the server has ended the stream, as a whole answer."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__()
        self.over = threading.Event()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", "/live", headers={"Cookie": cookie, "Accept": "text/event-stream"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200
        self.start()

    def run(self) -> None:
        with suppress(http.client.IncompleteRead):  # cut within the answer: then it is not over
            while self.answer.readline():
                pass
            self.over.set()

    def leave(self) -> None:
        assert self.connection.sock is not None
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.close()

    def close(self) -> None:
        self.join(10)
        self.connection.close()


@pytest.mark.parametrize("how", ["session", "sign-out", "password", "removed"])
def test_an_open_stream_ends_with_its_session_and_no_other_does(served: Guarded, how: str) -> None:
    mine, other, chief = served.cookie(), served.cookie("victor"), served.cookie("Élodie")
    following, going_on = Following(served.port, mine), Following(served.port, other)
    assert not following.over.wait(0.3)
    if how == "session":
        end(served, chief, "/sessions/end", session=identifier(mine))
    elif how == "sign-out":
        end(served, mine, "/sign-out")
    elif how == "password":
        served.accounts.users.set_password("anne", "hash")
    else:
        served.accounts.users.remove("anne")
    assert following.over.wait(10)
    assert not going_on.over.is_set()
    assert served.get("/live", Cookie=mine, Accept="text/event-stream").status == 401
    served.accounts.sessions.revoke_all("victor")
    following.close()
    going_on.close()


def test_a_stream_goes_on_while_the_accounts_cannot_be_asked(served: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = served.cookie()
    following = Following(served.port, cookie)
    with monkeypatch.context() as broken:
        broken.setattr(served.accounts.sessions, "alive", _unavailable)
        assert not following.over.wait(0.5)
    served.accounts.sessions.revoke_all("anne")
    assert following.over.wait(10)
    following.close()


def _unavailable(_identifier: str, _now: int) -> bool:
    raise StoreUnavailable("the disk is away")


def test_a_stream_of_nobody_goes_on_where_reading_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_routes, "LOOK_SECONDS", 0.05)
    with guarded(tmp_path, TRUST, more=pages) as served:
        following = Following(served.port, "")
        assert not following.over.wait(0.5)
        following.leave()


def test_looking_at_a_stream_is_no_use_of_its_session(served: Guarded) -> None:
    cookie = served.cookie()
    following = Following(served.port, cookie)
    served.clock.now += 11 * 3_600_000
    assert not following.over.wait(0.3)
    assert living(served)[0].seen == NOON
    served.clock.now += 2 * 3_600_000
    assert following.over.wait(10), "unused for longer than a session may be"
    following.close()
