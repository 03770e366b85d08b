"""Secrets that another program drew, as that which sets up containers does: read from a file."""

from collections.abc import Iterable
from pathlib import Path

from vigiterre.credentials.errors import CredentialRefused
from vigiterre.credentials.file import Account, Bridged, Kind
from vigiterre.credentials.hashes import fits

LEAST = 32
"""Characters, 128 random bits in hexadecimal: the hash is a fast one (vigiterre/credentials/hashes.py)."""


def secret_in(file: Path) -> str:
    """As `mqtt.password_file` is read, without what is blank around it. Raises CredentialRefused, OSError."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except UnicodeDecodeError as error:
        raise CredentialRefused("no_secret", file=file) from error
    if not text.isprintable() or " " in text:
        raise CredentialRefused("no_secret", file=file)
    if len(text) < LEAST:
        raise CredentialRefused("short_secret", file=file, least=LEAST)
    return text


def stands(known: Iterable[Account], name: str, kind: Kind, bridged: Bridged, secret: str) -> bool:
    """Whether there is this very account already. Raises CredentialRefused when it was revoked.

    A file stays where it is: were the account made anew of it, whoever stole the secret would be back.
    """
    found = next((one for one in known if one.name == name), None)
    if found is None:
        return False
    if found.revoked is not None:
        raise CredentialRefused("was_revoked", name=name)
    return (found.kind, found.bridged) == (kind, bridged) and fits(secret, found.hash)


def check_another(known: Iterable[Account], name: str, secret: str) -> None:
    """Raises CredentialRefused when it is the secret that the account has."""
    if any(one.name == name and fits(secret, one.hash) for one in known):
        raise CredentialRefused("same_secret", name=name)
