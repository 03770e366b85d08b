"""docs/production.md does what it says: its blocks run on real servers, with only ports and paths replaced."""

import asyncio
import base64
import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import aiomqtt
import pytest
import typer

from servers import Influxd, Server, Vigiterre, free_port, program, wait_until
from vigiterre.__main__ import app
from vigiterre.doctor.mosquitto_conf import mosquitto_configuration
from vigiterre.settings import load_settings, setting_names

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/production.md").read_text()
SERVICE, DEVICE = "vigiterre-ingest", "d2009-saint-pourcain"
PASSWORDS = {SERVICE: "of the service", DEVICE: "of the device", "trafic-d945-neuvy": "of another"}
DEBIAN = "persistence true\npersistence_location /var/lib/mosquitto/\ninclude_dir /etc/mosquitto/conf.d\n"
"""What matters here of the /etc/mosquitto/mosquitto.conf that Debian 12 installs."""
AS_ROOT = "user root\n" if os.geteuid() == 0 else ""
"""Else it becomes `mosquitto`, which may not look into a test's folder."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def file_of_page(path: str) -> str:
    """The block that begins by naming this path."""
    [found] = [block for language in ("conf", "toml", "ini") for block in blocks(language) if f"# {path}\n" in block]
    return found


# -- the broker


class Broker(NamedTuple):
    server: Server
    tls: int
    """Port of the TLS listener."""
    root: Path
    """Stands for `/`."""

    @property
    def conf(self) -> Path:
        return self.root / "etc/mosquitto/mosquitto.conf"


def install_broker(root: Path) -> Broker:
    """Follows the page, below another root."""
    port, tls = free_port(), free_port()
    etc = root / "etc/mosquitto"
    for folder in (etc / "conf.d", etc / "certs", root / "var/lib/mosquitto"):
        folder.mkdir(parents=True)
    changes = {"/etc/": f"{root}/etc/", "/var/lib/": f"{root}/var/lib/", "8883": str(tls), "1883": str(port)}
    (etc / "mosquitto.conf").write_text(AS_ROOT + placed(DEBIAN, changes))
    for name in ("conf.d/vigiterre.conf", "conf.d/vigiterre-tls.conf", "vigiterre.acl"):
        (etc / name).write_text(placed(file_of_page(f"/etc/mosquitto/{name}"), changes))
    for user, password in PASSWORDS.items():
        create = ["-c"] if user == SERVICE else []
        command = [program("mosquitto_passwd"), *create, "-b", str(etc / "vigiterre.passwd"), user, password]
        subprocess.run(command, check=True)
    certificate = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ["-subj", "/CN=localhost", "-keyout", "certs/server.key", "-out", "certs/server.pem"]
    subprocess.run([*certificate, *names], cwd=etc, check=True, capture_output=True)
    return Broker(Server([program("mosquitto"), "-c", str(etc / "mosquitto.conf")], port, root / "log"), tls, root)


def placed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    found = install_broker(tmp_path_factory.mktemp("page"))
    with found.server:
        yield found


def client(broker: Broker, user: str, client_id: str, **options: Any) -> aiomqtt.Client:
    given: dict[str, Any] = {"port": broker.server.port, "username": user, "password": PASSWORDS[user]} | options
    return aiomqtt.Client("localhost", identifier=client_id, **given)


async def heard(listener: aiomqtt.Client, until: str) -> list[str]:
    """Topics up to this one."""
    topics: list[str] = []
    async with asyncio.timeout(10):
        async for message in listener.messages:
            topics.append(str(message.topic))
            if topics[-1] == until:
                break
    return topics


async def test_a_device_publishes_below_its_own_name_and_nowhere_else(broker: Broker) -> None:
    allowed = [f"vigiterre/{domain}/{DEVICE}/up" for domain in ("road", "building", "environment")]
    allowed += [f"vigiterre/road/{DEVICE}/state"]
    other = "trafic-d945-neuvy"
    forbidden = [
        f"vigiterre/road/{other}/up",
        f"vigiterre/live/{DEVICE}/up",
        "vigiterre-live/alerts",
        f"road/{DEVICE}/up",
    ]
    forbidden += ["vigiterre/road/up", f"vigiterre-live/doctor/{DEVICE}", f"vigiterre/air/{DEVICE}/up"]
    last = f"vigiterre/road/{DEVICE}/last"
    async with client(broker, SERVICE, "watch") as service:
        for topic in ("vigiterre/#", "vigiterre-live/#"):
            await service.subscribe(topic, qos=1)
        for topic in [*forbidden, *allowed, last]:
            # mosquitto 2.0.11 closes the connection after a forbidden message, and says nothing of why.
            with suppress(aiomqtt.MqttError):
                async with client(broker, DEVICE, DEVICE) as device:
                    await device.publish(topic, "x", qos=1)
        assert await heard(service, last) == [*allowed, last]


async def test_a_device_hears_nothing_not_even_its_neighbour(broker: Broker) -> None:
    async with client(broker, DEVICE, "curious") as device, client(broker, "trafic-d945-neuvy", "loud") as neighbour:
        await device.subscribe("#", qos=1)
        await device.subscribe("$SYS/#", qos=1)
        await neighbour.publish("vigiterre/road/trafic-d945-neuvy/up", "x", qos=1)
        await asyncio.sleep(0.3)
        assert len(device.messages) == 0


@pytest.mark.parametrize("wrong", [{"username": None, "password": None}, {"password": "guessed"}])
async def test_nobody_comes_in_without_the_password(broker: Broker, wrong: dict[str, Any]) -> None:
    with pytest.raises(aiomqtt.MqttError, match=r"[Nn]ot authori[sz]ed"):
        async with client(broker, DEVICE, "stranger", **wrong):
            pass


async def test_what_the_service_publishes_comes_back_to_it(broker: Broker) -> None:
    async with client(broker, SERVICE, "round") as service:
        await service.subscribe("vigiterre-live/#", qos=1)
        await service.publish("vigiterre-live/doctor/x", "x", qos=1)
        assert await heard(service, "vigiterre-live/doctor/x")


async def leave_a_session(broker: Broker) -> None:
    async with client(broker, SERVICE, SERVICE, clean_session=False) as service:
        await service.subscribe("vigiterre/#", qos=1)


def test_by_tls_a_device_cannot_take_the_session_of_the_service(broker: Broker) -> None:
    tls = aiomqtt.TLSParameters(ca_certs=str(broker.root / "etc/mosquitto/certs/server.pem"))

    async def steal() -> list[str]:
        await leave_a_session(broker)
        topic = f"vigiterre/road/{DEVICE}/up"
        async with client(broker, DEVICE, SERVICE, port=broker.tls, tls_params=tls, clean_session=True) as thief:
            await thief.publish(topic, "x", qos=1)
        async with client(broker, SERVICE, SERVICE, clean_session=False) as service:
            return await heard(service, topic)

    assert len(asyncio.run(steal())) == 1


def test_a_killed_broker_keeps_all_it_confirmed_while_the_service_was_away(tmp_path: Path) -> None:
    broker, count = install_broker(tmp_path / "page"), 1_500  # its default keeps 1,000, and none when killed
    topic = f"vigiterre/road/{DEVICE}/up"
    with broker.server as server:
        asyncio.run(leave_a_session(broker))
        account = ["-u", DEVICE, "-P", PASSWORDS[DEVICE]]
        command = [program("mosquitto_pub"), "-p", str(server.port), "-V", "mqttv5", "-q", "1", *account]
        lines = "".join(f"{number}\n" for number in range(count))
        subprocess.run([*command, "-t", topic, "-l"], input=lines, text=True, check=True, timeout=60)
        server.kill()
        server.start()

        async def come_back() -> list[bytes]:
            async with client(broker, SERVICE, SERVICE, clean_session=False) as service, asyncio.timeout(20):
                kept: list[bytes] = []
                async for message in service.messages:
                    assert isinstance(message.payload, bytes)
                    kept.append(message.payload)
                    if len(kept) == count:
                        break
                return kept

        assert asyncio.run(come_back()) == [b"%d" % number for number in range(count)]


@pytest.mark.parametrize("name", ["mosquitto.conf", "mosquitto-compose.conf"])
def test_the_shipped_broker_files_start_and_the_doctor_finds_nothing_wrong(name: str, tmp_path: Path) -> None:
    text, port = (ROOT / "config/broker" / name).read_text(), free_port()
    changes = {
        "listener 1883": f"listener {port}",
        "/mosquitto/data/": f"{tmp_path}/",
        "/var/lib/mosquitto/": f"{tmp_path}/",
    }
    conf = tmp_path / name
    conf.write_text(placed(text, changes) + AS_ROOT)
    with Server([program("mosquitto"), "-c", str(conf)], port, tmp_path / "log"):
        pass
    assert [finding.code for finding in mosquitto_configuration(conf)] == ["broker.conf_right"]


# -- the database


def ask(influxd: Influxd, statement: str, user: str = "", password: str = "", database: str = "") -> Any:
    """The first series of an answer, or its error."""
    body = urllib.parse.urlencode({"q": statement, "db": database, "epoch": "ms"}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{influxd.port}/query", body)
    if user:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            [result] = json.load(answer)["results"]
    except urllib.error.HTTPError as refused:
        with refused:
            return str(json.load(refused)["error"])
    return result.get("error") or next((series["values"] for series in result.get("series", [])), [])


class Database(NamedTuple):
    server: Influxd
    accounts: dict[str, str]
    """User -> password."""

    def ask(self, user: str, statement: str) -> Any:
        return ask(self.server, statement, user, self.accounts[user], "telemetry")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An InfluxDB with authentication, on which the statements of the page have run in their order."""
    folder = tmp_path_factory.mktemp("influxd")
    [statements] = blocks("sql")
    accounts = dict(re.findall(r"CREATE USER \"(\w+)\" WITH PASSWORD '([^']+)'", statements))
    first, *others = statements.splitlines()
    with Influxd(folder, auth=True) as server:
        [http] = [block for block in blocks("toml") if block.startswith("[http]")]
        lines = {line.strip() for line in (folder / "influxdb.conf").read_text().splitlines()}
        assert set(http.replace("8086", str(server.port)).splitlines()) <= lines
        assert ask(server, first) == []
        for statement in others:
            assert ask(server, statement, "admin", accounts["admin"]) == [], statement
        yield Database(server, accounts)


