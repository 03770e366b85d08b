"""The broker of docker-compose.yml on a real mosquitto: what the service before it makes, and what is changed later.

Each command is that of the file, with its variables; tests/support/containers.py says what is replaced.
"""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from accounts import DEVICE, NEIGHBOUR, SERVICE, Accounts, ask, assert_a_device_publishes_its_own_topics_only
from certifying import Authority
from containers import SERVICES, Containers, chosen
from guarded import NOT_AUTHORIZED, Caller
from pages import placed, read_page

from dashboards.console.accounts.accounts import Accounts as People
from servers import Influxd, Vigiterre, free_port, program
from vigiterre.credentials.file import accounts_in
from vigiterre.doctor.listeners import read_listeners

HEALTH = "vigiterre-health"
SECONDS = 10


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Containers:
    """After `make secrets` and the service that the broker waits for."""
    started = Containers(tmp_path_factory.mktemp("started") / "here")
    told = started.first_start()
    assert told.returncode == 0, told.stderr
    copy(started.folder, started.folder.with_name("kept"))
    return started


@pytest.fixture
def containers(started: Containers) -> Iterator[Containers]:
    """There, with all as it was then: the files name their folder and port."""
    shutil.rmtree(started.folder)
    copy(started.folder.with_name("kept"), started.folder)
    containers = Containers(started.folder, started.port)
    yield containers
    containers.broker.stop()


def copy(folder: Path, to: Path) -> None:
    """With whom its files belong to."""
    subprocess.run(["cp", "--archive", str(folder), str(to)], check=True)


def code_of(containers: Containers, user: str, password: str) -> int:
    """Of the CONNACK."""
    caller = Caller(containers.port, user, password)
    caller.leave()
    return caller.code


def audited(containers: Containers) -> list[str]:
    with People(containers.data) as people:
        return [line.action for line in people.audit.lines()]


def test_the_first_start_makes_two_accounts_and_private_files_and_says_no_secret(tmp_path: Path) -> None:
    containers = Containers(tmp_path)
    told = containers.first_start()
    assert told.returncode == 0, told.stderr
    made = {one.name: one.kind.value for one in accounts_in(containers.data)}
    assert made == {SERVICE: "ingest", HEALTH: "health"}
    modes = {name: mode for name, (_, mode) in containers.content().items()}
    assert modes == {"mosquitto.conf": 0o644, "vigiterre.acl": 0o600, "vigiterre.passwd": 0o600}
    written = b"".join(text for text, _ in containers.content().values()).decode()
    for name in ("mqtt_password", "mqtt_health_password"):
        assert containers.secret(name) not in told.stdout + told.stderr + written
    assert "pattern" not in written


def test_a_second_up_changes_nothing(containers: Containers) -> None:
    known, content, log = accounts_in(containers.data), containers.content(), audited(containers)
    with containers.broker:
        staying = Caller(containers.port, SERVICE, containers.secret("mqtt_password"))
        told = containers.first_start()
        staying.subscribe("marker")
        assert (told.returncode, staying.closed) == (0, 0)
        staying.leave()
    assert (accounts_in(containers.data), containers.content(), audited(containers)) == (known, content, log)
    assert "0 fichier(s) changé(s)" in told.stderr


def test_a_secret_that_was_changed_by_hand_stops_the_start_with_the_remedy(containers: Containers) -> None:
    before = containers.content()
    secret, other = containers.secrets / "mqtt_password", "0123456789abcdef" * 3
    secret.write_text(other)
    told = containers.first_start(VIGITERRE_LANGUAGE="en")
    assert told.returncode == 1
    assert f"exist already: {SERVICE}; nothing was done. `rotate`" in told.stderr
    assert containers.content() == before
    with containers.broker:
        containers.done("broker", "accounts", "rotate", SERVICE, "--from", secret, "--apply")
        assert code_of(containers, SERVICE, other) == 0
    assert containers.first_start().returncode == 0


def test_a_mistake_in_the_territory_stops_the_start_and_a_broker_that_runs_goes_on(containers: Containers) -> None:
    before = containers.content()
    territory = containers.folder / "territory"
    shutil.copytree(containers.config, territory)
    (territory / "devices.csv").write_text("no header\n")
    containers.config = territory
    with containers.broker:
        told = containers.first_start()
        assert (told.returncode, "devices.csv" in told.stderr) == (1, True)
        assert containers.content() == before
        assert code_of(containers, SERVICE, containers.secret("mqtt_password")) == 0


