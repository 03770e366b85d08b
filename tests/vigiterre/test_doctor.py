"""The doctor on real servers, in good and in bad condition. Nothing it says ever holds a password."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import aiomqtt
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from devices.errors import VigiterreError
from devices.reading import Message
from ingest.journal import Journal
from servers import Influxd, Mosquitto, Vigiterre, free_port, program, wait_until
from stores.open import open_store
from vigiterre.__main__ import app
from vigiterre.doctor.broker import broker
from vigiterre.doctor.clock import clock
from vigiterre.doctor.configuration import configuration
from vigiterre.doctor.disk import disk
from vigiterre.doctor.finding import Finding
from vigiterre.doctor.mosquitto_conf import mosquitto_configuration
from vigiterre.doctor.process import Pages, judge, process
from vigiterre.doctor.store import store
from vigiterre.doctor.texts import TEXTS
from vigiterre.settings import ClockSettings, ConsoleSettings, MqttSettings, Settings, StoreSettings

CONFIG = Path(__file__).parents[2] / "config"
CANARY = "canary-7f3a-secret"
NOW = 1_795_000_000.0


def levels(findings: list[Finding]) -> dict[str, str]:
    return {finding.code: finding.level for finding in findings}


def words(findings: list[Finding]) -> str:
    return "\n".join(f"{one.found.fr} {one.found.en} {one.remedy.fr} {one.remedy.en}" for one in findings)


def look(mqtt: MqttSettings) -> list[Finding]:
    return asyncio.run(broker(mqtt))


# -- broker


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker that asks for a password, has an ACL and tells $SYS every second."""
    folder = tmp_path_factory.mktemp("guarded")
    passwords, rights = folder / "passwords", folder / "acl"
    subprocess.run([program("mosquitto_passwd"), "-c", "-b", passwords, "ingest", CANARY], check=True)
    passwords.chmod(0o644)
    rights.write_text("user ingest\ntopic readwrite vigiterre/#\ntopic read $SYS/#\n")
    extra = f"allow_anonymous false\npassword_file {passwords}\nacl_file {rights}\nsys_interval 1"
    with Mosquitto(folder, extra) as server:
        yield server


def test_a_good_broker_is_all_ok(mosquitto: Mosquitto, unique: str) -> None:
    findings = look(MqttSettings(url=mosquitto.url, root=unique))
    assert {"broker.reached", "broker.subscription", "broker.round_trip", "broker.version"} <= levels(findings).keys()
    assert set(levels(findings).values()) == {"ok"}


def test_nothing_is_left_on_the_broker(mosquitto: Mosquitto, unique: str) -> None:
    """Neither a session nor a retained message."""

    async def clients_known() -> str:
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            await client.subscribe(f"{unique}-live/#")
            try:
                async with asyncio.timeout(0.5):
                    async for message in client.messages:
                        return message.topic.value
            except TimeoutError:
                pass
        return ""

    look(MqttSettings(url=mosquitto.url, root=unique))
    assert asyncio.run(clients_known()) == ""


def test_nothing_listening_is_said_with_the_address() -> None:
    port = free_port()
    [finding] = look(MqttSettings(url=f"mqtt://127.0.0.1:{port}"))
    assert finding.level == "error"
    assert f"127.0.0.1:{port}" in finding.found.fr
    assert "mqtt.url" in finding.found.fr


def test_a_wrong_password_is_said_and_not_shown(guarded: Mosquitto) -> None:
    wrong = MqttSettings(url=f"mqtt://ingest@127.0.0.1:{guarded.port}", password=SecretStr(f"wrong-{CANARY}"))
    [finding] = look(wrong)
    assert finding.level == "error"
    assert "mqtt.password_file" in finding.found.en
    assert CANARY not in words([finding])


def test_a_password_file_that_is_missing_is_said(tmp_path: Path) -> None:
    [finding] = look(MqttSettings(password_file=tmp_path / "none"))
    assert (finding.code, finding.level) == ("broker.secret", "error")
    assert str(tmp_path / "none") in finding.found.fr


def test_a_missing_right_to_publish_is_a_warning_with_the_acl_line(guarded: Mosquitto) -> None:
    mqtt = MqttSettings(url=f"mqtt://ingest@127.0.0.1:{guarded.port}", password=SecretStr(CANARY))
    findings = look(mqtt)
    assert levels(findings)["broker.reached"] == "ok"
    assert levels(findings)["broker.no_round_trip"] == "warning"
    assert "topic readwrite vigiterre-live/#" in words(findings)
    assert CANARY not in words(findings)


