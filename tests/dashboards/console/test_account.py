"""The page of one's own account, with real sessions and passwords: what is changed, by whom, and what it ends."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path

import pytest
from consoles import Answer
from markupsafe import escape
from signing_in import PASSWORD, QUICK, TRUST, Guarded, cookie_of, guarded

from dashboards.console.access import Role, User
from dashboards.console.account.page import routes
from dashboards.console.account.secret import FIELDS
from dashboards.console.account.texts import TEXTS
from dashboards.console.accounts.attempts import FREE_FOR_NAME
from dashboards.console.accounts.audit import SECRETS
from dashboards.console.accounts.passwords import LONGEST
from dashboards.console.accounts.trust import Trust

NEW = "quatre autres mots sans rapport"
CLOSED = Trust("127.0.0.1", "signed-in")
WRONG = "x" * 12


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(tmp_path, CLOSED, more=routes) as found:
        yield found


def fields(current: str = PASSWORD, new: str = NEW, again: str | None = None) -> dict[str, str]:
    return dict(zip(FIELDS, (current, new, new if again is None else again), strict=True))


def change(served: Guarded, cookie: str, given: Mapping[str, str] | None = None, **headers: str) -> Answer:
    form = {"csrf": served.token(cookie), **(fields() if given is None else given)}
    return served.post("/account", form, Cookie=cookie, **headers)


def lines(served: Guarded) -> list[tuple[str, str, str, str]]:
    return [(one.who, one.action, one.target, one.outcome) for one in served.accounts.audit.lines()]


def test_the_page_says_who_is_signed_in_with_which_role_and_since_when(served: Guarded) -> None:
    page = served.get("/account", Cookie=served.cookie())
    assert page.status == 200
    for words in ("anne", "technician: read", "21 Sept 2026, 16:13", "vigiterre users password"):
        assert words in page.body
    assert page.body.count("<h1") == 1
    assert page.headers["Cache-Control"] == "no-store"


def test_the_header_leads_to_it_from_every_page(served: Guarded) -> None:
    cookie = served.cookie()
    assert (
        '<a href="/account"><span class="visually-hidden">Signed in: </span>anne</a>'
        in served.get("/sign-in", Cookie=cookie).body
    )
    assert '<a href="/account" aria-current="page">' in served.get("/account", Cookie=cookie).body


def test_the_new_password_signs_in_and_the_old_one_does_not(served: Guarded) -> None:
    answer = change(served, served.cookie())
    assert (answer.status, answer.headers["Location"]) == (303, "/account?done=password")
    after = served.get("/account?done=password", Cookie=cookie_of(answer))
    assert 'role="status">The password is changed' in after.body
    assert served.sign_in(password=PASSWORD).status == 403
    assert served.sign_in(password=NEW).status == 303


def test_all_other_sessions_end_and_this_one_goes_on_under_a_new_id(served: Guarded) -> None:
    other, mine, victors = served.cookie(), served.cookie(), served.cookie("victor")
    fresh = cookie_of(change(served, mine))
    assert fresh != mine
    assert [served.get("/page", Cookie=cookie).status for cookie in (other, mine, fresh, victors)] == [
        303, 303, 200, 200,
    ]  # fmt: skip


def test_an_id_planted_beforehand_stays_worth_nothing(served: Guarded) -> None:
    planted = "vigiterre_session=chosen-by-somebody-else"
    assert served.post("/account", fields(), Cookie=planted).status == 303
    fresh = cookie_of(change(served, served.cookie(Cookie=planted)))
    assert fresh != planted
    assert served.get("/page", Cookie=planted).status == 303


def test_the_new_cookie_is_as_well_kept_as_that_of_the_sign_in(tmp_path: Path) -> None:
    proxied = Trust("127.0.0.1", proxies=(ip_network("127.0.0.1"),), public_url="https://veille.example.org")
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    with guarded(tmp_path, proxied, more=routes) as served:
        cookie = cookie_of(served.sign_in(**headers))
        answer = change(served, cookie, None, **headers)
        assert answer.headers["Set-Cookie"].startswith("__Host-vigiterre=")
        assert all(word in answer.headers["Set-Cookie"] for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
        assert served.accounts.audit.lines()[0].address == "192.0.2.7"


def test_a_wrong_current_password_changes_nothing(served: Guarded) -> None:
    cookie = served.cookie()
    for wrong in (WRONG, "x" * (LONGEST + 1)):
        answer = change(served, cookie, fields(wrong))
        assert answer.status == 403
        assert 'href="#current_password"' in answer.body
        assert 'aria-describedby=" current_password-wrong"' in answer.body
    assert served.get("/page", Cookie=cookie).status == 200
    assert served.sign_in().status == 303


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (fields(current=""), "current_password", "Write your current password"),
        (fields(new=""), "new_password", "Write the new password"),
        (fields(again=""), "password_again", "a second time"),
        (fields(new="court"), "new_password", "has 5 characters, it takes 12"),
        (fields(new="x" * (LONGEST + 1)), "new_password", "longer than 256"),
        (fields(new="aaaaaaaaaaaaaa"), "new_password", "can be guessed"),
        (fields(new="le jardin d'Anne en mai"), "new_password", "can be guessed"),
        (fields(again=NEW + "!"), "password_again", "differ"),
        ({}, "current_password", "Write your current password"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_by_the_rules_of_the_command(
    served: Guarded, given: Mapping[str, str], field: str, words: str
) -> None:
    answer = change(served, served.cookie(), given)
    assert answer.status == 400
    assert f'href="#{field}"' in answer.body
    assert f"{field}-wrong" in answer.body
    assert words in answer.body
    assert served.sign_in().status == 303


def test_no_password_comes_back_in_a_page_nor_goes_into_the_log(served: Guarded) -> None:
    cookie = served.cookie()
    for given in (fields(WRONG), fields(again="autre chose encore"), fields()):
        assert not any(text and text in change(served, cookie, given).body for text in given.values())
    written = " ".join(cell for line in lines(served) for cell in line)
    assert not any(text in written for text in (PASSWORD, NEW, WRONG, "autre chose"))
    assert all(any(word in field for word in SECRETS) for field in FIELDS)


def test_an_accent_composed_otherwise_is_the_same_password(served: Guarded) -> None:
    composed, parted = "\N{LATIN SMALL LETTER E WITH ACUTE}", "e\N{COMBINING ACUTE ACCENT}"
    new = "{}t{} sans fin ni pluie"
    answer = change(
        served, served.cookie(), fields(new=new.format(composed, composed), again=new.format(parted, parted))
    )
    assert answer.status == 303
    assert served.sign_in(password=new.format(parted, composed)).status == 303


def test_guesses_here_and_at_the_sign_in_are_counted_together(served: Guarded) -> None:
    cookie = served.cookie()
    for number in range(FREE_FOR_NAME):
        tried = change(served, cookie, fields(WRONG)) if number % 2 else served.sign_in(password=WRONG)
        assert tried.status == 403
    answer = change(served, cookie)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert "Wait 1\N{NO-BREAK SPACE}s" in answer.body
    assert served.sign_in().status == 429
    served.clock.now += 1_000
    assert change(served, cookie).status == 303


def test_mistakes_in_the_new_password_use_up_no_try(served: Guarded) -> None:
    cookie = served.cookie()
    for _ in range(FREE_FOR_NAME + 1):
        assert change(served, cookie, fields(WRONG, new="court")).status == 400
    assert change(served, cookie).status == 303


def test_nobody_changes_the_password_of_another(served: Guarded) -> None:
    assert change(served, served.cookie("victor"), {**fields(), "name": "anne", "user": "anne"}).status == 303
    assert served.sign_in("anne").status == 303
    assert served.sign_in("victor").status == 403


def test_another_site_another_session_and_nobody_change_nothing(served: Guarded) -> None:
    cookie, other = served.cookie(), served.cookie("victor")
    assert served.post("/account", fields(), Cookie=cookie).status == 403
    assert served.post("/account", {**fields(), "csrf": served.token(other)}, Cookie=cookie).status == 403
    assert change(served, cookie, Origin="https://evil.example").status == 403
    assert served.post("/account", fields()).headers["Location"] == "/sign-in?next=/"
    assert served.get("/account").headers["Location"] == "/sign-in?next=/account"
    assert served.sign_in().status == 303


def test_what_an_administrator_set_meanwhile_is_not_replaced(served: Guarded) -> None:
    account = served.accounts.users.find("anne")
    assert account
    served.accounts.users.set_password("anne", QUICK.hash("par l'administrateur"))
    assert not served.accounts.users.change_password(account, QUICK.hash(NEW))
    assert served.sign_in(password="par l'administrateur").status == 303


def test_it_is_noted_as_the_command_notes_it_and_refusals_too(served: Guarded) -> None:
    cookie = served.cookie()
    change(served, cookie, fields(WRONG))
    change(served, cookie)
    assert lines(served)[:3] == [
        ("anne", "users password", "anne", "done"),
        ("anne", "/account", "", "done"),
        ("anne", "/account", "", "403"),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_in_a_demonstration_the_page_says_why_there_is_no_password(tmp_path: Path, language: str) -> None:
    with guarded(tmp_path, demo=User("demo", Role.TECHNICIAN), more=routes) as served:
        page = served.get(f"/account?lang={language}")
        assert escape(TEXTS[language]["demonstration"]) in page.body
        assert 'type="password"' not in page.body
        token = served.get("/page").body.partition(" ")[2]
        answer = served.post(f"/account?lang={language}", {"csrf": token, **fields()})
        assert answer.status == 403
        assert escape(TEXTS[language]["no_password"]) in answer.body


@pytest.mark.parametrize("language", ["fr", "en"])
def test_where_reading_is_open_who_is_not_signed_in_is_told_so(tmp_path: Path, language: str) -> None:
    with guarded(tmp_path, TRUST, more=routes) as served:
        page = served.get(f"/account?lang={language}")
        assert page.status == 200
        assert escape(TEXTS[language]["nobody"]) in page.body
        assert 'href="/sign-in?next=/account"' in page.body
        assert 'type="password"' not in page.body


def test_both_languages_are_there(served: Guarded) -> None:
    cookie = served.cookie()
    for language, words in (("fr", "Changer le mot de passe"), ("en", "Change the password")):
        body = served.get(f"/account?lang={language}", Cookie=cookie).body
        assert f'<html lang="{language}"' in body
        assert words in body


def test_every_control_has_a_label_and_tells_what_the_browser_may_fill_in(served: Guarded) -> None:
    body = served.get("/account", Cookie=served.cookie()).body
    for field in FIELDS:
        assert f'<label for="{field}">' in body
    assert re.findall(r'type="password" required autocomplete="([^"]+)"', body) == [
        "current-password", "new-password", "new-password",
    ]  # fmt: skip
