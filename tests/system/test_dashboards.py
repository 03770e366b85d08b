"""Every query of every dashboard, on a real InfluxDB that the demonstration has filled by the ordinary way."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.device import DOMAINS
from servers import Influxd, Mosquitto, Vigiterre, free_port, influx_rows, wait_until

CONFIG = Path(__file__).parents[2] / "config"
PLAYED_SECONDS = 50
"""The demonstration plays its week, then live readings: enough for some marks of the platform."""
SLOWEST_MS = 300


@pytest.fixture(scope="module")
def filled(influxd: Influxd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vigiterre]:
    """A `vigiterre run` beside the demonstration, on one broker: it stores what the demonstration publishes."""
    folder = tmp_path_factory.mktemp("dashboards")
    store = influxd.url("dashboards")
    with (
        Mosquitto(folder / "broker", durable=False) as broker,
        Vigiterre(folder / "run", CONFIG, broker.url, store) as service,
    ):
        played = [sys.executable, "-m", "vigiterre", "--config", str(CONFIG), "demo", "--broker", broker.url]
        bind = f"127.0.0.1:{free_port()}"
        done = subprocess.run(
            [*played, "--duration", str(PLAYED_SECONDS), "--bind", bind],
            capture_output=True,
            text=True,
            check=True,
            timeout=180,
        )
        published = json.loads(done.stdout)["stored"]
        service.wait_for("vigiterre_readings_stored_total", published)
        wait_until(lambda: service.metric("vigiterre_alerts_lag_messages") == 0, "alerts to be judged")
        wait_until(lambda: rolled_up(influxd), "roll-ups", 120)
        yield service


def rolled_up(influxd: Influxd) -> bool:
    """Once a minute the roll-ups of what came are written: those of the newest whole hour are there."""
    for domain in DOMAINS:
        query = f'SELECT * FROM "rollup_1h"."{domain}" WHERE time >= now() - 2h LIMIT 1'
        if not influx_rows(influxd, "dashboards", query):
            return False
    return True


@pytest.mark.timeout(400)
def test_every_query_returns_rows_in_time_with_its_variables_at_one_at_several_and_at_all(
    filled: Vigiterre, influxd: Influxd
) -> None:
    checked = filled.cli("dashboards", "check", "--store", influxd.url("dashboards"), "--json")
    found: list[dict[str, Any]] = json.loads(checked.stdout)
    faults = [one for one in found if one["kind"] != "query"]
    assert faults == []
    assert checked.returncode == 0
    queries = [one for one in found if one["kind"] == "query"]
    assert len({one["dashboard"] for one in queries}) >= 22
    assert {"autogen", "rollup_1h"} <= {part for one in queries for part in one["setting"].replace(",", "=").split("=")}
    assert any("|" in one["setting"] for one in queries)
    assert max(one["ms"] for one in queries) <= SLOWEST_MS
