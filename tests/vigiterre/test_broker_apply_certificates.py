"""`vigiterre broker apply` with certificates: proven by TLS too, or all is as it was; what cannot be proven is said."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from certifying import Authority, put
from guarded import INGEST, NOT_AUTHORIZED, Guarded, fill_disk, pair_in

from servers import free_port, wait_until
from vigiterre.broker_config import files, sessions
from vigiterre.broker_config.files import Owner
from vigiterre.broker_config.render import REVOCATIONS, Certified
from vigiterre.certificates.key_file import PLACE

DEVICES = {"device-a": "building", "device-b": "road"}


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    guarded = Guarded(tmp_path, DEVICES, Authority(tmp_path / "authority"), certified=True)
    guarded.service("ingest", INGEST)
    guarded.done("devices", "certificates", "init")
    guarded.done("devices", "certificates", "create", "--all", "--out", tmp_path / "given")
    guarded.start()
    yield guarded
    guarded.stop()


def rolled_back(guarded: Guarded, **environment: str) -> str:
    """What a revocation says that fails, and after which the broker is as before."""
    guarded.done("devices", "certificates", "revoke", "device-b")
    before, staying = guarded.content(), guarded.certified(pair_in(guarded.folder / "given", "device-a"))
    told = guarded.run("broker", "apply", **environment)
    assert told.exit_code == 1, told.output
    assert [one[:2] for one in guarded.content().values()] == [one[:2] for one in before.values()]
    pair = pair_in(guarded.folder / "given", "device-b")
    wait_until(lambda: guarded.certified(pair).code == 0, "the list of before, read again")
    staying.subscribe("marker")
    assert staying.closed == 0
    return told.stderr.replace("\n", " ")


@pytest.mark.parametrize("written", range(8))
def test_p17_a_disk_that_fails_at_any_write_leaves_the_certificates_as_they_were(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    fill_disk(monkeypatch, guarded.files, written)
    told = rolled_back(guarded)
    assert "No space left on device" in told
    assert "The files of before are back and in force again" in told


def test_a_broker_that_does_not_read_its_list_of_the_revoked_lets_them_in_and_is_found_out(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mosquitto 2.0.11 goes on without any list when it cannot read the new one: everybody who was revoked is back."""
    replace, spoilt = files.replace, [False]

    def spoiling(path: Path, content: bytes, mode: int, owner: Owner | None) -> None:
        first = path == guarded.files / REVOCATIONS and not spoilt[0]
        spoilt[0] |= first
        replace(path, b"not a list" if first else content, mode, owner)

    monkeypatch.setattr(files, "replace", spoiling)
    told = rolled_back(guarded)
    assert "lets a revoked certificate in" in told
    assert "files of before are back" in told


