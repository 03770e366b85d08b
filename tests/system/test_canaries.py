"""Every secret of a real run has a value of its own, and each is looked for wherever that run writes or answers.

Broker, store, foreign broker, web hook, mail, heartbeat, Grafana, a user's password and session, a token of the API,
a link that shares, the key of the links: in logs, metrics, pages, errors, commands, processes, files, backups.
"""

import csv
import json
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from accounts import AS_ROOT, ask
from canaries import Secrets, children_of, files_below, leaks, of_process, unpacked
from sinks import Hook

from servers import Influxd, Mosquitto, Vigiterre, free_port, program, wait_until
from vigiterre.settings import load_settings

ROOT = Path(__file__).parents[2]
DEVICE = "college-moulins-s12"
SECRETS = {
    name: f"c4n4ry+{name}/Zq7=81"
    for name in ("broker", "store", "admin", "foreign", "hook-key", "mail", "grafana", "user", "passphrase")
} | {"hook-url": "c4n4ryHookT0kenZq781", "heartbeat": "c4n4ryHeartT0kenZq781"}
EUI = "0102030405060708"
UPLINK = json.dumps(
    {
        "deviceInfo": {"devEui": EUI},
        "devAddr": "00189440",
        "fCnt": 1,
        "fPort": 2,
        "data": "/zhcDSw=",
        "rxInfo": [],
        "txInfo": {},
    }
)
"""As ChirpStack passes it on: -2 Cel, 92 % and 3372 mV for the codec of tests/data/profiles."""
RULE = """
[rules.co2_much]
title = { fr = "Trop", en = "Much" }
action = { fr = "Aérer", en = "Air" }
quantity = "co2"
source = "test"
[rules.co2_much.levels.critical]
above = 1000
clear = 900
for = "1 s"
keep_firing_for = "1 s"
"""
PAGES = (
    "/", "/readyz", "/livez", "/metrics", "/devices", f"/devices/{DEVICE}", "/alerts", "/quarantine", "/platform",
    "/sign-in", "/account", "/api", "/api/v1/devices", "/api/v1/readings", "/api/v1/alerts?limit=x",
    "/api/v1/nothing", "/nothing", "/ack/forged", "/share/forged", "/devices/%00", "/report",
)  # fmt: skip


class Stage(NamedTuple):
    """A configuration that names every secret, and who is at the other end."""

    folder: Path
    broker: Mosquitto
    store: Influxd
    hook: Hook
    vigiterre: Vigiterre


def secret_file(folder: Path, name: str, text: str) -> Path:
    path = folder / "secrets" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + "\n")
    return path


