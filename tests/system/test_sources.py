"""From a network server to a point: envelope, codec in the sandbox, mapping; and one uplink is one reading."""

import base64
import json
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servers import Influxd, Mosquitto, Vigiterre, influx_rows, publish_bytes, publish_lines, wait_until

ROOT = Path(__file__).parent.parent.parent
EUI = "0102030405060708"
DEVICE = "college-moulins-s12"
STORED = "vigiterre_readings_stored_total"
DUPLICATE = "vigiterre_readings_duplicate_total"
REFUSED = 'vigiterre_readings_refused_total{reason="undecodable"}'
FROST = bytes.fromhex("ff385c0d2c")
"""tests/data/profiles: -2 Cel, 92 %, 3372 mV."""

Start = Callable[..., Vigiterre]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto") as mosquitto:
        yield mosquitto


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration and one LoRaWAN device more."""
    folder = Path(shutil.copytree(ROOT / "config", tmp_path / "config", ignore=shutil.ignore_patterns("demo")))
    with (folder / "devices.csv").open() as file:
        header = file.readline().strip().split(",")
    row = {"id": "abri-01", "model": "acme-th-1", "domain": "road", "site": "abri", "commune": "03254", "eui": EUI}
    columns = [*header, *(name for name in ("eui", "alias") if name not in header)]
    rest = (folder / "devices.csv").read_text().splitlines()[1:]
    lines = [",".join(columns), *(line + "," * (len(columns) - len(header)) for line in rest)]
    lines.append(",".join(row.get(name, "") for name in columns))
    (folder / "devices.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def start(tmp_path: Path, broker: Mosquitto, influxd: Influxd, unique: str, config: Path) -> Iterator[Start]:
    process = Vigiterre(tmp_path / "vigiterre", config, broker.url, influxd.url(unique))
    imported = process.cli("devices", "profiles", "import", str(ROOT / "tests/data/profiles"), "acme-th-1", "--yes")
    assert imported.returncode == 0, imported.stderr

    def go() -> Vigiterre:
        process.start()
        process.wait_for("vigiterre_mqtt_connected", 1)
        return process

    yield go
    process.stop()


def uplink(at: float, counter: int, payload: bytes = FROST, gateway: str = "0016c001f153a14c") -> str:
    """A ChirpStack v4 `up` event without `object`, as events.md of its documentation describes it."""
    when = datetime.fromtimestamp(at, UTC).isoformat()
    return json.dumps(
        {
            "deduplicationId": f"3ac7e3c4-4401-4b8d-9386-{counter:012d}",
            "time": when,
            "deviceInfo": {"applicationId": "17c82e96", "deviceName": "abri", "devEui": EUI.upper()},
            "devAddr": "00189440",
            "dr": 1,
            "fCnt": counter,
            "fPort": 2,
            "data": base64.b64encode(payload).decode(),
            "rxInfo": [{"gatewayId": gateway, "rssi": -98, "snr": 8.2, "location": {"latitude": 1, "longitude": 2}}],
            "txInfo": {"frequency": 868100000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}},
        }
    )


def resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def topic(event: str = "up") -> str:
    return f"application/17c82e96/device/{EUI}/event/{event}"


def points(influxd: Influxd, database: str) -> list[dict[str, object]]:
    return influx_rows(influxd, database, "SELECT * FROM road WHERE device = 'abri-01' AND time >= 0")


def test_an_uplink_without_object_becomes_a_point_with_the_values_of_the_maker_s_vector(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    vigiterre = start()
    at = int(time.time()) - 30
    publish_lines(broker, topic(), [uplink(at, 41)])
    vigiterre.wait_for(STORED, 1)
    [point] = points(influxd, unique)
    assert point["time"] == at * 1000
    assert (point["air_temperature"], point["relative_humidity"], point["battery_voltage"]) == (-2.0, 92.0, 3.372)
    assert (point["rssi"], point["snr"], point["gateways"], point["spreading_factor"]) == (-98.0, 8.2, 1.0, 7.0)
    assert (point["site"], point["commune"]) == ("abri", "03254")


def test_the_same_uplink_three_times_is_one_point_a_restart_between_them_or_not(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str
) -> None:
    vigiterre = start()
    at = int(time.time()) - 30
    publish_lines(broker, topic(), [uplink(at, 41), uplink(at + 0.3, 41, gateway="7276ff002e080244")])
    vigiterre.wait_for(DUPLICATE, 1)
    vigiterre.kill()
    start()
    publish_lines(broker, topic(), [uplink(at + 0.5, 41, gateway="00800000a0001234")])
    vigiterre.wait_for(DUPLICATE, 1)
    publish_lines(broker, topic(), [uplink(at + 20, 42)])
    vigiterre.wait_for(STORED, 1)
    assert [point["time"] for point in points(influxd, unique)] == [round(at * 1000), round((at + 20) * 1000)]


def test_events_are_counted_and_never_refused(start: Start, broker: Mosquitto) -> None:
    vigiterre = start()
    who = {"deviceInfo": {"devEui": EUI}, "time": datetime.now(UTC).isoformat()}
    for event, more in (
        ("join", {"devAddr": "00189440"}),
        ("ack", {"acknowledged": True, "fCntDown": 1}),
        ("txack", {"downlinkId": 1}),
        ("log", {"level": "ERROR", "code": "UPLINK_CODEC", "description": "x"}),
    ):
        publish_lines(broker, topic(event), [json.dumps(who | more)])
        vigiterre.wait_for(f'vigiterre_source_events_total{{kind="{event}"}}', 1)
    assert vigiterre.metric("vigiterre_readings_received_total") == 0


def test_a_foreign_broker_s_uplinks_are_points_too_and_what_it_kept_comes_after_a_kill(
    start: Start, tmp_path: Path, influxd: Influxd, unique: str, config: Path
) -> None:
    at = int(time.time()) - 300
    with Mosquitto(tmp_path / "far") as far, (config / "sources.toml").open("a") as sources:
        sources.write(
            f'\n[brokers.far]\nurl = "{far.url}"\nclient_id = "{unique}"\n'
            '[sources.far]\nbroker = "far"\ntopic = "v3/{application}/devices/{device}/{event...}"\ncodec = "tts-v3"\n'
        )
        sources.flush()
        vigiterre = start()
        vigiterre.wait_for("vigiterre_foreign_connected", 1)
        publish_lines(far, "v3/app/devices/abri/up", [the_things_stack(at, 1)])
        vigiterre.wait_for(STORED, 1)
        vigiterre.kill()
        publish_lines(far, "v3/app/devices/abri/up", [the_things_stack(at + 60, 2)])
        start()
        wait_until(lambda: len(points(influxd, unique)) == 2, "the second uplink")
    assert [point["time"] for point in points(influxd, unique)] == [at * 1000, (at + 60) * 1000]


def the_things_stack(at: float, counter: int) -> str:
    """An uplink message as The Things Stack's documentation describes it."""
    when = datetime.fromtimestamp(at, UTC).isoformat()
    return json.dumps(
        {
            "end_device_ids": {"device_id": "abri", "dev_eui": EUI.upper()},
            "received_at": when,
            "uplink_message": {
                "f_port": 2,
                "f_cnt": counter,
                "frm_payload": base64.b64encode(FROST).decode(),
                "rx_metadata": [{"gateway_ids": {"gateway_id": "g"}, "rssi": -98, "snr": 8.2, "timestamp": 4_000}],
                "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}},
                "received_at": when,
            },
        }
    )