def test_the_database_takes_nothing_without_an_account_and_grafana_only_reads(database: Database) -> None:
    assert "authenticat" in ask(database.server, "SHOW DATABASES")
    assert database.ask("grafana", 'SHOW RETENTION POLICIES ON "telemetry"') == [
        ["autogen", "2160h0m0s", "168h0m0s", 1, True],
        ["rollup_1h", "87600h0m0s", "720h0m0s", 1, False],
    ]
    assert "not authorized" in database.ask("grafana", 'DELETE FROM "road"')
    assert database.ask("vigiterre", "DELETE FROM \"road\" WHERE device = 'moved'") == []
    assert "requires admin" in database.ask("vigiterre", 'CREATE DATABASE "another"')


# -- the service


@pytest.fixture
def vigiterre(tmp_path: Path, broker: Broker, database: Database) -> Iterator[Vigiterre]:
    """`vigiterre run` on the page's vigiterre.toml and the secrets written as the page writes them."""
    etc = Path(shutil.copytree(ROOT / "config", tmp_path / "etc/vigiterre"))
    changes = {"/etc/": f"{tmp_path}/etc/", "/var/lib/": f"{tmp_path}/var/lib/", ":8086": f":{database.server.port}"}
    toml = file_of_page("/etc/vigiterre/vigiterre.toml")
    (etc / "vigiterre.toml").write_text(placed(toml, changes | {":1883": f":{broker.server.port}"}))
    (etc / "secrets").mkdir()
    (etc / "secrets/mqtt").write_text(PASSWORDS[SERVICE])
    (etc / "secrets/store").write_text(database.accounts["vigiterre"])
    process = Vigiterre(tmp_path / "run", etc, "", "")
    assert process.environment is not None
    for name in ("VIGITERRE_MQTT__URL", "VIGITERRE_STORE__URL", "VIGITERRE_DATA_DIR"):
        del process.environment[name]  # the file says it
    with process:
        process.wait_for("vigiterre_mqtt_connected", 1)
        yield process


