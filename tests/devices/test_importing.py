"""Imports: all rows or none, and the same again changes nothing."""

import csv
from pathlib import Path

import pytest

from devices import importing
from devices.errors import ConfigError
from devices.importing import ImportPlan
from devices.load import load_registry

FRENCH = (
    "ID;Latitude;Installed;Name\r\nsalle-1;46,56;01/03/2024;Salle 1, rez-de-chaussée\r\nsalle-2;46,9;2/3/2024;Été\r\n"
)


def plan_of(territory: Path, content: bytes | str) -> ImportPlan:
    incoming = territory / "incoming.csv"
    incoming.write_bytes(content if isinstance(content, bytes) else content.encode())
    return importing.plan(territory / "devices.csv", incoming, load_registry(territory))


def new_rows(count: int) -> str:
    rows = [f"capteur-{n},acme-air,building,site-{n},Capteur {n},03190,46.5,3.3" for n in range(count)]
    return "id,model,domain,site,name,commune,latitude,longitude\n" + "\n".join(rows) + "\n"


def test_each_row_is_told_what_becomes_of_it(territory: Path) -> None:
    plan = plan_of(territory, FRENCH.encode("cp1252") + b"salle-3;46,9;;x\r\n")
    assert [(row.row, row.id, row.outcome, row.columns) for row in plan.rows] == [
        (2, "salle-1", "unchanged", ()),
        (3, "salle-2", "changed", ("latitude", "installed", "name")),
        (4, "salle-3", "refused", ()),
    ]
    assert plan.counts == {"added": 0, "changed": 1, "unchanged": 1, "refused": 1}


def test_a_changed_row_keeps_what_the_spreadsheet_does_not_say(territory: Path) -> None:
    importing.apply(plan_of(territory, FRENCH))
    device = load_registry(territory).devices["salle-2"]
    assert device.params == {"offset.co2": -12.0}
    assert device.installed == "2024-03-02"
    assert (device.placements[0].name, device.placements[0].latitude) == ("Été", 46.9)


def test_nothing_is_written_when_one_row_is_refused(territory: Path) -> None:
    before = (territory / "devices.csv").read_bytes()
    plan = plan_of(territory, FRENCH + "salle-3;46,9;;x\r\n")
    with pytest.raises(ConfigError, match=r"incoming\.csv: row 4, column model: the cell is empty"):
        importing.apply(plan)
    assert (territory / "devices.csv").read_bytes() == before


def test_importing_again_changes_nothing(territory: Path) -> None:
    importing.apply(plan_of(territory, FRENCH))
    file = territory / "devices.csv"
    before = (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino)
    again = plan_of(territory, FRENCH)
    assert again.counts["unchanged"] == 2
    importing.apply(again)
    assert (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_five_thousand_rows_are_added_in_order_after_those_there_and_none_twice(territory: Path) -> None:
    plan = plan_of(territory, new_rows(5000))
    importing.apply(plan)
    assert plan.counts["added"] == 5000
    with (territory / "devices.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert ids == ["salle-1", "salle-2", *(f"capteur-{n}" for n in range(5000))]
    assert len(load_registry(territory).devices) == 5002
    assert plan_of(territory, new_rows(5000)).counts["unchanged"] == 5000


def test_the_file_keeps_its_permissions_and_leaves_no_temporary_behind(territory: Path) -> None:
    (territory / "devices.csv").chmod(0o640)
    importing.apply(plan_of(territory, FRENCH))
    assert (territory / "devices.csv").stat().st_mode & 0o777 == 0o640
    assert not list(territory.glob(".*"))


def test_a_link_to_the_file_stays_a_link(territory: Path) -> None:
    (territory / "devices.csv").rename(territory / "real.csv")
    (territory / "devices.csv").symlink_to("real.csv")
    importing.apply(plan_of(territory, FRENCH))
    assert (territory / "devices.csv").is_symlink()
    assert "Été" in (territory / "real.csv").read_text(encoding="utf-8")


def test_a_file_somebody_changed_meanwhile_is_not_overwritten(territory: Path) -> None:
    plan = plan_of(territory, FRENCH)
    with (territory / "devices.csv").open("a", encoding="utf-8") as file:
        file.write("salle-3,acme-air,building,college,Salle 3,03190,,,,,,,\n")
    with pytest.raises(ConfigError) as caught:
        importing.apply(plan)
    assert [problem.code for problem in caught.value.problems] == ["changed_meanwhile"]
    assert "salle-3" in (territory / "devices.csv").read_text(encoding="utf-8")


def test_an_id_twice_in_the_spreadsheet_is_refused_rather_than_the_last_winning(territory: Path) -> None:
    plan = plan_of(territory, "id,name\nsalle-1,A\nsalle-1,B\n")
    assert [(row.row, row.outcome) for row in plan.rows] == [(2, "changed"), (3, "refused")]
    assert [(problem.place, problem.code) for problem in plan.problems] == [("row 3, column id", "duplicate_id")]


def test_rows_without_an_id_are_each_told(territory: Path) -> None:
    plan = plan_of(territory, "id,name\n,A\n,B\n")
    places = [problem.place for problem in plan.problems if problem.code == "empty_cell"]
    assert {"row 2, column id", "row 3, column id"} <= set(places)
    assert plan.counts["refused"] == 2


def test_a_row_with_too_many_cells_is_among_the_refused(territory: Path) -> None:
    plan = plan_of(territory, "id,latitude\nsalle-1,46,5\nsalle-2,46.5\n")
    assert [(row.row, row.outcome) for row in plan.rows] == [(2, "refused"), (3, "changed")]


def test_an_unknown_column_is_a_problem_of_the_header_not_a_refused_row(territory: Path) -> None:
    plan = plan_of(territory, "id,nom\nsalle-1,A\n")
    assert [(problem.place, problem.code) for problem in plan.problems] == [("row 1", "unknown_column")]
    assert all(row.row != 1 for row in plan.rows)


def test_a_move_that_contradicts_the_placements_is_refused(territory: Path) -> None:
    (territory / "placements.csv").write_text(
        "device,from,until,site,commune\nsalle-1,2024-01-01,,college,03190\n", encoding="utf-8"
    )
    plan = plan_of(territory, "id,site\nsalle-1,mairie\n")
    assert [problem.code for problem in plan.problems] == ["placement_disagrees"]


def test_the_first_import_makes_the_file(territory: Path) -> None:
    registry = load_registry(territory)
    (territory / "devices.csv").unlink()
    (territory / "incoming.csv").write_text(new_rows(2))
    importing.apply(importing.plan(territory / "devices.csv", territory / "incoming.csv", registry))
    assert list(load_registry(territory).devices) == ["capteur-0", "capteur-1"]


@pytest.mark.parametrize(("name", "code"), [("absent.csv", "no_such_file"), ("models", "unreadable_file")])
def test_a_file_that_cannot_be_opened_is_told_its_path(territory: Path, name: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        importing.plan(territory / "devices.csv", territory / name, load_registry(territory))
    [problem] = caught.value.problems
    assert (problem.file, problem.code) == (str(territory / name), code)


def test_a_crash_while_it_is_written_leaves_the_file_as_it_was(
    territory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (territory / "devices.csv").read_bytes()
    plan = plan_of(territory, new_rows(5000))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("devices.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        importing.apply(plan)
    assert (territory / "devices.csv").read_bytes() == before
    assert not list(territory.glob(".*"))


def test_a_file_that_is_no_spreadsheet_text_is_refused_whole(territory: Path) -> None:
    with pytest.raises(ConfigError, match="save it as CSV"):
        plan_of(territory, b"PK\x03\x04")
