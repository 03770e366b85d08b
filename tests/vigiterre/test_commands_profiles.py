"""`vigiterre devices profiles` and `vigiterre codecs`, as a technician uses them on a maker's repository."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from vigiterre.__main__ import app

ROOT = Path(__file__).parents[2]
REPOSITORY = ROOT / "tests/data/profiles"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=shutil.ignore_patterns("demo"))
    return tmp_path / "config"


def vigiterre(config: Path, *arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(app, ["--config", str(config), *arguments], env={"VIGITERRE_LANGUAGE": "en"}, **more)


def test_a_repository_is_listed(config: Path) -> None:
    result = vigiterre(config, "devices", "profiles", "list", str(REPOSITORY))
    assert result.exit_code == 0
    assert "acme-th-1" in result.stdout
    assert "acme-silent" in result.stdout


def test_a_device_is_imported_checked_tested_and_tried(config: Path) -> None:
    result = vigiterre(config, "devices", "profiles", "import", str(REPOSITORY), "acme-th-1", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "2 of the maker's 2 vectors passed" in result.stderr
    assert (config / "codecs/acme-th-1.vectors.json").exists()
    assert "# Fields that are not mapped: mode" in (config / "models/acme-th-1.toml").read_text()
    assert vigiterre(config, "check").exit_code == 0
    assert vigiterre(config, "codecs", "test", "acme-th-1").exit_code == 0
    tried = vigiterre(config, "codecs", "try", "acme-th-1", "--port", "2", "--hex", "ff385c0d2c")
    assert json.loads(tried.stdout)["readings"] == [
        {"air_temperature": -2.0, "relative_humidity": 92.0, "battery_voltage": 3.372}
    ]


def test_nothing_is_written_without_a_yes(config: Path) -> None:
    before = sorted(config.rglob("*"))
    for answer in ("n\n", ""):
        vigiterre(config, "devices", "profiles", "import", str(REPOSITORY), "acme-th-1", input=answer)
    vigiterre(config, "devices", "profiles", "import", str(REPOSITORY), "acme-th-1", "--yes", "--dry-run")
    assert sorted(config.rglob("*")) == before


def test_a_model_that_would_be_replaced_is_said(config: Path) -> None:
    vigiterre(config, "devices", "profiles", "import", str(REPOSITORY), "acme-th-1", "--yes")
    again = vigiterre(config, "devices", "profiles", "import", str(REPOSITORY), "acme-th-1", "--dry-run")
    assert "exists already and would be replaced" in again.stderr


def test_a_guess_can_be_corrected(config: Path) -> None:
    arguments = ("acme-th-1", "--yes", "--map", "temperature=soil_temperature")
    assert vigiterre(config, "devices", "profiles", "import", str(REPOSITORY), *arguments).exit_code == 0
    text = (config / "models/acme-th-1.toml").read_text()
    assert 'quantity = "soil_temperature"' in text
    assert 'quantity = "air_temperature"' not in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("acme-th-2",), "is not in this repository; near: "),
        (("acme-silent",), "has no codec in this repository"),
        (("acme-th-1", "--map", "temperature"), "write field=quantity"),
        (("acme-th-1", "--map", "temperature=warmth"), "near quantities"),
    ],
)
def test_what_cannot_be_imported_is_said(config: Path, arguments: tuple[str, ...], words: str) -> None:
    result = vigiterre(config, "devices", "profiles", "import", str(REPOSITORY), *arguments)
    assert result.exit_code in (1, 2)
    assert words in result.stderr


def test_a_folder_that_is_no_repository_is_said(config: Path, tmp_path: Path) -> None:
    result = vigiterre(config, "devices", "profiles", "list", str(tmp_path))
    assert result.exit_code == 1
    assert "checkout of chirpstack-device-profiles" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing",), "no model of this name"),
        (("indoor-air",), "nothing to decode"),
        (("indoor-air", "--hex", "0g"), "is not hexadecimal"),
        (("indoor-air", "--json", "[1]"), "is not a JSON object"),
    ],
)
def test_a_payload_that_cannot_be_tried_is_said(config: Path, arguments: tuple[str, ...], words: str) -> None:
    result = vigiterre(config, "codecs", "try", *arguments)
    assert result.exit_code in (1, 2)
    assert words in result.stderr


def test_every_shipped_example_passes_and_the_last_line_is_the_total(config: Path) -> None:
    result = vigiterre(config, "codecs", "test")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1].startswith("Total: ")
    assert result.stdout.splitlines()[-1].endswith(" 0 failed.")


def test_a_wrong_example_fails_with_what_was_found(config: Path) -> None:
    path = config / "models/indoor-air.toml"
    path.write_text(path.read_text().replace("co2 = ", "co2 = 1"))
    result = vigiterre(config, "codecs", "test", "indoor-air")
    assert result.exit_code == 1
    assert "FAILED native indoor-air" in result.stderr
    assert "expected 1" in result.stderr
