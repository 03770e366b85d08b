"""Who may do what on a real mosquitto that only `vigiterre broker` configured.

What a client gets is looked at, not what it is granted: mosquitto grants every SUBSCRIBE and then sends nothing.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from certifying import Authority
from guarded import INGEST, NOT_AUTHORIZED, Caller, Guarded

from servers import wait_until

OWN, OTHER = "vigiterre/building/device-a", "vigiterre/building/device-b"
MANY = 5_000
FORBIDDEN = [
    f"{OTHER}/up",
    f"{OTHER}/state",
    f"{OTHER}/down/set",
    f"{OWN}/down/set",
    f"{OWN}/up/more",
    OWN,
    "vigiterre/road/device-a/up",
    "vigiterre/environment/device-a/up",
    "vigiterre/building/device-a-b/up",
    "vigiterre-live/readings/device-a",
    "vigiterre-live/workers/device-a",
    "vigiterre-live",
    "zigbee2mqtt/device-a",
    "application/1/device/0011223344556677/event/up",
    "anything",
]
TEMPTING = [
    f"{OTHER}/up",
    f"{OTHER}/down/#",
    "vigiterre/#",
    "vigiterre/+/+/up",
    "vigiterre-live/#",
    "#",
    "+/+/+/+",
    "$share/g/#",
    "$share/ingest/vigiterre/#",
    f"$share/g/{OTHER}/up",
    "$SYS/#",
    "$SYS/broker/version",
    "$share/g/$SYS/#",
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    devices = {"device-a": "building", "device-b": "building", "device-c": "road", "device-d": "road"}
    guarded = Guarded(folder, devices, Authority(folder / "authority"))
    guarded.service("ingest", INGEST)
    guarded.service("alerts", "vigiterre-alerts")
    guarded.service("health", "vigiterre-health")
    guarded.service("bridge", "chirpstack", "--source", "chirpstack", "--downlink", "application/+/device/+/command/#")
    guarded.devices("create", "--all")
    guarded.start()
    yield guarded
    guarded.stop()


@pytest.fixture(autouse=True)
def no_caller_outlives_its_test(guarded: Guarded) -> Iterator[None]:
    yield
    guarded.hang_up()


@pytest.fixture
def witness(guarded: Guarded) -> Caller:
    """What the ingest account receives of everything."""
    caller = guarded.caller(INGEST)
    for topic in ("vigiterre/#", "vigiterre-live/#", "#"):
        caller.subscribe(topic)
    return caller


@pytest.mark.parametrize("topic", FORBIDDEN)
def test_a_device_publishes_only_below_its_own_name_in_its_own_domain(
    guarded: Guarded, witness: Caller, topic: str
) -> None:
    device = guarded.caller("device-a")
    assert device.publish(topic, b"forged") == NOT_AUTHORIZED
    assert guarded.caller("device-a").publish(topic, b"forged", qos=0) == 0  # nobody tells it, and nobody hears it
    own = guarded.caller("device-a")
    assert own.publish(f"{OWN}/up", topic.encode()) in (0, 0x10)
    witness.until_heard(topic.encode())
    assert b"forged" not in [payload for _, payload in witness.received]


def test_the_last_will_of_a_device_is_its_own(guarded: Guarded, witness: Caller) -> None:
    forger = guarded.caller("device-a", will=f"{OTHER}/state")
    forger.leave(rudely=True)
    honest = guarded.caller("device-a", will=f"{OWN}/state")
    assert honest.code == 0
    honest.leave(rudely=True)
    witness.until_heard(b"will")
    wait_until(lambda: witness.topics() == {f"{OWN}/state"}, f"the will of device-a alone, not {witness.topics()}")


def test_a_device_receives_nothing_of_others_whatever_it_subscribes_to(guarded: Guarded, witness: Caller) -> None:
    curious = guarded.caller("device-a")
    for topic in TEMPTING:
        curious.subscribe(topic)
    busy, ours = guarded.caller("device-b"), guarded.caller(INGEST)
    for number in range(50):
        busy.publish(f"{OTHER}/up", b"b-%d" % number)
        ours.publish("vigiterre-live/readings/x", b"live-%d" % number)
    witness.until_heard(b"b-49")
    witness.until_heard(b"live-49")
    curious.subscribe(f"{OWN}/down/last")  # its SUBACK comes after whatever came before
    assert curious.received == []
    assert curious.closed == 0


def test_the_account_that_may_sees_what_devices_do_not(guarded: Guarded) -> None:
    ours = guarded.caller(INGEST)
    ours.subscribe("$SYS/broker/version")
    wait_until(lambda: "$SYS/broker/version" in ours.topics(), "the version of the broker")


def test_a_device_hears_what_is_said_to_it_and_nothing_said_to_another(guarded: Guarded) -> None:
    """Nobody may say anything to a device as yet: here one line more lets an account do it."""
    listening, other = guarded.caller("device-a"), guarded.caller("device-b")
    for caller in (listening, other):
        caller.subscribe(f"{OWN}/down/#")
        caller.subscribe("vigiterre/+/+/down/#")
    rights = guarded.files / "vigiterre.acl"
    rendered = rights.read_text()
    rights.write_text(f"{rendered}\nuser vigiterre-health\ntopic write vigiterre/+/+/down/#\n")
    guarded.server.signal(1)
    wait_until(
        lambda: guarded.caller("vigiterre-health").publish(f"{OWN}/down/set", b"hello") == 0,
        "the right to say something",
    )
    listening.until_heard(b"hello")
    other.subscribe("vigiterre/building/device-b/down/last")
    assert other.received == []
    rights.write_text(rendered)
    guarded.server.signal(1)


def test_nobody_gets_in_without_a_name_and_its_password(guarded: Guarded) -> None:
    secret = guarded.secrets["device-b"]
    assert guarded.caller().code == NOT_AUTHORIZED
    for user, password in (("device-a", ""), ("device-a", "vgc_wrong"), ("device-a", secret), ("device-z", secret)):
        assert guarded.caller(user, password=password).code == NOT_AUTHORIZED
    assert guarded.caller("device-b").code == 0


def test_a_name_of_another_shape_gets_no_right(guarded: Guarded) -> None:
    for user in ("#", "+", "device-a/../device-b", "DEVICE-B", "device-b ", ""):
        assert guarded.caller(user, password=guarded.secrets["device-b"]).code == NOT_AUTHORIZED


def test_a_broker_that_another_authority_speaks_for_is_refused(guarded: Guarded, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger")
    distrusting = ssl.create_default_context(cafile=stranger.file)
    with (
        socket.create_connection(("127.0.0.1", guarded.tls_port)) as line,
        pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get local issuer|self-signed"),
    ):
        distrusting.wrap_socket(line, server_hostname="localhost")
    assert guarded.authority
    trusted = guarded.caller("device-a", port=guarded.tls_port, authority=guarded.authority.file)
    assert trusted.code == 0
    assert trusted.publish(f"{OWN}/up") in (0, 0x10)
    assert guarded.caller(port=guarded.tls_port, authority=guarded.authority.file).code == NOT_AUTHORIZED


def test_by_tls_nobody_takes_the_session_of_another_by_its_client_id(guarded: Guarded) -> None:
    assert guarded.authority
    tls = {"port": guarded.tls_port, "authority": guarded.authority.file}
    ours = guarded.caller(INGEST, client_id=INGEST, kept=True)
    victim = guarded.caller("device-b", **tls)
    assert guarded.caller("device-a", client_id=INGEST, **tls).code == 0
    assert guarded.caller("device-a", client_id="device-b", **tls).code == 0
    for caller in (ours, victim):
        caller.subscribe("marker")
        assert caller.closed == 0


def test_a_bridge_writes_the_topics_of_its_sources_alone(guarded: Guarded, witness: Caller) -> None:
    event, command = (
        "application/1/device/0011223344556677/event/up",
        "application/1/device/0011223344556677/command/down",
    )
    assert guarded.caller("chirpstack").publish(event, b"uplink") == 0
    witness.until_heard(b"uplink")
    for topic in (f"{OWN}/up", "vigiterre-live/readings/x", "zigbee2mqtt/x", command, "application/1/device/x"):
        assert guarded.caller("chirpstack").publish(topic, b"forged") == NOT_AUTHORIZED
    curious = guarded.caller("chirpstack")
    for topic in ("#", "vigiterre/#", "application/#", "$SYS/#"):
        curious.subscribe(topic)
    guarded.caller("device-b").publish(f"{OTHER}/up", b"bridged?")
    witness.until_heard(b"bridged?")
    curious.subscribe("marker")
    assert curious.received == []
    assert b"forged" not in [payload for _, payload in witness.received]


def test_the_account_of_the_alerts_reads_what_is_passed_on_and_writes_nothing(
    guarded: Guarded, witness: Caller
) -> None:
    for topic in ("vigiterre-live/readings/x", f"{OWN}/up", "anything"):
        assert guarded.caller("vigiterre-alerts").publish(topic, b"forged") == NOT_AUTHORIZED
    alerts = guarded.caller("vigiterre-alerts")
    for topic in ("vigiterre-live/#", "#", "$SYS/#"):
        alerts.subscribe(topic)
    assert guarded.caller("device-b").publish(f"{OTHER}/up", b"not passed on") == 0
    guarded.caller(INGEST).publish("vigiterre-live/late/x", b"passed on")
    alerts.until_heard(b"passed on")
    assert alerts.topics() == {"vigiterre-live/late/x"}
    assert b"forged" not in [payload for _, payload in witness.received]


def test_the_account_of_the_health_check_reads_the_uptime_alone(guarded: Guarded) -> None:
    health = guarded.caller("vigiterre-health")
    for topic in ("#", "$SYS/#", "vigiterre-live/#"):
        health.subscribe(topic)
    wait_until(lambda: health.topics() == {"$SYS/broker/uptime"}, "the uptime")
    guarded.caller("device-b").publish(f"{OTHER}/up", b"healthy")
    health.subscribe("marker")
    assert health.topics() == {"$SYS/broker/uptime"}
    assert guarded.caller("vigiterre-health").publish("$SYS/broker/uptime") == NOT_AUTHORIZED


def test_a_revoked_credential_is_refused_and_its_live_session_is_closed(
    guarded: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    stolen, neighbour = guarded.caller("device-c"), guarded.caller("device-d")
    begun = time.monotonic()
    revoking = threading.Thread(target=guarded.run, args=("devices", "credentials", "revoke", "device-c", "--apply"))
    revoking.start()
    stolen.until_closed()
    seconds = time.monotonic() - begun
    revoking.join()
    with capsys.disabled():
        print(f"\nrevoked credential: live session closed after {seconds:.2f} s, the command included")  # noqa: T201
    assert seconds < 10
    assert guarded.caller("device-c").code == NOT_AUTHORIZED
    assert neighbour.publish("vigiterre/road/device-d/up") in (0, 0x10)
    assert neighbour.closed == 0


def test_p17_five_thousand_credentials_are_rotated_and_no_other_session_is_dropped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"sensor-{number:05d}" for number in range(MANY)]
    guarded = Guarded(tmp_path, {**dict.fromkeys(names, "environment"), "bystander": "road"})
    guarded.service("ingest", INGEST)
    before = guarded.devices("create", "--all")
    rotated = tmp_path / "rotated.csv"
    rotated.write_text("id\n" + "".join(f"{name}\n" for name in names))
    guarded.start()
    try:
        others = [guarded.caller("bystander"), guarded.caller(INGEST, client_id=INGEST, kept=True)]
        affected = guarded.caller(names[0])
        begun = time.monotonic()
        after = guarded.devices("rotate", "--csv", str(rotated), "--apply")
        seconds = time.monotonic() - begun
        affected.until_closed()
        with capsys.disabled():
            print(f"\n{MANY:,} credentials rotated and in force after {seconds:.1f} s")  # noqa: T201
        assert len(after) == MANY
        assert seconds < 60
        for name in (names[0], names[MANY // 2], names[-1]):
            assert guarded.caller(name, password=before[name]).code == NOT_AUTHORIZED
            assert guarded.caller(name, password=after[name]).code == 0
        for other in others:
            other.subscribe("marker")
        assert [other.closed for other in others] == [0, 0]
    finally:
        guarded.stop()
