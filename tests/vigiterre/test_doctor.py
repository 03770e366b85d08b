"""The doctor as a command: the configuration first, and what it prints and returns."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from examined import CANARY, CONFIG, levels
from typer.testing import CliRunner

from servers import Mosquitto, Vigiterre, free_port, wait_until
from stores.open import open_store
from vigiterre.__main__ import app
from vigiterre.doctor.configuration import configuration
from vigiterre.doctor.texts import TEXTS


def test_the_shipped_configuration_is_right() -> None:
    assert levels(configuration(CONFIG).findings) == {"config.right": "ok"}


def test_the_first_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    shutil.copytree(CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("demo"))
    devices = tmp_path / "config/devices.csv"
    header, *rows = devices.read_text(encoding="utf-8-sig").splitlines()
    separator = ";" if ";" in header else ","
    column = header.split(separator).index("model")
    broken = [row.split(separator) for row in rows if row.strip()]
    for cells in broken:
        cells[column] = "no-such-model"
    devices.write_text("\n".join([header, *(separator.join(cells) for cells in broken)]), encoding="utf-8")
    found = levels(findings := configuration(tmp_path / "config").findings)
    assert found == {"config.problem": "error", "config.more": "error"}
    assert len(findings) == 6
    assert "devices.csv" in findings[0].found.fr


def test_settings_that_cannot_be_read_stop_the_examination_and_say_so(tmp_path: Path) -> None:
    shutil.copytree(CONFIG, tmp_path / "config")
    (tmp_path / "config/vigiterre.toml").write_text("[mqtt]\nurll = 'x'\n")
    result = CliRunner().invoke(app, ["--config", str(tmp_path / "config"), "doctor", "--json"])
    rows = json.loads(result.stdout)
    assert result.exit_code == 1
    assert rows[-1]["code"] == "config.unexamined"
    assert any("mqtt.urll" in row["found"] for row in rows)


def test_the_whole_command_on_a_running_installation(mosquitto: Mosquitto, unique: str, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(CANARY)
    environment = {
        "VIGITERRE_MQTT__ROOT": unique,
        "VIGITERRE_MQTT__CLIENT_ID": unique,
        "VIGITERRE_MQTT__PASSWORD_FILE": str(password),
    }
    url = mosquitto.url.replace("//", "//user@")
    used = f"sqlite:///{tmp_path}/readings.sqlite"
    with closing(open_store(used, None)) as before:
        before.ensure_schema()
    with Vigiterre(tmp_path, CONFIG, url, used, **environment) as running:
        wait_until(lambda: running.get("/readyz")[0] == 200, "ready")
        good = running.cli("doctor", "--json")
        printed = running.cli("doctor", "--mosquitto-conf", str(mosquitto.configuration))
        running.stop()
        stopped = running.cli("doctor", "--json")
    rows = {row["code"]: row for row in json.loads(good.stdout)}
    assert rows["process.ready"]["level"] == "ok"
    assert rows["broker.round_trip"]["level"] == "ok"
    assert (good.returncode, stopped.returncode) == (0, 0)
    assert "processus" in printed.stdout
    assert "courtier" in printed.stdout
    assert "process.stopped" in stopped.stdout
    assert "Traceback" not in running.log.read_text()
    for answer in (good, printed, stopped):
        assert CANARY not in answer.stdout + answer.stderr


def test_errors_exit_1_and_english_is_spoken_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGITERRE_LANGUAGE", "en")
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VIGITERRE_MQTT__URL", f"mqtt://127.0.0.1:{free_port()}")
    result = CliRunner().invoke(app, ["--config", str(CONFIG), "doctor"])
    assert result.exit_code == 1
    assert "nothing listens" in result.stdout
    assert "ERROR" in result.stdout


def test_every_text_exists_in_both_languages_with_the_same_facts() -> None:
    for code, texts in TEXTS.items():
        for french, english in texts:
            assert bool(french) == bool(english), code
            assert facts_of(french) == facts_of(english), code


def facts_of(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
