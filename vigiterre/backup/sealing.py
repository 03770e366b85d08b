"""Secrets in a backup are sealed: an archive of their own within the archive, encrypted in the format of age.

By a passphrase (scrypt), or for the holder of a key (X25519), whose public half is all that the machine must know.
Any `age` opens it: docs/adr/0057 says why.
"""

from collections.abc import Iterable
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pyrage

from vigiterre.backup.archive import Writer
from vigiterre.backup.manifest import FORMAT, Kind, Manifest
from vigiterre.backup.problems import BackupError
from vigiterre.backup.versions import KNOWN

SEALED = "secrets/secrets.tar.gz.age"
"""Its place in the archive: the first file, so that whoever restores is asked for the passphrase at once."""
MOST_SEALED = 64 * 2**20
"""Bytes: it is held in memory."""
SHORTEST_PASSPHRASE = 12
TOO_MUCH = "Excessive work"
"""What age says of a passphrase that it would take minutes to try: the machine that sealed was much faster, or lied."""
_BY_PASSPHRASE = b"age-encryption.org/v1\n-> scrypt "


class Secret(NamedTuple):
    """A file that holds one."""

    path: str
    """In the archive, as if it were not sealed."""
    kind: Kind
    content: bytes
    mode: int = 0o600


class Lock(NamedTuple):
    """What seals: a passphrase, or the public keys (`age1…`) of those who may open."""

    passphrase: str = ""
    recipients: tuple[str, ...] = ()


class Key(NamedTuple):
    """What opens: the passphrase, or private keys (`AGE-SECRET-KEY-1…`)."""

    passphrase: str = ""
    identities: tuple[str, ...] = ()


def check_lock(lock: Lock) -> None:
    """Raises BackupError for a passphrase that is too short, or what is no public key."""
    if not lock.recipients and len(lock.passphrase) < SHORTEST_PASSPHRASE:
        raise BackupError("short_passphrase", least=SHORTEST_PASSPHRASE)
    for recipient in lock.recipients:
        _recipient(recipient)


def sealed(secrets: Iterable[Secret], created: int, lock: Lock) -> bytes:
    """An archive of these files as any backup is one, encrypted. `created` is ms."""
    out = BytesIO()
    writer = Writer(out, created, lambda _bytes: None)
    for path, kind, content, mode in secrets:
        writer.add(path, kind, KNOWN[kind], len(content), [content], mode)
    manifest = Manifest(
        format=FORMAT, program=version("vigiterre"), created=created, start=None, end=None, store="none",
        files=writer.entries, series=[], left_out=[],
    )  # fmt: skip
    writer.finish(manifest.to_bytes())
    if lock.recipients:
        return pyrage.encrypt(out.getvalue(), [_recipient(one) for one in lock.recipients])
    return pyrage.passphrase.encrypt(out.getvalue(), lock.passphrase)


def unsealed(content: bytes, key: Key) -> bytes:
    """The archive within. Raises BackupError: another key seals it, or a byte of it changed."""
    by_passphrase = content.startswith(_BY_PASSPHRASE)
    if by_passphrase != bool(key.passphrase):
        raise BackupError("needs_passphrase" if by_passphrase else "needs_identity")
    try:
        if by_passphrase:
            return pyrage.passphrase.decrypt(content, key.passphrase)
        return pyrage.decrypt(content, _opening(key))
    except pyrage.DecryptError as error:
        if TOO_MUCH in str(error):
            raise BackupError("too_much_work") from error
        raise BackupError("wrong_passphrase" if by_passphrase else "wrong_identity") from error


def check_key(key: Key, file: Path) -> None:
    """Raises BackupError for what is no private key."""
    try:
        _opening(key)
    except pyrage.IdentityError:
        raise BackupError("bad_identity", path=file) from None  # the error might quote the key


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise BackupError("bad_recipient", value=text[:12]) from error


def _opening(key: Key) -> list[pyrage.x25519.Identity]:
    return [pyrage.x25519.Identity.from_str(one) for one in key.identities]
