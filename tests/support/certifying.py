"""Certificates for tests: an authority, and what it signs, for any term."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


class Files(NamedTuple):
    cert: Path
    key: Path


class Authority:
    """`ca.pem` in a folder, and certificates beside it."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named(name)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(pem(self._signed(self._name, self._key, timedelta(days=3650), ca=True)))

    def sign(
        self, name: str = "server", host: str = "localhost", ends: timedelta = timedelta(days=90), begun: int = 400
    ) -> Files:
        """`name.pem` and `name.key`, for `host`, good from `begun` days ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        files = Files(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        files.cert.write_bytes(pem(self._signed(named(host), key, ends, begun=begun, host=host)))
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        files.key.chmod(0o600)
        return files

    def _signed(
        self, subject: x509.Name, key: Key, ends: timedelta, *, ca: bool = False, begun: int = 400, host: str = ""
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=begun))
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(self._key, SHA256())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def put(new: Files, place: Files) -> None:
    """As a renewal does: whole files, by a rename each."""
    for source, target in zip(new, place, strict=True):
        beside = target.with_suffix(".new")
        beside.write_bytes(source.read_bytes())
        beside.chmod(0o600)
        beside.replace(target)
