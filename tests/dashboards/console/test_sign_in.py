"""The sign-in page as a browser meets it: sockets, cookies and passwords are real, the clock is given."""

from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from ipaddress import ip_network
from pathlib import Path

import pytest
from consoles import SCRIPT, Answer
from signing_in import NOON, PASSWORD, QUICK, Guarded, cookie_of, guarded

from dashboards.console.access import Role
from dashboards.console.accounts.attempts import FREE_FOR_NAME
from dashboards.console.accounts.forms import LONGEST_BODY
from dashboards.console.accounts.passwords import Passwords
from dashboards.console.accounts.trust import Trust

HOUR = 3_600_000
PROXIED = Trust("127.0.0.1", proxies=(ip_network("127.0.0.1"),), public_url="https://veille.example.org")


def main_of(answer: Answer) -> str:
    return answer.body.partition("<main")[2]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(tmp_path, Trust("127.0.0.1", "signed-in")) as found:
        yield found


def test_the_right_password_leads_where_one_wanted_to_go(served: Guarded) -> None:
    wanted = served.get("/page?domain=road")
    assert (wanted.status, wanted.headers["Location"]) == (303, "/sign-in?next=/page%3Fdomain%3Droad")
    assert 'value="/page?domain=road"' in served.get(wanted.headers["Location"]).body
    answer = served.sign_in(after="/page?domain=road")
    assert (answer.status, answer.headers["Location"]) == (303, "/page?domain=road")
    assert served.get("/page", Cookie=cookie_of(answer)).body.startswith("anne ")


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(served: Guarded) -> None:
    wrong, unknown = served.sign_in("anne", "x" * 12), served.sign_in("nobody", "x" * 12)
    assert (wrong.status, unknown.status) == (403, 403)
    assert main_of(wrong).replace("anne", "nobody") == main_of(unknown)
    assert "do not go together" in wrong.body
    assert "Set-Cookie" not in wrong.headers


def test_nobody_has_the_password_that_stands_in_for_unknown_names() -> None:
    assert not QUICK.fits("", None)
    assert not QUICK.fits(PASSWORD, None)
    assert not QUICK.fits(PASSWORD, "no hash at all")


def test_names_are_known_without_regard_to_capitals_and_composition(served: Guarded) -> None:
    assert (
        served.sign_in("ELODIE\N{COMBINING ACUTE ACCENT}".replace("EL", "E\N{COMBINING ACUTE ACCENT}L", 1)).status
        == 403
    )
    assert served.sign_in("Elodie").status == 403
    assert served.sign_in("E\N{COMBINING ACUTE ACCENT}LODIE").status == 303


def test_what_is_missing_is_said_at_its_field_and_listed_above(served: Guarded) -> None:
    answer = served.sign_in("", "")
    assert answer.status == 400
    for field in ("name", "password"):
        assert f'href="#{field}"' in answer.body
        assert f'aria-describedby="{field}-error"' in answer.body
    assert "Écrivez votre mot de passe" in served.post("/sign-in?lang=fr", {}).body


def test_a_name_that_is_a_script_stays_text(served: Guarded) -> None:
    answer = served.sign_in(SCRIPT, "x" * 12)
    assert SCRIPT not in answer.body
    assert "&lt;script&gt;" in answer.body
    assert SCRIPT not in served.get('/sign-in?next=/"><script>alert("x")</script>').body


def test_a_session_planted_before_the_sign_in_stays_worth_nothing(served: Guarded) -> None:
    planted = "vigiterre_session=chosen-by-somebody-else"
    own = cookie_of(served.sign_in(Cookie=planted))
    assert own != planted
    assert served.get("/page", Cookie=planted).status == 303


def test_signing_in_again_ends_the_session_before(served: Guarded) -> None:
    first = served.cookie()
    second = served.cookie(Cookie=first)
    assert served.get("/page", Cookie=first).status == 303
    assert served.get("/page", Cookie=second).status == 200


def test_signing_out_ends_the_session_and_takes_the_cookie_away(served: Guarded) -> None:
    cookie = served.cookie()
    answer = served.post("/sign-out", {"csrf": served.token(cookie)}, Cookie=cookie)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert served.get("/page", Cookie=cookie).status == 303


def test_nobody_is_signed_out_by_another_site(served: Guarded) -> None:
    cookie = served.cookie()
    assert served.post("/sign-out", {}, Cookie=cookie).status == 403
    assert served.get("/page", Cookie=cookie).status == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(served: Guarded) -> None:
    morsel = SimpleCookie(served.sign_in().headers["Set-Cookie"])["vigiterre_session"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "lax", "/")
    assert (morsel["secure"], morsel["domain"], morsel["max-age"]) == ("", "", "")


