"""One link for a notice of many alerts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from acknowledging import GROUP, Site, acknowledge_site
from telling import NOW

from alerts.alert import What


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with acknowledge_site(tmp_path) as found:
        yield found


def test_thirty_five_alerts_are_acknowledged_by_one_link_once(site: Site) -> None:
    token = site.token(*GROUP)
    status, body, _ = site.ask(f"/ack/{token}")
    assert status == 200
    assert "Prendre ces 35 alertes en charge" in body
    assert body.count("<li>") == 30
    assert "… et 5 de plus" in body
    assert not any(site.alert(number).acknowledged for number in GROUP)
    status, body = site.post(token, who="Marie", comment="sur place")
    assert status == 200
    assert "35 alertes prises en charge" in body
    assert body.count("prise en charge par Marie") == 30
    for number in GROUP:
        assert (site.alert(number).acknowledged_by, site.alert(number).comment) == ("Marie", "sur place")
        assert [one.what for one in site.alerting.book.transitions(number)] == [What.ACKNOWLEDGED]
    status, body = site.post(token, who="Paul")
    assert status == 410
    assert "Ce lien a déjà servi" in body
    assert site.alert().acknowledged == 0, "of another notice"


def test_a_group_lists_the_gravest_first_with_what_is_known_of_each(site: Site) -> None:
    body = site.ask(f"/ack/{site.token(*GROUP[:2], 1)}")[1]
    assert body.index("critique") < body.index("avertissement")
    for words in ("Verglas probable", "sioule, Saint-Pourçain-sur-Sioule (03254)",
                  "−0,8\N{NO-BREAK SPACE}°C", "25/11/2026 à 12:59", "personne ne l&#39;a prise en charge"):  # fmt: skip
        assert body.count(words) == 3
    assert "laissées de côté" not in body


def test_what_ended_or_was_acknowledged_meanwhile_is_left_out(site: Site) -> None:
    token = site.token(1, 2, 3, 8, 101)
    body = site.ask(f"/ack/{token}")[1]
    assert "Prendre ces 2 alertes en charge" in body
    assert "laissées de côté, terminées ou déjà prises en charge\N{NO-BREAK SPACE}: 3." in body
    status, body = site.post(token, "en", who="Marie")
    assert status == 200
    assert "2 alerts acknowledged" in body
    assert [site.alert(number).acknowledged_by for number in (1, 2, 3, 8, 101)] == ["Marie", "", "", "Paul", "Marie"]


def test_one_that_still_waits_in_a_group_is_shown_as_one(site: Site) -> None:
    token = site.token(1, 2, 3)
    body = site.ask(f"/ack/{token}")[1]
    assert "Prendre cette alerte en charge" in body
    assert "faire saler" in body
    assert site.post(token, who="Marie")[0] == 200


@pytest.mark.parametrize(
    ("numbers", "status", "words"),
    [
        ((2, 8), 409, "Déjà prises en charge par Paul"),
        ((2, 7), 410, "Ces alertes sont terminées"),
        ((2, 3), 410, "ont pris fin ou ont été annulées"),
        ((3, 6), 410, "Ces alertes sont annulées"),
        ((4, 5), 410, "Alerte inconnue"),
    ],
    ids=["acknowledged", "resolved", "resolved and withdrawn", "withdrawn", "unknown"],
)
def test_a_group_that_needs_nobody_any_more_says_why(
    numbers: tuple[int, ...], status: int, words: str, site: Site
) -> None:
    token = site.token(*numbers)
    for found, body in (site.ask(f"/ack/{token}")[:2], site.post(token, who="Marie")):
        assert found == status
        assert words in body
        assert "<form" not in body


def test_a_notice_that_the_outbox_forgot_is_of_unknown_alerts(site: Site) -> None:
    status, body, _ = site.ask(f"/ack/{site.links.make('forgotten', 'sms-dupont', NOW)}?lang=en")
    assert status == 410
    assert "Unknown alert" in body
