"""The main job, on real processes: mosquitto, InfluxDB and `vigiterre run`, killed where it hurts."""

import json
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers import Influxd, Mosquitto, Vigiterre, influx_rows, publish_bytes, publish_lines, wait_until

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
DEVICE = "college-moulins-s12"
STORED = "vigiterre_readings_stored_total"
SINCE = "time >= 0"

Start = Callable[..., Vigiterre]


@pytest.fixture
def broker(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Mosquitto]:
    """One of its own: sessions and backlogs belong to the test."""
    with Mosquitto(tmp_path / "mosquitto", durable=getattr(request, "param", True)) as mosquitto:
        yield mosquitto


quick_broker = pytest.mark.parametrize("broker", [False], indirect=True, ids=["quick"])
"""It saves when it stops, which is not before the end: its whole queue at each change takes minutes of 20,000."""


@pytest.fixture
def start(tmp_path: Path, broker: Mosquitto, influxd: Influxd, unique: str) -> Iterator[Start]:
    """Starts `vigiterre run` on the shipped Allier, or on another folder."""
    started: list[Vigiterre] = []

    def go(config: Path = CONFIG, **environment: str) -> Vigiterre:
        process = Vigiterre(tmp_path / "vigiterre", config, broker.url, influxd.url(unique), **environment)
        started.append(process)
        process.start()
        process.wait_for("vigiterre_mqtt_connected", 1)
        return process

    yield go
    for process in started:
        process.stop()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be changed."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def topic(device: str, domain: str = "building") -> str:
    return f"vigiterre/{domain}/{device}/up"


def reading(at_s: int, n: int) -> tuple[str, tuple[float, float, float]]:
    values = (15 + n % 100 / 10, 30 + n % 50 + 0.25, 400 + n % 1_000)
    body = {"time": at_s, "values": dict(zip(("air_temperature", "relative_humidity", "co2"), values, strict=True))}
    return json.dumps(body), values


def expected_points(count: int) -> tuple[list[str], dict[int, tuple[float, float, float]]]:
    begin = int(time.time()) - count - 60
    lines, points = [], {}
    for n in range(count):
        line, values = reading(begin + n, n)
        lines.append(line)
        points[(begin + n) * 1000] = values
    return lines, points


def found_points(influxd: Influxd, database: str, device: str) -> dict[int, tuple[float, float, float]]:
    query = f"SELECT air_temperature, relative_humidity, co2 FROM building WHERE device = '{device}' AND {SINCE}"
    return {
        row["time"]: (row["air_temperature"], row["relative_humidity"], row["co2"])
        for row in influx_rows(influxd, database, query)
    }


