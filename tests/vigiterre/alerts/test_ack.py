"""`vigiterre alerts ack`: by number or all that match, with who and why."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alerts_asked import ROAD, Running, rows, run, told

from alerts.alert import What
from alerts.book import FILE, Book


def test_alerts_are_acknowledged_by_number_with_who_and_why(running: Running, data: Path) -> None:
    result = run("ack", 1, 3, "--who", "Marie", "--comment", "patrouille partie")
    assert told(result).splitlines() == [
        "Alertes prises en charge par Marie : 1.",
        "Inchangées : 0 déjà prises en charge, 1 terminées.",
    ]
    [row] = rows("list", "--device", ROAD.device)
    assert row.items() >= {
        "status": "acknowledged", "acknowledged_by": "Marie", "comment": "patrouille partie",
    }.items()  # fmt: skip
    assert "Inchangées : 1 déjà" in told(run("ack", 1, "--who", "Paul"))
    with Book(data / FILE, read_only=True) as book:
        assert [one.what for one in book.transitions(1)] == [What.ACKNOWLEDGED]


def test_who_is_the_account_or_who_used_sudo_unless_told(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "mdupont")
    assert "par mdupont : 1" in told(run("ack", 1))


def test_an_unknown_number_is_an_error_and_nothing_is_done(running: Running) -> None:
    result = run("ack", 1, 77, 99)
    assert result.exit_code == 1
    assert told(result).startswith("77, 99 : aucune alerte de ce numéro ; rien n'a été fait")
    assert running.alerting.unclosed[1].acknowledged == 0


def test_all_that_match_are_acknowledged_at_once(running: Running) -> None:
    assert "Aucune alerte ne répond" in told(run("ack", "--all", "--rule", "snow"))
    assert ": 1." in told(run("ack", "--all", "--rule", "black_ice", "--site", ROAD.site, "--who", "M"))
    assert not running.alerting.unclosed[2].acknowledged
    assert ": 1." in told(run("ack", "--all", "--who", "M"))


def test_an_acknowledgement_that_the_disk_refuses_is_held_said_and_written_later(running: Running, data: Path) -> None:
    running.alerting.book.connection.execute("PRAGMA busy_timeout = 50").close()
    with closing(sqlite3.connect(data / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "Le disque refuse" in told(run("ack", 1, "--who", "Marie"))
        other.execute("ROLLBACK")
    assert "Le disque" not in told(run("ack", 2, "--who", "Marie"))
    assert {row["acknowledged_by"] for row in rows("list")} == {"Marie"}
