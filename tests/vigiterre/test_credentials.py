"""Accounts of the broker: what is kept of a secret, who gets it, and that all is done or nothing."""

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import StoreUnavailable
from servers import program
from vigiterre.broker_config.passwords import password_file
from vigiterre.credentials.errors import CredentialRefused
from vigiterre.credentials.file import DEVICES, FILE, SERVICES, Account, Bridged, Credentials, Kind, accounts_in
from vigiterre.credentials.handing_over import handed_over, table
from vigiterre.credentials.hashes import PREFIX, SECRET_BYTES, fits, hash_of, new_secret

NOON = 1_795_435_200_000
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)


@pytest.fixture
def credentials(tmp_path: Path) -> Iterator[Credentials]:
    with closing(Credentials(tmp_path)) as credentials:
        yield credentials


def account(name: str, known: str) -> Account:
    return Account(name, Kind.DEVICE, known, NOON, NOON, None, Bridged())


def test_what_mosquitto_passwd_writes_is_read(tmp_path: Path) -> None:
    file, secret = tmp_path / "passwords", new_secret()
    subprocess.run([program("mosquitto_passwd"), "-c", "-b", file, "device-a", secret], check=True)
    name, _, known = file.read_text().strip().partition(":")
    assert name == "device-a"
    assert fits(secret, known)
    assert not fits(secret + "x", known)


def test_a_hash_of_ours_has_the_form_of_mosquittos_own(tmp_path: Path) -> None:
    """That mosquitto takes it: tests/system/test_broker_access.py."""
    file = tmp_path / "passwords"
    subprocess.run([program("mosquitto_passwd"), "-c", "-b", file, "device-a", "x"], check=True)
    theirs, ours = file.read_text().strip().split(":")[1].split("$"), hash_of("x").split("$")
    assert theirs[:3] == ours[:3]
    assert [len(part) for part in theirs] == [len(part) for part in ours]


@given(WORDS, WORDS)
def test_a_hash_fits_its_secret_and_no_other(secret: str, other: str) -> None:
    known = hash_of(secret)
    assert fits(secret, known)
    assert fits(other, known) == (secret == other)
    assert known != hash_of(secret)
    assert secret not in known or len(secret) < 4


@pytest.mark.parametrize(
    "known", ["", "$", "$7$101$x", "$6$salt$hash", "$7$0$AAAA$AAAA", "$7$x$AAAA$AAAA", "$7$101$é$A"]
)
def test_what_is_no_hash_fits_nothing(known: str) -> None:
    assert not fits("", known)


def test_a_secret_has_256_random_bits_and_no_sign_that_anything_else_reads() -> None:
    secrets = {new_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert SECRET_BYTES * 8 == 256
    for secret in secrets:
        assert secret.startswith(PREFIX)
        assert secret.replace("-", "").replace("_", "").isalnum()


def test_only_hashes_are_kept_and_by_their_owner_alone(credentials: Credentials, tmp_path: Path) -> None:
    credentials.create({"a": "vgc_canary-of-this-test"}, Kind.DEVICE, NOON)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    for path in tmp_path.iterdir():
        assert b"canary-of-this-test" not in path.read_bytes()
    [kept] = credentials.all()
    assert fits("vgc_canary-of-this-test", kept.hash)
    assert password_file([kept]) == f"a:{kept.hash}\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_root_makes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 65_534, 65_534)
    with closing(Credentials(tmp_path)) as credentials:
        credentials.create({"a": "s"}, Kind.DEVICE, NOON)
        assert {path.stat().st_uid for path in tmp_path.iterdir()} == {65_534}


def test_an_account_that_exists_is_not_created_again_nor_are_those_beside_it(credentials: Credentials) -> None:
    credentials.create({"a": "first"}, Kind.DEVICE, NOON)
    with pytest.raises(CredentialRefused, match=r"1 account\(s\) exist already: a; nothing was done\. `rotate`"):
        credentials.create({"a": "second", "b": "second"}, Kind.DEVICE, NOON)
    [kept] = credentials.all()
    assert fits("first", kept.hash)


def test_a_rotated_secret_is_worth_nothing_any_more(credentials: Credentials) -> None:
    credentials.create({"a": "first", "b": "first"}, Kind.DEVICE, NOON)
    credentials.rotate({"a": "second"}, DEVICES, NOON + 1)
    rotated, other = credentials.all()
    assert (fits("first", rotated.hash), fits("second", rotated.hash)) == (False, True)
    assert (rotated.created, rotated.changed) == (NOON, NOON + 1)
    assert fits("first", other.hash)
    with pytest.raises(CredentialRefused, match="unknown or revoked: c"):
        credentials.rotate({"a": "third", "c": "third"}, DEVICES, NOON)
    assert fits("second", credentials.all()[0].hash)


def test_a_revoked_account_has_no_hash_and_may_be_created_anew(credentials: Credentials) -> None:
    credentials.create({"a": "first"}, Kind.DEVICE, NOON)
    credentials.revoke(["a"], DEVICES, NOON + 1)
    [gone] = credentials.all()
    assert (gone.hash, gone.revoked, credentials.in_force()) == ("", NOON + 1, [])
    with pytest.raises(CredentialRefused, match="unknown or revoked"):
        credentials.revoke(["a"], DEVICES, NOON)
    credentials.create({"a": "second"}, Kind.DEVICE, NOON + 2)
    [back] = credentials.in_force()
    assert fits("second", back.hash)


def test_devices_and_services_are_not_taken_for_each_other(credentials: Credentials) -> None:
    credentials.create({"ours": "s"}, Kind.INGEST, NOON)
    credentials.create({"a": "s"}, Kind.DEVICE, NOON)
    for names, kinds in ((["ours"], DEVICES), (["a"], SERVICES)):
        with pytest.raises(CredentialRefused, match="unknown"):
            credentials.revoke(names, kinds, NOON)
    credentials.revoke(["a"], DEVICES, NOON)
    with pytest.raises(CredentialRefused, match=r"another kind \(device\)"):
        credentials.create({"a": "s"}, Kind.BRIDGE, NOON)


def test_a_bridge_keeps_what_it_may(credentials: Credentials, tmp_path: Path) -> None:
    bridged = Bridged(("chirpstack", "loriot"), ("application/+/device/+/command/down", "with space/#"))
    credentials.create({"bridge": "s"}, Kind.BRIDGE, NOON, bridged)
    [kept] = accounts_in(tmp_path)
    assert kept.bridged == bridged


def test_reading_makes_no_file(tmp_path: Path) -> None:
    assert accounts_in(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, and long enough to be one" * 30)
    with pytest.raises(StoreUnavailable):
        Credentials(tmp_path)
    with pytest.raises(StoreUnavailable):
        accounts_in(tmp_path)


def test_a_secret_is_in_a_private_file_before_it_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "secrets.csv"
    with handed_over(file, table({"a": "s"})):
        assert file.read_text() == "id,user,password\na,a,s\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(CredentialRefused, match="exists already"), handed_over(file, "other"):
        pytest.fail("done all the same")
    assert file.read_text() == "id,user,password\na,a,s\n"


def test_a_secret_that_never_came_into_force_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets.csv"
    with pytest.raises(KeyboardInterrupt), handed_over(file, "secret"):
        raise KeyboardInterrupt
    assert not file.exists()
    with pytest.raises(OSError, match="No such file"), handed_over(tmp_path / "nowhere" / "file", "secret"):
        pytest.fail("done all the same")
