"""The authority's key on disk: read by its owner alone, under a passphrase where one is given.

Only `vigiterre devices certificates` and `vigiterre broker apply` read it. The process that serves the pages never
does, and it may rest on a medium that is elsewhere most of the time.
"""

import stat
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from vigiterre.certificates.authority import Authority
from vigiterre.certificates.errors import CertificateRefused

PLACE = Path("pki/authority.key")
"""Below data_dir, unless `authority.key_file` says another."""
SHORTEST_PASSPHRASE = 12
Private = ec.EllipticCurvePrivateKey


def private_pem(key: Private, passphrase: str | None) -> str:
    """PKCS 8. Raises CertificateRefused for a passphrase that is too short."""
    if passphrase is not None and len(passphrase) < SHORTEST_PASSPHRASE:
        raise CertificateRefused("short_passphrase", least=SHORTEST_PASSPHRASE)
    locked: KeySerializationEncryption = NoEncryption()
    if passphrase is not None:
        locked = BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()


def opened(certificate: str, file: Path, passphrase: str | None) -> Authority:
    """`certificate` is PEM. Raises CertificateRefused; the key is never in its words."""
    found = x509.load_pem_x509_certificate(certificate.encode())
    key = _key(_content(file), file, passphrase)
    if key.public_key() != found.public_key():
        raise CertificateRefused("other_key", file=file)
    return Authority(found, key)


def _content(file: Path) -> bytes:
    try:
        exposed = file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        content = file.read_bytes()
    except OSError as error:
        raise CertificateRefused("key_away", file=file, detail=error.strerror) from error
    if exposed:
        raise CertificateRefused("key_exposed", file=file)
    return content


def _key(content: bytes, file: Path, passphrase: str | None) -> Private:
    if passphrase is not None and b"ENCRYPTED" not in content:
        passphrase = None  # one that is not needed does no harm
    try:
        key = load_pem_private_key(content, passphrase.encode() if passphrase else None)
    except TypeError:
        raise CertificateRefused("key_locked", file=file) from None
    except ValueError:
        code = "wrong_passphrase" if passphrase else "no_key"
        raise CertificateRefused(code, file=file) from None  # the error might quote the file
    if not isinstance(key, Private):
        raise CertificateRefused("no_key", file=file)
    return key