def test_the_service_stores_and_rolls_up_with_the_accounts_of_the_page_and_the_doctor_agrees(
    vigiterre: Vigiterre, broker: Broker, database: Database
) -> None:
    hour = int(time.time()) // 3600 * 3600 - 7200

    async def publish() -> None:
        async with client(broker, DEVICE, DEVICE) as device:
            for step, value in ((0, 1.5), (600, 2.5)):
                body = {"time": hour + step, "values": {"road_surface_temperature": value}}
                await device.publish(f"vigiterre/road/{DEVICE}/up", json.dumps(body), qos=1)

    asyncio.run(publish())
    vigiterre.wait_for("vigiterre_readings_stored_total", 2)
    assert vigiterre.stop() == 0
    vigiterre.start()  # roll-ups are computed first at the start, then once a minute
    query = "SELECT road_surface_temperature, site FROM {}.road WHERE time > 0"
    point = f"{hour * 1000}", 2.0, DEVICE
    wait_until(lambda: bool(database.ask("grafana", query.format("rollup_1h"))), "the roll-up")
    [[at, mean, site]] = database.ask("grafana", query.format("rollup_1h"))
    assert (str(at), mean, site) == point
    assert len(database.ask("grafana", query.format("autogen"))) == 2
    vigiterre.wait_for("vigiterre_mqtt_connected", 1)

    examined = vigiterre.cli("doctor", "--json", "--mosquitto-conf", str(broker.conf))
    findings = json.loads(examined.stdout)
    assert examined.returncode == 0, findings
    assert not [one for one in findings if one["level"] == "error"]
    assert {"broker.conf_right", "broker.round_trip", "process.ready"} <= {one["code"] for one in findings}
    text = vigiterre.log.read_text() + examined.stdout
    assert not [password for password in (*PASSWORDS.values(), *database.accounts.values()) if password in text]


