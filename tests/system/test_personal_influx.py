"""What may tell of persons on the real way from a device into a real InfluxDB: apart, through a reload and a replay."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import Influxd, Mosquitto, Vigiterre, influx_rows, publish_lines, wait_until

CONFIG = Path(__file__).parents[2] / "config"
ROOM = "college-moulins-s12"
DAY = 86_400


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto", durable=False) as mosquitto:
        yield mosquitto


@pytest.fixture
def vigiterre(tmp_path: Path, broker: Mosquitto, influxd: Influxd, unique: str) -> Iterator[Vigiterre]:
    config = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    days = {"VIGITERRE_CLOCK__MAX_AGE_DAYS": "60"}
    process = Vigiterre(tmp_path / "vigiterre", config, broker.url, influxd.url(unique), **days)
    process.start()
    process.wait_for("vigiterre_mqtt_connected", 1)
    yield process
    process.stop()


def send(broker: Mosquitto, time_: int, presence: float) -> None:
    values = {"co2": 600, "occupancy": presence}
    publish_lines(broker, f"vigiterre/building/{ROOM}/up", [json.dumps({"time": time_, "values": values})])


def held(influxd: Influxd, database: str, policy: str, field: str) -> list[float]:
    query = f'SELECT "{field}" FROM "{policy}"."building" WHERE "device" = \'{ROOM}\''
    return [row[field] for row in influx_rows(influxd, database, query)]


def kept(influxd: Influxd, database: str) -> dict[str, str]:
    return {row["name"]: row["duration"] for row in influx_rows(influxd, database, "SHOW RETENTION POLICIES")}


def test_presence_is_stored_apart_and_follows_a_shorter_retention_at_a_reload(
    vigiterre: Vigiterre, broker: Mosquitto, influxd: Influxd, unique: str, tmp_path: Path
) -> None:
    now = int(time.time())
    send(broker, now - 60, 1)
    vigiterre.wait_for("vigiterre_readings_stored_total", 1)
    assert held(influxd, unique, "autogen", "co2") == [600]
    assert held(influxd, unique, "autogen", "occupancy") == []
    assert held(influxd, unique, "personal_30d", "occupancy") == [1]
    catalogue = tmp_path / "config/quantities.toml"
    text = catalogue.read_text(encoding="utf-8").replace("retention_days = 30", "retention_days = 7")
    catalogue.write_text(text, encoding="utf-8")
    vigiterre.signal(signal.SIGHUP)
    wait_until(lambda: "config_reloaded" in vigiterre.log.read_text(encoding="utf-8"), "the reload")
    send(broker, now - 30, 0)
    vigiterre.wait_for("vigiterre_readings_stored_total", 2)
    assert held(influxd, unique, "personal_7d", "occupancy") == [0]
    assert (kept(influxd, unique)["personal_7d"], kept(influxd, unique)["personal_30d"]) == ("168h0m0s", "168h0m0s")
    assert vigiterre.metric("vigiterre_store_retries_total") == 0


def test_presence_that_comes_too_late_is_counted_and_stops_nothing(
    vigiterre: Vigiterre, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    now = int(time.time())
    send(broker, now - 45 * DAY, 1)
    send(broker, now - 60, 1)
    vigiterre.wait_for("vigiterre_readings_stored_total", 2)
    vigiterre.wait_for("vigiterre_personal_values_left_out_total", 1)
    assert held(influxd, unique, "autogen", "co2") == [600, 600]
    assert held(influxd, unique, "personal_30d", "occupancy") == [1]
    assert vigiterre.metric("vigiterre_store_retries_total") == 0
    assert json.loads(vigiterre.cli("quarantine", "list", "--json").stdout) == []
    replayed = vigiterre.cli("replay", "--from", "2020-01-01", "--to", "2100-01-01", "--device", ROOM)
    assert replayed.returncode == 0, replayed.stderr
    vigiterre.wait_for("vigiterre_personal_values_left_out_total", 2)
    assert held(influxd, unique, "personal_30d", "occupancy") == [1]
