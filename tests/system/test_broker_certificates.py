"""Devices that come in with a certificate, on a real mosquitto that only `vigiterre broker` configured."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from certifying import Authority, Files
from cryptography.hazmat.primitives.asymmetric import ec
from guarded import INGEST, NOT_AUTHORIZED, Caller, Guarded, pair_in

from servers import program, wait_until
from vigiterre.certificates.authority import Authority as Territory
from vigiterre.certificates.authority import pem
from vigiterre.certificates.key_file import PLACE, opened, private_pem
from vigiterre.certificates.register import signed_in
from vigiterre.moment import DAY_MS, now_ms

DEVICES = {
    "device-a": "building",
    "device-b": "building",
    "device-c": "road",
    "device-d": "road",
    "device-e": "road",
    "device-f": "road",
}
OWN, OTHER = "vigiterre/building/device-a", "vigiterre/building/device-b"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("certified")
    guarded = Guarded(folder, DEVICES, Authority(folder / "authority"), certified=True)
    guarded.service("ingest", INGEST)
    guarded.done("devices", "certificates", "init")
    guarded.done("devices", "certificates", "create", "--all", "--out", folder / "given")
    guarded.devices("create", "device-d")
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
    for topic in ("vigiterre/#", "vigiterre-live/#"):
        caller.subscribe(topic)
    return caller


def given(guarded: Guarded, name: str) -> Files:
    return pair_in(guarded.folder / "given", name)


def territory(guarded: Guarded) -> Territory:
    signed = signed_in(guarded.data)
    assert signed
    return opened(signed.certificate, guarded.data / PLACE, None)


def made(folder: Path, by: Territory, name: str, *, now: int = 0, length: timedelta = timedelta(days=1)) -> Files:
    """A certificate that no register knows of."""
    key = ec.generate_private_key(ec.SECP256R1())
    files = Files(folder / "made.pem", folder / "made.key")
    files.cert.write_text(pem(by.issue(name, key.public_key(), now or now_ms(), length)))
    files.key.write_text(private_pem(key, None))
    return files


def test_a_device_comes_in_as_the_name_of_its_certificate_and_writes_its_own_topics_alone(
    guarded: Guarded, witness: Caller
) -> None:
    device = guarded.certified(given(guarded, "device-a"))
    assert (device.code, device.publish(f"{OWN}/up", b"own")) == (0, 0)
    for topic in (f"{OTHER}/up", f"{OWN}/down/set", "vigiterre/road/device-a/up", "vigiterre-live/readings/device-a"):
        forger = guarded.certified(given(guarded, "device-a"))  # mosquitto closes after a refused PUBLISH
        assert (forger.code, forger.publish(topic, b"forged")) == (0, NOT_AUTHORIZED)
    witness.until_heard(b"own")
    assert witness.topics() == {f"{OWN}/up"}


def test_whatever_a_client_says_of_itself_its_certificate_says_who_it_is(guarded: Guarded, witness: Caller) -> None:
    ours, victim = guarded.caller(INGEST, client_id=INGEST, kept=True), guarded.certified(given(guarded, "device-b"))
    pair = given(guarded, "device-a")
    assert guarded.certified(pair, client_id="device-b").publish(f"{OTHER}/up", b"forged") == NOT_AUTHORIZED
    posing = guarded.caller(
        INGEST,
        port=guarded.certificate_port,
        authority=guarded.authority and guarded.authority.file,
        shown=pair,
        client_id=INGEST,
    )
    assert posing.publish("vigiterre-live/readings/x", b"forged") == NOT_AUTHORIZED
    for caller in (ours, victim):
        caller.subscribe("marker")
        assert caller.closed == 0
    assert witness.received == []


def test_without_a_good_certificate_of_the_territory_nobody_gets_in(guarded: Guarded, tmp_path: Path) -> None:
    stranger, ours = Territory.founded(now_ms()), territory(guarded)
    assert guarded.certified(None).code == NOT_AUTHORIZED
    assert guarded.certified(made(tmp_path, stranger, "device-a")).code == NOT_AUTHORIZED
    over = made(tmp_path, ours, "device-a", now=now_ms() - 3 * DAY_MS)
    assert guarded.certified(over).code == NOT_AUTHORIZED
    early = made(tmp_path, ours, "device-a", now=now_ms() + 3 * DAY_MS)
    assert guarded.certified(early).code == NOT_AUTHORIZED
    assert guarded.authority
    assert guarded.certified(guarded.authority.sign("other", "device-a")).code == NOT_AUTHORIZED
    good = made(tmp_path, ours, "device-a")
    assert guarded.certified(good).code == 0


def test_a_password_does_not_stand_in_for_a_certificate_nor_the_other_way_round(guarded: Guarded) -> None:
    assert guarded.authority
    secret = {"authority": guarded.authority.file, "password": guarded.secrets["device-d"]}
    assert guarded.caller("device-d", port=guarded.certificate_port, **secret).code == NOT_AUTHORIZED
    assert guarded.caller("device-d", port=guarded.tls_port, **secret).code == 0
    shown = given(guarded, "device-a")
    by_tls = guarded.caller("device-a", port=guarded.tls_port, authority=guarded.authority.file, shown=shown)
    assert by_tls.code == NOT_AUTHORIZED
    assert "device-a:" not in (guarded.files / "vigiterre.passwd").read_text()


def test_a_name_that_the_inventory_does_not_have_has_no_right(
    guarded: Guarded, witness: Caller, tmp_path: Path
) -> None:
    stray = made(tmp_path, territory(guarded), "device-z")
    for topic in ("vigiterre/building/device-z/up", "vigiterre/road/device-z/up", f"{OWN}/up", "anything"):
        gone = guarded.certified(stray)
        assert (gone.code, gone.publish(topic, b"forged")) == (0, NOT_AUTHORIZED)
    gone = guarded.certified(stray)
    gone.subscribe("vigiterre/#")
    guarded.certified(given(guarded, "device-a")).publish(f"{OWN}/up", b"heard")
    witness.until_heard(b"heard")
    gone.subscribe("marker")
    assert gone.received == []
    assert [payload for _, payload in witness.received] == [b"heard"]


def test_the_key_of_a_device_that_asks_by_a_request_never_leaves_it(guarded: Guarded, tmp_path: Path) -> None:
    request, key = tmp_path / "device-e.csr", tmp_path / "device-e.key"
    command = [program("openssl"), "req", "-new", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=device-e"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(request)], check=True, capture_output=True)
    out = guarded.certificates("device-e", "--csr", request, "--renewal")
    assert [path.name for path in out.iterdir()] == ["device-e.pem"]
    assert guarded.certified(Files(out / "device-e.pem", key)).publish("vigiterre/road/device-e/up") in (0, 0x10)


def test_a_revoked_certificate_is_refused_and_its_live_session_is_closed(
    guarded: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    stolen, neighbour = guarded.certified(given(guarded, "device-c")), guarded.certified(given(guarded, "device-b"))
    others = [neighbour, guarded.caller("device-d"), guarded.caller(INGEST, client_id=INGEST, kept=True)]
    begun = time.monotonic()
    revoking = threading.Thread(target=guarded.run, args=("devices", "certificates", "revoke", "device-c", "--apply"))
    revoking.start()
    stolen.until_closed()
    seconds = time.monotonic() - begun
    revoking.join()
    with capsys.disabled():
        print(f"\nrevoked certificate: live session closed after {seconds:.2f} s, the command included")  # noqa: T201
    assert seconds < 10
    assert guarded.certified(given(guarded, "device-c")).code == NOT_AUTHORIZED
    for other in others:
        other.subscribe("marker")
        assert other.closed == 0
    assert neighbour.publish(f"{OTHER}/up") in (0, 0x10)


CONNECT = bytes.fromhex("101000044d5154540502003c000003616263")
"""MQTT 5, clean start, 60 s, no property, client id `abc`."""


def connected(context: ssl.SSLContext, port: int, session: ssl.SSLSession | None = None) -> ssl.SSLSession | None:
    """The TLS session of a client that the broker took in. Raises OSError for one that it did not."""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as line,
        context.wrap_socket(line, server_hostname="localhost", session=session) as shown,
    ):
        shown.sendall(CONNECT)
        answer = shown.recv(64)
        if not answer:
            raise ConnectionError("closed")
        assert (answer[:1], answer[3:4]) == (b"\x20", b"\0"), answer
        assert shown.session_reused is (session is not None)
        return shown.session


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_tls_session_that_is_resumed_does_not_outlive_the_revocation(
    guarded: Guarded, version: ssl.TLSVersion
) -> None:
    """Whoever resumes shows no certificate: what was seen then counts, unless the broker forgets it."""
    assert guarded.authority
    shown = pair_in(guarded.certificates("device-e", "--renewal"), "device-e")
    context = ssl.create_default_context(cafile=guarded.authority.file)
    context.minimum_version = context.maximum_version = version
    context.load_cert_chain(shown.cert, shown.key)
    first = connected(context, guarded.certificate_port)
    assert connected(context, guarded.certificate_port, first)
    last = connected(context, guarded.certificate_port)
    guarded.done("devices", "certificates", "revoke", "device-e", "--apply")
    for session in (last, None):
        # TLS 1.3 tells of it later, maybe to a client that has been closed by then
        with pytest.raises(OSError, match=r"REVOKED|EOF|reset|closed|Broken pipe"):
            connected(context, guarded.certificate_port, session)


def test_a_renewal_is_good_beside_the_one_before_until_that_is_revoked(guarded: Guarded) -> None:
    old, new = given(guarded, "device-f"), pair_in(guarded.certificates("device-f", "--renewal"), "device-f")
    guarded.done("broker", "apply")
    assert guarded.certified(old).code == 0
    assert guarded.certified(new).code == 0
    by_the_old = guarded.certified(old)
    guarded.done("devices", "certificates", "revoke", "device-f", "--older", "--apply")
    by_the_old.until_closed()
    assert guarded.certified(old).code == NOT_AUTHORIZED
    staying = guarded.certified(new)
    assert staying.publish("vigiterre/road/device-f/up") in (0, 0x10)
    guarded.done("broker", "apply")
    staying.subscribe("marker")
    assert staying.closed == 0


def test_a_device_that_left_the_inventory_loses_its_rights_at_once(guarded: Guarded) -> None:
    sheet = guarded.config / "devices.csv"
    whole = sheet.read_text()
    leaving = guarded.certified(given(guarded, "device-a"))
    assert leaving.publish(f"{OWN}/up") in (0, 0x10)
    sheet.write_text("".join(line for line in whole.splitlines(True) if not line.startswith("device-a")))
    guarded.done("broker", "apply")
    wait_until(lambda: leaving.publish(f"{OWN}/up") == NOT_AUTHORIZED, "no right any more")
    sheet.write_text(whole)
    guarded.done("broker", "apply")


def test_another_authority_ends_all_that_the_one_before_signed(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, DEVICES, Authority(tmp_path / "authority"), certified=True)
    guarded.service("ingest", INGEST)
    guarded.done("devices", "certificates", "init")
    old = guarded.certificates("device-a", "device-b")
    guarded.start()
    try:
        stolen = guarded.certified(pair_in(old, "device-a"))
        told = guarded.done("devices", "certificates", "init", "--replace", "--apply")
        assert "2 device(s) are worth nothing" in told.stderr
        stolen.until_closed()
        assert guarded.certified(pair_in(old, "device-a")).code == NOT_AUTHORIZED
        new = guarded.certificates("device-a")
        guarded.done("broker", "apply")
        assert guarded.certified(pair_in(new, "device-a")).publish(f"{OWN}/up") in (0, 0x10)
    finally:
        guarded.stop()