def test_behind_a_proxy_with_tls_the_cookie_is_for_this_host_and_https_alone(tmp_path: Path) -> None:
    with guarded(tmp_path, PROXIED) as served:
        answer = served.sign_in(**{"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"})
        morsel = SimpleCookie(answer.headers["Set-Cookie"])["__Host-vigiterre"]
        assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (True, True, "/", "")
        assert served.get("/page", Cookie=cookie_of(answer)).status == 200
        weak = cookie_of(answer).replace("__Host-vigiterre", "vigiterre_session")
        assert served.get("/page", Cookie=weak).status == 303


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "",
        "/\t/evil.example", "/page\r\nSet-Cookie: a=b", "/é", "/sign-in", "/sign-in?next=/page", "/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_after_the_sign_in_nobody_is_led_elsewhere_nor_given_a_second_header(served: Guarded, after: str) -> None:
    answer = served.sign_in(after=after)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert len(answer.headers.get_all("Set-Cookie") or []) == 1


def test_another_site_cannot_sign_somebody_in(served: Guarded) -> None:
    assert served.sign_in(Origin="https://evil.example").status == 403
    assert served.sign_in(Origin="null").status == 403
    assert served.sign_in(**{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert served.sign_in(Origin=f"http://127.0.0.1:{served.port}", **{"Sec-Fetch-Site": "same-origin"}).status == 303


def test_a_body_of_another_type_or_too_long_is_refused(served: Guarded) -> None:
    assert served.sign_in(**{"Content-Type": "application/json"}).status == 415
    assert served.sign_in(password="x" * LONGEST_BODY).status == 413
    assert served.sign_in(password="x" * 1_000).status == 403
    many = [(f"f{number}", "") for number in range(3_000)]
    assert served.post("/sign-in", many).status == 400


def test_guesses_are_slowed_down_told_how_long_and_never_locked_out_for_ever(served: Guarded) -> None:
    for _ in range(FREE_FOR_NAME):
        assert served.sign_in(password="x" * 12).status == 403
    answer = served.sign_in()
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert "Wait 1\N{NO-BREAK SPACE}s" in answer.body
    served.clock.now += 1_000
    assert served.sign_in().status == 303


def test_waits_double_up_to_a_limit(served: Guarded) -> None:
    waits = []
    for _ in range(FREE_FOR_NAME + 12):
        answer = served.sign_in(password="x" * 12)
        if answer.status == 429:
            waits.append(int(answer.headers["Retry-After"]))
            served.clock.now += waits[-1] * 1_000
            assert served.sign_in(password="x" * 12).status == 403
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert max(waits) == 300


def test_a_session_ends_when_it_is_not_used_and_after_a_week_in_any_case(served: Guarded) -> None:
    idle, daily = served.cookie(), served.cookie()
    for hour in range(11, 7 * 24, 11):
        served.clock.now = NOON + hour * HOUR
        assert served.get("/page", Cookie=daily).status == 200
        if hour > 12:
            assert served.get("/page", Cookie=idle).status == 303, hour
        else:
            served.clock.now = NOON + 13 * HOUR
    served.clock.now = NOON + 7 * 24 * HOUR + 1
    assert served.get("/page", Cookie=daily).status == 303


def test_what_ends_a_right_ends_the_sessions_that_had_it(served: Guarded) -> None:
    users = served.accounts.users
    changes: list[Callable[[], None]] = [
        lambda: users.set_role("anne", Role.VIEWER),
        lambda: users.set_password("anne", QUICK.hash(PASSWORD)),
        lambda: users.remove("ANNE"),
    ]
    for change in changes:
        cookie = served.cookie()
        assert served.get("/page", Cookie=cookie).status == 200
        change()
        assert served.get("/page", Cookie=cookie).status == 303


def test_an_old_hash_is_made_anew_at_the_sign_in(served: Guarded) -> None:
    served.accounts.users.set_password("anne", Passwords().hash(PASSWORD))
    assert served.sign_in().status == 303
    account = served.accounts.users.find("anne")
    assert account
    assert not QUICK.outdated(account.hash)
    assert served.sign_in().status == 303


def test_sign_ins_are_noted_but_not_what_somebody_typed_for_a_name(served: Guarded) -> None:
    served.sign_in()
    served.sign_in(password="x" * 12)
    served.sign_in("my secret password", "x" * 12)
    lines = [(one.who, one.address, one.action, one.outcome) for one in served.accounts.audit.lines()]
    assert lines == [
        ("", "127.0.0.1", "/sign-in", "refused"),
        ("anne", "127.0.0.1", "/sign-in", "refused"),
        ("anne", "127.0.0.1", "/sign-in", "done"),
    ]


def test_the_first_who_comes_is_told_how_to_make_a_user(served: Guarded) -> None:
    assert "vigiterre users add" not in served.get("/sign-in").body
    for name in ("anne", "victor", "Élodie"):
        served.accounts.users.remove(name)
    assert "vigiterre users add" in served.get("/sign-in").body
