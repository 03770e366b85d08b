"""The containers as far as they go without a container engine: their form, what they name, and their files at work.

The broker's files run on a real mosquitto, Vigiterre with its variables of docker-compose.yml on that broker and a real
InfluxDB 1; InfluxDB 2's `init.sh` runs against a stand-in for its command line.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from accounts import (
    AS_ROOT,
    DEVICE,
    NEIGHBOUR,
    SERVICE,
    Accounts,
    ask,
    assert_a_device_publishes_below_its_own_name_only,
)
from pages import ROOT, assert_command_exists, placed

from servers import Influxd, Server, Vigiterre, free_port, program
from vigiterre.doctor.mosquitto_conf import mosquitto_configuration
from vigiterre.settings import load_settings, setting_names

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}")
DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
"""`${NAME:-value}` is the value where nobody sets the name."""
RUNS_AS_ROOT = {"victoriametrics"}
"""Its image makes its folder for nobody else; without any capability that root is not worth much."""


def chosen(value: Any) -> str:
    """A value as compose makes it without any .env: defaults taken, `$$` one dollar."""
    return VARIABLE.sub(lambda found: found[2], str(value)).replace("$$", "$")


# -- the form


def test_it_is_a_compose_file() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    told = subprocess.run([*command, str(ROOT / "docker-compose.yml")], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_watched_limited_and_closed(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":v?\d+\.\d+\.\d+$", service["image"]), service["image"]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert set(service["healthcheck"]) == {"test", "interval", "timeout", "retries", "start_period"}
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"max-size", "max-file"} == set(service["logging"]["options"])
    user = str(service.get("user", re.findall(r"(?m)^USER (\d+)$", DOCKERFILE)[0] if "build" in service else "0"))
    assert user.startswith("0") == (name in RUNS_AS_ROOT), user


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_names_only_what_there_is(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", [])) <= set(SERVICES)
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    for volume in service["volumes"]:
        source, _, rest = DEFAULT.sub(r"\1", volume).partition(":")
        if source.startswith("./"):
            assert (ROOT / source).exists(), volume
            assert rest.endswith(":ro"), volume
        else:
            assert source in COMPOSE["volumes"], volume
    for path in re.findall(r"/run/secrets/(\w+)", str(service)):
        assert path in service["secrets"]


def test_ports_are_on_this_machine_only_and_the_database_has_none() -> None:
    for name, service in SERVICES.items():
        assert all(chosen(port).startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert "back" in service["networks"], name
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert "ports" not in SERVICES["influxdb"]
    assert SERVICES["influxdb"]["networks"] == ["back"]


def test_only_monitoring_is_off_by_itself() -> None:
    assert {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service} == {
        "victoriametrics": ["monitoring"]
    }
    scraped = yaml.safe_load((ROOT / "config/monitoring/scrape.yml").read_text())
    [target] = scraped["scrape_configs"][0]["static_configs"][0]["targets"]
    host, _, port = target.partition(":")
    assert host in SERVICES
    assert chosen(SERVICES[host]["environment"]["VIGITERRE_CONSOLE__BIND"]).endswith(f":{port}")


def test_the_example_holds_every_variable_with_its_default_and_no_other() -> None:
    example = dict(re.findall(r"(?m)^(\w+)=(.*)$", (ROOT / ".env.example").read_text()))
    assert example == dict(VARIABLE.findall(TEXT))


def test_no_secret_stands_in_a_file_that_is_committed() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", key):
                assert str(value).startswith("/run/secrets/"), key
    assert "secrets/" in (ROOT / ".gitignore").read_text().split()
    assert all(secret["file"] == f"./secrets/{name}" for name, secret in COMPOSE["secrets"].items())


def test_grafana_has_every_variable_that_its_files_ask_for() -> None:
    given = SERVICES["grafana"]["environment"]
    for file in (ROOT / "config/grafana/provisioning").rglob("*.y*ml"):
        for name in re.findall(r"(?<!\$)\$(?:__env)?\{?(VIGITERRE_\w+)", file.read_text()):
            assert name in given, f"{file.name}: {name}"
        for path in re.findall(r"\$__file\{/run/secrets/(\w+)\}", file.read_text()):
            assert path in SERVICES["grafana"]["secrets"], f"{file.name}: {path}"
    for language in ("fr", "en"):
        assert list((ROOT / "config/grafana/dashboards" / language).glob("*.json"))


# -- the image


def test_the_image_is_built_of_files_that_exist_and_reach_the_builder() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = re.findall(r"(?m)^COPY (?!--from)(.+)$", DOCKERFILE)
    names = {name for line in copies for name in line.split()[:-1]}
    assert names == let_through
    assert all((ROOT / name).exists() for name in names)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= names
    assert SERVICES["vigiterre"]["image"] == f"vigiterre:{project['project']['version']}"
    assert len(set(re.findall(r"(?m)^FROM (\S+)", DOCKERFILE))) == 1


def test_the_image_holds_what_runs_and_nothing_of_development() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"(?m)^([\w.-]+)==([^ ;]+)", (ROOT / name).read_text()))

    runs, all_of_it = pins("requirements-run.lock"), pins("requirements.lock")
    assert runs.items() <= all_of_it.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    def plain(names: list[str]) -> set[str]:
        return {re.split(r"[<>=~! ;\[]", name)[0].lower().replace("_", "-") for name in names}

    assert plain(project["project"]["dependencies"]) <= set(runs)
    assert not plain(project["dependency-groups"]["dev"]) & set(runs)
    assert "hatchling" in all_of_it, "pinned for the build"


def test_the_image_starts_a_command_that_exists() -> None:
    assert re.findall(r"(?m)^ENTRYPOINT (.+)$", DOCKERFILE) == ['["vigiterre"]']
    assert re.findall(r"(?m)^CMD (.+)$", DOCKERFILE) == ['["run"]']
    assert_command_exists(["run"])
    assert "command" not in SERVICES["vigiterre"]


def test_the_variables_of_vigiterre_are_settings_and_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    given = SERVICES["vigiterre"]["environment"]
    assert set(given) <= {f"VIGITERRE_{name.upper().replace('.', '__')}" for name in setting_names()} | {
        "VIGITERRE_CONFIG"
    }
    for name, value in given.items():
        monkeypatch.setenv(name, chosen(value))
    settings = load_settings(ROOT / "config")
    assert settings.mqtt.url == "mqtt://vigiterre-ingest@mosquitto:1883"
    assert settings.store_url == "influxdb://vigiterre@influxdb:8086/telemetry"
    assert (str(settings.data_dir), settings.language, settings.store.raw_days) == ("/data", "fr", 90)
    influxdb = SERVICES["influxdb"]["environment"]
    assert chosen(influxdb["DOCKER_INFLUXDB_INIT_RETENTION"]) == f"{settings.store.raw_days}d"
    assert chosen(influxdb["VIGITERRE_ROLLUP_DAYS"]) == f"{settings.store.rollup_days}"


# -- its files at work


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> None:
    path = f"{os.environ['PATH']}:{Path(program('mosquitto_passwd')).parent}"
    subprocess.run(
        ["sh", str(ROOT / "config/secrets.sh"), str(folder)], check=True, capture_output=True, env={"PATH": path}
    )


def test_secrets_are_made_once_for_every_container_in_a_folder_closed_to_others(secrets: Path) -> None:
    made = {file.name: file.read_text() for file in secrets.iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert all(file.stat().st_mode & stat.S_IROTH for file in secrets.iterdir()), (
        "containers have accounts of their own"
    )
    plain = [text for name, text in made.items() if not name.startswith("mosquitto")]
    assert len(set(plain)) == 6
    assert all(re.fullmatch(r"[0-9a-f]{48}", text) for text in plain)
    assert made["mqtt_password"] not in made["mosquitto_passwords"]
    make_secrets(secrets)
    assert {file.name: file.read_text() for file in secrets.iterdir()} == made
    assert "sh config/secrets.sh" in (ROOT / "Makefile").read_text()


@pytest.fixture
def broker(secrets: Path, tmp_path: Path) -> Server:
    """mosquitto on the container's files, with the accounts of two devices, made as docs/production.md says."""
    passwords = tmp_path / "mosquitto_passwords"
    shutil.copy(secrets / "mosquitto_passwords", passwords)
    for device in (DEVICE, NEIGHBOUR):
        subprocess.run([program("mosquitto_passwd"), "-b", str(passwords), device, device], check=True)
    [folder] = [volume for volume in SERVICES["mosquitto"]["volumes"] if volume.endswith("/mosquitto/config:ro")]
    port, conf = free_port(), tmp_path / "mosquitto.conf"
    changes = {
        "listener 1883 0.0.0.0": f"listener {port} 127.0.0.1",
        "/run/secrets/mosquitto_passwords": str(passwords),
        "/mosquitto/config/": f"{ROOT / folder.partition(':')[0]}/",
        "/mosquitto/data/": f"{tmp_path}/",
    }
    started = Path(SERVICES["mosquitto"]["command"][2]).name
    conf.write_text(placed((ROOT / "config/broker" / started).read_text(), changes) + AS_ROOT)
    assert "1883" not in conf.read_text().replace(str(port), "").replace("cross 1883", "")
    return Server([program("mosquitto"), "-c", str(conf)], port, tmp_path / "mosquitto.log")


