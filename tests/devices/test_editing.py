"""Edits of the inventory: what was asked and not a byte more, right before it is written, and nobody overwritten."""

import csv
import io
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.cells import instant
from devices.editing import Inventory, NoSuchDevice, add, change, diff, move, replace_unit, retire, row_of, stays_of
from devices.editing_files import InventoryFiles, Overtaken, obstacle_of
from devices.errors import ConfigError
from devices.inventory import DEVICE_COLUMNS
from devices.load import load_registry
from devices.registry import Registry

HEADER = "id,model,domain,site,name,commune,latitude,longitude,altitude,owner,installed,tags,params"
ODD = (
    b'\xef\xbb\xbfsep=;\r\n\r\n"ID";Model;domain;site;name;commune;latitude;longitude;params;;\r\n'
    b'"salle-1";acme-air;building;"c""ollege";"Salle 1;\r\nrez-de-chauss\xc3\xa9e";03190;46,56;3,33;;;\r\n'
    b";;;;\r\n"
    b"salle-2;acme-air;building ; college;Salle  2;03190\r\n"
    b";;"
)
"""As spreadsheets leave it: a mark, `sep=`, blank rows, quotes, missing and extra cells, no ending at the end."""


def inventory_of(territory: Path) -> Inventory:
    placements = territory / "placements.csv"
    return Inventory((territory / "devices.csv").read_bytes(), placements.read_bytes() if placements.exists() else None)


def loaded(territory: Path, inventory: Inventory) -> Registry:
    (territory / "devices.csv").write_bytes(inventory.devices)
    if inventory.placements is not None:
        (territory / "placements.csv").write_bytes(inventory.placements)
    return load_registry(territory)


def rows_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_a_changed_cell_leaves_every_other_byte_of_an_odd_file() -> None:
    before = Inventory(ODD)
    assert change(before, "salle-2", {"name": "Salle 2", "site": "college"}) == before
    after = change(before, "salle-2", {"latitude": "46.9"})
    assert after.devices == ODD.replace(b"Salle  2;03190\r\n", b"Salle  2;03190;46,9\r\n")
    renamed = change(before, "salle-1", {"name": 'Salle "1"; bis'})
    assert renamed.devices == ODD.replace('"Salle 1;\r\nrez-de-chaussée"'.encode(), b'"Salle ""1""; bis"')


def test_a_new_row_stands_before_the_blank_ones_at_the_end() -> None:
    after = add(Inventory(ODD), {"id": "x", "model": "acme-air", "site": "a;b", "latitude": "46.5"})
    assert after.devices == ODD[:-2] + b'x;acme-air;;"a;b";;;46,5;;;;\r\n;;'


@pytest.mark.parametrize("mark", ["utf-16", "cp1252", "utf-8"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_keeps_its_encoding_and_its_line_ends(mark: str, ending: str) -> None:
    text = ending.join((HEADER, "a,m,road,s,Été,03190,,,,,,,", "b,m,road,s,Côte,03190,,,,,,,"))
    before = Inventory(text.encode(mark))
    after = add(change(before, "a", {"name": "Forêt"}), {"id": "c", "name": "Là"})
    assert after.devices == (text.replace("Été", "Forêt") + ending + "c,,,,Là,,,,,,,," + ending).encode(mark)
    assert retire(retire(after, "c"), "b").devices.decode(mark) == ending.join(
        (HEADER, "a,m,road,s,Forêt,03190,,,,,,,", "")
    )


def test_a_letter_the_encoding_has_not_is_told(territory: Path) -> None:
    file = territory / "devices.csv"
    file.write_bytes(file.read_bytes().decode().encode("cp1252"))
    trial = InventoryFiles(territory).attempt(lambda found: change(found, "salle-1", {"name": "Ōta"}))
    assert [problem.code for problem in trial.problems] == ["not_in_encoding"]


def test_a_column_the_file_lacks_is_added_to_its_header_alone(territory: Path) -> None:
    before = inventory_of(territory)
    after = change(before, "salle-1", {"eui": "70b3d54999f0552d", "alias": ""})
    old, new = rows_of(before.devices.decode()), rows_of(after.devices.decode())
    assert new[0] == old[0].replace("params\n", "params,eui\n")
    assert new[1] == old[1].replace("\n", ",70b3d54999f0552d\n")
    assert new[2:] == old[2:]
    assert loaded(territory, after).addresses["70b3d54999f0552d"] == "salle-1"


@pytest.mark.parametrize("edit", [change, replace_unit])
def test_a_device_that_is_gone_is_told(edit: Any) -> None:
    with pytest.raises(NoSuchDevice):
        edit(Inventory(ODD), "salle-9", {"name": "x"})


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"id,name\nsalle-1,a\0b\n", b'id,"name\n', b"id,name\nx," + b"x" * 200_000]
)
def test_a_file_that_is_no_sheet_any_more_is_told(content: bytes) -> None:
    edits: list[Callable[[], object]] = [
        lambda: row_of(Inventory(content), "salle-1"),
        lambda: add(Inventory(content), {"id": "x"}),
        lambda: stays_of(Inventory(ODD, content), "salle-1"),
        lambda: change(Inventory(ODD, content), "salle-1", {"name": "x"}),
        lambda: move(Inventory(ODD, content or b"PK\x03\x04"), "salle-1", {"site": "x"}, "2026-11-10"),
        lambda: retire(Inventory(ODD, content), "salle-1"),
    ]
    for edit in edits:
        with pytest.raises(ConfigError) as refused:
            edit()
        assert [(one.file, one.code) for one in refused.value.problems] in (
            [("devices.csv", "not_csv")],
            [("placements.csv", "not_csv")],
        )


