"""What encrypts the secrets of a backup and opens them again: from a file or typed, never from the command line."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from vigiterre.backup.problems import BackupError
from vigiterre.backup.sealing import Key, Lock, check_key, check_lock
from vigiterre.backup.texts import said
from vigiterre.backup.unsealing import holds_secrets
from vigiterre.shell import Misuse, Shell

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="phrase de passe ; sinon elle est demandée · passphrase; else it is asked for",
    ),
]
IdentityFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="clé privée age · private key of age")
]
Recipients = Annotated[
    list[str] | None, typer.Option(metavar="age1…", help="clé publique age, répétable · public key of age, repeatable")
]


def lock_given(shell: Shell, passphrase_file: Path | None, recipients: Sequence[str], *, wanted: bool) -> Lock | None:
    """None where the secrets stay out. Raises Misuse, BackupError."""
    if not wanted:
        if passphrase_file or recipients:
            raise Misuse(said("lock_without_secrets"))
        return None
    if passphrase_file and recipients:
        raise Misuse(said("lock_twice"))
    lock = Lock(recipients=tuple(recipients)) if recipients else Lock(_passphrase(shell, passphrase_file))
    check_lock(lock)
    return lock


def key_given(
    shell: Shell,
    archive: Path,
    passphrase_file: Path | None,
    identity_file: Path | None,
    *,
    without: bool,
    asking: bool = True,
) -> Key | None:
    """None where nothing is to be opened, or nobody can be asked. Raises Misuse, BackupError, OSError."""
    if sum(map(bool, (passphrase_file, identity_file, without))) > 1:
        raise Misuse(said("key_twice"))
    if identity_file:
        return _identities(identity_file)
    if passphrase_file:
        return Key(_read(passphrase_file))
    if without or not asking or not sys.stdin.isatty() or not holds_secrets(archive):
        return None
    return Key(_typed(shell, "ask_passphrase"))


def _passphrase(shell: Shell, file: Path | None) -> str:
    """From the file, without its last line end, or typed twice."""
    if file:
        return _read(file)
    if not sys.stdin.isatty():
        raise Misuse(said("lock_missing"))
    once, again = _typed(shell, "ask_passphrase"), _typed(shell, "ask_passphrase_again")
    if once != again:
        raise BackupError("passphrases_differ")
    return once


def _typed(shell: Shell, key: str) -> str:
    return str(typer.prompt(said(key).text(shell.language), hide_input=True, err=True))


def _identities(file: Path) -> Key:
    """The lines that are no comment, as `age-keygen` writes them."""
    lines = [line.strip() for line in _read(file).splitlines()]
    key = Key(identities=tuple(line for line in lines if line and not line.startswith("#")))
    if not key.identities:
        raise BackupError("bad_identity", path=file)
    check_key(key, file)
    return key


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise BackupError("key_unreadable", path=file) from error