def test_dropped_messages_are_counted_and_the_setting_is_named(tmp_path: Path, unique: str) -> None:
    async def overflow(port: int) -> None:
        async with aiomqtt.Client("127.0.0.1", port, identifier=unique, clean_session=False) as absent:
            await absent.subscribe(f"{unique}/#", qos=1)
        async with aiomqtt.Client("127.0.0.1", port) as sender:
            for number in range(5):
                await sender.publish(f"{unique}/x", str(number), qos=1)

    with Mosquitto(tmp_path, "allow_anonymous true\nmax_queued_messages 1\nsys_interval 1") as server:
        asyncio.run(overflow(server.port))
        deadline = time.monotonic() + 10
        while "broker.dropped" not in levels(findings := look(MqttSettings(url=server.url))):
            assert time.monotonic() < deadline
    [dropped] = [one for one in findings if one.code == "broker.dropped"]
    assert dropped.level == "warning"
    assert "4" in dropped.found.fr
    assert "max_queued_messages 0" in dropped.remedy.fr


def test_a_server_that_is_no_broker_does_not_hold_the_doctor_up(influxd: Influxd) -> None:
    [finding] = look(MqttSettings(url=f"mqtt://127.0.0.1:{influxd.port}"))
    assert (finding.code, finding.level) == ("broker.link", "error")


def test_a_broker_elsewhere_in_clear_is_a_warning() -> None:
    findings = look(MqttSettings(url="mqtt://broker.invalid:1883", password=SecretStr(CANARY)))
    assert levels(findings)["broker.in_clear"] == "warning"
    assert CANARY not in words(findings)


# -- mosquitto.conf


def conf(tmp_path: Path, **changes: str | None) -> Path:
    values: dict[str, str | None] = {
        "persistence": "true",
        "persistence_location": f"{tmp_path}/",
        "autosave_on_changes": "true",
        "autosave_interval": "1",
        "max_queued_messages": "0",
        "user": "no-such-account",
    }
    values |= changes
    file = tmp_path / "mosquitto.conf"
    file.write_text("# durable\n" + "".join(f"{key} {value}\n" for key, value in values.items() if value is not None))
    return file


def test_the_test_suites_own_broker_is_configured_to_keep_what_it_confirms(mosquitto: Mosquitto) -> None:
    assert levels(mosquitto_configuration(mosquitto.configuration)).keys() <= {
        "broker.conf_right",
        "broker.location_unwritable",  # started by an ordinary account, whose folder mosquitto's own may not enter
    }


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({}, "broker.conf_right", "ok"),
        ({"persistence": None}, "broker.no_persistence", "error"),
        ({"persistence": "false"}, "broker.no_persistence", "error"),
        ({"autosave_on_changes": None}, "broker.no_autosave", "warning"),
        ({"autosave_interval": "1800"}, "broker.no_autosave", "warning"),
        ({"max_queued_messages": None}, "broker.queue_limited", "error"),
        ({"max_queued_bytes": "1000000"}, "broker.queue_limited", "error"),
        ({"persistent_client_expiration": "2d"}, "broker.session_expires", "warning"),
        ({"persistent_client_expiration": "14d"}, "broker.conf_right", "ok"),
        ({"persistence_location": "/nowhere/at/all"}, "broker.no_location", "error"),
    ],
)
def test_p18_each_setting_that_loses_messages_is_found(
    tmp_path: Path, changes: Mapping[str, str | None], code: str, level: str
) -> None:
    assert levels(mosquitto_configuration(conf(tmp_path, **changes))) == {code: level}


def test_p18_a_folder_that_mosquittos_account_may_not_write_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o555)
    found = mosquitto_configuration(conf(tmp_path, persistence_location=f"{folder}/", user="nobody"))
    assert levels(found) == {"broker.location_unwritable": "error"}
    assert "chown -R nobody" in found[0].remedy.fr


def test_included_files_count_and_the_last_one_wins(tmp_path: Path) -> None:
    included = tmp_path / "conf.d"
    included.mkdir()
    (included / "late.conf").write_text("persistence false\n")
    file = conf(tmp_path)
    file.write_text(file.read_text() + f"include_dir {included}\n")
    assert levels(mosquitto_configuration(file)) == {"broker.no_persistence": "error"}


