"""What `check`, `run` and the doctor say of how long what may tell of persons is kept."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pages import assert_command_exists, read_page
from typer.testing import CliRunner

from devices.errors import ConfigError
from devices.load import load_registry
from devices.reading import Reading, Series
from devices.schema import HOUR_MS, ROLLUP
from stores.port import Rollup
from stores.sqlite import SqliteStore
from vigiterre.__main__ import app
from vigiterre.doctor.configuration import configuration
from vigiterre.personal import longer
from vigiterre.service import Service
from vigiterre.settings import load_settings, setting_names

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "CONFIG", "DATA_DIR", "MQTT__URL", "STORE__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def kept(config: Path, days: int) -> None:
    """Every personal quantity for so many days."""
    path = config / "quantities.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("retention_days = 30", f"retention_days = {days}"), "utf-8"
    )


def test_a_retention_longer_than_that_of_all_raw_values_is_refused_with_its_line(config: Path) -> None:
    kept(config, 400)
    lines = (config / "quantities.toml").read_text(encoding="utf-8").splitlines()
    numbers = [number for number, line in enumerate(lines, start=1) if line == "retention_days = 400"]
    result = CliRunner().invoke(app, ["--config", str(config), "check"])
    assert result.exit_code == 1
    *problems, _ = result.stderr.splitlines()
    assert len(problems) == len(numbers) == 4
    for number in numbers:
        assert any(f"quantities.toml : ligne {number}, " in problem.replace("\xa0", " ") for problem in problems)
    assert all("diminuez retention_days" in problem for problem in problems)


def test_no_process_starts_on_a_retention_that_cannot_be_kept(config: Path, tmp_path: Path) -> None:
    kept(config, 400)
    settings = load_settings(config, data_dir=str(tmp_path / "data"))
    with pytest.raises(ConfigError) as failed:
        Service(settings, config)
    assert {problem.code for problem in failed.value.problems} == {"personal_retention"}


def test_raw_values_that_are_kept_for_ever_leave_room_for_any_retention(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(config, 400)
    monkeypatch.setenv("VIGITERRE_STORE__RAW_DAYS", "0")
    assert CliRunner().invoke(app, ["--config", str(config), "check"]).exit_code == 0


def test_as_shipped_neither_journal_nor_quarantine_outlives_a_personal_quantity() -> None:
    assert longer(load_settings(CONFIG), load_registry(CONFIG).quantities) == []
    assert [one.level for one in configuration(CONFIG).findings] == ["ok"]


def test_the_doctor_warns_where_messages_outlive_the_values_that_are_in_them(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(config, 5)
    monkeypatch.setenv("VIGITERRE_QUARANTINE__MAX_DAYS", "90")
    found = [one for one in configuration(config).findings if one.code == "config.personal_kept"]
    assert [one.level for one in found] == ["warning", "warning"]
    for setting, one in zip(("journal.max_days", "quarantine.max_days"), found, strict=True):
        assert setting in one.found.fr
        assert "5 jours" in one.found.fr
        assert setting in one.remedy.en


def test_with_influxdb_the_doctor_has_nothing_to_say_of_the_configuration_either(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a policy of its own for them; what the server still holds of old is the store's: test_doctor_store.py."""
    monkeypatch.setenv("VIGITERRE_STORE__URL", "influxdb://localhost:8086/telemetry")
    examined = configuration(config)
    assert [one.level for one in examined.findings] == ["ok"]
    assert set(examined.own_days.values()) == {30}


# What docs/rgpd.md says


def test_the_page_on_personal_data_names_tests_and_settings_that_are_there() -> None:
    text = (ROOT / "docs/rgpd.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:[\w/.]+::)?(test_\w+)`", text))
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) >= 6
    for name in named:
        assert f"def {name}(" in written, name
    for path in re.findall(r"`(tests/[\w/.]+)", text):
        assert (ROOT / path).exists(), path
    for setting in re.findall(r"`((?:store|journal|quarantine|alerts|console)\.\w+)`", text):
        assert setting in setting_names(), setting


def test_the_commands_of_the_page_on_personal_data_exist() -> None:
    text = (ROOT / "docs/rgpd.md").read_text(encoding="utf-8")
    for words in re.findall(r"`vigiterre ([^`]+)`", text):
        assert_command_exists([word for word in words.split() if word not in ("NAME", "DEVICE")])


def test_the_statement_of_the_page_erases_an_hour_of_a_room_and_its_bytes(tmp_path: Path) -> None:
    room = Series("building", "DEVICE", "m", "school", "03190")
    begin, end = 1_794_306_600_000, 1_794_310_200_000
    path = tmp_path / "readings.sqlite"
    with closing(SqliteStore(path)) as store:
        store.ensure_schema()
        times = range(begin - HOUR_MS, end + HOUR_MS, HOUR_MS // 4)
        store.write([Reading(room, time, {"occupancy": 1.0, "co2": 600.0}) for time in times])
        hours = sorted({time - time % HOUR_MS for time in times})
        store.write_rollups([Rollup(room, "occupancy", hour, {"occupancy": 1.0}) for hour in hours])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(read_page("docs/rgpd.md").block("sql", "DELETE FROM points"))
    with closing(SqliteStore(path)) as store:
        left = [point.time for point in store.points("DEVICE", "occupancy", 0, end * 2)]
        assert left == [time for time in times if not begin <= time < end]
        assert len(store.points("DEVICE", "co2", 0, end * 2)) == len(times)
        kept = [point.time for point in store.points("DEVICE", "occupancy", 0, end * 2, ROLLUP)]
        assert kept == [hour for hour in hours if hour + HOUR_MS <= begin or hour >= end]