def test_the_unit_starts_a_command_that_exists_and_systemd_accepts_it(tmp_path: Path) -> None:
    text = file_of_page("/etc/systemd/system/vigiterre.service")
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    command = shlex.split(unit["Service"]["ExecStart"])
    assert Path(command[0]).relative_to("/opt/vigiterre") == Path(".venv/bin/vigiterre")
    assert command[1:] == ["run"]
    key, _, value = unit["Service"]["Environment"].partition("=")
    assert key == "VIGITERRE_CONFIG"
    toml = tomllib.loads(file_of_page(f"{value}/vigiterre.toml"))
    assert toml["data_dir"] == f"/var/lib/{unit['Service']['StateDirectory']}"
    analyse = shutil.which("systemd-analyze")
    if analyse is not None:
        service = tmp_path / "vigiterre.service"
        service.write_text(text.replace("/opt/vigiterre/.venv/bin", str(Path(sys.executable).parent)))
        told = subprocess.run([analyse, "verify", "--man=no", service], capture_output=True, text=True, check=False)
        assert (told.returncode, told.stdout + told.stderr) == (0, "")


# -- the commands, the containers


def known(words: list[str]) -> None:
    """Fails unless these words are a command of ours with its options."""
    command: Any = typer.main.get_command(app)
    for word in words:
        if word.startswith("--"):
            options = [option for parameter in command.params for option in parameter.opts]
            assert word.partition("=")[0] in options, (word, options)
        elif word in getattr(command, "commands", {}):
            command = command.commands[word]
    assert not hasattr(command, "commands"), words


def test_every_command_of_the_page_exists_with_its_options() -> None:
    found = re.findall(r"\bvigiterre(?= )((?: --config \S+)? (?:run|check|doctor|devices|replay)\b[^\n;&`#]*)", PAGE)
    assert len(found) >= 6
    for command in found:
        known(shlex.split(command))