def configured(folder: Path, hook: Hook, mail: int) -> Path:
    """The shipped territory, with channels, a foreign broker and a heartbeat that cannot all be reached."""
    config = Path(shutil.copytree(ROOT / "config", folder / "config", ignore=shutil.ignore_patterns("demo")))
    password = urllib.parse.quote(SECRETS["mail"], safe="")
    address = f"smtps://anne:{password}@127.0.0.1:{mail}/?from=a@example.org&to=b@example.org"
    secret_file(folder, "mail", address)
    secret_file(folder, "hook", f"{hook.url}/{SECRETS['hook-url']}/notify?n=1")
    secret_file(folder, "foreign", SECRETS["foreign"])
    (config / "rules.toml").write_text(RULE)
    with (config / "devices.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = [*(reader.fieldnames or ()), "eui"], list(reader)
    row = {"id": "abri-01", "model": "acme-th-1", "domain": "road", "site": "abri", "commune": "03254", "eui": EUI}
    with (config / "devices.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, row])
    (config / "notify.toml").write_text(
        f'[channels.hook]\nwebhook = "file:{folder}/secrets/hook"\nsecret = "env:CANARY_HOOK_KEY"\n'
        "allow_private = true\n"
        f'[channels.mail]\nmail = "file:{folder}/secrets/mail"\n'
        '[[routes]]\nlevels = ["critical"]\nchannels = ["hook", "mail"]\n'
        '[heartbeat]\nurl = "env:CANARY_HEARTBEAT"\nevery = "1 min"\n'
    )
    with (config / "sources.toml").open("a") as sources:
        sources.write(
            f'[brokers.far]\nurl = "mqtt://bridge@127.0.0.1:{free_port()}"\n'
            f'password_file = "{folder}/secrets/foreign"\n'
            '[sources.far]\nbroker = "far"\ntopic = "far/{device...}"\ncodec = "senml"\n'
        )
    return config


def with_password(folder: Path) -> Mosquitto:
    passwords = folder / "passwd"
    folder.mkdir()
    command = [program("mosquitto_passwd"), "-b", "-c", str(passwords), "vigiterre-ingest", SECRETS["broker"]]
    subprocess.run(command, check=True, capture_output=True)
    passwords.chmod(0o644)
    return Mosquitto(folder, f"allow_anonymous false\npassword_file {passwords}\n{AS_ROOT and ''}", durable=False)


def with_accounts(influxd: Influxd) -> None:
    """InfluxDB 1 lets the first administrator in without a password."""
    ask(influxd.port, f"CREATE USER admin WITH PASSWORD '{SECRETS['admin']}' WITH ALL PRIVILEGES", "", "")
    for statement in (
        "CREATE DATABASE telemetry",
        f"CREATE USER vigiterre WITH PASSWORD '{SECRETS['store']}' WITH ALL PRIVILEGES",
    ):
        ask(influxd.port, statement, "admin", SECRETS["admin"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("canaries")
    with Hook() as hook, with_password(folder / "broker") as broker, Influxd(folder / "influxd", auth=True) as store:
        with_accounts(store)
        config = configured(folder, hook, free_port())
        vigiterre = Vigiterre(
            folder / "vigiterre",
            config,
            broker.url.replace("//", "//vigiterre-ingest@"),
            f"influxdb://vigiterre@127.0.0.1:{store.port}/telemetry",
            VIGITERRE_MQTT__PASSWORD_FILE=str(secret_file(folder, "broker", SECRETS["broker"])),
            VIGITERRE_STORE__PASSWORD=SECRETS["store"],
            VIGITERRE_GRAFANA__TOKEN="",
            VIGITERRE_GRAFANA__TOKEN_FILE=str(secret_file(folder, "grafana", SECRETS["grafana"])),
            VIGITERRE_LOG__LEVEL="debug",
            VIGITERRE_LOG__FORMAT="json",
            VIGITERRE_CONSOLE__PUBLIC_URL="http://vigiterre.example.org",
            CANARY_HOOK_KEY=SECRETS["hook-key"],
            CANARY_HEARTBEAT=f"http://127.0.0.1:{free_port()}/ping/{SECRETS['heartbeat']}",
        )
        imported = vigiterre.cli(
            "devices", "profiles", "import", str(ROOT / "tests/data/profiles"), "acme-th-1", "--yes"
        )
        assert imported.returncode == 0, imported.stderr
        yield Stage(folder, broker, store, hook, vigiterre)


def asked(vigiterre: Vigiterre, path: str, body: dict[str, str] | None = None, **headers: str) -> tuple[str, bytes]:
    """(where, what came back), headers included, without the cookie and the place that are the asker's own."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{vigiterre.port}{path}", urllib.parse.urlencode(body).encode() if body else None, headers
    )
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(request, timeout=20) as answer:
            shown, status = answer.read(), answer.status
    except urllib.error.HTTPError as error:
        with error:
            shown, status = error.read(), error.code
    return f"{path} {status}", shown


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """The answer itself is looked at."""


def signed_in(vigiterre: Vigiterre) -> str:
    """The cookie of a session of Élodie's."""
    body = urllib.parse.urlencode({"name": "elodie", "password": SECRETS["user"], "next": "/"}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{vigiterre.port}/sign-in", body)
    with pytest.raises(urllib.error.HTTPError) as answered:
        urllib.request.build_opener(NoRedirect).open(request, timeout=20)
    with answered.value as answer:
        assert answer.code == 303, answer.read()
        return str(answer.headers["Set-Cookie"]).partition(";")[0]


def commanded(stage: Stage, *arguments: str) -> tuple[str, bytes]:
    done = stage.vigiterre.cli(*arguments)
    return " ".join(arguments), (done.stdout + done.stderr).encode()


def prepared(stage: Stage) -> dict[str, str]:
    """Accounts, tokens, links -> the secrets that came of them."""
    process = stage.vigiterre
    user = secret_file(stage.folder, "user", SECRETS["user"])
    added = process.cli("users", "add", "elodie", "--role", "admin", "--password-file", str(user))
    assert added.returncode == 0, added.stderr
    token = process.cli("tokens", "add", "gmao").stdout.strip()
    link = process.cli("shares", "add", "03190", "--for", "la mairie").stdout.strip()
    assert token.startswith("vgt_")
    return {"token": token, "share": link.rpartition("/")[2]}


@pytest.mark.timeout(600)
def test_no_secret_of_a_run_is_found_anywhere(stage: Stage, tmp_path: Path) -> None:
    process, seen = stage.vigiterre, [("", b"")]
    with process:
        process.wait_for("vigiterre_mqtt_connected", 1)
        made = prepared(stage)
        secrets: dict[str, str | bytes] = {**SECRETS, **made}
        cookie = signed_in(process)
        secrets["session"] = cookie.partition("=")[2]
        say(stage, f"vigiterre/building/{DEVICE}/up", json.dumps({"values": {"co2": 1_500}}))
        say(stage, f"application/x/device/{EUI}/event/up", UPLINK)
        process.wait_for("vigiterre_readings_stored_total", 2)
        wait_until(lambda: bool(stage.hook.notices), "a notice by web hook", 60)
        secrets["acknowledge"] = stage.hook.notices[0].document["acknowledge_url"].rpartition("/")[2]
        bearer = f"Bearer {made['token']}"
        seen += [asked(process, path) for path in PAGES]
        seen += [asked(process, path, Cookie=cookie) for path in PAGES]
        seen += [asked(process, path, Authorization=bearer) for path in PAGES if path.startswith("/api")]
        seen += [asked(process, "/sign-in", {"name": "elodie", "password": SECRETS["user"] + "x", "next": "/"})]
        seen += [asked(process, "/alerts", {"nonsense": "x"}, Cookie=cookie), asked(process, "/", Cookie="vigiterre=x")]
        codecs = children_of(process.pid)
        assert codecs, "the codec of the uplink runs in a process of its own"
        seen += [facts for pid in codecs for facts in of_process(pid, "cmdline", "environ")]
        seen += of_process(process.pid, "cmdline")
        seen += [commanded(stage, *words) for words in COMMANDS]
        archive = tmp_path / "backup.tar.gz"
        seen.append(commanded(stage, "backup", str(archive)))
    secrets["link-key"] = (stage.folder / "vigiterre/data/link.key").read_bytes()
    seen += unpacked(archive, tmp_path / "unpacked")
    seen += [one for one in files_below(stage.folder / "vigiterre") if not one[0].endswith("link.key")]
    assert {where.rpartition(" ")[2] for where, _ in seen} >= {"200", "401", "403", "404"}
    assert any(where.endswith("vigiterre.log") and content for where, content in seen)
    assert leaks(seen, secrets) == []
    assert_sealed(stage, archive, secrets)


COMMANDS = (
    ("check",), ("doctor",), ("--help",), ("users", "list"), ("tokens", "list"), ("shares", "list"), ("audit", "list"),
    ("alerts", "list"), ("alerts", "notify-test", "mail"), ("quarantine", "list"),
    ("dashboards", "push"), ("tokens", "add", "gmao"),
)  # fmt: skip


def assert_sealed(stage: Stage, archive: Path, secrets: Secrets) -> None:
    """A backup with secrets holds them, and shows none."""
    passphrase = secret_file(stage.folder, "passphrase", SECRETS["passphrase"])
    made = commanded(stage, "backup", str(archive), "--with-secrets", "--passphrase-file", str(passphrase))
    opened = commanded(stage, "restore", "--verify", str(archive), "--passphrase-file", str(passphrase))
    assert leaks([made, opened, *unpacked(archive, archive.with_suffix(".sealed"))], secrets) == []


def say(stage: Stage, topic: str, body: str) -> None:
    command = [program("mosquitto_pub"), "-p", str(stage.broker.port), "-q", "1", "-u", "vigiterre-ingest"]
    command += ["-P", SECRETS["broker"], "-t", topic, "-m", body]
    subprocess.run(command, check=True, timeout=30)


class Echo(BaseHTTPRequestHandler):
    """A store that refuses, and repeats what it was asked, the Authorization header included."""

    status = 401

    def do_POST(self) -> None:
        body = str(self.headers).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815  -- the name that http.server calls

    def log_message(self, *_: object) -> None:
        """Tests say what they need."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("status", "form"), [(400, "json"), (401, "console"), (500, "json")])
def test_a_store_that_repeats_our_header_and_a_wrong_password_show_no_secret(
    stage: Stage, tmp_path: Path, status: int, form: str
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Echoing", (Echo,), {"status": status}))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    secrets = SECRETS | {"basic": b64encode(f"vigiterre:{SECRETS['store']}".encode()).decode()}
    process = Vigiterre(
        tmp_path / "vigiterre",
        stage.folder / "config",
        f"mqtt://vigiterre-ingest@127.0.0.1:{stage.broker.port}",
        f"influxdb://vigiterre@127.0.0.1:{server.server_address[1]}/telemetry",
        VIGITERRE_MQTT__PASSWORD=SECRETS["foreign"],
        VIGITERRE_MQTT__CLIENT_ID="refused",
        VIGITERRE_STORE__PASSWORD=SECRETS["store"],
        VIGITERRE_LOG__LEVEL="debug",
        VIGITERRE_LOG__FORMAT=form,
        CANARY_HOOK_KEY=SECRETS["hook-key"],
        CANARY_HEARTBEAT=f"http://127.0.0.1:{free_port()}/ping/{SECRETS['heartbeat']}",
    )
    try:
        with process:
            wait_until(
                lambda: "password" in process.get("/readyz")[1] or "passe" in process.get("/readyz")[1], "the refusal"
            )
            wait_until(lambda: f"{status}: Host" in process.log.read_text(), "the store's answer, quoted")
            seen = [asked(process, path) for path in (*PAGES, f"/api/v1/devices/{DEVICE}/series?quantity=co2")]
            assert {where.rpartition(" ")[2] for where, _ in seen} & {"500", "502", "503", "504"}
            seen += [commanded_of(process, *words) for words in (("doctor",), ("check",))]
    finally:
        server.shutdown()
        server.server_close()
    seen += files_below(tmp_path)
    assert "Basic [redacted]" in process.log.read_text()
    assert leaks(seen, secrets) == []


def commanded_of(process: Vigiterre, *arguments: str) -> tuple[str, bytes]:
    done = process.cli(*arguments)
    return " ".join(arguments), (done.stdout + done.stderr).encode()


@pytest.mark.parametrize("name", ["broker", "hook-url"])
@pytest.mark.parametrize("before", ["", "v", "vi", "vigiterre:"])
def test_the_search_finds_a_secret_however_it_is_spelt(name: str, before: str) -> None:
    secret = SECRETS[name]
    text = f"{before}{secret} and more"
    for spelt in (
        text,
        urllib.parse.quote(text, safe=""),
        json.dumps(text),
        text.encode().hex(),
        b64encode(text.encode()).decode(),
    ):
        assert leaks([("log", f"x {spelt} y".encode())], SECRETS) == [f"log: {name}"], spelt


def test_the_shipped_dashboards_and_settings_hold_no_secret() -> None:
    settings = load_settings(ROOT / "config")
    assert not any((settings.mqtt.password, settings.store.password, settings.grafana.token))
    for where, content in files_below(ROOT / "config/grafana"):
        assert b"password: $" in content or b"password:" not in content.lower(), where
        assert b"vgt_" not in content, where
