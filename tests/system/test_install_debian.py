"""docs/install-debian.md does what it says: its blocks run in their order, with only ports and paths replaced.

What needs Debian's administrator or systemd is played by stand-ins that write down how they were called.
"""

import asyncio
import configparser
import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import aiomqtt
import pytest
from accounts import (
    AS_ROOT,
    DEVICE,
    NEIGHBOUR,
    SERVICE,
    Accounts,
    ask,
    assert_a_device_publishes_its_own_topics_only,
    heard,
)
from guarded import account
from pages import ROOT, placed, read_page

from servers import Influxd, Server, Vigiterre, free_port, program, wait_until
from vigiterre.doctor.mosquitto_conf import mosquitto_configuration
from vigiterre.settings import BrokerSettings

PAGE = read_page("docs/install-debian.md")
DEBIAN = """pid_file /run/mosquitto/mosquitto.pid
persistence true
persistence_location /var/lib/mosquitto/
include_dir /etc/mosquitto/conf.d
"""
"""What matters here of the /etc/mosquitto/mosquitto.conf that Debian 12 installs."""
STAND_INS = ("apt-get", "useradd", "git", "make", "chown", "systemctl", "sudo")
INFLUX = """#!{python}
import os, sys
sys.path.insert(0, {support!r})
from accounts import ask
answer = ask({port}, sys.argv[2], os.environ["INFLUX_USERNAME"], os.environ["INFLUX_PASSWORD"])
assert sys.argv[1] == "-execute" and answer == [], answer
"""


