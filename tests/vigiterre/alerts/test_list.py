"""`vigiterre alerts list` as its user sees it: which alerts, in which order, and what is said of none."""

import shutil
from pathlib import Path

import pytest
from alerts_asked import CONFIG, HOUR, OPENED, ROAD, ROOM, alert, over, rows, run, told, write

from alerts.alert import Mute, MuteKind
from alerts.book import FILE
from alerts.rule import Level
from alerts.selector import Selector
from vigiterre.moment import now_ms


def test_open_alerts_are_listed_the_gravest_first_with_value_place_and_begin(data: Path) -> None:
    write(data, alert(1, ROOM, "classroom_co2", level=Level.WARNING), alert(2), over(3))
    found = rows("list")
    assert [row["id"] for row in found] == [2, 1]
    assert found[0].items() >= {
        "level": "critical", "status": "firing", "rule": "black_ice", "title": "Verglas probable",
        "device": ROAD.device, "commune": "03254", "opened": "2026-11-25T12:00:00Z", "resolved": None,
        "value": -0.8, "unit": "Cel", "acknowledged": None, "muted_by": "",
    }.items()  # fmt: skip
    shown = run("list").stdout
    assert "−0,8\N{NO-BREAK SPACE}°C" in shown
    assert "critique" in shown
    assert "Fin" not in shown, "a column without anything is left out"


def test_all_shows_those_that_ended_the_newest_first_and_says_when_it_is_cut(data: Path) -> None:
    write(data, over(1), over(2, opened=OPENED + HOUR), alert(3, opened=OPENED + 2 * HOUR))
    assert [row["id"] for row in rows("list", "--all")] == [3, 2, 1]
    cut = run("list", "--all", "--limit", 2)
    assert "Liste arrêtée à --limit 2 ; 1 autres suivent" in told(cut)


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--level", "critical"], [1]),
        (["--domain", "building"], [2]),
        (["--commune", "03190"], [2]),
        (["--site", ROAD.site], [1]),
        (["--device", ROOM.device], [2]),
        (["--rule", "black_ice"], [1]),
        (["--rule", "black_ice", "--domain", "building"], []),
    ],
    ids=str,
)
def test_options_choose_among_alerts(options: list[str], numbers: list[int], data: Path) -> None:
    write(data, alert(1), alert(2, ROOM, "classroom_co2", level=Level.WARNING))
    assert [row["id"] for row in rows("list", *options)] == numbers


def test_nothing_open_and_nothing_found_are_two_things_to_say(data: Path) -> None:
    assert told(run("list")) == "Aucune alerte en cours.\n"
    assert "Aucune alerte ne répond" in told(run("list", "--rule", "x"))
    assert rows("list") == []


def test_a_storm_of_one_rule_at_one_place_is_one_line(data: Path) -> None:
    storm = [alert(n, ROOM._replace(device=f"room-{n}"), "classroom_co2", level=Level.WARNING) for n in range(2, 202)]
    write(data, alert(1), *storm)
    result = run("list")
    assert len(result.stdout.splitlines()) == 4
    assert "× 200" in result.stdout
    assert "--each" in told(result)
    assert len(run("list", "--each").stdout.splitlines()) == 203
    assert len(rows("list")) == 201


def test_four_alerts_are_no_storm(data: Path) -> None:
    write(data, *(alert(n, ROOM, "classroom_co2") for n in range(1, 5)))
    assert "×" not in run("list").stdout


def test_what_is_muted_says_by_what(data: Path) -> None:
    now = now_ms()
    chosen = Selector(devices=frozenset({ROAD.device}))
    mute = Mute(0, MuteKind.MAINTENANCE, chosen, frozenset(), now - HOUR, now + HOUR, "Marie", "travaux", now)
    write(data, alert(1), alert(2, ROOM, "classroom_co2"), mutes=(mute,))
    assert {row["id"]: row["muted_by"] for row in rows("list")} == {1: "maintenance 1", 2: ""}
    assert "en cours, maintenance 1" in run("list").stdout


def test_alerts_are_shown_while_the_configuration_is_broken(data: Path, tmp_path: Path) -> None:
    write(data, alert(1))
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "rules.toml").write_text("[rules.x]\n")
    result = run("list", config=folder)
    assert result.exit_code == 0
    assert "black_ice" in result.stdout
    assert "vigiterre check" in told(result)
    assert run("show", 1, config=folder).exit_code == 0


def test_an_installation_that_never_kept_alerts_is_no_quiet_one(data: Path) -> None:
    (data / FILE).unlink()
    for command in (["list"], ["show", "1"], ["history"], ["mutes"]):
        result = run(*command)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "aucun vigiterre n'a encore tenu d'alertes" in told(result)
    assert not (data / FILE).exists()
