"""The page behind the link of a notice, over a real socket, on a real book."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from acknowledging import GROUP, Site, acknowledge_site, outline
from hypothesis import given
from hypothesis import strategies as st
from telling import HOUR, NOW

from alerts.alert import Alert, What
from alerts.links import LIFE_MS, Links
from dashboards.console.acknowledge import LONGEST_BODY, fields, one_line
from devices.errors import StoreUnavailable

SCRIPT = '<script>alert("x")</script>'
OTHER_KEY = b"another installation's key, 32 b"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with acknowledge_site(tmp_path) as found:
        yield found


def test_following_the_link_shows_the_alert_and_changes_nothing(site: Site) -> None:
    """Mail scanners follow links."""
    token = site.token()
    for _ in range(3):
        status, body, _ = site.ask(f"/ack/{token}")
        assert status == 200
    for words in ("Verglas probable", "critique", "Saint-Pourçain-sur-Sioule (03254)", "−0,8\N{NO-BREAK SPACE}°C",
                  "25/11/2026 à 12:59", "personne ne l&#39;a prise en charge", "faire saler"):  # fmt: skip
        assert words in body
    assert site.alert().acknowledged == 0
    assert site.alerting.book.transitions(1) == []


def test_the_form_acknowledges_once_and_says_so(site: Site) -> None:
    token = site.token()
    status, body = site.post(token, who="Marie Dupont", comment="patrouille partie")
    assert status == 200
    assert "au nom de Marie Dupont" in body
    assert "<form" not in body
    found = site.alert()
    assert (found.acknowledged, found.acknowledged_by, found.comment) == (NOW, "Marie Dupont", "patrouille partie")
    [transition] = site.alerting.book.transitions(1)
    assert (transition.what, transition.detail) == (What.ACKNOWLEDGED, "Marie Dupont: patrouille partie")
    again, words = site.post(token, who="Paul")
    assert again == 410
    assert "Ce lien a déjà servi" in words
    assert site.ask(f"/ack/{token}")[0] == 410
    assert site.alert().acknowledged_by == "Marie Dupont"


def test_a_form_without_a_name_is_asked_again_and_the_link_still_works(site: Site) -> None:
    token = site.token()
    status, body = site.post(token, who="  \t ", comment="déjà parti")
    found = outline(body)
    assert status == 400
    assert "indiquez votre nom" in body
    assert "<title>Erreur" in body
    assert found.fields["who"]["aria-invalid"] == "true"
    assert ">\ndéjà parti</textarea>" in body
    assert site.alert().acknowledged == 0
    assert site.post(token, who="Marie")[0] == 200


def test_a_second_link_of_the_same_alert_says_who_was_quicker(site: Site) -> None:
    first, second = site.token(), site.token()
    assert site.post(first, who="Marie")[0] == 200
    for status, body in (site.ask(f"/ack/{second}?lang=en")[:2], site.post(second, "en", who="Paul")):
        assert status == 409
        assert "Already acknowledged by Marie" in body
        assert "<form" not in body
    assert site.alert().acknowledged_by == "Marie"


@pytest.mark.parametrize(
    ("number", "words"),
    [(2, "est terminée"), (3, "est annulée"), (4, "Alerte inconnue"), (5, "Alerte inconnue")],
    ids=["resolved", "withdrawn", "rule gone", "forgotten"],
)
def test_an_alert_that_needs_nobody_any_more_is_gone(number: int, words: str, site: Site) -> None:
    for status, body in (site.ask(f"/ack/{site.token(number)}")[:2], site.post(site.token(number), who="Marie")):
        assert status == 410
        assert words in body
        assert "<form" not in body


@pytest.mark.parametrize("token", ["x", "W10.x", "%00", "a" * 5_000, "%C3%A9"])
def test_a_forged_link_is_refused_and_shows_no_alert(token: str, site: Site) -> None:
    for status, body in (site.ask(f"/ack/{token}")[:2], site.post(token, who="Marie")):
        assert status == 400
        assert "Ce lien n&#39;est pas valable" in body
        assert "Verglas" not in body


def test_a_link_of_another_key_is_forged(site: Site) -> None:
    book = site.alerting.book
    other = Links(book.connection, book.lock, OTHER_KEY).make(site.notice(1), "sms-dupont", NOW)
    assert site.ask(f"/ack/{other}")[0] == 400


def test_a_link_older_than_72_hours_is_expired(site: Site) -> None:
    token = site.token()
    site.now = NOW + LIFE_MS - 1
    assert site.ask(f"/ack/{token}")[0] == 200
    site.now = NOW + LIFE_MS + HOUR
    status, body, _ = site.ask(f"/ack/{token}")
    assert status == 410
    assert "plus de 72 heures" in body


def test_nothing_that_people_typed_becomes_markup(site: Site) -> None:
    first, second = site.token(), site.token()
    assert site.post(first, who=SCRIPT, comment=SCRIPT)[0] == 200
    for body in (site.ask(f"/ack/{second}")[1], site.post(site.token(2), who=SCRIPT)[1]):
        assert "script" not in outline(body).tags
    assert "&lt;script&gt;" in site.ask(f"/ack/{second}")[1]


@pytest.mark.parametrize("path", ["/ack/{}", "/ack/{}?lang=en", "/ack/forged"])
def test_the_page_is_not_kept_not_framed_not_told_to_others_and_runs_no_script(path: str, site: Site) -> None:
    _, body, headers = site.ask(path.format(site.token()))
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "script" not in outline(body).tags
    assert "http" not in body.replace("http-equiv", "")


@pytest.mark.parametrize("numbers", [(1,), GROUP], ids=["one", "group"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_has_a_label_and_a_hint_in_the_language_of_the_page(
    language: str, numbers: tuple[int, ...], site: Site
) -> None:
    found = outline(site.ask(f"/ack/{site.token(*numbers)}?lang={language}")[1])
    assert found.language == language
    assert found.tags.count("h1") == found.tags.count("main") == 1
    assert found.fields.keys() == {"who", "comment"}
    for one in found.fields.values():
        assert one["id"] in found.labels
        assert set((one["aria-describedby"] or "").split()) <= found.ids
    assert "required" in found.fields["who"]
    assert site.ask("/acknowledge.css")[0] == 200


def test_the_browser_chooses_the_language_unless_the_link_does(site: Site) -> None:
    path = f"/ack/{site.token()}"
    english = {"Accept-Language": "en-GB,en"}
    assert "Acknowledge this alert?" in site.ask(path, None, **english)[1]
    assert 'lang="fr"' in site.ask(f"{path}?lang=fr", None, **english)[1]
    assert 'action="?lang=fr"' in site.ask(path)[1]


def test_a_form_that_is_too_long_or_none_at_all_does_nothing(site: Site) -> None:
    token = site.token()
    assert site.post(token, who="x" * LONGEST_BODY)[0] == 413
    json = {"Content-Type": "application/json"}
    assert site.ask(f"/ack/{token}", b'{"who": "x"}', **json)[0] == 415
    assert site.ask(f"/ack/{token}", b"&" * 1_000)[0] == 400
    assert site.alert().acknowledged == 0
    assert site.post(token, who="é" * 80, comment="é" * 600)[0] == 200
    assert len(site.alert().comment) == 500


def test_a_disk_that_refuses_is_said_and_the_link_still_works(site: Site) -> None:
    token, whole = site.token(), site.source

    async def refuse(_token: str, _who: str, _comment: str) -> list[Alert]:
        raise StoreUnavailable("disk full")

    site.source = replace(whole, acknowledge=refuse)
    status, body = site.post(token, "en", who="Marie")
    assert status == 503
    assert "disk full" in body
    site.source = whole
    assert site.post(token, who="Marie")[0] == 200


def test_who_is_overtaken_between_the_page_and_the_click_is_told(site: Site) -> None:
    async def late(_token: str, _who: str, _comment: str) -> list[Alert]:
        return []

    site.source = replace(site.source, acknowledge=late)
    status, body = site.post(site.token(), "en", who="Marie")
    assert status == 409
    assert "changed meanwhile" in body


@given(st.text())
def test_whatever_is_typed_becomes_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert line == line.strip()


@given(st.binary(max_size=300))
def test_any_body_can_be_read(body: bytes) -> None:
    assert fields(body).keys() == {"who", "comment"}
