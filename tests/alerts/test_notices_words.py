"""What people read: subject, text, HTML, e-mail and JSON."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telling import ICE, MINUTE, NOW, SURFACE, alert, case, channel, mail_server

from alerts.alert import PLATFORM
from alerts.dispatch import NoticeKind
from alerts.notices.case import Case, case_of
from alerts.notices.compose import SUBJECT, Composed, compose, compose_test
from alerts.notices.entry import when
from alerts.notices.mail import message_of, parse_relay, send_mail
from alerts.notices.plan import ChannelKind, Form
from alerts.notices.texts import KINDS, LEVELS, LEVELS_OF_MANY, LINKS, PREFIXES, TROUBLES, WORDS
from alerts.notices.trouble import NotSent
from alerts.rule import Kind, Level, Measure, Rule
from devices.load import load_registry
from devices.reading import Series

ROOT = Path(__file__).parent.parent.parent
LINK = "https://vigiterre.allier.example/alerts/ack/abc"
NBSP = "\N{NO-BREAK SPACE}"
VOID = {"meta", "br", "link"}


def told(*cases: Case, language: Any = "fr", **given_: Any) -> Composed:
    return compose(
        "n0", cases or [case(alert())], language, given_.pop("link", LINK), NOW, given_.pop("public_url", "")
    )


def test_the_subject_says_what_where_and_how_much_in_the_alphabet_of_a_text_message() -> None:
    assert told().subject == "VERGLAS PROBABLE - D 2009, plaine de la Sioule: -0,8 °C (seuil 0 °C)"
    assert told(language="en").subject == "BLACK ICE LIKELY - D 2009, plaine de la Sioule: -0.8 °C (limit 0 °C)"


def test_the_text_says_all_a_technician_needs() -> None:
    text = told(public_url="https://vigiterre.allier.example").text
    for line in (
        f"Motif{NBSP}: Nouvelle alerte",
        f"Niveau{NBSP}: critique",
        f"Lieu{NBSP}: D 2009, plaine de la Sioule, Saint-Pourçain-sur-Sioule (03254)",
        f"Constat{NBSP}: Température de surface{NBSP}: −0,8{NBSP}°C (seuil 0{NBSP}°C)",
        f"Depuis{NBSP}: 25/11/2026 à 12:59 (heure de Paris, hiver)",
        f"À faire{NBSP}: Appeler l'astreinte hivernale, faire saler.",
        f"Fiche{NBSP}: https://vigiterre.allier.example/docs/ice",
        f"Capteur{NBSP}: ice-1",
        f"Prendre en charge{NBSP}: {LINK}",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind is not NoticeKind.TEST])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_says_why_people_are_told(kind: NoticeKind, language: Any) -> None:
    one = alert(resolved=NOW if kind.ends else None)
    composed = told(case(one, kind=kind), language=language)
    assert composed.subject.startswith(PREFIXES[language][kind])
    assert KINDS[language][kind] in composed.text
    assert composed.document["kind"] == kind
    assert (WORDS[language]["action"] + WORDS[language]["colon"] in composed.text) is not kind.ends


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = 1_792_888_200_000
    assert when(first, "fr") == "25/10/2026 à 02:30 (heure de Paris, été)"
    assert when(first + 60 * MINUTE, "fr") == "25/10/2026 à 02:30 (heure de Paris, hiver)"
    assert when(first, "en") == "2026-10-25 02:30 (Paris time, summer)"


def test_a_message_of_the_rule_is_used_and_one_that_fails_does_not_stop_the_notice() -> None:
    rule = replace(ICE, message={"fr": "{{ name }} gèle à {{ value }} ({{ level }})", "en": "{{ 1 // 0 }}"})
    assert f"D 2009, plaine de la Sioule gèle à −0,8{NBSP}°C (critique)" in told(case(alert(), rule)).text
    assert "Surface temperature" in told(case(alert(), rule), language="en").text


def test_units_rates_states_and_silence_are_said_in_words() -> None:
    rate = replace(ICE, measure=Measure.RATE)
    assert f"−0,8{NBSP}°C/h" in told(case(alert(), rate)).text
    state = SURFACE.__class__(
        **{
            **{name: getattr(SURFACE, name) for name in SURFACE.__slots__},
            "states": {2: {"fr": "verglacée", "en": "icy"}},
            "unit": "1",
        }
    )
    assert told(case(alert(value=2.0), quantity=state)).subject.endswith(": verglacée")
    silent = replace(ICE, kind=Kind.SILENT, quantity="")
    assert "Aucune mesure valable" in told(case(alert(value=None), silent, quantity=None)).text
    ours = replace(ICE, kind=Kind.PLATFORM, quantity="")
    one = alert(value=None, detail="la base ne confirme pas")
    one.series = Series(PLATFORM, "vigiterre", "", "", "")
    assert "la base ne confirme pas" in told(Case(one, ours, "")).text


def test_a_grouped_notice_begins_with_a_summary_and_tells_thirty_of_them() -> None:
    cases = [
        case(alert(number, Level.CRITICAL if number == 40 else Level.WARNING, f"site-{number % 2}"))
        for number in range(1, 41)
    ]
    composed = told(*cases)
    assert composed.subject == "40 alertes - VERGLAS PROBABLE (1 critique, 39 avertissements) - 2 sites"
    assert f"- site-0{NBSP}: 1 critique, 19 avertissements" in composed.text
    assert "… et 10 de plus" in composed.text
    assert composed.text.count("Constat") == 30
    assert composed.text.index("ice-40") < composed.text.index("ice-2"), "the gravest first"
    assert composed.document["count"] == 40


def forms(composed: Composed) -> dict[str, str]:
    return {"text": composed.text, "html": composed.html, "short": composed.short}


@pytest.mark.parametrize("count", [1, 35])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_form_has_one_link_however_many_alerts(count: int, language: Any) -> None:
    composed = told(*(case(alert(number)) for number in range(1, count + 1)), language=language)
    for form in forms(composed).values():
        assert form.count(LINK) == 1
    assert composed.document["acknowledge_url"] == LINK
    assert LINK not in str(composed.document["alerts"])
    assert composed.short.splitlines()[-1] == LINK


def test_a_group_is_acknowledged_right_after_its_summary() -> None:
    composed = told(*(case(alert(number)) for number in range(1, 36)))
    for text in (composed.text, composed.html):
        assert text.index("En résumé") < text.index("sioule") < text.index(LINK) < text.index("Chaque alerte")
    assert f"Prendre en charge ces 35 alertes{NBSP}: {LINK}" in composed.text.splitlines()
    assert f'href="{LINK}">Prendre en charge ces 35 alertes</a>' in composed.html
    assert composed.short.splitlines()[-2:] == ["Prendre en charge ces 35 alertes :", LINK]


def test_a_single_alert_is_acknowledged_right_after_its_lines() -> None:
    lines = told().text.splitlines()
    assert lines.index(f"Capteur{NBSP}: ice-1") + 2 == lines.index(f"Prendre en charge{NBSP}: {LINK}")


@pytest.mark.parametrize(
    ("waiting", "words"),
    [(2, "Prendre en charge les 2 alertes sans réponse"), (1, "Prendre en charge l'alerte sans réponse")],
)
def test_the_link_of_a_group_counts_only_what_somebody_must_answer(waiting: int, words: str) -> None:
    cases = [case(alert(number, acknowledged=0 if number <= waiting else NOW)) for number in range(1, 4)]
    composed = told(*cases)
    for text in (composed.text, composed.html.replace("&#39;", "'"), composed.short):
        assert words in text


@pytest.mark.parametrize("count", [1, 3])
def test_a_notice_without_a_link_says_nothing_of_it(count: int) -> None:
    composed = told(*(case(alert(number)) for number in range(1, count + 1)), link="")
    for form in forms(composed).values():
        assert "Prendre en charge" not in form
        assert "demande de confirmer" not in form
    assert composed.document["acknowledge_url"] == ""


class Page(HTMLParser):
    """Checks that elements are closed in order, and notes what stands in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("count", [1, 3])
