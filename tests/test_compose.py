"""The containers as far as they go without a container engine: their form, what they name, what the image is made of.

tests/system/test_containers.py has the broker's files at work; InfluxDB 2's `init.sh` runs here against a stand-in for
its command line.
"""

import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from containers import COMPOSE, DOCKERFILE, RUN_ONCE, SERVICES, TEXT, VARIABLE, chosen, make_secrets
from pages import ROOT, assert_command_exists

from vigiterre.personal import own_days_in
from vigiterre.settings import load_settings, setting_names

DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
"""`${NAME:-value}` is the value where nobody sets the name."""
RUNS_AS_ROOT = {"victoriametrics"}
"""Its image makes its folder for nobody else; without any capability that root is not worth much."""
OURS = [name for name, service in SERVICES.items() if "build" in service]


# -- the form


def test_it_is_a_compose_file() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    told = subprocess.run([*command, str(ROOT / "docker-compose.yml")], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_watched_limited_and_closed(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":v?\d+\.\d+\.\d+$", service["image"]), service["image"]
    assert service["restart"] == ("no" if name in RUN_ONCE else "unless-stopped")
    if name not in RUN_ONCE:
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
    assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
    for shared in (service.get("pid"), service.get("network_mode")):
        assert shared in (None, "none") or shared.partition("service:")[2] in SERVICES
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
        assert ("network_mode" in service) != ("back" in service.get("networks", [])), name
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert "ports" not in SERVICES["influxdb"]
    assert SERVICES["influxdb"]["networks"] == ["back"]


def test_only_monitoring_and_the_command_line_are_off_by_themselves() -> None:
    assert {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service} == {
        "victoriametrics": ["monitoring"],
        "admin": ["tools"],
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
    assert {SERVICES[name]["image"] for name in OURS} == {f"vigiterre:{project['project']['version']}"}
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


@pytest.mark.parametrize("name", OURS)
def test_the_variables_of_vigiterre_are_settings_and_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = SERVICES[name]["environment"]
    assert set(given) <= {f"VIGITERRE_{name.upper().replace('.', '__')}" for name in setting_names()} | {
        "VIGITERRE_CONFIG"
    }
    for variable, value in given.items():
        monkeypatch.setenv(variable, chosen(value))
    settings = load_settings(ROOT / "config")
    assert re.fullmatch(r"mqtt://vigiterre-ingest@(mosquitto|127\.0\.0\.1):1883", settings.mqtt.url)
    assert (str(settings.data_dir), settings.language, settings.store.raw_days) == ("/data", "fr", 90)
    if "influxdb_write_password" in SERVICES[name]["secrets"]:
        assert settings.store_url == "influxdb://vigiterre@influxdb:8086/telemetry"
    influxdb = SERVICES["influxdb"]["environment"]
    assert chosen(influxdb["DOCKER_INFLUXDB_INIT_RETENTION"]) == f"{settings.store.raw_days}d"
    assert chosen(influxdb["VIGITERRE_ROLLUP_DAYS"]) == f"{settings.store.rollup_days}"
    kept = {int(days) for days in chosen(influxdb["VIGITERRE_PERSONAL_DAYS"]).split()}
    assert kept == set(own_days_in(ROOT / "config").values())


# -- who may touch the broker


def volumes_of(name: str) -> dict[str, str]:
    """Named volume -> where it is, with `:ro` where it is only read."""
    split = (volume.partition(":") for volume in SERVICES[name]["volumes"])
    return {source: place for source, _, place in split if source in COMPOSE["volumes"]}


def test_the_container_that_serves_pages_cannot_write_the_brokers_files_nor_signal_it() -> None:
    writers = {name for name in SERVICES if volumes_of(name).get("broker", ":ro").endswith(":ro") is False}
    assert writers == {"broker-files", "admin"}
    assert {name for name, service in SERVICES.items() if "pid" in service} == {"admin"}
    for name in writers:
        assert not SERVICES[name].get("ports")
    assert SERVICES["broker-files"]["network_mode"] == "none"


def test_the_broker_starts_on_files_that_are_there_and_that_its_account_may_read() -> None:
    broker, files = SERVICES["mosquitto"], volumes_of("broker-files")
    assert broker["depends_on"] == {"broker-files": {"condition": "service_completed_successfully"}}
    [number] = re.findall(r"(?m)^USER (\d+)$", DOCKERFILE)
    assert broker["user"] == f"{number}:{number}"
    assert re.search(rf"groupadd --gid {number} vigiterre", DOCKERFILE)
    assert re.search(rf"useradd --uid {number} --gid {number} ", DOCKERFILE)
    assert volumes_of("mosquitto") == {"broker": f"{files['broker']}:ro", "mosquitto": files["mosquitto"]}
    assert broker["command"][2] == f"{files['broker']}/mosquitto.conf"


@pytest.mark.parametrize("name", OURS)
def test_every_volume_of_ours_is_first_mounted_on_a_folder_that_the_image_gives_to_its_account(name: str) -> None:
    """An empty volume takes the owner of the folder that it covers. The image of mosquitto has no /broker."""
    made = re.findall(r"install -d -o vigiterre -g vigiterre -m 0750 (.+)", DOCKERFILE)[0].split()
    for place in volumes_of(name).values():
        assert place.removesuffix(":ro") in made
    assert not any(place.startswith("/mosquitto") for place in volumes_of("mosquitto").values())


# -- its secrets


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_secrets(tmp_path_factory.mktemp("compose") / "secrets")


def test_secrets_are_made_once_for_every_container_in_a_folder_closed_to_others(secrets: Path) -> None:
    made = {file.name: file.read_text() for file in secrets.iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert all(file.stat().st_mode & stat.S_IROTH for file in secrets.iterdir()), (
        "containers have accounts of their own"
    )
    plain = [text for name, text in made.items() if name != "mosquitto_sub"]
    assert len(set(plain)) == 7
    assert all(re.fullmatch(r"[0-9a-f]{48}", text) for text in plain)
    assert made["mosquitto_sub"] == f"-u vigiterre-health\n-P {made['mqtt_health_password']}\n"
    make_secrets(secrets)
    assert {file.name: file.read_text() for file in secrets.iterdir()} == made
    assert "sh config/secrets.sh" in (ROOT / "Makefile").read_text()


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
        number = "%016x" % (0xb1 + len(state["buckets"]))
        state["buckets"].append({{"id": number, "name": name, "kept": kept}})
    case ["v1", "dbrp", "list"]:
        shown = [[each[flag][0] for flag in ("--db", "--bucket-id", "--rp")] for each in state["dbrps"]]
        rows = [["m", *each, "true", "false", "org"] for each in shown]
        rows += [[""], ["VIRTUAL DBRP MAPPINGS (READ-ONLY)"], ["-" * 34]]
        rows += [[each["id"], "telemetry", each["id"], "guessed", "false", "true", "org"] for each in state["buckets"]]
    case ["v1", "dbrp", "create"]:
        state["dbrps"].append(flags)
    case ["v1", "auth", "list"]:
        buckets = [each.get("--read-bucket", []) + each.get("--write-bucket", []) for each in state["auths"]]
        held = ["[" + " ".join("read:orgs/o/buckets/" + one for one in some) + "]" for some in buckets]
        rows = [["a", "", each["--username"][0], "admin", "u", may] for each, may in zip(state["auths"], held)]
    case ["v1", "auth", "delete"]:
        state["auths"] = [each for each in state["auths"] if each["--username"] != flags["--username"]]
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

    def run(self, **given: str) -> Any:
        script = str(ROOT / "config/influxdb/init.sh")
        done = subprocess.run(["sh", script], env=self.environment | given, capture_output=True, text=True, check=False)
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
    raw, rollup, personal = "00000000000000b1", "00000000000000b2", "00000000000000b3"
    assert made["buckets"][1:] == [
        {"id": rollup, "name": "telemetry/rollup_1h", "kept": "3650d"},
        {"id": personal, "name": "telemetry/personal_30d", "kept": "30d"},
    ]
    mappings = [(each["--db"], each["--rp"], each["--bucket-id"]) for each in made["dbrps"]]
    named = {"autogen": raw, "rollup_1h": rollup, "personal_30d": personal}
    assert mappings == [(["telemetry"], [policy], [bucket]) for policy, bucket in named.items()]
    accounts = {each["--username"][0]: each for each in made["auths"]}
    assert set(accounts) == {"vigiterre", "grafana"}
    assert accounts["vigiterre"]["--write-bucket"] == accounts["vigiterre"]["--read-bucket"] == [raw, rollup, personal]
    assert "--write-bucket" not in accounts["grafana"]
    for name, file in (("vigiterre", "influxdb_write_password"), ("grafana", "influxdb_read_password")):
        assert accounts[name]["--password"] == [(secrets / file).read_text()]


def test_the_account_of_grafana_may_read_no_raw_value_of_a_person(first_start: FirstStart) -> None:
    made = first_start.run()
    [grafana] = [each for each in made["auths"] if each["--username"] == ["grafana"]]
    named = {each["id"]: each["name"] for each in made["buckets"]}
    assert [named[bucket] for bucket in grafana["--read-bucket"]] == ["telemetry", "telemetry/rollup_1h"]


def test_run_again_it_makes_what_an_older_version_had_not_and_gives_the_right_to_it(first_start: FirstStart) -> None:
    older = first_start.run()
    buckets = [each for each in older["buckets"] if "personal" not in each["name"]]
    kept = {each["id"] for each in buckets}
    for each in older["auths"]:
        for flag in ("--read-bucket", "--write-bucket"):
            each[flag] = [bucket for bucket in each.get(flag, []) if bucket in kept]
    mappings = [each for each in older["dbrps"] if each["--bucket-id"][0] in kept]
    older["auths"][0]["--password"] = ["as it was"]
    first_start.state.write_text(json.dumps({"buckets": buckets, "dbrps": mappings, "auths": older["auths"]}))
    made = first_start.run(VIGITERRE_PERSONAL_DAYS="30 7")
    names = [each["name"] for each in made["buckets"]]
    assert names == ["telemetry", "telemetry/rollup_1h", "telemetry/personal_30d", "telemetry/personal_7d"]
    accounts = {each["--username"][0]: each for each in made["auths"]}
    assert len(made["auths"]) == 2
    assert accounts["vigiterre"]["--write-bucket"] == [each["id"] for each in made["buckets"]]
    assert accounts["grafana"]["--read-bucket"] == [each["id"] for each in made["buckets"][:2]]
    assert first_start.run(VIGITERRE_PERSONAL_DAYS="30 7") == made


def test_a_second_run_of_the_first_start_changes_nothing(first_start: FirstStart) -> None:
    assert first_start.run() == first_start.run()


def test_the_image_of_influxdb_would_find_the_script() -> None:
    """Its entry point looks for `*.sh` that are executable, and runs them after the set-up of an empty volume."""
    assert "./config/influxdb:/docker-entrypoint-initdb.d:ro" in SERVICES["influxdb"]["volumes"]
    found = list((ROOT / "config/influxdb").iterdir())
    assert [file.name for file in found] == ["init.sh"]
    assert os.access(found[0], os.X_OK)
