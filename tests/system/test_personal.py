"""Persons in what devices send, on real processes: what is never stored, who sees what, and what ages out."""

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servers import Mosquitto, Vigiterre, publish_lines, wait_until

CONFIG = Path(__file__).parents[2] / "config"
ROOM, DOOR = "college-moulins-s12", "porte-chaufferie-moulins"
PLATE, MAC = "AB-123-CD", "a4:c1:38:5e:11:90"
DAY = 86_400


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto", durable=False) as mosquitto:
        yield mosquitto


@pytest.fixture
def vigiterre(tmp_path: Path, broker: Mosquitto) -> Iterator[Vigiterre]:
    """On SQLite, with presence and doors kept for a week."""
    config = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    catalogue = config / "quantities.toml"
    text = catalogue.read_text(encoding="utf-8").replace("retention_days = 30", "retention_days = 7")
    catalogue.write_text(text, encoding="utf-8")
    process = Vigiterre(tmp_path / "vigiterre", config, broker.url, f"sqlite:///{tmp_path}/store.sqlite")
    process.start()
    process.wait_for("vigiterre_mqtt_connected", 1)
    yield process
    process.stop()


def send(broker: Mosquitto, device: str, *items: dict[str, Any]) -> None:
    publish_lines(broker, f"vigiterre/building/{device}/up", [json.dumps(item) for item in items])


def asked(vigiterre: Vigiterre, path: str, token: str = "") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{vigiterre.port}/api/v1{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def technician(vigiterre: Vigiterre) -> str:
    made = vigiterre.cli("tokens", "add", "sonde", "--role", "technician")
    return next(word for word in (made.stdout + made.stderr).split() if word.startswith("vgt_"))


def raw(device: str, quantity: str, days: int = 1) -> str:
    start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * DAY))
    return f"/devices/{device}/series?quantity={quantity}&step=raw&from={start}"


def test_plates_and_addresses_are_never_stored_and_leave_the_quarantine_when_it_is_purged(
    vigiterre: Vigiterre, broker: Mosquitto, tmp_path: Path
) -> None:
    now = int(time.time())
    send(
        broker,
        ROOM,
        {"time": now - 4, "values": {"co2": 612, "plate": PLATE}},
        {"time": now - 3, "values": {"co2": 613, "mac": MAC}},
        {"time": now - 2, "values": {"co2": 614, "mac": 181_193_935_000}},
        {"time": now - 1, "values": {"co2": 615}, "plate": PLATE, "mac": MAC},
    )
    vigiterre.wait_for("vigiterre_readings_received_total", 4)
    status, answer = asked(vigiterre, raw(ROOM, "co2"))
    assert (status, sorted(one["value"] for one in answer["items"])) == (200, [612.0, 613.0, 614.0, 615.0])
    listed = json.loads(vigiterre.cli("quarantine", "list", "--json").stdout)
    assert sorted(row["reason"] for row in listed) == ["schema", "schema", "unknown_quantity"]
    assert not any(PLATE in row["detail"] or MAC in row["detail"] for row in listed)
    purged = vigiterre.cli("quarantine", "purge", "--device", ROOM)
    assert purged.returncode == 0, purged.stderr
    assert json.loads(vigiterre.cli("quarantine", "list", "--json").stdout) == []
    vigiterre.stop()
    for file in (tmp_path / "store.sqlite", tmp_path / "vigiterre/data/quarantine.sqlite"):
        assert PLATE.encode() not in file.read_bytes(), file.name
        assert MAC.encode() not in file.read_bytes(), file.name


def test_a_door_is_shown_raw_to_a_technician_and_by_the_hour_to_who_reads(
    vigiterre: Vigiterre, broker: Mosquitto
) -> None:
    now = int(time.time())
    send(broker, DOOR, {"time": now - 60, "values": {"door_open": 1}}, {"time": now, "values": {"door_open": 0}})
    vigiterre.wait_for("vigiterre_readings_stored_total", 2)
    token = technician(vigiterre)
    status, answer = asked(vigiterre, raw(DOOR, "door_open"), token)
    assert (status, [one["value"] for one in answer["items"]]) == (200, [1.0, 0.0])
    status, problem = asked(vigiterre, raw(DOOR, "door_open"))
    assert status == 403
    assert "step=1h" in problem["detail"]
    status, answer = asked(vigiterre, f"/devices/{DOOR}/series?quantity=door_open&step=1h")
    assert (status, answer["items"]) == (200, [])  # the hour is not over
    assert asked(vigiterre, f"/devices/{DOOR}/latest")[1]["items"] == []
    assert [one["value"] for one in asked(vigiterre, f"/devices/{DOOR}/latest", token)[1]["items"]] == [0.0]


def test_presence_ages_out_after_its_own_days_and_what_came_with_it_stays(
    vigiterre: Vigiterre, broker: Mosquitto
) -> None:
    now = int(time.time())
    send(
        broker,
        ROOM,
        {"time": now - 20 * DAY, "values": {"co2": 700, "occupancy": 1}},
        {"time": now - 2 * DAY, "values": {"co2": 800, "occupancy": 1}},
    )
    vigiterre.wait_for("vigiterre_readings_stored_total", 2)
    vigiterre.stop()
    vigiterre.start()  # retention begins at once, and is looked at each minute
    token = technician(vigiterre)

    def values(quantity: str) -> list[float]:
        status, answer = asked(vigiterre, raw(ROOM, quantity, days=30), token)
        assert status == 200, answer
        return [one["value"] for one in answer["items"]]

    wait_until(lambda: values("occupancy") == [1.0], "presence of three weeks ago to be dropped")
    assert values("co2") == [700.0, 800.0]