def test_html_has_a_language_headings_captions_and_scopes(count: int) -> None:
    html = told(*(case(alert(number)) for number in range(1, count + 1))).html
    page = Page(html)
    assert ("html", {"lang": "fr"}) in page.attributes
    assert page.tags["h1"] == 1
    assert page.tags["caption"] == page.tags["table"]
    assert all(attributes.get("scope") in {"row", "col"} for tag, attributes in page.attributes if tag == "th")
    assert ("a", {"class": "answer", "href": LINK}) in page.attributes
    assert not page.tags["img"] + page.tags["script"]
    assert "critique" in html, "the level is a word, not a colour"


@pytest.mark.parametrize("colour", ["#1a1a1a", "#003d99", "#404040", "#595959"])
def test_colours_can_be_read_on_white(colour: str) -> None:
    assert colour in told().html
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
    assert 1.05 / (luminance + 0.05) >= 7


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_name_breaks_the_subject_the_page_or_the_header(name: str, action: str) -> None:
    rule = replace(ICE, action={"fr": action, "en": action})
    composed = told(case(alert(), rule, name=name))
    assert len(composed.subject) <= SUBJECT
    assert "\n" not in composed.subject
    Page(composed.html)
    relay = parse_relay("smtp://127.0.0.1:25/?plain=yes&from=a@b.example&to=c@d.example")
    message = message_of(channel("mail", ChannelKind.MAIL, ""), composed, relay)
    assert set(message.keys()) >= {"Subject", "From", "To", "Message-ID", "Date"}


