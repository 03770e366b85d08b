"""Backup, destruction, restore, on real processes: what was acknowledged before the backup is there after it.

`pytest -s` shows what the commands say, the comparison series by series included.
"""

import json
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.reading import Reading, Series
from devices.schema import HOUR_MS
from servers import Influxd, Mosquitto, Vigiterre, publish_lines, wait_until
from stores.open import open_store
from stores.port import Rollup
from vigiterre.backup.taking import tally_all
from vigiterre.backup.tally import Tally
from vigiterre.backup.verifying import verify

ROOT = Path(__file__).parents[2]
DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"
STORED = "vigiterre_readings_stored_total"
OLD = Series("building", "college-moulins-s12", "em300-th", "college-moulins", "03190")
LOCAL = {"VIGITERRE_LANGUAGE": "en"}

Key = tuple[int, float]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto", durable=False) as mosquitto:
        yield mosquitto


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Influxd]:
    """One that may be destroyed."""
    with Influxd(tmp_path / "influxd") as influxd:
        yield influxd


def line(at_s: int, n: int) -> str:
    return json.dumps({"time": at_s, "values": {"co2": 400 + n % 1_000, "air_temperature": 15 + n % 100 / 10}})


@contextmanager
def load(broker: Mosquitto) -> Iterator[list[int]]:
    """Publishes without a pause; the times of what the broker has confirmed, s."""
    confirmed: list[int] = []
    over = threading.Event()
    begin = int(time.time()) - 50_000

    def publish() -> None:
        while not over.is_set():
            some = range(len(confirmed), len(confirmed) + 100)
            publish_lines(broker, TOPIC, [line(begin + n, n) for n in some])
            confirmed.extend(begin + n for n in some)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield confirmed
    finally:
        over.set()
        thread.join()


def times_in(url: str) -> set[int]:
    store = open_store(url, None, read_only=True)
    try:
        return {reading.time // 1000 for reading in store.readings(0, 10**14) if reading.series.device == DEVICE}
    finally:
        store.close()


def entries_in(url: str) -> list[object]:
    store = open_store(url, None, read_only=True)
    tally = Tally()
    try:
        tally_all(store, tally)
    finally:
        store.close()
    return list(tally.entries())


def said(text: str) -> None:
    sys.stdout.write(text + "\n")


def rolled_up(store: str) -> None:
    """Hours of before, as if the installation were old."""
    opened = open_store(store, None)
    opened.ensure_schema()
    hour = int(time.time() * 1000) // HOUR_MS * HOUR_MS - 400 * HOUR_MS
    for n in range(48):
        opened.write([Reading(OLD, hour + n * HOUR_MS, {"co2": 500.0 + n, "door": 1.0})])
    opened.write_rollups(
        [
            Rollup(OLD, "co2", hour + n * HOUR_MS, {"co2": 500.5, "co2_min": 1 / 3, "co2_max": 900.0, "co2_count": 6.0})
            for n in range(48)
        ]
    )
    opened.write_rollups([Rollup(OLD, "door", hour, {"door": 1.0, "door_duration_1": 1800.0})])
    opened.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["influxdb", "sqlite"])
def test_backup_under_load_then_all_destroyed_then_restored_is_equal_and_goes_on(
    tmp_path: Path, broker: Mosquitto, database: Influxd, unique: str, kind: str
) -> None:
    home, archive = tmp_path / "vigiterre", tmp_path / "backup.tar.gz"
    config = Path(shutil.copytree(ROOT / "config", tmp_path / "config"))
    url = database.url(unique) if kind == "influxdb" else f"sqlite:///{home}/data/readings.sqlite"
    vigiterre = Vigiterre(home, config, broker.url, url, **LOCAL)
    if kind == "influxdb":
        rolled_up(url)
    with vigiterre, load(broker) as confirmed:
        vigiterre.wait_for(STORED, 300, 120)
        publish_lines(broker, "vigiterre/building/nobody/up", [line(1, 1)])
        before = set(confirmed)
        wait_until(
            lambda: vigiterre.metric("vigiterre_mqtt_messages_acknowledged_total") >= len(before) + 1, "PUBACKs", 60
        )
        made = vigiterre.cli("backup", str(archive))
        assert made.returncode == 0, made.stderr
        said(made.stderr)
        refused = vigiterre.cli("restore", str(archive))
        assert (refused.returncode, f"in use by process {vigiterre.pid}" in refused.stderr) == (1, True)
        vigiterre.kill()
    # all is lost: process, its folder, its configuration, the database
    assert archive.stat().st_mode & 0o777 == 0o600
    shutil.rmtree(home)
    shutil.rmtree(config)
    home.mkdir()
    if kind == "influxdb":
        database.kill()
        for part in ("meta", "data", "wal"):
            shutil.rmtree(tmp_path / "influxd" / part)
        database.start()
    restored = vigiterre.cli("restore", str(archive), "--with-config")
    said(restored.stdout + restored.stderr)
    assert restored.returncode == 0, restored.stderr
    assert "all equal" in restored.stderr
    manifest = verify(archive)
    assert entries_in(url) == manifest.series
    assert sum(one.times for one in manifest.series) >= 300
    if kind == "influxdb":
        assert {one.policy for one in manifest.series} == {"autogen", "rollup_1h"}
    with vigiterre:
        vigiterre.wait_for("vigiterre_mqtt_connected", 1)
        wait_until(lambda: before <= times_in(url), "what was acknowledged before the backup", 60)
        listed = json.loads(vigiterre.cli("quarantine", "list", "--json").stdout)
        assert [row["reason"] for row in listed if row["device"] == "nobody"] == ["unknown_device"]
        after = int(time.time()) - 30
        publish_lines(broker, TOPIC, [line(after, 7)])
        wait_until(lambda: after in times_in(url), "what was published after the restore", 60)
