"""`vigiterre alerts history`: intervals, their lengths, and a table for a French spreadsheet."""

import csv
import io
from pathlib import Path

import pytest
from alerts_asked import HOUR, MINUTE, OPENED, alert, over, rows, run, told, write
from hypothesis import given
from hypothesis import strategies as st

from alerts.rule import Level
from vigiterre.commands.alerts_history import cell


def test_the_history_gives_intervals_with_their_length_and_the_time_to_acknowledgement(data: Path) -> None:
    taken = {"acknowledged": OPENED + 9 * MINUTE, "acknowledged_by": "Marie"}
    write(data, over(1, peak=Level.CRITICAL, level=Level.WARNING, **taken), alert(2), over(3, withdrawn=True))
    found = {row["id"]: row for row in rows("history")}
    assert found.keys() == {1, 2}
    assert found[1].items() >= {
        "peak": "critical", "minutes": 90.0, "minutes_to_acknowledgement": 9.0, "acknowledged_by": "Marie",
    }.items()  # fmt: skip
    assert found[2].items() >= {"resolved": None, "minutes": None, "minutes_to_acknowledgement": None}.items()
    assert {row["id"] for row in rows("history", "--withdrawn")} == {1, 2, 3}
    assert [row["id"] for row in rows("history", "--level", "critical")] == [2, 1]
    shown = run("history").stdout
    assert "│ 90 " in shown
    assert "Marie (9\N{NO-BREAK SPACE}min)" in shown
    assert "Aucune alerte ne répond" in told(run("history", "--rule", "x"))


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--since", "2026-11-25T13:00Z"], [2, 1]),
        (["--since", "2026-11-25T13:31Z"], [2]),
        (["--until", "2026-11-25T12:30Z"], [1]),
        (["--until", "2026-11-25T12:00Z"], []),
    ],
    ids=str,
)
def test_the_history_of_a_time_is_what_went_on_in_it(options: list[str], numbers: list[int], data: Path) -> None:
    write(data, over(1), alert(2, opened=OPENED + HOUR))
    assert [row["id"] for row in rows("history", *options)] == numbers


def test_the_csv_is_what_a_french_spreadsheet_opens(data: Path) -> None:
    write(data, over(1, resolved=OPENED + 90 * MINUTE + 30_000, comment='=HYPERLINK("http://evil")', late=True))
    raw = run("history", "--csv").stdout_bytes
    assert raw.startswith(b"\xef\xbb\xbf")
    [row] = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert row["Début"] == "2026-11-25 13:00:00", "by the clocks of Paris"
    assert row["Durée (min)"] == "90,5"
    assert row["Commentaire"] == '\'=HYPERLINK("http://evil")'
    assert row["Niveau atteint"] == "critique"
    assert row["Commune"] == "03254 Saint-Pourçain-sur-Sioule"
    assert row["Après coup"] == "oui"
    assert row["Annulée"] == ""


@given(st.text())
def test_no_cell_that_people_wrote_is_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell(text).endswith(text)


def test_a_negative_number_stays_a_number() -> None:
    assert cell(-0.5) == "-0,5"
