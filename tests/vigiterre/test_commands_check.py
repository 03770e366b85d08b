"""`vigiterre check` as its user sees it: everything that is wrong, in one pass, in the user's language."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from devices.errors import ConfigError
from devices.load import load_registry
from devices.reading import Series
from stores.storable import series_fault
from vigiterre.__main__ import app

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
BAD = ROOT / "tests" / "data" / "bad"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "CONFIG", "DATA_DIR", "MQTT__URL", "STORE__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)


def check(folder: Path) -> Result:
    result = CliRunner().invoke(app, ["--config", str(folder), "check"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def cases() -> list[str]:
    return sorted(folder.name for folder in BAD.iterdir() if (folder / "expected.txt").exists())


def test_the_configuration_that_ships_is_right_and_said_so_in_french_by_default() -> None:
    result = check(CONFIG)
    assert result.exit_code == 0
    assert result.stderr.startswith("Configuration correcte : ")
    assert result.stdout == ""


def test_in_english_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGITERRE_LANGUAGE", "en")
    assert check(CONFIG).stderr.startswith("The configuration is right: ")


@pytest.mark.parametrize("case", cases())
def test_a_bad_configuration_is_told_whole_and_fails(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = (BAD / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    french = check(BAD / case)
    monkeypatch.setenv("VIGITERRE_LANGUAGE", "en")
    english = check(BAD / case)
    assert (french.exit_code, english.exit_code) == (1, 1)
    *problems, ending = english.stderr.splitlines()
    assert problems == expected
    assert ending == f"Errors: {len(expected)}. Nothing was started or changed."
    assert len(french.stderr.splitlines()) == len(expected) + 1
    assert not set(french.stderr.splitlines()) & set(expected)


def test_mistakes_in_every_file_are_told_in_one_pass(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "vigiterre.toml").write_text('[mqtt]\nurl = "http://a"\nkeep_alive = "x"\n[store]\nurll = "x"\n')
    (folder / "quantities.toml").write_text((folder / "quantities.toml").read_text() + "\n[bad]\nunit = 3\n")
    with (folder / "devices.csv").open("a", encoding="utf-8") as file:
        file.write("Nom Faux,nope,mer,,,1001\n")
    with (folder / "placements.csv").open("a", encoding="utf-8") as file:
        file.write("nobody,hier,,x,x,03190,,,\n")
    told = check(folder).stderr
    for place in ("vigiterre.toml", "quantities.toml", "devices.csv", "placements.csv"):
        assert f"{place}\N{NO-BREAK SPACE}: " in told
    assert told.count("devices.csv\N{NO-BREAK SPACE}: ligne 57, colonne ") == 5


@pytest.mark.parametrize(
    ("variables", "place", "words"),
    [
        ({"STORE__URL": "postgres://h/d"}, "VIGITERRE_STORE__URL", "influxdb://user@host:8086/telemetry"),
        ({"STORE__URL": "influxdb://u:S3CRET@h/d"}, "VIGITERRE_STORE__URL", "store.password_file"),
        ({"MQTT__URL": "http://h"}, "VIGITERRE_MQTT__URL", "mqtts://"),
        ({"MQTT__URL": "mqtt://u:S3CRET@h"}, "VIGITERRE_MQTT__URL", "mqtt.password_file"),
        ({"MQTT__PASSWORD_FILE": "/no/such"}, "/no/such", "No such file"),
        ({"STORE__PASSWORD_FILE": "/"}, "/", "Is a directory"),
        ({"MQTT__URL": "mqtts://h", "MQTT__CA_FILE": "/no/ca"}, "VIGITERRE_MQTT__CA_FILE", "/no/ca"),
        ({"CONSOLE__BIND": "8080"}, "VIGITERRE_CONSOLE__BIND", "127.0.0.1:8080"),
        ({"LANGUAGE": "de"}, "VIGITERRE_LANGUAGE", "'fr'"),
    ],
)
def test_a_setting_that_cannot_work_is_told_where_it_was_given_and_no_secret_is_repeated(
    variables: dict[str, str], place: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"VIGITERRE_{name}", value)
    result = check(CONFIG)
    assert result.exit_code == 1
    [problem, _] = result.stderr.splitlines()
    assert problem.startswith(f"{place}\N{NO-BREAK SPACE}: ")
    assert words in problem
    assert "S3CRET" not in result.output


def test_a_setting_of_the_file_that_cannot_work_is_told_by_its_line(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "vigiterre.toml").write_text('[store]\n\nurl = "postgres://h/d"\n')
    assert check(folder).stderr.startswith("vigiterre.toml\N{NO-BREAK SPACE}: ligne 3, store.url\N{NO-BREAK SPACE}: ")


def test_a_folder_that_is_not_there_is_told_with_the_option_to_correct(tmp_path: Path) -> None:
    result = check(tmp_path / "absent")
    assert result.exit_code == 1
    assert "corrigez --config" in result.stderr


def test_whatever_check_lets_pass_a_store_can_hold(tmp_path: Path) -> None:
    """Sites come from people's keyboards: any text is either refused with its row, or has a spelling as a tag."""
    folder = Path(shutil.copytree(BAD / "unspeakable", tmp_path / "config"))
    (folder / "placements.csv").unlink()
    header = "id,model,domain,site,commune,owner,tags\n"

    @settings(max_examples=200, deadline=None)
    @given(st.text(st.characters(codec="utf-8"), max_size=300))
    def accepts(site: str) -> None:
        cell = site.replace('"', '""')
        (folder / "devices.csv").write_text(
            f'{header}salle-1,acme-co2,building,"{cell}",03190,,\n', encoding="utf-8", newline=""
        )
        try:
            registry = load_registry(folder)
        except ConfigError as error:
            assert all(problem.file == "devices.csv" for problem in error.problems)  # noqa: PT017
            return
        series: Series = registry.profiles["salle-1"].series_at(0)
        assert series_fault(series) == ""
        assert len("".join(series).encode()) < 65_535

    accepts()
