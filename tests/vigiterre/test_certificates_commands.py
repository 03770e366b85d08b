"""`vigiterre devices certificates`: keys go where they belong and nowhere else, and whatever fails changes nothing."""

import csv
import json
import stat
import tarfile
from pathlib import Path

import pytest
from canaries import files_below
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from guarded import INGEST, Guarded
from typer.testing import Result

from vigiterre.certificates.authority import named
from vigiterre.certificates.key_file import PLACE

DEVICES = {"device-a": "building", "device-b": "building", "device-c": "road"}
PHRASE = "quatre mots sans rapport"


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    guarded = Guarded(tmp_path, DEVICES)
    guarded.service("ingest", INGEST)
    return guarded


def certificates(guarded: Guarded, *arguments: object) -> Result:
    return guarded.run("devices", "certificates", *arguments)


def refused(guarded: Guarded, *arguments: object) -> str:
    """What is said; and nothing was entered."""
    before = certificates(guarded, "list", "--json").stdout
    told = certificates(guarded, *arguments)
    assert told.exit_code == 1, told.output
    assert certificates(guarded, "list", "--json").stdout == before
    return told.stderr.replace("\n", " ")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_written_for_their_owner_alone_into_a_folder_of_their_own(guarded: Guarded) -> None:
    certificates(guarded, "init")
    assert (mode(guarded.data / PLACE), mode((guarded.data / PLACE).parent)) == (0o600, 0o700)
    out = guarded.certificates("--domain", "building")
    assert mode(out) == 0o700
    assert {path.name: mode(path) for path in out.iterdir()} == {
        "device-a.key": 0o600,
        "device-a.pem": 0o644,
        "device-b.key": 0o600,
        "device-b.pem": 0o644,
    }
    rows = json.loads(certificates(guarded, "list", "--json").stdout)
    assert [(row["name"], row["state"]) for row in rows] == [("device-a", "in_force"), ("device-b", "in_force")]


def test_a_folder_that_is_there_is_not_touched(guarded: Guarded, tmp_path: Path) -> None:
    certificates(guarded, "init")
    (tmp_path / "there").mkdir()
    (tmp_path / "there/device-a.key").write_text("precious")
    assert "exists already" in refused(guarded, "create", "device-a", "--out", tmp_path / "there")
    assert (tmp_path / "there/device-a.key").read_text() == "precious"