def test_the_next_up_does_not_bring_back_what_was_revoked(containers: Containers) -> None:
    stolen = containers.secret("mqtt_health_password")
    with containers.broker:
        assert code_of(containers, HEALTH, stolen) == 0
        containers.done("broker", "accounts", "revoke", HEALTH, "--apply")
        told = containers.first_start(VIGITERRE_LANGUAGE="en")
        assert (told.returncode, f"{HEALTH} was revoked" in told.stderr) == (1, True)
        containers.broker.signal(1)
        assert code_of(containers, HEALTH, stolen) == NOT_AUTHORIZED
        another = containers.done("broker", "accounts", "create", "health", HEALTH, "--apply").strip()
        (containers.secrets / "mqtt_health_password").write_text(another)
        assert containers.first_start().returncode == 0
        assert code_of(containers, HEALTH, another) == 0


async def test_the_broker_of_the_containers_lets_each_do_its_own_and_no_more(containers: Containers) -> None:
    with containers.broker:
        passwords = {SERVICE: containers.secret("mqtt_password"), **containers.give(DEVICE, NEIGHBOUR)}
        await assert_a_device_publishes_its_own_topics_only(Accounts(containers.broker, passwords))
        assert Caller(containers.port, None, None).code == NOT_AUTHORIZED


def test_an_account_is_given_and_revoked_while_the_broker_runs_and_its_session_is_closed(
    containers: Containers, capsys: pytest.CaptureFixture[str]
) -> None:
    with containers.broker:
        secrets = containers.give(DEVICE, NEIGHBOUR)
        stolen, neighbour = (Caller(containers.port, name, secrets[name]) for name in (DEVICE, NEIGHBOUR))
        assert (stolen.code, neighbour.code) == (0, 0)
        begun = time.monotonic()
        revoking = threading.Thread(
            target=containers.done, args=("devices", "credentials", "revoke", DEVICE, "--apply")
        )
        revoking.start()
        stolen.until_closed()
        seconds = time.monotonic() - begun
        revoking.join()
        with capsys.disabled():
            print(f"\ncontainers, revoked: live session closed after {seconds:.2f} s, the command included")  # noqa: T201
        assert seconds < SECONDS
        assert code_of(containers, DEVICE, secrets[DEVICE]) == NOT_AUTHORIZED
        neighbour.subscribe("marker")
        assert neighbour.closed == 0
        neighbour.leave()


def test_what_fails_on_the_running_broker_is_put_back(containers: Containers) -> None:
    """A broker that reads other files: the one of another machine, whose number stands in the pid file."""
    other = Containers(containers.folder / "other")
    assert other.first_start().returncode == 0
    with containers.broker, other.broker:
        pid_file = containers.kept / "mosquitto.pid"
        pid_file.write_text(f"{other.broker.pid}\n")
        before = containers.content()
        told = containers.admin("devices", "credentials", "create", DEVICE, "--apply", VIGITERRE_LANGUAGE="en")
        assert (told.returncode, "files of before are back" in told.stderr) == (1, True)
        assert containers.content() == before
        assert code_of(containers, SERVICE, containers.secret("mqtt_password")) == 0


def test_the_health_check_of_the_broker_finds_its_account_and_sees_a_dead_one(containers: Containers) -> None:
    service = SERVICES["mosquitto"]
    check = [chosen(word) for word in service["healthcheck"]["test"][1:]]
    assert service["environment"]["XDG_CONFIG_HOME"] == "/run/secrets"
    command = [program(check[0]), *check[1:], "-p", str(containers.port)]

    def healthy(folder: object) -> bool:
        done = subprocess.run(command, env={"XDG_CONFIG_HOME": str(folder)}, capture_output=True, check=False)
        return done.returncode == 0

    with containers.broker:
        assert healthy(containers.secrets)
        assert not healthy("/nowhere")
    assert not healthy(containers.secrets)


