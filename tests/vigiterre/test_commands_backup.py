"""`vigiterre backup` and `vigiterre restore` as their user sees them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from installation import installed
from typer.testing import CliRunner, Result

from vigiterre.__main__ import app
from vigiterre.backup.verifying import verify


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LANGUAGE", "CONFIG", "STORE__URL", "MQTT__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "data"))
    installed(tmp_path / "data")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/vigiterre.toml").write_text('language = "fr"\n')
    return tmp_path / "data"


def run(folder: Path, *arguments: object) -> Result:
    result = CliRunner().invoke(app, ["--config", str(folder / "config"), *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_backup_is_private_whole_and_said_in_the_users_language(tmp_path: Path) -> None:
    archive = tmp_path / "sauvegarde.tar.gz"
    archive.write_text("the one of yesterday")
    done = run(tmp_path, "backup", archive)
    assert done.exit_code == 0, done.output
    assert "300 mesures et 5 valeurs horaires" in done.stderr
    assert "data/link.key" in done.stderr
    assert archive.stat().st_mode & 0o777 == 0o600
    verified = run(tmp_path, "restore", "--verify", archive)
    assert verified.exit_code == 0
    assert "est entier" in verified.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config", "data", "sauvegarde.tar.gz"]


def test_a_restore_shows_series_by_series_that_all_is_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "b"
    run(tmp_path, "backup", archive)
    refused = run(tmp_path, "restore", archive)
    assert refused.exit_code == 1
    assert "n'est pas vide" in refused.stderr
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "second"))
    done = run(tmp_path, "restore", archive)
    assert done.exit_code == 0, done.output
    assert "2 séries, toutes égales" in done.stderr
    assert done.stdout.count("égale") == 2
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "third"))
    rows = json.loads(run(tmp_path, "restore", archive, "--json").stdout)
    assert [row["equal"] for row in rows] == [True, True]
    assert rows[0]["backup_checksum"] == rows[0]["store_checksum"]
    assert (rows[0]["store_times"], rows[0]["store_values"]) == (300, 600)


def test_a_backup_goes_through_a_pipe(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vigiterre", "--config", str(tmp_path / "config"), "backup", "-"]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ)
    (tmp_path / "piped").write_bytes(done.stdout)
    assert len(verify(tmp_path / "piped").files) > 8


def test_what_makes_no_sense_is_refused_in_words(tmp_path: Path, data: Path) -> None:
    inside = run(tmp_path, "backup", data / "b.tar.gz")
    assert (inside.exit_code, "autre dossier" in inside.stderr) == (1, True)
    span = run(tmp_path, "backup", tmp_path / "b", "--from", "2026-11-01")
    assert (span.exit_code, "copiée entière" in span.stderr) == (2, True)
    no_backup = run(tmp_path, "restore", tmp_path / "config/vigiterre.toml", "--verify")
    assert (no_backup.exit_code, "n'est pas une sauvegarde" in no_backup.stderr) == (1, True)
    nowhere = run(tmp_path, "backup", tmp_path / "nowhere/b")
    assert (nowhere.exit_code, "nowhere" in nowhere.stderr) == (1, True)
    assert not (tmp_path / "b").exists()


def test_a_backup_that_fails_leaves_the_one_before(tmp_path: Path, data: Path) -> None:
    archive = tmp_path / "b"
    archive.write_text("the one of yesterday")
    (data / "store.cursor").write_text("v7 of the future\n")
    failed = run(tmp_path, "backup", archive)
    assert failed.exit_code == 1
    assert "version plus récente" in failed.stderr
    assert archive.read_text() == "the one of yesterday"
    assert len(list(tmp_path.iterdir())) == 3
