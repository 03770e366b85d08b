"""A certificate as far as its term and its name go. Pure."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID


class Certificate(NamedTuple):
    name: str
    """Of its subject, for people."""
    begins: datetime
    ends: datetime
    """The last moment at which it is good."""
    fingerprint: bytes
    """SHA-256."""

    @property
    def end_date(self) -> str:
        """`2026-11-27`, in UTC."""
        return f"{self.ends:%Y-%m-%d}"

    @property
    def begin_date(self) -> str:
        return f"{self.begins:%Y-%m-%d}"

    def days(self, now: float) -> int:
        """Whole days that are left at `now` (s); negative once it is over."""
        return (self.ends - datetime.fromtimestamp(now, UTC)).days

    def over(self, now: float) -> bool:
        return now > self.ends.timestamp()

    def early(self, now: float) -> bool:
        return now < self.begins.timestamp()


def read_certificates(path: Path) -> list[Certificate]:
    """All of a PEM file, in its order: the first is its owner's. Raises OSError, ValueError."""
    return [_read(one) for one in x509.load_pem_x509_certificates(path.read_bytes())]


def of_der(der: bytes) -> Certificate:
    """As it comes in a handshake. Raises ValueError."""
    return _read(x509.load_der_x509_certificate(der))


def _read(found: x509.Certificate) -> Certificate:
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(names[0].value) if names else found.subject.rfc4514_string() or _alternative(found)
    return Certificate(name, found.not_valid_before_utc, found.not_valid_after_utc, found.fingerprint(SHA256()))


def _alternative(found: x509.Certificate) -> str:
    """What today's authorities write, who leave the subject empty."""
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return "?"
    return next(iter(names.get_values_for_type(x509.DNSName)), "?")