async def test_the_broker_of_the_containers_lets_each_do_its_own_and_no_more(broker: Server, secrets: Path) -> None:
    conf = Path(broker.command[2])
    assert [finding.code for finding in mosquitto_configuration(conf)] == ["broker.conf_right"]
    with broker:
        passwords = {SERVICE: (secrets / "mqtt_password").read_text(), DEVICE: DEVICE, NEIGHBOUR: NEIGHBOUR}
        await assert_a_device_publishes_below_its_own_name_only(Accounts(broker, passwords))


def test_the_health_check_of_the_broker_finds_its_account_and_sees_a_dead_one(broker: Server, secrets: Path) -> None:
    service = SERVICES["mosquitto"]
    check = [chosen(word) for word in service["healthcheck"]["test"][1:]]
    assert service["environment"]["XDG_CONFIG_HOME"] == "/run/secrets"
    command = [program(check[0]), *check[1:], "-p", str(broker.port)]

    def healthy() -> bool:
        done = subprocess.run(command, env={"XDG_CONFIG_HOME": str(secrets)}, capture_output=True, check=False)
        return done.returncode == 0

    with broker:
        assert healthy()
        nobody = subprocess.run(command, env={"XDG_CONFIG_HOME": "/nowhere"}, capture_output=True, check=False)
        assert nobody.returncode != 0
    assert not healthy()


