"""Two promises about what is stored, end to end: a moved device is told apart, and an hour is averaged as it should be.

Readings go in by MQTT and are read back by InfluxQL, as Grafana does. `pytest -s` shows the figures.
"""

import json
import math
import re
import shutil
import signal
import sqlite3
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.reading import Reading, Series
from devices.schema import ROLLUP
from servers import Influxd, Mosquitto, Vigiterre, influx_rows, publish_lines, wait_until
from stores.port import Rollup
from stores.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
HOUR = 3_600
STORED = "vigiterre_readings_stored_total"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be changed."""
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto") as mosquitto:
        yield mosquitto


@pytest.fixture
def vigiterre(tmp_path: Path, config: Path, broker: Mosquitto, influxd: Influxd, unique: str) -> Iterator[Vigiterre]:
    limits = {"VIGITERRE_CLOCK__MAX_AGE_DAYS": "40"}
    with Vigiterre(tmp_path / "vigiterre", config, broker.url, influxd.url(unique), **limits) as process:
        process.wait_for("vigiterre_mqtt_connected", 1)
        yield process


def say(line: str) -> None:
    """Shown by `pytest -s`."""
    sys.stdout.write(line + "\n")


def restart(vigiterre: Vigiterre) -> None:
    """Roll-ups are computed once a minute, and first at the start: a restart spares the minute."""
    assert vigiterre.stop() == 0
    vigiterre.start()


# -- a device that moved

DEVICE = "college-moulins-s12"
OLD, NEW = "college-moulins", "college-yzeure"
SQL = re.compile(r"^ *```sql\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def latest_tenth() -> datetime:
    """10:30 UTC on the latest 10th of a month that is three days old: in the middle of an hour, on purpose."""
    day = datetime.now(UTC) - timedelta(days=3)
    while day.day != 10:
        day -= timedelta(days=1)
    return day.replace(hour=10, minute=30, second=0, microsecond=0)


def set_site(config: Path, site: str) -> None:
    """What devices.csv says: where the device stands today."""
    path = config / "devices.csv"
    path.write_text(re.sub(rf"(?m)^({DEVICE},[^,]+,[^,]+),[^,]+", rf"\1,{site}", path.read_text()))


def reload(vigiterre: Vigiterre) -> None:
    before = vigiterre.log.read_text().count("config_reloaded")
    vigiterre.signal(signal.SIGHUP)
    wait_until(lambda: vigiterre.log.read_text().count("config_reloaded") > before, "the reload")


def replay(vigiterre: Vigiterre) -> None:
    done = vigiterre.cli("replay", "--from", "2020-01-01", "--to", "2100-01-01", "--device", DEVICE)
    assert done.returncode == 0, done.stderr


def sites(influxd: Influxd, database: str, policy: str) -> dict[str, list[str]]:
    """Site -> the times of its points of this device."""
    query = f"SELECT co2 FROM {policy}.building WHERE device = '{DEVICE}' AND time > 0 GROUP BY site"
    found: dict[str, list[str]] = {}
    for row in influx_rows(influxd, database, query):
        at = datetime.fromtimestamp(row["time"] / 1000, UTC).strftime("%d %H:%M")
        found.setdefault(row["site"], []).append(at)
    return found


def documented_deletion(moved: datetime, wrong: str, when: str) -> str:
    """The statement of docs/architecture.md, with this device, site and time."""
    page = (ROOT / "docs/architecture.md").read_text()
    [statement] = [str(block) for block in SQL.findall(page) if '"building"' in block]
    return filled(statement, wrong).replace(">=", when).replace("2026-11-10T10:30:00Z", moved.isoformat())


def filled(statement: str, wrong: str) -> str:
    assert "'DEVICE'" in statement
    assert "'OLD-SITE'" in statement
    return statement.replace("DEVICE", DEVICE).replace("OLD-SITE", wrong)


def influx_execute(influxd: Influxd, database: str, statement: str) -> None:
    asked = urllib.parse.urlencode({"db": database, "q": statement}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{influxd.port}/query", asked, timeout=30) as answer:
        assert "error" not in answer.read().decode()


@pytest.mark.parametrize(
    ("believed", "when"),
    [
        pytest.param(OLD, ">=", id="nobody_said_it_had_moved"),
        pytest.param(NEW, "<", id="its_new_site_was_taken_for_ever_so"),
    ],
)
def test_a_replay_puts_what_a_moved_device_measured_where_it_stood_then(
    believed: str, when: str, vigiterre: Vigiterre, broker: Mosquitto, influxd: Influxd, unique: str, config: Path
) -> None:
    moved = latest_tenth()
    minutes = [-1440, -30, -20, -10, 0, 10, 20, 1440]
    times = [moved + timedelta(minutes=each) for each in minutes]
    before = [at.strftime("%d %H:%M") for at in times if at < moved]
    after = [at.strftime("%d %H:%M") for at in times if at >= moved]
    set_site(config, believed)
    reload(vigiterre)
    lines = [json.dumps({"time": at.isoformat(), "values": {"co2": 600}}) for at in times]
    publish_lines(broker, f"vigiterre/building/{DEVICE}/up", lines)
    vigiterre.wait_for(STORED, len(lines))
    stored = sites(influxd, unique, "autogen")
    assert stored == {believed: before + after}
    restart(vigiterre)
    wrong = [before[0][:3] + "10:00", f"{moved:%d} 10:00", after[-1][:3] + "10:00"]
    wait_until(lambda: sites(influxd, unique, "rollup_1h") == {believed: wrong}, "roll-ups under the site believed")

    set_site(config, NEW)
    with (config / "placements.csv").open("a") as placements:
        placements.write(f"{DEVICE},,{moved.isoformat()},{OLD},Collège de Moulins,03190,46.5638,3.3238,216\n")
    reload(vigiterre)
    replay(vigiterre)
    replayed = sites(influxd, unique, "autogen")
    stale = {OLD: before, NEW: after} | {believed: before + after}
    assert replayed == stale, "no store moves a point: what stood under the wrong site is still there"

    influx_execute(influxd, unique, documented_deletion(moved, believed, when))
    replay(vigiterre)  # the roll-ups of the hour in which it moved
    cleaned = sites(influxd, unique, "autogen")
    assert cleaned == {OLD: before, NEW: after}
    restart(vigiterre)
    hours = {OLD: [before[0][:3] + "10:00", f"{moved:%d} 10:00"], NEW: [f"{moved:%d} 10:00", after[-1][:3] + "10:00"]}
    wait_until(lambda: sites(influxd, unique, "rollup_1h") == hours, f"the roll-ups {hours}")
    hour = f"time = '{moved:%Y-%m-%dT%H:00:00Z}' GROUP BY site"
    rows = influx_rows(
        influxd, unique, f"SELECT co2_count FROM rollup_1h.building WHERE device = '{DEVICE}' AND {hour}"
    )
    assert {row["site"]: row["co2_count"] for row in rows} == {OLD: 3, NEW: 3}
    say(f"\n{DEVICE} moved on {moved:%d %B at %H:%M}; raw points by site")
    for what, found in (("as stored first", stored), ("after the replay", replayed), ("after the deletion", cleaned)):
        counts = [sum(at in one for at in found.get(site, [])) for site in (OLD, NEW) for one in (before, after)]
        say(
            "  {:<19} {}: {} before, {} after   {}: {} before, {} after".format(
                what, OLD, *counts[:2], NEW, *counts[2:]
            )
        )


def test_the_statements_for_sqlite_delete_the_wrong_site_and_nothing_else(tmp_path: Path) -> None:
    [statements] = [block for block in SQL.findall((ROOT / "docs/architecture.md").read_text()) if "points" in block]
    moved = int(re.findall(r"time >= (\d+)", statements)[0])
    assert moved == datetime(2026, 11, 10, 10, 30, tzinfo=UTC).timestamp() * 1000
    old, new = (Series("building", DEVICE, "indoor-air", site, "03190") for site in (OLD, NEW))
    neighbour = old._replace(device="college-moulins-s14")
    hours = [moved // 3_600_000 * 3_600_000 + step for step in (0, 3_600_000)]
    store = SqliteStore(tmp_path / "readings.sqlite")
    store.ensure_schema()
    stood = [(old, moved - 1), (new, moved), (neighbour, moved)]
    store.write([Reading(series, at, {"co2": 600.0}) for series, at in [*stood, (old, moved), (old, moved + 1)]])
    store.write_rollups([Rollup(one, "co2", hour, {"co2": 600.0}) for one in (old, new, neighbour) for hour in hours])
    with closing(sqlite3.connect(tmp_path / "readings.sqlite")) as beside:
        beside.executescript(filled(statements, OLD))
    found = [(reading.series, reading.time) for reading in store.readings(0, 2 * moved)]
    assert sorted(found) == sorted(stood)
    assert {each.series.device: each.series.site for each in store.latest()} == {DEVICE: NEW, neighbour.device: OLD}
    assert len(store.points(DEVICE, "co2", 0, 2 * moved, ROLLUP)) == 3
    store.close()


# -- an hour becomes one value

NOISE, WIND = "bruit-moulins", "meteo-yzeure"


def publish(broker: Mosquitto, device: str, field: str, values: Mapping[int, float]) -> None:
    """Values by time in seconds."""
    lines = [json.dumps({"time": at, "values": {field: value}}) for at, value in values.items()]
    publish_lines(broker, f"vigiterre/environment/{device}/up", lines)


def rolled(influxd: Influxd, database: str, device: str, quantity: str) -> dict[int, dict[str, Any]]:
    """Hour in seconds -> the fields of its roll-up."""
    names = ", ".join((quantity, f"{quantity}_min", f"{quantity}_max", f"{quantity}_count"))
    query = f"SELECT {names} FROM rollup_1h.environment WHERE device = '{device}' AND time > 0"
    return {row["time"] // 1000: row for row in influx_rows(influxd, database, query)}


def arithmetic(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def energetic(levels: Sequence[float]) -> float:
    """The definition of an equivalent level, ISO 1996-1."""
    return 10 * math.log10(arithmetic([10 ** (level / 10) for level in levels]))


def test_a_loud_hour_of_a_quiet_night_is_averaged_by_its_energy_and_again_when_a_level_comes_late(
    vigiterre: Vigiterre, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    night = int(time.time()) // HOUR * HOUR - 12 * HOUR
    loud = range(night + HOUR + HOUR // 2, night + 2 * HOUR + HOUR // 2)
    levels = {at: 60.0 if at in loud else 30.0 for at in range(night, night + 8 * HOUR, 600)}
    late = night + 5 * HOUR + 600
    in_time = {at: level for at, level in levels.items() if at != late}
    publish(broker, NOISE, "LAeq", in_time)
    vigiterre.wait_for(STORED, len(in_time))
    restart(vigiterre)
    wait_until(lambda: len(rolled(influxd, unique, NOISE, "sound_level")) == 8, "eight hours")
    hours = rolled(influxd, unique, NOISE, "sound_level")
    say(f"\n{NOISE}: a level every ten minutes, 30 dB but for an hour of 60 dB\n  hour   stored   mean of dB  count")
    for hour, row in hours.items():
        members = [level for at, level in in_time.items() if hour <= at < hour + HOUR]
        say(
            f"  {(hour - night) // HOUR + 1}   {row['sound_level']:8.2f} dB {arithmetic(members):8.2f} {len(members):6}"
        )
        assert row["sound_level"] == pytest.approx(energetic(members))
        assert row["sound_level_count"] == len(members)
        assert (row["sound_level_min"], row["sound_level_max"]) == (min(members), max(members))
    half_loud = hours[night + HOUR]["sound_level"]
    assert half_loud == pytest.approx(56.99, abs=0.01)
    assert hours[night + 5 * HOUR]["sound_level"] == pytest.approx(30)

    publish(broker, NOISE, "LAeq", {late: 80.0})
    vigiterre.wait_for(STORED, 1)
    restart(vigiterre)

    def computed_again() -> dict[str, Any]:
        return rolled(influxd, unique, NOISE, "sound_level")[night + 5 * HOUR]

    wait_until(lambda: computed_again()["sound_level_count"] == 6, "the late level")
    row = computed_again()
    say(f"  6 again, with a late 80 dB: {row['sound_level']:.2f} dB, mean of dB {(5 * 30 + 80) / 6:.2f}")
    assert row["sound_level"] == pytest.approx(energetic([30.0] * 5 + [80.0]))
    assert {**rolled(influxd, unique, NOISE, "sound_level"), night + 5 * HOUR: row} == {**hours, night + 5 * HOUR: row}


def test_a_wind_from_the_north_is_averaged_across_zero(
    vigiterre: Vigiterre, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    hour = int(time.time()) // HOUR * HOUR - 3 * HOUR
    directions = [350.0, 10.0, 355.0, 5.0]
    publish(broker, WIND, "dd", {hour + 600 * n: each for n, each in enumerate(directions)})
    vigiterre.wait_for(STORED, 4)
    restart(vigiterre)
    wait_until(lambda: hour in rolled(influxd, unique, WIND, "wind_direction"), "the hour")
    row = rolled(influxd, unique, WIND, "wind_direction")[hour]
    say(f"\n{WIND}: {directions} deg: stored {row['wind_direction']:.3f}, arithmetic mean {arithmetic(directions):.0f}")
    assert min(row["wind_direction"], 360 - row["wind_direction"]) == pytest.approx(0, abs=1e-6)
    assert row["wind_direction_count"] == 4