TEXT = st.text(st.sampled_from("aé 7;,\"'=-\t«\N{NO-BREAK SPACE}"), max_size=12).map(
    lambda text: " ".join(text.split())
)
IDS = st.lists(st.from_regex(r"[a-z0-9][a-z0-9_-]{0,5}", fullmatch=True), min_size=1, max_size=6, unique=True)


@st.composite
def files(draw: st.DrawFn) -> tuple[Inventory, list[str]]:
    """A file as anybody's program may have written it, and the ids in it."""
    names = draw(IDS)
    out = io.StringIO(newline="")
    quoting: Any = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    writer = csv.writer(
        out,
        delimiter=draw(st.sampled_from(",;\t")),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
        quoting=quoting,
    )
    writer.writerow(DEVICE_COLUMNS)
    for name in names:
        writer.writerow([name, *(draw(TEXT) for _ in DEVICE_COLUMNS[1:])])
        if draw(st.booleans()):
            writer.writerow([""] * draw(st.integers(0, 3)))
    return Inventory(out.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))), names


def cells_of(inventory: Inventory, names: list[str]) -> dict[str, dict[str, str]]:
    return {name: row_of(inventory, name) for name in names}


@given(files(), st.data())
def test_an_edit_changes_its_own_row_and_says_what_was_asked(
    file: tuple[Inventory, list[str]], data: st.DataObject
) -> None:
    before, names = file
    chosen = data.draw(st.sampled_from(names))
    columns = [name for name in DEVICE_COLUMNS[1:] if name not in ("latitude", "longitude", "altitude")]
    asked = data.draw(st.dictionaries(st.sampled_from(columns), TEXT))
    after = change(before, chosen, asked)
    known = cells_of(before, names)
    assert cells_of(after, names) == {**known, chosen: {**known[chosen], **asked}}
    old, new = rows_of(before.texts["devices.csv"]), rows_of(after.texts["devices.csv"])
    assert len(old) == len(new)
    assert sum(one != other for one, other in zip(old, new, strict=True)) <= 1


@given(files(), TEXT)
def test_adding_and_retiring_again_gives_the_same_bytes(file: tuple[Inventory, list[str]], name: str) -> None:
    before, _ = file
    assert retire(add(before, {"id": "zzzzzzz", "name": name}), "zzzzzzz") == before


@given(files(), st.data())
def test_retiring_takes_one_row_and_no_other(file: tuple[Inventory, list[str]], data: st.DataObject) -> None:
    before, names = file
    chosen = data.draw(st.sampled_from(names))
    after = retire(before, chosen)
    rest = [name for name in names if name != chosen]
    assert cells_of(after, rest) == cells_of(before, rest)
    with pytest.raises(NoSuchDevice):
        row_of(after, chosen)


