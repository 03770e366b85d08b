"""Links for communes as a technician makes, lists and withdraws them; sessions, forms and the log are real."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest
from consoles import REGISTRY, SCRIPT, Answer
from hypothesis import given as drawn
from hypothesis import strategies as st
from markupsafe import escape
from signing_in import NOON, Guarded, guarded
from starlette.routing import BaseRoute

from dashboards.console.access import Role, User
from dashboards.console.accounts.checking import Checking
from dashboards.console.accounts.shares import LONGEST, MOST_DAYS, Share
from dashboards.console.accounts.trust import Trust
from dashboards.console.console import Console
from dashboards.console.pieces.clock import now_ms
from dashboards.console.share import page as share
from dashboards.console.sharing.page import routes
from dashboards.console.sharing.rows import NAMED, commune_choices, share_rows, shown_of
from dashboards.console.sharing.texts import TEXTS
from dashboards.console.sharing.wish import read_wish
from dashboards.console.signed_in import SignedIn
from dashboards.console.site import navigation_of

DAY = 86_400_000
MOULINS = "03190"
CLOSED = Trust("127.0.0.1", "signed-in")
WISH = {"commune": MOULINS, "whom": "mairie de Moulins", "length": "90", "seen": "0"}


def pages(console: Console, access: SignedIn, _checking: Checking) -> Sequence[BaseRoute]:
    return [*routes(console, access), *share.routes(console, access.accounts.shares.of)]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(tmp_path, CLOSED, more=pages) as found:
        yield found


def send(served: Guarded, cookie: str, form: Mapping[str, str], path: str = "/shares", **headers: str) -> Answer:
    return served.post(path, {"csrf": served.token(cookie), **form}, Cookie=cookie, **headers)


def link_of(answer: Answer) -> str:
    [found] = re.findall(r'<input id="link"[^>]* value="([^"]+)"', answer.body)
    return html.unescape(found)


def lines(served: Guarded) -> list[tuple[str, str, str, str]]:
    return [(one.who, one.action, one.target, one.outcome) for one in served.accounts.audit.lines()]


def test_a_link_is_shown_once_and_opens_the_commune(served: Guarded) -> None:
    served.clock.now = now_ms()
    cookie = served.cookie()
    answer = send(served, cookie, WISH)
    assert answer.status == 201
    assert answer.headers["Cache-Control"] == "no-store"
    site, _, path = link_of(answer).partition("/share/")
    assert site == f"http://127.0.0.1:{served.port}"
    assert "Devices of Moulins" in served.get(f"/share/{path}").body
    listed = served.get("/shares", Cookie=cookie).body
    assert path not in listed
    assert "mairie de Moulins" in listed


def test_the_page_of_the_link_says_what_the_commune_will_see(served: Guarded) -> None:
    body = send(served, served.cookie(), WISH).body
    shown = shown_of(REGISTRY, MOULINS)
    assert f"The {shown.devices} devices that stand in the commune" in body
    assert all(f"<li>{escape(name)}</li>" in body for name in shown.names)
    assert "Vichy" not in body
    assert "good on this machine alone" in body


def test_the_link_has_the_address_by_which_people_reach_the_pages(tmp_path: Path) -> None:
    public = Trust("127.0.0.1", proxies=(ip_network("127.0.0.1"),), public_url="https://veille.example.org/capteurs")
    with guarded(tmp_path, public, more=pages) as served:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        cookie = served.cookie(**headers)
        token = served.get("/page", Cookie=cookie, **headers).body.partition(" ")[2]
        answer = served.post("/shares", {"csrf": token, **WISH}, Cookie=cookie, **headers)
        assert link_of(answer).startswith("https://veille.example.org/capteurs/share/")
        assert "good on this machine alone" not in answer.body
        assert served.accounts.audit.lines()[0].address == "192.0.2.7"


@pytest.mark.parametrize(
    ("headers", "site"),
    [
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "veille.example.org"}, "https://veille.example.org"),
        ({"X-Forwarded-For": "192.0.2.7", "Host": "veille.example.org"}, "http://veille.example.org"),
        ({"X-Forwarded-For": "192.0.2.7", "Host": "a/b?c"}, "http://127.0.0.1:PORT"),
    ],
)
def test_without_a_setting_it_is_the_address_that_the_request_came_by(
    tmp_path: Path, headers: dict[str, str], site: str
) -> None:
    trust = Trust("127.0.0.1", proxies=(ip_network("127.0.0.1"),), secure_cookies="never")
    with guarded(tmp_path, trust, more=pages) as served:
        cookie = served.cookie()
        token = served.get("/page", Cookie=cookie).body.partition(" ")[2]
        answer = served.post("/shares", {"csrf": token, **WISH}, Cookie=cookie, **headers)
        assert link_of(answer).startswith(site.replace("PORT", str(served.port)) + "/share/")


@pytest.mark.parametrize(("given", "days"), [({}, 90), ({"length": "365"}, 365), ({"length": "other", "days": "7"}, 7)])
def test_a_link_ends_when_it_was_asked_to(served: Guarded, given: Mapping[str, str], days: int) -> None:
    assert send(served, served.cookie(), {**WISH, **given}).status == 201
    [made] = served.accounts.shares.all()
    assert (made.commune, made.whom, made.created, made.expires) == (
        MOULINS, "mairie de Moulins", NOON, NOON + days * DAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"commune": ""}, "commune"),
        ({"commune": "75056"}, "commune"),
        ({"commune": SCRIPT}, "commune"),
        ({"whom": " \t "}, "whom"),
        ({"whom": "x" * (LONGEST + 1)}, "whom"),
        ({"length": ""}, "length"),
        ({"length": "31"}, "length"),
        ({"length": "90", "days": "45"}, "length"),
        ({"length": "other"}, "days"),
        ({"length": "other", "days": "0"}, "days"),
        ({"length": "other", "days": str(MOST_DAYS + 1)}, "days"),
        ({"length": "other", "days": "٣"}, "days"),
        ({"length": "other", "days": "9" * 5_000}, "days"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_makes_no_link(
    served: Guarded, given: Mapping[str, str], field: str
) -> None:
    answer = send(served, served.cookie(), {**WISH, **given})
    assert answer.status == 400
    assert f'href="#{field}"' in answer.body
    assert f'id="{field}-wrong"' in answer.body
    assert f'aria-describedby="{field}-hint {field}-wrong"' in answer.body or field == "length"
    assert SCRIPT not in answer.body
    assert served.accounts.shares.all() == []


def test_a_form_without_anything_says_all_that_is_missing(served: Guarded) -> None:
    body = send(served, served.cookie(), {}).body
    assert all(f'href="#{field}"' in body for field in ("commune", "whom", "length"))


@drawn(st.dictionaries(st.sampled_from(["commune", "whom", "length", "days"]), st.text(max_size=150)))
def test_whatever_is_typed_a_wish_without_mistakes_can_be_fulfilled(form: dict[str, str]) -> None:
    communes = [code for code, _ in commune_choices(REGISTRY, "fr")]
    wish, wrong = read_wish({"commune": MOULINS, **form}, communes, "fr")
    if not wrong:
        assert wish.commune in communes
        assert 0 < len(wish.whom) <= LONGEST
        assert wish.whom.isprintable()
        assert 1 <= wish.days <= MOST_DAYS


def test_loading_the_answer_again_makes_no_second_link(served: Guarded) -> None:
    cookie = served.cookie()
    assert send(served, cookie, WISH).status == 201
    again = send(served, cookie, WISH)
    assert again.status == 409
    assert "cannot be shown a second time" in again.body
    [first] = served.accounts.shares.all()
    assert f'name="seen" value="{first.id}"' in again.body
    assert send(served, cookie, {**WISH, "seen": str(first.id)}).status == 201
    assert send(served, cookie, {**WISH, "whom": "another"}).status == 201


def test_what_a_stranger_may_be_called_stays_text(served: Guarded) -> None:
    cookie = served.cookie()
    made = send(served, cookie, {**WISH, "whom": SCRIPT})
    for body in (
        made.body,
        served.get("/shares", Cookie=cookie).body,
        served.get("/shares/1/revoke", Cookie=cookie).body,
    ):
        assert SCRIPT not in body
        assert "&lt;script&gt;" in body


def test_links_are_listed_with_their_state_as_shape_and_words_those_that_run_first(served: Guarded) -> None:
    shares = served.accounts.shares
    for whom, expires in (("older", NOON + DAY), ("newer", NOON + 2 * DAY), ("over", NOON)):
        shares.add(MOULINS, whom, expires, NOON - DAY)
    assert [(row.whom, row.running) for row in share_rows(shares.all(), REGISTRY, NOON, "en")] == [
        ("newer", True), ("older", True), ("over", False),
    ]  # fmt: skip
    body = served.get("/shares", Cookie=served.cookie()).body
    assert body.count('<span class="state ok">Running</span>') == 2
    assert body.count('<span class="state muted">Ended</span>') == 1
    assert "Moulins" in body


def test_the_last_use_is_told_to_the_hour_of_france() -> None:
    one = Share(3, MOULINS, "mairie", NOON, NOON + DAY, NOON)
    [row] = share_rows([one], REGISTRY, NOON, "fr")
    assert row.used
    assert row.used.text == "21 sept. 2026, vers 16\N{NO-BREAK SPACE}h"
    [never] = share_rows([one._replace(used=None)], REGISTRY, NOON, "fr")
    assert never.used is None


def test_of_many_devices_some_are_named_and_the_rest_counted() -> None:
    for code, _ in commune_choices(REGISTRY, "fr"):
        shown = shown_of(REGISTRY, code)
        assert 1 <= len(shown.names) <= NAMED
        assert shown.more == shown.devices - len(shown.names) >= 0


def test_a_withdrawn_link_answers_as_an_unknown_one_at_once(served: Guarded) -> None:
    served.clock.now = now_ms()
    cookie = served.cookie()
    path = "/share/" + link_of(send(served, cookie, WISH)).partition("/share/")[2]
    assert served.get(path).status == 200
    asked = served.get("/shares/1/revoke", Cookie=cookie)
    assert "mairie de Moulins" in asked.body
    assert 'action="/shares/1/revoke"' in asked.body
    assert served.get(path).status == 200, "asking withdraws nothing"
    answer = send(served, cookie, {}, "/shares/1/revoke")
    assert (answer.status, answer.headers["Location"]) == (303, "/shares?revoked=1")
    gone, unknown = served.get(path), served.get("/share/unknown")
    assert gone.status == unknown.status == 404
    assert gone.body.partition("<main")[2] == unknown.body.partition("<main")[2]
    assert 'role="status">Link 1 is withdrawn' in served.get("/shares?revoked=1", Cookie=cookie).body


@pytest.mark.parametrize("number", ["7", "0", "-1", "x", "9" * 30, "%3Cscript%3E", "٣"])
def test_a_number_that_is_none_is_said_in_words(served: Guarded, number: str) -> None:
    cookie, path = served.cookie(), f"/shares/{number}/revoke".replace("٣", "%D9%A3")
    for answer in (served.get(path, Cookie=cookie), send(served, cookie, {}, path)):
        assert answer.status == 404
        assert "No link has this number" in answer.body
        assert answer.body.count("<h1") == 1


def test_an_address_that_we_did_not_write_changes_nothing_of_the_page(served: Guarded) -> None:
    cookie = served.cookie()
    for query in ("revoked=x", "revoked=-1", "revoked=" + "9" * 40, "seen=1&whom=<script>"):
        page = served.get(f"/shares?{query.replace('<', '%3C')}", Cookie=cookie)
        assert page.status == 200
        assert 'class="done"' not in page.body


def test_viewers_and_strangers_see_no_list_and_change_nothing(served: Guarded) -> None:
    served.accounts.shares.add(MOULINS, "Mme Durand", NOON + DAY, NOON)
    viewer = served.cookie("victor")
    for path in ("/shares", "/shares/1/revoke"):
        refused = served.get(path, Cookie=viewer)
        assert refused.status == 403
        assert "Durand" not in refused.body
        assert served.get(path).headers["Location"] == f"/sign-in?next={path}"
        form = WISH if path == "/shares" else {}
        assert send(served, viewer, form, path).status == 403
        assert served.post(path, form).status == 303
    assert [one.whom for one in served.accounts.shares.all()] == ["Mme Durand"]
    assert ("victor", "/shares/1/revoke", "", "refused") in lines(served)


def test_where_reading_is_open_the_list_is_not(tmp_path: Path) -> None:
    with guarded(tmp_path, Trust("127.0.0.1", "all"), more=pages) as served:
        assert served.get("/shares").headers["Location"] == "/sign-in?next=/shares"


def test_another_site_and_another_session_make_and_withdraw_nothing(served: Guarded) -> None:
    served.accounts.shares.add(MOULINS, "Mme Durand", NOON + DAY, NOON)
    cookie, other = served.cookie(), served.cookie("Élodie")
    for path, form in (("/shares", WISH), ("/shares/1/revoke", {})):
        assert served.post(path, form, Cookie=cookie).status == 403
        assert served.post(path, {**form, "csrf": served.token(other)}, Cookie=cookie).status == 403
        assert send(served, cookie, form, path, Origin="https://evil.example").status == 403
    assert [one.whom for one in served.accounts.shares.all()] == ["Mme Durand"]


def test_what_is_done_is_noted_in_the_words_of_the_command(served: Guarded) -> None:
    cookie = served.cookie()
    token = link_of(send(served, cookie, WISH)).partition("/share/")[2]
    send(served, cookie, {}, "/shares/1/revoke")
    found = lines(served)
    assert found[:4] == [
        ("anne", "shares revoke", "1", "done"),
        ("anne", "/shares/1/revoke", "", "done"),
        ("anne", "shares add", f"{MOULINS} for=mairie de Moulins", "done"),
        ("anne", "/shares", f"commune={MOULINS} whom=mairie de Moulins length=90 seen=0", "done"),
    ]
    assert token not in " ".join(cell for line in found for cell in line)


def test_in_a_demonstration_links_are_made_too(tmp_path: Path) -> None:
    with guarded(tmp_path, demo=User("demo", Role.TECHNICIAN), more=pages) as served:
        token = served.get("/page").body.partition(" ")[2]
        assert served.post("/shares", {"csrf": token, **WISH}).status == 201


def test_both_languages_are_there(served: Guarded) -> None:
    cookie = served.cookie()
    served.accounts.shares.add(MOULINS, "Mme Durand", NOON + DAY, NOON)
    for language in ("fr", "en"):
        for path, key in (("/shares", "make_one"), ("/shares/1/revoke", "revoke_yes")):
            body = served.get(f"{path}?lang={language}", Cookie=cookie).body
            assert f'<html lang="{language}"' in body
            assert TEXTS[language][key] in body
        made = send(served, cookie, {**WISH, "whom": language, "seen": "9"}, f"/shares?lang={language}")
        assert TEXTS[language]["what"] in made.body


def test_the_navigation_shows_it_to_technicians() -> None:
    shown = {role: "sharing" in [entry.name for entry in navigation_of(User("x", role))] for role in Role}
    assert shown == {Role.VIEWER: False, Role.TECHNICIAN: True, Role.ADMIN: True}


def test_every_control_has_a_label_and_the_table_a_caption(served: Guarded) -> None:
    served.accounts.shares.add(MOULINS, "Mme Durand", NOON + DAY, NOON)
    body = served.get("/shares", Cookie=served.cookie()).body
    for field in ("commune", "whom", "days"):
        assert f'<label for="{field}">' in body
    assert "<caption>Links (1)</caption>" in body
    assert 'Withdraw<span class="visually-hidden"> link 1, Moulins</span>' in body
