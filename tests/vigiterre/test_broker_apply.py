"""`vigiterre broker apply` on a real mosquitto: it is in force and proven, or all is as it was, byte for byte."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from guarded import INGEST, NOT_AUTHORIZED, Guarded, fill_disk

from servers import wait_until
from vigiterre.broker_config import applying
from vigiterre.broker_config.errors import BrokerRefused, RolledBack
from vigiterre.broker_config.render import ACCESS, PASSWORDS
from vigiterre.broker_config.running import reload

DEVICES = {"device-a": "building", "device-b": "road"}


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    guarded = Guarded(tmp_path, DEVICES)
    guarded.service("ingest", INGEST)
    guarded.devices("create", "device-a")
    guarded.start()
    yield guarded
    guarded.stop()


def refused(guarded: Guarded, *command: str, **environment: str) -> str:
    """What a command says that fails, and after which nothing is different: not on disk, and not in the broker."""
    before, staying = guarded.content(), guarded.caller("device-a")
    told = guarded.run(*(command or ("broker", "apply")), **environment)
    assert told.exit_code == 1
    assert guarded.content().keys() == before.keys()
    assert [one[:2] for one in guarded.content().values()] == [one[:2] for one in before.values()]
    if guarded.server.process is not None:
        assert guarded.caller("device-a").code == 0
        staying.subscribe("marker")
        assert staying.closed == 0
    return told.stderr.replace("\n", " ")


def test_p17_a_new_account_is_in_force_and_the_files_are_private(guarded: Guarded) -> None:
    made = guarded.devices("create", "device-b")
    assert guarded.caller("device-b").code == NOT_AUTHORIZED
    told = guarded.done("broker", "apply")
    assert "In force and proven: 3 account(s), 2 file(s) changed" in told.stderr
    assert guarded.caller("device-b").code == 0
    assert made["device-b"] not in (guarded.files / PASSWORDS).read_text()
    for name in (PASSWORDS, ACCESS):
        assert (guarded.files / name).stat().st_mode & 0o777 == 0o600
    assert "vigiterre-probe" not in (guarded.files / PASSWORDS).read_text() + (guarded.files / ACCESS).read_text()


def test_applied_twice_nothing_changes_and_no_session_is_dropped(guarded: Guarded) -> None:
    staying = guarded.caller("device-a")
    before = guarded.content()
    assert "0 file(s) changed" in guarded.done("broker", "apply").stderr
    assert [one[:2] for one in guarded.content().values()] == [one[:2] for one in before.values()]
    staying.subscribe("marker")
    assert staying.closed == 0


def test_a_device_that_left_the_inventory_is_not_let_in(guarded: Guarded) -> None:
    leaving = guarded.caller("device-a")
    sheet = guarded.config / "devices.csv"
    sheet.write_text("".join(line for line in sheet.read_text().splitlines(True) if not line.startswith("device-a")))
    guarded.done("broker", "apply")
    leaving.until_closed()
    assert guarded.caller("device-a").code == NOT_AUTHORIZED
    told = guarded.done("devices", "credentials", "list", "--json")
    assert '"state": "gone"' in told.stdout


def test_a_broker_that_is_down_is_said_with_the_remedy(guarded: Guarded) -> None:
    guarded.devices("create", "device-b")
    guarded.hang_up()
    guarded.server.stop()
    guarded.pid_file.unlink(missing_ok=True)
    before = guarded.content()
    told = guarded.run("broker", "apply")
    assert told.exit_code == 1
    assert "mosquitto does not run" in told.stderr
    assert "--no-reload" in told.stderr
    assert guarded.content() == before


def test_a_process_id_of_another_program_is_never_signalled(guarded: Guarded) -> None:
    guarded.devices("create", "device-b")
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        guarded.pid_file.write_text(f"{innocent.pid}\n")
        assert f"names process {innocent.pid}" in refused(guarded)
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()
    guarded.pid_file.write_text("no number")
    assert "does not run" in refused(guarded)


def test_a_folder_that_is_a_file_is_said(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = refused(guarded, VIGITERRE_BROKER__FOLDER=str(tmp_path / "file" / "mosquitto"))
    assert "mosquitto" in told
    assert "Not a directory" in told


@pytest.mark.parametrize("written", [0, 1, 2, 3])
def test_p17_a_disk_that_fails_at_any_write_leaves_all_as_it_was(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """The two lists are written twice: with the account on trial, and without. Whoever puts back may write again."""
    guarded.devices("create", "device-b")
    fill_disk(monkeypatch, guarded.files, written)
    told = refused(guarded)
    assert "No space left on device" in told
    assert "The files of before are back and in force again" in told
    assert guarded.caller("device-b").code == NOT_AUTHORIZED


def test_a_mosquitto_that_reads_other_files_is_found_out_by_the_login(guarded: Guarded, tmp_path: Path) -> None:
    """Another broker's process id, on whose listener nothing of ours is in force."""
    guarded.devices("create", "device-b")
    (tmp_path / "other").mkdir()
    other = Guarded(tmp_path / "other", DEVICES)
    other.service("ingest", INGEST)
    other.start()
    try:
        guarded.pid_file.write_text(f"{other.server.pid}\n")
        told = refused(guarded)
    finally:
        other.stop()
    assert "refuses an account on trial" in told
    assert "files of before are back" in told