def test_a_conf_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert levels(mosquitto_configuration(tmp_path / "none.conf")) == {"broker.conf_unreadable": "error"}


def test_the_shipped_broker_settings_pass_but_for_their_folder(tmp_path: Path) -> None:
    debian = tmp_path / "mosquitto.conf"  # as the package has it, with our files beside it
    debian.write_text(f"persistence true\npersistence_location {tmp_path}/\ninclude_dir {CONFIG / 'broker/conf.d'}\n")
    for file in (debian, *(CONFIG / "broker").glob("*.conf")):
        assert levels(mosquitto_configuration(file)).keys() <= {
            "broker.conf_right",
            "broker.no_location",
            "broker.location_unwritable",
        }


# -- store


def settings(tmp_path: Path, url: str = "", password: str | None = None, max_age: int = 30) -> Settings:
    secret = None if password is None else SecretStr(password)
    return Settings(
        data_dir=tmp_path,
        store=StoreSettings(url=url, password=secret, raw_days=max(90, max_age + 1)),
        clock=ClockSettings(max_age_days=max_age),
    )


def influx(server: Influxd, statement: str, credentials: str = "") -> None:
    body = urllib.parse.urlencode({"q": statement}).encode()
    url = f"http://127.0.0.1:{server.port}/query?{credentials}"
    with urllib.request.urlopen(url, body) as answer:
        assert b"error" not in answer.read()


def test_a_database_with_its_policies_is_ok(influxd: Influxd, unique: str, tmp_path: Path) -> None:
    influx(influxd, f'CREATE DATABASE "{unique}" WITH DURATION 90d NAME "autogen"')
    influx(influxd, f'CREATE RETENTION POLICY "rollup_1h" ON "{unique}" DURATION INF REPLICATION 1')
    findings, ahead = store(settings(tmp_path, influxd.url(unique)))
    assert levels(findings) == {"store.reached": "ok", "store.policies": "ok"}
    assert "90 jours" in findings[1].found.fr
    assert ahead is not None
    assert abs(ahead) < 5


def test_a_database_that_is_missing_is_a_warning_since_run_creates_it(
    influxd: Influxd, unique: str, tmp_path: Path
) -> None:
    assert levels(store(settings(tmp_path, influxd.url(unique))).findings)["store.missing"] == "warning"


def test_a_missing_roll_up_policy_is_named(influxd: Influxd, unique: str, tmp_path: Path) -> None:
    influx(influxd, f'CREATE DATABASE "{unique}"')
    findings = store(settings(tmp_path, influxd.url(unique))).findings
    assert levels(findings)["store.policy_missing"] == "warning"
    assert "rollup_1h" in words(findings)


def test_a_retention_shorter_than_what_is_accepted_is_an_error(influxd: Influxd, unique: str, tmp_path: Path) -> None:
    influx(influxd, f'CREATE DATABASE "{unique}" WITH DURATION 7d NAME "autogen"')
    influx(influxd, f'CREATE RETENTION POLICY "rollup_1h" ON "{unique}" DURATION INF REPLICATION 1')
    findings = store(settings(tmp_path, influxd.url(unique))).findings
    assert levels(findings)["store.retention_short"] == "error"
    assert "clock.max_age_days" in words(findings)


def test_a_wrong_store_password_is_said_and_not_shown(tmp_path: Path) -> None:
    with Influxd(tmp_path / "influxd", auth=True) as server:
        influx(server, f"CREATE USER admin WITH PASSWORD '{CANARY}' WITH ALL PRIVILEGES")
        url = f"influxdb://admin@127.0.0.1:{server.port}/telemetry"
        wrong = store(settings(tmp_path, url, f"wrong-{CANARY}")).findings
        right = store(settings(tmp_path, url, CANARY)).findings
    assert levels(wrong)["store.away"] == "error"
    assert "store.password_file" in words(wrong)
    assert levels(right)["store.missing"] == "warning"
    assert CANARY not in words([*wrong, *right])


def test_no_database_listening_is_said_with_the_address(tmp_path: Path) -> None:
    port = free_port()
    [finding] = store(settings(tmp_path, f"influxdb://127.0.0.1:{port}/telemetry")).findings
    assert finding.level == "error"
    assert f"127.0.0.1:{port}" in finding.remedy.fr


def test_a_bad_store_url_and_one_with_a_password_are_refused_without_showing_it(tmp_path: Path) -> None:
    for url in ("postgres://x", f"influxdb://u:{CANARY}@localhost/db"):
        [finding] = store(settings(tmp_path, url)).findings
        assert (finding.code, finding.level) == ("store.url", "error")
        assert CANARY not in words([finding])