@quick_broker
def test_twenty_thousand_published_readings_are_twenty_thousand_points_with_the_right_values(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    vigiterre = start()
    lines, points = expected_points(20_000)
    publish_lines(broker, topic(DEVICE), lines)
    vigiterre.wait_for(STORED, 20_000, 200)
    assert found_points(influxd, unique, DEVICE) == points
    assert vigiterre.stop() == 0


@quick_broker
def test_p02_three_kills_in_the_middle_of_twenty_thousand_lose_and_spoil_nothing(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    vigiterre = start()
    lines, points = expected_points(20_000)
    for part in range(4):
        publish_lines(broker, topic(DEVICE), lines[part * 5_000 : (part + 1) * 5_000])
        if part < 3:
            vigiterre.kill()
            vigiterre.start()
    wait_until(lambda: len(found_points(influxd, unique, DEVICE)) >= 20_000, "20,000 points", 200)
    assert found_points(influxd, unique, DEVICE) == points


def test_p07_of_a_thousand_with_seven_bad_the_rest_is_stored_and_a_replay_mends_what_can_be_mended(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str, config: Path
) -> None:
    vigiterre = start(config)
    lines, points = expected_points(993)
    at = max(points) // 1000
    publish_lines(broker, topic(DEVICE), lines)
    publish_lines(
        broker,
        topic(DEVICE),
        [
            '{"values": {"co2": 612}',
            '{"values": {"co2": "612"}}',
            '{"values": {"co2": NaN}}',
            '{"values": {"co2": 1e9}}',
            '{"values": {"c02": 612}}',
            f'{{"time": {at + 86_400}, "values": {{"co2": 612}}}}',
        ],
    )
    publish_lines(broker, topic("college-neuf-s01"), [f'{{"time": {at}, "values": {{"co2": 701}}}}'])
    vigiterre.wait_for("vigiterre_readings_received_total", 1_000)
    assert vigiterre.metric(STORED) == 993
    assert found_points(influxd, unique, DEVICE) == points
    listed = json.loads(vigiterre.cli("quarantine", "list", "--json").stdout)
    assert sorted(row["reason"] for row in listed) == [
        "clock_future",
        "not_finite",
        "out_of_range",
        "schema",
        "undecodable",
        "unknown_device",
        "unknown_quantity",
    ]
    row = next(line for line in (config / "devices.csv").read_text().splitlines() if line.startswith(DEVICE))
    with (config / "devices.csv").open("a") as devices:
        devices.write(row.replace(DEVICE, "college-neuf-s01") + "\n")
    vigiterre.signal(signal.SIGHUP)
    vigiterre.wait_for("vigiterre_devices", 56)
    replayed = vigiterre.cli("quarantine", "replay", "--reason", "unknown_device")
    assert replayed.returncode == 0, replayed.stderr
    query = f"SELECT co2 FROM building WHERE device = 'college-neuf-s01' AND {SINCE}"
    [point] = influx_rows(influxd, unique, query)
    assert point == {"time": at * 1000, "co2": 701}
    assert "unknown_device" not in vigiterre.cli("quarantine", "list", "--json").stdout


BAD = {
    "unknown_device": ("vigiterre/road/nobody/up", b'{"values": {"co2": 1}}'),
    "wrong_topic": (f"vigiterre/building/{DEVICE}", b'{"values": {"co2": 1}}'),
    "undecodable": (topic(DEVICE), b"\x00\xff\x10\x80"),
    "schema": (topic(DEVICE), b'{"values": {"co2": "612"}}'),
    "not_finite": (topic(DEVICE), b'{"values": {"co2": -Infinity}}'),
    "unknown_quantity": (topic(DEVICE), b'{"values": {"c02": 612}}'),
    "out_of_range": (topic(DEVICE), b'{"values": {"co2": -5000}}'),
    "clock_future": (topic(DEVICE), b'{"time": 4102444800, "values": {"co2": 612}}'),
    "too_old": (topic(DEVICE), b'{"time": "1970-01-01T00:00:00Z", "values": {"co2": 612}}'),
    "too_large": (topic(DEVICE), b'{"values": {"co2": 612}, "note": "' + b"x" * 10_000_000 + b'"}'),
}
ALSO_BAD = [b"", b"{", b"[" * 100_000, b"[]", b"17", b'{"values": {}}']


def test_every_kind_of_bad_input_is_refused_under_its_reason_and_its_neighbours_are_stored(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    vigiterre = start()
    for where, payload in BAD.values():
        publish_bytes(broker, where, payload)
    for payload in ALSO_BAD:
        publish_bytes(broker, topic(DEVICE), payload)
    mixed = b'[{"values": {"co2": 500}}, {"values": {"co2": "bad"}}, {"values": {"co2": 501, "air_temperature": 999}}]'
    publish_bytes(broker, topic(DEVICE), mixed)
    publish_bytes(broker, topic(DEVICE), b'{"values": {"air_temperature": 20}}')
    vigiterre.wait_for(STORED, 2)
    for reason in BAD:
        assert vigiterre.metric(f'vigiterre_readings_refused_total{{reason="{reason}"}}') >= 1, reason
    rows = json.loads(vigiterre.cli("quarantine", "list", "--json").stdout)
    assert len(rows) == len(BAD) + len(ALSO_BAD) + 2
    assert set(rows[0]) >= {"id", "received", "topic", "device", "reason", "detail"}
    large = next(row for row in rows if row["reason"] == "too_large")
    assert large["size"] == len(BAD["too_large"][1])
    found = influx_rows(influxd, unique, f"SELECT co2, air_temperature FROM building WHERE {SINCE}")
    assert [(row["co2"], row["air_temperature"]) for row in found] == [(500, None), (501, None), (None, 20)]
    assert vigiterre.get("/readyz")[0] == 200


def test_p03_a_repeated_reading_is_counted_and_stored_once(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    vigiterre = start()
    lines, points = expected_points(100)
    publish_lines(broker, topic(DEVICE), lines)
    publish_lines(broker, topic(DEVICE), lines)
    vigiterre.wait_for("vigiterre_readings_duplicate_total", 100)
    assert vigiterre.metric(STORED) == 100
    assert found_points(influxd, unique, DEVICE) == points


def test_a_moved_device_keeps_its_old_site_for_what_it_measured_there(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str, config: Path
) -> None:
    day = int(time.time()) // 86_400 * 86_400 - 3 * 86_400
    moved = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(day))
    vigiterre = start(config)
    before, after = (f'{{"time": {day + step}, "values": {{"co2": 600}}}}' for step in (-60, 60))
    publish_lines(broker, topic(DEVICE), [before, after])
    vigiterre.wait_for(STORED, 2)
    with (config / "placements.csv").open("a") as placements:
        placements.write(f"{DEVICE},,{moved},college-ancien,Ancien collège,03185,46.34,2.6,210\n")
    vigiterre.signal(signal.SIGHUP)
    wait_until(lambda: "config_reloaded" in vigiterre.log.read_text(), "the reload")
    replayed = vigiterre.cli("replay", "--from", "2020-01-01", "--to", "2100-01-01", "--device", DEVICE)
    assert replayed.returncode == 0, replayed.stderr
    rows = influx_rows(influxd, unique, f"SELECT co2 FROM building WHERE {SINCE} GROUP BY site, commune")
    old = [row for row in rows if row["site"] == "college-ancien"]
    assert [(row["time"], row["commune"]) for row in old] == [((day - 60) * 1000, "03185")]
    assert [row["time"] for row in rows if row["site"] != "college-ancien"][-1] == (day + 60) * 1000


def test_a_broken_new_configuration_keeps_the_old_one_and_says_so(
    start: Start, broker: Mosquitto, config: Path
) -> None:
    vigiterre = start(config)
    with (config / "devices.csv").open("a") as devices:
        devices.write("Bad Id,nothing,nowhere,,,,,,,,,,\n")
    vigiterre.signal(signal.SIGHUP)
    wait_until(lambda: "config_kept" in vigiterre.log.read_text(), "the refusal")
    publish_lines(broker, topic(DEVICE), ['{"values": {"co2": 600}}'])
    vigiterre.wait_for(STORED, 1)
    assert vigiterre.cli("check").returncode == 1


def test_without_broker_and_store_it_starts_says_so_and_goes_on_when_they_come(tmp_path: Path, unique: str) -> None:
    mosquitto, influxd = Mosquitto(tmp_path / "m"), Influxd(tmp_path / "i")
    vigiterre = Vigiterre(tmp_path / "v", CONFIG, mosquitto.url, influxd.url(unique))
    with vigiterre:
        wait_until(lambda: vigiterre.get("/readyz")[0] == 503, "503")
        with mosquitto:
            vigiterre.wait_for("vigiterre_mqtt_connected", 1)
            publish_lines(mosquitto, topic(DEVICE), ['{"values": {"co2": 600}}'])
            wait_until(lambda: json.loads(vigiterre.get("/readyz")[1])["checks"]["store"] != "", "store trouble")
            with influxd:
                vigiterre.wait_for(STORED, 1)
                wait_until(lambda: vigiterre.get("/readyz")[0] == 200, "200")