def test_names_are_escaped() -> None:
    assert "&lt;script&gt;" in told(case(alert(), name="<script>")).html


def test_a_mail_is_text_and_html_in_french_with_the_link_in_both() -> None:
    with mail_server() as (inbox, address):
        send_mail(channel("mail", ChannelKind.MAIL, address), told())
        message = inbox.next()
    assert message.get_content_type() == "multipart/alternative"
    assert message["Content-Language"] == "fr"
    assert message["Message-ID"] == "<n0@allier.example>"
    assert message["References"] == f"<alert-1-{NOW}@allier.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    parts = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
    assert list(parts) == ["text/plain", "text/html"]
    for text in parts.values():
        assert LINK in text
        assert "À faire" in text
        assert "Saint-Pourçain" in text


def test_a_text_message_by_mail_is_short_and_has_the_link() -> None:
    with mail_server() as (inbox, address):
        send_mail(channel("mail", ChannelKind.MAIL, address, form=Form.SHORT), told())
        message = inbox.next()
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines()[-2:] == ["Appeler l'astreinte hivernale, faire saler.", LINK]


def test_a_mail_server_that_refuses_is_told_in_words() -> None:
    with mail_server() as (inbox, address):
        inbox.refusals = ["452 try later"]
        with pytest.raises(NotSent, match="452 try later"):
            send_mail(channel("mail", ChannelKind.MAIL, address), told())


def test_a_mail_server_that_does_not_encrypt_gets_no_password() -> None:
    with mail_server() as (inbox, address):
        secret = address.replace("127.0.0.1", "me:t0ken@127.0.0.1").replace("plain=yes&", "")
        with pytest.raises(NotSent):
            send_mail(channel("mail", ChannelKind.MAIL, secret), told())
        assert inbox.messages.empty()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://smtp.example/?from=a@b&to=c@d",
        "smtps://smtp.example/?from=a@b",
        "smtps://smtp.example/?from=a@b&to=c@d&colour=red",
        "smtp://me:t0ken@smtp.example/?plain=yes&from=a@b&to=c@d",
        "smtps://smtp.example:port/?from=a@b&to=c@d",
    ],
)
def test_an_address_of_a_mail_server_that_lacks_something_is_refused(url: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_relay(url)
    assert "t0ken" not in str(error.value)


def test_every_key_of_the_document_is_in_the_documentation() -> None:
    text = (ROOT / "docs/notices.md").read_text(encoding="utf-8")
    table = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    document = told().document
    one: dict[str, object] = document["alerts"][0]  # type: ignore[index]
    assert set(document) | set(one) <= table


def test_a_test_says_that_it_is_one_and_on_which_channel() -> None:
    for language in ("fr", "en"):
        composed = compose_test("n1", "courriel", language, NOW)
        assert composed.subject.startswith(PREFIXES[language]["test"])
        assert KINDS[language]["test"] in composed.text
        assert "courriel" in composed.html
        Page(composed.html)


def test_names_come_from_the_registry_as_of_where_it_fired() -> None:
    registry = load_registry(ROOT / "config")
    series = registry.profiles["d978a-lurcy"].series_at(NOW)
    one = alert()
    one.series = series
    found = case_of(one, ICE, registry, {"03155": "Lurcy-Lévis"})
    assert (found.name, found.commune_name) == (registry.devices["d978a-lurcy"].placements[-1].name, "Lurcy-Lévis")
    one.series = series._replace(device="gone", site="gone")
    assert case_of(one, Rule("r", Kind.SILENT, {}, {}, ()), registry, {}).name == "gone"


def test_both_languages_say_the_same_things() -> None:
    for words in (LEVELS, LEVELS_OF_MANY, KINDS, PREFIXES, WORDS):
        assert set(words["fr"]) == set(words["en"])
    assert set(KINDS["fr"]) == set(PREFIXES["fr"]) == {kind.value for kind in NoticeKind}
    for texts in (TROUBLES, LINKS):
        for text in texts.values():
            facts = [sorted(re.findall(r"{(\w+)}", text[language])) for language in ("fr", "en")]
            assert set(facts[0]) == set(facts[1])
    french = [*WORDS["fr"].values(), *KINDS["fr"].values(), *(text["fr"] for text in (TROUBLES | LINKS).values())]
    for sentence in french:
        assert not re.search(r" [:;!?»]|« ", sentence), sentence
