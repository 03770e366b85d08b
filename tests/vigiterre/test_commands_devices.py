"""`vigiterre devices` as its user sees it: lists, one device, and spreadsheets that come in whole or not at all."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from devices.load import load_registry
from vigiterre.__main__ import app

CONFIG = Path(__file__).parents[2] / "config"
MANY = 5_000
HEADER = "id;model;domain;site;name;commune;latitude;longitude"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "CONFIG", "DATA_DIR"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be changed."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def run(*arguments: object, config: Path = CONFIG) -> Result:
    result = CliRunner().invoke(app, ["--config", str(config), "devices", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def rows(*arguments: object) -> list[dict[str, Any]]:
    result = run("list", "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def spreadsheet(tmp_path: Path, lines: list[str], name: str = "nouveaux.csv") -> Path:
    path = tmp_path / name
    path.write_bytes("\r\n".join([HEADER, *lines, ""]).encode("cp1252"))
    return path


def new_lines(count: int) -> list[str]:
    return [f"neuf-{n};indoor-air;building;site-{n};Salle d’été n° {n};03190;46,5;3,3" for n in range(count)]


def test_the_list_is_flat_json_of_every_device() -> None:
    listed = rows()
    registry = load_registry(CONFIG)
    assert [row["id"] for row in listed] == list(registry.devices)
    assert {tuple(row) for row in listed} == {("id", "model", "domain", "site", "commune", "quantities")}
    assert all(row["quantities"] and isinstance(row["quantities"], list) for row in listed)


@pytest.mark.parametrize(
    ("option", "key", "value"), [("--domain", "domain", "road"), ("--commune", "commune", "03254")]
)
def test_a_filter_keeps_what_matches_and_all_of_it(option: str, key: str, value: str) -> None:
    assert rows(option, value) == [row for row in rows() if row[key] == value] != []


def test_filters_add_up() -> None:
    wanted = {"model": "road-weather-station", "domain": "road", "commune": "03254"}
    options = [part for key, value in wanted.items() for part in (f"--{key}", value)]
    assert rows(*options) == [row for row in rows() if row.items() >= wanted.items()] != []


def test_the_table_shows_the_same_devices_whole_in_a_pipe() -> None:
    lines = run("list").stdout.splitlines()[2:]
    assert [line.split()[0] for line in lines] == [row["id"] for row in rows()]
    assert all(row["quantities"][-1] in line for row, line in zip(rows(), lines, strict=True))


def test_nothing_found_is_an_empty_array_or_is_said() -> None:
    assert rows("--commune", "99999") == []
    result = run("list", "--commune", "99999")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Aucun capteur" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["list", "--model", "indoor-aire"], 1, "indoor-air"),
        (["list", "--commune", "1001"], 1, "03190"),
        (["list", "--domain", "mer"], 2, "'environment'"),
        (["list", "--domian", "road"], 2, "--domain"),
        (["show", "personne"], 1, "vigiterre devices list"),
        (["show"], 2, "vigiterre devices show --help"),
    ],
)
def test_what_is_misspelt_is_told_with_what_there_is(arguments: list[str], code: int, words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert words in result.stderr
    assert "Error" not in result.stderr
    assert result.stdout == ""


def test_one_device_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGITERRE_LANGUAGE", "en")
    shown = json.loads(run("show", "d2009-saint-pourcain").stdout)
    assert shown["model"] == "road-weather-station"
    assert shown["placements"][-1]["commune"] == shown["commune"] == "03254"
    assert {"codec", "interval", "eui", "alias", "owner", "params", "fields"} <= shown.keys()
    assert "no device of this name" in run("show", "nobody").stderr


def test_a_rehearsal_writes_nothing_and_tells_each_row(tmp_path: Path, folder: Path) -> None:
    before = (folder / "devices.csv").read_bytes()
    known = "d945-souvigny;road-weather-station;road;d945-souvigny;Un autre nom;03275;46,5262;3,1923"
    file = spreadsheet(tmp_path, [*new_lines(1), known])
    result = run("import", file, "--dry-run", "--json", config=folder)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == [
        {"row": 2, "id": "neuf-0", "outcome": "added", "columns": ""},
        {"row": 3, "id": "d945-souvigny", "outcome": "changed", "columns": "name"},
    ]
    assert "Ajoutés : 1 ; modifiés : 1 ; inchangés : 0 ; refusés : 0." in result.stderr
    assert "rien n'a été écrit" in result.stderr
    assert "ajouté" in run("import", file, "--dry-run", config=folder).stdout
    assert (folder / "devices.csv").read_bytes() == before


def test_p20_five_thousand_rows_take_seconds_and_a_second_import_changes_nothing(tmp_path: Path, folder: Path) -> None:
    file = spreadsheet(tmp_path, new_lines(MANY))
    started = time.process_time()
    rehearsal = run("import", file, "--dry-run", "--json", config=folder)
    assert time.process_time() - started < 10, "seconds of CPU; it took 0.7 on a 2-core cloud machine"
    assert len(json.loads(rehearsal.stdout)) == MANY
    first = run("import", file, config=folder)
    assert "Ajoutés : 5000 ; modifiés : 0 ; inchangés : 0 ; refusés : 0." in first.stderr
    written = (folder / "devices.csv").read_bytes()
    second = run("import", file, config=folder)
    assert "Ajoutés : 0 ; modifiés : 0 ; inchangés : 5000 ; refusés : 0." in second.stderr
    assert (folder / "devices.csv").read_bytes() == written
    found = load_registry(folder).devices[f"neuf-{MANY - 1}"].placements[0]
    assert (found.name, found.latitude, found.longitude) == (f"Salle d’été n° {MANY - 1}", 46.5, 3.3)


def test_p20_one_bad_row_among_five_thousand_keeps_all_out_and_is_told_by_its_row(tmp_path: Path, folder: Path) -> None:
    before = (folder / "devices.csv").read_bytes()
    lines = new_lines(MANY)
    lines[2_345] = "neuf-2345;indoor-air;building;site;Salle;3190;46,5;3,3"
    result = run("import", spreadsheet(tmp_path, lines), "--json", config=folder)
    assert result.exit_code == 1
    [refused] = [row for row in json.loads(result.stdout) if row["outcome"] == "refused"]
    assert (refused["row"], refused["id"]) == (2_347, "neuf-2345")
    assert "ligne 2347, colonne commune" in result.stderr
    assert "01001" in result.stderr
    assert (folder / "devices.csv").read_bytes() == before


WAYS = {
    "utf-8": (",", "\n", "utf-8", "46.5"),
    "byte order mark, semicolon, CRLF, comma": (";", "\r\n", "utf-8-sig", "46,5"),
    "Windows-1252": (";", "\r\n", "cp1252", "46,5"),
    "UTF-16 with tabs": ("\t", "\r\n", "utf-16", "46,5"),
    "old Macintosh line ends": (";", "\r", "utf-8", "46,5"),
}


@pytest.mark.parametrize("way", WAYS)
def test_p20_a_spreadsheet_is_read_however_it_was_saved(way: str, tmp_path: Path, folder: Path) -> None:
    delimiter, end, encoding, latitude = WAYS[way]
    cells = ["neuf", "indoor-air", "building", "école", "Salle du Chêne", "03190", f'"{latitude}"', "3"]
    lines = [HEADER.replace(";", delimiter), delimiter.join(cells), ""]
    (tmp_path / "in.csv").write_bytes(end.join(lines).encode(encoding))
    result = run("import", tmp_path / "in.csv", config=folder)
    assert result.exit_code == 0, result.output
    place = load_registry(folder).devices["neuf"].placements[0]
    assert (place.site, place.name, place.latitude) == ("école", "Salle du Chêne", 46.5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "n’existe pas"),
        (b"", "il n’y a pas de ligne d’en-tête"),
        (b"\r\n;;;\r\n", "il n’y a pas de ligne d’en-tête"),
        (b"PK\x03\x04 and so on", "enregistrez-le au format CSV"),
        (bytes(range(256)) * 9, "enregistrez-le au format CSV"),
        (b"id;modle\r\nx;y\r\n", "known: model"),
        (b'id;model\r\n"x;y\r\n', "ligne 2"),
    ],
)
def test_a_file_that_is_no_spreadsheet_is_told_by_its_path_with_the_remedy(
    content: bytes | None, words: str, tmp_path: Path, folder: Path
) -> None:
    before = (folder / "devices.csv").read_bytes()
    path = tmp_path / "in.csv"
    if content is not None:
        path.write_bytes(content)
    result = run("import", path, config=folder)
    assert result.exit_code == 1
    assert f"{path}\N{NO-BREAK SPACE}: " in result.stderr
    assert words.replace("known: ", "connues\N{NO-BREAK SPACE}: ") in result.stderr
    assert (folder / "devices.csv").read_bytes() == before


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path, folder: Path) -> None:
    result = run("import", tmp_path, config=folder)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{tmp_path}\N{NO-BREAK SPACE}: fichier illisible")


def test_a_configuration_folder_that_cannot_be_written_is_told_and_nothing_changes(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a name of a temporary file that cannot be: root may write into any folder."""
    monkeypatch.setattr("devices.files.tempfile.NamedTemporaryFile", refuse)
    result = run("import", spreadsheet(tmp_path, new_lines(1)), config=folder)
    assert result.exit_code == 1
    assert "devices.csv" in result.stderr
    assert "lancez sous le compte du service" in result.stderr


def refuse(**_options: object) -> None:
    raise PermissionError(13, "Permission denied", "config/.devices.csv.x")


def test_a_process_killed_while_it_imports_leaves_the_old_file_and_the_next_one_goes_through(
    tmp_path: Path, folder: Path
) -> None:
    """Dies once all is written beside, before it takes the place of the old file: the worst moment."""
    before = (folder / "devices.csv").read_bytes()
    file = spreadsheet(tmp_path, new_lines(3))
    program = (
        "import os, pathlib, signal\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from vigiterre.__main__ import main\nmain()\n"
    )
    command = [sys.executable, "-c", program, "--config", str(folder), "devices", "import", str(file)]
    ended = subprocess.run(command, env={**os.environ}, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == -9
    assert (folder / "devices.csv").read_bytes() == before
    assert run("import", file, config=folder).exit_code == 0
    assert "neuf-2" in load_registry(folder).devices