def test_the_doctor_knows_the_listener_of_the_containers_and_warns_of_any_other(containers: Containers) -> None:
    conf = containers.files / "mosquitto.conf"
    [listener] = read_listeners(conf)
    assert (listener.address, listener.tls) == ("0.0.0.0", False)

    def found(file: Path) -> str:
        return containers.admin("doctor", "--json", "--mosquitto-conf", file, VIGITERRE_STORE__URL="memory:").stdout

    with containers.broker:
        assert '"tls.listener_of_containers"' in found(conf)
        assert '"tls.listener_in_clear"' not in found(conf)
        assert '"broker.conf_right"' in found(conf)
        copy = containers.folder / "copy.conf"
        copy.write_text(conf.read_text())
        assert '"tls.listener_in_clear"' in found(copy), "another file is another broker"
        conf.write_text(f"{conf.read_text()}listener {free_port()} 0.0.0.0\n")
        assert '"tls.listener_in_clear"' in found(conf), "and another port is not meant"


def test_devices_beyond_the_machine_come_by_tls_as_the_page_says(containers: Containers, tmp_path: Path) -> None:
    page = read_page("docs/production.md")
    [override] = [yaml.safe_load(block) for block in page.blocks("yaml") if "8883" in block]
    mounted = {
        name: next(one for one in override["services"][name]["volumes"] if ":/certificates" in one)
        for name in ("broker-files", "mosquitto", "admin")
    }
    assert set(mounted.values()) == {"./certificates:/certificates:ro"}
    assert override["services"]["mosquitto"]["ports"] == ["8883:8883"]
    authority, port = Authority(tmp_path / "certificates"), free_port()
    authority.sign("server")
    territory = shutil.copytree(containers.config, tmp_path / "territory")
    settings = page.block("toml", "/certificates/")
    changes = {"/certificates": str(tmp_path / "certificates"), "8883": str(port)}
    with (territory / "vigiterre.toml").open("a") as file:
        file.write(placed(settings, changes) + f'tls_listener = "127.0.0.1:{port}"\n')
    containers.config = territory
    assert containers.first_start().returncode == 0
    with containers.broker:
        secrets = containers.give(DEVICE)
        device = Caller(port, DEVICE, secrets[DEVICE], authority=authority.file)
        assert device.code == 0
        assert device.publish(f"vigiterre/road/{DEVICE}/up") in (0, 0x10)
        device.leave()


def test_vigiterre_runs_on_the_variables_of_the_containers(containers: Containers, tmp_path: Path) -> None:
    """On InfluxDB 1 in place of 2, with accounts of the same names and rights."""
    admin, store = "of the admin", containers.secret("influxdb_write_password")
    statements = [
        "CREATE DATABASE telemetry WITH DURATION 90d NAME autogen",
        "CREATE RETENTION POLICY rollup_1h ON telemetry DURATION 3650d REPLICATION 1",
        "CREATE RETENTION POLICY personal_30d ON telemetry DURATION 30d REPLICATION 1 SHARD DURATION 1d",
        f"CREATE USER vigiterre WITH PASSWORD '{store}'",
        "GRANT ALL ON telemetry TO vigiterre",
    ]
    with containers.broker, Influxd(tmp_path / "influxd", auth=True) as influxd:
        assert ask(influxd.port, f"CREATE USER admin WITH PASSWORD '{admin}' WITH ALL PRIVILEGES", "", "") == []
        assert [ask(influxd.port, statement, "admin", admin) for statement in statements] == [[]] * len(statements)
        process = Vigiterre(tmp_path / "run", containers.config, "", "")
        changes = {"@influxdb:8086": f"@127.0.0.1:{influxd.port}", "0.0.0.0:8080": f"127.0.0.1:{process.port}"}
        given = {name: placed(value, changes) for name, value in containers.variables("vigiterre").items()}
        assert process.environment is not None
        process.environment |= given
        with process:
            process.wait_for("vigiterre_mqtt_connected", 1)
            device = Caller(containers.port, DEVICE, containers.give(DEVICE)[DEVICE])
            assert device.publish(f"vigiterre/road/{DEVICE}/up", b'{"values": {"road_surface_temperature": 1.5}}') == 0
            device.leave()
            process.wait_for("vigiterre_readings_stored_total", 1)
            check = [word.replace("8080", str(process.port)) for word in SERVICES["vigiterre"]["healthcheck"]["test"]]
            assert subprocess.run([sys.executable, *check[2:]], check=False).returncode == 0
            assert process.stop() == 0
        [[_, stored]] = ask(influxd.port, "SELECT road_surface_temperature FROM road", "vigiterre", store)
    assert stored == 1.5