def test_vigiterre_runs_on_the_variables_of_the_containers(broker: Server, secrets: Path, tmp_path: Path) -> None:
    """On InfluxDB 1 in place of 2, with accounts of the same names and rights."""
    admin, store = "of the admin", (secrets / "influxdb_write_password").read_text()
    statements = [
        "CREATE DATABASE telemetry WITH DURATION 90d NAME autogen",
        "CREATE RETENTION POLICY rollup_1h ON telemetry DURATION 3650d REPLICATION 1",
        f"CREATE USER vigiterre WITH PASSWORD '{store}'",
        "GRANT ALL ON telemetry TO vigiterre",
    ]
    with broker, Influxd(tmp_path / "influxd", auth=True) as influxd:
        assert ask(influxd.port, f"CREATE USER admin WITH PASSWORD '{admin}' WITH ALL PRIVILEGES", "", "") == []
        assert [ask(influxd.port, statement, "admin", admin) for statement in statements] == [[]] * len(statements)
        process = Vigiterre(tmp_path / "run", ROOT / "config", "", "")
        changes = {
            "@mosquitto:1883": f"@127.0.0.1:{broker.port}",
            "@influxdb:8086": f"@127.0.0.1:{influxd.port}",
            "/run/secrets/": f"{secrets}/",
            "/config": str(ROOT / "config"),
            "/data": str(tmp_path / "data"),
            "0.0.0.0:8080": f"127.0.0.1:{process.port}",
        }
        given = {name: placed(chosen(value), changes) for name, value in SERVICES["vigiterre"]["environment"].items()}
        assert process.environment is not None
        process.environment |= given
        with process:
            process.wait_for("vigiterre_mqtt_connected", 1)
            topic, body = f"vigiterre/road/{DEVICE}/up", '{"values": {"road_surface_temperature": 1.5}}'
            account = ["-u", DEVICE, "-P", DEVICE, "-p", str(broker.port), "-q", "1"]
            subprocess.run([program("mosquitto_pub"), *account, "-t", topic, "-m", body], check=True, timeout=20)
            process.wait_for("vigiterre_readings_stored_total", 1)
            check = [word.replace("8080", str(process.port)) for word in SERVICES["vigiterre"]["healthcheck"]["test"]]
            assert subprocess.run([sys.executable, *check[2:]], check=False).returncode == 0
            assert process.stop() == 0
        [[_, stored]] = ask(influxd.port, "SELECT road_surface_temperature FROM road", "vigiterre", store)
    assert stored == 1.5


# -- InfluxDB's first start