def test_every_file_of_the_repository_that_the_page_names_exists() -> None:
    for name in re.findall(r"`((?:tests|config|docs)/[\w./-]+|Dockerfile|docker-compose.yml|CHANGELOG.md)`", PAGE):
        assert (ROOT / name).exists(), name


def test_the_dockerfile_copies_what_exists_and_nothing_that_is_kept_out() -> None:
    kept_out = (ROOT / ".dockerignore").read_text().split()
    copies = re.findall(r"(?m)^COPY (.+)$", (ROOT / "Dockerfile").read_text())
    names = [name for line in copies for name in line.split()[:-1]]
    assert {"requirements.lock", "vigiterre", "ingest"} <= set(names)
    for name in names:
        assert (ROOT / name).exists(), name
        assert name not in kept_out
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(packages["packages"]) <= set(names)


class Line(NamedTuple):
    indent: int
    text: str


def read_yaml(text: str) -> Any:
    """The part of YAML that docker-compose.yml keeps to: mappings, lists of `- `, and one-line [ ] and { }.

    Written out because the project needs no YAML reader for anything else. Refuses whatever it does not know.
    """
    lines = [
        Line(len(line) - len(line.lstrip()), line.strip())
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    value, rest = _node(lines, 0)
    assert rest == len(lines), lines[rest]
    return value


def _node(lines: list[Line], at: int) -> tuple[Any, int]:
    indent, listed = lines[at].indent, lines[at].text.startswith("- ")
    items: list[Any] = []
    mapping: dict[str, Any] = {}
    while at < len(lines) and lines[at].indent == indent:
        line = lines[at].text
        at += 1
        if listed:
            items.append(_scalar(line.removeprefix("- ")))
            continue
        match = re.fullmatch(r"([\w.-]+):(?: (.+))?", line)
        assert match is not None, line
        assert match[1] not in mapping, f"{match[1]} twice"
        mapping[match[1]] = _scalar(match[2]) if match[2] else None
        if not match[2] and at < len(lines) and lines[at].indent > indent:
            mapping[match[1]], at = _node(lines, at)
    assert at == len(lines) or lines[at].indent < indent, lines[at]
    return (items if listed else mapping), at


def _scalar(text: str) -> Any:
    if text[0] in "[{":
        assert text[-1] == {"[": "]", "{": "}"}[text[0]], text
        parts = [part.strip() for part in text[1:-1].split(",")]
        if text[0] == "[":
            return [_scalar(part) for part in parts]
        return {key: _scalar(value) for key, _, value in (part.partition(": ") for part in parts)}
    if text[0] == '"':
        return json.loads(text)
    assert not re.search(r"^[&*!|>%@`'\"\]}]|: | #", text), f"quote it: {text}"
    return text


def test_the_compose_file_names_settings_files_and_volumes_that_exist() -> None:
    compose = read_yaml((ROOT / "docker-compose.yml").read_text())
    variables = {f"VIGITERRE_{name.upper().replace('.', '__')}" for name in setting_names()} | {"VIGITERRE_CONFIG"}
    services = compose["services"]
    assert set(services["vigiterre"]["environment"]) <= variables
    for name, service in services.items():
        assert set(service.get("depends_on", [])) <= set(services)
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), name
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in compose["volumes"], volume
        for path in re.findall(r"/run/secrets/(\w+)", json.dumps(service)):
            assert path in service["secrets"], name
    for secret in compose["secrets"].values():
        assert secret["file"].removeprefix("./") in PAGE, "the page makes it"


def test_the_compose_settings_are_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = read_yaml((ROOT / "docker-compose.yml").read_text())
    for name, value in compose["services"]["vigiterre"]["environment"].items():
        monkeypatch.setenv(name, value)
    settings = load_settings(ROOT / "config")
    assert settings.mqtt.url == "mqtt://mosquitto:1883"
    assert settings.store_url == "influxdb://vigiterre@influxdb:8086/telemetry"
    assert str(settings.data_dir) == "/data"