class Machine(NamedTuple):
    """A folder that stands for `/` of a Debian, with a `bin` of stand-ins first on the PATH."""

    root: Path
    broker: int
    tls: int
    store: int

    def here(self, text: str) -> str:
        ours = {"/opt/vigiterre/.venv/bin": str(Path(sys.executable).parent), "/opt/vigiterre": str(ROOT)}
        paths = {f"{top}": f"{self.root}{top}" for top in ("/etc/", "/var/lib/", "/run/")}
        ports = {"8883": str(self.tls), "1883": str(self.broker), "8086": str(self.store)}
        return placed(text, paths | ours | ports)

    def defaults(self) -> dict[str, str]:
        """What the page leaves to the settings, and so does not name."""
        default = BrokerSettings()
        places = {"folder": default.folder, "data_folder": default.data_folder, "pid_file": default.pid_file}
        given = {name: f"{self.root}{place}" for name, place in places.items()}
        given |= {name: self.here(getattr(default, name)) for name in ("listener", "tls_listener")}
        return {f"VIGITERRE_BROKER__{name.upper()}": value for name, value in given.items()}

    def run(self, holding: str) -> str:
        """The block of the page that holds these words. Returns what it printed; fails where it fails."""
        return self.run_text(PAGE.block("sh", holding))

    def run_text(self, block: str) -> str:
        script = "set -eu\n" + self.here(block)
        path = f"{self.root}/bin:/usr/bin:/bin"
        environment = {"PATH": path, "VIGITERRE_BROKER__ACCOUNT": account(), **self.defaults()}
        done = subprocess.run(
            ["sh", "-c", script], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        return done.stdout

    def put(self, path: str, text: str) -> Path:
        file = Path(self.here(path))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def secret(self, name: str) -> str:
        return (self.root / "etc/vigiterre/secrets" / name).read_text()


def stand_in(machine: Machine, name: str, text: str) -> None:
    file = machine.put(f"{machine.root}/bin/{name}", text)
    file.chmod(0o755)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Steps 1 to 3 of the page are done, but for the accounts of devices."""
    machine = Machine(tmp_path_factory.mktemp("debian"), free_port(), free_port(), free_port())
    for name in STAND_INS:
        stand_in(machine, name, f'#!/bin/sh\necho {name} "$@" >> {machine.root}/calls\n')
    # `install -o -g` needs root and accounts that a test machine lacks.
    stand_in(machine, "install", '#!/bin/sh\nexec /usr/bin/install $(echo "$@" | sed -E "s/-[og] [a-z]+ //g")\n')
    for folder in ("etc/mosquitto/conf.d", "etc/mosquitto/certs", "etc/systemd/system", "var/lib/mosquitto"):
        (machine.root / folder).mkdir(parents=True)
    (machine.root / "run/mosquitto").mkdir(parents=True)
    machine.put("/etc/mosquitto/mosquitto.conf", AS_ROOT + machine.here(DEBIAN))
    machine.run("apt-get install --yes mosquitto")
    machine.run("for name in mqtt store")
    settings = machine.put(
        "/etc/vigiterre/vigiterre.toml", machine.here(PAGE.block("toml", "# /etc/vigiterre/vigiterre.toml"))
    )
    machine.run("/etc/vigiterre check")
    machine.run("broker accounts create ingest")
    certificate = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ["-subj", "/CN=localhost", "-keyout", "certs/server.key", "-out", "certs/server.pem"]
    subprocess.run([*certificate, *names], cwd=machine.root / "etc/mosquitto", check=True, capture_output=True)
    with settings.open("a") as file:
        file.write(machine.here(PAGE.block("toml", "[broker]")))
    machine.run("broker apply --no-reload && systemctl")
    return machine


def server_of(machine: Machine, folder: Path) -> Server:
    conf = folder / "etc/mosquitto/mosquitto.conf"
    return Server([program("mosquitto"), "-c", str(conf)], machine.broker, folder / "mosquitto.log")


@pytest.fixture(scope="module")
def broker(machine: Machine) -> Iterator[Accounts]:
    with server_of(machine, machine.root) as server:
        block = PAGE.block("sh", f"credentials create {DEVICE}")
        given = [machine.run(f"credentials create {DEVICE}"), machine.run_text(block.replace(DEVICE, NEIGHBOUR))]
        rows = [row for text in given for row in csv.DictReader(text.splitlines())]
        yield Accounts(server, {SERVICE: machine.secret("mqtt"), **{row["user"]: row["password"] for row in rows}})


def test_secrets_are_made_once_and_closed_to_others(machine: Machine) -> None:
    folder = machine.root / "etc/vigiterre/secrets"
    before = {file.name: file.read_text() for file in folder.iterdir()}
    machine.run("for name in mqtt store")
    assert {file.name: file.read_text() for file in folder.iterdir()} == before
    assert all(
        len(text) == 48 and file.stat().st_mode & 0o007 == 0 for file in folder.iterdir() for text in [file.read_text()]
    )
    assert len(set(before.values())) == 4


def test_the_doctor_finds_nothing_wrong_with_the_broker_file(machine: Machine) -> None:
    found = mosquitto_configuration(machine.root / "etc/mosquitto/mosquitto.conf")
    assert [finding.code for finding in found] == ["broker.conf_right"]


async def test_a_device_publishes_its_own_topics_and_nowhere_else(broker: Accounts) -> None:
    await assert_a_device_publishes_its_own_topics_only(broker)


async def test_a_device_hears_nothing_not_even_its_neighbour(broker: Accounts) -> None:
    async with broker.client(DEVICE, "curious") as device, broker.client(NEIGHBOUR, "loud") as neighbour:
        await device.subscribe("#", qos=1)
        await device.subscribe("$SYS/#", qos=1)
        await neighbour.publish(f"vigiterre/road/{NEIGHBOUR}/up", "x", qos=1)
        await asyncio.sleep(0.3)
        assert len(device.messages) == 0


@pytest.mark.parametrize("wrong", [{"username": None, "password": None}, {"password": "guessed"}])
async def test_nobody_comes_in_without_the_password(broker: Accounts, wrong: dict[str, Any]) -> None:
    with pytest.raises(aiomqtt.MqttError, match=r"[Nn]ot authori[sz]ed"):
        async with broker.client(DEVICE, "stranger", **wrong):
            pass


async def test_what_the_service_publishes_comes_back_to_it(broker: Accounts) -> None:
    async with broker.client(SERVICE, "round") as service:
        await service.subscribe("vigiterre-live/#", qos=1)
        await service.publish("vigiterre-live/doctor/x", "x", qos=1)
        assert await heard(service, "vigiterre-live/doctor/x")


async def leave_a_session(broker: Accounts) -> None:
    async with broker.client(SERVICE, SERVICE, clean_session=False) as service:
        await service.subscribe("vigiterre/#", qos=1)


def test_by_tls_a_device_cannot_take_the_session_of_the_service(broker: Accounts, machine: Machine) -> None:
    tls = aiomqtt.TLSParameters(ca_certs=str(machine.root / "etc/mosquitto/certs/server.pem"))

    async def steal() -> list[str]:
        await leave_a_session(broker)
        topic = f"vigiterre/road/{DEVICE}/up"
        async with broker.client(DEVICE, SERVICE, port=machine.tls, tls_params=tls, clean_session=True) as thief:
            await thief.publish(topic, "x", qos=1)
        async with broker.client(SERVICE, SERVICE, clean_session=False) as service:
            return await heard(service, topic)

    assert len(asyncio.run(steal())) == 1


def test_p18_a_killed_broker_keeps_all_it_confirmed_while_the_service_was_away(
    broker: Accounts, machine: Machine
) -> None:
    count, topic = 1_500, f"vigiterre/road/{DEVICE}/up"  # its default keeps 1,000, and none when killed
    asyncio.run(leave_a_session(broker))
    account = ["-u", DEVICE, "-P", broker.passwords[DEVICE]]
    command = [program("mosquitto_pub"), "-p", str(machine.broker), "-V", "mqttv5", "-q", "1", *account]
    lines = "".join(f"{number}\n" for number in range(count))
    subprocess.run([*command, "-t", topic, "-l"], input=lines, text=True, check=True, timeout=60)
    broker.server.kill()
    broker.server.start()

    async def come_back() -> list[bytes]:
        async with broker.client(SERVICE, SERVICE, clean_session=False) as service, asyncio.timeout(20):
            kept: list[bytes] = []
            async for message in service.messages:
                assert isinstance(message.payload, bytes)
                kept.append(message.payload)
                if len(kept) == count:
                    break
            return kept

    assert asyncio.run(come_back()) == [b"%d" % number for number in range(count)]


@pytest.fixture(scope="module")
def database(machine: Machine) -> Iterator[Influxd]:
    """An InfluxDB with authentication, on which the statements of the page have run in their order."""
    folder = machine.root / "influxd"
    support = str(ROOT / "tests/support")
    stand_in(machine, "influx", INFLUX.format(python=sys.executable, support=support, port=machine.store))
    with Influxd(folder, auth=True, port=machine.store) as server:
        http = PAGE.block("toml", "bind-address")
        lines = {line.strip() for line in (folder / "influxdb.conf").read_text().splitlines()}
        assert set(machine.here(http).splitlines()) <= lines
        machine.run("CREATE USER admin")
        yield server


def test_the_database_takes_nothing_without_an_account_and_grafana_only_reads(
    machine: Machine, database: Influxd
) -> None:
    grafana, vigiterre = machine.secret("grafana"), machine.secret("store")
    assert "authenticat" in ask(database.port, "SHOW DATABASES", "", "")
    assert ask(database.port, 'SHOW RETENTION POLICIES ON "telemetry"', "grafana", grafana) == [
        ["autogen", "2160h0m0s", "168h0m0s", 1, True],
        ["rollup_1h", "87600h0m0s", "720h0m0s", 1, False],
        ["personal_30d", "720h0m0s", "24h0m0s", 1, False],
    ]
    assert "not authorized" in ask(database.port, 'DELETE FROM "road"', "grafana", grafana)
    assert ask(database.port, "DELETE FROM \"road\" WHERE device = 'moved'", "vigiterre", vigiterre) == []
    assert "requires admin" in ask(database.port, 'CREATE DATABASE "another"', "vigiterre", vigiterre)


@pytest.fixture
def vigiterre(machine: Machine, tmp_path: Path, broker: Accounts, database: Influxd) -> Iterator[Vigiterre]:
    """`vigiterre run` on the page's vigiterre.toml and secrets, and the territory that step 1 copied."""
    process = Vigiterre(tmp_path, machine.root / "etc/vigiterre", "", "")
    assert process.environment is not None
    for name in ("VIGITERRE_MQTT__URL", "VIGITERRE_STORE__URL", "VIGITERRE_DATA_DIR"):
        del process.environment[name]  # the file says it
    with process:
        process.wait_for("vigiterre_mqtt_connected", 1)
        yield process


def test_the_service_stores_and_rolls_up_with_the_accounts_of_the_page_and_the_doctor_agrees(
    vigiterre: Vigiterre, machine: Machine, broker: Accounts, database: Influxd
) -> None:
    hour = int(time.time()) // 3600 * 3600 - 7200

    async def publish() -> None:
        async with broker.client(DEVICE, DEVICE) as device:
            for step, value in ((0, 1.5), (600, 2.5)):
                body = {"time": hour + step, "values": {"road_surface_temperature": value}}
                await device.publish(f"vigiterre/road/{DEVICE}/up", json.dumps(body), qos=1)

    asyncio.run(publish())
    vigiterre.wait_for("vigiterre_readings_stored_total", 2)
    assert vigiterre.stop() == 0
    vigiterre.start()  # roll-ups are computed first at the start, then once a minute

    def rows(policy: str) -> Any:
        query = f"SELECT road_surface_temperature, site FROM {policy}.road WHERE time > 0"
        return ask(database.port, query, "grafana", machine.secret("grafana"))

    wait_until(lambda: bool(rows("rollup_1h")), "the roll-up")
    assert rows("rollup_1h") == [[hour * 1000, 2.0, DEVICE]]
    assert len(rows("autogen")) == 2
    vigiterre.wait_for("vigiterre_mqtt_connected", 1)

    conf = machine.root / "etc/mosquitto/mosquitto.conf"
    examined = vigiterre.cli("doctor", "--json", "--mosquitto-conf", str(conf))
    findings = json.loads(examined.stdout)
    assert examined.returncode == 0, findings
    assert not [one for one in findings if one["level"] == "error"]
    assert {"broker.conf_right", "broker.round_trip", "process.ready"} <= {one["code"] for one in findings}
    text = vigiterre.log.read_text() + examined.stdout
    assert not [secret for secret in map(machine.secret, ("mqtt", "store", "grafana")) if secret in text]


def unit_of(path: Path) -> dict[str, dict[str, str]]:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(path.read_text())
    return {name: dict(unit[name]) for name in unit.sections()}


def test_the_unit_starts_a_command_that_exists_and_systemd_accepts_it(machine: Machine, tmp_path: Path) -> None:
    machine.run("system/vigiterre.service")
    installed = machine.root / "etc/systemd/system/vigiterre.service"
    service = unit_of(installed)["Service"]
    command = shlex.split(service["ExecStart"])
    assert command == ["/opt/vigiterre/.venv/bin/vigiterre", "run"]
    key, _, value = service["Environment"].partition("=")
    assert key == "VIGITERRE_CONFIG"
    toml = tomllib.loads(PAGE.block("toml", f"# {value}/vigiterre.toml"))
    assert toml["data_dir"] == f"/var/lib/{service['StateDirectory']}"
    for kind in ("service", "path", "timer"):  # tests/system/test_broker_unit.py runs what they start
        name = f"vigiterre-broker.{kind}"
        assert (installed.parent / name).read_text() == (ROOT / "config/systemd" / name).read_text()
    calls = (machine.root / "calls").read_text().splitlines()
    assert "systemctl enable --now vigiterre" in calls
    assert "systemctl enable --now vigiterre-broker.path vigiterre-broker.timer" in calls
    analyse = shutil.which("systemd-analyze")
    if analyse is not None:
        unit = tmp_path / "vigiterre.service"
        unit.write_text(installed.read_text().replace("/opt/vigiterre/.venv/bin", str(Path(sys.executable).parent)))
        told = subprocess.run([analyse, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
        assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_the_unit_is_closed_as_systemd_counts_it() -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not here")
    unit = ROOT / "config/systemd/vigiterre.service"
    command = [analyse, "security", "--offline=yes", "--no-pager", "--threshold=20", str(unit)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-300:] + told.stderr


def test_grafana_gets_the_same_variables_on_debian_as_in_the_containers() -> None:
    text = (ROOT / "config/systemd/grafana-server.service.d/vigiterre.conf").read_text()
    here = dict(re.findall(r"(?m)^Environment=\"?(\w+)=([^\"\n]*)", text))
    compose = (ROOT / "docker-compose.yml").read_text()
    for name in here.keys() - {"GF_SERVER_HTTP_ADDR"}:
        assert f"{name}: " in compose, name
    source, _, target = re.findall(r"(?m)^BindReadOnlyPaths=(.+)$", text)[0].partition(":")
    assert source == "/etc/vigiterre/secrets/grafana"
    assert target == "/run/secrets/influxdb_read_password"
    assert here["VIGITERRE_INFLUX_USER"] == "grafana"