INFLUX = r"""#!{python}
# As influx-cli's clients/ print: a table without headers, columns filled up with tabs. It remembers in a file.
import json, sys
from pathlib import Path
file = Path({state!r})
state = json.loads(file.read_text())
words, flags = [], {{}}
rest = iter(sys.argv[1:])
for word in rest:
    if not word.startswith("--"):
        words.append(word)
    elif word not in ("--hide-headers", "--default"):
        flags.setdefault(word, []).append(next(rest))
rows = []
match words:
    case ["bucket", "list"]:
        rows = [[each["id"], each["name"], "2160h0m0s", "24h0m0s", "org", "implicit"] for each in state["buckets"]]
    case ["bucket", "create"]:
        name, kept = flags["--name"][0], flags["--retention"][0]
        state["buckets"].append({{"id": "00000000000000b2", "name": name, "kept": kept}})
    case ["v1", "dbrp", "list"]:
        shown = [[each[flag][0] for flag in ("--db", "--bucket-id", "--rp")] for each in state["dbrps"]]
        rows = [["m", *each, "true", "false", "org"] for each in shown]
        rows += [[""], ["VIRTUAL DBRP MAPPINGS (READ-ONLY)"], ["-" * 34]]
        rows += [[each["id"], "telemetry", each["id"], "guessed", "false", "true", "org"] for each in state["buckets"]]
    case ["v1", "dbrp", "create"]:
        state["dbrps"].append(flags)
    case ["v1", "auth", "list"]:
        rows = [["a", "", each["--username"][0], "admin", "u", "[...]"] for each in state["auths"]]
    case ["v1", "auth", "create"]:
        state["auths"].append(flags)
    case _:
        sys.exit(f"unknown: {{words}}")
for row in rows:
    print("\t\t".join(row))
file.write_text(json.dumps(state))
"""


class FirstStart(NamedTuple):
    state: Path
    environment: dict[str, str]

    def run(self) -> Any:
        script = str(ROOT / "config/influxdb/init.sh")
        done = subprocess.run(["sh", script], env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return yaml.safe_load(self.state.read_text())


@pytest.fixture
def first_start(tmp_path: Path, secrets: Path) -> FirstStart:
    state, influx = tmp_path / "state.json", tmp_path / "bin/influx"
    state.write_text('{"buckets": [{"id": "00000000000000b1", "name": "telemetry"}], "dbrps": [], "auths": []}')
    influx.parent.mkdir()
    influx.write_text(INFLUX.format(python=sys.executable, state=str(state)))
    influx.chmod(0o755)
    given = {name: chosen(value) for name, value in SERVICES["influxdb"]["environment"].items()}
    return FirstStart(state, given | {"PATH": f"{influx.parent}:/usr/bin:/bin", "VIGITERRE_SECRETS": str(secrets)})


def test_the_first_start_makes_bucket_mappings_and_two_narrow_accounts(first_start: FirstStart, secrets: Path) -> None:
    made = first_start.run()
    assert made["buckets"][1:] == [{"id": "00000000000000b2", "name": "telemetry/rollup_1h", "kept": "3650d"}]
    raw, rollup = "00000000000000b1", "00000000000000b2"
    mappings = [(each["--db"], each["--rp"], each["--bucket-id"]) for each in made["dbrps"]]
    assert mappings == [(["telemetry"], ["autogen"], [raw]), (["telemetry"], ["rollup_1h"], [rollup])]
    accounts = {each["--username"][0]: each for each in made["auths"]}
    assert set(accounts) == {"vigiterre", "grafana"}
    assert accounts["vigiterre"]["--write-bucket"] == accounts["vigiterre"]["--read-bucket"] == [raw, rollup]
    assert accounts["grafana"]["--read-bucket"] == [raw, rollup]
    assert "--write-bucket" not in accounts["grafana"]
    for name, file in (("vigiterre", "influxdb_write_password"), ("grafana", "influxdb_read_password")):
        assert accounts[name]["--password"] == [(secrets / file).read_text()]


def test_a_second_run_of_the_first_start_changes_nothing(first_start: FirstStart) -> None:
    assert first_start.run() == first_start.run()


def test_the_image_of_influxdb_would_find_the_script() -> None:
    """Its entry point looks for `*.sh` that are executable, and runs them after the set-up of an empty volume."""
    assert "./config/influxdb:/docker-entrypoint-initdb.d:ro" in SERVICES["influxdb"]["volumes"]
    found = list((ROOT / "config/influxdb").iterdir())
    assert [file.name for file in found] == ["init.sh"]
    assert os.access(found[0], os.X_OK)