def test_hostile_codecs_stop_nothing_else(
    start: Start, broker: Mosquitto, influxd: Influxd, unique: str, config: Path
) -> None:
    (config / "codecs/acme-th-1.js").write_text(
        "function decodeUplink(input) {\n"
        "  if (input.bytes[0] === 1) while (true) {}\n"
        "  if (input.bytes[0] === 2) return {data: {s: 'x'.repeat(1 << 30)}};\n"
        "  if (input.bytes[0] === 3) { function f() { return f() + 1; } f(); }\n"
        "  if (input.bytes[0] === 4) throw undefined;\n"
        "  if (input.bytes[0] === 5) return {data: {temperature: NaN}};\n"
        "  Object.prototype.humidity = 1; Array.prototype.map = null;\n"
        "  return {data: {temperature: 7}};\n"
        "}\n"
    )
    model = config / "models/acme-th-1.toml"
    model.write_text(model.read_text().partition("[[examples]]")[0])
    vigiterre = start()
    at = int(time.time()) - 4_000
    hostile = [uplink(at + n / 10, n % 65_536, bytes([1 + n % 5, n >> 8, n & 255])) for n in range(10_000)]
    good = [f'{{"time": {at + n}, "values": {{"co2": {400 + n % 100}}}}}' for n in range(3_000)]
    memory = []
    for part in range(10):
        publish_lines(broker, topic(), hostile[part * 1_000 : (part + 1) * 1_000])
        publish_lines(broker, f"vigiterre/building/{DEVICE}/up", good[part * 300 : (part + 1) * 300])
        vigiterre.wait_for("vigiterre_messages_processed_total", (part + 1) * 1_300)
        memory.append(resident_mib(vigiterre.pid))
    query = f"SELECT co2 FROM building WHERE device = '{DEVICE}' AND time >= 0"
    wait_until(lambda: len(influx_rows(influxd, unique, query)) == 3_000, "the good readings", 60)
    assert vigiterre.metric(REFUSED) >= 8_000
    assert memory[-1] < memory[1] + 40, memory  # MiB; the frames of an hour are remembered
    refused = json.loads(vigiterre.cli("quarantine", "list", "--device", "abri-01", "--limit", "9999", "--json").stdout)
    assert all("acme-th-1.js" in row["detail"] for row in refused if row["reason"] == "undecodable")


def test_garbage_on_a_source_s_topic_is_refused_with_words(start: Start, broker: Mosquitto) -> None:
    vigiterre = start()
    for number, payload in enumerate([b"", b"{", b"[1]", b"\xff\x00", b'{"deviceInfo": {"devEui": 7}}'], start=1):
        publish_bytes(broker, topic(), payload)
        vigiterre.wait_for("vigiterre_readings_received_total", number)
    assert vigiterre.metric("vigiterre_readings_stored_total") == 0