def test_what_is_refused_leaves_no_folder(guarded: Guarded, tmp_path: Path) -> None:
    assert "no authority" in refused(guarded, "create", "device-a", "--out", tmp_path / "out")
    certificates(guarded, "init")
    assert "not in devices.csv" in refused(guarded, "create", "device-x", "--out", tmp_path / "out")
    guarded.certificates("device-b")
    assert "--renewal" in refused(guarded, "create", "--all", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert "nowhere" in refused(guarded, "create", "device-a", "--out", tmp_path / "nowhere" / "out")


def test_a_csv_and_a_folder_of_requests(guarded: Guarded, tmp_path: Path) -> None:
    certificates(guarded, "init")
    made = guarded.certificates("--all")
    certificates(guarded, "revoke", "--all")
    sheet, requests = tmp_path / "ids.csv", tmp_path / "requests"
    with sheet.open("w", newline="") as file:
        csv.writer(file).writerows([["id"], ["device-a"], ["device-c"]])
    requests.mkdir()
    for name in ("device-a", "device-c"):
        key = load_pem_private_key((made / f"{name}.key").read_bytes(), None)
        (requests / f"{name}.csr").write_bytes(asked(key, name))
    told = certificates(guarded, "create", "--csv", sheet, "--csr", requests, "--out", tmp_path / "out")
    assert told.exit_code == 0, told.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["device-a.pem", "device-c.pem"]
    assert "delete them" not in told.stderr


def asked(key: object, name: str) -> bytes:
    request = x509.CertificateSigningRequestBuilder().subject_name(named(name))
    return request.sign(key, SHA256()).public_bytes(Encoding.PEM)  # type: ignore[arg-type]


def test_a_request_that_is_missing_or_one_for_several_is_said(guarded: Guarded, tmp_path: Path) -> None:
    certificates(guarded, "init")
    (tmp_path / "requests").mkdir()
    out = ("--out", tmp_path / "out")
    assert "device-a.csr" in refused(guarded, "create", "device-a", "--csr", tmp_path / "requests", *out)
    (tmp_path / "one.csr").write_text("x")
    assert "several" in refused(guarded, "create", "--all", "--csr", tmp_path / "one.csr", *out)
    assert "is no request" in refused(guarded, "create", "device-a", "--csr", tmp_path / "one.csr", *out)
    assert not (tmp_path / "out").exists()


def test_the_key_may_be_elsewhere_and_under_a_passphrase(guarded: Guarded, tmp_path: Path) -> None:
    key, phrase = tmp_path / "stick" / "territory.key", tmp_path / "phrase"
    phrase.write_text(f"{PHRASE}\n")
    guarded.environment |= {
        "VIGITERRE_AUTHORITY__KEY_FILE": str(key),
        "VIGITERRE_AUTHORITY__PASSPHRASE_FILE": str(phrase),
    }
    assert certificates(guarded, "init").exit_code == 0
    assert b"ENCRYPTED" in key.read_bytes()
    assert not (guarded.data / "pki").exists()
    guarded.certificates("device-a")
    del guarded.environment["VIGITERRE_AUTHORITY__PASSPHRASE_FILE"]
    assert "asks for a passphrase" in refused(guarded, "revoke", "device-a")
    guarded.environment["VIGITERRE_AUTHORITY__PASSPHRASE"] = "cinq mots sans rapport"
    assert "does not open" in refused(guarded, "revoke", "device-a")
    guarded.environment["VIGITERRE_AUTHORITY__PASSPHRASE"] = PHRASE
    key.rename(tmp_path / "unplugged")
    assert "plug in" in refused(guarded, "revoke", "device-a")
    (tmp_path / "unplugged").rename(key)
    assert certificates(guarded, "revoke", "device-a").exit_code == 0


def test_a_passphrase_in_the_file_of_settings_is_refused(guarded: Guarded) -> None:
    with (guarded.config / "vigiterre.toml").open("a") as settings:
        settings.write(f'\n[authority]\npassphrase = "{PHRASE}"\n')
    told = certificates(guarded, "init")
    assert told.exit_code == 1
    assert "authority.passphrase" in told.stderr
    assert PHRASE not in told.stderr


def test_no_option_takes_a_passphrase_or_a_key_from_the_command_line(guarded: Guarded) -> None:
    for verb in ("init", "create", "revoke"):
        listed = certificates(guarded, verb, "--help").stdout
        assert "--out" in listed or verb != "create"
        assert not any(word in listed for word in ("--passphrase", "--password", "--key"))


def test_a_second_authority_is_refused_and_a_replacement_keeps_the_key_before(guarded: Guarded) -> None:
    certificates(guarded, "init")
    place = guarded.data / PLACE
    first = place.read_bytes()
    assert "--replace" in refused(guarded, "init")
    assert place.read_bytes() == first
    guarded.certificates("device-a")
    told = certificates(guarded, "init", "--replace")
    assert (told.exit_code, "1 device(s) are worth nothing" in told.stderr) == (0, True)
    assert place.with_name("authority.key.old").read_bytes() == first
    assert place.read_bytes() != first


def test_an_authority_that_cannot_be_entered_leaves_no_key(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_given: object, **_options: object) -> list[str]:
        raise OSError(28, "No space left on device", "credentials.sqlite")

    monkeypatch.setattr("vigiterre.certificates.register.Register.found", failing)
    assert certificates(guarded, "init").exit_code == 1
    assert not (guarded.data / PLACE).exists()


def test_each_change_is_in_the_log_of_changes_by_name(guarded: Guarded) -> None:
    certificates(guarded, "init")
    guarded.certificates("device-a", "device-b")
    certificates(guarded, "revoke", "device-a")
    told = guarded.done("audit", "list", "--json").stdout
    done = {row["action"]: row["target"] for row in json.loads(told)}
    assert done["devices certificates create"] == "device-a device-b"
    assert done["devices certificates revoke"] == "device-a"
    assert done["devices certificates init"].startswith("authority=")
    assert guarded.run("audit", "verify").exit_code == 0


def test_keys_are_in_no_file_but_their_own_and_in_nothing_that_is_said(guarded: Guarded, tmp_path: Path) -> None:
    said = certificates(guarded, "init").output
    out = guarded.certificates("--all")
    said += certificates(guarded, "revoke", "device-a").output + certificates(guarded, "list").output
    said += guarded.done("audit", "list", "--json").output
    keys = [(guarded.data / PLACE), *out.glob("*.key")]
    secrets = [middle_of(path) for path in keys]
    for name, content in files_below(tmp_path):
        holds = [key for key, secret in zip(keys, secrets, strict=True) if secret in content]
        assert holds == [key for key in keys if str(key) == name]
    assert not any(secret.decode() in said for secret in secrets)


def middle_of(key: Path) -> bytes:
    """A line that is of this key alone."""
    return key.read_bytes().splitlines()[2]


def test_a_backup_leaves_the_authoritys_key_out_or_seals_it(guarded: Guarded, tmp_path: Path) -> None:
    certificates(guarded, "init")
    guarded.certificates("device-a")
    secret, archive = middle_of(guarded.data / PLACE), tmp_path / "b.tar.gz"
    told = guarded.run("backup", archive)
    assert told.exit_code == 0, told.output
    assert f"data/{PLACE}" in told.stderr
    with tarfile.open(archive) as opened:
        contents = {name: opened.extractfile(name).read() for name in opened.getnames()}  # type: ignore[union-attr]
    assert not [name for name, content in contents.items() if secret in content]
    (tmp_path / "phrase").write_text("six mots tirés au hasard")
    assert guarded.run("backup", archive, "--with-secrets", "--passphrase-file", tmp_path / "phrase").exit_code == 0
    key = (guarded.data / PLACE).read_bytes()
    second = {"VIGITERRE_DATA_DIR": str(tmp_path / "second")}
    told = guarded.run("restore", archive, "--passphrase-file", tmp_path / "phrase", **second)
    assert told.exit_code == 0, told.output
    assert (tmp_path / "second" / PLACE).read_bytes() == key
    assert mode(tmp_path / "second" / PLACE) == 0o600
    assert '"device-a"' in guarded.run("devices", "certificates", "list", "--json", **second).stdout


def test_a_key_that_only_another_account_may_read_keeps_no_backup_from_being_made(
    guarded: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates(guarded, "init")
    read = Path.read_bytes

    def denied(path: Path) -> bytes:
        if path == guarded.data / PLACE:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    told = guarded.run("backup", tmp_path / "b.tar.gz")
    assert (told.exit_code, f"data/{PLACE}" in told.stderr) == (0, True)


def test_what_is_wrong_is_said_in_french_too(guarded: Guarded, tmp_path: Path) -> None:
    told = guarded.run(
        "devices", "certificates", "create", "device-a", "--out", tmp_path / "out", VIGITERRE_LANGUAGE="fr"
    )
    assert told.exit_code == 1
    assert "n'a pas d'autorité" in told.stderr.replace("\n", " ")
