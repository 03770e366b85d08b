"""What dashboards are shown beside the readings, from a device's message to InfluxQL as Grafana asks it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sinks import CONFIG, MINUTE, Devices, devices_at, now_ms
from stale_air import rule

from devices.schema import (
    ACKNOWLEDGED,
    ACKNOWLEDGED_AFTER,
    ACTIVE,
    ALERT,
    FLEET,
    HEARD,
    INTERVAL,
    LASTED,
    LATITUDE,
    LEVEL,
    LONGITUDE,
    MAINTENANCE,
    OPENED,
    PLATFORM,
    RAW,
    REFUSAL,
    RESOLUTION,
    ROLLUP,
    SINCE,
)
from servers import Influxd, Mosquitto, Vigiterre, influx_rows, wait_until

DEVICE = "college-moulins-s12"
Row = dict[str, Any]


class Seen:
    """A running Vigiterre, its devices, and what the database has to say."""

    def __init__(self, run: Vigiterre, devices: Devices, influxd: Influxd, database: str) -> None:
        self.run = run
        self.devices = devices
        self._influxd = influxd
        self._database = database

    def rows(self, query: str) -> list[Row]:
        return influx_rows(self._influxd, self._database, query)

    def last(self, measurement: str, where: str = "") -> Row:
        """The newest mark, with its tags; {} when there is none."""
        return next(iter(self.rows(f'SELECT * FROM "{measurement}" {where} ORDER BY time DESC LIMIT 1')), {})

    def wait_for(self, measurement: str, where: str, **values: object) -> Row:
        """Until the newest mark is so."""

        def so() -> bool:
            found = self.last(measurement, where)
            return bool(found) and all(found[name] == value for name, value in values.items())

        wait_until(so, f"{measurement} {values}", 60)
        return self.last(measurement, where)


@pytest.fixture
def seen(tmp_path: Path, influxd: Influxd, unique: str) -> Iterator[Seen]:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    (config / "rules.toml").write_text(rule(more='reopen = "0 s"', told=""))
    (config / "notify.toml").write_text("")
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(tmp_path / "mosquitto"))
        devices = stack.enter_context(devices_at(broker.port))
        run = Vigiterre(
            tmp_path / "run", config, broker.url, influxd.url(unique), VIGITERRE_MQTT__CLIENT_ID="moulins-1"
        )
        stack.enter_context(run)
        run.wait_for("vigiterre_mqtt_connected", 1)
        yield Seen(run, devices, influxd, unique)


PLACED = {
    "device": DEVICE,
    "model": "indoor-air",
    "site": "college-moulins",
    "commune": "03190",
    "domain": "building",
    "label": "Collège de Moulins, salle 12 (college-moulins-s12)",
    "town": "Moulins (03190)",
}
HERE = f"WHERE \"device\" = '{DEVICE}'"


def test_an_alert_shows_with_its_place_from_its_opening_to_its_end_and_the_fleet_with_it(seen: Seen) -> None:
    start = now_ms()
    well = seen.wait_for(FLEET, HERE, level=0, silent=0)
    assert well.items() >= {**PLACED, LATITUDE: 46.5638, LONGITUDE: 3.3238, INTERVAL: 300}.items()
    assert HEARD not in well
    seen.devices.say(DEVICE, start, co2=1600)
    opened = seen.wait_for(ALERT, HERE, level=3)
    assert opened == {
        **PLACED,
        "time": start,
        "rule": "co2",
        "title": "Air vicié (co2)",
        LEVEL: 3,
        ACKNOWLEDGED: 0,
        OPENED: 3,
    }
    assert seen.wait_for(FLEET, HERE, level=3)[HEARD] == start
    assert seen.run.cli("alerts", "ack", "1", "--who", "Anne").returncode == 0
    taken = seen.wait_for(ALERT, HERE, acknowledged=1)
    assert taken[ACKNOWLEDGED_AFTER] == (taken["time"] - start) / 1000
    seen.devices.say(DEVICE, now_ms(), co2=900)
    seen.wait_for(ALERT, HERE, level=0, acknowledged=0)
    [ended] = seen.rows(f"SELECT {LASTED}, {LEVEL} FROM {ALERT} {HERE} AND {LASTED} >= 0")
    assert ended[LASTED] == (ended["time"] - start) / 1000
    assert ended[LEVEL] == 0
    seen.wait_for(FLEET, HERE, level=0)


def test_refusals_show_by_device_and_reason_and_without_a_device_where_nobody_knows_it(seen: Seen) -> None:
    for co2 in (-1, -2, -3):
        seen.devices.say(DEVICE, co2=co2)
    seen.devices.say("nobody", co2=1)
    asked = f"SELECT SUM(out_of_range) FROM {REFUSAL} {HERE}"  # the first at once, the others after a minute
    wait_until(lambda: [row["sum"] for row in seen.rows(asked)] == [3], "three refusals", 90)
    seen.wait_for(REFUSAL, "WHERE unknown_device > 0", unknown_device=1)
    [unknown] = seen.rows(f"SELECT * FROM {REFUSAL} WHERE unknown_device > 0")
    assert unknown["unknown_device"] == 1
    assert not unknown["device"]
    assert not unknown["domain"]


def test_the_numbers_of_metrics_show_as_one_series_an_instance(seen: Seen) -> None:
    seen.devices.say(DEVICE, co2=600)
    found = seen.wait_for(PLATFORM, "", readings_stored_total=1, instance="moulins-1")
    assert found["store_write_seconds_count"] >= 1
    assert found["store_write_seconds_worst"] > 0
    assert found["readings_refused_total_schema"] == 0
    assert found["mqtt_connected"] == 1
    assert 0 < found["data_free_bytes"] < found["data_total_bytes"]
    assert found["process_cpu_seconds_total"] > 0
    assert not [name for name in found if name.endswith(("_bucket", "_created")) or name.startswith("vigiterre")]


def test_a_maintenance_window_shows_on_its_device(seen: Seen) -> None:
    begun = ["alerts", "maintenance", "--device", DEVICE, "--for", "1 h", "--comment", "révision"]
    assert seen.run.cli(*begun).returncode == 0
    seen.wait_for(MAINTENANCE, f"{HERE} AND time <= now()", active=1)
    [start, end] = seen.rows(f"SELECT * FROM {MAINTENANCE} {HERE} AND time < now() + 2h")
    assert (start[ACTIVE], end[ACTIVE]) == (1, 0)
    assert start.items() >= PLACED.items()
    assert end["time"] - start["time"] == 60 * MINUTE


def test_a_dashboard_is_told_where_to_read_from(seen: Seen) -> None:
    """tests/vigiterre/test_marking_resolution.py asks for all sorts of ranges."""
    seen.wait_for(RESOLUTION, "", policy=RAW)
    assert {row["policy"]: row[SINCE] > 0 for row in seen.rows(f"SELECT * FROM {RESOLUTION}")} == {
        RAW: True,
        ROLLUP: False,
    }