def test_an_access_list_that_mosquitto_cannot_read_is_found_out_by_the_trial(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.devices("create", "device-b")
    monkeypatch.setattr("vigiterre.broker_config.render.access_list", lambda *_given: "user a\ntopic may vigiterre/#\n")
    told = refused(guarded)
    assert "on trial does not start" in told
    assert "Invalid topic access type" in told


def test_a_topic_that_would_be_another_line_of_the_list_is_refused(guarded: Guarded) -> None:
    (guarded.config / "sources.toml").write_text(
        '[sources.bad]\ntopic = "a\\ntopic write vigiterre/{x}"\ncodec = "chirpstack"\n'
    )
    assert "cannot be written into the access list" in refused(guarded)


def test_what_listens_changes_only_with_a_restart(guarded: Guarded) -> None:
    assert "systemctl restart mosquitto" in refused(guarded, VIGITERRE_MQTT__MAX_PAYLOAD="2000000")
    told = guarded.run("broker", "apply", "--no-reload", VIGITERRE_MQTT__MAX_PAYLOAD="2000000")
    assert (told.exit_code, "In force once mosquitto" in told.stderr) == (0, True)
    assert "message_size_limit 2000000" in (guarded.files / "mosquitto.conf").read_text()


def test_vigiterre_does_not_shut_itself_out(guarded: Guarded) -> None:
    anonymous = f"mqtt://127.0.0.1:{guarded.port}"
    assert "names the account" in refused(guarded, VIGITERRE_MQTT__URL=anonymous)
    device = f"mqtt://device-a@127.0.0.1:{guarded.port}"
    assert "names the account" in refused(guarded, VIGITERRE_MQTT__URL=device)
    (guarded.folder / "ingest.secret").write_text("vgc_another")
    told = refused(guarded)
    assert f"is not that of {INGEST}" in told
    assert "vgc_another" not in told


def test_a_mosquitto_that_takes_anybody_in_is_found_out(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, DEVICES)
    guarded.service("ingest", INGEST)
    guarded.devices("create", "device-a")
    guarded.done("broker", "apply", "--no-reload")
    conf = guarded.files / "mosquitto.conf"
    open_one = tmp_path / "open.conf"
    open_one.write_text(conf.read_text().replace("allow_anonymous false", "allow_anonymous true"))
    guarded.server.command[-1] = str(open_one)
    guarded.server.start()
    try:
        guarded.devices("create", "device-b")
        assert "lets anybody in without a password" in refused(guarded)
    finally:
        guarded.stop()


def test_two_at_once_do_not_mix(guarded: Guarded) -> None:
    with applying._alone(guarded.files):
        assert "another command writes" in refused(guarded)


def test_a_broker_that_dies_while_its_files_change_leaves_them_as_they_were(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.devices("create", "device-b")
    guarded.hang_up()
    before = guarded.content()

    def dying(pid_file: Path) -> None:
        reload(pid_file)
        guarded.server.kill()
        monkeypatch.setattr(applying, "reload", reload)

    monkeypatch.setattr(applying, "reload", dying)
    told = guarded.run("broker", "apply")
    assert told.exit_code == 1
    assert "could not be put back in force" in told.stderr
    assert [one[:2] for one in guarded.content().values()] == [one[:2] for one in before.values()]


def test_an_interrupted_command_puts_back_what_it_wrote(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded.devices("create", "device-b")
    before = guarded.content()

    def interrupted(pid_file: Path) -> None:
        monkeypatch.setattr(applying, "reload", reload)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(applying, "reload", interrupted)
    guarded.run("broker", "apply")
    assert [one[:2] for one in guarded.content().values()] == [one[:2] for one in before.values()]
    wait_until(lambda: guarded.caller("device-a").code == 0, "the accounts of before")


def test_what_failed_is_said_in_french_too(guarded: Guarded) -> None:
    guarded.pid_file.write_text("0")
    told = refused(guarded, VIGITERRE_LANGUAGE="fr")
    assert "mosquitto ne tourne pas" in told
    assert RolledBack(BrokerRefused("stopped")).text("fr").endswith("de nouveau en vigueur")