def test_a_list_that_mosquitto_cannot_read_is_found_out_by_the_trial(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigiterre.broker_config.render.Blueprint.revoking", lambda plan, _list: plan)
    monkeypatch.setattr(
        "vigiterre.broker_config.render.certified_by",
        lambda signed, _registry, _now: Certified(signed.certificate, "not a list", signed.issued, frozenset(DEVICES)),
    )
    monkeypatch.setattr("vigiterre.broker_config.proof.serials_in", lambda _list: frozenset())
    told = rolled_back(guarded)
    assert "on trial does not start" in told


def test_a_listener_by_tls_that_does_not_answer_is_found_out(guarded: Guarded) -> None:
    """The running broker was started without it."""
    guarded.hang_up()
    guarded.server.stop()
    conf = guarded.files / "mosquitto.conf"
    without = guarded.folder / "without.conf"
    without.write_text(conf.read_text().replace(f"listener {guarded.tls_port} ", f"listener {free_port()} "))
    guarded.server.command[-1] = str(without)
    guarded.server.start()
    assert f"does not answer at 127.0.0.1:{guarded.tls_port}" in rolled_back(guarded)


def test_a_listener_that_asks_for_no_certificate_is_found_out(guarded: Guarded) -> None:
    guarded.hang_up()
    guarded.server.stop()
    conf = guarded.files / "mosquitto.conf"
    careless = guarded.folder / "careless.conf"
    text = conf.read_text().replace("require_certificate true", "require_certificate false")
    careless.write_text(text.replace("use_identity_as_username true", "allow_anonymous true"))
    guarded.server.command[-1] = str(careless)
    guarded.server.start()
    guarded.done("devices", "certificates", "revoke", "device-b")
    before = guarded.content()
    told = guarded.run("broker", "apply")
    assert told.exit_code == 1
    assert "The files of before are back" in told.stderr.replace("\n", " ")
    assert [one[:2] for one in guarded.content().values()] == [one[:2] for one in before.values()]


def test_without_the_authoritys_key_a_revocation_is_in_force_and_what_was_not_proven_is_said(guarded: Guarded) -> None:
    guarded.done("devices", "certificates", "revoke", "device-b")
    (guarded.data / PLACE).unlink()
    told = guarded.done("broker", "apply")
    assert "revocation of certificates was not proven: the authority's key" in told.stderr.replace("\n", " ")
    assert guarded.certified(pair_in(guarded.folder / "given", "device-b")).code == NOT_AUTHORIZED
    assert guarded.certified(pair_in(guarded.folder / "given", "device-a")).code == 0


def test_a_certificate_of_the_broker_that_nobody_believes_holds_no_revocation_up_and_is_said(guarded: Guarded) -> None:
    assert guarded.authority
    stolen = guarded.certified(pair_in(guarded.folder / "given", "device-b"))
    put(guarded.authority.sign("over", ends=-timedelta(days=1)), pair_in(guarded.authority.folder, "server"))
    guarded.server.signal(1)
    told = guarded.done("devices", "certificates", "revoke", "device-b", "--apply")
    stolen.until_closed()
    assert "certificate has expired" in told.stderr.replace("\n", " ")
    assert "In force and proven" in told.stderr
    unknown = guarded.run("broker", "apply", VIGITERRE_BROKER__CA_FILE=str(guarded.folder / "nowhere.pem"))
    assert unknown.exit_code == 1  # what listens would change: cafile


def test_the_name_in_the_brokers_certificate_is_that_of_its_public_address(guarded: Guarded) -> None:
    right, wrong = (f"{host}:{guarded.tls_port}" for host in ("localhost", "another.example.org"))
    told = guarded.run("broker", "apply", VIGITERRE_BROKER__PUBLIC_ADDRESS=right)
    assert (told.exit_code, "To know" in told.stderr) == (0, False)
    told = guarded.run("broker", "apply", VIGITERRE_BROKER__PUBLIC_ADDRESS=wrong)
    assert (told.exit_code, "Hostname mismatch" in told.stderr.replace("\n", " ")) == (0, True)


def test_applied_twice_nothing_changes_and_no_session_is_dropped(guarded: Guarded) -> None:
    staying = guarded.certified(pair_in(guarded.folder / "given", "device-a"))
    before = guarded.content()
    assert "0 file(s) changed" in guarded.done("broker", "apply").stderr
    assert [one[:2] for one in guarded.content().values()] == [one[:2] for one in before.values()]
    staying.subscribe("marker")
    assert staying.closed == 0


def test_a_command_killed_before_it_ended_the_session_is_made_again_and_ends_it(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = guarded.certified(pair_in(guarded.folder / "given", "device-b"))
    guarded.done("devices", "certificates", "revoke", "device-b")
    with monkeypatch.context() as killed:
        killed.setattr("vigiterre.broker_config.applying.end", lambda *_given: None)
        guarded.done("broker", "apply")
    stolen.subscribe("marker")
    assert stolen.closed == 0
    guarded.done("broker", "apply")
    stolen.until_closed()


def test_a_session_that_could_not_be_ended_is_said_and_the_revocation_stays(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.done("devices", "certificates", "revoke", "device-b")

    async def away(*_given: object) -> None:
        return None

    monkeypatch.setattr(sessions, "answer_as", away)
    told = guarded.run("broker", "apply")
    assert told.exit_code == 1
    assert "may go on: device-b" in told.stderr.replace("\n", " ")
    assert guarded.certified(pair_in(guarded.folder / "given", "device-b")).code == NOT_AUTHORIZED


def test_a_listener_for_certificates_without_an_authority_is_said_with_the_remedy(
    guarded: Guarded, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    shutil.copytree(guarded.data, empty, ignore=shutil.ignore_patterns("credentials.sqlite*", "pki"))
    told = guarded.run("broker", "apply", VIGITERRE_DATA_DIR=str(empty))
    assert (told.exit_code, "devices certificates init" in told.stderr.replace("\n", " ")) == (1, True)
    told = guarded.run("broker", "apply", VIGITERRE_BROKER__CERT_FILE="", VIGITERRE_BROKER__KEY_FILE="")
    assert (told.exit_code, "this listener speaks TLS" in told.stderr.replace("\n", " ")) == (1, True)
    told = guarded.run("broker", "apply", VIGITERRE_BROKER__CERTIFICATE_LISTENER=f"127.0.0.1:{guarded.tls_port}")
    assert (told.exit_code, "give another port" in told.stderr.replace("\n", " ")) == (1, True)


def test_the_probe_leaves_no_file_and_no_account(guarded: Guarded) -> None:
    guarded.done("broker", "apply")
    assert "vigiterre-probe" not in "".join(path.read_text() for path in guarded.files.iterdir())
    listed = guarded.done("devices", "certificates", "list", "--json").stdout
    assert "vigiterre-probe" not in listed
