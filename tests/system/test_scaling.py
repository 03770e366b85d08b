"""docs/scaling.md does what it says: its files, its way from one process to several, and what it says of mosquitto."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from xml.etree import ElementTree as ET

import paho.mqtt.client as paho
import pytest
from accounts import SERVICE
from pages import ROOT, assert_command_exists, placed, read_page
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sinks import Hook, now_ms, write_config
from stale_air import notify, rule

from devices.load import load_registry
from ingest.sources import Sources
from servers import Influxd, Mosquitto, Vigiterre, influx_rows, program, wait_until
from vigiterre.broker_config.acl import access_list
from vigiterre.credentials.file import NOT_BRIDGED, Account, Kind
from vigiterre.settings import setting_names

PAGE = read_page("docs/scaling.md")
DEVICE = "college-moulins-s12"
GROUP = "$share/ingest/vigiterre/#"


def client_of(port: int, name: str, expiry: int = 0, account: str = "") -> paho.Client:
    """Connected; with an expiry, s, it finds its session again."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5)
    if account:
        client.username_pw_set(account, account)
    asked = Properties(PacketTypes.CONNECT)
    asked.SessionExpiryInterval = expiry
    client.connect("127.0.0.1", port, clean_start=not expiry, properties=asked)
    return client


class Member:
    """One of a group: a session that lasts."""

    def __init__(self, broker: Mosquitto, name: str) -> None:
        self.got: list[bytes] = []
        self.subscribed = 0
        self.client = client_of(broker.port, name, 3600)
        self.client.on_message = lambda _client, _data, message: self.got.append(bytes(message.payload))
        self.client.on_subscribe = lambda *_: setattr(self, "subscribed", 1)
        self.client.on_unsubscribe = lambda *_: setattr(self, "subscribed", 0)
        self.client.subscribe(GROUP, 1)
        self.client.loop_start()
        wait_until(lambda: self.subscribed == 1, f"{name} subscribed")

    def give_up(self) -> None:
        self.client.unsubscribe(GROUP)
        wait_until(lambda: self.subscribed == 0, "given up")

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def publish(port: int, payloads: list[str], account: str = "") -> None:
    """As the device does, at QoS 1, one after the other."""
    client = client_of(port, DEVICE, account=account)
    client.loop_start()
    for payload in payloads:
        client.publish(f"vigiterre/building/{DEVICE}/up", payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def end_session(broker: Mosquitto, name: str) -> None:
    """By the command of the page."""
    command = PAGE.block("sh", "mosquitto_sub").strip()
    account = {"-u vigiterre-ingest ": f"-u {SERVICE} -P {SERVICE} "}
    told = placed(command, {"vigiterre-ingest-2": name} | account)
    told = told.replace("mosquitto_sub", f"{program('mosquitto_sub')} -p {broker.port}")
    subprocess.run(["sh", "-ec", told], check=True, timeout=30)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as broker:
        yield broker


def test_members_of_a_group_take_turns_whoever_sent(broker: Mosquitto) -> None:
    one, two = Member(broker, "one"), Member(broker, "two")
    publish(broker.port, [str(number) for number in range(6)])
    wait_until(lambda: len(one.got) + len(two.got) == 6, "six messages")
    assert sorted([one.got, two.got]) == [[b"0", b"2", b"4"], [b"1", b"3", b"5"]]
    one.leave()
    two.leave()


def test_a_member_that_is_away_keeps_its_share_even_over_a_restart_of_the_broker(broker: Mosquitto) -> None:
    one, two = Member(broker, "one"), Member(broker, "two")
    one.leave()
    publish(broker.port, [str(number) for number in range(100)])
    wait_until(lambda: len(two.got) == 50, "the half")
    two.leave()
    broker.kill()
    broker.start()
    one = Member(broker, "one")
    wait_until(lambda: len(one.got) == 50, "the other half")
    assert len({*one.got, *two.got}) == 100
    one.leave()


def test_a_member_that_gave_up_its_subscription_holds_nothing_back(broker: Mosquitto) -> None:
    one, two = Member(broker, "one"), Member(broker, "two")
    one.give_up()
    publish(broker.port, [str(number) for number in range(30)])
    wait_until(lambda: len(two.got) == 30, "all of them")
    assert one.got == []
    one.leave()
    two.leave()


def test_a_session_that_ends_takes_what_waits_in_it_with_it(broker: Mosquitto) -> None:
    one, two = Member(broker, "one"), Member(broker, "two")
    one.leave()
    publish(broker.port, [str(number) for number in range(20)])
    wait_until(lambda: len(two.got) == 10, "the half")
    end_session(broker, "one")
    publish(broker.port, ["last"])
    wait_until(lambda: two.got[-1] == b"last", "the last one")
    assert len(two.got) == 11
    one = Member(broker, "one")
    publish(broker.port, ["more", "and more"])
    wait_until(lambda: len(one.got) == 1, "its turn")
    assert len(one.got) + len(two.got) == 13  # of 23
    one.leave()
    two.leave()


def test_what_a_site_publishes_while_its_line_is_down_arrives_later(tmp_path: Path, broker: Mosquitto) -> None:
    member = Member(broker, "centre")
    member.leave()
    lines = placed(
        PAGE.block("conf", "connection site-nord"),
        {"mqtt.example.org:8883": f"127.0.0.1:{broker.port}", "restart_timeout 5 30": "restart_timeout 1"},
    )
    kept = [line for line in lines.splitlines() if not line.startswith(("#", "bridge_cafile", "remote_password"))]
    kept = [line for line in kept if not line.startswith("remote_username")]
    broker.kill()
    with Mosquitto(tmp_path / "site", "allow_anonymous true\n" + "\n".join(kept)) as site:
        publish(site.port, [str(number) for number in range(100)])
        broker.start()
        member = Member(broker, "centre")
        wait_until(lambda: len(set(member.got)) == 100, "all of them", 60)
        member.leave()


def units(folder: Path) -> Path:
    """The files of the page, put where systemd would have them below a folder."""
    system = folder / "etc/systemd/system"
    system.mkdir(parents=True)
    shutil.copy(ROOT / "config/systemd/vigiterre.service", system)
    script = placed(PAGE.block("sh", "for name in vigiterre-alerts"), {"/etc/": f"{folder}/etc/"})
    subprocess.run(["sh", "-euc", script], check=True)
    for block in PAGE.blocks("ini"):
        path = folder / block.partition("\n")[0].removeprefix("# /")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(placed(block, {"/opt/vigiterre/.venv/bin": str(Path(sys.executable).parent)}))
    unit = system / "vigiterre.service"
    for one in (unit, system / "vigiterre-alerts.service", system / "vigiterre-ingest@.service"):
        one.write_text(placed(one.read_text(), {"/opt/vigiterre/.venv/bin": str(Path(sys.executable).parent)}))
    return system


def test_the_units_are_accepted_by_systemd_and_set_what_settings_there_are(tmp_path: Path) -> None:
    system = units(tmp_path)
    text = "".join(path.read_text() for path in system.rglob("*.conf"))
    for line in re.findall(r"(?m)^ExecStart=(.+)$", text):
        assert_command_exists(line.split()[1:])
    known = {"VIGITERRE_" + name.upper().replace(".", "__") for name in setting_names()}
    given = dict(re.findall(r"(VIGITERRE_\w+)=(\S+)", text))
    assert given.keys() <= known
    assert given["VIGITERRE_DATA_DIR"].startswith("/var/lib/vigiterre-")
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not here")
    names = (
        "vigiterre.service",
        "vigiterre-alerts.service",
        "vigiterre-ingest@1.service",
        "vigiterre-ingest@2.service",
    )
    for name in names:
        told = subprocess.run(
            [analyse, "verify", "--man=no", system / name], capture_output=True, text=True, check=False
        )
        assert (told.returncode, told.stdout + told.stderr) == (0, ""), name


def test_what_is_written_in_xml_is_xml() -> None:
    found = [ET.fromstring(block) for block in PAGE.blocks("xml")]
    assert [one.tag for one in found] == ["hivemq", "declared-shared-subscriptions"]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker with users whose password is their name, and the rights that `vigiterre broker` derives."""
    passwords = tmp_path / "passwords"
    for user in (SERVICE, DEVICE):
        create = [] if passwords.exists() else ["-c"]
        subprocess.run([program("mosquitto_passwd"), *create, "-b", passwords, user, user], check=True)
    rights = tmp_path / "rights"
    kinds = {SERVICE: Kind.INGEST, DEVICE: Kind.DEVICE}
    accounts = [Account(name, kind, "", 0, 0, None, NOT_BRIDGED) for name, kind in kinds.items()]
    rights.write_text(access_list(accounts, [], "vigiterre", load_registry(ROOT / "config"), Sources()))
    lists = f"password_file {passwords}\nacl_file {rights}"
    with Mosquitto(tmp_path / "guarded", f"allow_anonymous false\n{lists}") as broker:
        yield broker


class Machine:
    """One broker, one store, one territory, and the processes the page tells to start, each by its `data_dir`."""

    def __init__(self, folder: Path, broker: Mosquitto, influxd: Influxd, hook: Hook, name: str) -> None:
        self.folder, self.broker, self.influxd, self.hook, self.name = folder, broker, influxd, hook, name
        self.config = write_config(folder / "config", rule(), notify(hook.url))

    def process(self, folder: str, *command: str, **settings: str) -> Vigiterre:
        asked = {f"VIGITERRE_MQTT__{name.upper()}": value for name, value in settings.items()}
        url = self.broker.url.replace("//", f"//{SERVICE}@")
        process = Vigiterre(self.folder / folder, self.config, url, self.influxd.url(self.name), **asked)
        assert process.environment is not None
        process.environment |= {"VIGITERRE_DATA_DIR": str(self.folder / folder), "VIGITERRE_MQTT__PASSWORD": SERVICE}
        process.command += command
        return process

    def worker(self, number: int, share: str = "ingest") -> Vigiterre:
        name = f"vigiterre-ingest-{number}"
        return self.process(f"lib/{name}", "--only", "ingest", share=share, client_id=name, unshared="false")

    def stored(self) -> set[int]:
        query = "SELECT co2 FROM building WHERE time >= 0"
        return {row["time"] for row in influx_rows(self.influxd, self.name, query)}


@pytest.fixture
def machine(tmp_path: Path, guarded: Mosquitto, influxd: Influxd, unique: str) -> Iterator[Machine]:
    with ExitStack() as stack:
        yield Machine(tmp_path, guarded, influxd, stack.enter_context(Hook()), unique)


def ready(process: Vigiterre) -> Vigiterre:
    process.start()
    process.wait_for("vigiterre_mqtt_connected", 1)
    if "ingest" in process.command:
        process.wait_for("vigiterre_relay_connected", 1)
    return process


def quiet(process: Vigiterre) -> None:
    lags = ("vigiterre_journal_lag_messages", "vigiterre_relay_lag_messages")
    wait_until(lambda: not any(map(process.metric, lags)), f"{lags} are 0")


def test_one_process_becomes_several_and_one_of_them_leaves_and_nothing_is_lost(machine: Machine) -> None:
    """Messages go on all the time, at the moments when somebody is away above all."""
    published: set[int] = set()
    begin = now_ms() // 1000 * 1000 - 600_000

    def devices_go_on(count: int = 10) -> None:
        times = [begin + 1000 * (len(published) + n) for n in range(count)]
        bodies = [json.dumps({"time": at / 1000, "values": {"co2": 1700}}) for at in times]
        publish(machine.broker.port, bodies, DEVICE)
        published.update(times)

    with ExitStack() as stack:
        whole = stack.enter_context(machine.process("lib/vigiterre"))
        whole.wait_for("vigiterre_mqtt_connected", 1)
        devices_go_on()
        whole.stop()
        devices_go_on()

        script = PAGE.block("sh", "for file in alerts.sqlite")
        kept = [line for line in script.splitlines() if not line.startswith(("systemctl", "install"))]
        (machine.folder / "lib/vigiterre-alerts").mkdir()
        text = placed("\n".join(kept), {"/var/lib/": f"{machine.folder}/lib/"})
        subprocess.run(["sh", "-euc", text], check=True)
        alerts = machine.process("lib/vigiterre-alerts", "--only", "alerts")
        stack.callback(alerts.stop)
        ready(alerts)

        first = machine.process("lib/vigiterre", "--only", "ingest")
        stack.callback(first.stop)
        ready(first)
        wait_until(lambda: machine.stored() == published, "what came while nobody was there")

        two, three = machine.worker(2), machine.worker(3)
        stack.callback(two.stop)
        stack.callback(three.stop)
        ready(two)
        devices_go_on()
        ready(three)
        quiet(first)
        first.stop()
        devices_go_on()
        end_session(machine.broker, SERVICE)
        devices_go_on()
        wait_until(lambda: machine.stored() == published, "what came while the first left")

        two.stop()
        devices_go_on()
        assert two.environment is not None
        two.environment["VIGITERRE_MQTT__SHARE"] = "leaving-2"
        ready(two)
        devices_go_on()
        quiet(two)
        two.stop()
        end_session(machine.broker, "vigiterre-ingest-2")
        devices_go_on()
        wait_until(lambda: machine.stored() == published, "what came while the second left")
        quiet(three)
        wait_until(lambda: alerts.metric("vigiterre_alerts_lag_messages") == 0, "all judged")
        machine.hook.wait_for(DEVICE, "firing")  # once the device has been quiet for a while: its readings are old
        alerts.stop()
        known = machine.folder / "lib/vigiterre-alerts/workers.json"
        left = {name: heard for name, heard in json.loads(known.read_text()).items() if name == "vigiterre-ingest-3"}
        known.write_text(json.dumps(left))
        ready(alerts)
        alerts.wait_for("vigiterre_workers_heard", 1)
        assert alerts.metric("vigiterre_workers_missing") == 0
        assert machine.hook.of(DEVICE) == ["firing"]
