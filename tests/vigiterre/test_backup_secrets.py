"""Secrets leave an installation encrypted, or not at all; whoever has the passphrase or the key gets them back."""

import io
import re
import shutil
import stat
import subprocess
import tarfile
from pathlib import Path

import pyrage
import pytest
from installation import NOON, installed
from typer.testing import CliRunner, Result

from servers import program
from vigiterre.__main__ import app
from vigiterre.backup.archive import Reader, Writer
from vigiterre.backup.manifest import FORMAT, Manifest
from vigiterre.backup.problems import BackupError
from vigiterre.backup.sealing import SEALED, Key, Lock, Secret, sealed, unsealed
from vigiterre.backup.unsealing import holds_secrets, open_secrets
from vigiterre.backup.verifying import verified, verify

PASSPHRASE = "six mots tirés au hasard"
CANARY = b"c4nary-of-the-broker"


class Home:
    """An installation whose configuration holds a secret, and the command on it."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.config, self.data, self.archive = folder / "config", folder / "data", folder / "b.tar.gz"
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(f"{PASSPHRASE}\n")
        self._environment = environment
        installed(self.data)
        (self.config / "secrets").mkdir(parents=True)
        (self.config / "vigiterre.toml").write_text('language = "fr"\n')
        (self.config / "secrets/mqtt").write_bytes(CANARY)
        (self.config / "secrets/mqtt").chmod(0o640)
        self.at(self.data)

    def at(self, data: Path) -> Path:
        self._environment.setenv("VIGITERRE_DATA_DIR", str(data))
        return data

    def run(self, *arguments: object, said: str | None = None) -> Result:
        result = CliRunner().invoke(app, ["--config", str(self.config), *map(str, arguments)], input=said)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def back_up(self, *arguments: object) -> Result:
        done = self.run("backup", self.archive, "--with-secrets", *arguments)
        assert done.exit_code == 0, done.output
        return done


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("LANGUAGE", "STORE__URL", "MQTT__URL", "MQTT__PASSWORD"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    return Home(tmp_path, monkeypatch)


def contents(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as opened:
        return {name: opened.extractfile(name).read() for name in opened.getnames()}  # type: ignore[union-attr]


def test_secrets_are_in_a_backup_encrypted_or_not_at_all(home: Home) -> None:
    assert home.run("backup", home.archive).exit_code == 0
    key = (home.data / "link.key").read_bytes()
    for arguments in ((), ("--with-secrets", "--passphrase-file", home.passphrase)):
        assert home.run("backup", home.archive, *arguments).exit_code == 0
        found = contents(home.archive)
        assert (SEALED in found) == bool(arguments)
        assert not {"data/link.key", "config/secrets/mqtt"} & set(found)
        assert not [name for name, content in found.items() if CANARY in content or key in content]


def test_by_its_passphrase_a_restore_gives_them_back_with_their_rights(home: Home) -> None:
    done = home.back_up("--passphrase-file", home.passphrase)
    assert "chiffrés" in done.stderr
    key = (home.data / "link.key").read_bytes()
    shutil.rmtree(home.config)
    second = home.at(home.folder / "second")
    restored = home.run("restore", home.archive, "--with-config", "--passphrase-file", home.passphrase)
    assert restored.exit_code == 0, restored.output
    assert (second / "link.key").read_bytes() == key
    assert (home.config / "secrets/mqtt").read_bytes() == CANARY
    assert stat.S_IMODE((home.config / "secrets/mqtt").stat().st_mode) == 0o640


def test_for_a_key_the_machine_that_backs_up_holds_nothing_that_opens_it(home: Home) -> None:
    anne, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    home.back_up("--recipient", anne.to_public(), "--recipient", other.to_public())
    for identity in (anne, other):
        file = home.folder / "key"
        file.write_text(f"# created: today\n# public key: {identity.to_public()}\n{identity}\n")
        second = home.at(home.folder / f"data-of-{identity.to_public()}")
        assert home.run("restore", home.archive, "--identity-file", file).exit_code == 0
        assert (second / "link.key").exists()


def test_age_opens_them_without_us(home: Home) -> None:
    identity = pyrage.x25519.Identity.generate()
    home.back_up("--recipient", identity.to_public())
    (home.folder / "key").write_text(str(identity))
    (home.folder / "sealed").write_bytes(contents(home.archive)[SEALED])
    command = [program("age"), "--decrypt", "--identity", str(home.folder / "key"), str(home.folder / "sealed")]
    opened = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(opened)) as archive:
        assert archive.extractfile("config/secrets/mqtt").read() == CANARY  # type: ignore[union-attr]


WRONG = {
    "another passphrase": (("--passphrase-file", "wrong"), "n'ouvre pas"),
    "a key for a passphrase": (("--identity-file", "key"), "pas pour une clé"),
    "no key in the file": (("--identity-file", "wrong"), "clé privée age"),
    "nobody to ask": ((), "--passphrase-file"),
}


@pytest.mark.parametrize(("options", "words"), WRONG.values(), ids=WRONG)
def test_what_does_not_open_them_is_refused_in_words_and_nothing_is_written(
    home: Home, options: tuple[str, ...], words: str
) -> None:
    home.back_up("--passphrase-file", home.passphrase)
    (home.folder / "wrong").write_text("six mots tirés au sort")
    (home.folder / "key").write_text(str(pyrage.x25519.Identity.generate()))
    second = home.at(home.folder / "second")
    given = [home.folder / option if option in ("wrong", "key") else option for option in options]
    refused = home.run("restore", home.archive, *given)
    assert (refused.exit_code, words in refused.stderr) == (1, True), refused.stderr
    assert "rien n'a été restauré" in refused.stderr or "age-keygen" in refused.stderr
    assert not second.exists()
    assert "AGE-SECRET-KEY" not in refused.stderr


def test_they_may_be_left_where_they_are(home: Home) -> None:
    home.back_up("--passphrase-file", home.passphrase)
    second = home.at(home.folder / "second")
    assert home.run("restore", home.archive, "--without-secrets").exit_code == 0
    assert not (second / "link.key").exists()


def test_verify_needs_no_secret_and_with_one_shows_that_it_opens_them(home: Home) -> None:
    home.back_up("--passphrase-file", home.passphrase)
    assert home.run("restore", "--verify", home.archive).exit_code == 0
    opened = home.run("restore", "--verify", home.archive, "--passphrase-file", home.passphrase)
    assert (opened.exit_code, "2 fichiers" in opened.stderr) == (0, True)
    (home.folder / "wrong").write_text("six mots tirés au sort")
    assert home.run("restore", "--verify", home.archive, "--passphrase-file", home.folder / "wrong").exit_code == 1


MISUSE = {
    "no terminal": (("--with-secrets",), 2, "sans terminal"),
    "nothing to encrypt": (("--recipient", "age1x"), 2, "--with-secrets"),
    "both": (("--with-secrets", "--recipient", "age1x", "--passphrase-file", "passphrase"), 2, "pas les deux"),
    "no public key": (("--with-secrets", "--recipient", "age1notakey"), 1, "age-keygen -y"),
    "too short": (("--with-secrets", "--passphrase-file", "short"), 1, "12 caractères"),
    "no text": (("--with-secrets", "--passphrase-file", "binary"), 1, "UTF-8"),
}


@pytest.mark.parametrize(("options", "code", "words"), MISUSE.values(), ids=MISUSE)
def test_what_would_not_protect_them_is_refused_and_no_backup_is_made(
    home: Home, options: tuple[str, ...], code: int, words: str
) -> None:
    (home.folder / "short").write_text("eleven char\n")
    (home.folder / "binary").write_bytes(b"\xff\xfe" * 20)
    given = [home.folder / option if option in ("passphrase", "short", "binary") else option for option in options]
    refused = home.run("backup", home.archive, *given)
    assert (refused.exit_code, words in refused.stderr) == (code, True), refused.stderr
    assert not home.archive.exists()


def test_no_option_takes_a_passphrase_from_the_command_line(home: Home) -> None:
    for command in ("backup", "restore"):
        listed = home.run(command, "--help").stdout
        assert "--passphrase-file" in listed
        assert "--passphrase " not in listed


def test_one_changed_byte_of_what_is_sealed_is_found() -> None:
    lock, key = Lock(PASSPHRASE), Key(PASSPHRASE)
    identity = pyrage.x25519.Identity.generate()
    content = sealed(
        [Secret("data/link.key", "link_key", b"k" * 32)], NOON, Lock(recipients=(str(identity.to_public()),))
    )
    for at in range(0, len(content), 7):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with pytest.raises(BackupError):
            verified(Reader(io.BytesIO(unsealed(changed, Key(identities=(str(identity),)))), "x"), "x")
    whole = unsealed(sealed([], NOON, lock), key)
    assert verified(Reader(io.BytesIO(whole), "x"), "x").files == []


def test_a_passphrase_that_would_take_minutes_to_try_is_refused_at_once() -> None:
    content = sealed([], NOON, Lock(PASSPHRASE))
    with pytest.raises(BackupError) as refused:
        unsealed(re.sub(rb"(-> scrypt \S+ )\d+", rb"\g<1>40", content), Key(PASSPHRASE))
    assert refused.value.code == "too_much_work"


def forged(folder: Path, kind: str, path: str) -> tuple[Path, Key]:
    """A backup whose sealed part anybody made who knows the public key: it is judged as the rest is."""
    identity = pyrage.x25519.Identity.generate()
    inner = sealed([Secret(path, kind, b"x" * 32)], NOON, Lock(recipients=(str(identity.to_public()),)))  # type: ignore[arg-type]
    out = io.BytesIO()
    writer = Writer(out, NOON, lambda _: None)
    writer.add(SEALED, "secrets", 1, len(inner), [inner])
    writer.add("config/a.toml", "config", 1, 1, [b"a"])
    made = Manifest(
        format=FORMAT, program="0", created=NOON, start=None, end=None, store="none",
        files=writer.entries, series=[], left_out=[],
    )  # fmt: skip
    writer.finish(made.to_bytes())
    archive = folder / "forged"
    archive.write_bytes(out.getvalue())
    return archive, Key(identities=(str(identity),))


@pytest.mark.parametrize(
    ("kind", "path"), [("alerts", "data/alerts.sqlite"), ("config", "config/a.toml"), ("config", "data/link.key")]
)
def test_what_is_no_secret_or_is_there_already_does_not_come_in_sealed(kind: str, path: str, tmp_path: Path) -> None:
    archive, key = forged(tmp_path, kind, path)
    assert holds_secrets(archive)
    with pytest.raises(BackupError, match=path) as refused:
        open_secrets(archive, verify(archive), key)
    assert refused.value.code == "bad_entry"


def test_a_backup_of_format_1_with_secrets_in_clear_is_restored_as_before(home: Home) -> None:
    out = io.BytesIO()
    writer = Writer(out, NOON, lambda _: None)
    for path, kind, content in (("data/link.key", "link_key", b"k" * 32), ("config/secrets/mqtt", "config", CANARY)):
        writer.add(path, kind, 1, len(content), [content])  # type: ignore[arg-type]
    old = Manifest(
        format=1, program="0.1.0", created=NOON, start=None, end=None, store="none",
        files=writer.entries, series=[], left_out=[],
    )  # fmt: skip
    writer.finish(old.to_bytes())
    home.archive.write_bytes(out.getvalue())
    shutil.rmtree(home.config)
    second = home.at(home.folder / "second")
    done = home.run("restore", home.archive, "--with-config", "--without-readings")
    assert done.exit_code == 0, done.output
    assert (second / "link.key").read_bytes() == b"k" * 32
    assert (home.config / "secrets/mqtt").read_bytes() == CANARY
