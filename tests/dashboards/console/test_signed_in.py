"""Who may read and who may act: roles, tokens of forms, origins, proxies, names, programs."""

import json
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from signing_in import NOON, Guarded, guarded

from dashboards.console.access import Role, User
from dashboards.console.accounts import csrf
from dashboards.console.accounts.trust import Trust

DAY = 86_400_000
PROXY = (ip_network("127.0.0.1"),)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(tmp_path) as found:
        yield found


def test_a_form_does_what_it_says_with_a_right_token_and_is_noted(served: Guarded) -> None:
    cookie = served.cookie()
    fields = {"csrf": served.token(cookie), "comment": "vu\nsur place", "password": "hidden"}
    assert served.post("/act", fields, Cookie=cookie).body == "done"
    [(user, form)] = served.acted
    assert (user, form["comment"]) == (User("anne", Role.TECHNICIAN), "vu\nsur place")
    line = served.accounts.audit.lines()[0]
    assert (line.who, line.address, line.action, line.outcome) == ("anne", "127.0.0.1", "/act", "done")
    assert line.target == "comment=vu sur place"


def test_a_token_may_come_as_a_header(served: Guarded) -> None:
    cookie = served.cookie()
    assert served.post("/act", {}, Cookie=cookie, **{"X-CSRF-Token": served.token(cookie)}).status == 200


def test_a_missing_wrong_or_foreign_token_does_nothing(served: Guarded) -> None:
    cookie, other = served.cookie(), served.cookie("victor")
    for token in ("", "wrong", "é", "A" * 88, served.token(other), csrf.token_for(b"guess")):
        answer = served.post("/act", {"csrf": token}, Cookie=cookie)
        assert answer.status == 403
        assert "outdated form" in answer.body
    assert served.post("/act", {}, Cookie=cookie).status == 403
    assert not served.acted


def test_the_token_looks_different_on_each_page(served: Guarded) -> None:
    cookie = served.cookie()
    assert served.token(cookie) != served.token(cookie)


def test_no_key_has_no_right_token() -> None:
    assert not csrf.is_right(csrf.token_for(b""), b"")


def test_a_viewer_does_not_do_what_is_for_technicians(served: Guarded) -> None:
    cookie = served.cookie("victor")
    answer = served.post("/act", {"csrf": served.token(cookie), "role": "admin"}, Cookie=cookie)
    assert answer.status == 403
    assert "Not permitted" in answer.body
    assert not served.acted
    assert served.accounts.audit.lines()[0].outcome == "refused"


def test_an_admin_may_what_technicians_may(served: Guarded) -> None:
    cookie = served.cookie("Élodie")
    assert served.post("/act", {"csrf": served.token(cookie)}, Cookie=cookie).status == 200


def test_nobody_is_led_to_the_sign_in_and_from_there_back_to_the_page_of_the_form(served: Guarded) -> None:
    own = f"http://127.0.0.1:{served.port}/alerts?open=1"
    assert served.post("/act", {}).headers["Location"] == "/sign-in?next=/"
    assert served.post("/act", {}, Referer=own).headers["Location"] == "/sign-in?next=/alerts%3Fopen%3D1"
    assert served.post("/act", {}, Referer="http://evil.example/a").headers["Location"] == "/sign-in?next=/"


def test_another_site_sends_no_forms_even_with_a_right_token(served: Guarded) -> None:
    cookie = served.cookie()
    fields = {"csrf": served.token(cookie)}
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
        assert served.post("/act", fields, Cookie=cookie, **headers).status == 403
    assert not served.acted


def test_a_body_that_is_no_form_is_refused(served: Guarded) -> None:
    cookie = served.cookie()
    token = served.token(cookie)
    assert served.post("/act", {"csrf": token}, Cookie=cookie, **{"Content-Type": "text/plain"}).status == 415
    assert served.post("/act", {"csrf": token, "x": "y" * 70_000}, Cookie=cookie).status == 413
    assert served.post("/act", {"csrf": token, "x": b"\xff"}, Cookie=cookie).status == 400  # type: ignore[dict-item]


def test_what_came_of_an_action_is_noted(served: Guarded) -> None:
    cookie = served.cookie("victor")
    assert served.post("/break", {"csrf": served.token(cookie)}, Cookie=cookie).status == 409
    assert served.accounts.audit.lines()[0].outcome == "409"


def test_nothing_is_done_that_cannot_be_noted(served: Guarded) -> None:
    cookie = served.cookie()
    token = served.token(cookie)
    with served.accounts.file.transaction() as transaction:
        transaction.execute("PRAGMA query_only = ON")
    answer = served.post("/act", {"csrf": token}, Cookie=cookie)
    assert answer.status == 503
    assert not served.acted


