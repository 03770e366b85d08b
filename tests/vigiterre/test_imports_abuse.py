"""What is imported names files and holds text: none of it leads out of its folder, none of it writes another line."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from devices.errors import ConfigError
from ingest.device_profiles import read_profiles, read_vectors
from ingest.load import load_territory
from vigiterre.__main__ import app

ROOT = Path(__file__).parents[2]
REPOSITORY = ROOT / "tests/data/profiles"
OUTWARD = ["../../x", "..", "/etc/passwd", "..\\x", "x\x00y", "%2e%2e%2fx"]
EVIL_CODEC = r"""
function decodeUplink(input) {
  return {data: {temperature: 20.5, humidity: 50, "x\ninterval = 1\n[[quantities]]\nquantity = \"co2\"\n#": 1}};
}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "inner/config", ignore=shutil.ignore_patterns("demo"))
    return tmp_path / "inner/config"


def vigiterre(config: Path, *arguments: object, **more: Any) -> Result:
    named = ["--config", str(config), *map(str, arguments)]
    result = CliRunner().invoke(app, named, env={"VIGITERRE_LANGUAGE": "en"}, **more)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", OUTWARD)
@pytest.mark.parametrize("column", ["id", "model", "site"])
def test_a_spreadsheet_of_devices_names_no_file(column: str, name: str, config: Path, tmp_path: Path) -> None:
    cells = {"id": "new-1", "model": "elsys-ers-co2", "domain": "building", "site": "site-1", "name": "Salle",
             "commune": "03190", "latitude": "46.5", "longitude": "3.3"}  # fmt: skip
    cells["model"] = next((config / "models").glob("*.toml")).stem
    incoming = tmp_path / "incoming.csv"
    incoming.write_text(f"{','.join(cells)}\n{','.join({**cells, column: name}.values())}\n")
    before = everything(tmp_path)
    result = vigiterre(config, "devices", "import", incoming)
    after = everything(tmp_path)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed <= {config / "devices.csv"}
    if column != "site":  # the name of a site is a tag, in no path
        assert result.exit_code == 1
        assert not changed


@pytest.mark.parametrize("name", ["../../evil.js", "/tmp/evil.js", "..", "codecs/../../evil.js"])
def test_a_model_names_no_codec_outside_of_its_folder(name: str, config: Path) -> None:
    """A codec is looked up among those that were read, never opened by its name."""
    (config.parent / "evil.js").write_text("function decodeUplink() { return {data: {}}; }")
    (config / "models/evil.toml").write_text(
        f'maker = "x"\nname = "x"\ncodec = "{name}"\ninterval = 60\n[[quantities]]\nquantity = "co2"\n'
    )
    with pytest.raises(ConfigError) as refused:
        load_territory(config, "vigiterre")
    assert [problem.code for problem in refused.value.problems] == ["unknown_codec"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout that a stranger prepared."""
    folder = Path(shutil.copytree(REPOSITORY, tmp_path / "repository"))
    (tmp_path / "secret.js").write_text("function decodeUplink() { return {data: {}}; }")
    (tmp_path / "test_decode_secret.json").write_text("[]")
    return folder


def profile(repository: Path, name: str = "th-1") -> Path:
    return repository / f"vendors/acme/devices/{name}.toml"


@pytest.mark.parametrize("name", ["../../../../secret.js", "{outside}/secret.js", "../secret.js"])
def test_a_profile_names_no_codec_outside_of_the_repository(name: str, repository: Path) -> None:
    text = profile(repository).read_text()
    named = name.format(outside=repository.parent)
    profile(repository).write_text(text.replace('codec = "th-1.js"', f'codec = "{named}"'))
    for found in read_profiles(repository):
        assert found.codec is None or found.codec.parent == repository / "vendors/acme/codecs"


@pytest.mark.parametrize("linked", ["th-1.js", "test_decode_th-1.json"])
def test_a_link_in_a_repository_leads_to_no_file_of_ours(linked: str, repository: Path) -> None:
    path = repository / "vendors/acme/codecs" / linked
    path.unlink()
    path.symlink_to(repository.parent / ("secret.js" if linked.endswith("js") else "test_decode_secret.json"))
    [found] = [one for one in read_profiles(repository) if one.id == "th-1"]
    assert found.codec is None if linked == "th-1.js" else read_vectors(found) == []


def test_no_text_of_a_profile_becomes_a_key_of_the_model(repository: Path, config: Path) -> None:
    """Its address and its fields stand in comments, its names in strings."""
    text = profile(repository).read_text()
    evil = '"https://x\\ninterval = 1\\n[[quantities]]\\nquantity = \\"co2\\"\\n#"'
    text = text.replace('"https://acme.example/th-1"', evil).replace('"Acme TH-1"', '"x\\"\\ninterval = 1 #"')
    profile(repository).write_text(text)
    codec = repository / "vendors/acme/codecs/th-1.js"
    codec.write_text(EVIL_CODEC)
    result = vigiterre(config, "devices", "profiles", "import", repository, "acme-th-1", "--yes")
    assert result.exit_code == 0, result.stderr
    written = tomllib.loads((config / "models/acme-th-1.toml").read_text())
    assert written["interval"] == 3600
    assert "co2" not in {one["quantity"] for one in written["quantities"]}


@pytest.mark.parametrize("name", ["..", "...", "-", "x" * 300, "ünï"])
def test_the_name_of_a_profile_is_one_file_of_the_models(name: str, repository: Path) -> None:
    target = profile(repository, name[:200])
    shutil.copy(profile(repository), target)
    for found in read_profiles(repository):
        assert "/" not in found.model
        assert "." not in found.model
        assert found.model.startswith("acme")
        assert len(found.model) <= 64


CSV_BOMBS = {
    "a cell of 10 MB": "id,name\nx," + "y" * 10_000_000 + "\n",
    "a quote that never ends": 'id,name\nx,"' + "y\n" * 100_000,
    "100,000 columns": ",".join(f"c{n}" for n in range(100_000)) + "\n",
    "the same column 10,000 times": ",".join(["id"] * 10_000) + "\n",
    "a formula": "id,name\n=cmd|' /C calc'!A0,x\n",
}


@pytest.mark.parametrize("content", CSV_BOMBS.values(), ids=CSV_BOMBS)
def test_a_bomb_of_a_spreadsheet_is_refused_in_words_and_nothing_is_written(
    content: str, config: Path, tmp_path: Path
) -> None:
    incoming = tmp_path / "incoming.csv"
    incoming.write_text(content)
    before = (config / "devices.csv").read_bytes()
    result = vigiterre(config, "devices", "import", incoming)
    assert result.exit_code == 1
    assert result.stderr
    assert "Traceback" not in result.output
    assert (config / "devices.csv").read_bytes() == before


TOML_BOMBS = {
    "nested arrays": "a = " + "[" * 20_000,
    "nested tables": "[" + ".".join(["a"] * 20_000) + "]\n",
    "nested inline tables": "a = " + "{a = " * 20_000,
    "a number of 100,000 digits": "a = " + "9" * 100_000,
    "a hexadecimal number of 100,000 digits": "a = 0x" + "f" * 100_000,
}


@pytest.mark.parametrize("content", TOML_BOMBS.values(), ids=TOML_BOMBS)
@pytest.mark.parametrize("name", ["models/evil.toml", "vigiterre.toml", "notify.toml"])
def test_a_bomb_of_toml_is_a_problem_with_its_place(name: str, content: str, config: Path) -> None:
    (config / name).write_text(content)
    result = vigiterre(config, "check")
    assert result.exit_code == 1
    assert Path(name).name in result.output
    assert "Traceback" not in result.output