def test_a_sqlite_store_is_new_then_readable_then_damaged(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    assert levels(store(ours).findings) == {"store.file_new": "ok"}
    fresh = open_store(ours.store_url, None)
    fresh.ensure_schema()
    fresh.close()
    assert levels(store(ours).findings) == {"store.file": "ok"}
    (tmp_path / "readings.sqlite").write_bytes(b"no database at all" * 100)
    assert levels(store(ours).findings) == {"store.away": "error"}
    assert not list(tmp_path.glob("*.damaged"))


def test_a_store_in_memory_is_a_warning(tmp_path: Path) -> None:
    assert levels(store(settings(tmp_path, "memory:")).findings) == {"store.memory": "warning"}


# -- disk


def test_a_good_disk_tells_its_free_space_and_its_sync_time(tmp_path: Path) -> None:
    findings = disk(tmp_path, 2**20, low=0, full=0)
    assert set(levels(findings)) >= {"disk.free", "disk.writable"}
    assert "ms" in words(findings)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("low", "full", "journal", "code", "level"),
    [
        (2**62, 0, 0, "disk.low", "warning"),
        (2**62, 2**62, 0, "disk.low", "error"),
        (0, 0, 2**62, "disk.journal_beyond", "warning"),
    ],
)
def test_too_little_room_is_said(tmp_path: Path, low: int, full: int, journal: int, code: str, level: str) -> None:
    assert levels(disk(tmp_path, journal, low=low, full=full))[code] == level


def test_a_folder_that_is_not_there_yet_is_not_created(tmp_path: Path) -> None:
    assert levels(disk(tmp_path / "a/b", 0, low=0, full=0))["disk.not_there"] == "ok"
    assert not (tmp_path / "a").exists()


def test_a_data_dir_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert levels(disk(tmp_path / "file", 0, low=0, full=0))["disk.unwritable"] == "error"


# -- clock


@pytest.mark.parametrize(
    ("now", "ahead", "synchronised", "expected"),
    [
        (NOW, 0.4, True, {"clock.synchronised": "ok", "clock.agrees": "ok"}),
        (NOW, -6.0, True, {"clock.synchronised": "ok", "clock.differs": "warning"}),
        (NOW, None, False, {"clock.not_synchronised": "warning"}),
        (NOW, None, None, {"clock.unknown": "ok"}),
        (86_400.0, None, True, {"clock.implausible": "error", "clock.synchronised": "ok"}),
    ],
)
def test_the_clock_is_judged(
    now: float, ahead: float | None, synchronised: bool | None, expected: Mapping[str, str]
) -> None:
    assert levels(clock(now, ahead, synchronised)) == expected


# -- config


def test_the_shipped_configuration_is_right() -> None:
    assert levels(configuration(CONFIG).findings) == {"config.right": "ok"}


def test_the_first_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    shutil.copytree(CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("demo"))
    devices = tmp_path / "config/devices.csv"
    header, *rows = devices.read_text(encoding="utf-8-sig").splitlines()
    separator = ";" if ";" in header else ","
    column = header.split(separator).index("model")
    broken = [row.split(separator) for row in rows if row.strip()]
    for cells in broken:
        cells[column] = "no-such-model"
    devices.write_text("\n".join([header, *(separator.join(cells) for cells in broken)]), encoding="utf-8")
    found = levels(findings := configuration(tmp_path / "config").findings)
    assert found == {"config.problem": "error", "config.more": "error"}
    assert len(findings) == 6
    assert "devices.csv" in findings[0].found.fr


def test_settings_that_cannot_be_read_stop_the_examination_and_say_so(tmp_path: Path) -> None:
    shutil.copytree(CONFIG, tmp_path / "config")
    (tmp_path / "config/vigiterre.toml").write_text("[mqtt]\nurll = 'x'\n")
    result = CliRunner().invoke(app, ["--config", str(tmp_path / "config"), "doctor", "--json"])
    rows = json.loads(result.stdout)
    assert result.exit_code == 1
    assert rows[-1]["code"] == "config.unexamined"
    assert any("mqtt.urll" in row["found"] for row in rows)