def test_reading_is_open_on_this_machine_alone(served: Guarded) -> None:
    for host in (f"127.0.0.1:{served.port}", "127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:8080"):
        assert served.get("/page", Host=host).body == "nobody "
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"):
        assert served.get("/page", **{header: "for=192.0.2.1"}).status == 303, header


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1@evil", "0"])
def test_a_name_that_somebody_pointed_at_this_machine_reads_nothing(served: Guarded, host: str) -> None:
    assert served.get("/page", Host=host).status == 421
    assert served.get("/api/v1/page", Host=host).status == 421
    assert served.get("/sign-in", Host=host).status == 421
    assert served.sign_in(Host=host).status == 421
    assert served.post("/act", {}, Host=host).status == 421


@pytest.mark.parametrize(
    "trust",
    [
        Trust("0.0.0.0"), Trust("127.0.0.1", proxies=PROXY), Trust("127.0.0.1", "signed-in"),
        Trust("127.0.0.1", public_url="https://veille.example.org"),
    ],
    ids=["bound to the network", "behind a proxy", "by setting", "public"],
)  # fmt: skip
def test_elsewhere_one_signs_in_to_read(tmp_path: Path, trust: Trust) -> None:
    with guarded(tmp_path, trust) as served:
        assert served.get("/page").status == 303


def test_a_setting_opens_reading_to_all_but_acting_to_nobody(tmp_path: Path) -> None:
    with guarded(tmp_path, Trust("0.0.0.0", "all", proxies=PROXY)) as served:
        headers = {"Host": "veille.example.org", "X-Forwarded-For": "192.0.2.1"}
        assert served.get("/page", **headers).body == "nobody "
        assert served.post("/act", {}, **headers).status == 303
        assert not served.acted


def test_forwarded_addresses_are_believed_of_known_proxies_alone(tmp_path: Path) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9, 192.0.2.7", "Host": "localhost"}
    for number, (trust, address) in enumerate(
        [(Trust("0.0.0.0"), "127.0.0.1"), (Trust("0.0.0.0", proxies=PROXY), "192.0.2.7")]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        with guarded(folder, trust) as served:
            served.sign_in(**forged)
            assert served.accounts.audit.lines()[0].address == address


def test_a_program_reads_with_its_token(tmp_path: Path) -> None:
    with guarded(tmp_path, Trust("0.0.0.0")) as served:
        token = served.accounts.tokens.add("tableur", Role.VIEWER, NOON + DAY, NOON)
        assert token.startswith("vgt_")
        bearer = {"Authorization": f"Bearer {token}"}
        assert served.get("/api/v1/page", **bearer).body == "tableur "
        assert served.get("/page", **bearer).status == 303
        served.clock.now += DAY
        assert served.get("/api/v1/page", **bearer).status == 401
        served.clock.now = NOON
        served.accounts.tokens.revoke("tableur")
        assert served.get("/api/v1/page", **bearer).status == 401


def test_a_wrong_token_is_told_even_where_reading_is_open(served: Guarded) -> None:
    answer = served.get("/api/v1/page", Authorization="Bearer vgt_wrong", Cookie=served.cookie())
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["status"], problem["title"]) == (401, "Sign-in needed")
    assert served.get("/api/v1/page").status == 200


def test_a_token_of_a_program_sends_no_forms(served: Guarded) -> None:
    token = served.accounts.tokens.add("robot", Role.ADMIN, NOON + DAY, NOON)
    assert served.post("/act", {}, Authorization=f"Bearer {token}").status == 303


def test_a_stream_is_told_and_not_led_away(tmp_path: Path) -> None:
    with guarded(tmp_path, Trust("0.0.0.0")) as served:
        assert served.get("/page", Accept="text/event-stream").status == 401


def test_a_demonstration_signs_everybody_in_on_this_machine_and_says_so(tmp_path: Path) -> None:
    with guarded(tmp_path, demo=User("démo", Role.TECHNICIAN)) as served:
        name, _, token = served.get("/page").body.partition(" ")
        assert name == "démo"
        assert served.post("/act", {"csrf": token}).status == 200
        assert served.post("/act", {"csrf": token}, Origin="http://evil.example").status == 403
        assert served.post("/act", {}).status == 403
        assert "you are signed in as démo" in served.get("/sign-in").body
        assert served.get("/page", **{"X-Forwarded-For": "192.0.2.1"}).status == 303
        assert served.post("/sign-out", {"csrf": token}).status == 303


def test_a_demonstration_seen_from_elsewhere_signs_nobody_in(tmp_path: Path) -> None:
    with guarded(tmp_path, Trust("0.0.0.0", "all"), demo=User("démo", Role.TECHNICIAN)) as served:
        assert served.get("/page").body == "nobody "
