"""The readings of an InfluxDB: exported by range, restored into an empty database, compared."""

import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest

from alerts.book import Book
from devices.errors import ConfigError
from devices.reading import Reading, Series
from devices.schema import HOUR_MS, RAW, ROLLUP
from ingest.cursor import Cursor
from servers import Influxd
from stores.influx import InfluxStore
from stores.open import open_store
from stores.port import Point, Rollup
from vigiterre.backup.lines import decode
from vigiterre.backup.manifest import Manifest
from vigiterre.backup.problems import BackupError
from vigiterre.backup.restoring import Choice, Restoring
from vigiterre.backup.taking import Taking, Wish
from vigiterre.backup.verifying import reading
from vigiterre.settings import load_settings

ROOT = Path(__file__).parents[2]
NOW = int(time.time()) * 1000
HOUR = NOW // HOUR_MS * HOUR_MS - 10 * HOUR_MS
SCHOOL = Series("building", "co2-01", "em300", "école, du = centre", "03190")
BRIDGE = Series("road", "level-7", "", "", "")


@pytest.fixture
def filled(tmp_path: Path, influxd: Influxd, unique: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data_dir beside a database that keeps for ever: two devices, readings also from 100 days ago."""
    url = influxd.url(unique)
    store = open_store(url, None, raw_days=0, rollup_days=0)
    store.ensure_schema()
    readings = [Reading(SCHOOL, HOUR + n * 60_000, {"co2": 400 + n / 3, "leak": float(n % 2)}) for n in range(300)]
    store.write([*readings, Reading(BRIDGE, HOUR - 100 * 24 * HOUR_MS, {"level": -0.0})])
    hour = {"co2": 1.0, "co2_min": 1 / 3, "co2_max": 2.0, "co2_count": 6.0}
    store.write_rollups([Rollup(SCHOOL, "co2", HOUR + n * HOUR_MS, hour) for n in range(5)])
    store.close()
    data = tmp_path / "data"
    data.mkdir()
    Cursor(data / "store.cursor").save(5)
    with Book(data / "alerts.sqlite") as book, book.transaction():
        book.note("exported", 12)
        book.note("done", 5)
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(data))
    monkeypatch.setenv("VIGITERRE_STORE__URL", url)
    return data


def back_up(archive: Path, wish: Wish) -> Manifest:
    config = archive.parent / "config"
    with archive.open("wb") as out:
        return Taking(load_settings(config), config, out, NOW, beside=archive.parent, wish=wish).run()


def counts(manifest: Manifest) -> dict[tuple[str, str], int]:
    return {(one.policy, one.series[1]): one.times for one in manifest.series}


def test_all_that_the_database_keeps_is_exported_or_the_range_that_is_asked_for(filled: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup"
    everything = {(RAW, "co2-01"): 300, (RAW, "level-7"): 1, (ROLLUP, "co2-01"): 5}
    assert counts(back_up(archive, Wish())) == everything
    some = back_up(archive, Wish(HOUR + HOUR_MS, HOUR + 2 * HOUR_MS))
    assert counts(some) == {(RAW, "co2-01"): 60, (ROLLUP, "co2-01"): 1}
    with reading(archive) as reader:
        lines = {member.name: b"".join(member.chunks).splitlines() for member in reader.members()}
    times = [decode(line).time for line in lines["store/autogen/00000001.lp"]]
    assert times == [HOUR + HOUR_MS + n * 60_000 for n in range(60)]


def test_an_export_goes_into_an_empty_database_equal_and_what_is_too_old_is_said(
    filled: Path, tmp_path: Path, influxd: Influxd, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, config = tmp_path / "backup", tmp_path / "config"
    back_up(archive, Wish())
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "second"))
    with pytest.raises(BackupError, match="already holds readings"):
        Restoring(archive, config, Choice(), NOW).run()
    assert not list((tmp_path / "second").iterdir())
    monkeypatch.setenv("VIGITERRE_STORE__URL", influxd.url(f"{unique}b"))
    restored = Restoring(archive, config, Choice(), NOW).run()
    assert (restored.equal, restored.expired, restored.refused) == (True, 1, 0)
    assert [(one.policy, one.series) for one in restored.compared] == [(RAW, SCHOOL), (ROLLUP, SCHOOL)]
    assert all(one.found and one.kept for one in restored.compared)
    with Book(tmp_path / "second/alerts.sqlite", read_only=True) as book:
        assert (book.fact("exported"), book.fact("done")) == (0, 5)  # marks of alerts are written again


def test_raw_values_of_persons_are_in_the_backup_and_come_back_apart_without_what_is_too_old(
    filled: Path, tmp_path: Path, influxd: Influxd, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, archive, other = tmp_path / "config", tmp_path / "backup", influxd.url(f"{unique}b")
    config.mkdir()
    shutil.copy(ROOT / "config/quantities.toml", config)
    with closing(open_store(influxd.url(unique), None, raw_days=0, own_days={"occupancy": 90})) as before:
        before.ensure_schema()
        old = HOUR - 40 * 24 * HOUR_MS
        before.write([Reading(SCHOOL, at, {"occupancy": 1.0, "co2": 500.0}) for at in (HOUR + 30_000, old)])
    manifest = back_up(archive, Wish())
    assert counts(manifest)[RAW, "co2-01"] == 302
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "second"))
    monkeypatch.setenv("VIGITERRE_STORE__URL", other)
    restored = Restoring(archive, config, Choice(), NOW).run()
    assert (restored.equal, restored.expired, restored.refused) == (True, 2, 0)  # one of 100 days, occupancy of 40
    with closing(open_store(other, None)) as after:
        assert isinstance(after, InfluxStore)
        assert after.points("co2-01", "occupancy", 0, NOW) == [Point(HOUR + 30_000, 1.0)]
        assert old in [point.time for point in after.points("co2-01", "co2", 0, NOW)]
        policies = {"autogen": 0, "personal_30d": 1}
        for policy, count in policies.items():
            assert len(after._timed('SELECT "occupancy" FROM "building"', policy)[0].tables) == count


def test_no_restore_of_readings_with_a_catalogue_that_cannot_be_read(
    filled: Path, tmp_path: Path, influxd: Influxd, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tells of persons would go where all values go."""
    config, archive = tmp_path / "config", tmp_path / "backup"
    config.mkdir()
    back_up(archive, Wish())
    (config / "quantities.toml").write_text("[co2\n")
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "second"))
    monkeypatch.setenv("VIGITERRE_STORE__URL", influxd.url(f"{unique}b"))
    with pytest.raises(ConfigError) as failed:
        Restoring(archive, config, Choice(), NOW).run()
    assert [problem.file for problem in failed.value.problems] == ["quantities.toml"]
    assert not list((tmp_path / "second").iterdir())


def test_a_database_that_is_away_leaves_nothing_behind(
    filled: Path, tmp_path: Path, influxd: Influxd, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, config = tmp_path / "backup", tmp_path / "config"
    back_up(archive, Wish())
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "second"))
    monkeypatch.setenv("VIGITERRE_STORE__URL", "influxdb://127.0.0.1:1/nowhere")
    with pytest.raises(Exception, match="does not answer"):
        Restoring(archive, config, Choice(), NOW).run()
    assert not list((tmp_path / "second").iterdir())