def test_a_moved_device_has_both_places(territory: Path) -> None:
    place = {"site": "lycee", "name": "Hall", "commune": "03185", "latitude": "46.3", "longitude": "2.6"}
    first = move(inventory_of(territory), "salle-1", place, "2026-11-10T10:30")
    device = loaded(territory, first).devices["salle-1"]
    moved = instant("2026-11-10T10:30")
    assert [(one.site, one.since, one.until) for one in device.placements] == [
        ("college", None, moved),
        ("lycee", moved, None),
    ]
    assert (device.placements[0].name, device.placements[1].altitude) == ("Salle 1, rez-de-chaussée", None)
    again = move(first, "salle-1", {"site": "mairie", "commune": "03190"}, "2026-11-12")
    device = loaded(territory, again).devices["salle-1"]
    assert [one.site for one in device.placements] == ["college", "lycee", "mairie"]
    assert device.placements[1].since == moved


def test_a_move_closes_a_stay_that_was_open_and_knows_what_devices_csv_knew(territory: Path) -> None:
    stays = "device,from,until,site,commune\nsalle-1,2024-03-01,,college,03190\n"
    (territory / "placements.csv").write_text(stays)
    after = move(inventory_of(territory), "salle-1", {"site": "lycee", "commune": "03185"}, "2026-11-10T10:30")
    device = loaded(territory, after).devices["salle-1"]
    assert [(one.site, one.name, one.latitude) for one in device.placements] == [
        ("college", "Salle 1, rez-de-chaussée", 46.56),
        ("lycee", "lycee", None),
    ]
    assert device.placements[0].since == instant("2024-03-01")


def test_a_move_before_the_last_one_is_refused_and_nothing_is_written(territory: Path) -> None:
    files = InventoryFiles(territory)
    place = {"site": "lycee", "commune": "03185"}
    files.write(files.attempt(lambda found: move(found, "salle-1", place, "2026-11-10")))
    before = inventory_of(territory)
    trial = files.attempt(lambda found: move(found, "salle-1", place, "2026-11-09"))
    assert {problem.code for problem in trial.problems} == {"from_not_before_until"}
    with pytest.raises(ConfigError):
        files.write(trial)
    assert inventory_of(territory) == before


def test_a_corrected_place_is_corrected_in_the_open_stay_too(territory: Path) -> None:
    (territory / "placements.csv").write_text(
        "device,from,until,site,name,commune\nsalle-1,2024-03-01,,college,,03190\n"
    )
    after = change(inventory_of(territory), "salle-1", {"site": "college-2", "name": "Hall"})
    place = loaded(territory, after).devices["salle-1"].placements[0]
    assert (place.site, place.name, place.since) == ("college-2", "Hall", instant("2024-03-01"))


def test_another_unit_takes_place_and_id_but_not_the_calibration(territory: Path) -> None:
    after = replace_unit(inventory_of(territory), "salle-2", {"eui": "70b3d54999f0552d", "installed": "2026-11-24"})
    device = loaded(territory, after).devices["salle-2"]
    assert (device.params, device.eui, device.placements[0].name) == ({}, "70b3d54999f0552d", "Salle 2")


def test_a_retired_device_leaves_no_stay_behind(territory: Path) -> None:
    rows = ("device,from,until,site,commune", "salle-1,,2025-01-01,a,03190", "salle-2,,2025-01-01,b,03190")
    stays = "\n".join((*rows, "salle-1,2025-02-01,2025-03-01,c,03190", ""))
    (territory / "placements.csv").write_text(stays)
    after = retire(inventory_of(territory), "salle-1")
    assert after.placements == b"device,from,until,site,commune\nsalle-2,,2025-01-01,b,03190\n"
    assert list(loaded(territory, after).devices) == ["salle-2"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    site=st.from_regex(r"[a-z-]{1,8}", fullmatch=True),
    name=st.text("aàé,;\"' ", min_size=1, max_size=9).map(lambda text: " ".join(text.split())).filter(bool),
    latitude=st.floats(-90, 90).map(lambda number: f"{number:.5f}"),
    tags=st.lists(st.sampled_from("abc"), max_size=3),
)
def test_loading_what_was_added_gives_exactly_what_was_asked(
    territory: Path, site: str, name: str, latitude: str, tags: list[str]
) -> None:
    files, before = InventoryFiles(territory), load_registry(territory).devices
    cells = {"id": "neuf", "model": "acme-air", "domain": "building", "site": site, "name": name, "commune": "03190"}
    cells |= {"latitude": latitude, "longitude": "3.3", "tags": " ".join(tags), "eui": "70B3D54999F0552D"}
    trial = files.attempt(lambda found: add(found, cells))
    assert not trial.problems
    files.write(trial)
    devices = dict(load_registry(territory).devices)
    neuf = devices.pop("neuf")
    assert devices == before
    assert (neuf.placements[0].site, neuf.placements[0].name, neuf.placements[0].latitude) == (
        site,
        name,
        float(latitude),
    )
    assert (neuf.tags, neuf.eui) == (tuple(tags), "70b3d54999f0552d")
    files.write(files.attempt(lambda found: retire(found, "neuf")))


