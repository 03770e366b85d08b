"""`vigiterre alerts show`: one alert with all that happened to it."""

import json
from pathlib import Path

from alerts_asked import MINUTE, OPENED, alert, over, run, told, write

from alerts.alert import Transition, What
from alerts.book import FILE, Book
from alerts.dispatch import NoticeKind, Order
from alerts.outbox import Outbox
from alerts.rule import Level


def test_one_alert_is_shown_with_its_history_and_its_notices(data: Path) -> None:
    write(data, alert(1, acknowledged=OPENED + MINUTE, acknowledged_by="Marie", comment="patrouille partie"))
    with Book(data / FILE) as book:
        with book.transaction():
            book.write_transitions(
                [
                    Transition(1, OPENED, OPENED, What.FIRED, Level.CRITICAL, -0.8),
                    Transition(1, OPENED + MINUTE, OPENED + MINUTE, What.ACKNOWLEDGED, Level.CRITICAL, -0.8, "Marie"),
                ]
            )
        outbox = Outbox(book.connection, book.lock)
        outbox.add([Order(1, NoticeKind.FIRING, name, Level.CRITICAL, "g", OPENED) for name in ("a", "b")], OPENED)
        bundle = outbox.take("a", OPENED)
        assert bundle is not None
        outbox.sent(bundle, OPENED + 1_000)
    shown = run("show", 1).stdout
    for words in ("Verglas probable", "prise en charge", "patrouille partie", "Envoyer la patrouille",
                  "humide ou mouillée", "déclenchée", "remis", "en attente"):  # fmt: skip
        assert words in shown
    found = json.loads(run("show", 1, "--json").stdout)
    assert [one["what"] for one in found["transitions"]] == ["fired", "acknowledged"]
    assert [(one["channel"], one["outcome"]) for one in found["notices"]] == [("a", "sent"), ("b", "waiting")]


def test_an_alert_nobody_was_told_of_says_so_and_an_unknown_one_is_an_error(data: Path) -> None:
    write(data, over(1, late=True))
    assert "Personne n'a été prévenu" in told(run("show", 1))
    unknown = run("show", 7)
    assert unknown.exit_code == 1
    assert "7 : aucune alerte de ce numéro" in told(unknown)