# -- process


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A data_dir that a process has: this one."""
    with Journal(tmp_path / "journal", max_bytes=2**20, max_age_ms=0):
        yield tmp_path


def test_a_stopped_process_is_said_even_when_a_killed_one_left_its_files(tmp_path: Path) -> None:
    assert levels(process(settings(tmp_path))) == {"process.stopped": "warning"}
    with Journal(tmp_path / "journal", max_bytes=2**20, max_age_ms=0) as journal:
        journal.append([Message("vigiterre/road/x/up", b"{}", 1)])
    (tmp_path / "control.sock").touch()
    [finding] = process(settings(tmp_path))
    assert finding.code == "process.stopped"
    assert "1 messages" in finding.found.fr


def test_a_command_that_works_alone_is_no_failed_service(held: Path) -> None:
    [finding] = process(settings(held))
    assert (finding.code, finding.level) == ("process.busy", "ok")
    assert str(os.getpid()) in finding.found.fr


def test_pages_that_are_another_programs_are_said(held: Path, influxd: Influxd) -> None:
    (held / "control.sock").touch()
    bind = ConsoleSettings(bind=f"127.0.0.1:{influxd.port}")
    findings = process(settings(held).model_copy(update={"console": bind}))
    assert levels(findings) == {"process.no_pages": "error"}


def test_looking_does_not_take_the_lock_away(held: Path) -> None:
    process(settings(held))
    with pytest.raises(VigiterreError):
        Journal(held / "journal", max_bytes=2**20, max_age_ms=0)


def test_what_readyz_complains_of_is_repeated() -> None:
    lag, age = "vigiterre_journal_lag_messages", "vigiterre_ingest_last_message_age_seconds"
    findings = judge(Pages({"broker": "", "store": "la base est partie"}, {lag: 20_000.0, age: 5_000.0}), "7")
    assert levels(findings) == {
        "process.unready": "error",
        "process.lagging": "warning",
        "process.silent": "warning",
    }
    assert "la base est partie" in findings[0].found.fr
    assert levels(judge(Pages({"broker": "", "store": ""}, {lag: 3.0}), "7")) == {"process.ready": "ok"}


# -- the command


def test_the_whole_command_on_a_running_installation(mosquitto: Mosquitto, unique: str, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(CANARY)
    environment = {
        "VIGITERRE_MQTT__ROOT": unique,
        "VIGITERRE_MQTT__CLIENT_ID": unique,
        "VIGITERRE_MQTT__PASSWORD_FILE": str(password),
    }
    url = mosquitto.url.replace("//", "//user@")
    used = f"sqlite:///{tmp_path}/readings.sqlite"
    with closing(open_store(used, None)) as before:
        before.ensure_schema()
    with Vigiterre(tmp_path, CONFIG, url, used, **environment) as running:
        wait_until(lambda: running.get("/readyz")[0] == 200, "ready")
        good = running.cli("doctor", "--json")
        printed = running.cli("doctor", "--mosquitto-conf", str(mosquitto.configuration))
        running.stop()
        stopped = running.cli("doctor", "--json")
    rows = {row["code"]: row for row in json.loads(good.stdout)}
    assert rows["process.ready"]["level"] == "ok"
    assert rows["broker.round_trip"]["level"] == "ok"
    assert (good.returncode, stopped.returncode) == (0, 0)
    assert "processus" in printed.stdout
    assert "courtier" in printed.stdout
    assert "process.stopped" in stopped.stdout
    assert "Traceback" not in running.log.read_text()
    for answer in (good, printed, stopped):
        assert CANARY not in answer.stdout + answer.stderr


def test_errors_exit_1_and_english_is_spoken_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGITERRE_LANGUAGE", "en")
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VIGITERRE_MQTT__URL", f"mqtt://127.0.0.1:{free_port()}")
    result = CliRunner().invoke(app, ["--config", str(CONFIG), "doctor"])
    assert result.exit_code == 1
    assert "nothing listens" in result.stdout
    assert "ERROR" in result.stdout


def test_every_text_exists_in_both_languages_with_the_same_facts() -> None:
    for code, texts in TEXTS.items():
        for french, english in texts:
            assert bool(french) == bool(english), code
            assert facts_of(french) == facts_of(english), code


def facts_of(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_a_broker_that_hangs_is_said_within_its_time_limit(tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as server:
        os.kill(server.pid, signal.SIGSTOP)
        try:
            findings = look(MqttSettings(url=server.url))
        finally:
            os.kill(server.pid, signal.SIGCONT)
    assert levels(findings) == {"broker.link": "error"}
    assert "CONNECT" in findings[0].found.en