def test_who_comes_second_is_told_what_the_first_one_changed(territory: Path) -> None:
    files = InventoryFiles(territory)
    _, seen = files.read()
    files.write(files.attempt(lambda found: change(found, "salle-2", {"owner": "moulins"}), seen))
    with pytest.raises(Overtaken) as caught:
        files.attempt(lambda found: change(found, "salle-2", {"tags": "x"}), seen)
    assert "-salle-2" in caught.value.changes
    assert ",moulins," in caught.value.changes
    with pytest.raises(Overtaken) as caught:
        files.attempt(lambda found: found, "0" * 64)
    assert caught.value.changes == ""


def test_of_many_at_once_one_writes_and_no_change_is_lost(territory: Path) -> None:
    files = InventoryFiles(territory, lambda _folder: None)
    trials = [files.attempt(partial(add, cells={"id": f"neuf-{number}"})) for number in range(8)]
    written: list[int] = []
    start = threading.Barrier(len(trials))

    def write(number: int) -> None:
        start.wait()
        try:
            files.write(trials[number])
        except Overtaken:
            return
        written.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(trials))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1
    assert inventory_of(territory) == trials[written[0]].after


def test_the_whole_configuration_is_checked_with_the_files_it_will_have(territory: Path) -> None:
    seen: list[Registry] = []
    files = InventoryFiles(territory, lambda folder: seen.append(load_registry(folder)))
    trial = files.attempt(lambda found: retire(found, "salle-1"))
    assert not trial.problems
    assert list(seen[0].devices) == ["salle-2"]
    assert list(load_registry(territory).devices) == ["salle-1", "salle-2"]
    assert "-salle-1," in trial.diff
    wrong = files.attempt(lambda found: change(found, "salle-1", {"model": "acme-eau"}))
    assert [(problem.file, problem.place) for problem in wrong.problems] == [("devices.csv", "row 2, column model")]


def test_mode_is_kept_and_nothing_else_is_left_behind(territory: Path) -> None:
    file = territory / "devices.csv"
    file.chmod(0o640)
    names = sorted(path.name for path in territory.iterdir())
    files = InventoryFiles(territory)
    files.write(files.attempt(lambda found: change(found, "salle-1", {"owner": "x"})))
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in territory.iterdir()) == names


def test_a_second_file_that_cannot_be_written_takes_the_first_one_back(
    territory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, before = InventoryFiles(territory), inventory_of(territory)
    trial = files.attempt(lambda found: move(found, "salle-1", {"site": "x", "commune": "03190"}, "2026-11-10"))
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:  # placements.csv and its folder went well
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("devices.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write(trial)
    assert inventory_of(territory) == before


def test_a_folder_that_may_not_be_written_is_told_before_anybody_types(
    territory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = InventoryFiles(territory)
    assert files.obstacle() == ""
    monkeypatch.setattr("devices.editing_files.os.access", lambda _path, _mode: False)
    assert files.obstacle() == "permission"


def test_a_folder_mounted_read_only_is_told(territory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = SimpleNamespace(f_flag=os.ST_RDONLY)
    monkeypatch.setattr("devices.editing_files.os.statvfs", lambda _path: mounted)
    assert InventoryFiles(territory).obstacle() == "read_only"


@pytest.mark.parametrize(("code", "words"), [(30, "read_only"), (16, "read_only"), (13, "permission"), (28, "failed")])
def test_a_write_that_fails_is_told_by_its_cause(code: int, words: str) -> None:
    assert obstacle_of(OSError(code, "x")) == words


def test_a_diff_names_its_file_and_shows_only_what_changes(territory: Path) -> None:
    before = inventory_of(territory)
    lines = diff(before, change(before, "salle-2", {"owner": "x"})).splitlines()
    assert lines[:2] == ["--- devices.csv", "+++ devices.csv"]
    assert [line[:8] for line in lines[3:]] == ["-salle-2", "+salle-2"]
    assert diff(before, before) == ""
